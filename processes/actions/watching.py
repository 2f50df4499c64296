"""Figures for whoever watches an installation: what waits, what is due and how late, what failed, what is to be sent.

A handful of counts by SQL, each over rows that are still open; no case is loaded, and nothing personal is in them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Session


@dataclass(frozen=True)
class Figures:
    """Counts of this moment; ages in seconds, 0 when nothing is due. `letters` are those not sent yet, by state."""

    waits: Mapping[str, int]
    due_jobs: int
    oldest_job: float
    stopped_jobs: int
    incidents: int
    letters: Mapping[str, int]
    oldest_letter: float


def figures(session: Session, municipality_id: str, *, now: datetime) -> Figures:
    """Count. In: the moment that decides what is due."""
    connection = session.connection()
    values = {"tenant": municipality_id, "now": now}
    jobs = connection.execute(_jobs, values).one()
    letters = connection.execute(_letters, values).one()
    states = connection.execute(_states, values)
    return Figures(
        waits={it.kind: it.many for it in connection.execute(_waits, values)},
        due_jobs=jobs.due or 0,
        oldest_job=_age(jobs.oldest, now),
        stopped_jobs=jobs.stopped or 0,
        incidents=connection.execute(_incidents, values).scalar_one(),
        letters={it.state: it.many for it in states},
        oldest_letter=_age(letters.oldest, now),
    )


def _age(oldest: datetime | None, now: datetime) -> float:
    return max((now - oldest).total_seconds(), 0.0) if oldest is not None else 0.0


_now = sa.bindparam("now", type_=UtcDateTime)
_waits = sa.text("select kind, count(*) as many from engine_wait where tenant_id = :tenant group by kind")
_jobs = (
    sa.text(
        "select count(case when state = 'open' and due_at <= :now then 1 end) as due,"
        " min(case when state = 'open' and due_at <= :now then due_at end) as oldest,"
        " count(case when state = 'stopped' then 1 end) as stopped"
        " from engine_job where tenant_id = :tenant and (state = 'stopped' or due_at <= :now)"
    )
    .bindparams(_now)
    .columns(due=sa.Integer, oldest=UtcDateTime, stopped=sa.Integer)
)
_incidents = sa.text("select count(*) from engine_incident where tenant_id = :tenant and resolved_at is null")
# Both conditions are those of partial indexes, word for word: years of sent letters are not looked through.
_states = sa.text(
    "select state, count(*) as many from outgoing_letter"
    " where tenant_id = :tenant and state IN ('queued', 'deferred', 'sending') group by state"
    " union all select state, count(*) as many from outgoing_letter"
    " where tenant_id = :tenant and state IN ('failed', 'held') group by state"
)
_letters = (
    sa.text(
        "select min(due_at) as oldest from outgoing_letter"
        " where tenant_id = :tenant and state IN ('queued', 'deferred', 'sending') and due_at <= :now"
    )
    .bindparams(_now)
    .columns(oldest=UtcDateTime)
)
