"""The tests in the cells of a decision table, as dmn-js writes them (DMN 1.3, unary tests)."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from typing import Any

from engine.errors import FeelError
from engine.feel import syntax
from engine.feel.checking import NULL, agree, type_of
from engine.feel.evaluation import Run, Scope, runnable
from engine.feel.grammar import INPUT, read_tests
from engine.feel.syntax import Node, names_in, parts


@dataclass(frozen=True)
class UnaryTests:
    """One compiled cell.

    `anything`: the cell is `-`; `mentions_null`: it holds the literal null; `takes_null`: no value satisfies it;
    `computed`: it calls functions; `literals`: the fixed values in it.
    """

    source: str
    anything: bool
    mentions_null: bool
    takes_null: bool
    names_used: frozenset[str]
    computed: bool
    literals: tuple[Any, ...]
    _run: Run = field(repr=False, compare=False)

    def match(self, value: Any, values: Mapping[str, Any], today: date | None) -> bool:
        """Say whether the cell takes a value. No value (None) is taken only by `-` and by a cell naming null.

        In: the value of the column, the process data for names in the cell, the day. Raises FeelError.
        """
        if self.anything:
            return True
        if value is None:
            return self.takes_null
        return bool(self._run(Scope(ChainMap({INPUT: value}, values), today)))  # type: ignore[arg-type]


def compile_unary_tests(source: str, input_type: str, names: Mapping[str, str]) -> UnaryTests:
    """Read and type one cell. In: its text, the type of its column, the declared fields with their types.

    Raises FeelError SYNTAX, FUNCTION, LIMIT, NAME or TYPE with the position.
    """
    negated, tests = read_tests(source)
    if not tests:
        return UnaryTests(
            source,
            anything=True,
            mentions_null=False,
            takes_null=True,
            names_used=frozenset(),
            computed=False,
            literals=(),
            _run=lambda _scope: True,
        )
    known = {**names, INPUT: input_type}
    conditions = [_condition(test, input_type, known) for test in tests]
    whole: Node = reduce(syntax.Either, conditions)
    if negated:
        whole = syntax.Not(whole)
    type_of(whole, known)
    nodes = list(parts(whole))
    null = any(isinstance(test, syntax.Null) for test in tests)
    return UnaryTests(
        source=source,
        anything=False,
        mentions_null=null,
        takes_null=null and not negated,
        names_used=names_in(whole) - {INPUT},
        computed=any(isinstance(it, syntax.Call) for it in nodes),
        literals=tuple(
            it.value
            for it in nodes
            if isinstance(it, syntax.Number | syntax.Text | syntax.Boolean | syntax.Date | syntax.Moment)
        ),
        _run=runnable(whole, known),
    )


def _condition(test: Node, input_type: str, known: Mapping[str, str]) -> Node:
    if INPUT in names_in(test):
        return test
    found = type_of(test, known)
    subject = syntax.Name(INPUT, at=test.at)
    if found == f"list<{input_type}>":
        return syntax.Within(subject, test, at=test.at)
    if found != NULL and not agree(found, input_type):
        raise FeelError("TYPE", f"the column holds {input_type}, this test {found}", test.at)
    return syntax.Comparison("=", subject, test, at=test.at)
