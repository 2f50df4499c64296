"""Due work of an instance: the nearest of its timers, a service that runs after the commit, a signal to hear.

A job is written in the step that makes it necessary, so it exists exactly when the state needs it. The worker
claims the oldest due one; the claim, the step and the removal of the job are one transaction.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, SQLModel

TIMER, SERVICE, SIGNAL = "timer", "service", "signal"
OPEN, STOPPED = "open", "stopped"  # a stopped job is out of tries; its incident says why
# Said as "not stopped": until PostgreSQL has counted, it takes that for most rows and reads the index in its order;
# "is open" it takes for a few, and then it gathers and sorts all that are due for every claim.
_CAN_RUN = sa.text("state != 'stopped'")


class Job(SQLModel, table=True):
    """One piece of due work.

    `task_id` names the wait a service job completes, or the signal that is to be heard with those that led to it
    (JSON, the newest last); a timer job has none.
    """

    __tablename__ = "engine_job"
    __table_args__: Any = (
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_engine_job"),
        sa.UniqueConstraint("tenant_id", "dedup_key", name="uq_engine_job_tenant_id_dedup_key"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instance_id"],
            ["engine_instance.tenant_id", "engine_instance.id"],
            name="fk_engine_job_tenant_id_instance_id",
        ),
        sa.Index("ix_engine_job_tenant_id_instance_id", "tenant_id", "instance_id"),
        # Workers serve every tenant of the database and take the oldest first, from the start of this index.
        sa.Index("ix_engine_job_due_at", "due_at", sqlite_where=_CAN_RUN, postgresql_where=_CAN_RUN),
    )

    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    instance_id: str
    kind: str
    task_id: str | None = None
    dedup_key: str
    due_at: datetime = Field(sa_type=UtcDateTime)
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    token: str | None = None
    attempts: int = 0
    error: str | None = None
    state: str = OPEN
