"""Decision tables, from the file of the table editor to the answer and its reasons."""

from __future__ import annotations

import random
from datetime import date
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decision import Hit, read_decision
from engine.errors import DecisionFailed, DecisionUnreadable, EngineError, MarkupRefused

TODAY = date(2026, 3, 2)
NAMES = {"size": "number", "kind": "string", "urgent": "boolean", "day": "date"}


def dmn(
    rules,
    policy="UNIQUE",
    inputs=(("size", "number"), ("kind", "string")),
    outputs=(("days", "number"),),
    extra="",
):
    """Write a table as dmn-js 17 saves it."""
    columns = "".join(
        f'<input id="in{n}" label="{escape(source)}"><inputExpression id="e{n}" typeRef="{kind}">'
        f"<text>{escape(source)}</text></inputExpression></input>"
        for n, (source, kind) in enumerate(inputs)
    )
    columns += "".join(f'<output id="out_{name}" name="{name}" typeRef="{kind}" />' for name, kind in outputs)
    rows = ""
    for n, (tests, gives, note) in enumerate(rules):
        rows += f'<rule id="rule{n}"><description>{escape(note)}</description>'
        rows += "".join(
            f'<inputEntry id="t{n}{k}"><text>{escape(it)}</text></inputEntry>' for k, it in enumerate(tests)
        )
        rows += "".join(
            f'<outputEntry id="o{n}{k}"><text>{escape(it)}</text></outputEntry>' for k, it in enumerate(gives)
        )
        rows += "</rule>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" '
        'xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" id="defs" name="defs" '
        'namespace="http://camunda.org/schema/1.0/dmn">'
        f'<decision id="term" name="How long"><decisionTable id="table" hitPolicy="{policy}">{columns}{rows}'
        f"</decisionTable></decision>{extra}<dmndi:DMNDI><dmndi:DMNDiagram/></dmndi:DMNDI></definitions>"
    )


RULES = [
    (("[1..5]", "-"), ("14",), "small ones"),
    (("> 5", '"plan","strategy"'), ("30",), "§ 1"),
    (("> 5", 'not("plan","strategy")'), ("21",), ""),
]


def test_a_table_gives_its_one_hit_and_says_why():
    decision = read_decision(dmn(RULES))
    assert (decision.id, decision.name, decision.hit_policy) == ("term", "How long", "UNIQUE")
    assert decision.check(NAMES) == []
    assert decision.evaluate({"size": 3, "kind": "x"}, TODAY) == {"days": 14}
    assert decision.evaluate({"size": 6, "kind": "plan"}, TODAY, NAMES) == {"days": 30}
    assert decision.evaluate({"size": 0, "kind": "x"}, TODAY) is None
    assert decision.explain({"size": 6, "kind": "plan"}, TODAY) == [Hit(1, {"days": 30}, "§ 1")]
    assert decision.names_used() == {"size", "kind"}


def test_two_hits_under_unique_are_an_error_and_not_the_first():
    decision = read_decision(dmn([(("[1..5]", "-"), ("14",), ""), ((">= 5", "-"), ("30",), "")]))
    with pytest.raises(DecisionFailed, match="rules 1 and 2 match at once"):
        decision.evaluate({"size": 5, "kind": "x"}, TODAY)
    assert decision.check(NAMES) == [
        "rules 1 and 2 can match at once; narrow one of them, or choose FIRST or ANY"
    ]


TWO = [((">= 1", "-"), ("14",), ""), ((">= 5", "-"), ("30",), ""), ((">= 5", '"a"'), ("30",), "")]


@pytest.mark.parametrize(
    ("policy", "size", "answer"),
    [
        ("FIRST", 9, {"days": 14}),
        ("FIRST", 0, None),
        ("COLLECT", 9, [{"days": 14}, {"days": 30}, {"days": 30}]),
        ("COLLECT", 0, []),
        ("RULE ORDER", 9, [{"days": 14}, {"days": 30}, {"days": 30}]),
        ("ANY", 1, {"days": 14}),
    ],
)
def test_each_hit_policy_answers_as_dmn_says(policy, size, answer):
    decision = read_decision(dmn(TWO, policy))
    assert decision.check(NAMES) == []
    assert decision.evaluate({"size": size, "kind": "a"}, TODAY) == answer


def test_rules_that_disagree_under_any_are_an_error():
    with pytest.raises(DecisionFailed, match="disagree"):
        read_decision(dmn(TWO, "ANY")).evaluate({"size": 9, "kind": "a"}, TODAY)
    assert read_decision(dmn(TWO[1:], "ANY")).evaluate({"size": 9, "kind": "a"}, TODAY) == {"days": 30}


def test_an_input_without_value_needs_a_rule_that_tests_for_null():
    decision = read_decision(dmn(RULES))
    with pytest.raises(DecisionFailed, match="the input size has no value"):
        decision.evaluate({"size": None, "kind": "x"}, TODAY)
    with pytest.raises(EngineError, match="size has not been set"):
        decision.evaluate({"kind": "x"}, TODAY)
    one = (("size", "number"),)
    decision = read_decision(dmn([(("null",), ("1",), ""), (("not(null)",), ("2",), "")], inputs=one))
    assert decision.evaluate({"size": None}, TODAY) == {"days": 1}
    assert decision.evaluate({"size": 5}, TODAY) == {"days": 2}


