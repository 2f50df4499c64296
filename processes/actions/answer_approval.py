"""A second person's word on answers, where the municipality asks for one; and positions changed after they were sent.

An answer a second person has not approved does not leave. Nobody approves what they wrote themselves, and whoever
changes an answer takes its approval away.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select, update

from processes import municipality
from processes.actions import answers_of_case, planner_case
from processes.actions.answering import MAX_REASONS, NotApproved
from processes.actions.giving import MAX_REASON, check_length, clean
from processes.actions.written import clash
from processes.consultation import Consultation
from processes.errors import NotAllowed, NotFound, Reason, Refused, TooLate
from processes.feedback import Feedback
from processes.permission import Actor
from processes.post import PostOffice
from processes.response import OUTCOMES, EarlierResponse, Response, unapproved


def asked_for(session: Session, municipality_id: str) -> bool:
    """Whether this municipality's answers need a second person."""
    return municipality.get(session, municipality_id).two_approve_answers


def approve(
    session: Session, actor: Actor, number: str, seen: Sequence[tuple[str, str]], *, office: PostOffice, now: datetime
) -> int:  # fmt: skip
    """Approve answers written by others. In: (opinion's id, the version of the answer that was read).

    Out: how many are approved by this. What changed since it was read is not. A changed position that was only
    waiting for this leaves at once. Errors: NotAllowed for one's own words, NotFound, Answered when a single one changed.
    """
    case = planner_case.running(session, actor, number)
    done, leaving = 0, []
    for feedback_id, version in seen:
        said = answers_of_case.find(session, case, feedback_id)
        answer = session.get(Response, (case.municipality_id, said.id), with_for_update=True)
        if answer is None:
            raise NotFound
        if answer.written_by == actor.person_id:
            if len(seen) == 1:
                raise NotAllowed
            continue
        if answer.written_at.isoformat() != version:
            if len(seen) == 1:
                raise clash(session, case, answer)
            continue
        if answer.approved_at is None:
            answer.approved_by, answer.approved_at = actor.person_id, now
            done += 1
        if answer.revision > 1 and answer.sent_at is None:
            answer.sent_at = now
            leaving.append((said, answer))
        session.add(answer)
    session.flush()
    if leaving:
        office.of_case(session, case, now=now).answers_changed(case, _with_reason(session, leaving))
    return done


def approve_all(session: Session, actor: Actor, number: str, *, count: int, now: datetime) -> int:
    """Approve every answer others wrote and nobody approved, by one statement. In: how many the page showed.

    Errors: NotAllowed, NotFound, NotApproved when it is another number now.
    """
    case = planner_case.running(session, actor, number)
    query = (
        select(Response.feedback_id)
        .join(Feedback, _same())
        .where(*_unapproved(case), Response.written_by != actor.person_id, Response.revision == 1)
    )
    ids = list(session.exec(query.with_for_update(of=Response)))
    if len(ids) != count:
        raise NotApproved(count=len(ids))
    for start in range(0, len(ids), 500):
        session.exec(
            update(Response)
            .where(
                col(Response.municipality_id) == case.municipality_id,
                col(Response.feedback_id).in_(ids[start : start + 500]),
            )
            .values(approved_by=actor.person_id, approved_at=now)
        )
    return len(ids)


def of_others(session: Session, actor: Actor, case: Consultation) -> int:
    """How many unapproved answers this person may approve."""
    query = (
        select(func.count())
        .select_from(Response)
        .join(Feedback, _same())
        .where(*_unapproved(case), Response.written_by != actor.person_id, Response.revision == 1)
    )
    return session.exec(query).one()


def change_sent(
    session: Session, actor: Actor, number: str, feedback_id: str, outcome: str, reasons: str, why: str, seen: str, *,
    office: PostOffice, now: datetime,
) -> str:  # fmt: skip
    """Change a position its author has already got: it is told again, with the reason; what it said before is kept.

    Out: the receipt. Errors: NotAllowed, NotFound, TooLate before it was sent or after the case ended, Refused, Answered.
    """
    case = planner_case.running(session, actor, number)
    said = answers_of_case.find(session, case, feedback_id, lock=True)
    answer = session.get(Response, (case.municipality_id, said.id), with_for_update=True)
    if answer is None or answer.sent_at is None:
        raise TooLate("not_sent")
    text, because, problems = clean(reasons), clean(why), dict[str, Reason]()
    if outcome not in OUTCOMES:
        problems["outcome"] = Reason("choose_outcome")
    check_length(problems, "reasons", text, MAX_REASONS, required=True, missing="reasons_required")
    check_length(problems, "why", because, MAX_REASON, required=True)
    if not problems and (answer.outcome, answer.reasons) == (outcome, text):
        problems["reasons"] = Reason("nothing_changed")
    if problems:
        raise Refused(problems)
    if answer.written_at.isoformat() != seen:
        raise clash(session, case, answer)
    before = EarlierResponse(
        municipality_id=case.municipality_id, feedback_id=said.id, revision=answer.revision, outcome=answer.outcome,
        reasons=answer.reasons, written_by=answer.written_by, sent_at=answer.sent_at, why_changed=because,
        changed_by=actor.person_id, changed_at=now,
    )  # fmt: skip
    answer.outcome, answer.reasons, answer.revision = outcome, text, answer.revision + 1
    answer.written_by, answer.written_at, answer.group_id = actor.person_id, now, ""
    answer.approved_by, answer.approved_at = "", None
    answer.sent_at = None if asked_for(session, case.municipality_id) else now
    session.add_all([before, answer])
    session.flush()
    if answer.sent_at is not None:
        office.of_case(session, case, now=now).answers_changed(case, [(said, answer, before)])
    return said.receipt


def earlier(session: Session, case: Consultation, feedback_id: str) -> list[EarlierResponse]:
    """What an answer said before, the newest first."""
    query = select(EarlierResponse).where(
        EarlierResponse.municipality_id == case.municipality_id, EarlierResponse.feedback_id == feedback_id
    )
    return list(session.exec(query.order_by(col(EarlierResponse.revision).desc())))


def _with_reason(
    session: Session, leaving: list[tuple[Feedback, Response]]
) -> list[tuple[Feedback, Response, EarlierResponse]]:
    return [
        (
            said,
            answer,
            session.get_one(
                EarlierResponse, (answer.municipality_id, answer.feedback_id, answer.revision - 1)
            ),
        )
        for said, answer in leaving
    ]


def _same() -> Any:
    return (col(Feedback.municipality_id) == col(Response.municipality_id)) & (
        col(Feedback.id) == col(Response.feedback_id)
    )


def _unapproved(case: Consultation) -> list[Any]:
    return unapproved(case.municipality_id, case.id)
