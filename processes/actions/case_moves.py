"""What changes the course of a case beside its tasks: a day moved, a display broken off, a case ended early.

Each takes a reason, which everyone who takes part reads. A day people were told is never brought forward.
"""

from datetime import date, datetime

from sqlmodel import Session, col, select

from engine.clock import local_day
from engine.runtime import Runtime
from engine.wait import HUMAN, Wait
from processes import committee, obligation, participant
from processes import meeting as meetings
from processes import round as rounds
from processes.actions import planner_case
from processes.actions.case_file import ROUND_CLOSES, longest_day
from processes.actions.giving import check_length, one_line
from processes.actions.meeting_keeping import attendances_of
from processes.consultation import CANCELLED, Consultation
from processes.deadline import end_of_day, working_day_from
from processes.errors import NotFound, Reason, Refused, TooLate
from processes.meeting import Meeting
from processes.permission import Actor
from processes.post import PostOffice
from processes.round import Round

MAX_REASON = 1_000
INTERRUPTED = "display_interrupted"


def move_round(
    session: Session,
    actor: Actor,
    number: str,
    day: str,
    reason: str,
    *,
    runtime: Runtime,
    office: PostOffice,
    now: datetime,
) -> date:
    """Let people speak longer in the round that is open or to come; everyone asked is told, calendars follow.

    Out: its new last day, which is never a day off. Errors: NotAllowed, NotFound, TooLate, Refused.
    """
    case = planner_case.running(session, actor, number)
    newest = _open_round(session, case)
    if newest.phase == "approval":  # authorities are given more time one by one
        raise TooLate
    problems, words = _reason(reason, "reason")
    wanted = _day(day, "until", problems, after=local_day(newest.closes_at), now=now)
    if problems or wanted is None:
        raise Refused(problems)
    last = working_day_from(wanted)
    newest.closes_at = end_of_day(last)
    session.add(newest)
    session.flush()
    runtime.move_deadline(
        session,
        case.municipality_id,
        str(case.instance_id),
        ROUND_CLOSES,
        newest.closes_at,
        now=now,
        actor=actor.person_id,
        reason=words,
    )
    asked = participant.invited(session, case.municipality_id, case.id)
    office.of_case(session, case, now=now).deadline_moved(newest, asked, reason=words)
    return last


def move_task(
    session: Session,
    actor: Actor,
    number: str,
    wait_id: str,
    day: str,
    reason: str,
    *,
    runtime: Runtime,
    now: datetime,
) -> date:
    """Put off the term of an open task as far as the law allows. Out: its new last day.

    Errors: NotAllowed, NotFound, TooLate, Refused (also when the law knows no longer term).
    """
    case = planner_case.running(session, actor, number)
    wait = session.get(Wait, (case.municipality_id, wait_id))
    if wait is None or wait.kind != HUMAN or wait.instance_id != case.instance_id or wait.due_at is None:
        raise NotFound
    running = obligation.running(session, case.municipality_id, case.id, wait_id=wait_id)
    problems, words = _reason(reason, "reason")
    latest = longest_day(case, running) if running is not None else None
    wanted = _day(day, "until", problems, after=local_day(wait.due_at), now=now)
    if latest is None:
        problems["until"] = Reason("term_fixed")
    elif wanted is not None and wanted > latest:
        problems["until"] = Reason("term_at_most", latest=latest)
    if problems or wanted is None:
        raise Refused(problems)
    due_at = end_of_day(wanted)
    runtime.move_deadline(
        session,
        case.municipality_id,
        str(case.instance_id),
        wait_id,
        due_at,
        now=now,
        actor=actor.person_id,
        reason=words,
    )
    if running is not None:
        running.due_at, running.moved_reason = due_at, words
        session.add(running)
    return wanted


