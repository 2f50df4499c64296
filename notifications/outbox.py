"""The outbox: one row is one letter to one recipient, as the bytes that will leave.

A row is written in the transaction of the step that causes it, so step and letter happen together or not
at all. The dedup key makes a repeated step harmless; the Message-ID follows from it, so a letter that has
to be sent twice (the window between the server's "250" and our note of it) is recognisable as one.

What must be read in one go is read without its bytes: `Slip`.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import uuid_utils
from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, col, select, update

from notifications.errors import LetterNotWaiting, LetterUnknown, MailRefused
from notifications.lint import check

STATES = ("queued", "sending", "sent", "deferred", "failed", "held", "superseded")
TO_COME = ("queued", "deferred")
_OPEN = text("state IN ('queued', 'deferred', 'sending')")
_LOST = text("state IN ('failed', 'held')")


class OutgoingLetter(SQLModel, table=True):
    """A letter and what became of it. "sent" means: the next mail server took it over."""

    __tablename__ = "outgoing_letter"
    __table_args__ = (
        PrimaryKeyConstraint("tenant_id", "id", name="pk_outgoing_letter"),
        UniqueConstraint("tenant_id", "dedup_key", name="uq_outgoing_letter_tenant_id_dedup_key"),
        Index("ix_outgoing_letter_tenant_id_business_key", "tenant_id", "business_key"),
        # An answer that comes in is known by the address its letter left from.
        Index("ix_outgoing_letter_sender", "tenant_id", "sender_address"),
        # Only what is still to come is looked through; years of sent letters lie outside.
        Index("ix_outgoing_letter_due_at", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        # The few that did not arrive are counted often, and their contents are long.
        Index(
            "ix_outgoing_letter_lost",
            "tenant_id",
            "state",
            "business_key",
            "created_at",
            sqlite_where=_LOST,
            postgresql_where=_LOST,
        ),
    )

    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    dedup_key: str
    business_key: str
    kind: str
    sender_address: str
    recipient_address: str
    recipient_ref: str
    language: str
    message_id: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: str = "queued"
    attempts: int = 0
    recalled: bool = False
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    leased_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    lease_token: str | None = None
    sent_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    answer: str = ""
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What is put into the outbox. `recipient_ref` is the caller's own name for the recipient; `due_at` is soon."""

    dedup_key: str
    business_key: str
    kind: str
    sender_address: str
    recipient_address: str
    recipient_ref: str
    language: str
    message_id: str
    content: bytes
    due_at: datetime | None = None


@dataclass(frozen=True)
class Slip:
    """A letter without its bytes."""

    id: str
    dedup_key: str
    business_key: str
    kind: str
    recipient_address: str
    recipient_ref: str
    language: str
    message_id: str
    state: str
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    answer: str
    created_at: datetime


_SLIP = [getattr(OutgoingLetter, name) for name in Slip.__dataclass_fields__]


def message_id(tenant_id: str, dedup_key: str, domain: str) -> str:
    """Out: the Message-ID that this letter has for ever, also after a crash and a second sending."""
    digest = hashlib.sha256(f"{tenant_id}\0{dedup_key}".encode()).hexdigest()[:32]
    return f"<{digest}@{domain}>"


def put(
    session: Session,
    *,
    tenant_id: str,
    dedup_key: str,
    business_key: str,
    kind: str,
    sender_address: str,
    recipient_address: str,
    recipient_ref: str,
    language: str,
    message_id: str,
    content: bytes,
    now: datetime,
    due_at: datetime | None = None,
) -> OutgoingLetter:
    """Put one finished letter out, once. Out: its row; with a dedup key known already, the older row.

    Raises MailRefused when the guard (`notifications.lint`) finds a fault.
    """
    envelope = Envelope(
        dedup_key=dedup_key,
        business_key=business_key,
        kind=kind,
        sender_address=sender_address,
        recipient_address=recipient_address,
        recipient_ref=recipient_ref,
        language=language,
        message_id=message_id,
        content=content,
        due_at=due_at,
    )
    put_many(session, tenant_id, [envelope], now=now)
    return session.exec(
        select(OutgoingLetter).where(
            OutgoingLetter.tenant_id == tenant_id, OutgoingLetter.dedup_key == dedup_key
        )
    ).one()


def put_many(session: Session, tenant_id: str, envelopes: Iterable[Envelope], *, now: datetime) -> int:
    """Put letters out, a few hundred in a statement; known dedup keys are passed over. Out: how many are new.

    In: an iterable, which may make each letter as it is asked for. Raises MailRefused at the first fault.
    """
    table: Table = OutgoingLetter.__table__  # type: ignore[attr-defined]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table).on_conflict_do_nothing(index_elements=["tenant_id", "dedup_key"])
    statement = insert.returning(table.c.id)
    source, new = iter(envelopes), 0
    while rows := [_row(tenant_id, envelope, now) for envelope in islice(source, 200)]:
        new += len(session.connection().execute(statement, rows).all())
    return new


