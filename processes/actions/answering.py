"""Answering opinions: an outcome and its reasons, kept as they are saved, sent all at one moment.

Two planners who answer the same opinion see each other's words; nobody's are overwritten unseen.
"""

from datetime import datetime

from sqlmodel import Session

from engine.runtime import Runtime
from processes import municipality
from processes.actions import passages, planner_case, task
from processes.actions.answers_of_case import TASK, find
from processes.actions.giving import check_length, clean
from processes.actions.written import clash
from processes.errors import Conflict, Reason, Refused, TooLate
from processes.permission import Actor
from processes.response import OUTCOMES, Response, waits_for_approval

MAX_REASONS = 10_000


class NotApproved(Conflict):
    """Answers still wait for a second person's approval. `count` says how many there are now."""

    code = "answers_not_approved"


def save(
    session: Session,
    actor: Actor,
    number: str,
    feedback_id: str,
    outcome: str,
    reasons: str,
    seen: str,
    *,
    now: datetime,
    used: tuple[str, ...] = (),
) -> str:
    """Keep an answer. In: `seen` names the version the writer had before them, empty for none; passages used.

    Out: the receipt. An approval is of the words it was given to: a change takes it away.

    Errors: NotAllowed, NotFound, TooLate once it was sent or the case has ended, Refused, Answered.
    """
    case = planner_case.running(session, actor, number)
    said = find(session, case, feedback_id, lock=True)
    text = clean(reasons)
    problems: dict[str, Reason] = {}
    if outcome not in OUTCOMES:
        problems["outcome"] = Reason("choose_outcome")
    check_length(problems, "reasons", text, MAX_REASONS)
    if not text:
        problems["reasons"] = Reason("reasons_required")
    if problems:
        raise Refused(problems)
    written = session.get(Response, (case.municipality_id, said.id), populate_existing=True)
    if written is None:
        written = Response(
            municipality_id=case.municipality_id,
            feedback_id=said.id,
            outcome=outcome,
            reasons=text,
            written_by=actor.person_id,
            written_at=now,
        )
        session.add(written)
        session.flush()
        passages.note_use(session, actor, used, [said.id], now=now)
        return said.receipt
    if (written.outcome, written.reasons) == (outcome, text):
        return said.receipt
    if written.sent_at is not None:
        raise TooLate("answer_sent")
    if written.written_at.isoformat() != seen:
        raise clash(session, case, written)
    written.outcome, written.reasons = outcome, text
    written.written_by, written.written_at = actor.person_id, now
    written.approved_by, written.approved_at, written.group_id = "", None, ""
    session.add(written)
    passages.note_use(session, actor, used, [said.id], now=now)
    return said.receipt


def close(
    session: Session, actor: Actor, number: str, wait_id: str, *, runtime: Runtime, now: datetime, key: str
) -> None:
    """Send every answer: finish the step. The same key is one step.

    Errors: NotAllowed, NotFound, NotOpen, NotApproved, and GuardHolds while an opinion is unanswered or a late one undecided.
    """
    case = planner_case.running(session, actor, number)
    planner_case.require_open(session, case, TASK, wait_id)
    if municipality.get(session, case.municipality_id).two_approve_answers:
        left = waits_for_approval(session, case.municipality_id, case.id)
        if left:
            raise NotApproved(count=left)
    task.complete(session, actor, wait_id, {}, runtime=runtime, now=now, key=key)
