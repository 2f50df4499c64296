"""How tokens move: call activities, subprocesses, events. State survives between any two steps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.errors import BudgetExceeded, Stuck
from tests.engine.conftest import MORNING, Bench
from tests.engine.drawing import (
    END,
    START,
    call,
    catch,
    chain,
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


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploys what lint would refuse, so that the machine's own limits are met."""
    monkeypatch.setattr("engine.definition.check_files", lambda *_: [])


ROUND = draw(
    "round",
    [START, user("answer"), edge("over", "answer", timer("ends_at")), END, '<bpmn:endEvent id="late"/>'],
    [*chain("start", "answer", "end"), ("over", "late")],
)
DATES = {"ends_at": "datetime"}


def test_a_called_process_runs_as_often_as_it_is_called(quick_bench: Bench) -> None:
    nodes = [START, call("first", "round"), call("second", "round"), END]
    diagram = draw("p", nodes, chain("start", "first", "second", "end"))
    quick_bench.deploy(folder("p", diagram, fields=DATES, shared__round_dot_bpmn=ROUND))
    instance = quick_bench.start("p", ends_at=MORNING + timedelta(days=1))
    assert quick_bench.open(instance) == ["first/answer"]
    quick_bench.complete(instance, "first/answer")
    assert quick_bench.open(instance) == ["second/answer"]
    quick_bench.later(days=2)
    instance = quick_bench.fire(instance)
    assert (instance.status, instance.end_element) == ("completed", "end")
    assert "second/over done" in quick_bench.happened(instance)


def test_a_called_process_runs_again_in_a_loop_with_its_new_moment(quick_bench: Bench) -> None:
    nodes = [START, task("date", "letter/schedule", days="3"), call("collect", "round"),
             user("enough"), gateway("way", default="way_date"), END]  # fmt: skip
    arrows = [
        *chain("start", "date", "collect", "enough", "way", "date"),
        ("way", "end", 'verdict = "enough"'),
    ]
    diagram = draw("p", nodes, arrows)
    quick_bench.deploy(
        folder("p", diagram, fields={**DATES, "verdict": "string"}, shared__round_dot_bpmn=ROUND)
    )
    instance = quick_bench.start("p")
    for turn in range(6):
        assert quick_bench.wait(instance, "collect/over").due_at == quick_bench.clock.now() + timedelta(
            days=3
        )
        if turn % 2:
            quick_bench.later(days=4)
            quick_bench.fire(instance)
        else:
            quick_bench.complete(instance, "collect/answer")
        quick_bench.complete(instance, "enough", verdict="more" if turn < 5 else "enough")
    assert quick_bench.waits(instance) == []
    assert quick_bench.sound(instance)
    assert len(quick_bench.rows("select state from engine_instance")[0].state) < 8_000


def test_a_called_process_may_call_and_hold_subprocesses(quick_bench: Bench) -> None:
    inner = draw("inner", [START, user("deep"), END], chain("start", "deep", "end"))
    held = sub("held", ['<bpmn:startEvent id="held_start"/>', call("dig", "inner"), '<bpmn:endEvent id="held_over"/>'],
               chain("held_start", "dig", "held_over"))  # fmt: skip
    outer = draw("outer", [START, held, END], chain("start", "held", "end"))
    nodes = [START, call("a", "outer"), call("b", "inner"), END]
    diagram = draw("p", nodes, chain("start", "a", "b", "end"))
    quick_bench.deploy(folder("p", diagram, shared__outer_dot_bpmn=outer, shared__inner_dot_bpmn=inner))
    instance = quick_bench.start("p")
    assert quick_bench.open(instance) == ["a/dig/deep"]
    quick_bench.complete(instance, "a/dig/deep")
    assert quick_bench.open(instance) == ["b/deep"]
    assert quick_bench.complete(instance, "b/deep").status == "completed"


def test_an_event_on_the_edge_of_a_called_process_ends_it_with_all_it_waits_for(quick_bench: Bench) -> None:
    nodes = [START, call("collect", "round"), edge("stop", "collect", message("closed")), user("after"), END]
    diagram = draw(
        "p", nodes, [*chain("start", "collect", "after", "end"), ("stop", "after")], messages=["closed"]
    )
    quick_bench.deploy(folder("p", diagram, fields=DATES, shared__round_dot_bpmn=ROUND))
    instance = quick_bench.start("p", ends_at=MORNING + timedelta(days=1))
    assert len(quick_bench.waits(instance)) == 3
    quick_bench.tell(instance, "closed")
    assert [it.element for it in quick_bench.waits(instance)] == ["after"]
    assert quick_bench.rows("select * from engine_job") == []
    assert quick_bench.complete(instance, "after").status == "completed"


