"""A job that is out of tries: shown to people, who try it again or set it aside with a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, col, select

from engine.errors import NotOpen
from engine.job import OPEN, Job


class Incident(SQLModel, table=True):
    """What failed, where, and how it was settled. `error` is a sentence, `trace` is for the developer."""

    __tablename__ = "engine_incident"
    __table_args__: Any = (
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_engine_incident"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instance_id"],
            ["engine_instance.tenant_id", "engine_instance.id"],
            name="fk_engine_incident_tenant_id_instance_id",
        ),
        sa.Index("ix_engine_incident_tenant_id_instance_id", "tenant_id", "instance_id"),
        sa.Index("ix_engine_incident_tenant_id_resolved_at", "tenant_id", "resolved_at"),
    )

    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    instance_id: str
    job_id: str
    element: str
    error: str = Field(sa_type=sa.Text)
    trace: str = Field(sa_type=sa.Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolution: str | None = Field(default=None, sa_type=sa.Text)


def unresolved(session: Session, tenant_id: str) -> Sequence[Incident]:
    """Out: the incidents of a tenant that still need a person, oldest first."""
    query = select(Incident).where(Incident.tenant_id == tenant_id, col(Incident.resolved_at).is_(None))
    return session.exec(query.order_by(col(Incident.created_at))).all()


def retry(session: Session, tenant_id: str, incident_id: str, *, now: datetime, resolution: str) -> Incident:
    """Let the worker try again from the first try on. Errors: NotOpen."""
    incident = _settle(session, tenant_id, incident_id, now, resolution)
    job = session.get(Job, (tenant_id, incident.job_id))
    if job is not None:
        job.state, job.attempts, job.locked_until, job.due_at = OPEN, 0, None, now
        session.add(job)
    return incident


def set_aside(
    session: Session, tenant_id: str, incident_id: str, *, now: datetime, resolution: str
) -> Incident:
    """Settle an incident without trying again; the job stays stopped. Errors: NotOpen."""
    return _settle(session, tenant_id, incident_id, now, resolution)


def _settle(session: Session, tenant_id: str, incident_id: str, now: datetime, resolution: str) -> Incident:
    incident = session.get(Incident, (tenant_id, incident_id), with_for_update=True)
    if incident is None or incident.resolved_at is not None:
        raise NotOpen("this incident is settled already, or it never was; look at the list again.")
    incident.resolved_at, incident.resolution = now, resolution
    session.add(incident)
    return incident
