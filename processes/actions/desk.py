"""The desk: open tasks by urgency, what needs a hand beside them, and what is waited for from others.

The page officials open most. It asks plain columns in a handful of statements compiled once, loads no process
and no row of the object mapper; what a task says of itself is kept in memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from engine.clock import local_day
from engine.instance import Instance
from engine.runtime import Runtime
from engine.wait import HUMAN, Wait
from processes.consultation import Consultation, ConsultationText
from processes.deadline import end_of_day
from processes.feedback import TO_ANSWER, Feedback
from processes.permission import CLERK, COMMITTEE, GOVERNMENT, PLANNER, Actor, require
from processes.response import Response
from processes.task_words import TERMS, Basis, basis_of, words_of

PAGE = 20
SOON = timedelta(days=7)
OVERDUE, TODAY, WEEK, LATER, UNDATED = "overdue", "today", "week", "later", "undated"
URGENCIES = (OVERDUE, TODAY, WEEK, LATER, UNDATED)
ANSWERS = "answers"  # the page of the task that is done opinion by opinion


@dataclass(frozen=True)
class Task:
    """A line of the desk. `left` and `of` count what is not answered yet, for the task that answers."""

    wait_id: str
    number: str
    title: str
    language: str
    name: str
    why: str
    basis: str
    term: Basis
    due_at: datetime | None
    urgency: str
    left: int = 0
    of: int = 0


@dataclass(frozen=True)
class Desk:
    """The tasks of someone's roles. `counts` are by urgency, of every task; `page` counts from 1."""

    tasks: Sequence[Task]
    counts: Mapping[str, int]
    urgency: str
    number: str
    mine: bool
    page: int
    pages: int

    @property
    def found(self) -> int:
        return self.counts[self.urgency] if self.urgency else sum(self.counts.values())


