"""Steps of a case that the system could not finish: seen by a person, tried again by a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine import incident as incidents
from engine.instance import Instance
from engine.runtime import Runtime
from processes.actions.planner_case import find
from processes.consultation import text_of
from processes.errors import Conflict
from processes.permission import ADMINISTRATOR, Actor


@dataclass(frozen=True)
class Stuck:
    """One step that failed eight times. `trace` is for the administrator alone and empty for others."""

    id: str
    step: str
    since: datetime
    trace: str


@dataclass(frozen=True)
class StuckCase:
    """A case with everything in it that waits for a person's help."""

    number: str
    title: str
    title_language: str
    stuck: tuple[Stuck, ...]


def read(session: Session, actor: Actor, number: str, language: str, *, runtime: Runtime) -> StuckCase:
    """What stands still in a case. Errors: NotAllowed, NotFound."""
    case = find(session, actor, number)
    text = text_of(session, case, language)
    found = []
    for it in incidents.unresolved(session, actor.municipality_id):
        if it.instance_id == case.instance_id:
            instance = session.get_one(Instance, (it.tenant_id, it.instance_id))
            process = runtime.library.get(session, it.tenant_id, instance.definition_id)
            name = process.text_of(it.element, language).name if it.element else ""
            trace = it.error if actor.holds(ADMINISTRATOR) else ""
            found.append(Stuck(it.id, name or it.element, it.created_at, trace))
    return StuckCase(case.number, text.title, text.language, tuple(found))


def try_again(session: Session, actor: Actor, number: str, incident_id: str, *, now: datetime) -> None:
    """Let the worker try from the first try on. Errors: NotAllowed, NotFound, Conflict when it is settled already."""
    case = find(session, actor, number)
    mine = {it.id: it for it in incidents.unresolved(session, actor.municipality_id)}
    if incident_id not in mine or mine[incident_id].instance_id != case.instance_id:
        raise Conflict
    incidents.retry(
        session, actor.municipality_id, incident_id, now=now, resolution=f"again:{actor.person_id}"
    )
