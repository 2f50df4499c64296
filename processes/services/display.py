"""The public display: accepted with its days, announced in time or moved, never shorter than its term."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from engine.clock import local_day
from engine.service import Step, service
from processes import consultation, notice, terms
from processes.deadline import ONE_DAY, first_day_after, last_full_day, latest_before
from processes.errors import Reason, Refused
from processes.notice import CHANNELS
from processes.post import Post
from processes.round import Round
from processes.services.decision import note, require_reasons
from processes.services.invitation import to_tell
from processes.services.round import current, new_round

NOTICE, LENGTH = "dp.display.noticeBefore", "dp.display.min"


class Accept(BaseModel):
    """The decision to accept the plan, and when and where it will be displayed."""

    acceptance: Literal["accept", "send_back"]
    act: str = ""
    decided_on: date
    display_from: date | None = None
    display_to: date | None = None
    display_place: str = ""
    reasons: str = ""


class Move(BaseModel):
    """Other days for a display that could not be announced in time or was interrupted."""

    display_from: date
    display_to: date
    reason: str = ""


class Set(BaseModel):
    """The first and last moment of the display; nothing when the plan was sent back."""

    display_starts_at: datetime | None
    display_ends_at: datetime | None


class Scheduled(BaseModel):
    """Until when every notice of the display must have appeared."""

    display_notice_due_at: datetime


class Checked(BaseModel):
    """Whether every channel carried its notice in time."""

    display_noticed: bool


@service
def accept(inputs: Accept, *, step: Step) -> Set:
    """Note the acceptance and plan the display. Errors: Refused."""
    if inputs.acceptance == "send_back":
        require_reasons(inputs.reasons)
        note(step, "acceptance", inputs.acceptance, inputs)
        return Set(display_starts_at=None, display_ends_at=None)
    if missing := [name for name in ("display_from", "display_to") if getattr(inputs, name) is None]:
        raise Refused({name: Reason("required") for name in missing})
    made = note(step, "acceptance", inputs.acceptance, inputs)
    return _set(_plan(step, inputs.display_from, inputs.display_to, inputs.display_place, made.decided_on))


@service
def schedule(*, step: Step) -> Scheduled:
    """Count back from the first day of the display to the last day for its notices."""
    return Scheduled(display_notice_due_at=latest_before(_first_day(step), _period(step, NOTICE)).at)


@service
def tell(*, step: Step, post: Post) -> None:
    """Tell everyone invited of the display's days, place and last day for opinions."""
    shown = current(step, "display")
    case = consultation.get(step.session, step.tenant_id, step.business_key)
    post.display_announced(case, shown.opens_at, shown.closes_at, to_tell(step), place=shown.place)


@service
def check(*, step: Step) -> Checked:
    """Look whether each channel's notice of this very display appeared in time."""
    shown = current(step, "display")
    latest = latest_before(_first_day(step), _period(step, NOTICE)).ends_on
    days = notice.first_days(step.session, step.tenant_id, step.business_key, "display", shown.id)
    return Checked(display_noticed=all(day is not None and day <= latest for day in map(days.get, CHANNELS)))


@service
def move(inputs: Move, *, step: Step) -> Set:
    """Plan the display anew; the earlier one stays readable with the reason. Errors: Refused."""
    if not inputs.reason.strip():
        raise Refused({"reason": Reason("required")})
    before = current(step, "display")
    made = _plan(step, inputs.display_from, inputs.display_to, before.place, local_day(step.now))
    if before.interrupted_at is None:
        before.interrupted_at = step.now
    before.interrupted_reason = before.interrupted_reason or inputs.reason.strip()
    step.session.add(before)
    return _set(made)


def _plan(step: Step, first: date | None, last: date | None, place: str, announced_on: date) -> Round:
    if first is None or last is None:
        raise Refused({"display_from": Reason("required")})
    notice_term, length = _period(step, NOTICE), _period(step, LENGTH)
    earliest = first_day_after(announced_on, notice_term)
    if first < earliest:
        raise Refused(
            {
                "display_from": Reason(
                    "notice_too_short", earliest=earliest, days=_between(announced_on, earliest)
                )
            }
        )
    shortest = last_full_day(first, length)
    if last < shortest:
        raise Refused(
            {
                "display_to": Reason(
                    "display_too_short", earliest=shortest, days=_between(first - ONE_DAY, shortest + ONE_DAY)
                )
            }
        )
    return new_round(step, "display", first, last, place)


def _period(step: Step, key: str) -> str:
    return terms.period_of(consultation.get(step.session, step.tenant_id, step.business_key), key)


def _first_day(step: Step) -> date:
    return local_day(current(step, "display").opens_at)


def _set(row: Round) -> Set:
    return Set(display_starts_at=row.opens_at, display_ends_at=row.closes_at)


def _between(day: date, later: date) -> int:
    return (later - day).days - 1
