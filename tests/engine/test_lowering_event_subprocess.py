"""Event subprocesses: each kind of start, interrupting and not, nested, again and again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.engine.conftest import MORNING, Bench
from tests.engine.drawing import END, START, chain, draw, edge, folder, gateway, message, sub, timer, user
from tests.engine.lowered import (
    BEGIN,
    ERROR,
    ERRORS,
    ESCALATION,
    ESCALATIONS,
    deploy,
    on,
    open_plainly,
    plainly,
    thrown,
)

SIGNAL = '<bpmn:signalEventDefinition signalRef="sig"/>'
DECLARED: dict[str, Any] = {
    "extra": ERRORS + ESCALATIONS + '<bpmn:signal id="sig" name="sig"/>',
    "messages": ["m", "n"],
}
KINDS = {"error": ERROR, "escalation": ESCALATION, "signal": SIGNAL}


def handler(definition: str, *, interrupting: bool = True, name: str = "h") -> str:
    start = on(definition, interrupting=interrupting, identity=f"{name}_start")
    inside = [start, user(f"{name}_do"), f'<bpmn:endEvent id="{name}_end"/>']
    return sub(name, inside, chain(f"{name}_start", f"{name}_do", f"{name}_end"), triggered=True)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_thrown_inside_is_caught_by_the_event_subprocess(quick_bench: Bench, kind: str) -> None:
    nodes = [
        START,
        gateway("g", "parallel"),
        user("a"),
        user("b"),
        thrown("end", "fail", KINDS[kind]),
        END,
        handler(KINDS[kind]),
    ]
    deploy(
        quick_bench, nodes, [("start", "g"), *chain("g", "a", "fail"), *chain("g", "b", "end")], **DECLARED
    )
    instance = quick_bench.start("p")
    quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == ["h_do"]
    assert "b withdrawn" in quick_bench.happened(instance)
    instance = quick_bench.complete(instance, "h_do")
    assert instance.status == "completed"
    assert quick_bench.waits(instance) == []


@pytest.mark.parametrize("kind", ["escalation", "signal"])
def test_what_does_not_interrupt_lets_the_rest_go_on(quick_bench: Bench, kind: str) -> None:
    nodes = [
        START,
        user("a"),
        thrown("throw", "tell", KINDS[kind]),
        user("b"),
        END,
        handler(KINDS[kind], interrupting=False),
    ]
    deploy(quick_bench, nodes, chain("start", "a", "tell", "b", "end"), **DECLARED)
    instance = quick_bench.start("p")
    quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == ["b", "h_do"]
    assert quick_bench.complete(instance, "b").status == "active"
    assert quick_bench.complete(instance, "h_do").status == "completed"


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_moment_begins_it_when_it_comes_and_keeps_nobody_from_ending_before(
    quick_bench: Bench,
    interrupting: bool,
) -> None:
    nodes = [START, user("a"), END, handler(timer("late_at"), interrupting=interrupting)]
    deploy(quick_bench, nodes, chain("start", "a", "end"))
    late = quick_bench.start("p", late_at=MORNING + timedelta(days=1))
    early = quick_bench.start("p", late_at=MORNING + timedelta(days=1))
    assert quick_bench.complete(early, "a").status == "completed"
    quick_bench.later(days=2)
    quick_bench.fire(late)
    assert quick_bench.open(late) == (["h_do"] if interrupting else ["a", "h_do"])
    again = quick_bench.start("p", late_at=MORNING + timedelta(days=9))
    assert quick_bench.open(again) == ["a"]
    assert quick_bench.complete(again, "a").status == "completed"


def test_a_message_that_does_not_interrupt_begins_it_each_time(quick_bench: Bench) -> None:
    nodes = [START, user("a"), END, handler(message("m"), interrupting=False)]
    deploy(quick_bench, nodes, chain("start", "a", "end"), **DECLARED)
    instance = quick_bench.start("p")
    for count in range(1, 4):
        quick_bench.tell(instance, "m")
        assert quick_bench.open(instance) == ["a", *["h_do"] * count]


def test_one_that_interrupts_also_ends_those_that_do_not(quick_bench: Bench) -> None:
    nodes = [
        START,
        user("a"),
        END,
        handler(message("m"), interrupting=False, name="calm"),
        handler(message("n"), name="rude"),
    ]
    deploy(quick_bench, nodes, chain("start", "a", "end"), **DECLARED)
    instance = quick_bench.start("p")
    quick_bench.tell(instance, "m")
    assert quick_bench.open(instance) == ["a", "calm_do"]
    quick_bench.tell(instance, "n")
    assert quick_bench.open(instance) == ["rude_do"]
    assert quick_bench.complete(instance, "rude_do").status == "completed"


def test_a_terminate_end_ends_the_scope_with_its_event_subprocesses(quick_bench: Bench) -> None:
    terminate = thrown("end", "stop", "<bpmn:terminateEventDefinition/>")
    nodes = [
        START,
        gateway("g", "parallel"),
        user("a"),
        user("b"),
        terminate,
        END,
        handler(message("m"), interrupting=False),
    ]
    deploy(
        quick_bench, nodes, [("start", "g"), *chain("g", "a", "stop"), *chain("g", "b", "end")], **DECLARED
    )
    instance = quick_bench.start("p")
    quick_bench.tell(instance, "m")
    assert quick_bench.open(instance) == ["a", "b", "h_do"]
    instance = quick_bench.complete(instance, "a")
    assert (instance.status, instance.end_element) == ("completed", "stop")
    assert "stop done" in quick_bench.happened(instance)


def test_nested_ones_fire_where_they_are_and_an_error_in_one_goes_further_out(quick_bench: Bench) -> None:
    failing = sub("inner", [on(message("m"), identity="i_start"), user("i_do"), thrown("end", "i_fail", ERROR)],
                  chain("i_start", "i_do", "i_fail"), triggered=True)  # fmt: skip
    unreached = sub(
        "same",
        [on(ERROR, identity="same_start"), user("same_do")],
        chain("same_start", "same_do"),
        triggered=True,
    )
    block = sub("block", [BEGIN, user("a"), failing, '<bpmn:endEvent id="e"/>'], chain("s", "a", "e"))
    nodes = [START, block, user("b"), END, unreached]
    deploy(quick_bench, nodes, chain("start", "block", "b", "end"), **DECLARED)
    instance = quick_bench.start("p")
    quick_bench.tell(instance, "m")
    assert quick_bench.open(instance) == ["i_do"]
    quick_bench.complete(instance, "i_do")
    assert quick_bench.open(instance) == ["same_do"]
    assert quick_bench.complete(instance, "same_do").status == "completed"
    other = quick_bench.start("p")
    quick_bench.complete(other, "a")
    assert quick_bench.open(other) == ["b"]


def test_an_event_subprocess_in_an_event_subprocess_fires(quick_bench: Bench) -> None:
    deepest = handler(message("n"), name="deep")
    outer = sub("outer", [on(message("m"), identity="o_start"), user("o_do"), '<bpmn:endEvent id="o_end"/>', deepest],
                chain("o_start", "o_do", "o_end"), triggered=True)  # fmt: skip
    deploy(quick_bench, [START, user("a"), END, outer], chain("start", "a", "end"), **DECLARED)
    instance = quick_bench.start("p")
    quick_bench.tell(instance, "m")
    assert quick_bench.open(instance) == ["o_do"]
    quick_bench.tell(instance, "n")
    assert quick_bench.open(instance) == ["deep_do"]
    assert quick_bench.complete(instance, "deep_do").status == "completed"


def test_one_in_a_block_in_a_loop_listens_in_every_pass(quick_bench: Bench) -> None:
    block = sub("block", [BEGIN, user("a"), handler(message("m"))], chain("s", "a"))
    nodes = [START, gateway("enter"), block, user("again"), gateway("way", default="way_end"), END]
    arrows = [*chain("start", "enter", "block", "again", "way", "end"), ("way", "enter", "x < 4")]
    deploy(quick_bench, nodes, arrows, **DECLARED)
    instance = quick_bench.start("p")
    for turn in range(5):
        if turn % 2:
            quick_bench.tell(instance, "m")
            quick_bench.complete(instance, "h_do")
        else:
            quick_bench.complete(instance, "a")
        instance = quick_bench.complete(instance, "again", x=turn)
    assert instance.status == "completed"


def test_the_library_never_interrupts_and_begins_an_error_start_at_once() -> None:
    nodes = [START, user("a"), END, handler(ERROR)]
    workflow = plainly(draw("p", nodes, chain("start", "a", "end"), **DECLARED))
    assert "h_do" in open_plainly(workflow)


def test_an_event_at_the_edge_of_a_block_with_an_event_subprocess_ends_both(quick_bench: Bench) -> None:
    block = sub("block", [BEGIN, user("a"), handler(message("m"), interrupting=False)], chain("s", "a"))
    nodes = [START, block, edge("stop", "block", message("n")), user("b"), END]
    diagram = draw("p", nodes, [*chain("start", "block", "end"), *chain("stop", "b", "end")], **DECLARED)
    quick_bench.deploy(folder("p", diagram))
    instance = quick_bench.start("p")
    quick_bench.tell(instance, "m")
    assert quick_bench.open(instance) == ["a", "h_do"]
    quick_bench.tell(instance, "n")
    assert quick_bench.open(instance) == ["b"]


def test_while_one_that_does_not_interrupt_is_at_work_the_scope_is_not_over_and_listens(
    quick_bench: Bench,
) -> None:
    """The library ends the scope with the token beside it; then a second message would be lost."""
    nodes = [
        START,
        user("a"),
        END,
        handler(message("m"), interrupting=False, name="calm"),
        handler(message("n"), name="rude"),
    ]
    deploy(quick_bench, nodes, chain("start", "a", "end"), **DECLARED)
    instance = quick_bench.start("p")
    quick_bench.tell(instance, "m")
    quick_bench.complete(instance, "a")
    quick_bench.tell(instance, "m")
    assert quick_bench.open(instance) == ["calm_do", "calm_do"]
    quick_bench.complete(instance, "calm_do")
    assert quick_bench.open(instance, "message") == ["calm_start", "rude_start"]
    assert quick_bench.complete(instance, "calm_do").status == "completed"
    other = quick_bench.start("p")
    quick_bench.tell(other, "m")
    quick_bench.complete(other, "a")
    quick_bench.tell(other, "n")
    assert quick_bench.open(other) == ["rude_do"]
