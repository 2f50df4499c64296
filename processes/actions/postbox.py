"""Looking into the demonstration's postbox: only on this machine, since letters hold personal links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from icalendar import Calendar
from icalendar.cal import Component

from notifications import clients
from notifications.errors import LetterUnknown
from notifications.sources import Opened, Postbox, Posted
from processes.errors import NotFound


@dataclass(frozen=True)
class Happening:
    """What a letter's calendar file says, as facts to read."""

    summary: str = ""
    method: str = ""
    starts: date | datetime | None = None
    ends: date | datetime | None = None
    location: str = ""
    organiser: str = ""
    sequence: int = 0


@dataclass(frozen=True)
class Letter:
    """A letter opened, with the facts of its calendar file."""

    key: str
    subject: str
    sender: str
    recipient: str
    date: datetime
    text: str
    html: str
    calendar: bytes | None
    happenings: list[Happening] = field(default_factory=list)
    attachments: list[tuple[str, int]] = field(default_factory=list)


def letters(postbox: Postbox | None, *, local: bool) -> list[Posted]:
    """Every letter, newest first. Errors: NotFound where there is no postbox to be seen."""
    return _open(postbox, local=local).letters()


def open_letter(postbox: Postbox | None, key: str, *, local: bool) -> Letter:
    """One letter. Errors: NotFound for a key that is none, and where there is no postbox to be seen."""
    try:
        opened: Opened = _open(postbox, local=local).open(key)
    except LetterUnknown as error:
        raise NotFound from error
    return Letter(
        key=opened.key,
        subject=opened.subject,
        sender=opened.sender,
        recipient=opened.recipient,
        date=opened.date,
        text=opened.text,
        html=opened.html,
        calendar=opened.calendar,
        happenings=list(_happenings(opened.calendar)) if opened.calendar else [],
        attachments=[(file.name, len(file.content)) for file in opened.attachments],
    )


def _open(postbox: Postbox | None, *, local: bool) -> Postbox:
    if postbox is None or not local:
        raise NotFound
    return postbox


def _happenings(content: bytes) -> Iterator[Happening]:
    calendar = Calendar.from_ical(content)
    for event in calendar.walk("VEVENT"):
        organiser = event.get("organizer", "")
        yield Happening(
            summary=str(event.get("summary", "")),
            method=str(calendar.get("method", "")),
            starts=_when(event, "dtstart"),
            ends=_when(event, "dtend"),
            location=str(event.get("location", "")),
            organiser=str(getattr(organiser, "params", {}).get("CN", "") or organiser),
            sequence=int(event.get("sequence", 0)),
        )


def _when(event: Component, name: str) -> date | datetime | None:
    value = event.get(name)
    return value.dt if value is not None else None


def answer(
    postbox: Postbox | None, key: str, program: str, said: str, comment: str, *, proposes: bool, local: bool, now: datetime
) -> bytes:  # fmt: skip
    """The mail a program would send in answer to this letter. Errors: NotFound, also where it invites to nothing."""
    try:
        raw = _open(postbox, local=local).raw(key)
        later = timedelta(hours=1) if proposes else None
        words = " ".join(comment.split())[:300].replace('"', "'")
        return clients.answer(raw, program, said, now=now, comment=words, later_by=later)
    except (LetterUnknown, KeyError) as error:
        raise NotFound from error
