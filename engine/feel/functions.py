"""The functions an expression may call: a fixed table, every one linear in the size of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
)
from decimal import Overflow as DecimalOverflow
from typing import Any

ARITHMETIC = Context(
    prec=28,
    rounding=ROUND_HALF_EVEN,
    Emax=40,
    Emin=-40,
    traps=[InvalidOperation, DivisionByZero, DecimalOverflow],
)
"""The one decimal context; never the thread's own, which other code may have changed."""


@dataclass(frozen=True)
class Function:
    """One row of the table: argument types, result type, what it does and the words for the reference.

    The types `list` (a list of any kind) and `element` (the kind of that list's elements) stand only here.
    """

    takes: tuple[str, ...]
    gives: str
    run: Callable[..., Any]
    says: str


def total(numbers: list[Decimal]) -> Decimal:
    """Add up; the sum of nothing is 0."""
    result = Decimal(0)
    for number in numbers:
        result = ARITHMETIC.add(result, number)
    return result


def days_between(start: date, end: date) -> Decimal:
    """Count the days from start to end; negative when end comes first."""
    return Decimal((end - start).days)


def whole(number: Decimal, rounding: str) -> Decimal:
    """Round to a whole number the given way."""
    return number.to_integral_value(rounding, ARITHMETIC)


TODAY = "today"
"""The only function whose answer is an argument of the evaluation: the day it is evaluated for."""

FUNCTIONS: dict[str, Function] = {
    "contains": Function(
        ("string", "string"), "boolean", lambda text, part: part in text, "text holds the part"
    ),
    "starts with": Function(
        ("string", "string"), "boolean", lambda text, part: text.startswith(part), "text begins with the part"
    ),
    "ends with": Function(
        ("string", "string"), "boolean", lambda text, part: text.endswith(part), "text ends with the part"
    ),
    "lower case": Function(("string",), "string", str.lower, "text in small letters"),
    "upper case": Function(("string",), "string", str.upper, "text in capitals"),
    "string length": Function(("string",), "number", lambda text: Decimal(len(text)), "how many characters"),
    "count": Function(("list",), "number", lambda items: Decimal(len(items)), "how many elements"),
    "sum": Function(("list<number>",), "number", total, "all added up, 0 for an empty list"),
    "min": Function(
        ("list<number>",),
        "number",
        lambda numbers: min(numbers, default=None),
        "the least, null for an empty list",
    ),
    "max": Function(
        ("list<number>",),
        "number",
        lambda numbers: max(numbers, default=None),
        "the greatest, null for an empty list",
    ),
    "list contains": Function(
        ("list", "element"), "boolean", lambda items, item: item in items, "the list holds the value"
    ),
    "abs": Function(("number",), "number", ARITHMETIC.abs, "size without sign"),
    "floor": Function(("number",), "number", lambda number: whole(number, ROUND_FLOOR), "rounded down"),
    "ceiling": Function(("number",), "number", lambda number: whole(number, ROUND_CEILING), "rounded up"),
    "days between": Function(
        ("date", "date"), "number", days_between, "days from the first date to the second"
    ),
    TODAY: Function((), "date", lambda: None, "the day the expression is evaluated for"),
}
