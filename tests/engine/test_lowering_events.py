"""Links, signals, races, errors and escalations: each runs here as BPMN says, and not so in the library."""

from __future__ import annotations

from datetime import timedelta

import pytest
from SpiffWorkflow.util.task import TaskState

from engine.errors import Uncaught
from engine.lint import check_files
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
    timer,
    user,
)
from tests.engine.lowered import (
    BEGIN,
    ERROR,
    ERRORS,
    ESCALATION,
    ESCALATIONS,
    OVER,
    deploy,
    finish,
    open_plainly,
    plainly,
    thrown,
)


def test_the_library_loses_the_token_at_a_link_and_the_signal_of_an_end() -> None:
    link = '<bpmn:linkEventDefinition name="L"/>'
    nodes = [START, thrown("throw", "out", link), catch("in", link), user("b"), END]
    workflow = plainly(draw("p", nodes, [("start", "out"), *chain("in", "b", "end")]))
    assert open_plainly(workflow) == []
    assert not workflow.get_tasks(state=TaskState.WAITING)
    signal = '<bpmn:signalEventDefinition signalRef="sig"/>'
    nodes = [
        START,
        gateway("g", "parallel"),
        catch("heard", signal),
        user("b"),
        user("c"),
        thrown("end", "shout", signal),
        END,
    ]
    arrows = [("start", "g"), *chain("g", "heard", "b", "end"), *chain("g", "c", "shout")]
    workflow = plainly(draw("p", nodes, arrows, extra='<bpmn:signal id="sig" name="sig"/>'))
    finish(workflow, "c")
    assert open_plainly(workflow) == []


def test_a_task_that_receives_may_stand_behind_an_event_gateway(quick_bench: Bench) -> None:
    receive = '<bpmn:receiveTask id="news" name="news" messageRef="message_m"/>'
    nodes = [
        START,
        gateway("race", "eventBased"),
        receive,
        catch("late", timer("late_at")),
        user("a"),
        user("b"),
        END,
    ]
    arrows = [("start", "race"), *chain("race", "news", "a", "end"), *chain("race", "late", "b", "end")]
    deploy(quick_bench, nodes, arrows, messages=["m"])
    instance = quick_bench.start("p", late_at=MORNING + timedelta(days=1))
    quick_bench.tell(instance, "m")
    assert quick_bench.open(instance) == ["a"]


def test_an_event_gateway_in_a_loop_races_anew_each_time(quick_bench: Bench) -> None:
    nodes = [START, gateway("race", "eventBased"), catch("news", message("m")), catch("late", timer("P1D", "timeDuration")), user("a"),
             gateway("way", default="way_end"), END]  # fmt: skip
    arrows = [
        ("start", "race"),
        *chain("race", "news", "a", "way", "end"),
        ("way", "race", "x < 3"),
        *chain("race", "late", "end"),
    ]
    deploy(quick_bench, nodes, arrows, messages=["m"])
    instance = quick_bench.start("p")
    for turn in range(3):
        assert quick_bench.wait(instance, "late").due_at == quick_bench.clock.now() + timedelta(days=1)
        quick_bench.later(hours=5)
        quick_bench.tell(instance, "m")
        quick_bench.complete(instance, "a", x=turn)
    quick_bench.later(days=2)
    assert quick_bench.fire(instance).status == "completed"


# --- errors and escalations


def test_the_error_that_names_itself_is_caught_before_the_one_that_catches_all(quick_bench: Bench) -> None:
    block = sub("block", [BEGIN, user("a"), thrown("end", "fail", ERROR)], chain("s", "a", "fail"))
    nodes = [
        START,
        block,
        edge("any", "block", "<bpmn:errorEventDefinition/>"),
        edge("named", "block", ERROR),
        user("b"),
        user("c"),
        END,
    ]
    arrows = [*chain("start", "block", "end"), *chain("any", "b", "end"), *chain("named", "c", "end")]
    deploy(quick_bench, nodes, arrows, extra=ERRORS)
    instance = quick_bench.start("p")
    quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == ["c"]


