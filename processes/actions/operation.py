"""What whoever runs the installation sees of its cases: a list, one case whole, the audit of every history.

Names of people and their words are not shown: element names, ids, moments and counts are.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from engine import audit, history, incident, outline
from engine.audit import Anchor, Flaw
from engine.definition import Definition
from engine.history import History
from engine.incident import Incident
from engine.instance import Instance
from engine.runtime import Runtime
from engine.wait import Wait
from processes.consultation import Consultation
from processes.errors import NotFound
from processes.permission import ADMINISTRATOR, PLANNER, Actor

OPERATOR = "operator"


def operator(municipality_id: str) -> Actor:
    """Whoever may type commands where the database is: they act as planner and administrator, under this name."""
    return Actor(municipality_id, OPERATOR, frozenset({PLANNER, ADMINISTRATOR}))


@dataclass(frozen=True)
class CaseLine:
    """A case in the list. `since` is the last step taken in it; a draft has no process yet."""

    number: str
    process: str
    version: int
    status: str
    waits: int
    incidents: int
    since: datetime


@dataclass(frozen=True)
class Told:
    """A row of a history: when, who (an id), where in the diagram, what, with which details."""

    at: datetime
    actor: str
    element: str
    what: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseWhole:
    """One case: its line, its instance, what it waits for, its history, its failures, its diagram as text."""

    line: CaseLine
    instance_id: str
    revision: int
    waits: Sequence[Wait]
    history: Sequence[Told]
    incidents: Sequence[Incident]
    diagram: str


@dataclass(frozen=True)
class Audited:
    """What an audit found: faults inside the database, then those against a kept anchor; and the new anchor.

    `numbers` gives the numbers of cases by the ids of their instances.
    """

    flaws: Sequence[Flaw]
    anchor: Anchor
    numbers: dict[str, str]


def cases(session: Session, municipality_id: str) -> list[CaseLine]:
    """Every case of the municipality, by number."""
    return [_line(row) for row in session.connection().execute(_lines(municipality_id))]


def show(session: Session, municipality_id: str, number: str, *, runtime: Runtime) -> CaseWhole:
    """One case. Errors: NotFound, also for one that has not begun."""
    found = session.connection().execute(_lines(municipality_id, number)).one_or_none()
    if found is None or found.instance_id is None:
        raise NotFound
    key = str(found.instance_id)
    instance = session.get_one(Instance, (municipality_id, key))
    definition = runtime.library.get(session, municipality_id, instance.definition_id)
    failed = [it for it in incident.unresolved(session, municipality_id) if it.instance_id == key]
    places = runtime.progress(session, municipality_id, key)
    drawn = outline.lines(definition.process, places, {it.element for it in failed})
    return CaseWhole(
        line=_line(found),
        instance_id=key,
        revision=instance.revision,
        waits=runtime.waits(session, municipality_id, key),
        history=[_told(it) for it in history.of_instance(session, municipality_id, key)],
        incidents=failed,
        diagram=outline.as_text(drawn),
    )


def verify(session: Session, municipality_id: str, *, now: datetime, against: str | None = None) -> Audited:
    """Check every history. In: the text of a kept anchor. Errors: AnchorUnreadable."""
    kept = None if against is None else audit.read_anchor(against)
    flaws = audit.check(session, municipality_id)
    if kept is not None and kept.tenant_id != municipality_id:
        flaws.append(Flaw("", 0, f"the anchor is of another municipality ({kept.tenant_id})."))
    elif kept is not None:
        flaws += audit.compare(session, kept)
    query = select(Consultation.instance_id, Consultation.number).where(
        Consultation.municipality_id == municipality_id
    )
    numbers = {key: number for key, number in session.exec(query).all() if key}
    return Audited(flaws, audit.take(session, municipality_id, now=now), numbers)


def _table(model: type[SQLModel]) -> sa.Table:
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    return table


def _lines(municipality_id: str, number: str | None = None) -> sa.Select[Any]:
    """One row a case; waits and failures are counted, not loaded."""
    case, instance, definition = _table(Consultation), _table(Instance), _table(Definition)

    def many(table: sa.Table, *open_now: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
        mine = sa.and_(table.c.tenant_id == instance.c.tenant_id, table.c.instance_id == instance.c.id)
        return sa.select(sa.func.count()).select_from(table).where(mine, *open_now).scalar_subquery()

    run = sa.and_(instance.c.tenant_id == case.c.municipality_id, instance.c.id == case.c.instance_id)
    drawn = sa.and_(
        definition.c.tenant_id == instance.c.tenant_id, definition.c.id == instance.c.definition_id
    )
    query = (
        sa.select(
            case.c.number,
            case.c.kind,
            case.c.state,
            case.c.created_at,
            instance.c.id.label("instance_id"),
            instance.c.status,
            instance.c.updated_at,
            definition.c.key,
            definition.c.version,
            many(_table(Wait)).label("waits"),
            many(_table(Incident), _table(Incident).c.resolved_at.is_(None)).label("incidents"),
        )
        .select_from(case.outerjoin(instance, run).outerjoin(definition, drawn))
        .where(case.c.municipality_id == municipality_id)
        .order_by(case.c.number)
    )
    return query if number is None else query.where(case.c.number == number)


def _line(row: Any) -> CaseLine:
    return CaseLine(
        number=row.number,
        process=row.key or row.kind,
        version=row.version or 0,
        status=row.status or row.state,
        waits=row.waits or 0,
        incidents=row.incidents or 0,
        since=row.updated_at or row.created_at,
    )


def _told(it: History) -> Told:
    return Told(it.at, it.actor, it.element, it.what, json.loads(it.details))
