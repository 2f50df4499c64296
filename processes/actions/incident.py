"""What the system could not finish in a case: shown in words, tried again, gone past, set aside, or the case ended.

Planners and administrators act on it; the trace is for administrators. Reasons stay with the incident, outside the
history, which keeps who did what and how long the reason was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from engine import incident as incidents
from engine import outline, skipping
from engine.definition import Definition
from engine.errors import AnswersRefused, NotOpen
from engine.incident import Incident
from engine.instance import Instance
from engine.job import Job
from engine.outline import Line
from engine.runtime import Runtime
from engine.skipping import Result
from engine.wait import Wait
from processes.actions import case_moves
from processes.actions.giving import check_length, one_line
from processes.consultation import Consultation, text_of
from processes.errors import Conflict, NotFound, Reason, Refused
from processes.permission import ADMINISTRATOR, PLANNER, Actor, require
from processes.post import PostOffice

MAX_REASON = 1_000
RESULT = "result_"  # what the names of a form's fields begin with that hold the failed element's results


@dataclass(frozen=True)
class HeldUp:
    """Somebody who waits for the failed step: the role, and the task that would come to them."""

    role: str
    task: str


@dataclass(frozen=True)
class Stuck:
    """One failure. `before` and `after` name its neighbours; `trace` is empty for all but administrators.

    `task_id` is the open task it broke in; then it is tried again by doing that task again, not by a button.
    `results` is what must be given to go past it, in the words of the forms; None when it cannot be gone past.
    """

    id: str
    element: str
    step: str
    before: str
    after: str
    since: datetime
    held_up: tuple[HeldUp, ...]
    by_worker: bool
    task_id: str
    results: tuple[Result, ...] | None
    trace: str


@dataclass(frozen=True)
class StuckCase:
    """A case with everything in it that waits for help, and its diagram in words."""

    number: str
    title: str
    title_language: str
    stuck: tuple[Stuck, ...]
    outline: tuple[Line, ...]
    ends_early: bool

    @property
    def marked(self) -> list[str]:
        """Drawn elements to mark in the diagram: of what failed inside a call, the call."""
        return sorted({it.element.partition("/")[0] for it in self.stuck if it.element})


def read(session: Session, actor: Actor, number: str, language: str, *, runtime: Runtime) -> StuckCase:
    """What stands still in a case. Errors: NotAllowed, NotFound."""
    case = _find(session, actor, number)
    title, said = _title(session, case, language)
    found = _of_case(session, case)
    if not found:
        return StuckCase(case.number, title, said, (), (), ends_early=False)
    definition = _definition(session, case, runtime)
    stuck = tuple(_stuck(session, actor, it, definition, language, runtime) for it in found)
    places = runtime.progress(session, case.municipality_id, str(case.instance_id))
    drawn = outline.lines(definition.process, places, {it.element for it in found})
    told = tuple(
        Line(
            it.depth, it.element, it.kind, " ".join(definition.translate(it.name, language).split()), it.state
        )
        for it in drawn
        if it.name and "ateway" not in it.kind
    )
    return StuckCase(case.number, title, said, stuck, told, ends_early=actor.holds(PLANNER))


def every(session: Session, actor: Actor) -> list[tuple[str, Incident]]:
    """Every open incident of the municipality with its case's number, oldest first. Errors: NotAllowed."""
    require(actor, PLANNER, ADMINISTRATOR)
    query = select(Consultation.instance_id, Consultation.number).where(
        Consultation.municipality_id == actor.municipality_id
    )
    numbers = {key: number for key, number in session.exec(query).all() if key}
    return [
        (numbers.get(it.instance_id, ""), it) for it in incidents.unresolved(session, actor.municipality_id)
    ]


def try_again(session: Session, actor: Actor, number: str, incident_id: str, *, now: datetime) -> None:
    """Let the worker try from the first try on. Errors: NotAllowed, NotFound, Conflict when it is settled already."""
    _mine(session, actor, number, incident_id)
    incidents.retry(
        session, actor.municipality_id, incident_id, now=now, resolution=f"again:{actor.person_id}"
    )


def skip(
    session: Session,
    actor: Actor,
    number: str,
    incident_id: str,
    given: Mapping[str, str],
    reason: str,
    *,
    runtime: Runtime,
    now: datetime,
) -> None:
    """Go on past the failed step with its results as typed. In: values by the names of `Stuck.results`.

    Errors: NotAllowed, NotFound, Conflict, Refused (fields begin with `result_`), NotOpen, what the next step raises.
    """
    found = _mine(session, actor, number, incident_id)
    problems, words = _reason(reason, "skip_reason")
    wait_id = ""
    if _by_hand(session, found):
        if session.get(Wait, (found.tenant_id, found.job_id)) is None:
            raise Conflict  # the task it broke in is not open any more
        wait_id = found.job_id
    incidents.set_aside(
        session, actor.municipality_id, incident_id, now=now, resolution=f"skipped:{actor.person_id}: {words}"
    )
    session.flush()
    try:
        runtime.skip(
            session,
            actor.municipality_id,
            found.instance_id,
            found.element,
            given,
            now=now,
            actor=actor.person_id,
            reason=words,
            wait_id=wait_id,
        )
    except AnswersRefused as refused:
        refusals = {RESULT + name: Reason(it.code, **it.params) for name, it in refused.errors.items()}
        raise Refused(refusals | problems) from refused
    if problems:
        raise Refused(problems)


