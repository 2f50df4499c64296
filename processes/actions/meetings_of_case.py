"""The meetings of a case as officials see them: who comes, how much is needed, what was minuted.

The committee's sessions are shown; they are kept with the committee's page.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from processes import meeting as meetings
from processes.accommodation import Need
from processes.actions import planner_case
from processes.actions.needs import WITHDRAWN
from processes.actions.planner_case import Head
from processes.consultation import Consultation
from processes.errors import NotFound
from processes.invitation import UNINVITED, Invitation
from processes.meeting import Attendance, Meeting
from processes.organisation import Organisation
from processes.permission import Actor

ANSWERS = ("accepted", "maybe", "declined", "invited")


@dataclass(frozen=True)
class Guest:
    """An invited organisation and its answer."""

    name: str
    contact: str
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Kept:
    """A meeting with its counts; `can_change` while it lies ahead and is the process's own."""

    id: str
    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    access: str
    url: str
    state: str
    sequence: int
    minutes: str
    minutes_at: datetime | None
    answers: dict[str, int]
    guests: tuple[Guest, ...]
    can_change: bool


@dataclass(frozen=True)
class Meetings:
    """Every meeting of a case, the newest first, and how many needs stand."""

    head: Head
    meetings: tuple[Kept, ...]
    needs: dict[str, int]
    by_kind: tuple[tuple[str, int], ...]


def read(session: Session, actor: Actor, number: str, language: str, *, now: datetime) -> Meetings:
    """The meetings of a case. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    query = select(Meeting).where(
        Meeting.municipality_id == case.municipality_id, Meeting.consultation_id == case.id
    )
    found = session.exec(query.order_by(col(Meeting.starts_at).desc())).all()
    return Meetings(
        head=planner_case.head(session, actor, case, language),
        meetings=tuple(_kept(session, case, it, now) for it in found),
        needs=_needs(session, case, Need.state),
        by_kind=tuple(sorted(_needs(session, case, Need.kind).items(), key=lambda it: (-it[1], it[0]))),
    )


def one(
    session: Session, actor: Actor, number: str, meeting_id: str, language: str, *, now: datetime
) -> tuple[Head, Kept]:
    """One meeting. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    return planner_case.head(session, actor, case, language), _kept(
        session, case, find(session, case, meeting_id), now
    )


def can_change(row: Meeting, now: datetime) -> bool:
    """Whether a meeting can still be moved or called off here."""
    return row.state == meetings.PLANNED and row.kind != "committee" and row.ends_at > now


def find(session: Session, case: Consultation, meeting_id: str, *, lock: bool = False) -> Meeting:
    """A meeting of this very case. Errors: NotFound."""
    query = select(Meeting).where(
        Meeting.municipality_id == case.municipality_id,
        Meeting.consultation_id == case.id,
        Meeting.id == meeting_id,
    )
    found = session.exec(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound
    return found


def _kept(session: Session, case: Consultation, row: Meeting, now: datetime) -> Kept:
    guests = _guests(session, row)
    return Kept(
        id=row.id,
        kind=row.kind,
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        access=row.access,
        url=row.url,
        state=row.state,
        sequence=row.sequence,
        minutes=row.minutes,
        minutes_at=row.minutes_at,
        answers={answer: sum(it.answer == answer for it in guests) for answer in ANSWERS},
        guests=guests,
        can_change=case.state == "running" and can_change(row, now),
    )


def _guests(session: Session, row: Meeting) -> tuple[Guest, ...]:
    query = (
        select(Attendance, Organisation)
        .join(
            Invitation,
            (col(Invitation.municipality_id) == col(Attendance.municipality_id))
            & (col(Invitation.id) == col(Attendance.invitation_id)),
        )
        .join(
            Organisation,
            (col(Organisation.municipality_id) == col(Invitation.municipality_id))
            & (col(Organisation.id) == col(Invitation.organisation_id)),
        )
        .where(
            Attendance.municipality_id == row.municipality_id,
            Attendance.meeting_id == row.id,
            Attendance.answer != UNINVITED,
        )
        .order_by(Organisation.name)
    )
    found = [Guest(who.name, who.contact_name, it.answer, it.answered_at) for it, who in session.exec(query)]
    return tuple(sorted(found, key=lambda it: ANSWERS.index(it.answer) if it.answer in ANSWERS else 9))


def _needs(session: Session, case: Consultation, column: str) -> dict[str, int]:
    query = select(column, func.count()).where(
        Need.municipality_id == case.municipality_id,
        Need.consultation_id == case.id,
        col(Need.state) != WITHDRAWN,
    )
    return {row[0]: row[1] for row in session.exec(query.group_by(column))}
