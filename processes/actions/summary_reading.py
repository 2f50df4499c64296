"""Reading a committee's page: frozen facts, what came after, and what the committee did with each objection."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from engine.wait import HUMAN, Wait
from processes import committee as committees
from processes import consultation as consultations
from processes.actions.after_freeze import Change, changes
from processes.committee import Committee, CommitteeMember
from processes.consultation import Consultation, text_of
from processes.errors import NotFound
from processes.meeting import Meeting
from processes.permission import CLERK, COMMITTEE, GOVERNMENT, PLANNER, Actor, require
from processes.person import Person
from processes.summary import Summary, Treatment
from processes.summary_hearing import Remark, requests_of

READERS = (COMMITTEE, CLERK, PLANNER, GOVERNMENT)
CHAIR, MEMBER = "chair", "member"
TREATING = "treat_objections"


@dataclass(frozen=True)
class Position:
    """What the committee did with one objection, in the words of its minutes; `by` entered it."""

    stance: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class SummaryView:
    """A page and what stands beside it. `content` is empty until it is frozen; `starts_at` until it is planned.

    `said` is how many remarks and requests to speak stand beside it. `whole` says that the frozen text still has its digest. `may_treat`: this person may enter positions now; `recorder` is who enters them: clerk, chair or member.
    """

    id: str
    number: str
    title: str
    title_language: str
    occasion: str
    committee: str
    question: str
    starts_at: datetime | None
    ends_at: datetime | None
    place: str
    freeze_at: datetime | None
    frozen_at: datetime | None
    closed_at: datetime | None
    digest: str
    whole: bool
    content: Mapping[str, Any]
    positions: Mapping[str, Position]
    changes: tuple[Change, ...]
    may_treat: bool
    recorder: str = CLERK
    said: int = 0


def read(session: Session, actor: Actor, summary_id: str, language: str, *, now: datetime) -> SummaryView:
    """A page for members of committees, planners and the government. Errors: NotFound, NotAllowed."""
    require(actor, *READERS)
    page = page_of(session, actor, summary_id)
    case = consultations.get(session, actor.municipality_id, page.consultation_id)
    board = session.get_one(Committee, (actor.municipality_id, page.committee_id))
    called = session.get(Meeting, (actor.municipality_id, page.meeting_id)) if page.meeting_id else None
    text = text_of(session, case, language)
    frozen = page.frozen_at is not None
    content = page.read() if frozen else {}
    return SummaryView(
        id=page.id,
        number=case.number,
        title=text.title,
        title_language=text.language,
        occasion=page.occasion,
        committee=board.name,
        question=page.question,
        starts_at=called.starts_at if called else None,
        ends_at=called.ends_at if called else None,
        place=called.place if called else "",
        freeze_at=page.freeze_at,
        frozen_at=page.frozen_at,
        closed_at=page.closed_at,
        digest=page.digest,
        whole=frozen and hashlib.sha256(page.content.encode()).hexdigest() == page.digest,
        content=content,
        positions=positions(session, page),
        changes=tuple(changes(session, page, content)) if frozen else (),
        may_treat=may_treat(session, actor, page, called, now),
        recorder=recorder(session, page),
        said=_said(session, page),
    )


def _said(session: Session, page: Summary) -> int:
    remarks = select(func.count()).where(
        Remark.municipality_id == page.municipality_id, Remark.summary_id == page.id
    )
    return session.exec(remarks).one() + len(requests_of(session, page.municipality_id, page.id))


def page_of(session: Session, actor: Actor, summary_id: str) -> Summary:
    """A page of this municipality. Errors: NotFound."""
    found = session.get(Summary, (actor.municipality_id, summary_id))
    if found is None:
        raise NotFound
    return found


def positions(session: Session, page: Summary) -> dict[str, Position]:
    """What the committee did, by opinion."""
    query = (
        select(Treatment, Person.name)
        .outerjoin(
            Person,
            (col(Person.municipality_id) == Treatment.municipality_id)
            & (col(Person.id) == Treatment.recorded_by),
        )
        .where(Treatment.municipality_id == page.municipality_id, Treatment.summary_id == page.id)
    )
    return {
        it.feedback_id: Position(it.stance, it.words, name or "", it.recorded_at)
        for it, name in session.exec(query)
    }


def may_treat(session: Session, actor: Actor, page: Summary, called: Meeting | None, now: datetime) -> bool:
    """Whether the actor may enter positions: from the session's beginning to its close."""
    begun = called is not None and page.frozen_at is not None and called.starts_at <= now
    return begun and page.closed_at is None and writes(session, actor, page)


def recorder(session: Session, page: Summary) -> str:
    """Who enters a committee's positions: its clerk; its chair where it has none; any member where it has neither."""
    if committees.clerks(session, page.municipality_id, page.committee_id):
        return CLERK
    return CHAIR if committees.chairs(session, page.municipality_id, page.committee_id) else MEMBER


def writes(session: Session, actor: Actor, page: Summary) -> bool:
    """Whether the actor is who enters the positions of the page's committee."""
    if recorder(session, page) == CLERK:
        clerks = committees.clerks(session, page.municipality_id, page.committee_id)
        return actor.holds(CLERK) and actor.person_id in clerks
    return leads(session, actor, page)


def leads(session: Session, actor: Actor, page: Summary) -> bool:
    """Whether the actor is the chair of the page's committee; any member where it has none."""
    chairs = committees.chairs(session, page.municipality_id, page.committee_id)
    return is_member(session, actor, page) and (not chairs or actor.person_id in chairs)


def is_member(session: Session, actor: Actor, page: Summary) -> bool:
    """Whether the actor sits in the page's committee and still holds the role."""
    seat = (actor.municipality_id, page.committee_id, actor.person_id)
    return actor.holds(COMMITTEE) and session.get(CommitteeMember, seat) is not None


def open_task(session: Session, case: Consultation) -> str:
    """The id of the case's open task of treating objections; empty when it is not open."""
    query = select(Wait.id).where(
        Wait.tenant_id == case.municipality_id,
        Wait.instance_id == case.instance_id,
        Wait.kind == HUMAN,
        (col(Wait.element) == TREATING) | col(Wait.element).endswith(f"/{TREATING}"),
    )
    return session.exec(query).first() or ""


def member_names(session: Session, actor: Actor, committee_id: str) -> tuple[str, ...]:
    """Who sits in a committee, by name."""
    return tuple(it.name for it in committees.members(session, actor.municipality_id, committee_id))
