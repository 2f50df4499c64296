"""Needs as whoever arranges them sees them: what to order by which day, what was ordered, what could not be.

A need lets one infer somebody's health. Only the case's own planner sees whose it is; everyone else counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from engine.clock import local_day
from processes.accommodation import Need
from processes.actions import planner_case
from processes.actions.giving import check_length, clean
from processes.actions.needs import ASKED, BOOKED, WITHDRAWN
from processes.consultation import Consultation
from processes.errors import NotAllowed, NotFound, Reason, Refused
from processes.invitation import Invitation
from processes.organisation import Organisation
from processes.permission import Actor
from processes.post import PostOffice

REFUSED = "refused"
STATES = (ASKED, BOOKED, REFUSED, WITHDRAWN)
MAX_ANSWER = 1_000


@dataclass(frozen=True)
class Wanted:
    """One need. `late` says that its day to order has passed while nothing was arranged."""

    id: str
    organisation: str
    kind: str
    details: str
    state: str
    answer: str
    arrange_by: date | None
    late: bool


@dataclass(frozen=True)
class Needs:
    """What was asked for, by state and by kind; `listed` is empty for anyone but the case's planner."""

    by_state: dict[str, int]
    by_kind: tuple[tuple[str, int], ...]
    listed: tuple[Wanted, ...]
    may_see: bool

    @property
    def total(self) -> int:
        return sum(self.by_state.values())


def of_case(session: Session, actor: Actor, number: str, *, now: datetime) -> Needs:
    """The needs of a case. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    may_see = case.planner_id == actor.person_id
    return Needs(
        by_state=_counts(session, case),
        by_kind=_kinds(session, case),
        listed=tuple(_listed(session, case, local_day(now))) if may_see else (),
        may_see=may_see,
    )


def answer(
    session: Session, actor: Actor, number: str, need_id: str, state: str, words: str, *, office: PostOffice, now: datetime
) -> None:  # fmt: skip
    """Say that a need is arranged, or why it cannot be; whoever asked is told by letter.

    Errors: NotAllowed for anyone but the case's planner, NotFound, TooLate, Refused (a refusal takes a reason).
    """
    case = planner_case.running(session, actor, number)
    need = _one(session, actor, case, need_id)
    said = clean(words)
    problems: dict[str, Reason] = {}
    if state not in (BOOKED, REFUSED) or need.state == WITHDRAWN:
        problems["state"] = Reason("not_a_choice")
    elif state == REFUSED and not said:
        problems["answer"] = Reason("need_reason_required")
    check_length(problems, "answer", said, MAX_ANSWER)
    if problems:
        raise Refused(problems)
    if (need.state, need.answer) == (state, said):
        return
    need.state, need.answer = state, said
    session.add(need)
    session.flush()
    office.of_case(session, case, now=now).need_answered(need)


def cancelled(session: Session, actor: Actor, number: str, need_id: str) -> None:
    """Note that the order of a need nobody has any more was cancelled; the need is deleted.

    Errors: NotAllowed, NotFound, TooLate.
    """
    case = planner_case.running(session, actor, number)
    need = _one(session, actor, case, need_id)
    if need.state != WITHDRAWN:
        raise NotFound
    session.delete(need)


def _one(session: Session, actor: Actor, case: Consultation, need_id: str) -> Need:
    if case.planner_id != actor.person_id:
        raise NotAllowed
    query = select(Need).where(Need.municipality_id == case.municipality_id, Need.id == need_id)
    need = session.exec(query.with_for_update()).first()
    if need is None or need.consultation_id != case.id:
        raise NotFound
    return need


def _mine(case: Consultation) -> tuple[bool, bool]:
    return (Need.municipality_id == case.municipality_id, Need.consultation_id == case.id)


def _counts(session: Session, case: Consultation) -> dict[str, int]:
    query = select(Need.state, func.count()).where(*_mine(case)).group_by(Need.state)
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in session.exec(query)}


def _kinds(session: Session, case: Consultation) -> tuple[tuple[str, int], ...]:
    query = select(Need.kind, func.count()).where(*_mine(case), Need.state != WITHDRAWN).group_by(Need.kind)
    return tuple((row[0], row[1]) for row in session.exec(query.order_by(func.count().desc(), Need.kind)))


def _listed(session: Session, case: Consultation, today: date) -> Sequence[Wanted]:
    query = (
        select(Need, Organisation.name)
        .join(
            Invitation,
            (col(Invitation.municipality_id) == col(Need.municipality_id))
            & (col(Invitation.id) == col(Need.invitation_id)),
        )
        .join(
            Organisation,
            (col(Organisation.municipality_id) == col(Invitation.municipality_id))
            & (col(Organisation.id) == col(Invitation.organisation_id)),
        )
        .where(*_mine(case))
        .order_by(col(Need.arrange_by), Organisation.name, Need.id)
    )
    rank = {ASKED: 0, WITHDRAWN: 1, REFUSED: 2, BOOKED: 3}
    found = [_wanted(need, name, today) for need, name in session.exec(query)]
    return sorted(found, key=lambda it: rank.get(it.state, 4))


def _wanted(need: Need, name: str, today: date) -> Wanted:
    return Wanted(
        id=need.id,
        organisation=name,
        kind=need.kind,
        details=need.details,
        state=need.state,
        answer=need.answer,
        arrange_by=need.arrange_by,
        late=need.state == ASKED and need.arrange_by is not None and need.arrange_by < today,
    )
