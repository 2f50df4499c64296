"""One component of a bpmn.io form, read from its JSON: what is shown, what is asked, what is odd about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.answer import Question
from engine.errors import FormUnreadable
from engine.upload import KINDS, ending

ASKING = {
    "textfield": "string",
    "textarea": "string",
    "number": "number",
    "datetime": "datetime",
    "select": "string",
    "radio": "string",
    "checklist": "list<string>",
    "checkbox": "boolean",
    "filepicker": "",
}
"""The components that ask something, with the type of their answers (files have none in expressions)."""

SHOWING = ("text", "group")
CHOOSING = ("select", "radio", "checklist")
SUBTYPES = ("date", "time", "datetime")
VALIDATIONS = ("email", "phone")
KEY = re.compile(r"[^\W\d]\w{0,79}")
TEXTFIELD_LENGTH, TEXTAREA_LENGTH = 300, 10_000
MAX_OPTIONS = 200
MAX_NESTING = 4

_PLAIN = {
    *("type", "id", "key", "label", "dateLabel", "timeLabel", "description", "text", "values", "validate"),
    *(
        "conditional",
        "defaultValue",
        "components",
        "subtype",
        "decimalDigits",
        "increment",
        "accept",
        "multiple",
    ),
    *("disallowPassedDates", "timeInterval", "use24h", "timeSerializingFormat", "layout", "properties"),
    *("appearance", "showOutline", "searchable", "serializeToString", "rows", "verticalAlignment"),
}
_VALIDATE = {"required", "minLength", "maxLength", "min", "max", "validationType"}


@dataclass(frozen=True)
class Component:
    """A component as drawn; `question` is None for what only shows. `oddities` are sentences for the lint."""

    type: str
    key: str
    label: str = ""
    description: str = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    hide: str = ""
    default: Any = None
    step: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    question: Question | None = None
    components: tuple[Component, ...] = ()
    oddities: tuple[str, ...] = ()

    @property
    def answers(self) -> str:
        """The type of its answers in expressions, or an empty text."""
        if self.question is None:
            return ""
        if self.type == "datetime":
            return {"date": "date", "time": "string"}.get(self.question.subtype, "datetime")
        return ASKING[self.type]

    def all(self) -> Iterator[Component]:
        """Give the component and what it holds, in reading order."""
        yield self
        for inner in self.components:
            yield from inner.all()


def read_component(raw: Any, place: str, depth: int = 0) -> Component:
    """Read one component. Raises FormUnreadable when it is no component at all; the rest becomes oddities."""
    if not isinstance(raw, dict) or not isinstance(raw.get("type"), str):
        raise FormUnreadable(f"{place} is not a component: it needs at least a type")
    if depth > MAX_NESTING:
        raise FormUnreadable(f"{place} lies more than {MAX_NESTING} groups deep; flatten the form")
    inside = raw.get("components", [])
    if not isinstance(inside, list):
        raise FormUnreadable(f"{place}: components must be a list")
    kind = raw["type"]
    labels = ("timeLabel", "dateLabel") if raw.get("subtype") == "time" else ("dateLabel", "label")
    label = "text" if kind == "text" else next((it for it in labels if _text(raw, it)), "label")
    validate = _mapping(raw, "validate")
    return Component(
        type=kind,
        key=_text(raw, "key") or _text(raw, "id"),
        label=_text(raw, label),
        description=_text(raw, "description"),
        options=_options(raw),
        required=validate.get("required") is True,
        hide=_text(_mapping(raw, "conditional"), "hide"),
        default=raw.get("defaultValue"),
        step=str(raw.get("increment", "")),
        properties={str(key): str(value) for key, value in _mapping(raw, "properties").items()},
        question=_question(raw, validate) if kind in ASKING else None,
        components=tuple(
            read_component(it, f"{place} item {n}", depth + 1) for n, it in enumerate(inside, 1)
        ),
        oddities=tuple(_oddities(raw, validate)),
    )


def _question(raw: Mapping[str, Any], validate: Mapping[str, Any]) -> Question:
    length = TEXTAREA_LENGTH if raw["type"] == "textarea" else TEXTFIELD_LENGTH
    accept = [ending("." + it.strip().lstrip(".")) for it in _text(raw, "accept").split(",") if it.strip()]
    return Question(
        type=raw["type"],
        subtype=raw["subtype"] if raw.get("subtype") in SUBTYPES else "date",
        choices=frozenset(value for value, _ in _options(raw)),
        min_length=_whole(validate.get("minLength")) or 0,
        max_length=_whole(validate.get("maxLength")) or length,
        minimum=_decimal(validate.get("min")),
        maximum=_decimal(validate.get("max")),
        decimals=_whole(raw.get("decimalDigits")),
        validation=_text(validate, "validationType"),
        not_past=raw.get("disallowPassedDates") is True,
        accept=tuple(accept) or tuple(KINDS),
        multiple=raw.get("multiple") is True,
    )


def _oddities(raw: Mapping[str, Any], validate: Mapping[str, Any]) -> Iterator[str]:
    kind = raw["type"]
    if kind not in ASKING and kind not in SHOWING:
        yield f"components of type {kind} are not shown here; use {', '.join((*ASKING, *SHOWING))}"
        return
    if validate.get("pattern"):
        yield 'free patterns are refused; use validationType "email" or "phone", or a choice'
    if validate.get("validationType", "") not in ("", "custom", *VALIDATIONS):
        yield f"validationType {validate['validationType']!r} is unknown; use {' or '.join(VALIDATIONS)}"
    if raw.get("valuesKey") or raw.get("valuesExpression"):
        yield "choices that come from data are not shown here; write them down in the form, or give the task a page"
    if raw.get("path"):
        yield "a path would hide the answers in a nested object; remove it"
    yield from _without_effect(raw, validate)


def _without_effect(raw: Mapping[str, Any], validate: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(raw.keys() - _PLAIN - {"path", "valuesKey", "valuesExpression"}):
        if raw[name] not in (None, False, "", [], {}):
            yield f"the setting {name} has no effect here; remove it"
    for name in sorted(validate.keys() - _VALIDATE - {"pattern"}):
        if validate[name] not in (None, False, ""):
            yield f"the setting validate.{name} has no effect here; remove it"
    for name in ("minLength", "maxLength", "min", "max"):
        asked = validate.get(name)
        if asked not in (None, "") and (_decimal(asked) if name in ("min", "max") else _whole(asked)) is None:
            yield f"validate.{name} must be a number, not a text or expression"
    for name in ("label", "dateLabel", "timeLabel", "description", "text"):
        shown = _text(raw, name)
        if shown.startswith("=") or "{{" in shown or "{%" in shown:
            yield f"{name} holds an expression or template, which is not computed here; write plain words"


def _options(raw: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    given = raw.get("values")
    pairs = [it for it in given if isinstance(it, dict)] if isinstance(given, list) else []
    return tuple((str(it.get("value", "")), str(it.get("label", ""))) for it in pairs)


def _mapping(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name)
    return found if isinstance(found, dict) else {}


def _text(raw: Mapping[str, Any], name: str) -> str:
    found = raw.get(name)
    return found if isinstance(found, str) else ""


def _whole(value: Any) -> int | None:
    return (
        value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_000_000 else None
    )


def _decimal(value: Any) -> Decimal | None:
    """Read a bound; the bpmn.io editor writes it as a number or as a text holding one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    return Decimal(str(value)) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", str(value)) else None
