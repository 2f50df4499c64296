"""Forms in the JSON of bpmn.io (schema 16 and later): read, shown as plain values, answers checked and typed.

A checked subset: text, group, textfield, textarea, number, datetime, select, radio, checklist, checkbox, filepicker.
`conditional.hide` is FEEL behind an equals sign, over the form's own answers and the process's fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from engine.answer import Question, empty, local, read_answer
from engine.component import Component, read_component
from engine.errors import AnswersRefused, FeelError, FormUnreadable, Problem
from engine.feel.expression import compile_expression, names_used
from engine.feel.literals import as_moment
from engine.form_lint import findings

MAX_SOURCE = 300_000
MAX_COMPONENTS = 200
OLDEST_SCHEMA = 16


@dataclass(frozen=True)
class FieldView:
    """One component ready to be shown: words translated, the value in the shape a web control takes.

    `value`: text (also for numbers, `YYYY-MM-DD`, `HH:MM`, `YYYY-MM-DDTHH:MM` in Europe/Tallinn), bool for a
    checkbox, list of texts for a checklist, None for files and for what only shows. `label` of type `text` is Markdown.
    `steers`: the answer decides whether another field is hidden. Bounds are for the control; `check` has the last word.
    """

    type: str
    key: str
    label: str
    description: str
    value: Any
    options: tuple[tuple[str, str], ...]
    required: bool
    hidden: bool
    steers: bool
    subtype: str
    validation: str
    min_length: int
    max_length: int
    minimum: Decimal | None
    maximum: Decimal | None
    decimals: int | None
    step: str
    accept: tuple[str, ...]
    multiple: bool
    properties: Mapping[str, str]
    fields: tuple[FieldView, ...]


@dataclass(frozen=True)
class Form:
    """A form as drawn. `components` in reading order, groups holding their own."""

    id: str
    components: tuple[Component, ...]

    def all(self) -> Iterator[Component]:
        """Give every component, those of groups included, in reading order."""
        for component in self.components:
            yield from component.all()

    def types(self) -> dict[str, str]:
        """Give the keys of the form with the types of their answers in expressions; files are left out."""
        return {it.key: it.answers for it in self.all() if it.answers}

    def show(
        self,
        values: Mapping[str, Any],
        translate: Callable[[str], str],
        *,
        names: Mapping[str, str] | None = None,
        today: date | None = None,
    ) -> list[FieldView]:
        """Give the fields to show. In: process data or refused raw answers by key, the translation of a text.

        A hide condition that cannot be decided, because something is not answered yet, leaves its field visible.
        """
        typed = {}
        for it in self.all():
            if it.question is not None and it.answers:
                answer = read_answer(it.question, values.get(it.key, it.default), None)
                typed[it.key] = None if isinstance(answer, Problem) else answer
        hidden = self._hidden(typed, {**values, **typed}, names or {}, today)
        steering = frozenset[str]().union(*(_names(it.hide) for it in self.all()))
        return [_view(it, values, translate, hidden, steering) for it in self.components]

    def check(
        self,
        answers: Mapping[str, Any],
        today: date,
        names: Mapping[str, str] | None = None,
        *,
        values: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Give the typed answers, one for every key that asks; unknown keys in `answers` are ignored.

        In: raw answers, today (dates that may not be past), the declared fields and the process data for the hide
        conditions. Out: str, int or Decimal, date, datetime in UTC, bool, list[str], Upload or list[Upload]; the
        empty value ("", None, False, []) where nothing was answered or the field is hidden.
        Raises AnswersRefused with a Problem for every refused key.
        """
        found = {
            it.key: read_answer(it.question, answers.get(it.key), today) for it in self.all() if it.question
        }
        typed = {key: None if isinstance(it, Problem) else it for key, it in found.items()}
        hidden = self._hidden(typed, {**(values or {}), **typed}, names or {}, today)
        errors: dict[str, Problem] = {}
        for it in self.all():
            if it.question is None:
                continue
            if hidden[id(it)]:
                typed[it.key] = empty(it.question)
            elif isinstance(answer := found[it.key], Problem):
                errors[it.key] = answer
            elif it.required and hidden[id(it)] is False and answer == empty(it.question):
                errors[it.key] = Problem("required")
        if errors:
            raise AnswersRefused(errors)
        return typed

    def lint(self, names: Mapping[str, str] | None = None) -> list[str]:
        """Give a sentence with its remedy for everything that would be shown or checked otherwise than drawn.

        `names`: the process's declared fields; without them hide conditions are checked for the form's own only.
        """
        return list(findings(tuple(self.all()), names))

    def _hidden(
        self, typed: Mapping[str, Any], data: Mapping[str, Any], names: Mapping[str, str], today: date | None
    ) -> dict[int, bool | None]:
        """Say for each component, by identity, whether it is hidden: None means that it cannot be decided."""
        known = {**names, **self.types()}
        current = dict(data)
        found: dict[int, bool | None] = {}

        def visit(component: Component, outer: bool | None) -> None:
            own = _decide(component.hide, known, current, today)
            found[id(component)] = True if outer or own else None if None in (outer, own) else False
            if found[id(component)] and component.question and component.key in typed:
                current[component.key] = empty(component.question)  # what is hidden was not answered
            for inner in component.components:
                visit(inner, found[id(component)])

        for component in self.components:
            visit(component, outer=False)
        return found


