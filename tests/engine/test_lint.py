"""Findings: every trap of the token machine is named before it is deployed, and no bytes bring a traceback."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.lint import check_file, check_files, check_folder
from engine.service import Services
from tests.engine.drawing import (
    END,
    START,
    call,
    catch,
    chain,
    decide,
    draw,
    edge,
    folder,
    gateway,
    message,
    sub,
    task,
    timer,
    user,
)

SERVICES = Services("tests.engine.clerk")
FIELDS = {"x": "number", "note": "string", "ends_at": "datetime"}


def said(nodes: list[str], arrows: Any, **more: Any) -> str:
    """The findings of a small process as one text; `more` goes to the drawing."""
    language = more.pop("language", "")
    drawn = draw("p", nodes, arrows, **more)
    if language:
        drawn = drawn.replace(
            "<bpmn:conditionExpression ", f'<bpmn:conditionExpression language="{language}" '
        )
    files = folder("p", drawn, fields=FIELDS)
    return "\n".join(map(str, check_files(files, SERVICES)))


def test_a_sound_process_has_no_findings() -> None:
    nodes = [START, user("a"), task("b", "letter/write", kind="note"), END]
    assert said(nodes, chain("start", "a", "b", "end")) == ""


U, V = user("a"), user("b")
SCRIPTED = U.replace(
    "<bpmn:extensionElements>", "<bpmn:extensionElements><spiffworkflow:preScript>1</spiffworkflow:preScript>"
)
LINE = chain("start", "a", "end")
CASES: dict[str, tuple[list[str], Any, dict[str, Any], str, str]] = {
    "script": ([START, '<bpmn:scriptTask id="a" name="a"/>', END], LINE, {}, "a", "scripts are not run"),
    "complex gateway": ([START, '<bpmn:complexGateway id="a"/>', END], LINE, {}, "a", "exclusive, inclusive or parallel"),
    "multi-instance": (
        [START, U.replace("</bpmn:userTask>", "<bpmn:multiInstanceLoopCharacteristics/></bpmn:userTask>"), END],
        LINE, {}, "a", "rows, not tokens",
    ),
    "condition leaving a task": ([START, U, END], [("start", "a"), ("a", "end", "x > 1")], {}, "a", "no default arrow"),
    "condition after a parallel gateway": (
        [START, gateway("g", "parallel"), U, V, END],
        [("start", "g"), ("g", "a", "x > 1"), ("g", "b"), ("a", "end"), ("b", "end")], {}, "g_a", "exclusive gateway",
    ),
    "default without conditions": (
        [START, U.replace('id="a"', 'id="a" default="a_b"'), V, END], [("start", "a"), ("a", "b"), ("a", "end"), ("b", "end")],
        {}, "a", "write the conditions",
    ),
    "catching one error twice": (
        [START, sub("a", ['<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"><bpmn:errorEventDefinition errorRef="r"/></bpmn:endEvent>'],
                    [("s", "e")]),
         edge("c", "a", '<bpmn:errorEventDefinition errorRef="r"/>'), edge("d", "a", '<bpmn:errorEventDefinition errorRef="r"/>'), END],
        [*LINE, ("c", "end"), ("d", "end")], {"extra": '<bpmn:error id="r" name="r" errorCode="R"/>'}, "c", "keep one",
    ),
    "event subprocess with an arrow": (
        [START, U, sub("e", ['<bpmn:startEvent id="s">' + message("m") + "</bpmn:startEvent>", V], [("s", "b")], triggered=True), END],
        [*LINE, ("a", "e")], {"messages": ["m"]}, "e", "remove the arrows",
    ),
    "event subprocess without a start": (
        [START, U, sub("e", [V], [], triggered=True), END], LINE, {}, "e", "draw exactly one",
    ),
    "empty subprocess": ([START, sub("a", [], []), END], LINE, {}, "a", "nothing in it"),
    "a circle of its own": ([START, U, V, user("c"), END], [*LINE, ("b", "c"), ("c", "b")], {}, "b", "no arrow leads here"),
    "standard loop": (
        [START, U.replace("</bpmn:userTask>", "<bpmn:standardLoopCharacteristics/></bpmn:userTask>"), END],
        LINE, {}, "a", "draw the loop",
    ),
    "transaction": ([START, '<bpmn:transaction id="a"/>', END], LINE, {}, "a", "ordinary subprocess"),
    "ad hoc": ([START, '<bpmn:adHocSubProcess id="a"/>', END], LINE, {}, "a", "draw the order"),
    "conditional event": (
        [START, catch("a", "<bpmn:conditionalEventDefinition><bpmn:condition>x</bpmn:condition></bpmn:conditionalEventDefinition>"), END],
        LINE, {}, "a", "message that a service sends",
    ),
    "message throw": (
        [START, U, f'<bpmn:intermediateThrowEvent id="t">{message("m")}</bpmn:intermediateThrowEvent>', END],
        chain("start", "a", "t", "end"), {"messages": ["m"]}, "t", "service task",
    ),
    "attribute of another engine": (
        [START, U.replace('id="a"', 'id="a" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:assignee="x"'), END],
        LINE, {}, "a", "assignee",
    ),
    "two things to wait for": ([START, catch("a", message("m") + timer("ends_at")), END], LINE, {"messages": ["m"]}, "a", "one thing only"),
    "instantiating gateway": (
        [START, '<bpmn:eventBasedGateway id="g" instantiate="true"/>', catch("b", timer("ends_at")), catch("c", message("m")), END],
        [("start", "g"), *chain("g", "b", "end"), *chain("g", "c", "end")], {"messages": ["m"]}, "g", "start event",
    ),
    "condition in another language": (
        [START, gateway("g", default="g_b"), U, V, END],
        [("start", "g"), ("g", "a", "x > 1"), ("g", "b"), ("a", "end"), ("b", "end")], {"language": "javascript"}, "g_a", "FEEL",
    ),
    "what a step holds": (
        [START, U.replace("</bpmn:userTask>", "<bpmn:rendering/></bpmn:userTask>"), END], LINE, {}, "a", "rendering",
    ),
    "compensation": (
        [START, U, '<bpmn:intermediateThrowEvent id="c"><bpmn:compensateEventDefinition/></bpmn:intermediateThrowEvent>', END],
        chain("start", "a", "c", "end"), {}, "c", "way back",
    ),
    "compensation boundary": (
        [START, U, edge("c", "a", "<bpmn:compensateEventDefinition/>"), END], [*LINE, ("c", "end")], {}, "c", "way back",
    ),
    "undeclared error": (
        [START, sub("a", ['<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"><bpmn:errorEventDefinition errorRef="no"/></bpmn:endEvent>'],
                    [("s", "e")]), END], LINE, {}, "e", "not declared",
    ),
    "error at a user task": (
        [START, U, edge("c", "a", '<bpmn:errorEventDefinition errorRef="r"/>'), END], [*LINE, ("c", "end")],
        {"extra": '<bpmn:error id="r" name="r" errorCode="R"/>'}, "c", "becomes an incident",
    ),
    "link without end": (
        [START, U, '<bpmn:intermediateThrowEvent id="l"><bpmn:linkEventDefinition name="L"/></bpmn:intermediateThrowEvent>', END],
        [("start", "a"), ("a", "l")], {}, "l", "one end",
    ),
    "no default": ([START, gateway("g"), U, V, END],
                   [("start", "g"), ("g", "a", "x > 1"), ("g", "b", "x < 1"), ("a", "end"), ("b", "end")], {}, "g", "default"),
    "default with condition": ([START, gateway("g", default="g_b"), U, V, END],
                   [("start", "g"), ("g", "a", "x > 1"), ("g", "b", "x < 1"), ("a", "end"), ("b", "end")], {}, "g_b", "remove the condition"),
    "a split that waits for itself": (
        [START, gateway("s", "parallel"), U, V, gateway("j", "parallel"), gateway("g", default="g_end"), END],
        [("start", "s"), *chain("s", "a", "j"), *chain("s", "b", "j"), *chain("j", "g", "end"), ("g", "s", "x < 3")],
        {}, "s", "comes only after it",
    ),
    "endless loop": ([START, task("t", "letter/spoil"), gateway("g", default="g_t"), END],
                     [*chain("start", "t", "g", "t"), ("g", "end", "x > 1")], {}, "g", "waits for nobody"),
    "unreachable": ([START, U, V, END], [*LINE, ("b", "end")], {}, "b", "no arrow leads here"),
    "timer start": ([START.replace("/>", f">{timer('ends_at')}</bpmn:startEvent>"), U, END], LINE, {}, "start", "behind the start"),
    "python timer": ([START, catch("a", timer('"2026-01-01"')), END], LINE, {}, "a", "name of a datetime field"),
    "naive timer": ([START, catch("a", timer("2026-01-01T10:00:00")), END], LINE, {}, "a", "moment with its zone"),
    "wrong field": ([START, catch("a", timer("note")), END], LINE, {}, "a", "declare it as datetime"),
    "cycle": ([START, catch("a", timer("R3/P1D", "timeCycle")), END], LINE, {}, "a", "repeating"),
    "endless duration": ([START, catch("a", timer("P999999999Y", "timeDuration")), END], LINE, {}, "a", "ISO 8601"),
    "unknown field": ([START, gateway("g", default="g_b"), U, V, END],
                      [("start", "g"), ("g", "a", "y > 1"), ("g", "b"), ("a", "end"), ("b", "end")], {}, "g_a", "declared are"),
    "not boolean": ([START, gateway("g", default="g_b"), U, V, END],
                    [("start", "g"), ("g", "a", "x + 1"), ("g", "b"), ("a", "end"), ("b", "end")], {}, "g_a", "boolean"),
    "unknown service": ([START, task("a", "letter/wriet"), END], LINE, {}, "a", "did you mean letter/write"),
    "missing parameter": ([START, task("a", "letter/write"), END], LINE, {}, "a", "needs 'kind'"),
    "mistyped parameter": ([START, task("a", "letter/write", kind="x"), END], LINE, {}, "a", "as string"),
    "misspelt parameter": ([START, task("a", "letter/write", knd="note"), END], LINE, {}, "a", "did you mean kind"),
    "no operation": ([START, '<bpmn:serviceTask id="a" name="a"/>', END], LINE, {}, "a", "serviceTaskOperator"),
    "later operation": ([START, user("a", operation="letter/post"), END], LINE, {}, "a", "runs later"),
    "bad guard": ([START, user("a", guard="letter.unansered = 0"), END], LINE, {}, "a", "letter.unanswered"),
    "no form": ([START, user("a", page=""), END], LINE, {}, "a", "forms/a.form"),
    "misspelt property": ([START, user("a", guards="x = 1"), END], LINE, {}, "a", "did you mean guard"),
    "since nothing": ([START, user("a", term="t", since="note"), END], LINE, {}, "a", "no date"),
    "unknown decision": ([START, decide("a", "nothing"), END], LINE, {}, "a", "decisions/"),
    "no role": ([START, U, END], LINE, {"lanes": {"Nobody": ["a"]}}, "Nobody", "[lanes]"),
    "no lane": ([START, U, END], LINE, {"lanes": {}}, "a", "nobody does this task"),
    "race to a task": ([START, gateway("g", "eventBased"), U, catch("b", timer("ends_at")), END],
                       [("start", "g"), *chain("g", "a", "end"), *chain("g", "b", "end")], {}, "g", "no timer, message or signal"),
    "second way into a race": (
        [START, U, gateway("g", "eventBased"), catch("b", timer("ends_at")), catch("c", message("m")), gateway("h", default="h_g"), END],
        [*chain("start", "a", "h", "g"), ("h", "b", "x > 1"), *chain("g", "b", "end"), *chain("g", "c", "end")],
        {"messages": ["m"]}, "b", "would not wait",
    ),
    "message end": ([START, U, '<bpmn:endEvent id="end"><bpmn:messageEventDefinition messageRef="message_m"/></bpmn:endEvent>'],
                    LINE, {"messages": ["m"]}, "end", "service task"),
    "reserved id": ([START, user("End"), END], chain("start", "End", "end"), {}, "End", "used by the engine"),
    "foreign extension": (
        [START, SCRIPTED, END], LINE, {}, "a", "preScript",
    ),
    "boundary at a gateway": ([START, gateway("g"), edge("b", "g", timer("ends_at")), U, END],
                              [*chain("start", "g", "a", "end"), ("b", "end")], {}, "b", "edge of a task"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_would_misrun_is_named_with_its_remedy(name: str) -> None:
    nodes, arrows, more, element, remedy = CASES[name]
    found = said(nodes, arrows, **dict(more))
    assert any(f" {element}: " in line and remedy in line for line in found.splitlines()), found


def test_a_called_process_that_is_missing_or_endless_is_named() -> None:
    missing = folder("p", draw("p", [START, call("a", "round"), END], LINE))
    assert "shared/round.bpmn" in str(check_files(missing)[0])
    loop = draw("round", [START, call("again", "round"), END], chain("start", "again", "end"))
    found = check_files({**missing, "shared/round.bpmn": loop})
    assert any("would never end" in it.sentence for it in found)


def test_a_step_that_is_not_drawn_and_a_shape_of_nothing_are_named() -> None:
    drawn = draw("p", [START, U, END], LINE)
    hidden = drawn.replace('bpmnElement="a"', 'bpmnElement="ghost"')
    found = {it.element: it.sentence for it in check_files(folder("p", hidden))}
    assert "is not drawn" in found["a"]
    assert "not there" in found["ghost"]


def test_two_things_with_one_id_are_named() -> None:
    found = check_files(folder("p", draw("p", [START, U, U, END], LINE)))
    assert any(it.element == "a" and "two things" in it.sentence for it in found)


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        (lambda t: '<!DOCTYPE x [<!ENTITY a "b">]>' + t.split("\n", 1)[1], "document type"),
        (lambda t: t.encode("utf-16"), "UTF-8"),
        (lambda t: t.replace("UTF-8", "UTF-7"), "UTF-8"),
        (lambda t: t.replace('name="a"', 'name="a\u202e"'), "hidden"),
        (lambda t: t.replace('name="a"', f'name="{"x" * 5000}"'), "characters"),
        (lambda t: t[:300], "well-formed"),
        (lambda t: t.replace("<bpmn:process", "<?php x?><bpmn:process"), "processing instruction"),
        (lambda t: t + " " * 1_000_001, "kB"),
        (lambda _: "", "well-formed"),
        (lambda _: "<a/>", "bpmn:definitions"),
        (
            lambda t: t.replace('<bpmn:process id="p"', '<bpmn:process id="q"/><bpmn:process id="p"'),
            "2 processes",
        ),
    ],
)
def test_a_file_that_is_no_sound_xml_gets_a_sentence(
    change: Callable[[str], Any], remedy: str, tmp_path: Path
) -> None:
    changed = change(draw("p", [START, U, END], LINE))
    path = tmp_path / "p.bpmn"
    path.write_bytes(changed if isinstance(changed, bytes) else changed.encode("utf-8"))
    found = check_file(path)
    assert any(remedy in it.sentence for it in found), found


def test_a_folder_is_named_like_its_process(tmp_path: Path) -> None:
    home = tmp_path / "other"
    home.mkdir()
    for name, text in folder("p", draw("p", [START, U, END], LINE)).items():
        (home / name).write_text(text)
    (found,) = check_folder(home)
    assert "name them alike" in found.sentence
    home.rename(tmp_path / "p")
    assert check_folder(tmp_path / "p") == []


def test_a_folder_without_a_manifest_or_with_broken_files_gets_sentences(tmp_path: Path) -> None:
    assert "process.toml" in check_folder(tmp_path)[0].sentence
    (tmp_path / "process.toml").write_bytes(b"\xff\xfe")
    assert "UTF-8" in check_folder(tmp_path)[0].sentence


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([".bpmn", ".dmn", ".form", ".po", ".toml", ".txt"]))
def test_whatever_the_bytes_the_answer_is_sentences(tmp_path_factory: Any, data: bytes, suffix: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(data)
    assert all(it.sentence for it in check_file(path))


def test_a_mutilated_diagram_is_refused_or_runs(tmp_path: Path) -> None:
    """Random cuts, swaps and doublings of a real drawing: never a traceback."""
    whole = draw("p", [START, U, edge("l", "a", timer("ends_at")), sub("s", ['<bpmn:startEvent id="s1"/>', V,
                 '<bpmn:endEvent id="s2"/>'], chain("s1", "b", "s2")), END],
                 [*chain("start", "a", "s", "end"), ("l", "end")])  # fmt: skip
    chance = random.Random(7)
    for _ in range(150):
        text = whole
        for _ in range(chance.randint(1, 3)):
            at, to = sorted(chance.sample(range(len(text)), 2))
            piece = text[at : min(to, at + chance.randint(1, 60))]
            text = text.replace(piece, chance.choice(["", piece * 2, piece[::-1], "<"]), 1)
        for finding in check_files(folder("p", text, fields=FIELDS)):
            assert finding.sentence
            assert "cannot be checked" not in finding.sentence, (finding, text)
