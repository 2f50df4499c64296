"""What all letters of the municipality are written with: recipients, days, links, calendar entries."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from engine.clock import ZONE
from notifications import calendar, outbox
from notifications.address import Postmark
from notifications.outbox import OutgoingLetter
from processes import consultation as consultations
from processes import mass_mailing, participant, reminding, telling, words
from processes.accommodation import KINDS
from processes.consultation import Consultation
from processes.decision import Decision
from processes.invitation import Invitation, Links
from processes.letters import Letters
from processes.mailing import Mailing, Scene, Sheet
from processes.mass_mailing import MassMailing
from processes.meeting import Meeting
from processes.municipality import Municipality
from processes.participant import Participant
from processes.person import Person

Fields = Mapping[str, str]
Event = Callable[[Scene], tuple[bytes, str]]
Translate = Callable[[str, str], str]


def untranslated(text: str, _language: str) -> str:
    """A text as it is: what is said where no process stands behind a letter."""
    return text


class Writer:
    """The letters of one municipality in one transaction.

    `definition_files` are the frozen files of the case's process (paths as in its folder, the shared ones
    under `shared/`); None gives the shared letters on disk. `translate` knows the process's own catalogue,
    for what its tables say in Estonian.
    """

    def __init__(
        self,
        session: Session,
        municipality: Municipality,
        definition_files: Mapping[str, str] | None,
        *,
        links: Links,
        base_url: str,
        postmark: Postmark,
        now: datetime,
        translate: Translate = untranslated,
    ) -> None:
        self._session, self._links, self._now = session, links, now
        self._home, self._domain = municipality.municipality_id, postmark.domain
        self._postmark, self._translate = postmark, translate
        self._mailing = Mailing(
            session, municipality, Letters(definition_files), postmark, base_url, now, links
        )
        self.in_batch = False  # whether this writer is at work on one batch of a mass mailing

    def leave(self, mailing: MassMailing, closes: tuple[str, ...]) -> None:
        """Keep a mailing to be written afterwards, and drop what it makes untrue."""
        mailing.municipality_id = self._home
        mailing.begun_at = mailing.due_at = self._now
        self._session.add(mailing)
        mass_mailing.close(self._session, mailing, closes)

    # Who.

    def everyone(self, case: Consultation) -> list[Participant]:
        """Everyone who was invited or gave an opinion that stands."""
        return participant.everyone(self._session, self._home, case.id)

    def _case(self, consultation_id: str) -> Consultation:
        return consultations.get(self._session, self._home, consultation_id)

    def _to(
        self, invitations: Sequence[Invitation], sheet: Callable[[Participant, Invitation], Sheet]
    ) -> Iterator[Sheet]:
        """A sheet for each invited organisation."""
        for to in participant.of_invitations(self._session, self._home, invitations):
            if to.invitation is not None:
                yield sheet(to, to.invitation)

    def _invitation(self, invitation_id: str | None) -> Invitation | None:
        return self._session.get(Invitation, (self._home, invitation_id)) if invitation_id else None

    def _silent(self, kind: str, about: str, invitations: Sequence[Invitation]) -> list[Invitation]:
        """Those of a batch whom a reminder is right for as it is written."""
        known = [it.id for it in invitations]
        left = reminding.still_silent(self._session, self._home, kind, about, known, self._now)
        return [it for it in invitations if it.id in left]

    def _newest_decision(self, case: Consultation, kind: str) -> Decision | None:
        query = select(Decision).where(
            Decision.municipality_id == self._home,
            Decision.consultation_id == case.id,
            Decision.kind == kind,
        )
        return self._session.exec(query.order_by(col(Decision.recorded_at).desc())).first()

    def _reply(self, ref: str) -> str:
        return self._postmark.address(self._postmark.token(ref))

    # What.

    def _link(self, invitation: Invitation, variant: str) -> str:
        return self._mailing.url(variant, "i", self._links.of(invitation))

    def _why(self, invitation: Invitation, variant: str) -> str:
        """The audience table's sentence in the reader's language; one a planner wrote stays as written."""
        why = self._translate(invitation.why, words.spoken(variant))
        return " ".join(why.split()) or words.say(words.SENTENCES, "no_why", variant)

    def _asked(self, invitation: Invitation, until: date | datetime, variant: str) -> dict[str, str]:
        return {
            "link": self._link(invitation, variant),
            "until": words.until(until, variant),
            "until_short": words.short_until(until, variant),
        }

    def _span(
        self, invitation: Invitation, starts: datetime, ends: datetime, place: str, variant: str
    ) -> dict[str, str]:
        """From a day to a day, and where the papers lie; without a place, where the municipality works."""
        where = (
            " ".join(place.split()) or self._mailing.municipality.address or self._mailing.municipality.name
        )
        return self._asked(invitation, ends, variant) | {
            "from_day": words.day(starts, variant),
            "place": where,
        }

    def _meeting_fields(self, meeting: Meeting, variant: str) -> dict[str, str]:
        """Interpreters are ordered two weeks ahead; once that is past, ask for the needs at once."""
        today = self._now.astimezone(ZONE).date()
        order_by = meeting.starts_at.astimezone(ZONE).date() - timedelta(days=KINDS["SIGN"].lead_days)
        return {
            "kind": words.say(words.MEETINGS, meeting.kind, variant),
            "facts": telling.facts(meeting, variant),
            "starts": words.moment(meeting.starts_at, variant),
            "starts_short": words.short_day(meeting.starts_at, variant),
            "order_by": words.until(max(order_by, today + timedelta(days=1)), variant),
        }

    # For calendars.

    def _request(self, case: Consultation, meeting: Meeting, sequence: int) -> Event:
        return lambda scene: (calendar.request(self._entry(case, meeting, scene, sequence)), "REQUEST")

    def _cancel(self, case: Consultation, meeting: Meeting, sequence: int) -> Event:
        return lambda scene: (calendar.cancel(self._entry(case, meeting, scene, max(1, sequence))), "CANCEL")

    def _entry(self, case: Consultation, meeting: Meeting, scene: Scene, sequence: int) -> calendar.Event:
        """A meeting as one person's calendar shall show it. A calendar may be shared: no personal link."""
        kind = words.say(words.MEETINGS, meeting.kind, scene.language)
        return calendar.Event(
            uid=meeting.uid,
            sequence=sequence,
            start=meeting.starts_at,
            end=meeting.ends_at,
            summary=f"{self._mailing.title(case, scene.language)}: {kind}",
            description=telling.plain_facts(meeting, scene.language),
            location=meeting.place,
            organiser_address=scene.organiser_address,
            organiser_name=scene.organiser_name,
            attendee_address=scene.attendee_address,
            attendee_name=scene.attendee_name,
            stamp=self._now,
            url=self._mailing.url(scene.language, "case", case.number),
            conference_url=meeting.url if meeting.url.startswith("https://") else "",
            language=scene.language,
        )

    def _deadline(
        self, case: Consultation, phase: str, last: date | datetime, *, cancelled: bool = False
    ) -> Event:
        """A phase's last day in a calendar. Its UID is for life, so a newer version moves the entry.

        SEQUENCE must only ever rise (RFC 5545 3.8.7.4); minutes since the case began do, and need no row.
        """
        day = last.astimezone(ZONE).date() if isinstance(last, datetime) else last
        sequence = max(0, int((self._now - case.created_at).total_seconds() // 60))

        def publish(scene: Scene) -> tuple[bytes, str]:
            name = words.say(words.PHASES, phase, scene.language)
            last_day = words.say(words.SENTENCES, "last_day", scene.language)
            entry = calendar.publish(
                f"{case.id}-{phase}@{self._domain}",
                day,
                f"{self._mailing.title(case, scene.language)}: {name}, {last_day}",
                organiser_address=scene.organiser_address,
                organiser_name=scene.organiser_name,
                stamp=self._now,
                sequence=sequence,
                url=self._mailing.url(scene.language, "case", case.number),
                language=scene.language,
                cancelled=cancelled,
            )
            return entry, "PUBLISH"

        return publish

    # What an older letter said.

    def _supersede_others(self, prefix: str, keep: str) -> None:
        """Withdraw what has not left and tells other days than `keep` (the part after the prefix)."""
        older = {key.removeprefix(prefix).split(":")[0] for key in self._keys(prefix)} - {keep}
        for part in sorted(older):
            outbox.supersede(self._session, self._home, f"{prefix}{part}:")

    def _keys(self, prefix: str) -> list[str]:
        return list(self._known(prefix, OutgoingLetter.dedup_key))

    def _told(self, prefix: str) -> set[str]:
        """Whom letters with this key have gone to, by ref."""
        return set(self._known(prefix, OutgoingLetter.recipient_ref))

    def _known(self, prefix: str, column: str) -> Iterable[str]:
        query = select(column).where(
            OutgoingLetter.tenant_id == self._home,
            col(OutgoingLetter.dedup_key).startswith(prefix, autoescape=True),
        )
        return self._session.exec(query)


def reason_or(text: str, variant: str) -> str:
    """A reason as it was typed, or a plain one, so that no letter ends at a colon."""
    return " ".join(text.split()) or words.say(words.SENTENCES, "no_reason", variant)


def act_of(decision: Decision | None, variant: str) -> dict[str, str]:
    """A decision's act and day; a dash where nothing was recorded."""
    if decision is None:
        return {"act": "–", "decided_on": "–"}
    return {"act": decision.act or "–", "decided_on": words.on(decision.decided_on, variant)}


def official(person: Person) -> Participant:
    """Someone with an account, as a recipient."""
    return Participant(f"person:{person.id}", person.name, person.email, person.language)


def digest(*things: object) -> str:
    """A short stable name for the contents of a letter, for its key."""
    return hashlib.sha256("\0".join(map(str, things)).encode()).hexdigest()[:12]
