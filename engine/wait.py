"""What an instance waits for: a person, a message, a signal, a moment, or a job of its own.

The rows are derived from the state on every save, so a list of open tasks loads no instance.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel

from engine.statement import Statement

HUMAN, MESSAGE, SIGNAL, TIMER, JOB = "human", "message", "signal", "timer", "job"


class Wait(SQLModel, table=True):
    """One thing an instance waits for. `element` is the path `call activity/element`; `lane` as drawn."""

    __tablename__ = "engine_wait"
    __table_args__: Any = (
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_engine_wait"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instance_id"],
            ["engine_instance.tenant_id", "engine_instance.id"],
            name="fk_engine_wait_tenant_id_instance_id",
        ),
        sa.Index("ix_engine_wait_tenant_id_instance_id", "tenant_id", "instance_id"),
        sa.Index("ix_engine_wait_tenant_id_kind_role_due_at", "tenant_id", "kind", "role", "due_at"),
    )

    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    instance_id: str
    kind: str
    element: str
    name: str
    lane: str | None = None
    role: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)


def of_instance(session: Session, tenant_id: str, instance_id: str) -> list[Wait]:
    """Out: the waits of an instance as the database holds them now, oldest first; no session keeps them."""
    sa.orm.configure_mappers()  # nothing else may have met the mapper yet; asking again costs nothing
    found = []
    for row in _of_instance.rows(session, {"tenant": tenant_id, "instance": instance_id}):
        wait: Wait = _made_by_mapper()
        sa.orm.attributes.instance_dict(wait).update(row)
        found.append(wait)
    return sorted(found, key=lambda it: (it.opened_at, it.element, it.id))


_table: sa.Table = Wait.__table__  # type: ignore[attr-defined]
_made_by_mapper = sa.orm.attributes.manager_of_class(Wait).new_instance
_of_instance = Statement(
    sa.select(_table).where(
        _table.c.tenant_id == sa.bindparam("tenant"), _table.c.instance_id == sa.bindparam("instance")
    ),
    "tenant",
    "instance",
)
