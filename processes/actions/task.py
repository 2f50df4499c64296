"""One task: what it asks and why, and finishing it once, whoever presses how often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from engine.clock import local_day
from engine.errors import NotOpen
from engine.form import FieldView
from engine.history import History
from engine.instance import Instance
from engine.runtime import Runtime
from engine.wait import HUMAN, Wait
from processes import consultation, response, summary
from processes.consultation import Consultation, text_of
from processes.errors import NotFound
from processes.feedback import LATE_WAITING, count
from processes.permission import Actor, require_task
from processes.person import Person
from processes.task_words import TERMS, Basis, basis_of, words_of


@dataclass(frozen=True)
class TaskView:
    """An open task. `fields` are those of its form; `page` names a page of its own, if it has one."""

    wait_id: str
    element: str
    number: str
    title: str
    language: str
    name: str
    why: str
    basis: str
    term: Basis
    due_at: datetime | None
    opened_at: datetime
    lane: str
    page: str
    summary_id: str
    fields: Sequence[FieldView]


@dataclass(frozen=True)
class Gone:
    """What became of a task that is no longer open: who finished it and when, if anyone did."""

    number: str
    name: str
    done_by: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True)
class Done:
    """A finished task: its case and its name as drawn (empty when it had been finished with this key before)."""

    number: str
    name: str


def read(
    session: Session,
    actor: Actor,
    wait_id: str,
    language: str,
    *,
    runtime: Runtime,
    now: datetime,
    values: Mapping[str, Any] | None = None,
) -> TaskView:
    """An open task for someone whose it is. In: `values` as they were typed, to show again.

    Errors: NotOpen when it is done or was never here, NotAllowed.
    """
    wait = _open(session, actor, wait_id)
    instance = session.get_one(Instance, (actor.municipality_id, wait.instance_id))
    case = consultation.get(session, actor.municipality_id, instance.business_key)
    definition = runtime.library.get(session, actor.municipality_id, instance.definition_id)
    words = words_of(definition, wait.element, language)
    text = text_of(session, case, language)
    form = definition.form(wait.element)
    fields: Sequence[FieldView] = ()
    if form is not None:
        data = runtime.data(session, actor.municipality_id, instance.id)
        # A task that comes round again starts with an empty form, not with what was decided last time.
        known = {key: value for key, value in data.items() if key not in form.types()}
        fields = form.show(
            {**known, **(values or {})},
            lambda text: definition.translate(text, language),
            names=definition.process.fields,
            today=local_day(now),
        )
    terms = TERMS.of(session, actor.municipality_id, {case.id})[case.id]
    page = summary.newest(session, actor.municipality_id, case.id) if words.page == "treatment" else None
    return TaskView(
        wait_id=wait.id,
        element=wait.element,
        number=case.number,
        title=text.title,
        language=text.language,
        name=words.name,
        why=words.why,
        basis=words.basis,
        term=basis_of(terms, words.term),
        due_at=wait.due_at,
        opened_at=wait.opened_at,
        lane=definition.translate(wait.lane or "", language),
        page=words.page,
        summary_id=page.id if page else "",
        fields=fields,
    )


def complete(
    session: Session,
    actor: Actor,
    wait_id: str,
    answers: Mapping[str, Any],
    *,
    runtime: Runtime,
    now: datetime,
    key: str = "",
) -> Done:
    """Finish a task with what its form or page sent. In: `key` of the form sent; the same key is one step.

    Errors: NotOpen, NotAllowed, AnswersRefused, GuardHolds, Refused and whatever services raise.
    """
    once = f"task:{wait_id}:{actor.person_id}:{key}" if key else None
    wait = session.get(Wait, (actor.municipality_id, wait_id))
    if wait is not None:
        # Without the row only the key of this very person can still be known, and it takes no second step.
        _open(session, actor, wait_id)
    instance = runtime.complete(
        session,
        actor.municipality_id,
        wait_id,
        answers,
        now=now,
        actor=actor.person_id,
        idempotency_key=once,
    )
    case = consultation.get(session, actor.municipality_id, instance.business_key)
    return Done(case.number, wait.name if wait is not None else "")


def gone(
    session: Session, actor: Actor, number: str, element: str, language: str, *, runtime: Runtime
) -> Gone | None:
    """Who finished a task that is not open any more. In: what its form said of itself; None when that is nothing."""
    query = select(Consultation).where(
        Consultation.municipality_id == actor.municipality_id, Consultation.number == number
    )
    case = session.exec(query).first()
    if case is None or case.instance_id is None:
        return None
    instance = session.get_one(Instance, (actor.municipality_id, case.instance_id))
    definition = runtime.library.get(session, actor.municipality_id, instance.definition_id)
    try:
        require_task(actor, definition.process.role(element))
        name = words_of(definition, element, language).name
    except KeyError:
        return None
    happened = select(History).where(
        History.tenant_id == actor.municipality_id,
        History.instance_id == instance.id,
        History.element == element,
        col(History.what).in_(("done", "withdrawn")),
    )
    last = session.exec(happened.order_by(col(History.seq).desc())).first()
    if last is None or last.what != "done":
        return Gone(number, name)
    person = session.get(Person, (actor.municipality_id, last.actor))
    return Gone(number, name, person.name if person else "", last.at)


def missing(session: Session, actor: Actor, number: str) -> tuple[int, int]:
    """What still keeps the answers from being sent: opinions without an answer, and late ones undecided."""
    query = select(Consultation).where(
        Consultation.municipality_id == actor.municipality_id, Consultation.number == number
    )
    case = session.exec(query).first()
    if case is None:
        raise NotFound
    left = response.unanswered(session, actor.municipality_id, case.id)
    return left, count(session, actor.municipality_id, case.id, (LATE_WAITING,))


def _open(session: Session, actor: Actor, wait_id: str) -> Wait:
    wait = session.get(Wait, (actor.municipality_id, wait_id))
    if wait is None or wait.kind != HUMAN:
        raise NotOpen("this task is not open any more; look at the list of tasks again.")
    require_task(actor, wait.role)
    return wait