def read_form(text: str) -> Form:
    """Read a form file. Raises FormUnreadable with a sentence when it is not a form at all; see `lint` for the rest."""
    if len(text) > MAX_SOURCE:
        raise FormUnreadable(f"a form has at most {MAX_SOURCE} characters; this one has {len(text)}")
    try:
        raw = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        raise FormUnreadable(f"the form is not JSON ({error}); save it again with the form editor") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("components"), list):
        raise FormUnreadable("the file holds no form: a list named components is missing")
    version = raw.get("schemaVersion")
    if not isinstance(version, int) or version < OLDEST_SCHEMA:
        raise FormUnreadable(
            f"schemaVersion must be {OLDEST_SCHEMA} or later; save it with a newer form editor"
        )
    components = tuple(read_component(it, f"component {n}") for n, it in enumerate(raw["components"], 1))
    form = Form(str(raw.get("id", "")), components)
    if sum(1 for _ in form.all()) > MAX_COMPONENTS:
        raise FormUnreadable(f"a form has at most {MAX_COMPONENTS} components; split the task")
    return form


def _decide(hide: str, names: Mapping[str, str], data: Mapping[str, Any], today: date | None) -> bool | None:
    if not hide:
        return False
    try:
        return bool(compile_expression(hide.removeprefix("="), names, "boolean").evaluate(data, today))
    except FeelError:
        return None


def _names(hide: str) -> frozenset[str]:
    try:
        return names_used(hide.removeprefix("=")) if hide else frozenset()
    except FeelError:
        return frozenset()


def _view(
    component: Component,
    values: Mapping[str, Any],
    translate: Callable[[str], str],
    hidden: Mapping[int, bool | None],
    steering: frozenset[str],
) -> FieldView:
    question = component.question or Question(component.type)
    return FieldView(
        type=component.type,
        key=component.key,
        label=translate(component.label) if component.label else "",
        description=translate(component.description) if component.description else "",
        value=_shown(component, values.get(component.key, component.default)) if component.question else None,
        options=tuple((value, translate(label) if label else value) for value, label in component.options),
        required=component.required,
        hidden=hidden[id(component)] is True,
        steers=component.key in steering,
        subtype=question.subtype if component.type == "datetime" else "",
        validation=question.validation,
        min_length=question.min_length,
        max_length=question.max_length,
        minimum=question.minimum,
        maximum=question.maximum,
        decimals=question.decimals,
        step=component.step,
        accept=question.accept,
        multiple=question.multiple,
        properties=component.properties,
        fields=tuple(_view(it, values, translate, hidden, steering) for it in component.components),
    )


def _shown(component: Component, value: Any) -> Any:
    """Give a value, typed or raw, in the shape its web control takes."""
    if component.type == "filepicker":
        return None
    if component.type == "checkbox":
        return value is True or (isinstance(value, str) and value in ("on", "true", "1"))
    if component.type == "checklist":
        return [str(it) for it in value] if isinstance(value, list | tuple) else [value] if value else []
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    if component.type == "datetime" and component.answers == "datetime" and isinstance(value, str | datetime):
        moment = as_moment(value) if isinstance(value, str) else value
        return f"{local(moment) if moment.tzinfo else moment:%Y-%m-%dT%H:%M}" if moment else value
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
