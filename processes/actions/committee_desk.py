"""What waits for a committee member and for a clerk: the pages of the committees they sit in."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, func, select

from processes.actions.summary_reading import writes
from processes.attendance import place_token
from processes.committee import Committee, CommitteeMember
from processes.consultation import Consultation, text_of
from processes.invitation import Links
from processes.meeting import PLANNED, Meeting
from processes.permission import CLERK, COMMITTEE, Actor
from processes.summary import Summary, Treatment
from processes.summary_content import unresolved

KEPT = 5
"""How many closed pages a member still finds on the desk."""


@dataclass(frozen=True)
class OnDesk:
    """A page on a desk. `state`: planned, frozen, to_treat or closed; `mine`: its reader enters the positions.

    `place` is the secret part of its reader's link to their place in a session that is still to come.
    """

    id: str
    number: str
    title: str
    committee: str
    question: str
    state: str
    starts_at: datetime | None
    freeze_at: datetime | None
    objections: int
    treated: int
    mine: bool
    place: str = ""


def summaries_for(
    session: Session, actor: Actor, language: str, *, now: datetime, links: Links | None = None
) -> list[OnDesk]:
    """The pages of the committees an actor sits in: what waits for the member first, closed ones last."""
    if not actor.holds(COMMITTEE, CLERK):
        return []
    query = (
        select(Summary, Committee.name, Consultation, Meeting)
        .join(
            CommitteeMember,
            (col(CommitteeMember.municipality_id) == Summary.municipality_id)
            & (col(CommitteeMember.committee_id) == Summary.committee_id),
        )
        .join(
            Committee,
            (col(Committee.municipality_id) == Summary.municipality_id)
            & (col(Committee.id) == Summary.committee_id),
        )
        .join(
            Consultation,
            (col(Consultation.municipality_id) == Summary.municipality_id)
            & (col(Consultation.id) == Summary.consultation_id),
        )
        .join(
            Meeting,
            (col(Meeting.municipality_id) == Summary.municipality_id) & (col(Meeting.id) == Summary.meeting_id),
        )
        .where(
            Summary.municipality_id == actor.municipality_id, CommitteeMember.person_id == actor.person_id
        )
        .order_by(col(Meeting.starts_at))
    )  # fmt: skip
    treated = _treated(session, actor)
    rows = []
    for page, name, case, called in session.exec(query):
        line = _on_desk(session, actor, page, name, case, called, treated.get(page.id, 0), language, now)
        if links is not None and called.state == PLANNED and called.starts_at > now:
            line = replace(line, place=place_token(links, called.id, actor.person_id))
        rows.append(line)
    closed = [it for it in rows if it.state == "closed"]
    waiting = [it for it in rows if it.state != "closed"]
    return [*sorted(waiting, key=lambda it: it.state != "to_treat"), *closed[::-1][:KEPT]]


def _on_desk(
    session: Session, actor: Actor, page: Summary, committee: str, case: Consultation, called: Meeting,
    treated: int, language: str, now: datetime,
) -> OnDesk:  # fmt: skip
    if page.closed_at is not None:
        state = "closed"
    elif page.frozen_at is None:
        state = "planned"
    else:
        state = "to_treat" if called.starts_at <= now else "frozen"
    return OnDesk(
        id=page.id,
        number=case.number,
        title=text_of(session, case, language).title,
        committee=committee,
        question=page.question,
        state=state,
        starts_at=called.starts_at,
        freeze_at=page.freeze_at,
        objections=len(unresolved(page)),
        treated=treated,
        mine=state == "to_treat" and writes(session, actor, page),
    )


def _treated(session: Session, actor: Actor) -> dict[str, int]:
    query = (
        select(Treatment.summary_id, func.count())
        .where(Treatment.municipality_id == actor.municipality_id)
        .group_by(Treatment.summary_id)
    )
    return dict(session.exec(query).all())
