"""Letters that answer a proposal about a meeting: no, the time stays; no, please come yourself."""

from dataclasses import dataclass, replace

from notifications import calendar
from processes import attendance, participant, telling, words
from processes.consultation import Consultation
from processes.inbound import IncomingMail
from processes.mailing import Posted, Scene, Sheet
from processes.meeting import Meeting
from processes.participant import Participant
from processes.person import Person
from processes.writer import Event, Writer, official, reason_or


@dataclass(frozen=True)
class _To:
    """Whom a letter goes to, and where they can answer."""

    who: Participant
    link: tuple[str, ...]


class ProposalLetters(Writer):
    """To whoever proposed another time or sent somebody else, at the address their answer came from."""

    def counter_declined(self, meeting: Meeting, mail: IncomingMail, *, reason: str) -> Posted:
        """Say no to another time, in the calendar too (DECLINECOUNTER); the meeting stays as it is."""
        case, to = self._case(meeting.consultation_id), self._proposer(mail)
        if to is None or mail.proposed_start is None:
            return Posted()
        proposed = mail.proposed_start

        def fields(variant: str) -> dict[str, str]:
            return {
                "kind": words.say(words.MEETINGS, meeting.kind, variant),
                "facts": telling.facts(meeting, variant),
                "starts": words.moment(meeting.starts_at, variant),
                "starts_short": words.short_day(meeting.starts_at, variant),
                "asked": words.moment(proposed, variant),
                "reason": reason_or(reason, variant),
                "link": self._mailing.url(variant, *to.link),
            }

        event = self._no(case, meeting, reason)
        sheet = Sheet("counter_declined", f"counter-declined:{mail.id}", to.who, fields, event)
        return self._mailing.send([sheet], case)

    def delegate_declined(self, meeting: Meeting, mail: IncomingMail, *, reason: str) -> Posted:
        """Say that somebody else cannot come in their place."""
        case, to = self._case(meeting.consultation_id), self._proposer(mail)
        if to is None:
            return Posted()

        def fields(variant: str) -> dict[str, str]:
            return {
                "kind": words.say(words.MEETINGS, meeting.kind, variant),
                "starts": words.moment(meeting.starts_at, variant),
                "starts_short": words.short_day(meeting.starts_at, variant),
                "delegate": mail.delegated_to or "–",
                "reason": reason_or(reason, variant),
                "link": self._mailing.url(variant, *to.link),
            }

        sheet = Sheet("delegate_declined", f"delegate-declined:{mail.id}", to.who, fields)
        return self._mailing.send([sheet], case)

    def _no(self, case: Consultation, meeting: Meeting, reason: str) -> Event:
        def event(scene: Scene) -> tuple[bytes, str]:
            entry = self._entry(case, meeting, scene, meeting.sequence)
            said = reason_or(reason, scene.language)
            return calendar.decline_counter(entry, said), "DECLINECOUNTER"

        return event

    def _proposer(self, mail: IncomingMail) -> _To | None:
        """An answer is only taken for a proposal when it came from an address we wrote to, so that is where we write."""
        address = mail.attendee or mail.sender
        invitation = self._invitation(mail.invitation_id)
        if invitation is not None:
            known = participant.of_invitations(self._session, self._home, [invitation])[0]
            return _To(replace(known, email=address), ("i", self._links.of(invitation)))
        person = self._session.get(Person, (self._home, mail.person_id)) if mail.person_id else None
        if person is None:
            return None
        place = attendance.place_token(self._links, mail.meeting_id, person.id) if mail.meeting_id else ""
        return _To(replace(official(person), email=address), ("s", place) if place else ("desk",))