def test_a_message_that_comes_early_is_kept_and_one_that_expired_is_not(quick_bench: Bench) -> None:
    nodes = [
        START,
        user("first"),
        catch("paper", message("paper")),
        user("second"),
        catch("stamp", message("stamp")),
        END,
    ]
    arrows = chain("start", "first", "paper", "second", "stamp", "end")
    diagram = draw("p", nodes, arrows, messages=["paper", "stamp"])
    quick_bench.deploy(folder("p", diagram, fields={"number": "string"}))
    instance = quick_bench.start("p")
    quick_bench.tell(instance, "paper", "m1", number="7")
    quick_bench.tell(instance, "paper", "m1", number="7")
    quick_bench.tell(instance, "stamp")
    assert len(quick_bench.rows("select * from engine_message")) == 2
    quick_bench.complete(instance, "first")
    assert quick_bench.open(instance) == ["second"]
    assert quick_bench.data(instance) == {"number": "7"}
    quick_bench.later(days=31)
    quick_bench.complete(instance, "second")
    assert [it.kind for it in quick_bench.waits(instance)] == ["message"]
    assert quick_bench.tell(instance, "stamp").status == "completed"


def test_of_two_moments_behind_one_gateway_each_keeps_its_own(quick_bench: Bench) -> None:
    nodes = [START, gateway("race", "eventBased"), catch("soon", timer("soon_at")), catch("late", timer("late_at")),
             catch("news", message("news")), user("a"), user("b"), user("c"), END]  # fmt: skip
    arrows = [("start", "race"), *chain("race", "soon", "a", "end"), *chain("race", "late", "b", "end"),
              *chain("race", "news", "c", "end")]  # fmt: skip
    diagram = draw("p", nodes, arrows, messages=["news"])
    quick_bench.deploy(folder("p", diagram, fields={"soon_at": "datetime", "late_at": "datetime"}))
    moments: dict[str, Any] = {"soon_at": MORNING + timedelta(days=1), "late_at": MORNING + timedelta(days=9)}
    instance = quick_bench.start("p", **moments)
    due = {it.element: it.due_at for it in quick_bench.waits(instance)}
    assert due == {"soon": moments["soon_at"], "late": moments["late_at"], "news": None}
    quick_bench.later(days=2)
    quick_bench.fire(instance)
    assert quick_bench.open(instance) == ["a"]
    told = quick_bench.start("p", soon_at=MORNING + timedelta(days=8), late_at=MORNING + timedelta(days=9))
    quick_bench.tell(told, "news")
    assert quick_bench.open(told) == ["c"]
    assert quick_bench.complete(told, "c").status == "completed"


def test_both_moments_past_takes_the_earlier_alone(quick_bench: Bench) -> None:
    nodes = [START, gateway("race", "eventBased"), catch("one", timer("one_at")), catch("two", timer("two_at")),
             user("a"), user("b"), END]  # fmt: skip
    arrows = [("start", "race"), *chain("race", "one", "a", "end"), *chain("race", "two", "b", "end")]
    quick_bench.deploy(
        folder("p", draw("p", nodes, arrows), fields={"one_at": "datetime", "two_at": "datetime"})
    )
    past = quick_bench.start("p", one_at=MORNING - timedelta(days=1), two_at=MORNING - timedelta(days=2))
    assert quick_bench.open(past) == ["b"]


def test_an_event_subprocess_interrupts_what_is_around_it(quick_bench: Bench) -> None:
    inside = ['<bpmn:startEvent id="asked">' + message("stop") + "</bpmn:startEvent>", user("close"),
              '<bpmn:endEvent id="closed"/>']  # fmt: skip
    event = sub("event", inside, chain("asked", "close", "closed"), triggered=True)
    nodes = [START, user("a"), END, event]
    quick_bench.deploy(folder("p", draw("p", nodes, chain("start", "a", "end"), messages=["stop"])))
    instance = quick_bench.start("p")
    assert {it.element for it in quick_bench.waits(instance)} == {"a", "asked"}
    quick_bench.tell(instance, "stop")
    assert quick_bench.open(instance) == ["close"]
    assert quick_bench.complete(instance, "close").status == "completed"
    other = quick_bench.start("p")
    assert (quick_bench.complete(other, "a").status, quick_bench.waits(other)) == ("completed", [])
    again = quick_bench.start("p")
    assert quick_bench.complete(again, "a").end_element == "end"


