"""Process data: what fits its declared type comes back as it went in, what does not is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ValueRefused
from engine.field import TYPES, coerce, freeze, thaw

VALUES = {
    "string": st.text(max_size=50),
    "number": st.integers(-(2**53), 2**53) | st.decimals(allow_nan=False, allow_infinity=False, places=6),
    "boolean": st.booleans(),
    "date": st.dates(),
    "datetime": st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    "list<string>": st.lists(st.text(max_size=10), max_size=5),
    "list<number>": st.lists(st.integers(-99, 99) | st.decimals(-9, 9, places=2), max_size=5),
}


@given(st.data(), st.sampled_from(TYPES))
def test_a_value_comes_back_as_it_went_in(data: st.DataObject, kind: str) -> None:
    value = coerce("x", kind, data.draw(st.none() | VALUES[kind]))
    stored = freeze({"x": kind}, {"x": value})
    assert thaw({"x": kind}, orjson.loads(stored)) == {"x": value}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string", 1), ("string", "x" * 1001), ("number", "1"), ("number", True), ("number", float("nan")),
        ("number", Decimal("inf")), ("boolean", 1), ("date", datetime(2026, 1, 1, tzinfo=UTC)), ("date", "soon"),
        ("datetime", date(2026, 1, 1)), ("datetime", datetime(2026, 1, 1)), ("datetime", "2026-01-01T10:00:00"),  # noqa: DTZ001
        ("list<string>", "x"), ("list<string>", ["x", 1]), ("list<number>", list(range(1001))), ("string", {"typename": "x"}),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(ValueRefused):
        coerce("x", kind, value)


def test_data_that_grows_too_large_is_refused() -> None:
    fields = {f"f{n}": "string" for n in range(100)}
    with pytest.raises(ValueRefused, match="rows"):
        freeze(fields, dict.fromkeys(fields, "x" * 999))


def test_a_name_that_is_not_declared_is_dropped() -> None:
    assert thaw({"x": "number"}, {"x": 1, "typename": "Task"}) == {"x": 1}
