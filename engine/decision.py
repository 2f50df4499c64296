"""Decision tables in DMN 1.3, as dmn-js writes them, evaluated with our own FEEL.

Hit policies (DMN 1.3, 8.2.10): UNIQUE, FIRST, ANY, COLLECT without aggregation, RULE ORDER.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lxml import etree

from engine.decision_overlap import overlaps
from engine.decision_table import Input, Output, Rule, Table, compile_table
from engine.errors import DecisionFailed, DecisionUnreadable, FeelError
from engine.feel.expression import names_used
from engine.feel.grammar import read_tests
from engine.feel.syntax import names_in
from engine.markup import local, read_xml

POLICIES = ("UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER")
MANY = ("COLLECT", "RULE ORDER")
MAX_RULES, MAX_COLUMNS = 200, 20
NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_TYPES = {
    **{name: name for name in ("string", "number", "boolean", "date")},
    **dict.fromkeys(("integer", "long", "double"), "number"),
    "dateTime": "datetime",
    "dayTimeDuration": "duration",
    "Any": "",
    "": "",
}
_DRAWN = {
    *(
        "definitions",
        "decision",
        "decisionTable",
        "input",
        "inputExpression",
        "inputValues",
        "output",
        "outputValues",
    ),
    *(
        "rule",
        "description",
        "inputEntry",
        "outputEntry",
        "annotation",
        "annotationEntry",
        "text",
        "variable",
    ),
    *(
        "inputData",
        "informationRequirement",
        "requiredInput",
        "question",
        "allowedAnswers",
        "extensionElements",
    ),
}


@dataclass(frozen=True)
class Hit:
    """A rule that matched, counted from 0: what it gives, and what its author noted beside it."""

    rule_index: int
    outputs: dict[str, Any]
    annotation: str


@dataclass(frozen=True)
class Decision:
    """A decision table as drawn."""

    id: str
    name: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    hit_policy: str
    rules: tuple[Rule, ...]
    _tables: dict[tuple[tuple[str, str], ...], Table] = field(default_factory=dict, repr=False, compare=False)

    def check(self, names: Mapping[str, str]) -> list[str]:
        """Give a sentence for whatever would misrun. In: the process's declared fields with their types."""
        found = [f"the decision {self.id} has no rules; add one"] if not self.rules else []
        if len({it.name for it in self.outputs}) != len(self.outputs):
            found.append("two outputs have the same name; give each its own")
        table = self._table(names)
        found.extend(table.problems)
        if self.hit_policy == "UNIQUE" and not table.problems:
            found.extend(
                f"rules {one + 1} and {two + 1} can match at once; narrow one of them, or choose FIRST or ANY"
                for one, two in overlaps(table)
            )
        return found

    def evaluate(
        self, values: Mapping[str, Any], today: date | None, names: Mapping[str, str] | None = None
    ) -> dict[str, Any] | list[dict[str, Any]] | None:
        """Give the outputs by name: of the one hit (None without a hit), or a list for COLLECT and RULE ORDER.

        In: the process data, the day, the declared fields (without them types are taken from the table and the data).
        Raises DecisionFailed, and FeelError for a cell that cannot be computed.
        """
        hits = self.explain(values, today, names)
        if self.hit_policy in MANY:
            return [hit.outputs for hit in hits]
        return hits[0].outputs if hits else None

    def explain(
        self, values: Mapping[str, Any], today: date | None, names: Mapping[str, str] | None = None
    ) -> list[Hit]:
        """Give the rules the answer rests on, in their order; under UNIQUE and FIRST at most one."""
        table = self._table(self._guess(values) if names is None else names)
        if table.problems:
            raise DecisionFailed(f"the decision {self.id} cannot run: {table.problems[0]}")
        rows = list(table.hits(values, today))
        if self.hit_policy == "UNIQUE" and len(rows) > 1:
            raise DecisionFailed(
                f"in the decision {self.id} rules {_counted(rows)} match at once; narrow one of them"
            )
        if self.hit_policy == "FIRST":
            rows = rows[:1]
        hits = [Hit(row, table.outputs(row, values, today), self.rules[row].annotation) for row in rows]
        if self.hit_policy == "ANY" and any(hit.outputs != hits[0].outputs for hit in hits):
            raise DecisionFailed(
                f"in the decision {self.id} rules {_counted(rows)} match and disagree; make them agree"
            )
        return hits

    def names_used(self) -> frozenset[str]:
        """Give the fields the table reads. Raises FeelError for a cell that is not FEEL."""
        found = [names_used(it.expression) for it in self.inputs]
        for rule in self.rules:
            found.extend(names_used(it) for it in rule.outputs if it.strip() not in ("", "-"))
            found.extend(names_in(test) for cell in rule.tests for test in read_tests(cell)[1])
        return frozenset().union(*found) - {"?"}

    def _table(self, names: Mapping[str, str]) -> Table:
        key = tuple(sorted(names.items()))
        if key not in self._tables:
            self._tables[key] = compile_table(self.inputs, self.outputs, self.rules, names)
        return self._tables[key]

    def _guess(self, values: Mapping[str, Any]) -> dict[str, str]:
        try:
            used = self.names_used()
        except FeelError as error:
            raise DecisionFailed(f"the decision {self.id} cannot run: {error}") from error
        drawn = {it.expression.strip(): it.type for it in self.inputs if it.type}
        return {name: kind for name in used if (kind := drawn.get(name) or _kind(_find(values, name)))}


