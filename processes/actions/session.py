"""Calling a committee to its session: the question it is asked, and the days it has with the frozen page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from engine.clock import local_day
from engine.errors import AnswersRefused, NotOpen
from engine.instance import Instance
from engine.runtime import Runtime
from engine.wait import HUMAN, Wait
from processes import consultation, summary
from processes.actions import task
from processes.actions.summary_reading import member_names
from processes.committee import Committee
from processes.consultation import text_of
from processes.deadline import ONE_DAY, end_of_day, latest_before
from processes.errors import NotFound, Reason, Refused
from processes.permission import Actor, require_task

PLANNING = "plan_session"


@dataclass(frozen=True)
class SessionView:
    """What the form shows: for whom, how many full days the committee needs, and the earliest day for that."""

    wait_id: str
    number: str
    title: str
    title_language: str
    occasion: str
    committee: str
    members: tuple[str, ...]
    freeze_days: int
    earliest: date


def read(session: Session, actor: Actor, wait_id: str, language: str, *, now: datetime) -> SessionView:
    """The open task of calling a session. Errors: NotOpen when it is done, NotAllowed, NotFound."""
    wait = _open(session, actor, wait_id)
    instance = session.get_one(Instance, (actor.municipality_id, wait.instance_id))
    case = consultation.get(session, actor.municipality_id, instance.business_key)
    page = summary.newest(session, actor.municipality_id, case.id)
    if page is None:
        raise NotFound
    board = session.get_one(Committee, (actor.municipality_id, page.committee_id))
    text = text_of(session, case, language)
    return SessionView(
        wait_id=wait.id,
        number=case.number,
        title=text.title,
        title_language=text.language,
        occasion=page.occasion,
        committee=board.name,
        members=member_names(session, actor, board.id),
        freeze_days=board.freeze_days,
        earliest=local_day(now) + (board.freeze_days + 1) * ONE_DAY,
    )


def freeze_moment(starts_on: date, freeze_days: int) -> datetime:
    """When the page is frozen for a session of that day: so many full days lie between (law.md 1.4)."""
    return latest_before(starts_on, f"P{freeze_days}D").at if freeze_days else end_of_day(starts_on - ONE_DAY)


def call(
    session: Session,
    actor: Actor,
    wait_id: str,
    answers: Mapping[str, Any],
    *,
    runtime: Runtime,
    now: datetime,
    key: str = "",
) -> str:
    """Set the session and invite the committee. Out: the case's number.

    Errors: NotOpen, NotAllowed, Refused.
    """
    try:
        return task.complete(session, actor, wait_id, answers, runtime=runtime, now=now, key=key).number
    except AnswersRefused as refused:
        reasons = {name: Reason(it.code, **it.params) for name, it in refused.errors.items()}
        raise Refused(reasons) from refused


def _open(session: Session, actor: Actor, wait_id: str) -> Wait:
    wait = session.get(Wait, (actor.municipality_id, wait_id))
    if wait is None or wait.kind != HUMAN or wait.element.rpartition("/")[2] != PLANNING:
        raise NotOpen("this task is not open any more; look at the list of tasks again.")
    require_task(actor, wait.role)
    return wait
