"""A round of collecting opinions: planned, opened, closed, or interrupted and repeated."""

from datetime import date, datetime

from pydantic import BaseModel
from sqlmodel import select

from engine.clock import local_day
from engine.service import Step, service
from processes import consultation, reminding
from processes import round as rounds
from processes.deadline import end_of_day, start_of_day, working_day_from
from processes.errors import Reason, Refused
from processes.post import Post
from processes.round import Round
from processes.services.invitation import to_tell


class PlanSketch(BaseModel):
    """When and where the sketch may be seen; the law leaves both free."""

    starts_on: date
    ends_on: date
    place: str = ""


class Planned(BaseModel):
    """The round the process now waits for."""

    phase: str
    round_opens_at: datetime
    round_closes_at: datetime


class Opened(BaseModel):
    """When whoever is silent is reminded next; just after the round when no reminder is left to send."""

    round_reminds_at: datetime


class Closed(BaseModel):
    """When the round ended. A display that was lengthened ends later than it was announced."""

    round_closes_at: datetime
    display_ends_at: datetime | None


@service
def plan_sketch(inputs: PlanSketch, *, step: Step) -> Planned:
    """Plan a display of the sketch; one that would end on a day off is lengthened. Errors: Refused."""
    if inputs.starts_on < local_day(step.now):
        raise Refused({"starts_on": Reason("in_the_past", today=local_day(step.now))})
    if inputs.ends_on < inputs.starts_on:
        raise Refused({"ends_on": Reason("ends_before_start", starts_on=inputs.starts_on)})
    return planned(new_round(step, "sketch", inputs.starts_on, inputs.ends_on, inputs.place))


@service
def prepare_display(*, step: Step) -> Planned:
    """Hand the accepted display's days to the round."""
    return planned(current(step, "display"))


@service
def schedule(*, step: Step) -> Planned:
    """Give the days of the newest round, as its row holds them."""
    return planned(current(step))


@service
def open(*, step: Step, post: Post) -> Opened:  # noqa: A001  the diagram's word
    """The round has begun: tell the invited. A display and an approval were told when they were set."""
    opened = current(step)
    if opened.phase == "sketch":
        post.round_opened(opened, to_tell(step))
    return _reminds(step, opened)


@service
def remind(*, step: Step, post: Post) -> Opened:
    """Remind those who have not answered, by the case's own terms.

    A last day that was moved since the timer was set moves its reminders: then nobody is written to today.
    """
    round_, case = current(step), consultation.get(step.session, step.tenant_id, step.business_key)
    if round_.is_open(step.now) and reminding.is_due(case, reminding.OF_ROUND, round_.closes_at, step.now):
        if round_.phase == "approval":
            asked = reminding.silent_authorities(step.session, round_, local_day(step.now))
            post.approval_reminded(round_, [it for it, _ in asked])
        else:
            before = step.now - reminding.SETTLING
            post.reminded(round_, reminding.silent(step.session, round_, asked_before=before))
    return _reminds(step, round_)


@service
def close(*, step: Step) -> Closed:
    """End the round; opinions that come later are late. The row is locked: none slips in between."""
    closed = current(step)
    query = select(Round).where(Round.municipality_id == step.tenant_id, Round.id == closed.id)
    closed = step.session.exec(query.with_for_update().execution_options(populate_existing=True)).one()
    if closed.closed_at is None:
        closed.closed_at = step.now
        step.session.add(closed)
    shown = rounds.current(step.session, step.tenant_id, step.business_key, "display")
    return Closed(
        round_closes_at=closed.closes_at, display_ends_at=shown.closes_at if shown is not None else None
    )


@service
def interrupt(*, step: Step, post: Post) -> None:
    """Break off a display. What was said in it stays said; its reason was written by who broke it off."""
    broken = current(step, "display")
    broken.interrupted_at = broken.interrupted_at or step.now
    step.session.add(broken)
    post.display_interrupted(broken, to_tell(step))


def _reminds(step: Step, round_: Round) -> Opened:
    case = consultation.get(step.session, step.tenant_id, step.business_key)
    return Opened(round_reminds_at=reminding.after_round(case, round_, step.now))


def new_round(step: Step, phase: str, first: date, last: date, place: str) -> Round:
    """Keep a new round of a phase, its last day never a day off."""
    made = Round(
        municipality_id=step.tenant_id,
        consultation_id=step.business_key,
        phase=phase,
        turn=rounds.next_turn(step.session, step.tenant_id, step.business_key, phase),
        place=place.strip(),
        opens_at=start_of_day(first),
        closes_at=end_of_day(working_day_from(last)),
    )
    step.session.add(made)
    step.session.flush()
    return made


def current(step: Step, phase: str | None = None) -> Round:
    """The newest round, which the diagram has seen to."""
    found = rounds.current(step.session, step.tenant_id, step.business_key, phase)
    if found is None:
        raise ValueError("no round was planned; draw the step that plans it before")
    return found


def planned(row: Round) -> Planned:
    """What the process needs to know of a round."""
    return Planned(phase=row.phase, round_opens_at=row.opens_at, round_closes_at=row.closes_at)
