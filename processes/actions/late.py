"""Deciding on late opinions: taken into account for a reason, or only recorded; answered either way.

A missed term may be restored where the obstacle was no fault of the author's (compare HMS § 34).
"""

from sqlmodel import Session

from processes.actions import planner_case
from processes.actions.giving import MAX_REASON, check_length, clean
from processes.actions.themes import find
from processes.errors import Reason, Refused, TooLate
from processes.feedback import LATE_ACCEPTED, LATE_RECORDED, LATE_WAITING
from processes.permission import Actor
from processes.response import Response

DECISIONS = {"accept": LATE_ACCEPTED, "record": LATE_RECORDED}


def decide(session: Session, actor: Actor, number: str, feedback_id: str, decision: str, reason: str) -> str:
    """Accept or record a late opinion, with the reason that its author may read. Out: its receipt.

    May be changed until the answer is sent. Errors: NotAllowed, NotFound, TooLate, Refused.
    """
    case = planner_case.running(session, actor, number)
    said = find(session, case, feedback_id, lock=True)
    words = clean(reason)
    problems: dict[str, Reason] = {}
    if decision not in DECISIONS:
        problems["decision"] = Reason("not_a_choice")
    check_length(problems, "reason", words, MAX_REASON, required=True)
    if problems:
        raise Refused(problems)
    if said.state not in (LATE_WAITING, *DECISIONS.values()):
        raise TooLate("not late")
    answer = session.get(Response, (case.municipality_id, said.id))
    if answer is not None and answer.sent_at is not None:
        raise TooLate("answer sent")
    said.state, said.late_decision = DECISIONS[decision], words
    session.add(said)
    return said.receipt
