"""Where mail lies that can be read. Today: the Maildir of the demonstration, as a postbox to look into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage, MIMEPart
from email.parser import BytesHeaderParser
from pathlib import Path

from notifications.errors import LetterUnknown

_KEY = re.compile(r"[A-Za-z0-9%@+=_-][A-Za-z0-9%@+=._-]{0,200}")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Posted:
    """A letter as a line of the list."""

    key: str
    subject: str
    recipient: str
    date: datetime
    has_calendar: bool


@dataclass(frozen=True)
class File:
    """An attachment."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Opened:
    """A letter opened. `html` is a whole page; show it where it can load and run nothing."""

    key: str
    subject: str
    sender: str
    recipient: str
    date: datetime
    text: str
    html: str
    calendar: bytes | None
    attachments: list[File]


class Postbox:
    """Reads the letters that `MaildirTransport` put there; it changes nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def letters(self) -> list[Posted]:
        """Out: every letter, newest first (by its own date)."""
        listed = [_posted(key, file.read_bytes()) for key, file in self._files()]
        return sorted(listed, key=lambda letter: (letter.date, letter.key), reverse=True)

    def open(self, key: str) -> Opened:
        """In: a key of the list. Raises LetterUnknown, also for keys that are no file names of ours."""
        return opened(key, self.raw(key))

    def raw(self, key: str) -> bytes:
        """Out: a letter's bytes as they were sent. Raises LetterUnknown."""
        if not _KEY.fullmatch(key):
            raise LetterUnknown(key[:80])
        file = next((file for name, file in self._files() if name == key), None)
        if file is None:
            raise LetterUnknown(key[:80])
        return file.read_bytes()

    def _files(self) -> Iterator[tuple[str, Path]]:
        for folder in ("new", "cur"):
            where = self.path / folder
            if where.is_dir():
                # In cur/ the name ends with ":2," and flags (Maildir).
                yield from ((file.name.partition(":")[0], file) for file in where.iterdir() if file.is_file())


def _posted(key: str, raw: bytes) -> Posted:
    mail = BytesHeaderParser(policy=policy.default).parsebytes(raw)
    return Posted(
        key=key,
        subject=_header(mail, "subject"),
        recipient=_header(mail, "to"),
        date=_date(mail),
        has_calendar=b"Content-Type: text/calendar" in raw,
    )


def opened(key: str, raw: bytes) -> Opened:
    """A letter's bytes as its reader sees them. In: the bytes that leave, and a name for them."""
    mail = message_from_bytes(raw, policy=policy.default)
    parts = [part for part in mail.walk() if not part.is_multipart()]
    calendar = next((part for part in parts if part.get_content_type() == "text/calendar"), None)
    return Opened(
        key=key,
        subject=_header(mail, "subject"),
        sender=_header(mail, "from"),
        recipient=_header(mail, "to"),
        date=_date(mail),
        text=_body(mail, "plain"),
        html=_body(mail, "html"),
        calendar=None if calendar is None else _bytes(calendar),
        attachments=[
            File(part.get_filename() or "", part.get_content_type(), _bytes(part))
            for part in parts
            if part.get_content_disposition() == "attachment"
        ],
    )


def _header(mail: EmailMessage, name: str) -> str:
    """Out: a header in plain words. The newer parser of the library puts spaces into long names."""
    raw = next((str(value) for known, value in mail.raw_items() if known.lower() == name), "")
    return " ".join(str(make_header(decode_header(raw))).split())


def _date(mail: EmailMessage) -> datetime:
    found = getattr(mail.get("date"), "datetime", None)
    return found.astimezone(UTC) if isinstance(found, datetime) and found.tzinfo else _LONG_AGO


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return "" if part is None else _bytes(part).decode("utf-8", "replace").replace("\r\n", "\n")


def _bytes(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
