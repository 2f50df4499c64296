"""What deliveries do with the outbox: claim due letters for a while, and note what came of them.

A claim is one statement with a lease and a fencing token: on PostgreSQL many deliveries share one outbox
(SKIP LOCKED), and one that slept past its lease can no longer change what another has taken over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import uuid_utils
from sqlalchemy import bindparam, tuple_
from sqlmodel import Session, col, or_, select, update

from notifications.outbox import TO_COME, OutgoingLetter

# What is put off for longer was put off by a clock that has been set back since: no pause is longer than a day.
LONGEST_PAUSE = timedelta(days=2)
SKEW = timedelta(hours=1)  # how far the clocks of two deliveries may lie apart


@dataclass(frozen=True)
class Claimed:
    """A letter a delivery has taken for the length of its lease."""

    tenant_id: str
    id: str
    kind: str
    sender_address: str
    recipient_address: str
    message_id: str
    content: bytes
    attempts: int
    recalled: bool
    due_at: datetime
    lease_token: str


_CLAIMED = [getattr(OutgoingLetter, name) for name in Claimed.__dataclass_fields__]


def claim(session: Session, *, now: datetime, limit: int, lease: timedelta) -> list[Claimed]:
    """Take the letters that are due, oldest first, in one statement. The caller commits before it sends.

    Letters whose lease ran out (their sender died) are taken again; a clock that was set back makes nothing wait for
    the moment it had shown. Out: at most `limit` letters.
    """
    letter = OutgoingLetter
    due_at, leased_until = col(letter.due_at), col(letter.leased_until)
    due = or_(
        col(letter.state).in_(TO_COME) & or_(due_at <= now, due_at > now + LONGEST_PAUSE),
        (col(letter.state) == "sending") & or_(leased_until < now, leased_until > now + lease + SKEW),
    )
    oldest = (
        select(letter.tenant_id, letter.id)
        .where(due)
        .order_by(col(letter.due_at), col(letter.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("oldest")
    )
    token = str(uuid_utils.uuid7())
    statement = (
        update(letter)
        .where(tuple_(col(letter.tenant_id), col(letter.id)).in_(select(oldest.c.tenant_id, oldest.c.id)))
        .values(
            state="sending", attempts=col(letter.attempts) + 1, leased_until=now + lease, lease_token=token
        )
        .returning(*_CLAIMED)
        .execution_options(synchronize_session=False)
    )
    rows = [Claimed(*row) for row in session.exec(statement)]
    return sorted(rows, key=lambda row: (row.due_at, row.id))


def outcome(letter: Claimed, *, state: str, **changed: Any) -> dict[str, Any]:
    """Out: a note for `record`: the letter's new state, and what else changed."""
    kept = {"due_at": letter.due_at, "attempts": letter.attempts, "sent_at": None, "answer": ""}
    this = {"of_tenant": letter.tenant_id, "of_id": letter.id, "of_lease": letter.lease_token}
    return {**this, "state": state, **kept, **changed}


def record(session: Session, notes: Sequence[dict[str, Any]]) -> None:
    """Write what came of claimed letters. A note whose lease another has taken over changes nothing."""
    table = OutgoingLetter.__table__  # type: ignore[attr-defined]
    statement = (
        table.update()
        .where(table.c.tenant_id == bindparam("of_tenant"), table.c.id == bindparam("of_id"))
        .where(table.c.lease_token == bindparam("of_lease"), table.c.state == "sending")
        .values(leased_until=None, lease_token=None)
    )
    session.connection().execute(statement, list(notes))


@dataclass
class Notebook:
    """Writes notes a few at a time: a commit costs more than a letter, and 0.2 s is soon enough."""

    open: Callable[[], AbstractContextManager[Session]]

    def __post_init__(self) -> None:
        self.notes: list[dict[str, Any]] = []
        self.since = 0.0

    def add(self, one: dict[str, Any]) -> None:
        if not self.notes:
            self.since = time.monotonic()
        self.notes.append(one)
        if len(self.notes) >= 100 or time.monotonic() - self.since > 0.2:
            self.write([])

    def write(self, more: list[dict[str, Any]]) -> None:
        if notes := self.notes + more:
            with self.open() as session:
                record(session, notes)
            self.notes = []
