"""Letters about meeting: invitations to calendars, changes, ends, needs, and the committee's page."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import chain

from sqlmodel import col, select

from engine.clock import local_day
from notifications import calendar, outbox
from notifications.outbox import OutgoingLetter
from processes import attendance, words
from processes.accommodation import KINDS, Need
from processes.batches import in_batches
from processes.committee import Committee
from processes.consultation import Consultation
from processes.delegate_letters import DelegateLetters
from processes.invitation import UNINVITED, Invitation
from processes.mailing import Posted, Scene, Sheet
from processes.meeting import Attendance, Meeting
from processes.participant import Participant
from processes.person import Person
from processes.summary import Summary
from processes.summary_hearing import SpeakRequest
from processes.writer import Event, digest, official, reason_or

ANSWER_BEFORE = timedelta(days=2)
"""How long before a meeting whoever was silent is asked to answer: places and interpreters are settled then."""


class MeetingLetters(DelegateLetters):
    """To invitees and to committees. The caller counts `meeting.sequence` up before it tells a change."""

    @in_batches("attendances", closes=["meeting_set"])
    def meeting_set(self, meeting: Meeting, attendances: Sequence[Attendance]) -> Posted:
        """Invite to a meeting, or tell its new time or place to those who know the older one (REQUEST)."""
        case = self._case(meeting.consultation_id)
        told, gone = self._before(meeting, "meeting"), self._taken_out(case, meeting)

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            again = to.ref in gone
            return Sheet(
                "meeting_moved" if to.ref in told and not again else "meeting",
                f"meeting:{meeting.id}:{meeting.sequence}:{invitation.id}:{invitation.link_version}",
                to,
                lambda v: self._meeting_fields(meeting, v) | {"link": self._link(invitation, v)},
                # Whoever was taken out got a CANCEL one above: a lower number would be passed over.
                self._request(case, meeting, meeting.sequence + again),
            )

        to_all = self._to(self._attending(attendances), sheet)
        return self._mailing.send(chain(to_all, self._delegates(case, meeting, attendances)), case)

    @in_batches("attendances", closes=["meeting_set"])
    def meeting_cancelled(
        self, meeting: Meeting, attendances: Sequence[Attendance], *, reason: str = ""
    ) -> Posted:
        """A meeting will not be held: it leaves the calendars (CANCEL)."""
        case = self._case(meeting.consultation_id)
        self._before(meeting, "meeting")
        event = self._cancel(case, meeting, meeting.sequence)

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "meeting_cancelled",
                f"meeting-cancelled:{meeting.id}:{meeting.sequence}:{invitation.id}",
                to,
                lambda v: self._meeting_fields(meeting, v) | {"reason": reason_or(reason, v)},
                event,
            )

        to_all = self._to(self._attending(attendances), sheet)
        off = self._delegates_off(case, meeting, attendances, reason)
        return self._mailing.send(chain(to_all, off), case)

    @in_batches("attendances", closes=["meeting_reminded"])
    def meeting_reminded(self, meeting: Meeting, attendances: Sequence[Attendance]) -> Posted:
        """Ask those who have not said whether they come; who has said by now is left in peace.

        The invitation lies in their calendars already: this letter carries none.
        """
        case, today = self._case(meeting.consultation_id), local_day(self._now)
        asked = self._attending(attendances)
        silent = self._silent("meeting_reminder", meeting.id, asked)
        last = max(local_day(meeting.starts_at) - ANSWER_BEFORE, today)

        def sheet(to: Participant, invitation: Invitation) -> Sheet:
            return Sheet(
                "meeting_reminder",
                f"meeting_reminder:{meeting.id}:{invitation.id}:{today}",
                to,
                lambda v: (
                    self._meeting_fields(meeting, v)
                    | {"link": self._link(invitation, v), "answer_by": words.until(last, v)}
                ),
            )

        return self._mailing.send(self._to(silent, sheet), case)

    def need_answered(self, need: Need) -> Posted:
        """Tell someone what was arranged of what they asked for, or why it could not be."""
        case, invitation = self._case(need.consultation_id), self._invitation(need.invitation_id)

        def sheet(to: Participant, known: Invitation) -> Sheet:
            return Sheet(
                "need",
                f"need:{need.id}:{need.state}:{digest(need.answer)}",
                to,
                lambda v: {
                    "need": _need_in(need, v),
                    "state": words.say(words.NEED_STATES, need.state, v),
                    "answer": " ".join(need.answer.split()) or "–",
                    "link": self._link(known, v),
                },
            )

        return self._mailing.send(self._to([invitation] if invitation else [], sheet), case)

    def committee_invited(
        self, meeting: Meeting, members: Iterable[Person], *, summary: Summary | None = None
    ) -> Posted:
        """Invite a committee to its session (REQUEST), and say when its page will be frozen."""
        case = self._case(meeting.consultation_id)
        self._before(meeting, "committee")
        event = self._session_entry(case, meeting, summary)

        def fields(variant: str, who: Person) -> dict[str, str]:
            place = attendance.place_token(self._links, meeting.id, who.id)
            return self._meeting_fields(meeting, variant) | {
                "answer_link": self._mailing.url(variant, "s", place),
                "question": (summary.question if summary else "") or meeting.title or self._mailing.title(case, variant),
                "freeze_on": words.on((summary and summary.freeze_at) or meeting.starts_at, variant),
                "link": self._page(summary, case, variant),
            }  # fmt: skip

        key = f"committee:{meeting.id}:{meeting.sequence}"
        sheets = (
            Sheet("committee", f"{key}:{who.id}", official(who), partial(fields, who=who), event)
            for who in members
        )
        return self._mailing.send(sheets, case)

    def committee_cancelled(self, meeting: Meeting, members: Iterable[Person], *, reason: str = "") -> Posted:
        """A session will not be held: it leaves the members' calendars (CANCEL)."""
        case = self._case(meeting.consultation_id)
        self._before(meeting, "committee")
        event = self._cancel(case, meeting, meeting.sequence)

        def fields(variant: str) -> dict[str, str]:
            return self._meeting_fields(meeting, variant) | {"reason": reason_or(reason, variant)}

        key = f"committee-cancelled:{meeting.id}:{meeting.sequence}"
        sheets = (
            Sheet("meeting_cancelled", f"{key}:{who.id}", official(who), fields, event) for who in members
        )
        return self._mailing.send(sheets, case)

    def summary_frozen(self, summary: Summary, members: Iterable[Person]) -> Posted:
        """The committee's page is frozen: a link to it, and the digest by which it can be known."""
        case = self._case(summary.consultation_id)
        meeting = self._session.get_one(Meeting, (self._home, summary.meeting_id))

        def fields(variant: str) -> dict[str, str]:
            return {
                "link": self._mailing.url(variant, "summary", summary.id),
                "question": summary.question or self._mailing.title(case, variant),
                "starts": words.moment(meeting.starts_at, variant),
                "starts_short": words.short_day(meeting.starts_at, variant),
                "digest": summary.digest[:12] or "–",
            }

        key, event = (
            f"summary:{summary.id}:{summary.digest[:12]}",
            self._session_entry(case, meeting, summary),
        )
        return self._mailing.send(
            (Sheet("summary", f"{key}:{who.id}", official(who), fields, event) for who in members), case
        )

    def speaking_answered(self, asked: SpeakRequest, summary: Summary) -> Posted:
        """Tell an organisation whether it may speak at the session, and why not."""
        case, meeting = (
            self._case(summary.consultation_id),
            self._session.get_one(Meeting, (self._home, summary.meeting_id)),
        )
        board = self._session.get_one(Committee, (self._home, summary.committee_id))

        def sheet(to: Participant, known: Invitation) -> Sheet:
            return Sheet(
                "speak",
                f"speak:{asked.id}:{digest(asked.state, asked.answer)}",
                to,
                lambda v: (
                    self._meeting_fields(meeting, v)
                    | {
                        "committee": board.name,
                        "outcome": words.say(words.SPEAKING, asked.state, v),
                        "reasons": asked.answer.strip() or "–",
                        "link": f"{self._link(known, v)}/speak",
                    }
                ),
            )

        invitation = self._invitation(asked.invitation_id)
        return self._mailing.send(self._to([invitation] if invitation else [], sheet), case)

    def _session_entry(self, case: Consultation, meeting: Meeting, summary: Summary | None) -> Event:
        """A session as a member's calendar shall show it: with the way to the committee's page."""

        def made(scene: Scene) -> tuple[bytes, str]:
            entry = self._entry(case, meeting, scene, meeting.sequence)
            page = self._page(summary, case, scene.language)
            told = f"{entry.description}\n{words.say(words.SENTENCES, 'summary_at', scene.language)}: {page}"
            return calendar.request(replace(entry, url=page, description=told)), "REQUEST"

        return made

    def _page(self, summary: Summary | None, case: Consultation, variant: str) -> str:
        where = ("case", case.number) if summary is None else ("summary", summary.id)
        return self._mailing.url(variant, *where)

    def _before(self, meeting: Meeting, what: str) -> set[str]:
        """Withdraw older versions that have not left. Out: who has been told of an older one at all."""
        prefix, current = f"{what}:{meeting.id}:", str(meeting.sequence)
        told: set[str] = set()
        for version in sorted(
            {key.removeprefix(prefix).split(":")[0] for key in self._keys(prefix)} - {current}
        ):
            told |= self._told(f"{prefix}{version}:")
            outbox.supersede(self._session, self._home, f"{prefix}{version}:")
        return told

    def _taken_out(self, case: Consultation, meeting: Meeting) -> set[str]:
        """Whose calendar this meeting was taken out of, by ref."""
        query = select(OutgoingLetter.recipient_ref).where(
            OutgoingLetter.tenant_id == self._home,
            OutgoingLetter.business_key == case.id,
            OutgoingLetter.kind == "uninvited",
            col(OutgoingLetter.dedup_key).endswith(f":{meeting.id}", autoescape=True),
        )
        return set(self._session.exec(query))

    def _attending(self, attendances: Sequence[Attendance]) -> list[Invitation]:
        keys = [row.invitation_id for row in attendances if row.answer != UNINVITED]
        found: list[Invitation] = []
        for start in range(0, len(keys), 500):
            query = select(Invitation).where(
                Invitation.municipality_id == self._home, col(Invitation.id).in_(keys[start : start + 500])
            )
            found += self._session.exec(query).all()
        return found


def _need_in(need: Need, variant: str) -> str:
    kind, language = KINDS.get(need.kind), words.spoken(variant)
    named = getattr(kind, language) if kind else need.kind
    return f"{named} ({' '.join(need.details.split())})" if need.details.strip() else named
