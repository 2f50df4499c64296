"""Moving a meeting and calling one off, told to everyone invited.

A move counts the meeting's version up, so that one entry moves in calendars (RFC 5545).
"""

from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, select

from engine.clock import ZONE, local_day
from engine.errors import NotOpen
from engine.runtime import Runtime
from processes import meeting as meetings
from processes import obligation, terms
from processes.accommodation import KEEP_DAYS, Need
from processes.actions import planner_case
from processes.actions.giving import check_length, clean, one_line
from processes.actions.meetings_of_case import can_change, find
from processes.actions.needs import WITHDRAWN, order_by
from processes.consultation import Consultation
from processes.deadline import first_day_after
from processes.errors import Reason, Refused, TooLate
from processes.meeting import Attendance, Meeting
from processes.permission import Actor
from processes.post import PostOffice

OVER, CANCELLED_MESSAGE = "meeting_over", "meeting_cancelled"
NOTICE = "dp.discussion.noticeBefore"
MAX_PLACE, MAX_ACCESS, MAX_REASON = 200, 2_000, 1_000


class Move(BaseModel):
    """A new time or place, and why. Moments as a browser sends them, in Tallinn's time: `2027-01-14T17:00`."""

    model_config = ConfigDict(extra="forbid")

    starts_at: str = ""
    ends_at: str = ""
    place: str = ""
    access: str = ""
    url: str = ""
    reason: str = ""


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
    office.of_case(session, case, now=now).meeting_set(row, attendances_of(session, row))
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
    office.of_case(session, case, now=now).meeting_cancelled(row, attendances_of(session, row), reason=words)
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
    row = find(session, case, meeting_id, lock=True)
    if not can_change(row, now):
        raise TooLate
    return case, row


def attendances_of(session: Session, row: Meeting) -> list[Attendance]:
    """Everyone's answer to a meeting."""
    query = select(Attendance).where(
        Attendance.municipality_id == row.municipality_id, Attendance.meeting_id == row.id
    )
    return list(session.exec(query).all())


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=ZONE).astimezone(UTC)
    except ValueError:
        return None
