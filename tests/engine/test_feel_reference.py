"""The reference page of the language says what the code does."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from engine.errors import FeelError
from engine.feel import limits
from engine.feel.checking import TYPES
from engine.feel.expression import compile_expression
from engine.feel.functions import FUNCTIONS
from engine.feel.grammar import RESERVED, read_expression, read_tests
from engine.feel.unary import compile_unary_tests
from tests.engine.feel_grammar import accepts, make, read_grammar
from tests.engine.test_feel_peer import ask_peer

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


GRAMMAR = read_grammar(PAGE.split("\n## Grammar", 1)[1].split("```")[1])
WORDS = {
    "number": ["1", "2.5"],
    "text": ['"2026-03-01"', '"P3D"', '"2026-03-01T09:00:00Z"'],
    "name": ["osalejaid", "feedback.unanswered", "õ_1"],
    "function": [it for it in FUNCTIONS if it != "days between"],  # `days` could as well be a name
}
PIECES = [
    *(
        ("word", it)
        for it in [
            "if",
            "then",
            "else",
            "and",
            "or",
            "not",
            "between",
            "in",
            "true",
            "false",
            "null",
            "date",
            "time",
            "duration",
        ]
    ),
    *(
        ("word", it)
        for it in ["=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "(", ")", "[", "]", "]", "[", "..", ","]
    ),
    *((kind, it) for kind, words in WORDS.items() for it in words if kind != "function"),
    *(("function", it) for it in ("count", "starts with")),
]


def spelled(tokens):
    return " ".join(text for _, text in tokens)


def reads(start, source):
    """Whether our reader takes a text; None when it stops for another reason than its syntax."""
    try:
        (read_tests if start == "cell" else read_expression)(source)
    except FeelError as error:
        content = "takes a text" not in str(error) and "write date(" in str(error)
        return None if error.code != "SYNTAX" or content else False
    return True


def changed(tokens, chance):
    """Lose, double or exchange a piece or two."""
    tokens = list(tokens)
    for _ in range(chance.randint(0, 2)):
        place = chance.randrange(len(tokens) + 1)
        tokens[place : place + chance.randint(0, 1)] = chance.sample(PIECES, chance.randint(0, 1))
    return tokens


@pytest.mark.parametrize("start", ["expression", "cell"])
def test_the_grammar_of_the_page_accepts_what_the_reader_reads_and_nothing_else(start):
    chance, seen = random.Random(7), Counter()
    while sum(seen.values()) < 800:
        tokens = make(GRAMMAR, start, chance, WORDS)
        if len(tokens) > 40:
            continue
        tokens = changed(tokens, chance)
        expected, found = accepts(GRAMMAR, start, tokens), reads(start, spelled(tokens))
        if found is not None:
            assert found is expected, spelled(tokens)
            seen[found] += 1
    assert min(seen[True], seen[False]) > 100


def test_the_words_a_name_cannot_be_are_the_codes():
    said = PAGE.split("is none of", 1)[1].split(". Blanks", 1)[0]
    assert set(re.findall(r"`(\w+)`", said)) == RESERVED


@pytest.fixture(scope="module")
def differences():
    """Each row of the page's table of differences, with what feelin answers now."""
    found = [[cell.strip("`") for cell in row] for row in rows("Where it differs")]
    values = {"size": 7, "otsus": "edasi", "unset": None}
    answers = ask_peer([{"text": source, "values": values} for source, _, _ in found])
    return [(*row, answer) for row, answer in zip(found, answers, strict=True)]


def test_every_difference_from_another_engine_is_as_the_page_says(differences):
    names = {**NAMES, "unset": "number"}
    for source, here, there, answer in differences:
        assert _ours(source, names) == here, source
        assert ("an error" if "error" in answer else json.dumps(answer["value"])) == there, source


def _ours(source, names):
    try:
        value = compile_expression(source, names).evaluate(
            {"size": 7, "otsus": "edasi", "unset": None}, date(2026, 3, 1)
        )
    except FeelError as error:
        return error.code
    return json.dumps(value, default=str).strip('"')
