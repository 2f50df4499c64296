"""What an expression is once it has been read: a frozen tree, each node knowing where it began."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from msgspec import Struct


class Place(Struct, frozen=True, kw_only=True):
    """What all nodes share: `at`, the character (from 0) where the node began in the source."""

    at: int = 0


class Number(Place, frozen=True):
    """A number literal."""

    value: Decimal


class Text(Place, frozen=True):
    """A text literal, unescaped."""

    value: str


class Boolean(Place, frozen=True):
    """`true` or `false`."""

    value: bool


class Null(Place, frozen=True):
    """`null`."""


class Date(Place, frozen=True):
    """`date("2026-03-01")`."""

    value: date


class Moment(Place, frozen=True):
    """`date and time("2026-03-01T09:00:00+02:00")`: a moment, always with its offset from UTC."""

    value: datetime


class Duration(Place, frozen=True):
    """`duration("P14D")`: whole days."""

    days: int


class Name(Place, frozen=True):
    """A declared field, perhaps dotted."""

    name: str


class Negative(Place, frozen=True):
    """`-operand`."""

    operand: Node


class Not(Place, frozen=True):
    """`not(operand)`."""

    operand: Node


class Both(Place, frozen=True):
    """`left and right`."""

    left: Node
    right: Node


class Either(Place, frozen=True):
    """`left or right`."""

    left: Node
    right: Node


class Comparison(Place, frozen=True):
    """One of `= != < <= > >=` between two values."""

    sign: str
    left: Node
    right: Node


class Arithmetic(Place, frozen=True):
    """One of `+ - *` between two values."""

    sign: str
    left: Node
    right: Node


class Choice(Place, frozen=True):
    """`if condition then yes else no`."""

    condition: Node
    yes: Node
    no: Node


class Items(Place, frozen=True):
    """`[a, b]`, or `(a, b)` behind `in`."""

    items: tuple[Node, ...]


class Range(Place, frozen=True):
    """`[low..high]`, with either end open or closed."""

    low: Node
    high: Node
    low_open: bool = False
    high_open: bool = False


class Within(Place, frozen=True):
    """`value in collection`, the collection a list or a range."""

    value: Node
    collection: Node


class Call(Place, frozen=True):
    """A function of the table called with arguments."""

    function: str
    arguments: tuple[Node, ...]


Node: TypeAlias = (
    Number
    | Text
    | Boolean
    | Null
    | Date
    | Moment
    | Duration
    | Name
    | Negative
    | Not
    | Both
    | Either
    | Comparison
    | Arithmetic
    | Choice
    | Items
    | Range
    | Within
    | Call
)


def parts(node: Node) -> Iterator[Node]:
    """Give the node and everything under it, parents first."""
    waiting: list[Node] = [node]
    while waiting:
        part = waiting.pop()
        yield part
        for name in part.__struct_fields__:
            child = getattr(part, name)
            if isinstance(child, Place):
                waiting.append(child)  # type: ignore[arg-type]  # Place is only ever one of Node
            elif isinstance(child, tuple):
                waiting.extend(child)


def names_in(node: Node) -> frozenset[str]:
    """Give the field names the expression reads."""
    return frozenset(part.name for part in parts(node) if isinstance(part, Name))
