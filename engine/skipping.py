"""Going on past a step that keeps failing: what it would have given comes from a person, checked like its own.

What may be given is what the failed element declares: the fields of the process that its result names, each by its
type, and all of them together by the service's own model. Of a task somebody does, it is what its form asks and the
process remembers, and what its operation gives; the operation is not run. Nothing else of the step is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError

from engine import field
from engine.clock import ZONE
from engine.component import CHOOSING, Component
from engine.errors import AnswersRefused, NotOpen, Problem, ServiceUnknown, ValueRefused
from engine.process import Process
from engine.service import Services


@dataclass(frozen=True)
class Result:
    """A value the failed element would have given: its field, the field's type, the values it may take (if few).

    `label` and the second of each choice are the words of the form that asks for the field, in the source language;
    where no form does, the label is empty and a choice is called by its value.
    """

    name: str
    kind: str
    required: bool
    choices: tuple[tuple[str, str], ...] = ()
    label: str = ""


@dataclass(frozen=True)
class Skip:
    """An element to go on past: its path, the checked values instead of its results, and how long the reason is."""

    path: str
    values: Mapping[str, Any]
    reason_length: int


def results(process: Process, services: Services, path: str, task: str = "") -> list[Result]:
    """Out: what must be given to go on past an element, in declared order. Errors: NotOpen when it gives no results.

    In: `task`, the path of the task somebody did when it broke: the element itself, or one the element comes after.
    """
    asked = _of_task(process, services, task) if task else []
    given = _of_element(process, services, path) if path != task else []
    known = {it.name: it for it in (*asked, *given)}
    return [_worded(process, it) for it in known.values()]


def _of_element(process: Process, services: Services, path: str) -> list[Result]:
    element = _located(process, path)
    if element.kind == "businessRuleTask":
        decision = process.decisions.get(element.decision or "")
        names = [it.name for it in decision.outputs] if decision else []
        return [Result(it, process.fields[it], required=True) for it in names if it in process.fields]
    operation = element.operation or element.properties.get("operation")
    if not operation:
        raise NotOpen(f"{path} is no service and no decision; try it again, or cancel the case.")
    return _given_by(process, services, operation)


def _of_task(process: Process, services: Services, task: str) -> list[Result]:
    """What the form of a task asks and the process remembers, and what its operation gives."""
    form = process.form(task)
    asked = [
        Result(it.key, process.fields[it.key], it.required and not it.hide)
        for it in (form.all() if form is not None else ())
        if it.question is not None and it.key in process.fields
    ]
    operation = _located(process, task).properties.get("operation")
    return asked + (_given_by(process, services, operation) if operation else [])


def _given_by(process: Process, services: Services, operation: str) -> list[Result]:
    try:
        outputs = services.find(operation).outputs
    except ServiceUnknown:
        outputs = None  # a service that is gone gives nothing any more
    fields = outputs.model_fields if outputs is not None else {}
    return [
        Result(name, process.fields[name], it.is_required(), _choices(it.annotation))
        for name, it in fields.items()
        if name in process.fields
    ]


def _worded(process: Process, it: Result) -> Result:
    """Out: a result with the words of the first form of the process that asks for it."""
    asking = _asking(process, it.name)
    if asking is None:
        return it
    offered = asking.options if asking.type in CHOOSING and not it.kind.startswith("list") else ()
    named = dict(offered)
    allowed = tuple((value, named.get(value, value)) for value, _ in it.choices or offered)
    return replace(it, label=asking.label, choices=allowed)


def _asking(process: Process, name: str) -> Component | None:
    for path in sorted(process.files):
        if path.endswith(".form") and (form := process.form(PurePosixPath(path).stem)) is not None:
            found = next((it for it in form.all() if it.key == name and it.question is not None), None)
            if found is not None:
                return found
    return None


def check(
    process: Process, services: Services, path: str, given: Mapping[str, Any], task: str = ""
) -> dict[str, Any]:
    """Bring what a person gives to the types of the results. In: texts as typed, or typed values; `task` as in `results`.

    Errors: AnswersRefused (a Problem by field; an unknown field is one too), NotOpen.
    """
    wanted = {it.name: it for it in results(process, services, path, task)}
    problems = {name: Problem("not_a_result") for name in given if name not in wanted}
    values: dict[str, Any] = {}
    for name, it in wanted.items():
        raw = given.get(name)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if it.required:
                problems[name] = Problem("required")
            continue
        found = _typed(it, raw)
        if isinstance(found, Problem):
            problems[name] = found
        else:
            values[name] = found
    if not problems:
        for place in {path, task} - {""}:
            problems |= _against_model(process, services, place, values)
    if problems:
        raise AnswersRefused(problems)
    return values


def _typed(it: Result, raw: Any) -> Any:
    """Out: the value in its field's form, or the Problem with it."""
    try:
        value = field.coerce(it.name, it.kind, _read(it.kind, raw.strip()) if isinstance(raw, str) else raw)
    except (ValueRefused, ValueError, InvalidOperation):
        return Problem(_CODES.get(it.kind, "not_a_choice"))
    if it.choices and str(value) not in {value for value, _ in it.choices}:
        return Problem("not_a_choice")
    return value


def _read(kind: str, text: str) -> Any:
    if kind == "number":
        number = Decimal(text.replace(",", "."))
        return int(number) if number == number.to_integral_value() and abs(number) < 10**15 else number
    if kind == "boolean":
        return {"true": True, "false": False}[text.lower()] if text.lower() in ("true", "false") else text
    if kind == "datetime":
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)  # what people type is local time
    if kind.startswith("list<"):
        return [_read(kind[5:-1], line.strip()) for line in text.splitlines() if line.strip()]
    return text


_CODES = {
    "string": "too_long",
    "number": "not_a_number",
    "boolean": "not_a_choice",
    "date": "not_a_date",
    "datetime": "not_a_datetime",
    "list<string>": "too_long",
    "list<number>": "not_a_number",
}


def _against_model(
    process: Process, services: Services, path: str, values: Mapping[str, Any]
) -> dict[str, Problem]:
    element = _located(process, path)
    operation = element.operation or element.properties.get("operation")
    if element.kind == "businessRuleTask" or not operation or not _given_by(process, services, operation):
        return {}
    outputs = services.find(operation).outputs
    try:
        if outputs is not None:
            outputs.model_validate(values)
    except ValidationError as error:
        return {str(it["loc"][0]) if it["loc"] else "": Problem("not_a_choice") for it in error.errors()}
    return {}


def _choices(annotation: Any) -> tuple[tuple[str, str], ...]:
    if get_origin(annotation) is Literal:
        return tuple((str(it), str(it)) for it in get_args(annotation))
    return ()


def _located(process: Process, path: str) -> Any:
    try:
        return process.locate(path)[1]
    except KeyError as error:
        raise NotOpen(
            f"{path or 'what failed'} is no element of the process; it cannot be skipped."
        ) from error
