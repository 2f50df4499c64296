"""What stands beside an answer while it is written: passages, the opinion's points, its group, earlier positions."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from processes.actions import answer_approval, passages, planner_case, points
from processes.actions.passages import Line
from processes.actions.points import Point
from processes.actions.themes import find
from processes.alike_group import TAKEN, AlikeGroup, AlikeMember
from processes.permission import Actor


@dataclass(frozen=True)
class Before:
    """What an answer said before it was changed, and why it was."""

    outcome: str
    reasons: str
    why: str
    sent_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Group:
    """The group of alike opinions an opinion is in; `taken` when one answer may serve it."""

    id: str
    size: int
    taken: bool


@dataclass(frozen=True)
class Beside:
    """`composed` is an outcome and reasons made of the points that are decided."""

    passages: tuple[Line, ...]
    points: tuple[Point, ...]
    composed: tuple[str, str]
    group: Group | None
    earlier: tuple[Before, ...]
    two_approve: bool


def of(session: Session, actor: Actor, number: str, feedback_id: str) -> Beside:
    """What helps to answer one opinion. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id)
    found = points.of_opinion(session, actor, case, said.id)
    return Beside(
        passages=tuple(passages.listed(session, actor, theme=said.theme)),
        points=found,
        composed=points.compose(found),
        group=_group(session, case.municipality_id, said.id),
        earlier=tuple(
            Before(it.outcome, it.reasons, it.why_changed, it.sent_at, it.changed_at)
            for it in answer_approval.earlier(session, case, said.id)
        ),
        two_approve=answer_approval.asked_for(session, case.municipality_id),
    )


def approvable(session: Session, actor: Actor, number: str) -> int:
    """How many answers of a case this person may approve. Errors: NotAllowed, NotFound."""
    return answer_approval.of_others(session, actor, planner_case.find(session, actor, number))


def _group(session: Session, municipality_id: str, feedback_id: str) -> Group | None:
    member = session.get(AlikeMember, (municipality_id, feedback_id))
    if member is None or member.left_out:
        return None
    group = session.get_one(AlikeGroup, (municipality_id, member.group_id))
    return Group(group.id, group.size, group.state == TAKEN)
