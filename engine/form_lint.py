"""What is wrong with a form although it can be read: a sentence with its remedy for each finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from engine.answer import read_answer
from engine.component import ASKING, CHOOSING, KEY, MAX_OPTIONS, Component
from engine.errors import FeelError, Problem
from engine.feel.expression import compile_expression
from engine.upload import KINDS


def findings(components: Sequence[Component], names: Mapping[str, str] | None) -> Iterator[str]:
    """Look at every component, in reading order, groups already opened.

    `names`: the process's declared fields, or None when only the form itself is at hand.
    """
    known = {**(names or {}), **{it.key: it.answers for it in components if it.answers}}
    counts = Counter(it.key for it in components if it.type in ASKING)
    for key, count in counts.items():
        if count > 1:
            yield f"{key}: the key is used {count} times; give every field its own"
    for it in components:
        where = it.key or it.type
        for sentence in (*it.oddities, *_wording(it), *_hiding(it, known, complete=names is not None)):
            yield f"{where}: {sentence}"
        if it.question is None:
            continue
        for sentence in (*_keys(it, names or {}), *_choosing(it), *_bounds(it)):
            yield f"{where}: {sentence}"


def _wording(it: Component) -> Iterator[str]:
    if it.type == "text" and not it.label.strip():
        yield "the text is empty; write it or remove the component"
    if it.type in ASKING and not it.label.strip():
        yield "the label is missing; people who do not see the page need it"


def _hiding(it: Component, known: Mapping[str, str], *, complete: bool) -> Iterator[str]:
    if not it.hide:
        return
    if not it.hide.startswith("="):
        yield "the hide condition must begin with ="
        return
    try:
        expression = compile_expression(it.hide[1:], known, "boolean")
    except FeelError as error:
        if complete or error.code != "NAME":
            yield f"the hide condition cannot be used: {error}"
        return
    if it.key in expression.names_used and it.type in ASKING:
        yield "the field hides itself; let another field decide"


def _keys(it: Component, names: Mapping[str, str]) -> Iterator[str]:
    if not KEY.fullmatch(it.key):
        yield "the key must begin with a letter and hold only letters, digits and _"
    declared = names.get(it.key)
    if declared is not None and it.answers and declared != it.answers:
        yield f"the process declares this field as {declared}, the form gives {it.answers}; make them agree"


def _choosing(it: Component) -> Iterator[str]:
    if it.type not in CHOOSING:
        return
    values = [value for value, _ in it.options]
    if not values:
        yield "there is nothing to choose from; write the choices down"
    if len(values) > MAX_OPTIONS:
        yield f"there are {len(values)} choices, at most {MAX_OPTIONS} are shown"
    if len(set(values)) != len(values):
        yield "two choices have the same value"
    if not all(value.strip() and label.strip() for value, label in it.options):
        yield "every choice needs a value and a label"


def _bounds(it: Component) -> Iterator[str]:
    question = it.question
    if question is None:
        return
    if question.min_length > question.max_length:
        yield "minLength is greater than maxLength, so nothing can be answered"
    if question.minimum is not None and question.maximum is not None and question.minimum > question.maximum:
        yield "min is greater than max, so nothing can be answered"
    if strange := [ending for ending in question.accept if ending not in KINDS]:
        yield f"files ending in {', '.join(strange)} are not taken; choose among {', '.join(KINDS)}"
    if it.step and not _is_step(it.step):
        yield "increment must be a number above 0"
    if it.default is not None and isinstance(read_answer(question, it.default, None), Problem):
        yield "the default value would be refused as an answer; change or remove it"


def _is_step(step: str) -> bool:
    return step.replace(".", "", 1).isdecimal() and Decimal(step) > 0
