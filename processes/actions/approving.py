"""Asking authorities for approval and noting what they say: sending, answers by letter or phone, more time.

An authority may ask for more time, up to the longest the case's terms allow; the round stays open for it.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, select

from engine.clock import local_day
from engine.runtime import Runtime
from processes import obligation
from processes import round as rounds
from processes.actions import planner_case, task
from processes.actions.approvals import TASK, WAITING, latest, turn
from processes.actions.giving import MAX_TEXT, check_length, clean
from processes.consultation import Consultation
from processes.deadline import end_of_day, is_working_day
from processes.errors import NotFound, Reason, Refused, TooLate
from processes.invitation import Approval, Invitation
from processes.organisation import Organisation
from processes.permission import Actor
from processes.post import PostOffice
from processes.round import Round

CLOSES = "round_closes"
RESULTS = ("approved", "conditions", "refused")
WITH_WORDS = ("conditions", "refused")


def send(
    session: Session, actor: Actor, number: str, wait_id: str, authorities: Sequence[str], sent_on: str, *,
    runtime: Runtime, now: datetime, key: str,
) -> None:  # fmt: skip
    """Ask the chosen authorities: finish the step. In: ids of organisations, an ISO day. The same key is one step.

    Errors: NotAllowed, NotFound, TooLate, NotOpen, Refused.
    """
    case = planner_case.running(session, actor, number)
    planner_case.require_open(session, case, TASK, wait_id)
    if (chosen := _day(sent_on)) is None:
        raise Refused({"sent_on": Reason("not_a_date")})
    if not authorities:
        raise Refused({"authorities": Reason("nobody_to_approve")})
    answers = {"sent_on": chosen.isoformat(), "authorities": sorted(set(authorities))}
    task.complete(session, actor, wait_id, answers, runtime=runtime, now=now, key=key)


def record(
    session: Session, actor: Actor, number: str, approval_id: str, result: str, answered_on: str, conditions: str, *,
    now: datetime,
) -> str:  # fmt: skip
    """Note what an authority said outside its own link. Out: its name.

    Errors: NotAllowed, NotFound, TooLate once the round is closed, Refused.
    """
    case, of, row, who = _one(session, actor, number, approval_id)
    if of.closed_at is not None:
        raise TooLate
    day, words = _day(answered_on), clean(conditions)
    problems: dict[str, Reason] = {}
    if result not in RESULTS:
        problems["result"] = Reason("not_a_choice")
    elif result in WITH_WORDS and not words:
        problems["conditions"] = Reason("conditions_wanted")
    check_length(problems, "conditions", words, MAX_TEXT)
    if day is None:
        problems["answered_on"] = Reason("not_a_date")
    elif day > local_day(now):
        problems["answered_on"] = Reason("in_the_future", today=local_day(now))
    elif day < local_day(of.opens_at):
        problems["answered_on"] = Reason("before_sent", sent_on=local_day(of.opens_at))
    if problems:
        raise Refused(problems)
    row.result, row.conditions, row.answered_on = result, words, day
    invitation = session.get_one(Invitation, (case.municipality_id, row.invitation_id))
    invitation.answered_at = invitation.answered_at or now
    session.add_all([row, invitation])
    return who.name


def extend(
    session: Session, actor: Actor, number: str, approval_id: str, until: str, *, runtime: Runtime, office: PostOffice,
    now: datetime,
) -> str:  # fmt: skip
    """Give an authority more time; the round stays open for it, and it is told. Out: its name.

    Errors: NotAllowed, NotFound, TooLate, Refused (not a later day, a day off, longer than allowed).
    """
    case, of, row, who = _one(session, actor, number, approval_id)
    if of.closed_at is not None or row.result != WAITING:
        raise TooLate
    chosen, longest, last = _day(until), latest(case, of), row.extended_to or row.due_on
    problems: dict[str, Reason] = {}
    if chosen is None:
        problems["until"] = Reason("not_a_date")
    elif chosen <= last or chosen < local_day(now):
        problems["until"] = Reason("not_later", last=max(last, local_day(now)))
    elif chosen > longest:
        problems["until"] = Reason("extension_too_long", latest=longest)
    elif not is_working_day(chosen):
        problems["until"] = Reason("day_off")
    if chosen is None or problems:
        raise Refused(problems)
    row.extended_to = chosen
    session.add(row)
    if end_of_day(chosen) > of.closes_at:
        of.closes_at = end_of_day(chosen)
        session.add(of)
        runtime.move_deadline(
            session, case.municipality_id, str(case.instance_id), CLOSES, of.closes_at, now=now, actor=actor.person_id,
            reason="an authority asked for more time",
        )  # fmt: skip
        obligation.move(
            session,
            case.municipality_id,
            case.id,
            CLOSES,
            of.closes_at,
            reason="an authority asked for more time",
        )
    session.flush()
    invitation = session.get_one(Invitation, (case.municipality_id, row.invitation_id))
    office.of_case(session, case, now=now).approval_asked(of, [(invitation, row)])
    return who.name


def close_early(session: Session, actor: Actor, number: str, *, runtime: Runtime, now: datetime) -> None:
    """End the round before its last day, every authority having answered. Again is the same.

    Errors: NotAllowed, NotFound, TooLate, Refused while an authority has not answered.
    """
    case = planner_case.running(session, actor, number)
    of = rounds.current(session, case.municipality_id, case.id)
    if of is None or of.phase != "approval" or of.closed_at is not None:
        raise TooLate
    waiting = turn(session, case, of, now).waiting(local_day(now))
    if waiting:
        raise Refused({"": Reason("still_waiting", count=waiting)})
    runtime.tell(
        session, case.municipality_id, str(case.instance_id), "round_complete", now=now, actor=actor.person_id,
        message_id=f"round_complete:{of.id}",
    )  # fmt: skip


def _one(
    session: Session, actor: Actor, number: str, approval_id: str
) -> tuple[Consultation, Round, Approval, Organisation]:
    case = planner_case.running(session, actor, number)
    query = select(Approval).where(
        Approval.municipality_id == case.municipality_id, Approval.id == approval_id
    )
    row = session.exec(query.with_for_update()).first()
    of = session.get(Round, (case.municipality_id, row.round_id)) if row else None
    if row is None or of is None or of.consultation_id != case.id:
        raise NotFound
    invitation = session.get_one(Invitation, (case.municipality_id, row.invitation_id))
    return case, of, row, session.get_one(Organisation, (case.municipality_id, invitation.organisation_id))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
