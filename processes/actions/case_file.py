"""A case on its planner's workbench: where it stands, what is open, its terms kept or not, and its history."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from engine import history
from engine.clock import local_day
from engine.definition import Definition
from engine.runtime import Runtime
from engine.wait import HUMAN, MESSAGE, SIGNAL, TIMER
from processes import consultation, obligation
from processes import round as rounds
from processes.actions import planner_case
from processes.actions.planner_case import Head
from processes.actions.public_progress import Progress, definition_of, progress
from processes.consultation import RUNNING, Consultation
from processes.deadline import TermUnreadable, ends
from processes.errors import NotFound
from processes.obligation import Obligation
from processes.permission import ADMINISTRATOR, GOVERNMENT, PLANNER, Actor, require
from processes.person import Person
from processes.task_words import Basis, basis_of, words_of

READERS = (PLANNER, GOVERNMENT, ADMINISTRATOR)
HISTORY_PAGE = 25
ROUND_CLOSES = "round_closes"
KEPT, MISSED, RUNS, WITHDRAWN = "kept", "missed", "runs", "withdrawn"


@dataclass(frozen=True)
class OpenTask:
    """A task somebody can do now. `mine`: the reader holds its role. `latest`: how far its term may be put off."""

    wait_id: str
    name: str
    role: str
    due_at: datetime | None
    since: datetime
    mine: bool
    latest: date | None


@dataclass(frozen=True)
class Awaited:
    """A timer, message or job the case waits for. `element` is its own id, without the call it lies in."""

    element: str
    name: str
    kind: str
    due_at: datetime | None
    since: datetime


@dataclass(frozen=True)
class TermLine:
    """One term of the case: from when it ran, to when, whether it was kept, and what is behind it."""

    name: str
    key: str
    counted_from: datetime | None
    due_at: datetime
    first_due_at: datetime
    met_at: datetime | None
    state: str
    reason: str
    basis: Basis


@dataclass(frozen=True)
class Happened:
    """A line of the history: who, when, what, at which step."""

    at: datetime
    who: str
    what: str
    name: str
    details: Mapping[str, object]


@dataclass(frozen=True)
class CaseFile:
    """The workbench of a case. `whole` says whether its history is complete and unchanged.

    `begins` is what its beginning is called, the day of which is `application_on`.
    """

    head: Head
    kind: str
    place: str
    applicant: str
    planner: str
    begins: str
    application_on: object
    end_element: str
    cancel_reason: str
    progress: Progress
    tasks: Sequence[OpenTask]
    awaited: Sequence[Awaited]
    terms: Sequence[TermLine]
    happened: Sequence[Happened]
    happened_count: int
    page: int
    pages: int
    whole: bool
    round_closes_at: datetime | None
    display_open: bool


def find(session: Session, actor: Actor, number: str) -> Consultation:
    """A case for whoever may read its file. Errors: NotAllowed, NotFound."""
    require(actor, *READERS)
    query = select(Consultation).where(
        Consultation.municipality_id == actor.municipality_id, Consultation.number == number
    )
    found = session.exec(query).first()
    if found is None or (found.state == consultation.DRAFT and not actor.holds(PLANNER)):
        raise NotFound
    return found


def read(
    session: Session,
    actor: Actor,
    number: str,
    language: str,
    *,
    runtime: Runtime,
    now: datetime,
    page: int = 1,
) -> CaseFile:
    """The file of a case, its history by `page`, the newest first. Errors: NotAllowed, NotFound."""
    case = find(session, actor, number)
    definition = definition_of(session, case, runtime)
    tasks, awaited = _waits(session, actor, case, definition, language, runtime)
    events = history.of_instance(session, case.municipality_id, case.instance_id) if case.instance_id else []
    told = [it for it in events if it.what not in ("opened", "kept") and not _silent(it, definition)][::-1]
    pages = max(1, -(-len(told) // HISTORY_PAGE))
    page = min(max(page, 1), pages)
    planner = session.get_one(Person, (case.municipality_id, case.planner_id))
    newest = rounds.current(session, case.municipality_id, case.id)
    running = newest is not None and newest.closed_at is None and newest.interrupted_at is None
    waited = {it.element for it in awaited}
    return CaseFile(
        head=planner_case.head(session, actor, case, language),
        kind=case.kind,
        place=case.place,
        applicant=case.applicant,
        planner=planner.name,
        begins=_begins(definition, language),
        application_on=case.application_on,
        end_element=case.end_element,
        cancel_reason=case.cancel_reason,
        progress=progress(session, case, language, runtime=runtime),
        tasks=tasks,
        awaited=awaited,
        terms=terms_of(session, case, definition, language, now),
        happened=_happened(
            session, case, told[(page - 1) * HISTORY_PAGE : page * HISTORY_PAGE], definition, language
        ),
        happened_count=len(told),
        page=page,
        pages=pages,
        whole=not case.instance_id or history.verify(session, case.municipality_id, case.instance_id),
        round_closes_at=newest.closes_at
        if newest is not None and running and newest.phase != "approval" and ROUND_CLOSES in waited
        else None,
        display_open=newest is not None and running and newest.phase == "display" and ROUND_CLOSES in waited,
    )


def _begins(definition: Definition | None, language: str) -> str:
    """What the beginning of a procedure is called: the name of its drawing's start."""
    if definition is None:
        return ""
    drawn = definition.process.diagram
    starts = [it for it in drawn.elements.values() if it.kind == "startEvent" and it.scope == drawn.process]
    return definition.text_of(starts[0].id, language).name if starts else ""


