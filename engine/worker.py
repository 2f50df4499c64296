"""Drains due work: the nearest timers and the services that run after a commit, one transaction each.

The claim, the step and the removal of the job are one transaction, so a crash is a rollback and there is nothing
to recover. A job that fails waits longer each time and becomes an incident after eight tries; others go on.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlmodel import Session

from engine.clock import Clock
from engine.errors import Conflict, NotOpen, ServiceFailed
from engine.incident import of_failure
from engine.instance import Instance
from engine.job import OPEN, STOPPED, TIMER, Job
from engine.runtime import Runtime
from engine.statement import Statement
from engine.wait import Wait

TRIES = 8
FIRST_PAUSE = timedelta(seconds=10)  # doubled with each try: the eighth comes after about 20 minutes
LONGEST_PAUSE = FIRST_PAUSE * 2**TRIES

_log = structlog.get_logger(__name__)
_job: sa.Table = Job.__table__  # type: ignore[attr-defined]
_instance: sa.Table = Instance.__table__  # type: ignore[attr-defined]
_wait: sa.Table = Wait.__table__  # type: ignore[attr-defined]
_P = sa.bindparam
# Word for word as the index has it: with a parameter in its place neither database would know that the index serves.
_can_run = _job.c.state != sa.literal_column(f"'{STOPPED}'")

# Every step locks the instance before its jobs, so a claim names them in that order. It waits for nobody: what another
# node has in hand it passes by, and what another node has just done is no longer due once the lock is there.
_oldest_due = Statement(
    sa.select(_job.c.tenant_id, _job.c.id, _job.c.instance_id, _job.c.kind, _job.c.attempts)
    .join(_instance, sa.and_(_instance.c.tenant_id == _job.c.tenant_id, _instance.c.id == _job.c.instance_id))
    .where(
        _can_run,
        _job.c.due_at <= _P("now"),
        sa.or_(
            _job.c.locked_until.is_(None),
            _job.c.locked_until <= _P("now"),
            _job.c.locked_until > _P("longest"),  # written by a clock that was set back since
        ),
    )
    .order_by(_job.c.due_at)
    .limit(1)
    .with_for_update(of=(_instance, _job), skip_locked=True),
    "now",
    "longest",
)
_still_due = Statement(
    sa.select(_job.c.id).where(
        _job.c.tenant_id == _P("tenant"), _job.c.id == _P("id"), _job.c.due_at <= _P("now")
    ),
    "tenant",
    "id",
    "now",
)


@dataclass(frozen=True)
class _Claim:
    tenant_id: str
    id: str
    instance_id: str
    kind: str
    attempts: int


class Worker:
    """Does due work of all tenants. In: a way to open a transaction that commits when it is left."""

    def __init__(
        self, runtime: Runtime, open_transaction: Callable[[], AbstractContextManager[Session]], clock: Clock
    ) -> None:
        self._runtime = runtime
        self._open = open_transaction
        self._clock = clock

    def drain(self, limit: int = 50) -> int:
        """Do at most `limit` due jobs, the oldest first. Out: how many were tried."""
        for count in range(limit):
            if not self.drain_one():
                return count
        return limit

    def drain_one(self) -> bool:
        """Do the oldest due job. Out: whether there was one."""
        now = self._clock.now()
        claim: _Claim | None = None
        try:
            with self._open() as session:
                claim = _claim(session, now)
                if claim is None:
                    return False
                self._do(session, claim, now)
        except Exception as error:
            if claim is None:
                raise  # the database failed, not the job
            self._note_failure(claim, error, now)
        return True

    def next_due(self, session: Session) -> datetime | None:
        """Out: the moment of the nearest job, so that a loop can sleep and a rehearsal can jump."""
        query = sa.select(sa.func.min(_job.c.due_at)).where(_can_run)
        due: datetime | None = session.connection().execute(query).scalar_one()
        return due

    def _do(self, session: Session, claim: _Claim, now: datetime) -> None:
        try:
            if claim.kind == TIMER:
                self._runtime.fire(session, claim.tenant_id, claim.instance_id, now=now)
            else:
                self._runtime.run_job(session, claim.tenant_id, claim.id, now=now)
        except NotOpen:
            # What the job was for is gone already; so is the job, below.
            pass
        # A step that changed what is due has moved or removed the job itself; one that changed nothing left a
        # job that is due for nothing. A timer that was tried before its moment, because the clock went back or
        # somebody had it tried again, is kept for it.
        if not _still_due.rows(session, {"tenant": claim.tenant_id, "id": claim.id, "now": now}):
            return
        same = sa.and_(_job.c.tenant_id == claim.tenant_id, _job.c.id == claim.id)
        coming = self._coming(session, claim, now) if claim.kind == TIMER else None
        change = sa.delete(_job) if coming is None else sa.update(_job).values(due_at=coming)
        session.connection().execute(change.where(same))

    def _coming(self, session: Session, claim: _Claim, now: datetime) -> datetime | None:
        """Out: the nearest moment an instance still waits for."""
        mine = sa.and_(_wait.c.tenant_id == claim.tenant_id, _wait.c.instance_id == claim.instance_id)
        nearest = sa.select(sa.func.min(_wait.c.due_at)).where(
            mine, _wait.c.kind == TIMER, _wait.c.due_at > now
        )
        found: datetime | None = session.connection().execute(nearest).scalar_one()
        return found

    def _note_failure(self, claim: _Claim, error: Exception, now: datetime) -> None:
        transient = isinstance(error, Conflict)
        attempts = claim.attempts + (0 if transient else 1)
        pause = timedelta(seconds=1) if transient else FIRST_PAUSE * 2 ** (attempts - 1)
        stopped = attempts >= TRIES
        with self._open() as session:
            session.connection().execute(
                sa.update(_job)
                .where(_job.c.tenant_id == claim.tenant_id, _job.c.id == claim.id)
                .values(
                    attempts=attempts,
                    locked_until=now + pause,
                    error=_sentence(error),
                    state=STOPPED if stopped else OPEN,
                )
            )
            if stopped:
                element = error.element if isinstance(error, ServiceFailed) else ""
                session.add(of_failure(claim.tenant_id, claim.instance_id, claim.id, element, error, now))
        event = "job_stopped" if stopped else "job_failed"
        _log.warning(
            event, job=claim.id, instance=claim.instance_id, attempts=attempts, error=type(error).__name__
        )


def _claim(session: Session, now: datetime) -> _Claim | None:
    found = _oldest_due.rows(session, {"now": now, "longest": now + LONGEST_PAUSE})
    return _Claim(*found[0].values()) if found else None


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:1_000]
