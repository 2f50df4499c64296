"""A message nobody waited for yet: kept for a while, so that what comes early is not lost."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, SQLModel


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