def desk(
    session: Session,
    actor: Actor,
    language: str,
    *,
    runtime: Runtime,
    now: datetime,
    urgency: str = "",
    number: str = "",
    mine: bool = False,
    page: int = 1,
) -> Desk:
    """What an official has to do. In: a filter by urgency, by a case's number, by the cases one leads.

    Errors: NotAllowed.
    """
    require(actor, PLANNER, GOVERNMENT, COMMITTEE, CLERK)
    urgency = urgency if urgency in URGENCIES else ""
    filters = tuple(sorted(actor.roles)), bool(number), mine
    values = {
        "tenant": actor.municipality_id,
        "number": number,
        "person": actor.person_id,
        "language": language,
        "now": now,
        **_bounds(now),
    }
    connection = session.connection()
    counts = dict(zip(URGENCIES, connection.execute(_counting(*filters), values).one(), strict=True))
    found = counts[urgency] if urgency else sum(counts.values())
    pages = max(1, -(-found // PAGE))
    page = min(max(page, 1), pages)
    skip = (page - 1) * PAGE
    rows: list[Any] = []
    # What has a day comes first, in the order of its index; only then is the rest asked for.
    dated = 0 if urgency == UNDATED else found - (0 if urgency else counts[UNDATED])
    if skip < dated:
        rows += connection.execute(
            _listing(*filters, urgency or "dated"), {**values, "skip": skip, "most": PAGE}
        )
    if skip + len(rows) < found and len(rows) < PAGE:
        rest = {"skip": max(0, skip - dated), "most": PAGE - len(rows)}
        rows += connection.execute(_listing(*filters, UNDATED), {**values, **rest})
    tasks = _tasks(session, actor, rows, language, runtime, now)
    return Desk(tasks, counts, urgency, number, mine, page, pages)


def urgency_of(due_at: datetime | None, now: datetime) -> str:
    """How urgent something due is: overdue, today, within a week, later, or without a day."""
    if due_at is None:
        return UNDATED
    if due_at < now:
        return OVERDUE
    bounds = _bounds(now)
    return TODAY if due_at <= bounds["tonight"] else WEEK if due_at <= bounds["soon"] else LATER


def _bounds(now: datetime) -> dict[str, datetime]:
    today = local_day(now)
    return {"tonight": end_of_day(today), "soon": end_of_day(today + SOON)}


def _tasks(
    session: Session, actor: Actor, rows: Sequence[Any], language: str, runtime: Runtime, now: datetime
) -> list[Task]:
    home = actor.municipality_id
    terms = TERMS.of(session, home, {row.case_id for row in rows})
    shown, answering = [], set()
    for row in rows:
        words = words_of(runtime.library.get(session, home, row.definition_id), row.element, language)
        if words.page == ANSWERS:
            answering.add(row.case_id)
        shown.append((row, words))
    left = _unanswered(session, home, answering) if answering else {}
    return [
        Task(
            row.id,
            row.number,
            row.title or row.fallback or row.number,
            language if row.title else "et",
            words.name,
            words.why,
            words.basis,
            basis_of(terms[row.case_id], words.term),
            row.due_at,
            urgency_of(row.due_at, now),
            *(left.get(row.case_id, (0, 0)) if words.page == ANSWERS else (0, 0)),
        )
        for row, words in shown
    ]


def _table(model: type[SQLModel]) -> sa.Table:
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    return table


_wait, _instance, _case, _text = (
    _table(Wait),
    _table(Instance),
    _table(Consultation),
    _table(ConsultationText),
)
_feedback, _response = _table(Feedback), _table(Response)
_P = sa.bindparam


_due = _wait.c.due_at
_CLASSES = {
    OVERDUE: _due < _P("now"),
    TODAY: sa.and_(_due >= _P("now"), _due <= _P("tonight")),
    WEEK: sa.and_(_due > _P("tonight"), _due <= _P("soon"), _due >= _P("now")),
    LATER: _due > _P("soon"),
    UNDATED: _due.is_(None),
    "dated": _due.is_not(None),
}


def _those(roles: tuple[str, ...], one_case: bool, mine: bool) -> list[sa.ColumnElement[bool]]:
    own = _wait.c
    where = [own.tenant_id == _P("tenant"), own.kind == HUMAN, sa.or_(*(own.role == role for role in roles))]
    if one_case or mine:
        cases = sa.select(_case.c.instance_id).where(_case.c.municipality_id == _P("tenant"))
        if one_case:
            cases = cases.where(_case.c.number == _P("number"))
        if mine:
            cases = cases.where(_case.c.planner_id == _P("person"))
        where.append(own.instance_id.in_(cases))
    return where


@lru_cache(maxsize=256)
def _counting(roles: tuple[str, ...], one_case: bool, mine: bool) -> sa.Select[Any]:
    """How many tasks there are of each urgency. Equal filters give the same statement, compiled once."""
    sums = (sa.func.sum(sa.case((_CLASSES[name], 1), else_=0)) for name in URGENCIES)
    return sa.select(*(sa.func.coalesce(it, 0) for it in sums)).where(*_those(roles, one_case, mine))


@lru_cache(maxsize=1024)
def _listing(roles: tuple[str, ...], one_case: bool, mine: bool, urgency: str) -> sa.Select[Any]:
    """A page of tasks, the most urgent first."""
    own = _wait.c
    wanted = (
        sa.select(own.tenant_id, own.id, own.instance_id, own.element, own.due_at)
        .where(*_those(roles, one_case, mine), _CLASSES[urgency])
        .order_by(own.due_at, own.id)
        .limit(_P("most"))
        .offset(_P("skip"))
        .subquery("wanted")
    )
    here, spoken = _text.alias("here"), _text.alias("spoken")
    return (
        sa.select(
            wanted.c.id, wanted.c.element, wanted.c.due_at, _instance.c.definition_id,
            _case.c.id.label("case_id"), _case.c.number, spoken.c.title, here.c.title.label("fallback"),
        )
        .join(_instance, (_instance.c.tenant_id == wanted.c.tenant_id) & (_instance.c.id == wanted.c.instance_id))
        .join(_case, (_case.c.municipality_id == _instance.c.tenant_id) & (_case.c.id == _instance.c.business_key))
        .outerjoin(spoken, _in_language(spoken, _P("language")))
        .outerjoin(here, _in_language(here, sa.literal("et")))
        .order_by(wanted.c.due_at, wanted.c.id)
    )  # fmt: skip


def _in_language(text: Any, language: Any) -> Any:
    return (
        (text.c.municipality_id == _case.c.municipality_id)
        & (text.c.consultation_id == _case.c.id)
        & (text.c.language == language)
    )


_to_answer = (
    sa.select(
        _feedback.c.consultation_id,
        sa.func.sum(sa.case((_response.c.feedback_id.is_(None), 1), else_=0)),
        sa.func.count(),
    )
    .outerjoin(
        _response,
        (_response.c.municipality_id == _feedback.c.municipality_id)
        & (_response.c.feedback_id == _feedback.c.id),
    )
    .where(
        _feedback.c.municipality_id == _P("tenant"),
        _feedback.c.consultation_id.in_(_P("cases", expanding=True)),
        _feedback.c.state.in_(TO_ANSWER),
    )
    .group_by(_feedback.c.consultation_id)
)


def _unanswered(session: Session, home: str, cases: set[str]) -> dict[str, tuple[int, int]]:
    rows = session.connection().execute(_to_answer, {"tenant": home, "cases": sorted(cases)})
    return {case_id: (int(left), int(of)) for case_id, left, of in rows}
