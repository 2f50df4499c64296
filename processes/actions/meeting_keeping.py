"""The meetings of a case: who comes, what they need, moving one, calling one off, the list at the door.

A move counts the meeting's version up and is told to everyone invited, so that one entry moves in calendars.
The committee's sessions are shown; they are kept with the committee's page.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, func, select

from engine.clock import ZONE, local_day
from engine.errors import NotOpen
from engine.runtime import Runtime
from processes import meeting as meetings
from processes import obligation, terms
from processes.accommodation import KEEP_DAYS, Need
from processes.actions import planner_case
from processes.actions.giving import check_length, clean, one_line
from processes.actions.needs import WITHDRAWN, order_by
from processes.actions.planner_case import Head
from processes.consultation import Consultation
from processes.deadline import first_day_after
from processes.errors import NotFound, Reason, Refused, TooLate
from processes.invitation import UNINVITED, Invitation
from processes.meeting import Attendance, Meeting
from processes.organisation import Organisation
from processes.permission import Actor
from processes.post import PostOffice

OVER, CANCELLED_MESSAGE = "meeting_over", "meeting_cancelled"
NOTICE = "dp.discussion.noticeBefore"
MAX_PLACE, MAX_ACCESS, MAX_REASON = 200, 2_000, 1_000
ANSWERS = ("accepted", "maybe", "declined", "invited")


class Move(BaseModel):
    """A new time or place, and why. Moments as a browser sends them, in Tallinn's time: `2027-01-14T17:00`."""

    model_config = ConfigDict(extra="forbid")

    starts_at: str = ""
    ends_at: str = ""
    place: str = ""
    access: str = ""
    url: str = ""
    reason: str = ""


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
        session, case, _find(session, case, meeting_id), now
    )


def move(
    session: Session, actor: Actor, number: str, meeting_id: str, wanted: Move, *, runtime: Runtime, office: PostOffice,
    now: datetime,
) -> bool:  # fmt: skip
    """Hold a meeting at another time or place; everyone invited is told. Out: whether anything changed.

    Errors: NotAllowed, NotFound, TooLate, Refused (also while its notices are still being recorded).
    """
    case, row = _changeable(session, actor, number, meeting_id, now)
    starts, ends = _moment(wanted.starts_at), _moment(wanted.ends_at)
    place, access, url = one_line(wanted.place), clean(wanted.access), wanted.url.strip()
    _check(case, row, wanted, starts, ends, now)
    if starts is None or ends is None:
        raise Refused({"starts_at": Reason("not_a_datetime")})
    if (starts, ends, place, access, url) == (row.starts_at, row.ends_at, row.place, row.access, row.url):
        return False
    if ends != row.ends_at:
        _move_end(session, actor, case, ends, runtime, now)
    row.starts_at, row.ends_at, row.place, row.access, row.url = starts, ends, place, access, url
    row.sequence += 1
    session.add(row)
    _move_needs(session, case, row)
    session.flush()
    office.of_case(session, case, now=now).meeting_set(row, _attendances(session, row))
    return True


def cancel(
    session: Session, actor: Actor, number: str, meeting_id: str, reason: str, *, runtime: Runtime, office: PostOffice,
    now: datetime,
) -> None:  # fmt: skip
    """Call a meeting off; it leaves everyone's calendar, and a new one can be set.

    Errors: NotAllowed, NotFound, TooLate, Refused.
    """
    case, row = _changeable(session, actor, number, meeting_id, now)
    words = one_line(reason)
    problems: dict[str, Reason] = {}
    check_length(problems, "cancel_reason", words, MAX_REASON, required=True)
    if problems:
        raise Refused(problems)
    row.state = meetings.CANCELLED
    row.sequence += 1
    session.add(row)
    session.flush()
    office.of_case(session, case, now=now).meeting_cancelled(row, _attendances(session, row), reason=words)
    runtime.tell(
        session, case.municipality_id, str(case.instance_id), CANCELLED_MESSAGE, now=now, actor=actor.person_id,
        message_id=f"meeting_cancelled:{row.id}",
    )  # fmt: skip


