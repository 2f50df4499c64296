"""Turns a checked tree into a closure over plain data.

Strict: a missing name, a null where a value is needed, a value of another type than declared or a range whose ends
are reversed is an error, never silently false. Data is only read: names are looked up in mappings, never as
attributes, and nothing found there is called or changed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from engine.errors import FeelError
from engine.feel import syntax
from engine.feel.checking import type_of
from engine.feel.functions import ARITHMETIC, FUNCTIONS, TODAY
from engine.feel.limits import MAX_NUMBER, MAX_STRING
from engine.feel.syntax import Node
from engine.feel.values import as_value


class Scope(NamedTuple):
    """What an evaluation sees: the data, and the day it is evaluated for."""

    values: Mapping[str, Any]
    today: date | None


Run = Callable[[Scope], Any]

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}


class Bounds(NamedTuple):
    """A range with its ends computed."""

    low: Any
    high: Any
    low_open: bool
    high_open: bool

    def holds(self, value: Any) -> bool:
        above = self.low < value if self.low_open else self.low <= value
        below = value < self.high if self.high_open else value <= self.high
        return bool(above and below)


def runnable(node: Node, names: Mapping[str, str]) -> Run:  # noqa: C901, PLR0912  one case per kind of node
    """Give the closure that computes a tree whose types have been checked."""
    match node:
        case syntax.Number(value) | syntax.Text(value) | syntax.Boolean(value):
            return lambda _scope: value
        case syntax.Date(value) | syntax.Moment(value):
            return lambda _scope: value
        case syntax.Duration(days):
            return lambda _scope: timedelta(days=days)
        case syntax.Name():
            return _name(node, names)
        case syntax.Negative(operand):
            inner = _present(operand, names)
            return lambda scope: ARITHMETIC.minus(inner(scope))
        case syntax.Not(operand):
            inner = _present(operand, names)
            return lambda scope: not inner(scope)
        case syntax.Both(left, right):
            one, two = _present(left, names), _present(right, names)
            return lambda scope: one(scope) and two(scope)
        case syntax.Either(left, right):
            one, two = _present(left, names), _present(right, names)
            return lambda scope: one(scope) or two(scope)
        case syntax.Comparison():
            return _comparison(node, names)
        case syntax.Arithmetic():
            return _arithmetic(node, names)
        case syntax.Choice(condition, yes, no):
            asked, one, two = _present(condition, names), runnable(yes, names), runnable(no, names)
            return lambda scope: one(scope) if asked(scope) else two(scope)
        case syntax.Items(items):
            runs = [_present(item, names) for item in items]
            return lambda scope: [run(scope) for run in runs]
        case syntax.Range():
            return _range(node, names)
        case syntax.Within(value, collection):
            return _within(_present(value, names), _present(collection, names))
        case syntax.Call():
            return _call(node, names)
    return lambda _scope: None  # what is left: the literal null


def _present(node: Node, names: Mapping[str, str]) -> Run:
    """Run a part whose value is needed: null there is an error."""
    run, at = runnable(node, names), node.at
    what = node.name if isinstance(node, syntax.Name) else "this part"

    def present(scope: Scope) -> Any:
        value = run(scope)
        if value is None:
            raise FeelError("NULL", f"{what} has no value; test it with = null first", at)
        return value

    return present


def _name(node: syntax.Name, names: Mapping[str, str]) -> Run:
    name, at, wanted = node.name, node.at, names[node.name]
    path = name.split(".")

    def find(scope: Scope) -> Any:
        if name in scope.values:
            return as_value(scope.values[name], wanted, name, at)
        value: Any = scope.values
        for key in path:
            if not isinstance(value, Mapping) or key not in value:
                raise FeelError("NAME", f"{name} has not been set", at)
            value = value[key]
        return as_value(value, wanted, name, at)

    return find


def _comparison(node: syntax.Comparison, names: Mapping[str, str]) -> Run:
    compare = _ORDER[node.sign]
    asks_null = isinstance(node.left, syntax.Null) or isinstance(node.right, syntax.Null)
    part = runnable if asks_null else _present
    left, right = part(node.left, names), part(node.right, names)
    return lambda scope: compare(left(scope), right(scope))


def _arithmetic(node: syntax.Arithmetic, names: Mapping[str, str]) -> Run:
    numbers = type_of(node, names) == "number"
    plain: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub}
    exact = {"+": ARITHMETIC.add, "-": ARITHMETIC.subtract, "*": ARITHMETIC.multiply}
    compute = exact[node.sign] if numbers else plain[node.sign]
    left, right, at = _present(node.left, names), _present(node.right, names), node.at

    def computed(scope: Scope) -> Any:
        try:
            return _capped(compute(left(scope), right(scope)), at)
        except ArithmeticError:  # a date before the year 1 or after 9999
            raise FeelError("LIMIT", "the result is out of range", at) from None

    return computed


def _range(node: syntax.Range, names: Mapping[str, str]) -> Run:
    low, high, at = _present(node.low, names), _present(node.high, names), node.at

    def bounds(scope: Scope) -> Bounds:
        found = Bounds(low(scope), high(scope), node.low_open, node.high_open)
        if found.low > found.high:
            raise FeelError("VALUE", "the range begins after it ends", at)
        return found

    return bounds


def _within(value: Run, collection: Run) -> Run:
    def within(scope: Scope) -> bool:
        sought, among = value(scope), collection(scope)
        return among.holds(sought) if isinstance(among, Bounds) else sought in among

    return within


def _call(node: syntax.Call, names: Mapping[str, str]) -> Run:
    if node.function == TODAY:
        return lambda scope: scope.today
    run, at = FUNCTIONS[node.function].run, node.at
    arguments = [_present(argument, names) for argument in node.arguments]
    return lambda scope: _capped(run(*[argument(scope) for argument in arguments]), at)


def _capped(value: Any, at: int) -> Any:
    if isinstance(value, str) and len(value) > MAX_STRING:
        raise FeelError("LIMIT", f"a text has at most {MAX_STRING} characters", at)
    if isinstance(value, Decimal) and abs(value) > MAX_NUMBER:
        raise FeelError("LIMIT", f"a number is at most {MAX_NUMBER}", at)
    return value
