"""One run of a process: which definition it follows, how far it is, and the steps it has already taken.

The state is text only the engine reads. Everything else about an instance (waits, jobs, history) is derived
from it in the same transaction.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, SQLModel

ACTIVE, COMPLETED, CANCELLED = "active", "completed", "cancelled"


class Instance(SQLModel, table=True):
    """A running or finished process. `revision` grows by one with each step."""

    __tablename__ = "engine_instance"
    __table_args__: Any = (
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_engine_instance"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "definition_id"],
            ["engine_definition.tenant_id", "engine_definition.id"],
            name="fk_engine_instance_tenant_id_definition_id",
        ),
        sa.Index("ix_engine_instance_tenant_id_business_key", "tenant_id", "business_key"),
        sa.Index("ix_engine_instance_tenant_id_definition_id", "tenant_id", "definition_id"),
    )

    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    definition_id: str
    business_key: str
    revision: int
    status: str
    end_element: str | None = None
    state: str = Field(sa_type=sa.Text)
    history_seq: int = 0
    history_hash: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Performed(SQLModel, table=True):
    """A step that was taken under a caller's key, so that the same key is never two steps."""

    __tablename__ = "engine_performed"
    __table_args__: Any = (
        sa.PrimaryKeyConstraint("tenant_id", "key", name="pk_engine_performed"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instance_id"],
            ["engine_instance.tenant_id", "engine_instance.id"],
            name="fk_engine_performed_tenant_id_instance_id",
        ),
        sa.Index("ix_engine_performed_tenant_id_instance_id", "tenant_id", "instance_id"),
    )

    tenant_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    instance_id: str
    performed_at: datetime = Field(sa_type=UtcDateTime)
