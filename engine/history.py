"""What happened in an instance: append-only, each row sealed with the hash of the row before.

Rows hold ids, element names, verbs and counts, never the words of people, so erasing a person never breaks the
chain. The instance row carries the last number and hash, so a cut tail is found as well.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel

from engine.instance import Instance


class History(SQLModel, table=True):
    """One thing that happened. `actor` is a person's id or "engine"; `details` is JSON text."""

    __tablename__ = "engine_history"
    __table_args__: Any = (
        sa.PrimaryKeyConstraint("tenant_id", "instance_id", "seq", name="pk_engine_history"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instance_id"],
            ["engine_instance.tenant_id", "engine_instance.id"],
            name="fk_engine_history_tenant_id_instance_id",
        ),
    )

    tenant_id: str = Field(primary_key=True)
    instance_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    element: str
    what: str
    details: str = Field(default="{}", sa_type=sa.Text)
    previous: str
    hash: str


class Event(NamedTuple):
    """A thing that happened in the step being taken, before it has a number and a hash."""

    actor: str
    element: str
    what: str
    details: Mapping[str, Any] = MappingProxyType({})


def seal(
    tenant_id: str, instance_id: str, at: datetime, events: Sequence[Event], seq: int, last: str
) -> list[dict[str, Any]]:
    """Number and chain events as rows. In: the last number and hash so far."""
    rows: list[dict[str, Any]] = []
    for event in events:
        seq += 1
        details = (
            orjson.dumps(dict(event.details), option=orjson.OPT_SORT_KEYS).decode() if event.details else "{}"
        )
        row = {
            "tenant_id": tenant_id,
            "instance_id": instance_id,
            "seq": seq,
            "at": at,
            "actor": event.actor,
            "element": event.element,
            "what": event.what,
            "details": details,
            "previous": last,
        }
        last = row["hash"] = sealed(row)
        rows.append(row)
    return rows


def of_instance(session: Session, tenant_id: str, instance_id: str) -> list[History]:
    """Out: everything that happened in an instance, in order; no session keeps the rows."""
    return [History(**row) for row in _rows(session, tenant_id, instance_id)]


def marks(session: Session, tenant_id: str, instance_id: str) -> list[tuple[str, str, datetime]]:
    """Out: when elements opened and were done, in order, as (element, what, at)."""
    table: sa.Table = History.__table__  # type: ignore[attr-defined]
    mine = sa.and_(table.c.tenant_id == tenant_id, table.c.instance_id == instance_id)
    query = sa.select(table.c.element, table.c.what, table.c.at).where(
        mine, table.c.what.in_(["opened", "done"])
    )
    return [(it.element, it.what, it.at) for it in session.connection().execute(query.order_by(table.c.seq))]


def verify(session: Session, tenant_id: str, instance_id: str) -> bool:
    """Say whether the history of an instance is complete and unchanged."""
    instance = session.get(Instance, (tenant_id, instance_id), populate_existing=True)
    if instance is None:
        return False
    last, seq = "", 0
    for found in _rows(session, tenant_id, instance_id):
        seq += 1
        if found["seq"] != seq or found["previous"] != last or found["hash"] != sealed(found):
            return False
        last = found["hash"]
    return (seq, last) == (instance.history_seq, instance.history_hash)


def _rows(session: Session, tenant_id: str, instance_id: str) -> Sequence[sa.RowMapping]:
    table: sa.Table = History.__table__  # type: ignore[attr-defined]
    query = sa.select(table).where(table.c.tenant_id == tenant_id, table.c.instance_id == instance_id)
    return session.connection().execute(query.order_by(table.c.seq)).mappings().all()


def sealed(row: Mapping[str, Any] | sa.RowMapping) -> str:
    """Out: the hash that seals a row to the one before it."""
    kept = (
        row["tenant_id"],
        row["instance_id"],
        str(row["seq"]),
        row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        row["actor"],
        row["element"],
        row["what"],
        row["details"],
        row["previous"],
    )
    return hashlib.sha256(orjson.dumps(kept)).hexdigest()
