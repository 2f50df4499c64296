"""From facts to a finished mail in the outbox: language, fields, address that answers come to, bytes.

Each letter leaves from its recipient's own reply address (a calendar's answer goes to ORGANIZER, which
must be the sender), so whatever comes back is known to be about them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlmodel import Session

from notifications import outbox
from notifications.address import Postmark, plain
from notifications.errors import AddressRefused
from notifications.letter import Letter, Markdown, bullets, escape
from notifications.message import build
from processes import assignment, digest, reminding, subscription, words
from processes.assignment import OPEN, Assignment
from processes.consultation import Consultation, ConsultationText, text_of
from processes.errors import NotFound
from processes.invitation import Links
from processes.letter_words import ABOUT, DECIDERS, GREETINGS, footed
from processes.letters import Letters
from processes.municipality import Municipality
from processes.organisation import Organisation
from processes.participant import Participant
from processes.person import Person
from processes.words import spoken

TOGETHER = 200


@dataclass(frozen=True)
class Posted:
    """What became of a call: how many new letters lie in the outbox, and who has no usable address.

    `without_address` holds refs such as `invitation:<id>`: someone has to reach these another way. `waiting` are
    recipients whose letters will be written afterwards, see `processes.batches`.
    """

    letters: int = 0
    without_address: tuple[str, ...] = ()
    waiting: int = 0


@dataclass(frozen=True)
class Scene:
    """Whose letter it is: names and addresses that calendar objects must agree on."""

    organiser_address: str
    organiser_name: str
    attendee_address: str
    attendee_name: str
    language: str


@dataclass(frozen=True)
class Sheet:
    """One letter to be made. `fields` and `event` are asked once its language is known.

    `event` gives the calendar object and its METHOD. `business_key` is the case it is kept with when none is given.
    """

    stem: str
    key: str
    to: Participant
    fields: Callable[[str], Mapping[str, str]]
    event: Callable[[Scene], tuple[bytes, str]] | None = None
    business_key: str = ""


@dataclass
class Mailing:
    """What all letters of one step share."""

    session: Session
    municipality: Municipality
    letters: Letters
    postmark: Postmark
    base_url: str
    now: datetime
    links: Links
    _texts: dict[tuple[str, str], ConsultationText | None] = field(default_factory=dict)
    _planners: dict[str, Person | None] = field(default_factory=dict)

    def send(self, sheets: Iterable[Sheet], case: Consultation | None = None) -> Posted:
        """Put letters out. One that has no usable address is named, and holds up no other."""
        lost: list[str] = []
        new = outbox.put_many(
            self.session, self.municipality.municipality_id, self._envelopes(sheets, case, lost), now=self.now
        )
        return Posted(new, tuple(lost))

    def send_as_is(self, sheet: Sheet, case: Consultation, letter: Letter) -> Posted:
        """Put out one letter that is written already."""
        envelope = self._envelope(sheet, case, letter.language, letter)
        return Posted(
            outbox.put_many(self.session, self.municipality.municipality_id, [envelope], now=self.now)
        )

    def url(self, language: str, *parts: str) -> str:
        """A page of ours in the reader's language."""
        return "/".join([self.base_url.rstrip("/"), spoken(language), *parts])

    def sender(self, case: Consultation | None) -> str:
        planner = self.planner(case) if case else None
        return f"{planner.name}, {self.municipality.name}" if planner else self.municipality.name

    def planner(self, case: Consultation) -> Person | None:
        if case.planner_id not in self._planners:
            key = (case.municipality_id, case.planner_id)
            self._planners[case.planner_id] = self.session.get(Person, key)
        return self._planners[case.planner_id]

    def title(self, case: Consultation, variant: str) -> str:
        text = self._text(case, variant)
        return " ".join(text.title.split()) if text and text.title.strip() else case.number

    def of_case(self, case: Consultation, variant: str) -> dict[str, str]:
        """The fields every letter about a case may use; none is ever empty."""
        home, planner = self.municipality, self.planner(case)
        return {
            "title": self.title(case, variant),
            "about": self._about(case, variant),
            "number": case.number,
            "case_url": self.url(variant, "case", case.number),
            "decides": self.decides(case, variant),
            "municipality": home.name,
            "planner": planner.name if planner else home.name,
            "planner_title": (planner.title if planner else "") or home.government,
            "phone": (planner.phone if planner else "") or home.phone or "–",
            "email": home.email or (planner.email if planner else "") or "–",
            "visit": ", ".join(filter(None, (home.address, home.opening_hours))) or home.name,
            "tasks": self._tasks(case, variant),
        }

    def _envelopes(
        self, sheets: Iterable[Sheet], case: Consultation | None, lost: list[str]
    ) -> Iterator[outbox.Envelope]:
        shared: dict[str, dict[str, str]] = {}
        source = iter(sheets)
        while some := list(islice(source, TOGETHER)):
            apart = self._apart(some)
            aside: list[dict[str, Any]] = []
            for sheet in some:
                choice = apart.get(sheet.key)
                if choice == subscription.NONE:
                    continue
                try:
                    plain(sheet.to.email, where=sheet.to.ref)
                except AddressRefused:
                    lost.append(sheet.to.ref)
                    continue
                variant, letter = self._letter(sheet, case, shared)
                if choice == subscription.DIGEST:
                    aside.append(self._item(sheet, letter))
                else:
                    yield self._envelope(sheet, case, variant, letter)
            digest.keep(self.session, aside)

    def _apart(self, sheets: Sequence[Sheet]) -> dict[str, str]:
        """By key, the letters whose reader does not want them by themselves, and what they want instead."""
        may = {it.key: it for it in sheets if it.stem in digest.STEMS and it.to.organisation is not None}
        if not may:
            return {}
        whose = {key: it.to.organisation.id for key, it in may.items() if it.to.organisation is not None}
        chosen = subscription.choices_of(self.session, self.municipality.municipality_id, set(whose.values()))
        found = {key: chosen.get(who, subscription.EACH) for key, who in whose.items()}
        return {
            key: choice
            for key, choice in found.items()
            if choice == subscription.DIGEST
            or (choice == subscription.NONE and may[key].stem in reminding.STEMS)
        }

    def _letter(
        self, sheet: Sheet, case: Consultation | None, shared: dict[str, dict[str, str]]
    ) -> tuple[str, Letter]:
        """Out: the variant its reader gets, and the letter, with the way to the reader's own page at its foot."""
        variant, template = self.letters.find(sheet.stem, sheet.to.language, easy=sheet.to.easy)
        if case is not None and variant not in shared:
            shared[variant] = self.of_case(case, variant)
        values = {
            **shared.get(variant, {}),
            **_greeting(sheet.to.name, variant),
            **sheet.fields(variant),
        }
        if sheet.to.organisation is not None:
            template = footed(template, variant)
            values["own_page"] = self.own_page(sheet.to.organisation, variant)
        return variant, template.fill(values, language=variant)

    def own_page(self, organisation: Organisation, variant: str) -> str:
        """The address of an organisation's own page: its requests, its calendar, how it wants its letters."""
        return self.url(variant, "own", subscription.token(self.links, organisation))

    def _item(self, sheet: Sheet, letter: Letter) -> dict[str, Any]:
        organisation, invitation = sheet.to.organisation, sheet.to.invitation
        if organisation is None or invitation is None:
            raise ValueError("only an invited organisation has a digest")
        return {
            "municipality_id": self.municipality.municipality_id,
            "organisation_id": organisation.id,
            "invitation_id": invitation.id,
            "kind": sheet.stem,
            "key": sheet.key,
            "subject": letter.subject,
            "created_at": self.now,
            "due_at": digest.due(self.now),
        }

    def _unsubscribe(self, sheet: Sheet, variant: str) -> str | None:
        """The address of the one click (RFC 8058), on reminders and digests; it must be https."""
        if sheet.to.organisation is None or sheet.stem not in (*reminding.STEMS, digest.STEM):
            return None
        url = f"{self.own_page(sheet.to.organisation, variant)}/stop"
        return url if url.startswith("https://") else None

    def _envelope(
        self, sheet: Sheet, case: Consultation | None, variant: str, letter: Letter
    ) -> outbox.Envelope:
        tenant = self.municipality.municipality_id
        address = self.postmark.address(self.postmark.token(sheet.to.ref))
        scene = Scene(address, self.sender(case), sheet.to.email, sheet.to.name, letter.language)
        event, method = sheet.event(scene) if sheet.event else (None, None)
        message_id = outbox.message_id(tenant, sheet.key, self.postmark.domain)
        return outbox.Envelope(
            dedup_key=sheet.key,
            business_key=case.id if case else sheet.business_key,
            kind=sheet.stem,
            sender_address=address,
            recipient_address=sheet.to.email,
            recipient_ref=sheet.to.ref,
            language=letter.language,
            message_id=message_id,
            content=build(
                letter,
                sender_name=scene.organiser_name,
                sender_address=address,
                reply_to=address,
                recipient_name=sheet.to.name,
                recipient_address=sheet.to.email,
                message_id=message_id,
                date=self.now,
                calendar=event,
                calendar_method=method,
                unsubscribe=self._unsubscribe(sheet, variant),
            ),
        )

    def _text(self, case: Consultation, variant: str) -> ConsultationText | None:
        key = (case.id, variant)
        if key not in self._texts:
            try:
                self._texts[key] = text_of(self.session, case, variant)
            except NotFound:
                self._texts[key] = None
        return self._texts[key]

    def _about(self, case: Consultation, variant: str) -> str:
        text = self._text(case, variant)
        said = (text.what, text.open_points, text.already_decided) if text else ()
        blocks = [
            f"**{label}.** {escape(words)}"
            for label, words in zip(ABOUT[variant], said, strict=False)
            if words.strip()
        ]
        return Markdown("\n\n".join(blocks) or escape(self.title(case, variant)))

    def _tasks(self, case: Consultation, variant: str) -> str:
        """The open tasks of the series a case belongs to, whenever they were agreed."""
        rows = (
            assignment.of_series(self.session, case.municipality_id, case.series_id) if case.series_id else []
        )
        said = [_task(it, variant) for it in rows if it.state == OPEN]
        return bullets(said) if said else words.say(words.SENTENCES, "no_tasks", variant)

    def decides(self, case: Consultation, variant: str) -> str:
        by, language = case.decided_by, spoken(variant)
        if language == "et":
            return self.municipality.council if by == "council" else self.municipality.government
        of_kind = DECIDERS.get((by, language, self.municipality.kind))
        return of_kind or DECIDERS.get((by, language), self.municipality.name)


def _task(it: Assignment, variant: str) -> Markdown:
    owed = words.say(words.SENTENCES, "task", variant).format(
        owner=it.owner, until=words.until(it.due_on, variant), since=words.short_day(it.since, variant)
    )
    return Markdown(f"**{it.number}.** {escape(it.what)} – {escape(owed)}")


def _greeting(name: str, variant: str) -> dict[str, str]:
    hello = GREETINGS[spoken(variant)]
    return {"greeting": f"{hello}, {' '.join(name.split())}!" if name.strip() else f"{hello}!"}
