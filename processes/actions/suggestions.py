"""What associations suggested, and the municipality's answer: taken into a round table, begun as one, or declined."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from engine.clock import local_day
from processes import municipality
from processes.actions import drafting, planner_case
from processes.actions.drafting import Matter
from processes.actions.giving import check_length, clean
from processes.consultation import RUNNING, Consultation
from processes.errors import NotFound, Reason, Refused, TooLate
from processes.organisation import Organisation
from processes.permission import PLANNER, Actor, require
from processes.post import PostOffice
from processes.suggestion import DECLINED, ROUND_TABLE, TAKEN, WAITING, Suggestion

TAKE, BEGIN, DECLINE = "take", "begin", "decline"
WAYS = (TAKE, BEGIN, DECLINE)
MAX_REASONS = 4_000


@dataclass(frozen=True)
class Suggested:
    """One suggestion. `late` says that its answer is overdue; `number` the case it went into."""

    id: str
    receipt: str
    kind: str
    title: str
    problem: str
    wish: str
    organisation: str
    language: str
    suggested_at: datetime
    answer_due_on: date
    late: bool
    state: str
    reasons: str
    number: str


@dataclass(frozen=True)
class Suggestions:
    """Those that wait, those that were answered (the newest first), and the cases a topic can be taken into."""

    waiting: tuple[Suggested, ...]
    answered: tuple[Suggested, ...]
    tables: tuple[tuple[str, str], ...]


def read(session: Session, actor: Actor, language: str, *, now: datetime) -> Suggestions:
    """Every suggestion of the municipality. Errors: NotAllowed."""
    require(actor, PLANNER)
    query = (
        select(Suggestion, Organisation, Consultation.number)
        .join(
            Organisation,
            (col(Organisation.municipality_id) == Suggestion.municipality_id)
            & (col(Organisation.id) == Suggestion.organisation_id),
        )
        .outerjoin(
            Consultation,
            (col(Consultation.municipality_id) == Suggestion.municipality_id)
            & (col(Consultation.id) == Suggestion.consultation_id),
        )
        .where(Suggestion.municipality_id == actor.municipality_id)
        .order_by(col(Suggestion.answer_due_on), Suggestion.id)
    )
    found = [_told(row, of, number or "", local_day(now)) for row, of, number in session.exec(query)]
    return Suggestions(
        tuple(it for it in found if it.state == WAITING),
        tuple(it for it in reversed(found) if it.state != WAITING),
        tuple(_tables(session, actor, language)),
    )


def answer(
    session: Session, actor: Actor, suggestion_id: str, way: str, reasons: str, number: str, *, office: PostOffice, now: datetime
) -> str:  # fmt: skip
    """Answer a suggestion; whoever made it gets a letter. In: `number` of the round table to take it into.

    Out: the number of the case it went into, a new draft for `begin`; empty when it was declined.
    Errors: NotAllowed, NotFound, TooLate when it was answered before, Refused.
    """
    require(actor, PLANNER)
    query = select(Suggestion).where(
        Suggestion.municipality_id == actor.municipality_id, Suggestion.id == suggestion_id
    )
    found = session.exec(query.with_for_update()).first()
    if found is None:
        raise NotFound
    if found.state != WAITING:
        raise TooLate("suggestion_answered")
    said, problems = clean(reasons), dict[str, Reason]()
    if way not in WAYS:
        problems["way"] = Reason("not_a_choice")
    check_length(problems, "reasons", said, MAX_REASONS, required=True, missing="reasons_required")
    into = _table(session, actor, number) if way == TAKE else None
    if way == TAKE and into is None:
        problems["number"] = Reason("choose_round_table")
    if problems:
        raise Refused(problems)
    if way == BEGIN:
        into = _begun(session, actor, found, now)
    found.state, found.reasons = DECLINED if way == DECLINE else TAKEN, said
    found.consultation_id = into.id if into else None
    found.answered_by, found.answered_at = actor.person_id, now
    session.add(found)
    session.flush()
    office.at(session, actor.municipality_id, now=now).suggestion_answered(found)
    return into.number if into else ""


def _begun(session: Session, actor: Actor, found: Suggestion, now: datetime) -> Consultation:
    """A draft of a round table in the words of whoever asked for it; the planner goes on from there."""
    organisation = session.get_one(Organisation, (actor.municipality_id, found.organisation_id))
    home = municipality.get(session, actor.municipality_id)
    words = {"title": found.title, "what": found.problem, "open_points": found.wish or found.problem}
    given = Matter(
        kind=ROUND_TABLE,
        texts={"et": {**words, "already_decided": ""}},
        place=home.name,
        applicant=organisation.name,
        application_on=local_day(now).isoformat(),
        decided_by="government",
    )
    number = drafting.create(session, actor, given, now=now, key=found.id)
    return planner_case.find(session, actor, number)


def _table(session: Session, actor: Actor, number: str) -> Consultation | None:
    return next((it for it in _running(session, actor) if it.number == number), None)


def _tables(session: Session, actor: Actor, language: str) -> list[tuple[str, str]]:
    return [
        (it.number, f"{planner_case.head(session, actor, it, language).title} ({it.number})")
        for it in _running(session, actor)
    ]


def _running(session: Session, actor: Actor) -> Sequence[Consultation]:
    """Cases that come round again and run now, the newest first."""
    query = select(Consultation).where(
        Consultation.municipality_id == actor.municipality_id,
        Consultation.state == RUNNING,
        Consultation.kind == ROUND_TABLE,
    )
    return session.exec(query.order_by(col(Consultation.id).desc())).all()


def _told(row: Suggestion, of: Organisation, number: str, today: date) -> Suggested:
    return Suggested(
        row.id, row.receipt, row.kind, row.title, row.problem, row.wish, of.name, of.language, row.suggested_at,
        row.answer_due_on, row.state == WAITING and row.answer_due_on < today, row.state, row.reasons, number,
    )  # fmt: skip
