"""Letters about being asked: the invitation, rounds of collecting opinions and their last days."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from engine.clock import ZONE, local_day
from notifications import outbox
from processes import participant, reminding, words
from processes import round as rounds
from processes.batches import in_batches
from processes.consultation import Consultation
from processes.invitation import Approval, Invitation
from processes.mailing import Posted, Sheet
from processes.meeting import Meeting
from processes.participant import Participant
from processes.round import Round
from processes.writer import Writer, act_of, digest, official, reason_or

ANSWER_DAYS = 30  # what an invitation asks for while no round has a last day; ours, not the law's


class InvitationLetters(Writer):
    """To organisations. Every method gives `Posted`: new letters, and who must be reached otherwise."""

    @in_batches("invitations")
    def invited(
        self, consultation: Consultation, invitations: Sequence[Invitation], *, answer_by: date | None = None
    ) -> Posted:
        """Ask organisations to take part, each with the reason why just they.

        The last day of a round that is open lies beside it for calendars; a day of our own is only asked for.
        """
        last = answer_by or (self._now + timedelta(days=ANSWER_DAYS)).astimezone(ZONE).date()
        open_now = rounds.current(self._session, self._home, consultation.id) if answer_by else None
        event = self._deadline(consultation, open_now.phase, last) if open_now else None

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "invitation",
                f"invitation:{invitation.id}:{invitation.link_version}",
                to,
                lambda v: self._asked(invitation, last, v) | {"why": self._why(invitation, v)},
                event,
            )

        return self._mailing.send(self._to(invitations, sheet), consultation)

    @in_batches("invitations", closes=["reminded"])
    def reminded(self, round_: Round, invitations: Sequence[Invitation]) -> Posted:
        """Remind those who are silent in a round of its last day; who has answered by now is left in peace."""
        case, today = self._case(round_.consultation_id), local_day(self._now)
        silent = self._silent("reminder", round_.id, invitations)

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "reminder",
                f"reminder:{round_.id}:{invitation.id}:{today}",
                to,
                lambda v: self._asked(invitation, round_.closes_at, v),
            )

        return self._mailing.send(self._to(silent, sheet), case)

    @in_batches("invitations", closes=["approval_reminded"])
    def approval_reminded(self, round_: Round, invitations: Sequence[Invitation]) -> Posted:
        """Remind authorities before their silence counts as consent (PlanS § 133)."""
        case, today = self._case(round_.consultation_id), local_day(self._now)
        asked = reminding.silent_authorities(
            self._session, round_, today, among=[it.id for it in invitations]
        )
        last = {it.id: approval.extended_to or approval.due_on for it, approval in asked}

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "approval_reminder",
                f"approval_reminder:{round_.id}:{invitation.id}:{today}",
                to,
                lambda v: self._asked(invitation, last[invitation.id], v),
            )

        return self._mailing.send(self._to([it for it, _ in asked], sheet), case)

    def uninvited(
        self, invitation: Invitation, meetings: Sequence[Meeting] = (), *, reason: str = ""
    ) -> Posted:
        """Take an invitation back; each coming meeting leaves that one calendar (CANCEL)."""
        case = self._case(invitation.consultation_id)
        outbox.supersede(self._session, self._home, f"invitation:{invitation.id}:")
        key = f"uninvited:{invitation.id}:{invitation.link_version}"

        def fields(variant: str) -> dict[str, str]:
            return {"reason": reason_or(reason, variant)}

        def sheets() -> Iterator[Sheet]:
            for to in participant.of_invitations(self._session, self._home, [invitation]):
                if not meetings:
                    yield Sheet("uninvited", key, to, fields)
                for meeting in meetings:
                    event = self._cancel(case, meeting, meeting.sequence + 1)
                    yield Sheet("uninvited", f"{key}:{meeting.id}", to, fields, event)

        return self._mailing.send(sheets(), case)

    def forwarded(self, invitation: Invitation, address: str) -> Posted:
        """Send an organisation's link on to someone who shall act for it; the same address once a link."""
        case = self._case(invitation.consultation_id)
        known = participant.of_invitations(self._session, self._home, [invitation])[0]
        to = Participant(known.ref, "", address, known.language, known.easy, invitation)
        key = f"forwarded:{invitation.id}:{invitation.link_version}:{digest(address.lower())}"

        def fields(variant: str) -> dict[str, str]:
            return {"organisation": known.name, "link": self._link(invitation, variant)}

        return self._mailing.send([Sheet("forwarded", key, to, fields)], case)

    def not_us(self, invitation: Invitation) -> Posted:
        """Tell the planner that an invitation reached the wrong one, so that the right one is found."""
        case = self._case(invitation.consultation_id)
        planner = self._mailing.planner(case)
        if planner is None:
            return Posted()
        known = participant.of_invitations(self._session, self._home, [invitation])[0]
        key = f"not_us:{invitation.id}:{invitation.link_version}"
        sheet = Sheet("not_us", key, official(planner), lambda _: {"organisation": known.name})
        return self._mailing.send([sheet], case)

    @in_batches("invitations")
    def round_opened(self, round_: Round, invitations: Sequence[Invitation]) -> Posted:
        """A round is open: until when, where the papers lie, and the last day for the calendar."""
        case = self._case(round_.consultation_id)
        event = self._deadline(case, round_.phase, round_.closes_at)

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "round",
                f"round:{round_.id}:{invitation.id}",
                to,
                lambda v: (
                    self._span(invitation, round_.opens_at, round_.closes_at, round_.place, v)
                    | {"phase": words.say(words.PHASES, round_.phase, v)}
                ),
                event,
            )

        return self._mailing.send(self._to(invitations, sheet), case)

    @in_batches("invitations", closes=["display_announced"])
    def display_announced(
        self,
        consultation: Consultation,
        starts_at: datetime,
        ends_at: datetime,
        invitations: Sequence[Invitation],
        *,
        place: str = "",
    ) -> Posted:
        """The plan is accepted and will be displayed; replaces what had not yet left about other days."""
        acceptance = self._newest_decision(consultation, "acceptance")
        days = digest(starts_at.isoformat(), ends_at.isoformat())
        event = self._deadline(consultation, "display", ends_at)
        self._supersede_others(f"display:{consultation.id}:", days)

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "display",
                f"display:{consultation.id}:{days}:{invitation.id}",
                to,
                lambda v: self._span(invitation, starts_at, ends_at, place, v) | act_of(acceptance, v),
                event,
            )

        return self._mailing.send(self._to(invitations, sheet), consultation)

    @in_batches("invitations", closes=["display_announced"])
    def display_interrupted(self, round_: Round, invitations: Sequence[Invitation]) -> Posted:
        """The display was broken off and will be repeated; its last day is struck out in calendars."""
        case = self._case(round_.consultation_id)
        event = self._deadline(case, round_.phase, round_.closes_at, cancelled=True)

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "display_interrupted",
                f"interrupted:{round_.id}:{invitation.id}",
                to,
                lambda v: {"reason": reason_or(round_.interrupted_reason, v)},
                event,
            )

        return self._mailing.send(self._to(invitations, sheet), case)

    @in_batches("invitations", closes=["deadline_moved"])
    def deadline_moved(self, round_: Round, invitations: Sequence[Invitation], *, reason: str = "") -> Posted:
        """A round's last day is another one: why, and the same entry moved in calendars."""
        case = self._case(round_.consultation_id)
        event = self._deadline(case, round_.phase, round_.closes_at)
        last = digest(round_.closes_at.isoformat())
        self._supersede_others(f"deadline:{round_.id}:", last)

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "deadline_moved",
                f"deadline:{round_.id}:{last}:{invitation.id}",
                to,
                lambda v: (
                    self._asked(invitation, round_.closes_at, v)
                    | {"phase": words.say(words.PHASES, round_.phase, v), "reason": reason_or(reason, v)}
                ),
                event,
            )

        return self._mailing.send(self._to(invitations, sheet), case)

    def approval_asked(self, round_: Round, asked: Sequence[tuple[Invitation, Approval]]) -> Posted:
        """Ask authorities to approve. Silence by the term is consent (PlanS § 133), and the letter says so."""
        case = self._case(round_.consultation_id)
        approvals = {invitation.id: approval for invitation, approval in asked}

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            approval = approvals[invitation.id]
            last = approval.extended_to or approval.due_on
            return Sheet(
                "approval",
                f"approval:{approval.id}:{last}",
                to,
                lambda v: self._asked(invitation, last, v),
                self._deadline(case, "approval", last),
            )

        return self._mailing.send(self._to([invitation for invitation, _ in asked], sheet), case)
