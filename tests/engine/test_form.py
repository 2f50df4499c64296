"""Forms: what is shown, what is taken, what is refused and under which code."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import AnswersRefused, FormUnreadable, Problem
from engine.form import read_form
from engine.upload import Upload

TODAY = date(2026, 3, 2)
PDF = Upload("plaan.pdf", "application/x-whatever", b"%PDF-1.7 text")


def form(*components, **extra):
    return read_form(
        json.dumps({"type": "default", "schemaVersion": 16, "id": "f", "components": components, **extra})
    )


def field(kind="textfield", key="it", **settings):
    return {"type": kind, "key": key, "label": "Küsimus", **settings}


def options(*values):
    return [{"value": it, "label": it.title()} for it in values]


def answer(raw, kind="textfield", **settings):
    return form(field(kind, **settings)).check({"it": raw}, TODAY)["it"]


def problem(raw, kind="textfield", **settings):
    with pytest.raises(AnswersRefused) as refused:
        answer(raw, kind, **settings)
    return refused.value.errors["it"]


CHOICES = {"values": options("a", "b")}


@pytest.mark.parametrize(
    ("raw", "kind", "settings", "value"),
    [
        ("  Tere \r\n ", "textfield", {}, "Tere"),
        ("üks\r\nkaks", "textfield", {}, "üks kaks"),
        ("üks\r\nkaks", "textarea", {}, "üks\nkaks"),
        ("o\u0303", "textfield", {}, "õ"),
        (["x"], "textfield", {}, "x"),
        ("3,5", "number", {}, Decimal("3.5")),
        ("3.50", "number", {}, Decimal("3.5")),
        ("3,0", "number", {}, 3),
        ("1 234\u00a0567", "number", {}, 1234567),
        ("\u22123", "number", {}, -3),
        (7, "number", {}, 7),
        (Decimal("1E+2"), "number", {}, 100),
        (0.25, "number", {}, Decimal("0.25")),
        ("10", "number", {"validate": {"min": 0, "max": "10"}}, 10),
        ("2026-03-01", "datetime", {"subtype": "date"}, date(2026, 3, 1)),
        (" 1.3.2026 ", "datetime", {"subtype": "date"}, date(2026, 3, 1)),
        (date(2026, 3, 1), "datetime", {"subtype": "date"}, date(2026, 3, 1)),
        ("2026-03-02", "datetime", {"subtype": "date", "disallowPassedDates": True}, TODAY),
        ("9.05", "datetime", {"subtype": "time"}, "09:05"),
        ("23:59", "datetime", {"subtype": "time"}, "23:59"),
        ("2026-03-01T10:00", "datetime", {"subtype": "datetime"}, datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("01.07.2026 10:00", "datetime", {"subtype": "datetime"}, datetime(2026, 7, 1, 7, tzinfo=UTC)),
        (
            "2026-07-01T10:00:00+02:00",
            "datetime",
            {"subtype": "datetime"},
            datetime(2026, 7, 1, 8, tzinfo=UTC),
        ),
        ("2026-10-25T03:30", "datetime", {"subtype": "datetime"}, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("b", "select", CHOICES, "b"),
        ("b", "radio", CHOICES, "b"),
        (["b", "a", "b", ""], "checklist", CHOICES, ["b", "a"]),
        ("a", "checklist", CHOICES, ["a"]),
        ("on", "checkbox", {}, True),
        (True, "checkbox", {}, True),
        ("false", "checkbox", {}, False),
        ("Mart@Ühing.ee", "textfield", {"validate": {"validationType": "email"}}, "Mart@Ühing.ee"),
        ("+372 5123 4567", "textfield", {"validate": {"validationType": "phone"}}, "+372 5123 4567"),
        (PDF, "filepicker", {}, Upload("plaan.pdf", "application/pdf", PDF.content)),
        ([PDF], "filepicker", {"multiple": True}, [Upload("plaan.pdf", "application/pdf", PDF.content)]),
    ],
)
def test_an_answer_gets_its_type(raw, kind, settings, value):
    found = answer(raw, kind, **settings)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "settings", "value"),
    [
        ("textfield", {}, ""),
        ("textarea", {}, ""),
        ("number", {}, None),
        ("datetime", {}, None),
        ("select", CHOICES, None),
        ("radio", CHOICES, None),
        ("checklist", CHOICES, []),
        ("checkbox", {}, False),
        ("filepicker", {}, None),
        ("filepicker", {"multiple": True}, []),
    ],
)
def test_what_was_left_empty_has_the_empty_value_and_is_refused_where_required(kind, settings, value):
    for raw in (None, "", [], Upload("", "application/octet-stream", b"") if kind == "filepicker" else ""):
        assert answer(raw, kind, **settings) == value
        assert problem(raw, kind, **settings, validate={"required": True}) == Problem("required")


@pytest.mark.parametrize(
    ("raw", "kind", "settings", "expected"),
    [
        ("a" * 301, "textfield", {}, Problem("too_long", {"max": 300, "length": 301})),
        ("a" * 10_001, "textarea", {}, Problem("too_long", {"max": 10_000, "length": 10_001})),
        ("a" * 6, "textfield", {"validate": {"maxLength": 5}}, Problem("too_long", {"max": 5, "length": 6})),
        ("ab", "textfield", {"validate": {"minLength": 3}}, Problem("too_short", {"min": 3, "length": 2})),
        ("a\x00b", "textfield", {}, Problem("bad_character")),
        ("a\ud800b", "textfield", {}, Problem("bad_character")),
        (3, "textfield", {}, Problem("not_a_text")),
        (["a", "b"], "textfield", {}, Problem("one_only")),
        ("kolm", "number", {}, Problem("not_a_number")),
        ("1.000,5", "number", {}, Problem("not_a_number")),
        ("1e5", "number", {}, Problem("not_a_number")),
        ("٣", "number", {}, Problem("not_a_number")),
        (True, "number", {}, Problem("not_a_number")),
        (float("nan"), "number", {}, Problem("not_a_number")),
        (Decimal("Infinity"), "number", {}, Problem("not_a_number")),
        (10**15 + 1, "number", {}, Problem("too_large", {"max": "1000000000000000"})),
        ("2,5", "number", {"decimalDigits": 0}, Problem("not_whole")),
        ("2,55", "number", {"decimalDigits": 1}, Problem("too_many_decimals", {"max": 1})),
        ("-1", "number", {"validate": {"min": 0}}, Problem("too_small", {"min": "0"})),
        ("10,5", "number", {"validate": {"max": 10}}, Problem("too_large", {"max": "10"})),
        ("30.02.2026", "datetime", {"subtype": "date"}, Problem("not_a_date")),
        ("homme", "datetime", {"subtype": "date"}, Problem("not_a_date")),
        (7, "datetime", {"subtype": "date"}, Problem("not_a_date")),
        (
            "0001-01-01",
            "datetime",
            {"subtype": "date"},
            Problem("date_out_of_range", {"first": 1900, "last": 2199}),
        ),
        (
            "2026-03-01",
            "datetime",
            {"subtype": "date", "disallowPassedDates": True},
            Problem("in_the_past", {"first": "2026-03-02"}),
        ),
        ("25:00", "datetime", {"subtype": "time"}, Problem("not_a_time")),
        ("2026-03-01", "datetime", {"subtype": "datetime"}, Problem("not_a_datetime")),
        ("2026-03-29T03:30", "datetime", {"subtype": "datetime"}, Problem("no_such_time")),
        (
            "9999-12-31T23:00",
            "datetime",
            {"subtype": "datetime"},
            Problem("date_out_of_range", {"first": 1900, "last": 2199}),
        ),
        ("c", "select", CHOICES, Problem("not_a_choice")),
        ("c", "radio", CHOICES, Problem("not_a_choice")),
        (["a", "c"], "checklist", CHOICES, Problem("not_a_choice")),
        ("maybe", "checkbox", {}, Problem("not_a_choice")),
        ("mart@", "textfield", {"validate": {"validationType": "email"}}, Problem("not_an_email")),
        (
            "mart@x.ee\nBcc: y@z.ee",
            "textfield",
            {"validate": {"validationType": "email"}},
            Problem("not_an_email"),
        ),
        ("112", "textfield", {"validate": {"validationType": "phone"}}, Problem("not_a_phone")),
        ("plaan.pdf", "filepicker", {}, Problem("not_a_file")),
        ([PDF, PDF], "filepicker", {}, Problem("too_many", {"max": 1})),
        (
            [PDF, Upload("a.png", "image/png", b"\x89PNG\r\n\x1a\n")],
            "filepicker",
            {"multiple": True, "accept": ".pdf"},
            Problem("file_kind", {"ending": "png", "accepted": "pdf", "file": 2}),
        ),
    ],
)
def test_a_refused_answer_has_a_code_and_what_a_sentence_needs(raw, kind, settings, expected):
    assert problem(raw, kind, **settings) == expected


KIND = field("radio", "kind", values=options("plan", "other"), validate={"required": True})
WHY = field("textarea", "why", validate={"required": True}, conditional={"hide": '=kind != "other"'})


def refused(form, answers, **more):
    with pytest.raises(AnswersRefused) as found:
        form.check(answers, TODAY, **more)
    return {key: it.code for key, it in found.value.errors.items()}


def test_a_hidden_field_is_not_required_and_what_was_sent_for_it_is_dropped():
    asked = form(KIND, WHY)
    assert asked.check({"kind": "plan", "why": "x"}, TODAY) == {"kind": "plan", "why": ""}
    assert asked.check({"kind": "plan", "why": "a" * 20_000}, TODAY)["why"] == ""
    assert refused(asked, {"kind": "other"}) == {"why": "required"}
    assert refused(asked, {}) == {"kind": "required"}


def test_hiding_cascades_through_groups_and_through_hidden_answers():
    group = {
        "type": "group",
        "label": "R",
        "conditional": {"hide": '=kind = "plan"'},
        "components": [field(key="inner", validate={"required": True})],
    }
    after = field(key="after", validate={"required": True}, conditional={"hide": '=inner = ""'})
    asked = form(KIND, group, after)
    assert asked.check({"kind": "plan", "inner": "x"}, TODAY) == {"kind": "plan", "inner": "", "after": ""}
    assert refused(asked, {"kind": "other", "inner": "x"}) == {"after": "required"}


def test_process_fields_and_the_day_can_hide_a_field():
    late = field(key="it", validate={"required": True}, conditional={"hide": "=today() < ends"})
    asked = form(late)
    names = {"ends": "date"}
    assert asked.check({}, TODAY, names, values={"ends": date(2026, 3, 3)}) == {"it": ""}
    assert refused(asked, {}, names=names, values={"ends": TODAY}) == {"it": "required"}
    assert [it.hidden for it in asked.show({"ends": "2026-03-03"}, str, names=names, today=TODAY)] == [True]


def test_all_refused_answers_are_told_at_once_and_unknown_keys_are_ignored():
    asked = form(field("number", "n"), field("datetime", "d"), field(key="t"))
    assert refused(asked, {"n": "x", "d": "x", "t": "ok", "admin": "1"}) == {
        "n": "not_a_number",
        "d": "not_a_date",
    }
    assert asked.check({"t": "ok", "admin": "1", "__class__": "x"}, TODAY) == {
        "n": None,
        "d": None,
        "t": "ok",
    }


def test_fields_are_shown_translated_with_values_in_the_shape_of_their_controls():
    asked = form(
        {"type": "text", "id": "t", "text": "# Tere"},
        {"type": "group", "label": "Rühm", "components": [KIND]},
        field("number", "n", validate={"min": 1}, properties={"autocomplete": "off"}),
        {"type": "datetime", "key": "d", "subtype": "datetime", "dateLabel": "Millal"},
        field("checklist", "c", values=options("a", "b")),
        field("checkbox", "b", defaultValue=True),
        field("filepicker", "f", accept=".pdf, .docx", multiple=True),
        WHY,
    )
    values = {"kind": "plan", "n": Decimal("2.5"), "d": datetime(2026, 7, 1, 7, tzinfo=UTC), "c": ["a"]}
    shown = {it.key or it.type: it for it in asked.show(values, str.upper)}
    assert [it.label for it in shown.values()] == ["# TERE", "RÜHM", "KÜSIMUS", "MILLAL", *["KÜSIMUS"] * 4]
    kind = shown["group"].fields[0]
    assert (kind.value, kind.options, kind.required, kind.steers) == (
        "plan",
        (("plan", "PLAN"), ("other", "OTHER")),
        True,
        True,
    )
    assert [shown[key].value for key in "ndcb"] == ["2.5", "2026-07-01T10:00", ["a"], True]
    assert (shown["n"].minimum, shown["n"].properties) == (1, {"autocomplete": "off"})
    assert (shown["f"].accept, shown["f"].multiple) == (("pdf", "docx"), True)
    assert (shown["why"].hidden, shown["why"].steers) == (True, False)


def test_refused_raw_answers_are_shown_as_they_were_typed():
    asked = form(field("number", "n"), field("datetime", "d"), field("datetime", "w", subtype="datetime"))
    raw = {"n": "kolm", "d": "31.02.2026", "w": "2026-03-29T03:30"}
    assert [it.value for it in asked.show(raw, str)] == list(raw.values())


def test_a_sound_form_has_no_findings_and_knows_its_types():
    asked = form(
        KIND,
        WHY,
        field("datetime", "d", subtype="date"),
        field("checklist", "c", **CHOICES),
        field("filepicker", "f"),
    )
    assert asked.lint() == []
    assert asked.types() == {"kind": "string", "why": "string", "d": "date", "c": "list<string>"}
    assert asked.lint({"d": "datetime"}) == [
        "d: the process declares this field as datetime, the form gives date; make them agree"
    ]


@pytest.mark.parametrize(
    ("component", "says"),
    [
        (field(validate={"pattern": "a+"}), "patterns are refused"),
        (field(validate={"validationType": "iban"}), "validationType"),
        (field(validate={"minLength": 5, "maxLength": 3}), "minLength is greater"),
        (field(validate={"maxLength": "=limit"}), "must be a number"),
        (field("number", validate={"min": 5, "max": 3}), "min is greater"),
        (field("number", increment="x"), "increment"),
        (field("number", defaultValue="x"), "default value"),
        (field("select"), "nothing to choose"),
        (field("select", valuesKey="people"), "come from data"),
        (field("select", valuesExpression="=people"), "come from data"),
        (field("radio", values=options("a", "a")), "same value"),
        (field("radio", values=[{"value": "a"}]), "a value and a label"),
        (field(label=""), "label is missing"),
        (field(label="=kind"), "expression or template"),
        (field(description="{{kind}}"), "expression or template"),
        (field(key="a.b"), "key must begin"),
        (field(disabled=True), "disabled has no effect"),
        (field("filepicker", accept=".exe,image/*"), "are not taken"),
        (field(conditional={"hide": "kind"}), "begin with ="),
        (field(conditional={"hide": "=kind = 1 = 2"}), "SYNTAX"),
        (field(conditional={"hide": "=it = null"}), "hides itself"),
        (field(conditional={"hide": "=nope"}), "NAME"),
        ({"type": "group", "label": "R", "path": "a", "components": []}, "path"),
        ({"type": "text", "text": " "}, "text is empty"),
        ({"type": "button", "label": "Saada"}, "type button"),
        ({"type": "html", "content": "<script>"}, "type html"),
    ],
)
def test_what_would_not_work_as_drawn_is_found_with_its_remedy(component, says):
    found = form(component).lint({})
    assert any(says in sentence for sentence in found), found


def test_a_number_of_a_million_digits_is_refused_without_being_written_out():
    assert problem(10**1_000_000, "number").code == "too_large"


def test_two_fields_of_one_key_are_found():
    assert form(field(), field()).lint() == ["it: the key is used 2 times; give every field its own"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        "[" * 200_000,
        '{"a":' * 50_000,
        '{"components": 3, "schemaVersion": 16}',
        '{"components": [3], "schemaVersion": 16}',
        '{"components": [{"type": "group", "components": 3}], "schemaVersion": 16}',
        '{"components": [], "schemaVersion": 15}',
        '{"components": []}',
        "\ud800",
        " " * 300_001,
        json.dumps({"schemaVersion": 16, "components": [field(key=f"f{n}") for n in range(201)]}),
    ],
)
def test_a_file_that_is_no_form_is_refused(text):
    with pytest.raises(FormUnreadable):
        read_form(text)


def test_a_mutilated_form_raises_nothing_but_its_own_error():
    chance = random.Random(7)
    sound = json.dumps(
        {"schemaVersion": 16, "components": [KIND, WHY, field("number", "n"), field("filepicker", "f")]}
    )
    junk = ["null", "3", '"x"', "[]", "{}", "true", ":", ",", "}", "]", "-1e9"]
    for _ in range(2_000):
        start = chance.randrange(len(sound))
        text = sound[:start] + chance.choice(junk) + sound[start + chance.randint(0, 12) :]
        try:
            found = read_form(text)
        except FormUnreadable:
            continue
        found.lint({})
        found.show({}, str)


RAW = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.lists(st.text(max_size=5), max_size=3),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.dates(),
    st.datetimes(),
)
EVERY = form(
    field("textfield", "a"),
    field("number", "b"),
    field("datetime", "c", subtype="datetime"),
    field("datetime", "d", subtype="time"),
    field("select", "e", **CHOICES),
    field("checklist", "f", **CHOICES),
    field("checkbox", "g"),
    field("filepicker", "h"),
    field("datetime", "i"),
)


@given(st.fixed_dictionaries(dict.fromkeys("abcdefghi", RAW)))
def test_whatever_is_sent_is_either_typed_or_refused_by_code(answers):
    EVERY.show(answers, str)
    try:
        typed = EVERY.check(answers, TODAY)
    except AnswersRefused as found:
        refused = found.errors
        typed = EVERY.check({key: it for key, it in answers.items() if key not in refused}, TODAY)
    assert EVERY.check(typed, TODAY) == typed


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_local_hour_comes_back_as_it_was_written_or_never_was(naive):
    text = f"{naive:%Y-%m-%dT%H:%M}"
    asked = form(field("datetime", subtype="datetime"))
    try:
        moment = asked.check({"it": text}, TODAY)["it"]
    except AnswersRefused as found:
        assert found.errors["it"].code == "no_such_time"  # noqa: PT017
    else:
        assert asked.show({"it": moment}, str)[0].value == text