def supersede(session: Session, tenant_id: str, dedup_prefix: str) -> int:
    """Withdraw letters that a newer one replaces and that have not left. Out: how many.

    One that is being sent this moment is marked, and not tried again should the try fail.
    """
    waiting = (
        col(OutgoingLetter.tenant_id) == tenant_id,
        col(OutgoingLetter.dedup_key).startswith(dedup_prefix, autoescape=True),
    )
    sending = col(OutgoingLetter.state) == "sending"
    session.exec(update(OutgoingLetter).where(*waiting, sending).values(recalled=True))
    unsent = col(OutgoingLetter.state).in_([*TO_COME, "held"])
    return session.exec(update(OutgoingLetter).where(*waiting, unsent).values(state="superseded")).rowcount


def again(session: Session, tenant_id: str, letter_id: str, *, now: datetime) -> None:
    """Send a failed, held or deferred letter anew, from the first try. The same bytes, the same Message-ID.

    Raises LetterUnknown, LetterNotWaiting.
    """
    this = (col(OutgoingLetter.tenant_id) == tenant_id, col(OutgoingLetter.id) == letter_id)
    state = session.exec(select(OutgoingLetter.state).where(*this)).first()
    if state is None:
        raise LetterUnknown(letter_id)
    ready = (*this, col(OutgoingLetter.state).in_(["failed", "held", "deferred", "queued"]))
    fresh = {"state": "queued", "attempts": 0, "due_at": now, "recalled": False}
    if not session.exec(update(OutgoingLetter).where(*ready).values(**fresh)).rowcount:
        raise LetterNotWaiting(letter_id, state)


def waiting_count(session: Session, *, tenant_id: str | None = None) -> int:
    """Out: how many letters are still to leave, of one tenant or of all (held and failed ones do not count)."""
    to_come = col(OutgoingLetter.state).in_([*TO_COME, "sending"])
    one = [] if tenant_id is None else [OutgoingLetter.tenant_id == tenant_id]
    return session.exec(select(func.count()).select_from(OutgoingLetter).where(to_come, *one)).one()


def counts(session: Session, tenant_id: str, business_key: str, *, kind: str | None = None) -> dict[str, int]:
    """Out: how many letters of a matter (and kind) are in each state; every state is there."""
    one = [] if kind is None else [OutgoingLetter.kind == kind]
    statement = (
        select(OutgoingLetter.state, func.count())
        .where(OutgoingLetter.tenant_id == tenant_id, OutgoingLetter.business_key == business_key, *one)
        .group_by(OutgoingLetter.state)
    )
    return dict.fromkeys(STATES, 0) | dict(iter(session.exec(statement)))


def by_business_key(
    session: Session, tenant_id: str, business_key: str, *, limit: int = 200, offset: int = 0
) -> list[Slip]:
    """Out: a matter's letters, newest first."""
    return _slips(
        session, tenant_id, col(OutgoingLetter.business_key) == business_key, limit=limit, offset=offset
    )


def find_undelivered(
    session: Session, tenant_id: str, *, business_key: str | None = None, limit: int = 200
) -> list[Slip]:
    """Out: letters that failed or are held, newest first: a person must look at them."""
    stuck: list[ColumnElement[bool]] = [col(OutgoingLetter.state).in_(["failed", "held"])]
    if business_key is not None:
        stuck.append(col(OutgoingLetter.business_key) == business_key)
    return _slips(session, tenant_id, *stuck, limit=limit)


def content(session: Session, tenant_id: str, letter_id: str) -> bytes:
    """Out: the bytes of a letter. Raises LetterUnknown."""
    this = (OutgoingLetter.tenant_id == tenant_id, OutgoingLetter.id == letter_id)
    raw = session.exec(select(OutgoingLetter.content).where(*this)).first()
    if raw is None:
        raise LetterUnknown(letter_id)
    return raw


def _slips(
    session: Session, tenant_id: str, *where: ColumnElement[bool], limit: int, offset: int = 0
) -> list[Slip]:
    statement = (
        select(*_SLIP)
        .where(OutgoingLetter.tenant_id == tenant_id, *where)
        .order_by(col(OutgoingLetter.id).desc())
        .limit(limit)
        .offset(offset)
    )
    return [Slip(*row) for row in session.exec(statement)]


def _row(tenant_id: str, envelope: Envelope, now: datetime) -> dict[str, Any]:
    if findings := check(envelope.content):
        raise MailRefused(envelope.dedup_key, findings)
    return {
        "tenant_id": tenant_id,
        "id": str(uuid_utils.uuid7()),
        "dedup_key": envelope.dedup_key,
        "business_key": envelope.business_key,
        "kind": envelope.kind,
        "sender_address": envelope.sender_address,
        "recipient_address": envelope.recipient_address,
        "recipient_ref": envelope.recipient_ref,
        "language": envelope.language,
        "message_id": envelope.message_id,
        "content": envelope.content,
        "state": "queued",
        "attempts": 0,
        "recalled": False,
        "due_at": envelope.due_at or now,
        "answer": "",
        "created_at": now,
    }
