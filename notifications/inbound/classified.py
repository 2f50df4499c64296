"""What a mail turned out to be: the one result of `classify`, and the form others read it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

Kind = Literal[
    "reply", "counter", "delegate", "bounce", "receipt", "auto_reply", "loop", "opinion", "unreadable"
]


@dataclass(frozen=True)
class Proposed:
    """Another time, as an invitee's calendar proposes it (METHOD:COUNTER). Aware moments, or whole days."""

    start: datetime | date
    end: datetime | date | None = None


@dataclass(frozen=True)
class Answer:
    """One row of a calendar answer (RFC 5546 3.2.3): who says what about which meeting.

    `sequence` and `dtstamp` are None where the program left them out; `partstat` is upper case.
    """

    attendee: str
    partstat: str
    uid: str
    sequence: int | None = None
    recurrence_id: datetime | date | None = None
    comment: str = ""
    proposed: Proposed | None = None
    dtstamp: datetime | None = None
    delegated_to: str = ""


@dataclass(frozen=True)
class Bounce:
    """One recipient of a delivery report (RFC 3464). `status` is empty where nothing says it."""

    action: str
    status: str
    recipient: str
    diagnostic: str = ""


@dataclass(frozen=True)
class Attached:
    """A file that came along. `path` finds it again in the mail's bytes, see `mime.content_at`."""

    name: str
    content_type: str
    path: tuple[int, ...]


@dataclass(frozen=True)
class Forwarded:
    """A letter passed on by somebody else, in whose name it was written. Addresses are claims, not proof."""

    author_name: str
    author_address: str
    subject: str
    text: str


@dataclass(frozen=True)
class Classified:
    """A mail, understood. `reasons` say in short stable words why it is what it is.

    `text` is an opinion without its quote and signature, `cut` is what was left out of it.
    """

    kind: Kind
    token: str | None = None
    answers: tuple[Answer, ...] = ()
    bounces: tuple[Bounce, ...] = ()
    text: str = ""
    cut: str = ""
    reasons: tuple[str, ...] = ()
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    message_id: str = ""
    automatic: bool = False
    attached: tuple[Attached, ...] = field(default=())
    forwarded: Forwarded | None = None

    @property
    def answer(self) -> Answer | None:
        """The answer that counts among those in this mail."""
        return self.answers[0] if self.answers else None


def as_json(mail: Classified) -> dict[str, Any]:
    """Out: the fields of `python3 -m web classify --json`; moments are UTC, ISO 8601."""
    counted = mail.answer
    return {
        "kind": mail.kind,
        "token": mail.token,
        **(_answer(counted) if counted else dict.fromkeys(_ANSWER)),
        "bounces": [{"action": b.action, "status": b.status, "recipient": b.recipient} for b in mail.bounces],
        "text": mail.text,
        "reasons": list(mail.reasons),
        "answers": [_answer(one) for one in mail.answers] if len(mail.answers) > 1 else [],
    }


_ANSWER = ("attendee", "partstat", "uid", "sequence", "recurrence_id", "comment", "proposed")


def _answer(answer: Answer) -> dict[str, Any]:
    proposed = answer.proposed
    return {
        "attendee": answer.attendee,
        "partstat": answer.partstat,
        "uid": answer.uid,
        "sequence": answer.sequence,
        "recurrence_id": _moment(answer.recurrence_id),
        "comment": answer.comment,
        "proposed": {"start": _moment(proposed.start), "end": _moment(proposed.end)} if proposed else None,
    }


def _moment(value: datetime | date | None) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if value else None
