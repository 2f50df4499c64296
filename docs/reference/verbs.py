"""`verbs.md`: what a diagram may call, from the functions themselves."""

from __future__ import annotations

import inspect
import types
from datetime import date, datetime
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from docs.reference.writing import docstring, first_sentence, page, table
from engine.service import Binding, Services

PACKAGE = "processes.services"
INTRO = """A service task (`serviceTaskOperator id="room/verb"`) and a user task's property `operation` name a function
`verb` in `processes/services/room.py`. Nothing else can be called from a diagram. A guard may read a fact, written
`room.verb`. How to draw them: [Drawing a consultation](../../bpmn/README.md).

A verb takes what the task's form or parameters give under the same names, and leaves the rest. What it gives under a
name that `process.toml` declares becomes process data. Everything a verb does lies in the transaction of its step;
one marked "later" runs as a job of its own right after it."""


def text() -> str:
    """Out: the page."""
    services = Services(PACKAGE)
    verbs = [services.find(name) for name in services.names()]
    facts = [services.fact(name) for name in services.facts()]
    overview = table(
        ["verb", "what it does"],
        [[f"[`{it.name}`](#{_anchor(it)})", first_sentence(it.function)] for it in verbs],
    )
    known = table(
        ["fact", "type", "what it says"],
        [[f"`{it.name}`", _type(it.gives), first_sentence(it.function)] for it in facts],
    )
    return page(
        "Verbs and facts",
        "`processes/services/`",
        INTRO,
        "## Facts",
        known,
        "## Verbs",
        overview,
        *map(_section, verbs),
    )


def _anchor(verb: Binding) -> str:
    return verb.name.replace("/", "")


def _section(verb: Binding) -> str:
    parts = [f"### {verb.name}", docstring(verb.function)]
    if verb.later:
        parts.append("Runs later, as a job of its own.")
    parts += [_values("Takes", verb.inputs, asks=True), _values("Gives", verb.outputs, asks=False)]
    return "\n\n".join(it for it in parts if it)


def _values(what: str, model: type[BaseModel] | None, *, asks: bool) -> str:
    if model is None:
        return ""
    said = first_sentence(model) if inspect.getdoc(model) != inspect.getdoc(BaseModel) else ""
    heads = ["name", "type", "must be given"] if asks else ["name", "type"]
    rows = [
        [f"`{name}`", _type(it.annotation), *(["yes" if it.is_required() else "no"] if asks else [])]
        for name, it in model.model_fields.items()
    ]
    return f"{what}: {said}\n\n{table(heads, rows)}"


def _type(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return " or ".join("nothing" if it is type(None) else _type(it) for it in get_args(annotation))
    if origin is Literal:
        return ", ".join(f"`{it}`" for it in get_args(annotation))
    if origin in (list, tuple):
        return f"list of {_type(get_args(annotation)[0])}"
    names = {
        str: "string",
        int: "number",
        float: "number",
        bool: "boolean",
        date: "date",
        datetime: "datetime",
    }
    return names.get(annotation, getattr(annotation, "__name__", str(annotation)))