def set_aside(
    session: Session, actor: Actor, number: str, incident_id: str, reason: str, *, now: datetime
) -> None:
    """Settle a failure without another try. Errors: NotAllowed, NotFound, Conflict, Refused."""
    _mine(session, actor, number, incident_id)
    problems, words = _reason(reason, "aside_reason")
    if problems:
        raise Refused(problems)
    incidents.set_aside(
        session, actor.municipality_id, incident_id, now=now, resolution=f"aside:{actor.person_id}: {words}"
    )


def cancel(
    session: Session,
    actor: Actor,
    number: str,
    reason: str,
    sure: str,
    *,
    runtime: Runtime,
    office: PostOffice,
    now: datetime,
) -> None:
    """End the case early, as from its page; its failures are settled by that. Errors: as `case_moves.cancel`."""
    case = _find(session, actor, number)
    case_moves.cancel(session, actor, number, reason, sure, runtime=runtime, office=office, now=now)
    session.expire_all()
    for it in _of_case(session, case):
        incidents.set_aside(
            session, it.tenant_id, it.id, now=now, resolution=f"case cancelled:{actor.person_id}"
        )


def note(session: Session, error: Exception, *, now: datetime) -> Incident | None:
    """Keep the failure of a step somebody took, so that it is seen by more than that person."""
    return incidents.note(session, error, now=now)


def _find(session: Session, actor: Actor, number: str) -> Consultation:
    require(actor, PLANNER, ADMINISTRATOR)
    query = select(Consultation).where(
        Consultation.municipality_id == actor.municipality_id, Consultation.number == number
    )
    found = session.exec(query).first()
    if found is None:
        raise NotFound
    return found


def _title(session: Session, case: Consultation, language: str) -> tuple[str, str]:
    try:
        words = text_of(session, case, language)
    except NotFound:
        return case.number, language
    return words.title, words.language


def _of_case(session: Session, case: Consultation) -> Sequence[Incident]:
    return [
        it
        for it in incidents.unresolved(session, case.municipality_id)
        if case.instance_id is not None and it.instance_id == case.instance_id
    ]


def _mine(session: Session, actor: Actor, number: str, incident_id: str) -> Incident:
    case = _find(session, actor, number)
    try:
        found = incidents.find(session, actor.municipality_id, incident_id)
    except NotOpen as error:
        raise Conflict from error
    if found.instance_id != case.instance_id:
        raise Conflict
    return found


def _by_hand(session: Session, found: Incident) -> bool:
    return session.get(Job, (found.tenant_id, found.job_id)) is None


def _definition(session: Session, case: Consultation, runtime: Runtime) -> Definition:
    instance = session.get_one(Instance, (case.municipality_id, case.instance_id))
    return runtime.library.get(session, case.municipality_id, instance.definition_id)


def _stuck(
    session: Session, actor: Actor, it: Incident, definition: Definition, language: str, runtime: Runtime
) -> Stuck:
    process = definition.process

    def name(path: str) -> str:
        try:
            return " ".join(definition.text_of(path, language).name.split()) if path else ""
        except KeyError:
            return ""

    known = bool(it.element) and _drawn(definition, it.element)
    by_hand = _by_hand(session, it)
    wait = session.get(Wait, (it.tenant_id, it.job_id)) if by_hand else None
    results: tuple[Result, ...] | None = None
    if known and (wait is not None or not by_hand):
        task = wait.element if wait is not None else ""
        try:
            found = skipping.results(process, runtime.services, it.element, task)
            results = tuple(_worded(one, definition, language) for one in found)
        except NotOpen:
            results = None
    held = {
        HeldUp(process.role(path) or "", name(path))
        for path in (outline.people_after(process, it.element) if known else ())
    }
    return Stuck(
        id=it.id,
        element=it.element if known else "",
        step=name(it.element) or it.element.rpartition("/")[2],
        before=name(outline.before(process, it.element)) if known else "",
        after=name(outline.after(process, it.element)) if known else "",
        since=it.created_at,
        held_up=tuple(sorted(held, key=lambda one: (one.role, one.task))),
        by_worker=not by_hand,
        task_id=wait.id if wait is not None else "",
        results=results,
        trace=f"{it.error}\n\n{it.trace}" if actor.holds(ADMINISTRATOR) else "",
    )


def _worded(it: Result, definition: Definition, language: str) -> Result:
    def said(text: str) -> str:
        return " ".join(definition.translate(text, language).split()) if text else ""

    return replace(
        it, label=said(it.label), choices=tuple((value, said(label)) for value, label in it.choices)
    )


def _drawn(definition: Definition, path: str) -> bool:
    try:
        definition.process.locate(path)
    except KeyError:
        return False
    return True


def _reason(text: str, field: str) -> tuple[dict[str, Reason], str]:
    problems: dict[str, Reason] = {}
    words = one_line(text)
    check_length(problems, field, words, MAX_REASON, required=True, missing="reason_needed")
    return problems, words
