"""A decision table made ready to run: every cell compiled against the declared fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.errors import DecisionFailed, FeelError
from engine.feel.checking import NULL
from engine.feel.expression import Expression, compile_expression
from engine.feel.unary import UnaryTests, compile_unary_tests


@dataclass(frozen=True)
class Input:
    """A column on the left: a FEEL expression, the type it is drawn with ("" if none), the values it allows."""

    label: str
    expression: str
    type: str
    allowed: str


@dataclass(frozen=True)
class Output:
    """A column on the right: the name its value goes by, and its type ("" if none)."""

    name: str
    type: str


@dataclass(frozen=True)
class Rule:
    """A row: a test for each input, a FEEL expression for each output, and what its author noted."""

    tests: tuple[str, ...]
    outputs: tuple[str, ...]
    annotation: str


@dataclass(frozen=True)
class Table:
    """The compiled columns and rows. `problems` are sentences; a table with problems does not run."""

    inputs: tuple[tuple[Input, Expression, UnaryTests], ...]
    rows: tuple[tuple[UnaryTests, ...], ...]
    results: tuple[tuple[tuple[str, Expression | None], ...], ...]
    problems: tuple[str, ...]

    def hits(self, values: Mapping[str, Any], today: date | None) -> Iterator[int]:
        """Give the rows that match, from the top. Raises DecisionFailed for an input that is missing or not allowed."""
        given = [self._input(place, values, today) for place in range(len(self.inputs))]
        for row, tests in enumerate(self.rows):
            if all(test.match(value, values, today) for test, value in zip(tests, given, strict=True)):
                yield row

    def outputs(self, row: int, values: Mapping[str, Any], today: date | None) -> dict[str, Any]:
        """Compute what a row gives; an empty cell gives None."""
        return {name: it.evaluate(values, today) if it else None for name, it in self.results[row]}

    def _input(self, place: int, values: Mapping[str, Any], today: date | None) -> Any:
        drawn, expression, allowed = self.inputs[place]
        value = expression.evaluate(values, today)
        column = [tests[place] for tests in self.rows]
        if value is None and not any(it.mentions_null for it in column):
            if all(it.anything for it in column):
                return None
            raise DecisionFailed(
                f"the input {drawn.label} has no value; give it one first, or add a rule that tests for null"
            )
        if value is not None and not allowed.match(value, values, today):
            raise DecisionFailed(
                f"the input {drawn.label} has a value outside its allowed values {drawn.allowed}"
            )
        return value


def compile_table(
    inputs: tuple[Input, ...], outputs: tuple[Output, ...], rules: tuple[Rule, ...], names: Mapping[str, str]
) -> Table:
    """Compile every cell; what cannot be compiled becomes a sentence naming its rule and column."""
    problems: list[str] = []
    columns = [it for column in inputs if (it := _column(column, names, problems))]
    rows, results = [], []
    if len(columns) == len(inputs):
        for number, rule in enumerate(rules, 1):
            rows.append(tuple(_tests(number, rule, columns, names, problems)))
            results.append(tuple(_results(number, rule, outputs, names, problems)))
    return Table(tuple(columns), tuple(rows), tuple(results), tuple(problems))


def _column(
    column: Input, names: Mapping[str, str], problems: list[str]
) -> tuple[Input, Expression, UnaryTests] | None:
    try:
        expression = compile_expression(column.expression, names)
        allowed = compile_unary_tests(column.allowed, expression.type, names)
    except FeelError as error:
        problems.append(f"input {column.label}: {error}")
        return None
    if expression.type.startswith("list<") or expression.type == NULL:
        problems.append(
            f"input {column.label}: a column cannot hold {expression.type}; use count(…) or list contains(…)"
        )
    elif column.type and expression.type != column.type:
        problems.append(f"input {column.label}: it is drawn as {column.type}, but gives {expression.type}")
    else:
        return column, expression, allowed
    return None


def _tests(
    number: int,
    rule: Rule,
    columns: list[tuple[Input, Expression, UnaryTests]],
    names: Mapping[str, str],
    problems: list[str],
) -> Iterator[UnaryTests]:
    for source, (column, expression, _) in zip(rule.tests, columns, strict=True):
        try:
            yield compile_unary_tests(source, expression.type, names)
        except FeelError as error:
            problems.append(f"rule {number}, input {column.label}: {error}")


def _results(
    number: int, rule: Rule, outputs: tuple[Output, ...], names: Mapping[str, str], problems: list[str]
) -> Iterator[tuple[str, Expression | None]]:
    for source, output in zip(rule.outputs, outputs, strict=True):
        if source.strip() in ("", "-"):
            yield output.name, None
            continue
        try:
            yield output.name, compile_expression(source, names, output.type or None)
        except FeelError as error:
            problems.append(f"rule {number}, output {output.name}: {error}")