def read_decision(xml: str | bytes) -> Decision:
    """Read a DMN file that holds one decision table.

    Raises MarkupRefused for XML that is not safe and sound, DecisionUnreadable for another kind of DMN.
    """
    root = read_xml(xml)
    if root.tag != f"{{{NAMESPACE}}}definitions":
        raise DecisionUnreadable("the file is not DMN 1.3; save it again with the table editor")
    for element in root.iter(f"{{{NAMESPACE}}}*"):
        if local(element) not in _DRAWN:
            raise DecisionUnreadable(f"{local(element)} is not supported; draw one decision table")
        if "feel" not in element.get("expressionLanguage", "feel").lower():
            raise DecisionUnreadable(
                f"{element.get('id', local(element))} is not written in FEEL; choose FEEL there"
            )
    decisions = list(root.iter(f"{{{NAMESPACE}}}decision"))
    tables = list(root.iter(f"{{{NAMESPACE}}}decisionTable"))
    if len(decisions) != 1 or len(tables) != 1:
        raise DecisionUnreadable(f"a file holds one decision table; this one has {len(tables)}")
    return _decision(decisions[0], tables[0])


def _decision(decision: etree._Element, table: etree._Element) -> Decision:
    name = decision.get("id") or "decision"
    policy = table.get("hitPolicy", "UNIQUE")
    if policy not in POLICIES or table.get("aggregation"):
        raise DecisionUnreadable(f"the hit policy {policy} {table.get('aggregation', '')} is not supported; "
                                 f"use {', '.join(POLICIES)} without aggregation")  # fmt: skip
    inputs = tuple(_input(it, n) for n, it in enumerate(_under(table, "input"), 1))
    outputs = tuple(_output(it, name) for it in _under(table, "output"))
    rules = tuple(_rule(it) for it in _under(table, "rule"))
    if not inputs or not outputs or len(inputs) + len(outputs) > MAX_COLUMNS or len(rules) > MAX_RULES:
        raise DecisionUnreadable(
            f"a table has an input, an output, at most {MAX_COLUMNS} columns and {MAX_RULES} rules; split it"
        )
    for number, rule in enumerate(rules, 1):
        if (len(rule.tests), len(rule.outputs)) != (len(inputs), len(outputs)):
            raise DecisionUnreadable(f"rule {number} has not one cell for each column; save it again")
    return Decision(name, decision.get("name", name), inputs, outputs, policy, rules)


def _input(element: etree._Element, number: int) -> Input:
    expression = next(_under(element, "inputExpression"), element)
    text = _text(expression)
    label = element.get("label") or text or str(number)
    return Input(label, text, _type(expression), _text(next(_under(element, "inputValues"), None)))


def _output(element: etree._Element, decision: str) -> Output:
    return Output(element.get("name") or element.get("label") or decision, _type(element))


def _rule(element: etree._Element) -> Rule:
    described = [*_under(element, "description")]
    notes = [(it.text or "").strip() for it in described] + [
        _text(it) for it in _under(element, "annotationEntry")
    ]
    return Rule(
        tuple(_text(it) for it in _under(element, "inputEntry")),
        tuple(_text(it) for it in _under(element, "outputEntry")),
        " ".join(note for note in notes if note),
    )


def _type(element: etree._Element) -> str:
    drawn = element.get("typeRef", "").rpartition(":")[2]
    if drawn not in _TYPES:
        raise DecisionUnreadable(f"the type {drawn} is not supported; use {', '.join(filter(None, _TYPES))}")
    return _TYPES[drawn]


def _under(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return element.iterchildren(f"{{{NAMESPACE}}}{name}")


def _text(element: etree._Element | None) -> str:
    found = None if element is None else element.find(f"{{{NAMESPACE}}}text")
    return "" if found is None else (found.text or "").strip()


def _counted(rows: list[int]) -> str:
    return " and ".join(str(row + 1) for row in rows)


def _find(values: Mapping[str, Any], name: str) -> Any:
    if name in values:
        return values[name]
    value: Any = values
    for key in name.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _kind(value: Any) -> str:
    kinds = ((bool, "boolean"), (int | float | Decimal, "number"), (str, "string"), (datetime, "datetime"))
    if isinstance(value, list | tuple):
        return f"list<{_kind(value[0])}>" if value else "list<string>"
    return next(
        (
            kind
            for known, kind in (*kinds, (date, "date"), (timedelta, "duration"))
            if isinstance(value, known)
        ),
        "",
    )
