"""A series as anyone sees it: every cycle, what is on the agenda, each task with its owner, and what waits for an answer."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from engine.clock import local_day
from processes import agenda, assignment, cycle
from processes.actions.agenda_agreeing import Line, lines
from processes.actions.intake import public_case
from processes.actions.public_case import Words, words_of
from processes.agenda import Agenda
from processes.assignment import OPEN, Assignment
from processes.consultation import Consultation
from processes.errors import NotFound
from processes.feedback import COUNTED, Feedback
from processes.response import Response

MONTH = 365.2425 / 12


@dataclass(frozen=True)
class Cycle:
    """One cycle: its number, its session's day once set, whether it was held, and whether this page is about it."""

    number: str
    turn: int
    session_on: date | None
    held: bool
    here: bool


@dataclass(frozen=True)
class Task:
    """A task. `months` is how long it has been open; `sessions` how many sessions it has outlived."""

    number: int
    what: str
    owner: str
    proposed_by: str
    since: date
    due_on: date
    late: bool
    months: int
    sessions: int
    state: str
    note: str
    closed_on: date | None


@dataclass(frozen=True)
class Waiting:
    """A proposal of an association that has no answer yet. `text` only where it was published."""

    receipt: str
    by: str
    since: date
    months: int
    text: str
    language: str


@dataclass(frozen=True)
class FollowUp:
    """The page. `agenda` is empty until both chairs agreed to it."""

    number: str
    words: Words
    cycles: tuple[Cycle, ...]
    agenda: tuple[Line, ...]
    session_on: date | None
    open: tuple[Task, ...]
    closed: tuple[Task, ...]
    waiting: tuple[Waiting, ...]
    answered: int


def follow_up(
    session: Session, municipality_id: str, number: str, language: str, *, now: datetime
) -> FollowUp:
    """The follow-up page of the series a public case belongs to. Errors: NotFound, also for a case standing alone."""
    case = public_case(session, municipality_id, number)
    series, today = cycle.series_of(case), local_day(now)
    cases = [it for it in cycle.cases(session, municipality_id, series) if it.published_at is not None]
    held = cycle.sessions(session, municipality_id, series, "round_table")
    days = {key: local_day(it.starts_at) for key, it in held.items() if it.state == "held"}
    mine = session.get(Agenda, (municipality_id, case.id))
    if mine is None:
        raise NotFound
    told = [
        _task(it, today, sorted(days.values()))
        for it in assignment.of_series(session, municipality_id, series)
    ]
    left, answered = _proposals(session, cases, today)
    agreed = mine.agreed_at is not None
    return FollowUp(
        number=case.number,
        words=words_of(session, case, language),
        cycles=tuple(_cycle(session, it, days, case) for it in reversed(cases)),
        agenda=lines(agenda.items(session, municipality_id, case.id)) if agreed else (),
        session_on=mine.session_on,
        open=tuple(it for it in told if it.state == OPEN),
        closed=tuple(sorted((it for it in told if it.state != OPEN), key=_closed, reverse=True)),
        waiting=tuple(left),
        answered=answered,
    )


def _cycle(session: Session, case: Consultation, days: dict[str, date], here: Consultation) -> Cycle:
    planned = session.get(Agenda, (case.municipality_id, case.id))
    on = days.get(case.id) or (planned.session_on if planned else None)
    return Cycle(case.number, case.turn, on, case.id in days, case.id == here.id)


def _task(row: Assignment, today: date, sessions: list[date]) -> Task:
    until = row.closed_on or today
    return Task(
        row.number, row.what, row.owner, row.proposed_by, row.since, row.due_on, row.late(today),
        months(row.since, until), sum(1 for day in sessions if row.since < day <= until), row.state, row.note,
        row.closed_on,
    )  # fmt: skip


def _proposals(session: Session, cases: list[Consultation], today: date) -> tuple[list[Waiting], int]:
    """Proposals of associations in every cycle: those without an answer, and how many have one."""
    if not cases:
        return [], 0
    query = (
        select(Feedback, Response)
        .outerjoin(
            Response,
            (col(Response.municipality_id) == Feedback.municipality_id)
            & (col(Response.feedback_id) == Feedback.id)
            & col(Response.sent_at).is_not(None),
        )
        .where(
            Feedback.municipality_id == cases[0].municipality_id,
            col(Feedback.consultation_id).in_([it.id for it in cases]),
            Feedback.author_kind == "organisation",
            col(Feedback.state).in_(COUNTED),
        )
        .order_by(col(Feedback.received_at), Feedback.id)
    )
    left: list[Waiting] = []
    answered = 0
    rows: list[tuple[Feedback, Response | None]] = list(session.exec(query).all())
    for given, response in rows:
        if response is not None:
            answered += 1
            continue
        since = local_day(given.received_at)
        text = given.public_text if given.published_at is not None else ""
        left.append(
            Waiting(given.receipt, given.author_name, since, months(since, today), text, given.language)
        )
    return left, answered


def months(first: date, last: date) -> int:
    """How many months lie between two days, to the nearest."""
    return round(max(0, (last - first).days) / MONTH)


def _closed(task: Task) -> tuple[date, int]:
    return task.closed_on or task.since, task.number