def interrupt(
    session: Session, actor: Actor, number: str, reason: str, *, runtime: Runtime, now: datetime
) -> None:
    """Break off the display that is open or about to open; it is held again whole, and what was said stays said.

    Errors: NotAllowed, NotFound, TooLate, Refused.
    """
    case = planner_case.running(session, actor, number)
    shown = _open_round(session, case)
    if shown.phase != "display":
        raise TooLate
    problems, words = _reason(reason, "interrupt_reason")
    if problems:
        raise Refused(problems)
    shown.interrupted_reason = words
    session.add(shown)
    session.flush()
    runtime.tell(
        session,
        case.municipality_id,
        str(case.instance_id),
        INTERRUPTED,
        now=now,
        actor=actor.person_id,
        message_id=f"{INTERRUPTED}:{shown.id}",
    )


def cancel(
    session: Session,
    actor: Actor,
    number: str,
    reason: str,
    sure: str,
    *,
    runtime: Runtime,
    office: PostOffice,
    now: datetime,
) -> None:
    """End a case early: nothing of it stays open, coming meetings leave calendars, everyone is told why.

    In: `sure` is the case's number, typed again. Errors: NotAllowed, NotFound, TooLate, Refused.
    """
    case = planner_case.running(session, actor, number)
    problems, words = _reason(reason, "cancel_reason")
    if sure.strip().casefold() != case.number.casefold():
        problems["sure"] = Reason("number_again", number=case.number)
    if problems:
        raise Refused(problems)
    runtime.cancel(
        session, case.municipality_id, str(case.instance_id), now=now, actor=actor.person_id, reason=words
    )
    case.state, case.ended_at, case.cancel_reason, case.end_element = CANCELLED, now, words, CANCELLED
    session.add(case)
    post = office.of_case(session, case, now=now)
    for row in _coming(session, case, now):
        row.state, row.sequence = meetings.CANCELLED, row.sequence + 1
        session.add(row)
        session.flush()
        if row.kind == "committee":
            members = committee.members(session, case.municipality_id, case.committee_id or "")
            post.committee_cancelled(row, members, reason=words)
        else:
            post.meeting_cancelled(row, attendances_of(session, row), reason=words)
    newest = rounds.current(session, case.municipality_id, case.id)
    if newest is not None and newest.closed_at is None:
        newest.closed_at = now
        session.add(newest)
    session.flush()
    post.case_cancelled(case, words)


def _open_round(session: Session, case: Consultation) -> Round:
    """The newest round, if its last day can still come. Errors: TooLate."""
    newest = rounds.current(session, case.municipality_id, case.id)
    waits = select(Wait.element).where(
        Wait.tenant_id == case.municipality_id, Wait.instance_id == case.instance_id
    )
    waited = {obligation.plain_name(element) for element in session.exec(waits)}
    started = waited & {ROUND_CLOSES, "round_opens"}
    if newest is None or newest.closed_at or newest.interrupted_at or not started:
        raise TooLate
    return newest


def _coming(session: Session, case: Consultation, now: datetime) -> list[Meeting]:
    query = select(Meeting).where(
        Meeting.municipality_id == case.municipality_id,
        Meeting.consultation_id == case.id,
        Meeting.state == meetings.PLANNED,
        col(Meeting.ends_at) > now,
    )
    return list(session.exec(query))


def _reason(text: str, field: str) -> tuple[dict[str, Reason], str]:
    problems: dict[str, Reason] = {}
    words = one_line(text)
    check_length(problems, field, words, MAX_REASON, required=True, missing="reason_for_all")
    return problems, words


def _day(text: str, field: str, problems: dict[str, Reason], *, after: date, now: datetime) -> date | None:
    today = local_day(now)
    try:
        wanted = date.fromisoformat(text.strip())
    except ValueError:
        problems[field] = Reason("not_a_date" if text.strip() else "required")
        return None
    if wanted < today:
        problems[field] = Reason("in_the_past", today=today)
    elif wanted <= after:
        problems[field] = Reason("only_later", after=after)
    elif wanted.year > today.year + 10:
        problems[field] = Reason("date_out_of_range", first=today.year, last=today.year + 10)
    else:
        return wanted
    return None
