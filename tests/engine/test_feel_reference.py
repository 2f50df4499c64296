"""The reference page of the language says what the code does."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from engine.feel import limits
from engine.feel.checking import TYPES
from engine.feel.expression import compile_expression
from engine.feel.functions import FUNCTIONS
from engine.feel.unary import compile_unary_tests

PAGE = (Path(__file__).parents[2] / "docs/reference/feel.md").read_text(encoding="utf-8")
NAMES = {
    "osalejaid": "number",
    "otsus": "string",
    "kiire": "boolean",
    "tähtaeg": "date",
    "sildid": "list<string>",
    "feedback.unanswered": "number",
    "opens_at": "datetime",
    "size": "number",
}


def rows(title):
    """Give the cells of the first table under a heading."""
    section = PAGE.split(f"\n## {title}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_function_table_is_the_codes():
    drawn = [[f"`{name}`", ", ".join(it.takes) or "–", it.gives, it.says] for name, it in FUNCTIONS.items()]
    assert rows("Functions") == drawn


def test_the_limits_are_the_codes():
    assert {row[0].strip("`"): int(row[1]) for row in rows("Limits")} == {
        name: value for name, value in vars(limits).items() if name.startswith("MAX_")
    }


def test_the_types_are_the_codes():
    assert tuple(row[0].strip("`") for row in rows("Types")) == TYPES


@pytest.mark.parametrize("example", re.split(r"\s{3,}|\n", PAGE.split("```")[1].strip()))
def test_every_example_compiles(example):
    assert compile_expression(example, NAMES).type in ("boolean", "number")


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (cell, "string" if '"low"' in cell or "kinds" in cell else kind)
        for row in rows("Cells of a decision table")
        for cell in re.findall(r"`([^`]*)`", row[0])
        for kind in [{"true": "boolean", 'date("2026-03-01")': "date"}.get(cell, "number")]
    ],
)
def test_every_cell_of_the_page_compiles(cell, kind):
    tests = compile_unary_tests(cell, kind, {"limit": "number", "kinds": "list<string>"})
    assert tests.match(None, {}, date(2026, 3, 1)) is (cell in ("-", "null"))
