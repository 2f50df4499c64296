"""A signal: heard by every case that waits for it now, kept for none that does not (BPMN 2.0.2, 10.5.1).

Whoever sends one from outside delivers it case by case (`Runtime.signal`), each in a transaction of its own; the
signal's id makes a delivery that was broken off go on without being heard twice. One thrown in a case is heard there
at once, and by the others as due work of theirs, written in the same step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import orjson
import sqlalchemy as sa
import uuid_utils
from sqlmodel import Session, col, select

from engine.definition import Library
from engine.errors import BudgetExceeded
from engine.instance import ACTIVE, Instance
from engine.job import OPEN, Job
from engine.job import SIGNAL as TO_HEAR
from engine.process import Process
from engine.wait import SIGNAL, Wait

_job: sa.Table = Job.__table__  # type: ignore[attr-defined]
Chain = tuple[str, ...]  # a signal after those that led to it, each of them thrown on hearing the one before


def listening(session: Session, library: Library, tenant_id: str, name: str) -> list[str]:
    """Out: the ids of the instances of a tenant that wait for a signal, in order of id.

    Where signals are waited for is read from the waits, what they are called from the definitions: no case is loaded.
    """
    waits = (
        select(Instance.definition_id, Wait.element, Wait.instance_id)
        .join(
            Instance,
            sa.and_(col(Instance.tenant_id) == Wait.tenant_id, col(Instance.id) == Wait.instance_id),
        )
        .where(Wait.tenant_id == tenant_id, Wait.kind == SIGNAL, Instance.status == ACTIVE)
    )
    named: dict[tuple[str, str], bool] = {}
    found = set()
    for definition, element, instance in session.exec(waits):
        if (definition, element) not in named:
            process = library.get(session, tenant_id, definition).process
            named[definition, element] = process.locate(element)[1].reference == name
        if named[definition, element]:
            found.add(instance)
    return sorted(found)


def joined(chain: Chain, name: str) -> Chain:
    """Out: a chain with one more signal thrown. Errors: BudgetExceeded when cases would call each other for ever."""
    if name in chain:
        raise BudgetExceeded(
            f"the signal {name!r} comes back as its own echo ({' > '.join(chain)}); name another."
        )
    return (*chain, name)


def pass_on(
    session: Session, library: Library, tenant_id: str, thrower: str, chains: Sequence[Chain], now: datetime
) -> None:
    """Have the other cases that wait for thrown signals hear them: a job each, which can fail by itself."""
    rows = [
        {
            "tenant_id": tenant_id,
            "id": (identity := str(uuid_utils.uuid7())),
            "instance_id": instance,
            "kind": TO_HEAR,
            "task_id": orjson.dumps(chain).decode(),
            "dedup_key": f"signal:{identity}",
            "due_at": now,
            "attempts": 0,
            "state": OPEN,
        }
        for chain in chains
        for instance in listening(session, library, tenant_id, chain[-1])
        if instance != thrower
    ]
    if rows:
        session.connection().execute(sa.insert(_job), rows)


def to_hear(session: Session, tenant_id: str, instance_id: str) -> list[tuple[str, Chain]]:
    """Out: the jobs by which an instance has yet to hear a signal, failed ones too: dedup key and chain."""
    mine = sa.and_(_job.c.tenant_id == tenant_id, _job.c.instance_id == instance_id, _job.c.kind == TO_HEAR)
    found = session.connection().execute(sa.select(_job.c.dedup_key, _job.c.task_id).where(mine))
    return [(it.dedup_key, chain_of(it.task_id)) for it in found.all()]


def chain_of(task_id: str | None) -> Chain:
    """Out: the chain a signal job was written with."""
    return tuple(orjson.loads(task_id or "[]"))


def names(process: Process) -> Iterator[str]:
    """Out: the signals a process waits for, each once."""
    found = {
        it.reference
        for diagram in process.diagrams()
        for it in diagram.elements.values()
        if it.event == "signal" and it.reference and it.kind not in ("endEvent", "intermediateThrowEvent")
    }
    yield from sorted(found)
