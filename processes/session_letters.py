"""Letters about sessions that come round again: their agenda, minutes and tasks, and what associations suggest."""

from collections.abc import Callable, Sequence

from notifications.letter import Markdown, bullets, escape
from processes import agenda, municipality, words
from processes import meeting as meetings
from processes.agenda import Agenda, AgendaItem
from processes.batches import in_batches
from processes.consultation import Consultation
from processes.invitation import Invitation
from processes.mailing import Posted, Sheet
from processes.meeting import Meeting
from processes.organisation import Organisation
from processes.participant import Participant
from processes.round import Round
from processes.suggestion import Suggestion
from processes.writer import Fields, Writer, digest, reason_or

FieldsOf = Callable[[str], Fields]


class SessionLetters(Writer):
    """To the associations at the table. Every method gives `Posted`, as all letters do."""

    def agenda_proposed(
        self, case: Consultation, proposed: Agenda, items: Sequence[AgendaItem], chair: Invitation
    ) -> Posted:
        """Ask the association's chair to agree to the agenda, on their own page and by one press."""
        version = digest(proposed.proposed_at)
        last = proposed.due_at or self._now

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "agenda",
                f"agenda:{case.id}:{version}:{invitation.id}",
                to,
                lambda v: (
                    self._asked(invitation, last, v)
                    | {"link": f"{self._link(invitation, v)}/agenda", "items": _items(items, v)}
                ),
            )

        return self._mailing.send(self._to([chair], sheet), case)

    @in_batches("invitations")
    def agenda_agreed(self, case: Consultation, invitations: Sequence[Invitation]) -> Posted:
        """Tell everyone invited what will be talked about, and which tasks are still open."""
        items = agenda.items(self._session, self._home, case.id)
        version = digest(*(it.title for it in items))

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "agenda_agreed",
                f"agenda-agreed:{case.id}:{version}:{invitation.id}",
                to,
                lambda v: {"link": self._link(invitation, v), "items": _items(items, v)},
            )

        return self._mailing.send(self._to(invitations, sheet), case)

    @in_batches("invitations")
    def minutes_drafted(self, round_: Round, invitations: Sequence[Invitation]) -> Posted:
        """Send the draft of the minutes: until when it may be commented on, and the tasks in it."""
        case = self._case(round_.consultation_id)
        event = self._deadline(case, round_.phase, round_.closes_at)
        held = meetings.newest(self._session, self._home, case.id, "round_table")

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "minutes_draft",
                f"minutes-draft:{round_.id}:{invitation.id}",
                to,
                lambda v: self._asked(invitation, round_.closes_at, v) | self._kept(case, held, v),
                event,
            )

        return self._mailing.send(self._to(invitations, sheet), case)

    @in_batches("invitations")
    def minutes_final(self, meeting: Meeting, invitations: Sequence[Invitation]) -> Posted:
        """Send the minutes as they stay, with every task, its owner and its term."""
        case = self._case(meeting.consultation_id)
        version = digest(meeting.minutes)

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "minutes",
                f"minutes:{meeting.id}:{version}:{invitation.id}",
                to,
                lambda v: self._kept(case, meeting, v),
            )

        return self._mailing.send(self._to(invitations, sheet), case)

    def suggestion_received(self, suggestion: Suggestion) -> Posted:
        """The receipt of what an association suggested: its number, and until when it is answered."""

        def fields(variant: str) -> dict[str, str]:
            return {"until": words.until(suggestion.answer_due_on, variant)}

        return self._suggested("suggestion", suggestion, suggestion.receipt, fields)

    def suggestion_answered(self, suggestion: Suggestion) -> Posted:
        """What becomes of a suggestion, and why."""

        def fields(variant: str) -> dict[str, str]:
            return {
                "outcome": words.say(words.SUGGESTIONS, suggestion.state, variant),
                "reasons": reason_or(suggestion.reasons, variant),
            }

        return self._suggested("suggestion_answer", suggestion, suggestion.state, fields)

    def _suggested(self, stem: str, suggestion: Suggestion, version: str, fields: FieldsOf) -> Posted:
        home = municipality.get(self._session, self._home)
        organisation = self._session.get_one(Organisation, (self._home, suggestion.organisation_id))
        email = "" if organisation.undeliverable_since else organisation.email
        to = Participant(
            f"organisation:{organisation.id}",
            organisation.name,
            email,
            organisation.language,
            organisation.easy_language,
        )
        common = {
            "receipt": suggestion.receipt,
            "suggested": suggestion.title,
            "municipality": home.name,
            "phone": home.phone or "–",
            "email": home.email or "–",
        }
        key = f"{stem}:{suggestion.id}:{version}"
        return self._mailing.send([Sheet(stem, key, to, lambda v: common | dict(fields(v)))])

    def _kept(self, case: Consultation, held: Meeting | None, variant: str) -> dict[str, str]:
        return {
            "minutes": held.minutes if held and held.minutes else "–",
            "follow_url": self._mailing.url(variant, "case", case.number, "followup"),
        }


def _items(items: Sequence[AgendaItem], variant: str) -> Markdown:
    """Topics, each with who brought it."""
    known = ((it.title, it.by or words.say(words.SENTENCES, "by_municipality", variant)) for it in items)
    return bullets(Markdown(f"{escape(title)} ({escape(by)})") for title, by in known)
