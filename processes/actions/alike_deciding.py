"""Deciding on groups of opinions that say the same: taken or left, one taken out, a representative asked for.

More than twenty persons with the same opinion may be asked to name a representative; if they name none in time, the
municipality may (PlanS § 5; a term of the case, so only where its law has it). Nothing of it happens by itself: a planner's press sends each of them a letter,
another notes whom they named, and everyone is answered either way.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select, update

from processes.actions import planner_case
from processes.actions.alike_members import find, same_words
from processes.actions.giving import MAX_NAME, check_length, one_line
from processes.alike_group import LEFT, MANY, TAKEN, AlikeGroup, AlikeMember, may_be_named, naming_ends
from processes.deadline import ONE_DAY, start_of_day
from processes.errors import NotFound, NotYet, Reason, Refused, TooLate
from processes.feedback import Feedback
from processes.permission import Actor
from processes.post import PostOffice
from processes.response import Response


def decide(
    session: Session, actor: Actor, number: str, group_id: str, decision: str, *, now: datetime
) -> AlikeGroup:
    """Take a proposed group, or leave it; either may be changed until an answer was written to it.

    Errors: NotAllowed, NotFound, Refused, TooLate once it has an answer.
    """
    case = planner_case.running(session, actor, number)
    group = find(session, case, group_id, lock=True)
    if decision not in (TAKEN, LEFT):
        raise Refused({"decision": Reason("not_a_choice")})
    if decision == LEFT and _has_answer(session, group):
        raise TooLate("group_answered")
    if decision == TAKEN and (older := _older(session, group)) is not None:
        return _joined(session, group, older)
    group.state, group.decided_by, group.decided_at = decision, actor.person_id, now
    session.add(group)
    return group


def leave_out(
    session: Session, actor: Actor, number: str, group_id: str, feedback_id: str, *, out: bool = True
) -> str:
    """Take one opinion out of a group because it says something else, or back in. Out: its receipt.

    Errors: NotAllowed, NotFound, TooLate when the group's answer stands for it already.
    """
    case = planner_case.running(session, actor, number)
    group = find(session, case, group_id, lock=True)
    member = session.get(AlikeMember, (case.municipality_id, feedback_id), with_for_update=True)
    said = session.get(Feedback, (case.municipality_id, feedback_id))
    if member is None or said is None or member.group_id != group.id:
        raise NotFound
    answer = session.get(Response, (case.municipality_id, feedback_id))
    if out and answer is not None and answer.group_id == group.id:
        raise TooLate("group_answered")
    if member.left_out != out:
        member.left_out = out
        session.add(member)
        session.flush()
        _count_again(session, group)
    return said.receipt


@dataclass(frozen=True)
class AskedThem:
    """How many authors get the letter, and how many left no address and have to be asked another way."""

    letters: int
    without_address: int


def ask_representative(
    session: Session, actor: Actor, number: str, group_id: str, *, office: PostOffice, now: datetime
) -> AskedThem:
    """Ask the authors by letter to name one who speaks for them; asked again, nobody gets it twice.

    Errors: NotAllowed, NotFound, TooLate, Refused for a group that is not taken or has too few persons. NotFound also
    where the law of the case knows no such rule.
    """
    case = planner_case.running(session, actor, number)
    group = find(session, case, group_id, lock=True)
    if not may_be_named(case):
        raise NotFound
    asked = list(session.exec(select(Feedback).where(*same_words(group)).order_by(col(Feedback.id))))
    if group.state != TAKEN or len(asked) <= MANY:
        raise Refused({"": Reason("not_enough_persons", count=MANY)})
    group.asked_at = group.asked_at or now
    session.add(group)
    reached = [it for it in asked if it.author_email and it.wants_reply]
    office.of_case(session, case, now=now).representative_asked(
        case, reached, count=len(asked), until=naming_ends(case, group.asked_at).ends_on
    )
    return AskedThem(len(reached), len(asked) - len(reached))


def name_representative(
    session: Session, actor: Actor, number: str, group_id: str, name: str, *, by: str, now: datetime
) -> None:
    """Note who speaks for the authors: `by` authors, at once; `by` municipality, only when their time is over.

    Errors: NotAllowed, NotFound, NotYet with `opens_at`, Refused.
    """
    case = planner_case.running(session, actor, number)
    group = find(session, case, group_id, lock=True)
    words, problems = one_line(name), dict[str, Reason]()
    check_length(problems, "name", words, MAX_NAME, required=True)
    if by not in ("authors", "municipality"):
        problems["by"] = Reason("not_a_choice")
    if problems:
        raise Refused(problems)
    if group.asked_at is None:
        raise NotYet
    if by == "municipality" and now <= (last := naming_ends(case, group.asked_at)).at:
        raise NotYet(opens_at=start_of_day(last.ends_on + ONE_DAY))
    group.representative, group.named_by = words, by
    session.add(group)


def _has_answer(session: Session, group: AlikeGroup) -> bool:
    query = select(func.count()).where(
        Response.municipality_id == group.municipality_id, Response.group_id == group.id
    )
    return session.exec(query).one() > 0


def _older(session: Session, group: AlikeGroup) -> AlikeGroup | None:
    """The taken group that a proposal is like: what came after the first decision joins it."""
    query = select(AlikeGroup).where(
        AlikeGroup.municipality_id == group.municipality_id,
        AlikeGroup.consultation_id == group.consultation_id,
        AlikeGroup.leader_id == group.leader_id,
        AlikeGroup.state == TAKEN,
        AlikeGroup.id != group.id,
    )
    return session.exec(query.with_for_update()).first()


def _joined(session: Session, group: AlikeGroup, older: AlikeGroup) -> AlikeGroup:
    session.exec(
        update(AlikeMember)
        .where(
            col(AlikeMember.municipality_id) == group.municipality_id, col(AlikeMember.group_id) == group.id
        )
        .values(group_id=older.id)
    )
    session.flush()
    session.delete(group)
    session.flush()
    _count_again(session, older)
    return older


def _count_again(session: Session, group: AlikeGroup) -> None:
    query = select(func.count(), func.count().filter(col(AlikeMember.identical))).where(
        AlikeMember.municipality_id == group.municipality_id,
        AlikeMember.group_id == group.id,
        ~col(AlikeMember.left_out),
    )
    group.size, group.identical = session.exec(query).one()
    session.add(group)