def test_outputs_may_compute_and_may_be_empty():
    outputs = (("until", "date"), ("note", "string"))
    decision = read_decision(
        dmn(
            [(("true",), ('day + duration("P3D")', ""), "")], inputs=(("urgent", "boolean"),), outputs=outputs
        )
    )
    assert decision.check(NAMES) == []
    assert decision.evaluate({"urgent": True, "day": TODAY}, TODAY) == {
        "until": date(2026, 3, 5),
        "note": None,
    }


def test_a_value_outside_the_allowed_ones_is_refused():
    xml = dmn(RULES).replace(
        "</inputExpression></input>",
        '</inputExpression><inputValues id="v"><text>[0..99]</text></inputValues></input>',
        1,
    )
    decision = read_decision(xml)
    assert decision.evaluate({"size": 3, "kind": "x"}, TODAY) == {"days": 14}
    with pytest.raises(DecisionFailed, match="outside its allowed values"):
        decision.evaluate({"size": 100, "kind": "plan"}, TODAY)


@pytest.mark.parametrize(
    ("names", "rules", "says"),
    [
        ({"size": "number"}, RULES, "input kind: NAME"),
        ({**NAMES, "size": "string"}, RULES, "input size: it is drawn as number, but gives string"),
        (NAMES, [(('"a"', "-"), ("1",), "")], "rule 1, input size: TYPE"),
        (NAMES, [(("-", "-"), ('"soon"',), "")], "rule 1, output days: TYPE"),
        (NAMES, [(("? > 1", "-"), ("1",), "")], "rule 1, input size: SYNTAX"),
        (NAMES, [(("-", "-"), ("soon(",), "")], "rule 1, output days: FUNCTION"),
        (NAMES, [], "has no rules"),
    ],
)
def test_what_would_misrun_is_found_with_its_rule_and_column(names, rules, says):
    found = read_decision(dmn(rules)).check(names)
    assert any(says in sentence for sentence in found), found


@pytest.mark.parametrize(
    "xml",
    [
        dmn(RULES, "PRIORITY"),
        dmn(RULES, "OUTPUT ORDER"),
        dmn(RULES, 'COLLECT" aggregation="SUM'),
        dmn([(("-",), ("1",), "")]),
        dmn(RULES, extra='<decision id="other"/>'),
        dmn(RULES, extra='<businessKnowledgeModel id="b"/>'),
        dmn(RULES).replace("<inputExpression ", '<inputExpression expressionLanguage="python" '),
        dmn(RULES).replace("20191111", "20180521"),
        dmn(RULES, inputs=(("size", "number"), ("kind", "context"))),
        dmn([(("-", "-"), ("1",), "")] * 201),
    ],
)
def test_a_table_of_another_kind_is_refused_when_read(xml):
    with pytest.raises(DecisionUnreadable):
        read_decision(xml)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 10,
        b"<a/>\xff",
        dmn(RULES).encode("utf-16"),
        dmn(RULES).replace("?>", '?><!DOCTYPE x [<!ENTITY a "b">]>', 1),
        b'<?xml version="1.0"?><!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>',
        dmn(RULES).replace("<decision ", "<?php x ?><decision ", 1),
        "<a>" * 5000,
        "x" * 1_000_001,
    ],
)
def test_unsafe_or_broken_markup_is_refused(data):
    with pytest.raises(MarkupRefused):
        read_decision(data)


def test_a_mutilated_file_raises_nothing_but_the_engines_errors():
    chance, sound = random.Random(7), dmn(RULES).encode()
    for _ in range(500):
        data = bytearray(sound)
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(len(data))
            data[start : start + chance.randint(0, 9)] = chance.randbytes(chance.randint(0, 3))
        try:
            read_decision(bytes(data)).check(NAMES)
        except EngineError:
            continue


BOUND = st.integers(0, 6)
RANGE = st.tuples(st.sampled_from("[("), BOUND, BOUND, st.sampled_from("])")).map(
    lambda it: f"{it[0]}{min(it[1:3])}..{max(it[1:3])}{it[3]}"
)
CELL = st.one_of(
    RANGE, st.just("-"), BOUND.map(str), BOUND.map(lambda n: f"< {n}"), BOUND.map(lambda n: f"not({n})")
)


@given(st.lists(st.tuples(CELL, CELL), min_size=2, max_size=4))
def test_the_overlap_check_agrees_with_trying_every_value(cells):
    inputs = (("one", "number"), ("two", "number"))
    names = {"one": "number", "two": "number"}
    rules = [(pair, ("1",), "") for pair in cells]
    found = bool(read_decision(dmn(rules, inputs=inputs)).check(names))
    collect = read_decision(dmn(rules, "COLLECT", inputs=inputs))
    halves = [n / 2 for n in range(-2, 15)]
    tried = any(len(collect.evaluate({"one": a, "two": b}, TODAY, names)) > 1 for a in halves for b in halves)
    assert found is tried
