"""What the expression language promises those who draw processes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FeelError
from engine.feel.expression import compile_expression, names_used

NAMES = {
    "osalejaid": "number",
    "otsus": "string",
    "kiire": "boolean",
    "tähtaeg": "date",
    "ends": "datetime",
    "grace": "duration",
    "sildid": "list<string>",
    "hinded": "list<number>",
    "feedback.unanswered": "number",
}
VALUES = {
    "osalejaid": 11,
    "otsus": "edasi",
    "kiire": False,
    "tähtaeg": date(2026, 3, 1),
    "ends": datetime(2026, 3, 1, 7, tzinfo=UTC),
    "grace": timedelta(days=3),
    "sildid": ["a", "b"],
    "hinded": [1, Decimal("2.5")],
    "feedback": {"unanswered": 0},
}
TODAY = date(2026, 3, 2)


def compute(source, values=VALUES):
    return compile_expression(source, NAMES).evaluate(values, TODAY)


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ('osalejaid >= 10 and otsus = "edasi"', True),
        ('otsus in ("edasi", "tagasi")', True),
        ("osalejaid in [1..11)", False),
        ("osalejaid in [1..11]", True),
        ("osalejaid in (10..11]", True),
        ("osalejaid in ]11..12]", False),
        ("osalejaid in [1..11[", False),
        ('tähtaeg + duration("P14D") > today()', True),
        ('tähtaeg - duration("P1D") = date("2026-02-28")', True),
        ("tähtaeg + grace", date(2026, 3, 4)),
        ("days between(tähtaeg, today())", 1),
        ("days between(today(), tähtaeg)", -1),
        ("count(sildid) = 0", False),
        ("count([]) = 0", True),
        ("if kiire then 7 else 21", 21),
        ('if kiire then 1 else if otsus = "edasi" then 2 else 3', 2),
        ("feedback.unanswered = 0", True),
        ('ends < date and time("2026-03-01T09:00:01+02:00")', True),
        ('ends = date and time("2026-03-01T09:00:00+02:00")', True),
        ("osalejaid between 1 and 11", True),
        ("osalejaid between 1 and 10 or not(kiire)", True),
        ('"a" in sildid and list contains(sildid, "b")', True),
        ("sum(hinded)", Decimal("3.5")),
        ("max(hinded) - min(hinded)", Decimal("1.5")),
        ("min([]) = null", True),
        ("sum([])", 0),
        ("floor(-2.5) + ceiling(-2.5)", -5),
        ("abs(-3)", 3),
        ('upper case("õ") + lower case("Ä")', "Õä"),
        ('contains(otsus, "das") and starts with(otsus, "e") and ends with(otsus, "si")', True),
        ('string length("tšš")', 3),
        ('"say \\"hi\\"\\n"', 'say "hi"\n'),
        ("1 + 2 * 3 - -4", 11),
        ("(1 + 2) * 3", 9),
        ("true or false and false", True),
        ("1 + 1 = 2", True),
        ("0.1 + 0.2 = 0.3", True),
        ('if otsus = "x" then "a" else null', None),
        ("[1, 2]", [1, 2]),
        ("null", None),
    ],
)
def test_an_expression_means_what_dmn_says(source, answer):
    assert compute(source) == answer


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("1 = 1 = 1", "SYNTAX"),
        ("1 < osalejaid < 20", "SYNTAX"),
        ("osalejaid >", "SYNTAX"),
        ("'edasi'", "SYNTAX"),
        ("osalejaid / 2", "SYNTAX"),
        ("not kiire", "SYNTAX"),
        ("not(kiire, kiire)", "SYNTAX"),
        ('date("2026-02-30") = tähtaeg', "SYNTAX"),
        ('date("20260301") = tähtaeg', "SYNTAX"),
        ("date(otsus) = tähtaeg", "SYNTAX"),
        ('date and time("2026-03-01T09:00:00") = ends', "SYNTAX"),
        ('duration("P1M") = grace', "SYNTAX"),
        ("[1..2]", "SYNTAX"),
        ("then", "SYNTAX"),
        ("osaleja = 1", "NAME"),
        ("matches(otsus)", "FUNCTION"),
        ("otsus(1)", "FUNCTION"),
        ("today > tähtaeg", "NAME"),
        ("otsus = 1", "TYPE"),
        ("otsus > 1", "TYPE"),
        ("kiire > kiire", "TYPE"),
        ("tähtaeg < ends", "TYPE"),
        ("osalejaid + otsus", "TYPE"),
        ("otsus and kiire", "TYPE"),
        ('[1, "a"]', "TYPE"),
        ("[null]", "TYPE"),
        ("[[1]]", "TYPE"),
        ('if kiire then 1 else "a"', "TYPE"),
        ("if 1 then 1 else 2", "TYPE"),
        ("count(otsus)", "TYPE"),
        ("count()", "TYPE"),
        ("list contains(sildid, 1)", "TYPE"),
        ('osalejaid in ("a", "b")', "TYPE"),
        ("osalejaid in otsus", "TYPE"),
        ('"a" in [1..2]', "TYPE"),
        ("-otsus", "TYPE"),
    ],
)
def test_what_is_not_in_the_language_is_refused_before_it_runs(source, code):
    with pytest.raises(FeelError) as refused:
        compile_expression(source, NAMES)
    assert refused.value.code == code
    assert refused.value.position is not None


@pytest.mark.parametrize(
    ("source", "values", "code"),
    [
        ("osalejaid > 1", {}, "NAME"),
        ("feedback.unanswered = 0", {"feedback": {}}, "NAME"),
        ("feedback.unanswered = 0", {"feedback": 3}, "NAME"),
        ("osalejaid > 1", {"osalejaid": None}, "NULL"),
        ("osalejaid = 1", {"osalejaid": None}, "NULL"),
        ('otsus in ("a")', {"otsus": None}, "NULL"),
        ("not(kiire)", {"kiire": None}, "NULL"),
        ("kiire and true", {"kiire": None}, "NULL"),
        ("count(sildid)", {"sildid": None}, "NULL"),
        ("sum(hinded)", {"hinded": [None]}, "NULL"),
        ("min([]) > 1", {}, "NULL"),
        ("osalejaid > 1", {"osalejaid": True}, "VALUE"),
        ("osalejaid > 1", {"osalejaid": "5"}, "VALUE"),
        ("osalejaid > 1", {"osalejaid": float("nan")}, "VALUE"),
        ("kiire", {"kiire": 1}, "VALUE"),
        ("tähtaeg = today()", {"tähtaeg": datetime(2026, 3, 1, tzinfo=UTC)}, "VALUE"),
        ("tähtaeg = today()", {"tähtaeg": "1.3.2026"}, "VALUE"),
        ('ends = date and time("2026-03-01T09:00:00Z")', {"ends": datetime(2026, 3, 1)}, "VALUE"),  # noqa: DTZ001
        ("osalejaid in [5..1]", {"osalejaid": 3}, "VALUE"),
        ("osalejaid between 5 and 1", {"osalejaid": 3}, "VALUE"),
        ("osalejaid > 1", {"osalejaid": 10**15 + 1}, "LIMIT"),
        ("osalejaid * osalejaid", {"osalejaid": 10**15}, "LIMIT"),
        ('tähtaeg + duration("P9999D")', {"tähtaeg": date(9999, 1, 1)}, "LIMIT"),
        ("count(sildid)", {"sildid": ["a"] * 1001}, "LIMIT"),
        ("string length(otsus)", {"otsus": "a" * 10_001}, "LIMIT"),
        ("otsus + otsus", {"otsus": "a" * 6_000}, "LIMIT"),
    ],
)
def test_a_missing_or_wrong_value_is_an_error_and_never_false(source, values, code):
    with pytest.raises(FeelError) as refused:
        compute(source, values)
    assert refused.value.code == code


def test_null_may_be_asked_for_and_guards_what_follows():
    source = "osalejaid != null and osalejaid > 3"
    assert compute(source, {"osalejaid": None}) is False
    assert compute(source, {"osalejaid": 4}) is True
    assert compute("osalejaid = null or osalejaid > 3", {"osalejaid": None}) is True


def test_the_wanted_type_is_demanded():
    assert compile_expression("1", NAMES, "number").type == "number"
    assert compile_expression("[]", NAMES, "list<string>").evaluate({}, TODAY) == []
    with pytest.raises(FeelError, match="expected boolean"):
        compile_expression("1", NAMES, "boolean")


def test_dates_and_moments_are_also_read_from_stored_text():
    stored = {"tähtaeg": "2026-03-01", "ends": "2026-03-01T09:00:00+02:00", "grace": "P3D"}
    assert compute('tähtaeg + grace = date("2026-03-04")', stored) is True
    assert compute('ends = date and time("2026-03-01T07:00:00Z")', stored) is True


def test_a_dotted_fact_is_found_flat_or_nested():
    assert compute("feedback.unanswered", {"feedback.unanswered": 2}) == 2
    assert compute("feedback.unanswered", {"feedback": {"unanswered": 3}}) == 3


def test_the_names_an_expression_reads_are_known_without_running_it():
    expression = compile_expression("if kiire then osalejaid else feedback.unanswered", NAMES)
    assert expression.names_used == {"kiire", "osalejaid", "feedback.unanswered"}
    assert names_used("undeclared + 1") == {"undeclared"}


def test_an_error_says_where_and_offers_the_nearest_name():
    with pytest.raises(FeelError, match=r"did you mean osalejaid\? \(character 10\)") as refused:
        compile_expression("kiire or osaleja > 1", NAMES)
    assert (refused.value.code, refused.value.position) == ("NAME", 9)


def test_a_field_of_unknown_type_cannot_be_read():
    with pytest.raises(FeelError, match="declared as 'file'"):
        compile_expression("plan = null", {"plan": "file"})


def test_each_cap_holds_at_its_last_value_and_refuses_the_next():
    compile_expression("1 + " * 74 + "1", {})  # 75 numbers and 74 signs
    compile_expression("(" * 20 + "1" + ")" * 20, {})
    compile_expression('"' + "a" * 200 + '"', {})
    compile_expression("1" + " " * 999, {})
    compile_expression("9" * 15 + ".123456", {})
    for source in (
        "1 + " * 75 + "1",
        "(" * 21 + "1" + ")" * 21,
        '"' + "a" * 201 + '"',
        "1" + " " * 1000,
        "9" * 16,
        "1.1234567",
        "-" * 21 + "1",
        "not(" * 21 + "true" + ")" * 21,
        "[" * 21 + "]" * 21,
        "if true then " * 21 + "1" + " else 1" * 21,
    ):
        with pytest.raises(FeelError) as refused:
            compile_expression(source, {})
        assert refused.value.code == "LIMIT", source


def tree(children):
    """Pairs of an expression's text and the value Python gives for the same tree."""
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda p: (f"({p[0][0]} + {p[1][0]})", p[0][1] + p[1][1])),
        pairs.map(lambda p: (f"({p[0][0]} - {p[1][0]})", p[0][1] - p[1][1])),
        pairs.map(lambda p: (f"({p[0][0]} * {p[1][0]})", p[0][1] * p[1][1])),
        children.map(lambda it: (f"(-{it[0]})", -it[1])),
        children.map(lambda it: (f"abs({it[0]})", abs(it[1]))),
        st.tuples(children, children, children).map(
            lambda t: (
                f"(if {t[0][0]} > 0 then {t[1][0]} else {t[2][0]})",
                t[1][1] if t[0][1] > 0 else t[2][1],
            )
        ),
    )


NUMBERS = st.recursive(st.integers(0, 99).map(lambda n: (str(n), n)), tree, max_leaves=6)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_numbers_and_their_order_agree_with_python(one, two, three):
    source = f"{one[0]} <= {two[0]} and {two[0]} != {three[0]} or {three[0]} in [{one[0]}..{one[0]} + 5]"
    expected = (one[1] <= two[1] and two[1] != three[1]) or one[1] <= three[1] <= one[1] + 5
    assert compile_expression(source, {}).evaluate({}, TODAY) is expected