def _check(
    case: Consultation,
    row: Meeting,
    wanted: Move,
    starts: datetime | None,
    ends: datetime | None,
    now: datetime,
) -> None:
    problems: dict[str, Reason] = {}
    today = local_day(now)
    if starts is None:
        problems["starts_at"] = Reason("not_a_datetime")
    elif starts <= now:
        problems["starts_at"] = Reason("in_the_past", today=today)
    elif row.kind == "discussion" and local_day(starts) != local_day(row.starts_at):
        term = terms.period_of(case, NOTICE)
        earliest = first_day_after(today, term)
        if local_day(starts) < earliest:
            days = (earliest - today).days - 1
            problems["starts_at"] = Reason("notice_too_short", earliest=earliest, days=days)
    if ends is None:
        problems["ends_at"] = Reason("not_a_datetime")
    elif starts is not None and ends <= starts:
        problems["ends_at"] = Reason("ends_before_start")
    if not one_line(wanted.place) and not wanted.url.strip():
        problems["place"] = Reason("place_or_link_required")
    if wanted.url.strip() and not wanted.url.strip().startswith("https://"):
        problems["url"] = Reason("not_a_web_address")
    check_length(problems, "place", one_line(wanted.place), MAX_PLACE)
    check_length(problems, "access", clean(wanted.access), MAX_ACCESS)
    check_length(problems, "reason", one_line(wanted.reason), MAX_REASON, required=True)
    if problems:
        raise Refused(problems)


def _move_end(
    session: Session, actor: Actor, case: Consultation, ends: datetime, runtime: Runtime, now: datetime
) -> None:
    try:
        runtime.move_deadline(
            session, case.municipality_id, str(case.instance_id), OVER, ends, now=now, actor=actor.person_id,
            reason="the meeting was moved",
        )  # fmt: skip
    except NotOpen as error:
        raise Refused({"starts_at": Reason("notices_first")}) from error
    obligation.move(session, case.municipality_id, case.id, OVER, ends, reason="the meeting was moved")


def _move_needs(session: Session, case: Consultation, row: Meeting) -> None:
    """What is still to be ordered is due by another day, and all of it is deleted after the new one."""
    query = select(Need).where(Need.municipality_id == case.municipality_id, Need.consultation_id == case.id)
    for need in session.exec(query.where(Need.state != WITHDRAWN)):
        need.arrange_by = order_by(need.kind, row)
        need.delete_on = local_day(row.ends_at) + timedelta(days=KEEP_DAYS)
        session.add(need)


def _changeable(
    session: Session, actor: Actor, number: str, meeting_id: str, now: datetime
) -> tuple[Consultation, Meeting]:
    case = planner_case.running(session, actor, number)
    row = _find(session, case, meeting_id, lock=True)
    if not _can_change(row, now):
        raise TooLate
    return case, row


def _can_change(row: Meeting, now: datetime) -> bool:
    return row.state == meetings.PLANNED and row.kind != "committee" and row.ends_at > now


def _find(session: Session, case: Consultation, meeting_id: str, *, lock: bool = False) -> Meeting:
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
        can_change=case.state == "running" and _can_change(row, now),
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


def _attendances(session: Session, row: Meeting) -> list[Attendance]:
    query = select(Attendance).where(
        Attendance.municipality_id == row.municipality_id, Attendance.meeting_id == row.id
    )
    return list(session.exec(query).all())


def _needs(session: Session, case: Consultation, column: str) -> dict[str, int]:
    query = select(column, func.count()).where(
        Need.municipality_id == case.municipality_id,
        Need.consultation_id == case.id,
        col(Need.state) != WITHDRAWN,
    )
    return {row[0]: row[1] for row in session.exec(query.group_by(column))}


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=ZONE).astimezone(UTC)
    except ValueError:
        return None
