"""Groups of opinions that say the same, as a planner sees and decides them.

A group is taken or left by a person. More than twenty persons with the same opinion may be asked to name a
representative (PlanS § 5); the page proposes it, and nothing is done by itself: everyone is answered either way.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from processes import alike
from processes.actions import alike_search, planner_case, said_of
from processes.actions.alike_members import answered, find, persons, standing
from processes.actions.alike_search import Search
from processes.actions.planner_case import Head
from processes.alike import Piece
from processes.alike_group import (
    LEFT,
    MANY,
    PROPOSED,
    TAKEN,
    AlikeGroup,
    AlikeMember,
    may_be_named,
    naming_ends,
)
from processes.consultation import Consultation
from processes.deadline import ONE_DAY, start_of_day
from processes.feedback import TO_ANSWER, Feedback
from processes.item import WorkingCopy
from processes.permission import Actor
from processes.response import Response

PAGE = 20
STATES = (PROPOSED, TAKEN, LEFT)


@dataclass(frozen=True)
class Line:
    """A group in the list: how many, how many of them word for word, how many of them answered."""

    id: str
    state: str
    size: int
    identical: int
    answered: int
    receipt: str
    language: str
    beginning: str
    many: bool


@dataclass(frozen=True)
class Groups:
    """A slice of the groups of a case, the largest first; `counts` by state; the newest search."""

    head: Head
    lines: tuple[Line, ...]
    counts: dict[str, int]
    found: int
    page: int
    search: Search | None
    letters: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))


@dataclass(frozen=True)
class One:
    """An opinion of a group and what differs in it from the leader. `answer`: none, group or own."""

    id: str
    receipt: str
    author: str
    author_kind: str
    language: str
    likeness: int
    identical: bool
    left_out: bool
    pieces: tuple[Piece, ...]
    turned: bool
    answer: str


@dataclass(frozen=True)
class Named:
    """The law's representative: `may_ask` now, asked when, may the municipality name one, who it is."""

    persons: int
    without_address: int
    may_ask: bool
    asked_at: datetime | None
    name_from: datetime | None
    may_name: bool
    name: str


@dataclass(frozen=True)
class GroupSeen:
    """A group opened: its leader's words, a slice of the others, who is answered, the representative."""

    head: Head
    id: str
    state: str
    size: int
    identical: int
    leader_id: str
    leader_receipt: str
    leader_author: str
    leader_kind: str
    language: str
    text: str
    others: tuple[One, ...]
    page: int
    unanswered: int
    own: int
    named: Named | None

    @property
    def pages(self) -> int:
        return max(1, -(-(self.size) // PAGE))


def read(
    session: Session, actor: Actor, number: str, language: str, *, state: str = "", page: int = 1
) -> Groups:
    """The groups of a case. In: a state of STATES or all. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    mine = [AlikeGroup.municipality_id == case.municipality_id, AlikeGroup.consultation_id == case.id]
    counts = dict.fromkeys(STATES, 0) | {
        row[0]: row[1]
        for row in session.exec(
            select(AlikeGroup.state, func.count()).where(*mine).group_by(AlikeGroup.state)
        )
    }
    where = [*mine, AlikeGroup.state == state] if state in STATES else mine
    query = (
        select(AlikeGroup, Feedback.receipt, Feedback.language, Feedback.text)
        .join(
            Feedback,
            (col(Feedback.municipality_id) == AlikeGroup.municipality_id)
            & (col(Feedback.id) == AlikeGroup.leader_id),
        )
        .where(*where)
        .order_by(col(AlikeGroup.size).desc(), col(AlikeGroup.id))
    )
    rows = session.exec(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    answers = answered(session, case, [row[0].id for row in rows])
    every = select(func.count()).where(
        Feedback.municipality_id == case.municipality_id,
        Feedback.consultation_id == case.id,
        col(Feedback.state).in_(TO_ANSWER),
    )
    return Groups(
        head=planner_case.head(session, actor, case, language),
        lines=tuple(
            Line(
                it.id, it.state, it.size, it.identical, answers.get(it.id, 0), receipt, tongue,
                said_of.beginning(text), it.identical > MANY and may_be_named(case),
            )
            for it, receipt, tongue, text in rows
        ),
        counts=counts,
        found=counts[state] if state in STATES else sum(counts.values()),
        page=page,
        search=alike_search.of_case(session, case),
        letters=session.exec(every).one(),
    )  # fmt: skip


def one(
    session: Session, actor: Actor, number: str, group_id: str, language: str, *, now: datetime, page: int = 1
) -> GroupSeen:
    """A group with a slice of its members. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    group = find(session, case, group_id)
    leader = session.get_one(Feedback, (case.municipality_id, group.leader_id))
    words = _words(session, leader)
    query = (
        select(AlikeMember, Feedback, WorkingCopy.text, Response.group_id)
        .join(
            Feedback,
            (col(Feedback.municipality_id) == AlikeMember.municipality_id)
            & (col(Feedback.id) == AlikeMember.feedback_id),
        )
        .outerjoin(
            WorkingCopy,
            (col(WorkingCopy.municipality_id) == Feedback.municipality_id)
            & (col(WorkingCopy.id) == Feedback.id),
        )
        .outerjoin(
            Response,
            (col(Response.municipality_id) == Feedback.municipality_id)
            & (col(Response.feedback_id) == Feedback.id),
        )
        .where(AlikeMember.municipality_id == case.municipality_id, AlikeMember.group_id == group.id)
        .order_by(col(AlikeMember.left_out), col(AlikeMember.likeness), col(AlikeMember.feedback_id))
    )
    rows = session.exec(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    unanswered, own = standing(session, group)
    return GroupSeen(
        head=planner_case.head(session, actor, case, language),
        id=group.id,
        state=group.state,
        size=group.size,
        identical=group.identical,
        leader_id=leader.id,
        leader_receipt=leader.receipt,
        leader_author=leader.author_name,
        leader_kind=leader.author_kind,
        language=leader.language,
        text=words,
        others=tuple(_one(row, words, group) for row in rows),
        page=page,
        unanswered=unanswered,
        own=own,
        named=_named(session, case, group, now),
    )


def _one(row: Any, leader: str, group: AlikeGroup) -> One:
    member, said, copy, answered_with = row
    pieces = (
        () if member.feedback_id == group.leader_id else tuple(alike.difference(leader, copy or said.text))
    )
    answer = "none" if answered_with is None else "group" if answered_with == group.id else "own"
    return One(
        said.id, said.receipt, said.author_name, said.author_kind, said.language, member.likeness,
        member.identical, member.left_out, pieces, alike.turned(pieces), answer,
    )  # fmt: skip


def _words(session: Session, said: Feedback) -> str:
    copy = session.get(WorkingCopy, (said.municipality_id, said.id))
    return copy.text if copy else said.text


def _named(session: Session, case: Consultation, group: AlikeGroup, now: datetime) -> Named | None:
    count, unreached = persons(session, group)
    if not may_be_named(case) or (count <= MANY and group.asked_at is None):
        return None
    name_from = start_of_day(naming_ends(case, group.asked_at).ends_on + ONE_DAY) if group.asked_at else None
    return Named(
        persons=count,
        without_address=unreached,
        may_ask=group.state == TAKEN and count > MANY and group.asked_at is None,
        asked_at=group.asked_at,
        name_from=name_from,
        may_name=name_from is not None and now >= name_from and not group.representative,
        name=group.representative,
    )
