"""Dates, moments and durations as the language writes them: strict ISO 8601, one form of each."""

from __future__ import annotations

import re
from datetime import date, datetime

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})")
_DURATION = re.compile(r"P([0-9]{1,4})D")


def as_date(text: str) -> date | None:
    """Read `YYYY-MM-DD`, or give None."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def as_moment(text: str) -> datetime | None:
    """Read `YYYY-MM-DDTHH:MM[:SS]` with its offset, or give None."""
    try:
        return datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None


def as_days(text: str) -> int | None:
    """Read `P<n>D`, or give None."""
    found = _DURATION.fullmatch(text)
    return int(found[1]) if found else None
