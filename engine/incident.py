"""What failed and needs a person: a job out of tries, or a step that broke while somebody did it.

People try it again, go on past it (`Runtime.skip`), or set it aside with a reason. A step that broke while somebody
did it was undone; it is noted once for each instance and element, and settled when its task is done after all.
"""

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import uuid_utils
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, col, select

from engine.errors import NotOpen
from engine.job import OPEN, Job

LONGEST_TRACE = 8_000
LONGEST_SENTENCE = 1_000


@dataclass(frozen=True)
class FailedAt:
    """Where a step broke that somebody took: the element, what ran there, and the wait that was being completed."""

    tenant_id: str
    instance_id: str
    element: str
    operation: str
    wait_id: str


class Incident(SQLModel, table=True):
    """What failed, where, and how it was settled. `error` is a sentence, `trace` is for the administrator.

    `job_id` names the stopped job; of a step that somebody took, the wait that was being completed; else it is empty.
    """

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


@contextmanager
def placing(where: Callable[[], FailedAt]) -> Iterator[None]:
    """Let whatever is raised know where it happened; it stays the error it was."""
    try:
        yield
    except Exception as error:
        if place_of(error) is None:
            error.__dict__["failed_at"] = where()
        raise


def place_of(error: BaseException) -> FailedAt | None:
    """Out: where a step broke with this error; None when it was no step."""
    found = error.__dict__.get("failed_at")
    return found if isinstance(found, FailedAt) else None


def of_failure(
    tenant_id: str, instance_id: str, job_id: str, element: str, error: Exception, now: datetime
) -> Incident:
    """Out: a new incident that says what an error was; not in a session yet."""
    return Incident(
        tenant_id=tenant_id,
        id=str(uuid_utils.uuid7()),
        instance_id=instance_id,
        job_id=job_id,
        element=element,
        error=f"{type(error).__name__}: {error}"[:LONGEST_SENTENCE],
        trace="".join(traceback.format_exception(error))[-LONGEST_TRACE:],
        created_at=now,
    )


def note(session: Session, error: Exception, *, now: datetime) -> Incident | None:
    """Keep the failure of a step that somebody took, which was rolled back. Out: None when the error has no place.

    The same instance and element stay one incident until it is settled.
    """
    place = place_of(error)
    if place is None:
        return None
    same = (
        Incident.tenant_id == place.tenant_id,
        Incident.instance_id == place.instance_id,
        Incident.element == place.element,
        col(Incident.resolved_at).is_(None),
    )
    found = session.exec(select(Incident).where(*same)).first()
    if found is None:
        found = of_failure(place.tenant_id, place.instance_id, place.wait_id, place.element, error, now)
        session.add(found)
    return found


def settle_of_wait(
    session: Session, tenant_id: str, instance_id: str, wait_id: str, *, now: datetime
) -> None:
    """A task was done or withdrawn after all: its incident is no more."""
    table: sa.Table = Incident.__table__  # type: ignore[attr-defined]
    mine = sa.and_(table.c.tenant_id == tenant_id, table.c.instance_id == instance_id)
    open_now = sa.and_(table.c.job_id == wait_id, table.c.resolved_at.is_(None))
    session.connection().execute(
        sa.update(table)
        .where(mine, open_now)
        .values(resolved_at=now, resolution="superseded by a later step")
    )


def find(session: Session, tenant_id: str, incident_id: str) -> Incident:
    """Out: an incident that still needs a person. Errors: NotOpen."""
    found = session.get(Incident, (tenant_id, incident_id))
    if found is None or found.resolved_at is not None:
        raise NotOpen("this incident is settled already, or it never was; look at the list again.")
    return found


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
    """Settle an incident without trying again (or after going on past it); a job stays stopped. Errors: NotOpen."""
    return _settle(session, tenant_id, incident_id, now, resolution)


def _settle(session: Session, tenant_id: str, incident_id: str, now: datetime, resolution: str) -> Incident:
    incident = session.get(Incident, (tenant_id, incident_id), with_for_update=True)
    if incident is None or incident.resolved_at is not None:
        raise NotOpen("this incident is settled already, or it never was; look at the list again.")
    incident.resolved_at, incident.resolution = now, resolution
    session.add(incident)
    return incident
