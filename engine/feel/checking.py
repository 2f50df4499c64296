"""Settles the type of every part of an expression before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from engine.errors import FeelError
from engine.feel import syntax
from engine.feel.functions import FUNCTIONS
from engine.feel.syntax import Node

TYPES = (
    "number",
    "string",
    "boolean",
    "date",
    "datetime",
    "duration",
    "list<number>",
    "list<string>",
)
"""The types a field may be declared with."""

NULL = "null"
"""The type of the literal `null` alone."""

NOTHING = "list<>"
"""The type of the literal `[]`, which agrees with every list."""

ORDERED = ("number", "string", "date", "datetime", "duration")
_RANGED = ("number", "string", "date", "datetime")


def agree(one: str, other: str) -> bool:
    """Say whether two types can meet; the empty list meets any list."""
    lists = one.startswith("list<") and other.startswith("list<")
    return one == other or (lists and NOTHING in (one, other))


def type_of(node: Node, names: Mapping[str, str]) -> str:  # noqa: C901, PLR0912  one line per kind of node
    """Give the type of a tree. Raises FeelError TYPE or NAME with the place.

    Besides TYPES the answer may be `null`, or `list<>`, `list<boolean>` … for literals of those kinds.
    """
    match node:
        case syntax.Number():
            return "number"
        case syntax.Text():
            return "string"
        case syntax.Date():
            return "date"
        case syntax.Moment():
            return "datetime"
        case syntax.Duration():
            return "duration"
        case syntax.Null():
            return NULL
        case syntax.Name():
            return _name(node, names)
        case syntax.Negative(operand):
            return _needs(operand, "number", names)
        case syntax.Not(operand):
            return _needs(operand, "boolean", names)
        case syntax.Both(left, right) | syntax.Either(left, right):
            _needs(left, "boolean", names)
            return _needs(right, "boolean", names)
        case syntax.Comparison():
            return _comparison(node, names)
        case syntax.Arithmetic():
            return _arithmetic(node, names)
        case syntax.Choice():
            return _choice(node, names)
        case syntax.Items():
            return _items(node, names)
        case syntax.Range(low, high):
            return _range(node, type_of(low, names), type_of(high, names))
        case syntax.Within(value, collection):
            return _within(node, type_of(value, names), type_of(collection, names))
        case syntax.Call():
            return _call(node, names)
    return "boolean"  # what is left: the literals true and false


def _needs(node: Node, wanted: str, names: Mapping[str, str]) -> str:
    found = type_of(node, names)
    if found != wanted:
        raise FeelError("TYPE", f"expected {wanted}, this is {found}", node.at)
    return found


def _name(node: syntax.Name, names: Mapping[str, str]) -> str:
    if node.name not in names:
        near = [f"{node.name}()"] if node.name in FUNCTIONS else get_close_matches(node.name, names, n=1)
        hint = f"; did you mean {near[0]}?" if near else "; declare it among the process's fields"
        raise FeelError("NAME", f"there is no field {node.name}{hint}", node.at)
    if names[node.name] not in TYPES:
        raise FeelError(
            "TYPE",
            f"{node.name} is declared as {names[node.name]!r}; the types are {', '.join(TYPES)}",
            node.at,
        )
    return names[node.name]


def _comparison(node: syntax.Comparison, names: Mapping[str, str]) -> str:
    left, right = type_of(node.left, names), type_of(node.right, names)
    if node.sign in ("=", "!="):
        if not agree(left, right) and NULL not in (left, right):
            raise FeelError("TYPE", f"{left} is never equal to {right}", node.at)
    elif left != right or left not in ORDERED:
        raise FeelError("TYPE", f"there is no order between {left} and {right}", node.at)
    return "boolean"


def _arithmetic(node: syntax.Arithmetic, names: Mapping[str, str]) -> str:
    left, right = type_of(node.left, names), type_of(node.right, names)
    match (left, node.sign, right):
        case ("number", _, "number") | ("string", "+", "string"):
            return left
        case ("date", "+" | "-", "duration") | ("duration", "+", "date"):
            return "date"
    raise FeelError("TYPE", f"there is no {left} {node.sign} {right}", node.at)


def _choice(node: syntax.Choice, names: Mapping[str, str]) -> str:
    _needs(node.condition, "boolean", names)
    yes, no = type_of(node.yes, names), type_of(node.no, names)
    if NULL in (yes, no):
        return no if yes == NULL else yes
    if not agree(yes, no):
        raise FeelError(
            "TYPE", f"after then stands {yes}, after else {no}; both must be of one type", node.at
        )
    return no if yes == NOTHING else yes


def _items(node: syntax.Items, names: Mapping[str, str]) -> str:
    kinds = {type_of(item, names) for item in node.items}
    if len(kinds) > 1:
        raise FeelError(
            "TYPE", f"a list holds one type, this one holds {' and '.join(sorted(kinds))}", node.at
        )
    kind = kinds.pop() if kinds else ""
    if kind == NULL or kind.startswith("list<"):
        raise FeelError("TYPE", f"a list cannot hold {kind}", node.at)
    return f"list<{kind}>"


def _range(node: syntax.Range, low: str, high: str) -> str:
    if low != high or low not in _RANGED:
        raise FeelError("TYPE", f"there is no range from {low} to {high}", node.at)
    return f"range<{low}>"


def _within(node: syntax.Within, value: str, collection: str) -> str:
    if collection not in (f"list<{value}>", f"range<{value}>", NOTHING):
        raise FeelError("TYPE", f"{value} cannot be in {collection}", node.at)
    return "boolean"


def _call(node: syntax.Call, names: Mapping[str, str]) -> str:
    function = FUNCTIONS[node.function]
    given = [type_of(argument, names) for argument in node.arguments]
    if len(given) != len(function.takes):
        raise FeelError(
            "TYPE", f"{node.function} takes {len(function.takes)} values, not {len(given)}", node.at
        )
    for argument, found, wanted in zip(node.arguments, given, function.takes, strict=True):
        fits = {
            "list": found.startswith("list<"),
            "element": agree(f"list<{found}>", given[0]),
        }.get(wanted, agree(found, wanted))
        if not fits:
            raise FeelError("TYPE", f"{node.function} takes {wanted} here, not {found}", argument.at)
    return function.gives
