"""Meetings people are invited to: planned in time, everyone invited has a place in it, minuted."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import insert, literal
from sqlmodel import select

from engine.clock import local_day
from engine.service import Step, service
from processes import consultation, meeting, obligation, reminding, terms
from processes import round as rounds
from processes.database import new_id
from processes.deadline import end_of_day, first_day_after, latest_before
from processes.errors import Reason, Refused
from processes.invitation import INVITED, Invitation
from processes.meeting import HELD, PLANNED, Attendance, Meeting
from processes.obligation import Obligation
from processes.post import Post

LATEST, NOTICE = "dp.discussion.latest", "dp.discussion.noticeBefore"
HOLDING = "meeting_held"
_ABOUT = {"display": "discussion", "topics": "round_table", "minutes": "round_table"}


class Prepare(BaseModel):
    """Which kind of meeting comes next, and by which day where no term says it."""

    kind: Literal["sketch", "discussion", "round_table"]
    latest_on: date | None = None


class Prepared(BaseModel):
    """Until when the meeting should be held."""

    meeting_kind: str
    meeting_latest_at: datetime


class Plan(BaseModel):
    """When, where and how to get in; `access` tells of stairs, lifts, loops and toilets."""

    starts_at: datetime
    ends_at: datetime
    place: str = ""
    access: str = ""
    url: str = ""


class Planned(BaseModel):
    """The moment after which minutes can be written, and until when its notices must appear."""

    meeting_ends_at: datetime
    meeting_notice_due_at: datetime | None


class Invited(BaseModel):
    """When whoever has not answered is reminded next; just after the meeting when no reminder is left to send."""

    meeting_reminds_at: datetime


class RecordMinutes(BaseModel):
    """What was said, as the minutes have it."""

    minutes: str


class Minuted(BaseModel):
    """The day that what follows counts from; nothing for a sketch meeting."""

    discussion_held_on: date | None


@service
def prepare(inputs: Prepare, *, step: Step) -> Prepared:
    """Count until when the meeting should be held: from the end of the round it is about."""
    if inputs.latest_on is not None:
        return Prepared(meeting_kind=inputs.kind, meeting_latest_at=end_of_day(inputs.latest_on))
    case = consultation.get(step.session, step.tenant_id, step.business_key)
    about = rounds.current(
        step.session, step.tenant_id, case.id, "display" if inputs.kind == "discussion" else "sketch"
    )
    ended = about.closes_at if about is not None else step.now
    latest = terms.deadline_of(case, LATEST, local_day(ended)).at
    if inputs.kind == "discussion":
        step.session.add(
            Obligation(
                municipality_id=step.tenant_id,
                consultation_id=case.id,
                element=HOLDING,
                term=LATEST,
                counted_from=ended,
                due_at=latest,
                first_due_at=latest,
            )
        )
    return Prepared(meeting_kind=inputs.kind, meeting_latest_at=latest)


@service
def plan(inputs: Plan, *, step: Step) -> Planned:
    """Set a meeting. People must hear of a discussion its whole notice term ahead. Errors: Refused."""
    kind = _kind(step)
    if inputs.starts_at <= step.now:
        raise Refused({"starts_at": Reason("in_the_past", today=local_day(step.now))})
    if inputs.ends_at <= inputs.starts_at:
        raise Refused({"ends_at": Reason("ends_before_start")})
    if not inputs.place.strip() and not inputs.url.strip():
        raise Refused({"place": Reason("place_or_link_required")})
    notice_due_at = _notice_due(step, local_day(inputs.starts_at)) if kind == "discussion" else None
    add(step, kind, inputs)
    return Planned(meeting_ends_at=inputs.ends_at, meeting_notice_due_at=notice_due_at)


@service
def invite(*, step: Step, post: Post) -> Invited:
    """Give every invited organisation a place in the meeting, in one statement, and post its invitation."""
    coming = _newest(step)
    seated = select(literal(step.tenant_id), literal(coming.id), Invitation.id, literal("invited")).where(
        Invitation.municipality_id == step.tenant_id,
        Invitation.consultation_id == step.business_key,
        Invitation.state == INVITED,
        Invitation.purpose == "opinion",
    )
    columns = ["municipality_id", "meeting_id", "invitation_id", "answer"]
    step.session.exec(insert(Attendance).from_select(columns, seated))
    mine = (Attendance.municipality_id == step.tenant_id, Attendance.meeting_id == coming.id)
    post.meeting_set(coming, step.session.exec(select(Attendance).where(*mine)).all())
    return _reminds(step, coming)


@service
def remind(*, step: Step, post: Post) -> Invited:
    """Ask those who have not said whether they come, by the case's own terms; a moved meeting moves its reminder."""
    coming, case = _newest(step), consultation.get(step.session, step.tenant_id, step.business_key)
    if coming.state == PLANNED and reminding.is_due(case, reminding.OF_MEETING, coming.starts_at, step.now):
        post.meeting_reminded(coming, reminding.undecided(step.session, coming))
    return _reminds(step, coming)


@service
def record_minutes(inputs: RecordMinutes, *, step: Step) -> Minuted:
    """Keep the minutes; the meeting was held on the day it was set for. Errors: Refused."""
    if not inputs.minutes.strip():
        raise Refused({"minutes": Reason("required")})
    held = _newest(step)
    held.state, held.minutes = HELD, inputs.minutes.strip()
    if held.kind != "round_table":  # there they are a draft until everyone has had a say
        held.minutes_at = step.now
    step.session.add(held)
    if held.kind == "discussion":
        obligation.meet(step.session, step.tenant_id, step.business_key, HOLDING, held.starts_at)
    day = None if held.kind == "sketch" else local_day(held.starts_at)
    return Minuted(discussion_held_on=day)


def add(step: Step, kind: str, plan: Plan, *, title: str = "") -> Meeting:
    """Keep a new meeting; its UID stays the same for life (RFC 5545)."""
    made = Meeting(
        municipality_id=step.tenant_id,
        consultation_id=step.business_key,
        kind=kind,
        title=title,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        place=plan.place.strip(),
        access=plan.access.strip(),
        url=plan.url.strip(),
        uid=f"{new_id()}@kaasa",
    )
    step.session.add(made)
    step.session.flush()
    return made


def _reminds(step: Step, coming: Meeting) -> Invited:
    case = consultation.get(step.session, step.tenant_id, step.business_key)
    return Invited(meeting_reminds_at=reminding.after_meeting(case, coming, step.now))


def _kind(step: Step) -> str:
    """A display is discussed, topics are brought to a round table; what comes before is a talk about the sketch."""
    newest = rounds.current(step.session, step.tenant_id, step.business_key)
    return _ABOUT.get(newest.phase, "sketch") if newest is not None else "sketch"


def _newest(step: Step) -> Meeting:
    found = meeting.newest(step.session, step.tenant_id, step.business_key, _kind(step))
    if found is None:
        raise ValueError("no meeting was planned; draw meeting/plan before")
    return found


def _notice_due(step: Step, day: date) -> datetime:
    case = consultation.get(step.session, step.tenant_id, step.business_key)
    term = terms.period_of(case, NOTICE)
    earliest = first_day_after(local_day(step.now), term)
    if day < earliest:
        days = (earliest - local_day(step.now)).days - 1
        raise Refused({"starts_at": Reason("notice_too_short", earliest=earliest, days=days)})
    return latest_before(day, term).at
