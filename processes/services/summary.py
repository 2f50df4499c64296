"""The committee's page: prepared, planned with its session, frozen before it, treated, closed."""

import hashlib
import json
from datetime import datetime
from typing import Literal

from pydantic import BaseModel
from sqlmodel import col, func, select

from engine.clock import local_day
from engine.service import Step, fact, service
from processes import committee, consultation, summary, summary_content
from processes.committee import Committee
from processes.consultation import Consultation
from processes.deadline import ONE_DAY, end_of_day, latest_before
from processes.errors import NotFound, Reason, Refused
from processes.meeting import HELD, Meeting
from processes.person import Person
from processes.post import Post
from processes.services import meeting as meetings
from processes.summary import Summary, Treatment


class Prepare(BaseModel):
    """Before which decision the committee looks at the case."""

    occasion: Literal["acceptance", "adoption", "round_table"]


class Prepared(BaseModel):
    """The same, for the process."""

    occasion: str


class Plan(BaseModel):
    """The session, and what the committee is asked."""

    starts_at: datetime
    ends_at: datetime
    place: str = ""
    question: str = ""


class WriteEasy(BaseModel):
    """The page in easy Estonian, in a person's own words."""

    easy_text: str = ""


class Planned(BaseModel):
    """When the page is frozen, and after which moment objections can be treated."""

    freeze_at: datetime
    session_ends_at: datetime


@service
def prepare(inputs: Prepare, *, step: Step) -> Prepared:
    """Begin a page for the case's committee, or for the first one there is."""
    step.session.add(
        Summary(
            municipality_id=step.tenant_id,
            consultation_id=step.business_key,
            committee_id=_committee(step).id,
            occasion=inputs.occasion,
        )
    )
    step.session.flush()
    return Prepared(occasion=inputs.occasion)


@service
def plan(inputs: Plan, *, step: Step) -> Planned:
    """Set the session; the committee's full days with the frozen page lie before it. Errors: Refused."""
    page = _newest(step)
    if inputs.starts_at <= step.now:
        raise Refused({"starts_at": Reason("in_the_past", today=local_day(step.now))})
    if inputs.ends_at <= inputs.starts_at:
        raise Refused({"ends_at": Reason("ends_before_start")})
    days = committee_of(step, page).freeze_days
    freeze_at = _freeze_at(inputs.starts_at, days)
    if freeze_at < step.now:
        earliest = local_day(step.now) + (days + 1) * ONE_DAY
        raise Refused({"starts_at": Reason("session_too_early", earliest=earliest, days=days)})
    session = meetings.add(
        step,
        "committee",
        meetings.Plan(starts_at=inputs.starts_at, ends_at=inputs.ends_at, place=inputs.place),
        title=committee_of(step, page).name,
    )
    page.meeting_id, page.freeze_at, page.question = session.id, freeze_at, inputs.question.strip()
    step.session.add(page)
    return Planned(freeze_at=freeze_at, session_ends_at=inputs.ends_at)


@service
def invite(*, step: Step, post: Post) -> None:
    """Invite the committee to its session."""
    page = _newest(step)
    post.committee_invited(_session_of(step, page), _members(step, page), summary=page)


@service
def write_easy(inputs: WriteEasy, *, step: Step) -> None:
    """Keep the page in easy Estonian, with the name of whoever wrote it. Errors: Refused when it says nothing."""
    text = inputs.easy_text.strip()
    if not text:
        raise Refused({"easy_text": Reason("required")})
    page, writer = _newest(step), step.session.get(Person, (step.tenant_id, step.actor))
    page.easy_text, page.easy_at = text, step.now
    page.easy_by = writer.name if writer is not None else ""
    step.session.add(page)


@service
def freeze(*, step: Step, post: Post) -> None:
    """Write the page once and for all, with the digest by which it can be known again."""
    page = _newest(step)
    content = summary_content.build(step.session, _case(step), page, step.now)
    page.content = json.dumps(content, ensure_ascii=False, sort_keys=True)
    page.digest = hashlib.sha256(page.content.encode()).hexdigest()
    page.frozen_at = step.now
    step.session.add(page)
    step.session.flush()
    post.summary_frozen(page, _members(step, page))


@service
def close(*, step: Step) -> None:
    """The session is over and every objection has been treated."""
    page = _newest(step)
    page.closed_at = step.now
    held = _session_of(step, page)
    held.state = HELD
    step.session.add_all([page, held])


@fact
def untreated(*, step: Step) -> int:
    """Unresolved objections of the frozen page that the committee has not yet treated."""
    page = _newest(step)
    if page.frozen_at is None:
        return 0
    objections = summary_content.unresolved(page)
    treated = select(func.count()).where(
        Treatment.municipality_id == step.tenant_id,
        Treatment.summary_id == page.id,
        col(Treatment.feedback_id).in_(objections),
    )
    return len(objections) - step.session.exec(treated).one()


def committee_of(step: Step, page: Summary) -> Committee:
    """The committee a page is for."""
    return step.session.get_one(Committee, (step.tenant_id, page.committee_id))


def _freeze_at(starts_at: datetime, days: int) -> datetime:
    day = local_day(starts_at)
    return latest_before(day, f"P{days}D").at if days else end_of_day(day - ONE_DAY)


def _committee(step: Step) -> Committee:
    case = _case(step)
    if case.committee_id is not None:
        return step.session.get_one(Committee, (step.tenant_id, case.committee_id))
    query = select(Committee).where(Committee.municipality_id == step.tenant_id).order_by(Committee.id)
    found = step.session.exec(query).first()
    if found is None:
        raise NotFound("The municipality has no committee; enter one before a plan reaches it.")
    return found


def _newest(step: Step) -> Summary:
    found = summary.newest(step.session, step.tenant_id, step.business_key)
    if found is None:
        raise ValueError("no summary was prepared; draw summary/prepare before")
    return found


def _session_of(step: Step, page: Summary) -> Meeting:
    return step.session.get_one(Meeting, (step.tenant_id, page.meeting_id))


def _members(step: Step, page: Summary) -> list[Person]:
    return committee.members(step.session, step.tenant_id, page.committee_id)


def _case(step: Step) -> Consultation:
    return consultation.get(step.session, step.tenant_id, step.business_key)
