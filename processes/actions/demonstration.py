"""What the demonstration needs to know: who plays which role, and what happens next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from processes.invitation import INVITED, Invitation, Links
from processes.obligation import Obligation
from processes.person import ROLES, with_role


def cast(session: Session, *, municipality_id: str) -> dict[str, tuple[str, str]]:
    """Role -> (person id, name) of the first person who holds it."""
    found = {role: with_role(session, municipality_id, role) for role in ROLES}
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
