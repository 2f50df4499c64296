"""The way into the language: compile a text once against the declared fields, evaluate it many times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.errors import FeelError
from engine.feel.checking import agree, type_of
from engine.feel.evaluation import Run, Scope, runnable
from engine.feel.grammar import read_expression
from engine.feel.syntax import names_in


@dataclass(frozen=True)
class Expression:
    """A compiled expression.

    `type` is what it gives: number, string, boolean, date, datetime, duration, list<…> or null;
    `names_used` are the fields it reads.
    """

    source: str
    type: str
    names_used: frozenset[str]
    _run: Run = field(repr=False, compare=False)

    def evaluate(self, values: Mapping[str, Any], today: date | None) -> Any:
        """Compute over process data; `values` may hold `a.b` under that key or as `b` within `a`.

        Without `today`, an expression that asks for it has no answer (FeelError NULL). Numbers come back as Decimal, moments as aware datetimes, durations as timedelta, lists as new lists.
        Raises FeelError NAME, NULL, VALUE or LIMIT; never changes `values`.
        """
        return self._run(Scope(values, today))


def compile_expression(source: str, names: Mapping[str, str], want: str | None = None) -> Expression:
    """Read and type an expression. In: its text, the declared fields with their types, the type it must give.

    Raises FeelError SYNTAX, FUNCTION, LIMIT, NAME or TYPE with the position.
    """
    node = read_expression(source)
    found = type_of(node, names)
    if want is not None and not agree(found, want):
        raise FeelError("TYPE", f"expected {want}, the expression gives {found}", node.at)
    return Expression(source, found, names_in(node), runnable(node, names))


def names_used(source: str) -> frozenset[str]:
    """Give the fields an expression reads, without knowing their types. Raises FeelError SYNTAX or LIMIT."""
    return names_in(read_expression(source))
