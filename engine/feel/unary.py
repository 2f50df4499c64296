"""The tests in the cells of a decision table, as dmn-js writes them (DMN 1.3, unary tests)."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
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

    `anything`: the cell is `-`; `negated`: it is not(…); `mentions_null`: it holds the literal null; `takes_null`: no value satisfies it;
    `computed`: it calls functions; `literals`: the fixed values in it.
    """

    source: str
    anything: bool
    mentions_null: bool
    takes_null: bool
    names_used: frozenset[str]
    computed: bool
    literals: tuple[Any, ...]
    negated: bool
    _runs: tuple[Run, ...] = field(repr=False, compare=False)

    def match(self, value: Any, values: Mapping[str, Any], today: date | None) -> bool:
        """Say whether the cell takes a value. No value (None) is taken only by `-` and by a cell naming null.

        In: the value of the column, the process data for names in the cell, the day. Raises FeelError.
        """
        if self.anything:
            return True
        if value is None:
            return self.takes_null
        scope = Scope(ChainMap({INPUT: value}, values), today)  # type: ignore[arg-type]
        return any(run(scope) for run in self._runs) != self.negated


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
            negated=False,
            _runs=(),
        )
    known = {**names, INPUT: input_type}
    conditions = [_condition(test, input_type, known) for test in tests]
    for condition in conditions:
        type_of(condition, known)
    nodes = [part for condition in conditions for part in parts(condition)]
    null = any(isinstance(test, syntax.Null) for test in tests)
    return UnaryTests(
        source=source,
        anything=False,
        mentions_null=null,
        takes_null=null and not negated,
        names_used=frozenset(it.name for it in nodes if isinstance(it, syntax.Name)) - {INPUT},
        computed=any(isinstance(it, syntax.Call) for it in nodes),
        literals=tuple(
            it.value
            for it in nodes
            if isinstance(it, syntax.Number | syntax.Text | syntax.Boolean | syntax.Date | syntax.Moment)
        ),
        negated=negated,
        _runs=tuple(runnable(condition, known) for condition in conditions),
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