def test_an_error_of_a_called_process_is_caught_where_it_is_called(quick_bench: Bench) -> None:
    inner = draw("inner", [START, user("a"), thrown("end", "fail", ERROR)], chain("start", "a", "fail"),
                 extra='<bpmn:error id="err" name="other id, same code" errorCode="E9"/>')  # fmt: skip
    nodes = [
        START,
        call("c", "inner"),
        edge("failed", "c", '<bpmn:errorEventDefinition errorRef="nine"/>'),
        user("b"),
        END,
    ]
    outer = draw("p", nodes, [*chain("start", "c", "end"), *chain("failed", "b", "end")],
                 extra='<bpmn:error id="err" errorCode="E1"/><bpmn:error id="nine" errorCode="E9"/>')  # fmt: skip
    quick_bench.deploy(folder("p", outer, shared__inner_dot_bpmn=inner))
    instance = quick_bench.start("p")
    quick_bench.complete(instance, "c/a")
    assert quick_bench.open(instance) == ["b"]


ASIDE = sub(
    "aside",
    ['<bpmn:startEvent id="as"/>', user("calm"), '<bpmn:endEvent id="ae"/>'],
    chain("as", "calm", "ae"),
)
BESIDE = [
    BEGIN,
    gateway("split", "parallel"),
    ASIDE,
    edge("wrong", "aside", ERROR),
    user("a"),
    thrown("end", "fail", ERROR),
    OVER,
]
BESIDES = [("s", "split"), *chain("split", "aside", "e"), ("wrong", "e"), *chain("split", "a", "fail")]


def test_an_error_is_not_caught_at_the_edge_of_what_did_not_fail(quick_bench: Bench) -> None:
    nodes = [START, sub("block", BESIDE, BESIDES), edge("right", "block", ERROR), user("b"), END]
    deploy(quick_bench, nodes, [*chain("start", "block", "end"), *chain("right", "b", "end")], extra=ERRORS)
    instance = quick_bench.start("p")
    quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == ["b"]
    assert "wrong done" not in quick_bench.happened(instance)


def test_the_library_catches_it_there() -> None:
    nodes = [START, sub("block", BESIDE, BESIDES), edge("right", "block", ERROR), user("b"), END]
    workflow = plainly(
        draw("p", nodes, [*chain("start", "block", "end"), *chain("right", "b", "end")], extra=ERRORS)
    )
    finish(workflow, "a")
    assert workflow.get_tasks(spec_name="wrong", state=TaskState.COMPLETED)


def test_an_error_caught_nowhere_is_refused_when_it_is_deployed_and_when_it_is_raised(
    quick_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes = [START, user("a"), thrown("end", "fail", ERROR)]
    files = folder("p", draw("p", nodes, chain("start", "a", "fail"), extra=ERRORS))
    monkeypatch.setattr("engine.definition.check_files", lambda *_, **__: [])
    quick_bench.deploy(files)
    instance = quick_bench.start("p")
    assert any("caught nowhere" in it.sentence for it in check_files(files))
    with pytest.raises(Uncaught, match="fail is caught nowhere"):
        quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == ["a"]


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_leaves_at_the_edge_and_interrupts_only_if_drawn_so(
    quick_bench: Bench, interrupting: bool
) -> None:
    block = sub("block", [BEGIN, user("a"), thrown("throw", "tell", ESCALATION), user("b"), thrown("end", "over", ESCALATION)],
                chain("s", "a", "tell", "b", "over"))  # fmt: skip
    nodes = [START, block, edge("heard", "block", ESCALATION, interrupting=interrupting), user("c"), END]
    arrows = [*chain("start", "block", "end"), *chain("heard", "c", "end")]
    deploy(quick_bench, nodes, arrows, extra=ESCALATIONS)
    instance = quick_bench.start("p")
    quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == (["c"] if interrupting else ["b", "c"])
    if not interrupting:
        quick_bench.complete(instance, "b")
        assert quick_bench.open(instance) == ["c", "c"]


def test_an_escalation_nobody_waits_for_is_lost_without_harm(quick_bench: Bench) -> None:
    deploy(quick_bench, [START, user("a"), thrown("throw", "tell", ESCALATION), user("b"), END], chain("start", "a", "tell", "b", "end"),
           extra=ESCALATIONS)  # fmt: skip
    instance = quick_bench.start("p")
    quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == ["b"]