def test_links_join_and_a_signal_thrown_at_the_end_is_caught(quick_bench: Bench) -> None:
    link = '<bpmn:linkEventDefinition name="L"/>'
    nodes = [START, user("a"), f'<bpmn:intermediateThrowEvent id="out">{link}</bpmn:intermediateThrowEvent>',
             f'<bpmn:intermediateCatchEvent id="in">{link}</bpmn:intermediateCatchEvent>', user("b"), END]  # fmt: skip
    diagram = draw("p", nodes, [*chain("start", "a", "out"), *chain("in", "b", "end")])
    quick_bench.deploy(folder("p", diagram))
    instance = quick_bench.start("p")
    quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == ["b"]

    signal = '<bpmn:signalEventDefinition signalRef="sig"/>'
    nodes = [START, gateway("split", "parallel"), user("w"), edge("heard", "w", signal), user("u"), user("after"),
             f'<bpmn:endEvent id="shout">{signal}</bpmn:endEvent>', END]  # fmt: skip
    arrows = [
        ("start", "split"),
        *chain("split", "w", "end"),
        *chain("heard", "after", "end"),
        *chain("split", "u", "shout"),
    ]
    diagram = draw("s", nodes, arrows, extra='<bpmn:signal id="sig" name="sig"/>')
    quick_bench.deploy(folder("s", diagram))
    other = quick_bench.start("s")
    quick_bench.complete(other, "u")
    assert quick_bench.open(other) == ["after"]


def test_an_error_inside_leaves_at_the_edge(quick_bench: Bench) -> None:
    error = '<bpmn:errorEventDefinition errorRef="err"/>'
    inner = sub("block", ['<bpmn:startEvent id="bs"/>', user("look"), f'<bpmn:endEvent id="fail">{error}</bpmn:endEvent>'],
                chain("bs", "look", "fail"))  # fmt: skip
    nodes = [START, inner, edge("failed", "block", error), user("repair"), END]
    diagram = draw("p", nodes, [*chain("start", "block", "end"), *chain("failed", "repair", "end")],
                   extra='<bpmn:error id="err" name="err" errorCode="E1"/>')  # fmt: skip
    quick_bench.deploy(folder("p", diagram))
    instance = quick_bench.start("p")
    quick_bench.complete(instance, "look")
    assert quick_bench.open(instance) == ["repair"]


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_a_join_inside_a_subprocess_inside_a_loop_waits_for_both_each_time(
    quick_bench: Bench, order: str
) -> None:
    block = sub("block", ['<bpmn:startEvent id="bs"/>', gateway("split", "parallel"), user("a"), user("b"),
                          gateway("join", "parallel"), '<bpmn:endEvent id="be"/>'],
                [("bs", "split"), *chain("split", "a", "join"), *chain("split", "b", "join"), ("join", "be")])  # fmt: skip
    nodes = [START, block, user("again"), gateway("way", default="way_end"), END]
    arrows = [*chain("start", "block", "again", "way", "end"), ("way", "block", "turn < 3")]
    quick_bench.deploy(folder("p", draw("p", nodes, arrows), fields={"turn": "number"}))
    instance = quick_bench.start("p")
    for turn in range(4):
        first, second = sorted(order, reverse=(turn % 2 == 1) == (order == "ab"))
        quick_bench.complete(instance, first)
        assert quick_bench.open(instance) == [second]
        quick_bench.complete(instance, second)
        quick_bench.complete(instance, "again", turn=turn)
    assert quick_bench.waits(instance) == []


def test_a_message_that_does_not_interrupt_is_heard_each_time(quick_bench: Bench) -> None:
    nodes = [START, user("answer"), edge("asked", "answer", message("question"), interrupting=False),
             task("note", "letter/write", kind='"q"'), '<bpmn:endEvent id="noted"/>', END]  # fmt: skip
    diagram = draw(
        "p",
        nodes,
        [*chain("start", "answer", "end"), *chain("asked", "note", "noted")],
        messages=["question"],
    )
    quick_bench.deploy(folder("p", diagram))
    instance = quick_bench.start("p")
    for count in range(1, 4):
        quick_bench.tell(instance, "question")
        assert len(quick_bench.postbox) == count
        assert quick_bench.open(instance, "message") == ["asked"]
    instance = quick_bench.complete(instance, "answer")
    assert (instance.status, quick_bench.waits(instance)) == ("completed", [])


@pytest.mark.usefixtures("careless")
def test_a_process_that_runs_in_circles_is_stopped(quick_bench: Bench) -> None:
    nodes = [START, task("date", "letter/schedule", days="3"), gateway("way", default="way_date"), END]
    arrows = [*chain("start", "date", "way", "date"), ("way", "end", "ends_at = null")]
    files = folder("p", draw("p", nodes, arrows), fields=DATES)
    quick_bench.deploy(files)
    with pytest.raises(BudgetExceeded):
        quick_bench.start("p")
    assert quick_bench.rows("select * from engine_instance") == []


@pytest.mark.usefixtures("careless")
def test_a_process_that_waits_for_nothing_is_not_left_lying(quick_bench: Bench) -> None:
    nodes = [START, gateway("way", default="way_join"), user("a"), gateway("join", "parallel"), END]
    arrows = [("start", "way"), ("way", "a", "ends_at = null"), ("way", "join"), *chain("a", "join", "end")]
    quick_bench.deploy(folder("p", draw("p", nodes, arrows), fields=DATES))
    with pytest.raises(Stuck):
        quick_bench.start("p", ends_at=MORNING)