def _waits(
    session: Session,
    actor: Actor,
    case: Consultation,
    definition: Definition | None,
    language: str,
    runtime: Runtime,
) -> tuple[list[OpenTask], list[Awaited]]:
    if definition is None or case.instance_id is None or case.state != RUNNING:
        return [], []
    waits = runtime.waits(session, case.municipality_id, case.instance_id)
    timed = any(it.kind == TIMER for it in waits)
    running = {it.wait_id: it for it in obligation.of_consultation(session, case.municipality_id, case.id)}
    tasks, awaited = [], []
    for wait in waits:
        name = words_of(definition, wait.element, language).name
        if wait.kind == HUMAN:
            mine = wait.role is not None and actor.holds(wait.role)
            term = running.get(wait.id)
            latest = longest_day(case, term) if term and wait.due_at else None
            if latest is not None and wait.due_at is not None and latest <= local_day(wait.due_at):
                latest = None
            tasks.append(OpenTask(wait.id, name, wait.role or "", wait.due_at, wait.opened_at, mine, latest))
            continue
        element = obligation.plain_name(wait.element)
        beside = wait.kind in (MESSAGE, SIGNAL) and timed  # what may happen instead of the timer
        if not beside and not element.endswith("_reminds"):  # nobody waits for a reminder
            awaited.append(Awaited(element, name, wait.kind, wait.due_at, wait.opened_at))
    tasks.sort(key=lambda it: (it.due_at is None, it.due_at, it.name))
    return tasks, awaited


def terms_of(
    session: Session, case: Consultation, definition: Definition | None, language: str, now: datetime
) -> list[TermLine]:
    """The terms of a case, the earliest due first, in the words of its process."""
    frozen = case.frozen_terms()
    drawn = _paths(definition) if definition else {}
    found = []
    for row in obligation.of_consultation(session, case.municipality_id, case.id):
        path = drawn.get(row.element)
        name = words_of(definition, path, language).name if definition and path else ""
        kept = row.kept(now)
        state = RUNS if kept is None else KEPT if kept else MISSED
        if kept is None and row.withdrawn_at is not None:
            state = WITHDRAWN
        found.append(
            TermLine(
                name, row.term, row.counted_from, row.due_at, row.first_due_at, row.met_at, state,
                row.moved_reason, basis_of(frozen, row.term),
            )
        )  # fmt: skip
    return sorted(found, key=lambda it: it.due_at)


def _paths(definition: Definition) -> dict[str, str]:
    """Every drawn element's own id, with a path to it."""
    process = definition.process
    found = {element: element for element in process.diagram.elements}
    for call, drawn in process.diagram.elements.items():
        called = process.called.get(drawn.calls or "")
        for element in called.elements if called else ():
            found.setdefault(element, f"{call}/{element}")
    return found


def _silent(event: history.History, definition: Definition | None) -> bool:
    """Gateways and other nodes without a name tell nobody anything."""
    if event.what != "done" or not event.element or definition is None:
        return False
    try:
        drawn = definition.process.locate(event.element)[1]
    except KeyError:
        return True
    return not drawn.name.strip() or "ateway" in drawn.kind


def _happened(
    session: Session,
    case: Consultation,
    events: Sequence[history.History],
    definition: Definition | None,
    language: str,
) -> list[Happened]:
    ids = {it.actor for it in events}
    query = select(Person.id, Person.name).where(
        Person.municipality_id == case.municipality_id, col(Person.id).in_(ids)
    )
    names = dict(session.exec(query).all())
    found = []
    for it in events:
        try:
            name = words_of(definition, it.element, language).name if definition and it.element else ""
        except KeyError:
            name = it.element
        found.append(Happened(it.at, names.get(it.actor, ""), it.what, name, json.loads(it.details)))
    return found


def longest_day(case: Consultation, running: Obligation) -> date | None:
    """How far a term may be put off: to the longest the law knows; None when it knows no longer one."""
    longest = case.frozen_terms().get(running.term, {}).get("max")
    if not longest or running.counted_from is None or running.before:
        return None
    try:
        return ends(local_day(running.counted_from), str(longest)).ends_on
    except TermUnreadable:  # a longest that is no length, such as a share of voters
        return None


def drawing(session: Session, actor: Actor, number: str, *, runtime: Runtime) -> str:
    """The BPMN of the version a case runs on, as it was drawn. Errors: NotAllowed, NotFound."""
    definition = definition_of(session, find(session, actor, number), runtime)
    if definition is None:
        raise NotFound
    return definition.file(f"{definition.key}.bpmn")
