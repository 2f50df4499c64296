"""How a diagram finds its Python: one rule, typed, with the nearest name when it misses."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

import pytest

from engine.errors import ServiceMisfit, ServiceUnknown
from engine.service import Services, _bind, feel_types
from tests.engine.clerk import letter

SERVICES = Services("tests.engine.clerk")


def test_a_name_is_a_room_and_a_verb() -> None:
    found = SERVICES.find("letter/write")
    assert (found.function, found.inputs, found.outputs) == (letter.write, letter.Write, letter.Written)
    assert SERVICES.find("letter/post").later
    assert SERVICES.fact("letter.unanswered").gives is int


@pytest.mark.parametrize(
    "name", ["letter/wrote", "leter/write", "letter/Write", "letter/unanswered", "os/system", "letter", "", "letter/__doc__",
             "../letter/write", "letter/text", "archive/write"],
)  # fmt: skip
def test_a_name_that_is_no_service_is_refused(name: str) -> None:
    with pytest.raises(ServiceUnknown):
        SERVICES.find(name)


def test_the_nearest_name_is_offered() -> None:
    with pytest.raises(ServiceUnknown, match="did you mean letter/write"):
        SERVICES.find("letter/wrlte")


def test_a_service_is_no_fact_and_a_fact_no_service() -> None:
    with pytest.raises(ServiceUnknown):
        SERVICES.fact("letter.write")
    assert "letter/write" in SERVICES.names()
    assert "archive/write" not in SERVICES.names()
    assert SERVICES.facts() == ["letter.unanswered"]


def test_a_function_that_cannot_be_bound_says_how_to_write_it() -> None:
    def two(_a: letter.Write, _b: letter.Write) -> None: ...
    def untyped(*, step) -> None: ...  # type: ignore[no-untyped-def]
    def text(_a: str) -> None: ...

    for function in (two, untyped, text):
        with pytest.raises(ServiceMisfit):
            _bind("x/y", function, later=False)


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("annotation", "kinds"),
    [
        (int, {"number"}), (Decimal | None, {"number"}), (bool, {"boolean"}), (str | int, {"string", "number"}),
        (Literal["a", "b"], {"string"}), (Colour, {"string"}), (date, {"date"}), (datetime, {"datetime"}),
        (list[str], {"list<string>"}), (list[int] | None, {"list<number>"}), (dict[str, str], set()), (Any, set()),
    ],
)  # fmt: skip
def test_annotations_are_read_as_types_of_the_expression_language(annotation: Any, kinds: set[str]) -> None:
    assert feel_types(annotation) == kinds
