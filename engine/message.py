"""A message nobody waited for yet: kept for a while, so that what comes early is not lost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import uuid_utils
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel

from engine.clock import Clock
from engine.incident import Incident
from engine.instance import ACTIVE, Instance, Performed

IDS_KEPT = timedelta(days=30)
EVERY = timedelta(hours=1)


class Message(SQLModel, table=True):
    """A buffered message of one instance; the oldest of a name is delivered first, after `expires_at` never."""

    __tablename__ = "engine_message"
    __table_args__: Any = (
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_engine_message"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instance_id"],
            ["engine_instance.tenant_id", "engine_instance.id"],
            name="fk_engine_message_tenant_id_instance_id",
        ),
        sa.Index("ix_engine_message_tenant_id_instance_id_name", "tenant_id", "instance_id", "name"),
    )

    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    instance_id: str
    name: str
    payload: str = Field(sa_type=sa.Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


_message: sa.Table = Message.__table__  # type: ignore[attr-defined]
_instance: sa.Table = Instance.__table__  # type: ignore[attr-defined]
_performed: sa.Table = Performed.__table__  # type: ignore[attr-defined]
_incident: sa.Table = Incident.__table__  # type: ignore[attr-defined]


def expire(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Give up what nobody waited for in time, and tell people of it: an incident for each case that still runs.

    Out: how many messages were given up, of every tenant.
    """
    connection = session.connection()
    holder = sa.and_(_instance.c.tenant_id == _message.c.tenant_id, _instance.c.id == _message.c.instance_id)
    due = (
        sa.select(_message, _instance.c.status)
        .join(_instance, holder)
        .where(_message.c.expires_at <= now)
        .order_by(_message.c.expires_at, _message.c.id)
        .limit(limit)
        # Whoever delivers a message locks the instance first, and so does this.
        .with_for_update(of=_instance, skip_locked=True)
    )
    rows = connection.execute(due).all()
    gone = [it for it in rows if _delete(connection, it)]
    told = [_told(it, now) for it in gone if it.status == ACTIVE]
    if told:
        connection.execute(sa.insert(_incident), told)
    return len(gone)


def forget_ids(session: Session, *, now: datetime, after: timedelta = IDS_KEPT) -> int:
    """Forget ids of messages to cases that ended long ago: an ended case takes no message, so none can come twice.

    While a case runs its ids stay, however old: the same id is one message for as long. Out: how many were forgotten.
    """
    ended = sa.select(_instance.c.id).where(
        _instance.c.tenant_id == _performed.c.tenant_id,
        _instance.c.id == _performed.c.instance_id,
        _instance.c.status != ACTIVE,
        _instance.c.updated_at <= now - after,
    )
    query = sa.delete(_performed).where(_performed.c.key.startswith("message:"), ended.exists())
    return session.connection().execute(query).rowcount


class Expiry:
    """A drain that gives up what expired. In: a way to open a transaction, and the clock; it looks once an hour."""

    def __init__(self, open_transaction: Callable[[], AbstractContextManager[Session]], clock: Clock) -> None:
        self._open, self._clock = open_transaction, clock
        self._looked: datetime | None = None

    def drain(self) -> int:
        """Out: how many messages were given up; 0 when it is not time to look, or nothing is due."""
        now = self._clock.now()
        if self._looked is not None and self._looked <= now < self._looked + EVERY:
            return 0
        with self._open() as session:
            given_up = expire(session, now=now)
            if not given_up:
                forget_ids(session, now=now)
        if not given_up:
            self._looked = now
        return given_up


def _delete(connection: sa.Connection, it: sa.Row[Any]) -> bool:
    same = sa.and_(_message.c.tenant_id == it.tenant_id, _message.c.id == it.id)
    return connection.execute(sa.delete(_message).where(same)).rowcount == 1


def _told(it: sa.Row[Any], now: datetime) -> dict[str, Any]:
    sentence = (
        f"the message {it.name!r} came at {it.created_at.isoformat()}, and nothing waited for it in time."
    )
    return {
        "tenant_id": it.tenant_id,
        "id": str(uuid_utils.uuid7()),
        "instance_id": it.instance_id,
        "job_id": it.id,
        "element": "",
        "error": f"MessageExpired: {sentence}",
        "trace": "",
        "created_at": now,
        "resolved_at": None,
        "resolution": None,
    }
