"""Takes a value out of the data as the type it was declared with, or refuses it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.errors import FeelError
from engine.feel.functions import ARITHMETIC
from engine.feel.limits import MAX_LIST, MAX_NUMBER, MAX_STRING
from engine.feel.literals import as_date, as_days, as_moment


def as_value(value: Any, wanted: str, name: str, at: int | None) -> Any:
    """Give the value as the language computes with it; None stays None.

    In: what JSON or the process data hold; dates, moments and durations also as ISO 8601 text.
    Out: Decimal, str, bool, date, aware datetime, timedelta of whole days, or a list of those.
    Raises FeelError VALUE when the value is of another type, LIMIT when it is too large.
    """
    if value is None:
        return None
    if wanted.startswith("list<"):
        return _items(value, wanted, name, at)
    taken = _TAKE[wanted](value)
    if taken is None:
        raise FeelError("VALUE", f"{name} is declared as {wanted}, but its value is not one", at)
    if (isinstance(taken, str) and len(taken) > MAX_STRING) or (
        isinstance(taken, Decimal) and abs(taken) > MAX_NUMBER
    ):
        raise FeelError("LIMIT", f"the value of {name} is too large", at)
    return taken


def _items(value: Any, wanted: str, name: str, at: int | None) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise FeelError("VALUE", f"{name} is declared as {wanted}, but its value is not a list", at)
    if len(value) > MAX_LIST:
        raise FeelError("LIMIT", f"{name} has {len(value)} elements, at most {MAX_LIST} are read", at)
    items = [as_value(item, wanted[5:-1], name, at) for item in value]
    if None in items:
        raise FeelError("NULL", f"an element of {name} has no value", at)
    return items


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, int):
        # Clipped before Decimal sees it: an int of a million digits would be slow to convert.
        return Decimal(max(-MAX_NUMBER - 1, min(value, MAX_NUMBER + 1)))
    number = Decimal(repr(value)) if isinstance(value, float) else value
    return ARITHMETIC.plus(number) if number.is_finite() and number.adjusted() < 40 else None


def _date(value: Any) -> date | None:
    if isinstance(value, str):
        return as_date(value)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _moment(value: Any) -> datetime | None:
    moment = as_moment(value) if isinstance(value, str) else value
    return moment if isinstance(moment, datetime) and moment.tzinfo is not None else None


def _duration(value: Any) -> timedelta | None:
    if isinstance(value, str):
        days = as_days(value)
        return None if days is None else timedelta(days=days)
    return value if isinstance(value, timedelta) and value == timedelta(days=value.days) else None


_TAKE: dict[str, Callable[[Any], Any]] = {
    "number": _number,
    "string": lambda value: value if isinstance(value, str) else None,
    "boolean": lambda value: value if isinstance(value, bool) else None,
    "date": _date,
    "datetime": _moment,
    "duration": _duration,
}
