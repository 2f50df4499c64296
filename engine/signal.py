"""A signal from outside: heard by every case that waits for it now, kept for none that does not.

Whoever sends it delivers it case by case (`Runtime.signal`), each in a transaction of its own; the signal's id makes
a delivery that was broken off go on without being heard twice.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.definition import Library
from engine.instance import ACTIVE, Instance
from engine.process import Process
from engine.wait import SIGNAL, Wait


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


def names(process: Process) -> Iterator[str]:
    """Out: the signals a process waits for, each once."""
    found = {
        it.reference
        for diagram in process.diagrams()
        for it in diagram.elements.values()
        if it.event == "signal" and it.reference and it.kind not in ("endEvent", "intermediateThrowEvent")
    }
    yield from sorted(found)
