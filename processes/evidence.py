"""Days that people enter as evidence: a decision's, a notice's. They lie in the past, and inside the case."""

from datetime import date, datetime

from engine.clock import local_day
from processes.consultation import Consultation
from processes.deadline import end_of_day
from processes.errors import Reason, Refused


def check_day(case: Consultation, field: str, day: date, now: datetime) -> None:
    """Refuse a day in the future or before the case began. Errors: Refused, naming the field."""
    today = local_day(now)
    if day > today:
        raise Refused({field: Reason("in_the_future", today=today)})
    if case.application_on is not None and day < case.application_on:
        raise Refused({field: Reason("before_application", application_on=case.application_on)})


def moment_of(day: date, now: datetime) -> datetime:
    """When something of a day counts as done: within that day, and never after now."""
    return min(end_of_day(day), now)
