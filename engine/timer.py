"""When a timer is due: the moment a declared field holds, or an ISO 8601 literal.

Legal deadlines are computed by the domain and put into the data as moments. Literals are for intervals nobody has
a right to; their days are days of the calendar where the people are, so 09:00 stays 09:00 across a clock change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.clock import ZONE
from engine.errors import NoMoment

_DURATION = re.compile(r"P(?=.)(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?=.)(?:(\d{1,4})H)?(?:(\d{1,5})M)?)?\Z")
LONGEST = timedelta(days=3653)
_YEARS = range(2000, 2100)  # a moment written into a drawing lies in the working life of who wrote it


def moment_of(kind: str, text: str, values: Mapping[str, Any], now: datetime) -> datetime:
    """Out: when a timer reached now is due, in UTC. Errors: NoMoment."""
    if kind == "timeDuration" and (after := _after(text, now)) is not None:
        return after
    if kind == "timeDate":
        held = values.get(text)
        if isinstance(held, datetime):
            return held.astimezone(UTC)
        if (literal := _literal(text)) is not None:
            return literal
    raise NoMoment(f"the timer reads {text!r}, which holds no moment; a step before it must set it.")


def fault(kind: str, text: str, fields: Mapping[str, str]) -> str | None:
    """Out: why a timer cannot be used, with the remedy, or None."""
    if kind == "timeDuration":
        if _after(text.strip('"'), datetime(2026, 1, 1, tzinfo=UTC)) is None:
            return f"the duration {text!r} is not an ISO 8601 literal such as P14D, P2W or PT36H of at most 10 years."
        if text != text.strip('"'):
            return "write the duration without quotation marks."
        return None
    if kind == "timeCycle":
        return "repeating timers are not run; draw a loop with a timer, so that each repetition can be seen."
    if fields.get(text) == "datetime" or _literal(text) is not None:
        return None
    if text in fields:
        return f"the timer reads the field {text}, which is a {fields[text]}; declare it as datetime."
    return f"the timer reads {text!r}; write the name of a datetime field of process.toml, or a moment with its zone."


def _after(text: str, now: datetime) -> datetime | None:
    found = _DURATION.match(text)
    if found is None:
        return None
    weeks, days, hours, minutes = (int(it or 0) for it in found.groups())
    if not timedelta(0) < timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes) <= LONGEST:
        return None
    # Adding days to a local time keeps the hand of the clock; hours are real hours.
    local = now.astimezone(ZONE) + timedelta(weeks=weeks, days=days)
    return local.astimezone(UTC) + timedelta(hours=hours, minutes=minutes)


def _literal(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo is not None and moment.year in _YEARS else None
