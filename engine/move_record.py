"""The record of a case that was moved: from which version to which, by whom, and its state before, for a way back."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, col, select


class Migration(SQLModel, table=True):
    """One move of one instance. `plan` is JSON text; `revision` is the instance's right after the move.

    `kept` is what the caller wants back when the move is taken back, as JSON text of its own.
    """

    __tablename__ = "engine_migration"
    __table_args__: Any = (
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_engine_migration"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instance_id"],
            ["engine_instance.tenant_id", "engine_instance.id"],
            name="fk_engine_migration_tenant_id_instance_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_id"],
            ["engine_definition.tenant_id", "engine_definition.id"],
            name="fk_engine_migration_tenant_id_from_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_id"],
            ["engine_definition.tenant_id", "engine_definition.id"],
            name="fk_engine_migration_tenant_id_to_id",
        ),
        sa.Index("ix_engine_migration_tenant_id_instance_id", "tenant_id", "instance_id"),
    )

    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    instance_id: str
    from_id: str
    to_id: str
    plan: str = Field(sa_type=sa.Text)
    state_before: str = Field(sa_type=sa.Text)
    kept: str = Field(default="{}", sa_type=sa.Text)
    reason: str = Field(default="", sa_type=sa.Text)
    revision: int
    moved_by: str
    moved_at: datetime = Field(sa_type=UtcDateTime)
    reverted_by: str | None = None
    reverted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def newest(session: Session, tenant_id: str, instance_id: str) -> Migration | None:
    """Out: the last move of an instance that was not taken back, if any."""
    query = select(Migration).where(
        Migration.tenant_id == tenant_id,
        Migration.instance_id == instance_id,
        col(Migration.reverted_at).is_(None),
    )
    return session.exec(query.order_by(col(Migration.moved_at).desc(), col(Migration.id).desc())).first()
