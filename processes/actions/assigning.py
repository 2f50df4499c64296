"""What was agreed at a session: its minutes while they are a draft, and tasks with who does them and by when."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from engine.clock import local_day
from engine.runtime import Runtime
from processes import agenda, assignment, meeting
from processes import round as rounds
from processes.actions import planner_case, task
from processes.actions.giving import check_length, clean, one_line
from processes.actions.planner_case import Head, OpenTask
from processes.agenda import Agenda
from processes.assignment import DONE, DROPPED, OPEN, Assignment
from processes.consultation import Consultation
from processes.errors import NotFound, Reason, Refused, TooLate
from processes.feedback import TO_ANSWER, Feedback
from processes.meeting import Meeting
from processes.permission import Actor

TASKS = ("record_tasks", "finish_minutes")
SESSION = "round_table"
MAX_WHAT, MAX_OWNER, MAX_NOTE, MAX_MINUTES = 500, 120, 1_000, 30_000


@dataclass(frozen=True)
class Given:
    """A task as it was typed. `proposal` is the one it comes from; `since` and `by` are of one agreed long before."""

    what: str
    owner: str
    due_on: str
    proposal: str = ""
    since: str = ""
    by: str = ""


@dataclass(frozen=True)
class Proposal:
    """Something proposed in this cycle, and whether a task was made of it."""

    id: str
    receipt: str
    by: str
    beginning: str
    language: str
    tasks: int


@dataclass(frozen=True)
class TaskLine:
    """A task of the series. `age` is in days; `carried` says that it comes from an earlier cycle."""

    id: str
    number: int
    what: str
    owner: str
    proposed_by: str
    since: date
    due_on: date
    state: str
    note: str
    late: bool
    carried: bool


@dataclass(frozen=True)
class Agreed:
    """The page. `minutes_open` says that the minutes may still be changed; `step` is the open task, if any."""

    head: Head
    step: OpenTask | None
    element: str
    minutes: str
    minutes_open: bool
    comments: int
    tasks: tuple[TaskLine, ...]
    closed: tuple[TaskLine, ...]
    proposals: tuple[Proposal, ...]
    default_due: date


def read(session: Session, actor: Actor, number: str, language: str, *, now: datetime) -> Agreed:
    """What was agreed in a case and before it. Errors: NotAllowed, NotFound for a case without sessions."""
    case, _ = _find(session, actor, number)
    held = _held(session, case)
    step, element = _open(session, case)
    today = local_day(now)
    rows = assignment.of_series(session, case.municipality_id, case.series_id or case.id)
    told = [_line(it, case, today) for it in rows]
    given = _given(session, case)
    minutes_round = rounds.current(session, case.municipality_id, case.id, "minutes")
    return Agreed(
        head=planner_case.head(session, actor, case, language),
        step=step,
        element=element,
        minutes=held.minutes if held else "",
        minutes_open=held is not None and held.minutes_at is None and bool(held.minutes),
        comments=sum(1 for it in given if minutes_round and it.round_id == minutes_round.id),
        tasks=tuple(it for it in told if it.state == OPEN),
        closed=tuple(it for it in told if it.state != OPEN),
        proposals=tuple(
            Proposal(
                it.id, it.receipt, it.author_name if it.author_kind == "organisation" else "", it.text[:240],
                it.language, sum(1 for row in rows if row.feedback_id == it.id),
            )
            for it in given
        ),
        default_due=date(today.year + (today.month > 9), (today.month + 2) % 12 + 1, 1),
    )  # fmt: skip


def add(session: Session, actor: Actor, number: str, given: Given, *, now: datetime) -> int:
    """Give a task, or write down one that was agreed before the product knew of it. Out: its number.

    Errors: NotAllowed, NotFound, TooLate, Refused.
    """
    case, _ = _find(session, actor, number, lock=True)
    _require_running(case)
    done, who, by = clean(given.what), one_line(given.owner), one_line(given.by)
    problems: dict[str, Reason] = {}
    check_length(problems, "what", done, MAX_WHAT, required=True, missing="task_missing")
    check_length(problems, "owner", who, MAX_OWNER, required=True, missing="owner_missing")
    check_length(problems, "by", by, MAX_OWNER)
    since, last = _since(session, case, given, problems, local_day(now)), _day(given.due_on)
    if last is None:
        problems["due_on"] = Reason("not_a_date")
    elif last < since:
        problems["due_on"] = Reason("due_before_given", since=since)
    proposal = _proposal(session, case, given.proposal) if given.proposal else None
    if given.proposal and proposal is None:
        problems["proposal"] = Reason("not_a_choice")
    if problems or last is None:
        raise Refused(problems)
    series = case.series_id or case.id
    made = Assignment(
        municipality_id=case.municipality_id, series_id=series, consultation_id=case.id,
        number=assignment.next_number(session, case.municipality_id, series), what=done, owner=who,
        proposed_by=_author(proposal) or by, feedback_id=proposal.id if proposal else None, since=since, due_on=last,
        recorded_by=actor.person_id, recorded_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.number


def close(
    session: Session, actor: Actor, number: str, assignment_id: str, state: str, note: str, *, now: datetime
) -> int:
    """Say how a task stands: done, dropped (with why), or still open with a word on how far it is. Out: its number.

    Errors: NotAllowed, NotFound, Refused.
    """
    case, _ = _find(session, actor, number)
    query = select(Assignment).where(
        Assignment.municipality_id == case.municipality_id,
        Assignment.id == assignment_id,
        Assignment.series_id == (case.series_id or case.id),
    )
    found = session.exec(query.with_for_update()).first()
    if found is None:
        raise NotFound
    said, problems = clean(note), dict[str, Reason]()
    if state not in assignment.STATES:
        problems["state"] = Reason("not_a_choice")
    check_length(problems, "note", said, MAX_NOTE, required=state == DROPPED, missing="dropping_needs_reason")
    if problems:
        raise Refused(problems)
    found.state, found.note = state, said
    found.closed_on = local_day(now) if state in (DONE, DROPPED) else None
    session.add(found)
    return found.number


def finish(
    session: Session, actor: Actor, number: str, wait_id: str, minutes: str, *, runtime: Runtime, now: datetime, key: str
) -> None:  # fmt: skip
    """Keep the minutes and finish the step that is open. The same key is one step.

    Errors: NotAllowed, NotFound, TooLate, NotOpen, Refused.
    """
    case, _ = _find(session, actor, number)
    _require_running(case)
    _, element = _open(session, case)
    planner_case.require_open(session, case, element or TASKS[0], wait_id)
    text, problems = clean(minutes), dict[str, Reason]()
    check_length(problems, "minutes", text, MAX_MINUTES, required=True)
    if problems:
        raise Refused(problems)
    held = _held(session, case)
    if held is not None and held.minutes_at is None:
        held.minutes = text
        session.add(held)
        session.flush()
    task.complete(session, actor, wait_id, {}, runtime=runtime, now=now, key=key)


def _find(session: Session, actor: Actor, number: str, *, lock: bool = False) -> tuple[Consultation, Agenda]:
    case = planner_case.find(session, actor, number, lock=lock)
    return case, agenda.of_case(session, case.municipality_id, case.id)


def _require_running(case: Consultation) -> None:
    if case.state != "running":
        raise TooLate


def _open(session: Session, case: Consultation) -> tuple[OpenTask | None, str]:
    for element in TASKS:
        if (step := planner_case.task(session, case, element)) is not None:
            return step, element
    return None, ""


def _held(session: Session, case: Consultation) -> Meeting | None:
    return meeting.newest(session, case.municipality_id, case.id, SESSION)


def _given(session: Session, case: Consultation) -> list[Feedback]:
    query = select(Feedback).where(
        Feedback.municipality_id == case.municipality_id,
        Feedback.consultation_id == case.id,
        col(Feedback.state).in_(TO_ANSWER),
    )
    return list(session.exec(query.order_by(col(Feedback.received_at), Feedback.id)))


def _proposal(session: Session, case: Consultation, feedback_id: str) -> Feedback | None:
    found = session.get(Feedback, (case.municipality_id, feedback_id))
    return found if found is not None and found.consultation_id == case.id else None


def _since(
    session: Session, case: Consultation, given: Given, problems: dict[str, Reason], today: date
) -> date:
    """The day a task was agreed on: the session's, unless an earlier one is named."""
    held = _held(session, case)
    usual = local_day(held.starts_at) if held and held.state == meeting.HELD else today
    if not given.since.strip():
        return usual
    named = _day(given.since)
    if named is None:
        problems["since"] = Reason("not_a_date")
    elif named > usual:
        problems["since"] = Reason("since_too_late", latest=usual)
    return named or usual


def _author(proposal: Feedback | None) -> str:
    """Whose proposal a task came from; a private person is never named."""
    named = proposal is not None and proposal.author_kind == "organisation"
    return proposal.author_name if proposal and named else ""


def _line(row: Assignment, case: Consultation, today: date) -> TaskLine:
    return TaskLine(
        row.id, row.number, row.what, row.owner, row.proposed_by, row.since, row.due_on, row.state, row.note,
        late=row.late(today), carried=row.consultation_id != case.id,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
