"""The cells of decision tables, as dmn-js writes them."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import FeelError
from engine.feel.unary import compile_unary_tests

TODAY = date(2026, 3, 2)
NAMES = {"limit": "number", "kinds": "list<string>"}
VALUES = {"limit": 10, "kinds": ["a", "b"]}


@pytest.mark.parametrize(
    ("cell", "kind", "takes", "leaves"),
    [
        ("-", "number", [1, None], []),
        ("", "string", ["x", None], []),
        ('"low","high"', "string", ["low", "high"], ["mid", None]),
        ('not("low","high")', "string", ["mid"], ["low", "high", None]),
        ("[1..5]", "number", [1, 3, 5], [0, 6, None]),
        ("(1..5)", "number", [2], [1, 5]),
        ("]1..5[", "number", [2], [1, 5]),
        ("[1..5],[8..9]", "number", [1, 8], [6]),
        ("< 5", "number", [4], [5, None]),
        (">= limit", "number", [10], [9]),
        ("< 5, > limit", "number", [4, 11], [5, 10]),
        ("-5", "number", [-5], [5]),
        ("= 5", "number", [5], [4]),
        ("!= 5", "number", [4], [5, None]),
        ("true", "boolean", [True], [False, None]),
        ("not(true)", "boolean", [False], [True, None]),
        ("null", "string", [None], ["x"]),
        ('null,"a"', "string", [None, "a"], ["x"]),
        ("not(null)", "string", ["x"], [None]),
        ("kinds", "string", ["a"], ["c"]),
        ('("a","b")', "string", ["a"], ["c"]),
        ('date("2026-03-02")', "date", [TODAY], [date(2026, 3, 3)]),
        ("<= today()", "date", [TODAY], [date(2026, 3, 3)]),
        ("limit * 2", "number", [20], [10]),
    ],
)
def test_a_cell_takes_and_leaves_what_dmn_says(cell, kind, takes, leaves):
    tests = compile_unary_tests(cell, kind, NAMES)
    assert [value for value in takes if not tests.match(value, VALUES, TODAY)] == []
    assert [value for value in leaves if tests.match(value, VALUES, TODAY)] == []


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ('"a"', "TYPE"),
        ("< true", "TYPE"),
        ("1,", "SYNTAX"),
        ("not(1", "SYNTAX"),
        ("- 1 -", "SYNTAX"),
        ("? > 5", "SYNTAX"),
        ("< 5 or True", "SYNTAX"),
        ("< < 5", "SYNTAX"),
        ("nope", "NAME"),
        ("1," * 150 + "1", "LIMIT"),
    ],
)
def test_a_cell_that_is_not_a_test_is_refused(cell, code):
    with pytest.raises(FeelError) as refused:
        compile_unary_tests(cell, "number", NAMES)
    assert refused.value.code == code


def test_a_reversed_range_is_an_error_and_not_a_cell_that_never_matches():
    with pytest.raises(FeelError, match="begins after it ends"):
        compile_unary_tests("[5..1]", "number", {}).match(3, {}, TODAY)
