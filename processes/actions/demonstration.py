"""What the demonstration needs to know: who plays which role, and what happens next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.definition import Library
from engine.history import History
from engine.instance import Instance
from processes.consultation import Consultation, get, text_of
from processes.invitation import INVITED, Invitation, Links
from processes.obligation import Obligation
from processes.person import ROLES, with_role

MOST_NEWS = 3
COLLEAGUE = "colleague"
"""The second planner: some things take two."""


def cast(session: Session, *, municipality_id: str) -> dict[str, tuple[str, str]]:
    """Role -> (person id, name) of the first person who holds it, and the planner's COLLEAGUE."""
    found = {role: with_role(session, municipality_id, role) for role in ROLES}
    found[COLLEAGUE] = found["planner"][1:]
    return {role: (people[0].id, people[0].name) for role, people in found.items() if people}


def an_invitation(session: Session, *, municipality_id: str, links: Links) -> str | None:
    """The secret part of an invited association's link, the newest; None before any was invited."""
    wanted = (Invitation.municipality_id == municipality_id, Invitation.state == INVITED)
    query = (
        select(Invitation).where(*wanted, Invitation.purpose == "opinion").order_by(col(Invitation.id).desc())
    )
    found = session.exec(query).first()
    return links.of(found) if found else None


def next_event(
    session: Session, *, municipality_id: str, timer: datetime | None, now: datetime
) -> datetime | None:
    """When time next brings something: the next timer, or a person's deadline that comes before it.

    Without a timer nothing happens by itself, so time waits for people, however long.
    """
    if timer is None or timer <= now:
        return timer
    wanted = (
        Obligation.municipality_id == municipality_id,
        col(Obligation.met_at).is_(None),
        col(Obligation.due_at) > now,
        col(Obligation.due_at) < timer,
    )
    deadline = session.exec(select(func.min(Obligation.due_at)).where(*wanted)).one()
    return deadline or timer


def happened(
    session: Session, *, municipality_id: str, library: Library, since: datetime, now: datetime, language: str
) -> list[str]:
    """What time brought between two moments, as `case: what`: timers that ended, and deadlines that are now."""
    fired = (
        select(History.instance_id, History.element)
        .where(History.tenant_id == municipality_id, History.what == "fired")
        .where(col(History.at) > since, col(History.at) <= now)
        .order_by(col(History.at), col(History.seq))
        .limit(MOST_NEWS)
    )
    due = (
        select(Consultation.instance_id, Obligation.element)
        .join(Obligation, col(Obligation.consultation_id) == col(Consultation.id))
        .where(Obligation.municipality_id == municipality_id, col(Obligation.met_at).is_(None))
        .where(Consultation.municipality_id == municipality_id)
        .where(col(Obligation.due_at) > since, col(Obligation.due_at) <= now)
        .limit(MOST_NEWS)
    )
    told = [*session.exec(fired).all(), *session.exec(due).all()]
    return [
        line
        for instance_id, element in dict.fromkeys(told)
        if (line := _line(session, municipality_id, library, instance_id, element, language))
    ][:MOST_NEWS]


def _line(
    session: Session,
    municipality_id: str,
    library: Library,
    instance_id: str | None,
    element: str,
    language: str,
) -> str:
    instance = session.get(Instance, (municipality_id, instance_id)) if instance_id else None
    if instance is None:
        return ""
    definition = library.get(session, municipality_id, instance.definition_id)
    title = text_of(session, get(session, municipality_id, instance.business_key), language).title
    try:
        return f"{title}: {definition.text_of(element, language).name}"
    except KeyError:  # a term that stands for no element of the drawing, such as the latest day of a meeting
        return title
