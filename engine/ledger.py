"""What a step writes and reads in SQL: set-based statements on the engine's own tables, in the caller's session.

Core statements instead of the unit of work, because a step knows exactly what changed: one revision, the waits
that came and went, the nearest timer, and the rows of history.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm
import uuid_utils
from sqlmodel import Session, SQLModel

from engine.errors import Conflict, NotOpen, UnknownInstance
from engine.history import Event, History, seal
from engine.incident import Incident
from engine.instance import Instance, Performed
from engine.job import OPEN, SERVICE, TIMER, Job
from engine.message import Message
from engine.spiff.machine import Open
from engine.statement import Insertion, Statement
from engine.wait import JOB as JOB_WAIT
from engine.wait import TIMER as TIMER_WAIT
from engine.wait import Wait

Row = Mapping[str, Any] | sa.RowMapping


def _table(model: type[SQLModel]) -> sa.Table:
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    return table


_instance, _wait, _job, _history = _table(Instance), _table(Wait), _table(Job), _table(History)
_message, _performed, _incident = _table(Message), _table(Performed), _table(Incident)
_P = sa.bindparam
_made_by_mapper = sa.orm.attributes.manager_of_class(Instance).new_instance

_SETS = ("revision", "status", "end_element", "state", "history_seq", "history_hash", "updated_at")
_job_named = sa.and_(_job.c.tenant_id == _P("tenant"), _job.c.dedup_key == _P("dedup"))
_open_job_named = sa.and_(_job_named, _job.c.state == OPEN)


_lock = Statement(
    sa.select(_instance)
    .where(_instance.c.tenant_id == _P("tenant"), _instance.c.id == _P("id"))
    .with_for_update(),
    "tenant",
    "id",
)
_lock_of_wait = Statement(
    sa.select(_instance)
    .join(_wait, sa.and_(_wait.c.tenant_id == _instance.c.tenant_id, _wait.c.instance_id == _instance.c.id))
    .where(_wait.c.tenant_id == _P("tenant"), _wait.c.id == _P("id"))
    .with_for_update(of=_instance),
    "tenant",
    "id",
)
_advance = Statement(
    sa.update(_instance)
    .where(
        _instance.c.tenant_id == _P("tenant"),
        _instance.c.id == _P("key"),
        _instance.c.revision == _P("old_revision"),
    )
    .values({name: _P(name) for name in _SETS}),
    "tenant",
    "key",
    "old_revision",
    *_SETS,
)
_close_wait = Statement(
    sa.delete(_wait).where(_wait.c.tenant_id == _P("tenant"), _wait.c.id == _P("key")), "tenant", "key"
)
_move_wait = Statement(
    sa.update(_wait)
    .where(_wait.c.tenant_id == _P("tenant"), _wait.c.id == _P("key"))
    .values(due_at=_P("due")),
    "tenant",
    "key",
    "due",
)
_open_waits, _add_history, _add_instance = Insertion(_wait), Insertion(_history), Insertion(_instance)
_add_performed, _add_job = Insertion(_performed), Insertion(_job)
_performed_by = Statement(
    sa.select(_performed.c.instance_id).where(
        _performed.c.tenant_id == _P("tenant"), _performed.c.key == _P("key")
    ),
    "tenant",
    "key",
)
_drop_open_job = Statement(sa.delete(_job).where(_open_job_named), "tenant", "dedup")
_move_open_job = Statement(
    sa.update(_job).where(_open_job_named).values(due_at=_P("due")), "tenant", "dedup", "due"
)


@dataclass(frozen=True)
class Written:
    """Everything a step leaves behind."""

    row: Row
    status: str
    end_element: str | None
    state: str
    now: datetime
    events: Sequence[Event]
    before: Mapping[str, Open]
    after: Mapping[str, Open]
    waits: Sequence[Mapping[str, Any]]


def new_row(tenant_id: str, definition_id: str, business_key: str, now: datetime) -> dict[str, Any]:
    """Out: the row of an instance that is not written yet; its revision 0 says so."""
    return {
        "tenant_id": tenant_id,
        "id": str(uuid_utils.uuid7()),
        "definition_id": definition_id,
        "business_key": business_key,
        "revision": 0,
        "status": "active",
        "end_element": None,
        "state": "",
        "history_seq": 0,
        "history_hash": "",
        "created_at": now,
        "updated_at": now,
    }


def lock(session: Session, tenant_id: str, instance_id: str) -> Row:
    """Out: an instance's row, locked until the transaction ends. Errors: UnknownInstance."""
    found = _lock.rows(session, {"tenant": tenant_id, "id": instance_id})
    if not found:
        raise UnknownInstance(f"there is no instance {instance_id}.")
    return found[0]


def lock_of_wait(session: Session, tenant_id: str, wait_id: str) -> Row:
    """Out: the locked row of the instance that waits for something. Errors: NotOpen."""
    found = _lock_of_wait.rows(session, {"tenant": tenant_id, "id": wait_id})
    if not found:
        raise NotOpen("this task is not open any more; look at the list of tasks again.")
    return found[0]


def performed(session: Session, tenant_id: str, key: str) -> Instance | None:
    """Out: the instance of the step that was taken under this key before, if any."""
    found = _performed_by.rows(session, {"tenant": tenant_id, "key": key})
    return as_instance(lock(session, tenant_id, found[0]["instance_id"])) if found else None


def as_instance(row: Row) -> Instance:
    """Out: a row as an instance no session knows, made the way the mapper makes what it has read."""
    sa.orm.configure_mappers()  # nothing else may have met the mapper yet; asking again costs nothing
    made: Instance = _made_by_mapper()
    sa.orm.attributes.instance_dict(made).update(row)
    return made


