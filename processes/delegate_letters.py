"""Letters to whoever comes in an invitee's stead, with the meeting for their own calendar (RFC 5546 3.2.2.3).

They leave from the invitee's reply address, so what they answer is the invitee's answer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sqlmodel import col, select

from notifications import calendar
from notifications.outbox import OutgoingLetter
from processes import participant
from processes.consultation import Consultation
from processes.invitation import Invitation
from processes.mailing import Posted, Scene, Sheet
from processes.meeting import Attendance, Meeting
from processes.participant import Participant
from processes.writer import Event, Fields, Writer, digest, reason_or

Say = Callable[[Participant, Invitation, Attendance], Sheet]


class DelegateLetters(Writer):
    """To delegates. Whoever they stand for keeps the invitation, and is named in theirs."""

    def delegate_invited(self, meeting: Meeting, attendances: Sequence[Attendance]) -> Posted:
        """Invite those who were sent, once an organiser has agreed (REQUEST)."""
        case = self._case(meeting.consultation_id)
        return self._mailing.send(self._delegates(case, meeting, attendances), case)

    def delegate_released(self, meeting: Meeting, invitation: Invitation, whom: str) -> Posted:
        """Whom they stand for answers themselves again: the meeting leaves that one calendar (CANCEL)."""
        case = self._case(meeting.consultation_id)
        known = participant.of_invitations(self._session, self._home, [invitation])[0]
        version = meeting.sequence + self._released(meeting, invitation, whom)
        sheet = Sheet(
            "delegate_over",
            f"{_released(meeting, invitation, whom)}{version}",
            _standing_for(known, whom),
            lambda v: self._meeting_fields(meeting, v) | {"organisation": known.name},
            self._cancel(case, meeting, version + 1),
        )
        return self._mailing.send([sheet], case)

    def _delegates(self, case: Consultation, meeting: Meeting, rows: Sequence[Attendance]) -> Iterator[Sheet]:
        """An invitation, or its newer version, for everyone who comes in somebody's stead."""
        for known, invitation, row in self._sent(rows):

            def fields(variant: str, known: Participant = known) -> Fields:
                return self._meeting_fields(meeting, variant) | {"organisation": known.name}

            version = meeting.sequence + self._released(meeting, invitation, row.delegate)
            key = f"meeting:{meeting.id}:{meeting.sequence}:{invitation.id}:{invitation.link_version}"
            yield Sheet(
                "delegate",
                f"{key}:{digest(row.delegate.lower())}:{version}",
                _standing_for(known, row.delegate),
                fields,
                self._in_stead(case, meeting, version, known.email),
            )

    def _delegates_off(
        self, case: Consultation, meeting: Meeting, rows: Sequence[Attendance], reason: str
    ) -> Iterator[Sheet]:
        """The end of a meeting for everyone who would have come in somebody's stead."""
        for known, invitation, row in self._sent(rows):
            version = meeting.sequence + self._released(meeting, invitation, row.delegate)
            yield Sheet(
                "meeting_cancelled",
                f"meeting-cancelled:{meeting.id}:{meeting.sequence}:{invitation.id}:{digest(row.delegate.lower())}",
                _standing_for(known, row.delegate),
                lambda v: self._meeting_fields(meeting, v) | {"reason": reason_or(reason, v)},
                self._cancel(case, meeting, version),
            )

    def _sent(self, rows: Sequence[Attendance]) -> Iterator[tuple[Participant, Invitation, Attendance]]:
        """Whom somebody stands for, their invitation, and their row."""
        by_id = {row.invitation_id: row for row in rows if row.delegate and row.answer != "uninvited"}
        asked = [it for it in map(self._invitation, by_id) if it is not None]
        for known in participant.of_invitations(self._session, self._home, asked):
            if known.invitation is not None:
                yield known, known.invitation, by_id[known.invitation.id]

    def _released(self, meeting: Meeting, invitation: Invitation, whom: str) -> int:
        """How often this meeting was taken out of somebody's calendar: a lower number would be passed over."""
        prefix = _released(meeting, invitation, whom)
        query = select(OutgoingLetter.id).where(
            OutgoingLetter.tenant_id == self._home,
            col(OutgoingLetter.dedup_key).startswith(prefix, autoescape=True),
        )
        return len(self._session.exec(query).all())

    def _in_stead(self, case: Consultation, meeting: Meeting, sequence: int, sender: str) -> Event:
        """The invitation names who sent them; that address is known to them, and to nobody else."""

        def made(scene: Scene) -> tuple[bytes, str]:
            entry = self._entry(case, meeting, scene, sequence)
            return calendar.request(replace(entry, delegated_from=sender)), "REQUEST"

        return made


def _standing_for(known: Participant, whom: str) -> Participant:
    return Participant(known.ref, "", whom, known.language, known.easy, known.invitation)


def _released(meeting: Meeting, invitation: Invitation, whom: str) -> str:
    return f"delegate-released:{meeting.id}:{invitation.id}:{digest(whom.lower())}:"
