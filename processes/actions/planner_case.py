"""A case as its planner opens it: found by number, its name, and the person's tasks that are open in it.

Shared by the rooms of the planner's pages. Whoever holds the role in the municipality works on any of its
cases; what only the case's own planner may see (needs) says so where it is shown.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from engine.errors import NotOpen
from engine.wait import HUMAN, Wait
from processes import consultation
from processes.consultation import RUNNING, Consultation
from processes.errors import NotFound, TooLate
from processes.permission import PLANNER, Actor, require


@dataclass(frozen=True)
class Head:
    """What stands at the head of every page of a case. `own` says whether the reader is its planner.

    `recurring` says that the case is one of a series, with an agenda and tasks that are carried on.
    """

    number: str
    title: str
    title_language: str
    state: str
    own: bool
    recurring: bool = False


@dataclass(frozen=True)
class OpenTask:
    """A task of a person that can be done now. `due_at` is None where no term runs."""

    wait_id: str
    element: str
    role: str | None
    due_at: datetime | None
    opened_at: datetime


def find(session: Session, actor: Actor, number: str, *, lock: bool = False) -> Consultation:
    """The case of a number. Errors: NotAllowed, NotFound (also for another municipality's)."""
    require(actor, PLANNER)
    query = select(Consultation).where(
        Consultation.municipality_id == actor.municipality_id, Consultation.number == number
    )
    found = session.exec(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound
    return found


def running(session: Session, actor: Actor, number: str) -> Consultation:
    """A case in which something can still be done. Errors: NotAllowed, NotFound, TooLate when it has ended."""
    case = find(session, actor, number)
    if case.state != RUNNING or case.instance_id is None:
        raise TooLate
    return case


def head(session: Session, actor: Actor, case: Consultation, language: str) -> Head:
    """The head of a page of this case. A case nobody named yet goes by its number."""
    try:
        words = consultation.text_of(session, case, language)
        title, said = words.title, words.language
    except NotFound:
        title, said = case.number, language
    own, recurring = case.planner_id == actor.person_id, case.series_id is not None
    return Head(case.number, title, said, case.state, own=own, recurring=recurring)


def task(session: Session, case: Consultation, element: str) -> OpenTask | None:
    """The open task drawn as `element`, wherever it lies; None while nobody is asked to do it."""
    if case.instance_id is None:
        return None
    query = (
        select(Wait)
        .where(
            Wait.tenant_id == case.municipality_id,
            Wait.instance_id == case.instance_id,
            Wait.kind == HUMAN,
            (col(Wait.element) == element) | col(Wait.element).endswith(f"/{element}", autoescape=True),
        )
        .order_by(col(Wait.opened_at).desc())
    )
    found = session.exec(query).first()
    if found is None:
        return None
    return OpenTask(found.id, found.element, found.role, found.due_at, found.opened_at)


def require_open(session: Session, case: Consultation, element: str, wait_id: str) -> None:
    """Let by the form of the task that is open now, or of one that is gone (`task.complete` knows a second click).

    Errors: NotOpen when the page showed another round of the same task.
    """
    there = task(session, case, element)
    if there is not None and there.wait_id != wait_id:
        raise NotOpen("this is another task; open the page again.")


def is_id(text: str) -> bool:
    """Whether a form's key may be the id of what the form makes, so that two presses make one thing."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