def remember(session: Session, tenant_id: str, key: str, instance_id: str, now: datetime) -> None:
    """Note that a step was taken under a key. Errors: Conflict when another step just took it."""
    row = {"tenant_id": tenant_id, "key": key, "instance_id": instance_id, "performed_at": now}
    try:
        _add_performed.run(session, row)
    except sa.exc.IntegrityError as error:
        raise Conflict("another step was taken under the same key meanwhile.") from error


def write_step(session: Session, it: Written) -> Instance:
    """Write a step. Errors: Conflict."""
    tenant, key = it.row["tenant_id"], it.row["id"]
    sealed = seal(tenant, key, it.now, it.events, it.row["history_seq"], it.row["history_hash"])
    changed = {
        "revision": it.row["revision"] + 1,
        "status": it.status,
        "end_element": it.end_element,
        "state": it.state,
        "history_seq": it.row["history_seq"] + len(sealed),
        "history_hash": sealed[-1]["hash"] if sealed else it.row["history_hash"],
        "updated_at": it.now,
    }
    if it.row["revision"] == 0:
        _add_instance.run(session, {**it.row, **changed})
    else:
        where = {"tenant": tenant, "key": key, "old_revision": it.row["revision"]}
        if _advance.run(session, {**where, **changed}) != 1:
            raise Conflict("another step changed this instance meanwhile.")
    _write_waits(session, tenant, it)
    _write_jobs(session, tenant, key, it)
    if sealed:
        _add_history.run_each(session, sealed)
    return as_instance({**it.row, **changed})


def _write_waits(session: Session, tenant: str, it: Written) -> None:
    gone = [{"tenant": tenant, "key": key} for key in it.before if key not in it.after]
    if gone:
        _close_wait.run_each(session, gone)
    moved = [
        {"tenant": tenant, "key": key, "due": new.due_at}
        for key, new in it.after.items()
        if key in it.before and it.before[key].due_at != new.due_at
    ]
    if moved:
        _move_wait.run_each(session, moved)
    if it.waits:
        _open_waits.run_each(session, it.waits)


def _write_jobs(session: Session, tenant: str, instance: str, it: Written) -> None:
    """One job for the nearest timer, one for each service that waits to run."""
    old, new = _nearest(it.before), _nearest(it.after)
    if old != new:
        _set_timer(session, tenant, instance, old, new)
    for key, waiting in it.before.items():
        if waiting.kind == JOB_WAIT and key not in it.after:
            drop(session, tenant, f"service:{key}", it.now)
    fresh = [key for key, waiting in it.after.items() if waiting.kind == JOB_WAIT and key not in it.before]
    if fresh:
        rows = [_new_job(tenant, instance, SERVICE, f"service:{key}", it.now, key) for key in fresh]
        _add_job.run_each(session, rows)


def _set_timer(
    session: Session, tenant: str, instance: str, old: datetime | None, new: datetime | None
) -> None:
    name = f"timer:{instance}"
    if old is not None and new is not None:
        moved = _move_open_job.run(session, {"tenant": tenant, "dedup": name, "due": new})
        if moved == 1:
            return
    if old is not None:
        drop(session, tenant, name, old)
    if new is not None:
        _add_job.run(session, _new_job(tenant, instance, TIMER, name, new, None))


def drop(session: Session, tenant: str, name: str, now: datetime) -> None:
    """Remove a job; if it had stopped, its incident is settled by what just happened."""
    if _drop_open_job.run(session, {"tenant": tenant, "dedup": name}):
        return
    connection = session.connection()
    stopped = sa.select(_job.c.id).where(_job.c.tenant_id == tenant, _job.c.dedup_key == name)
    connection.execute(
        sa.update(_incident)
        .where(
            _incident.c.tenant_id == tenant,
            _incident.c.job_id.in_(stopped),
            _incident.c.resolved_at.is_(None),
        )
        .values(resolved_at=now, resolution="superseded by a later step")
    )
    connection.execute(sa.delete(_job).where(_job.c.tenant_id == tenant, _job.c.dedup_key == name))


def _nearest(waits: Mapping[str, Open]) -> datetime | None:
    return min(
        (it.due_at for it in waits.values() if it.kind == TIMER_WAIT and it.due_at is not None), default=None
    )


def _new_job(
    tenant: str, instance: str, kind: str, name: str, due: datetime, task: str | None
) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "id": str(uuid_utils.uuid7()),
        "instance_id": instance,
        "kind": kind,
        "task_id": task,
        "dedup_key": name,
        "due_at": due,
        "locked_until": None,
        "token": None,
        "attempts": 0,
        "error": None,
        "state": OPEN,
    }


def keep_message(
    session: Session,
    tenant_id: str,
    instance_id: str,
    name: str,
    payload: str,
    now: datetime,
    until: datetime,
) -> None:
    """Buffer a message nobody waits for yet."""
    session.connection().execute(
        sa.insert(_message),
        {
            "tenant_id": tenant_id,
            "id": str(uuid_utils.uuid7()),
            "instance_id": instance_id,
            "name": name,
            "payload": payload,
            "created_at": now,
            "expires_at": until,
        },
    )


def take_message(
    session: Session, tenant_id: str, instance_id: str, names: Collection[str], now: datetime
) -> Any | None:
    """Out: the oldest buffered message of these names that has not expired, removed from the buffer; or None."""
    connection = session.connection()
    mine = sa.and_(_message.c.tenant_id == tenant_id, _message.c.instance_id == instance_id)
    query = sa.select(_message).where(mine, _message.c.name.in_(names), _message.c.expires_at > now)
    found = connection.execute(query.order_by(_message.c.created_at, _message.c.id).limit(1)).one_or_none()
    if found is not None:
        connection.execute(sa.delete(_message).where(mine, _message.c.id == found.id))
    return found
