"""Arrows, beginnings, ends and joins the library runs wrongly without saying so: each runs here as BPMN says."""

from __future__ import annotations

import pytest
from SpiffWorkflow.exceptions import SpiffWorkflowException

from engine.lint import check_files
from tests.engine.conftest import Bench
from tests.engine.drawing import END, LANE, START, chain, draw, folder, gateway, sub, user
from tests.engine.lowered import BEGIN, FIELDS, WAYPOINTS, deploy, finish, open_plainly, plainly


def test_several_arrows_out_of_a_task_are_all_taken(quick_bench: Bench) -> None:
    nodes = [START, user("a"), user("b"), user("c"), END]
    diagram = deploy(quick_bench, nodes, [("start", "a"), *chain("a", "b", "end"), *chain("a", "c", "end")])
    instance = quick_bench.start("p")
    quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == ["b", "c"]
    assert quick_bench.complete(instance, "b").status == "active"
    assert quick_bench.complete(instance, "c").end_element == "end"
    with pytest.raises(SpiffWorkflowException, match="Multiple outgoing flows"):
        plainly(diagram)


@pytest.mark.parametrize(("x", "expected"), [(0, ["c"]), (2, ["b", "c"])])
def test_of_arrows_out_of_a_task_those_with_a_condition_are_taken_when_it_holds(
    quick_bench: Bench, x: int, expected: list[str]
) -> None:
    nodes = [START, user("a"), user("b"), user("c"), END]
    deploy(quick_bench, nodes, [("start", "a"), ("a", "b", "x > 1"), *chain("a", "c", "end"), ("b", "end")])
    instance = quick_bench.start("p", x=x)
    quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == expected


@pytest.mark.parametrize(("x", "expected"), [(0, "c"), (2, "b")])
def test_the_default_arrow_of_a_task_is_taken_when_no_condition_holds(
    quick_bench: Bench, x: int, expected: str
) -> None:
    nodes = [START, user("a").replace('id="a"', 'id="a" default="a_c"'), user("b"), user("c"), END]
    deploy(quick_bench, nodes, [("start", "a"), ("a", "b", "x > 1"), *chain("a", "c", "end"), ("b", "end")])
    instance = quick_bench.start("p", x=x)
    quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == [expected]


def test_the_library_takes_an_arrow_out_of_a_task_although_its_condition_is_false() -> None:
    diagram = draw(
        "p", [START, user("a"), user("b"), END], [("start", "a"), ("a", "b", "1 > 2"), ("b", "end")]
    )
    workflow = plainly(diagram)
    finish(workflow, "a")
    assert open_plainly(workflow) == ["b"]
    assert any("no default arrow" in it.sentence for it in check_files(folder("p", diagram)))


def test_two_arrows_between_the_same_steps_are_two_ways(quick_bench: Bench) -> None:
    nodes = [START, gateway("g", default="again"), user("a"), END]
    twice = draw("p", nodes, [("start", "g"), ("g", "a", "x > 1"), ("a", "end")])
    flow = '<bpmn:sequenceFlow id="again" sourceRef="g" targetRef="a"/></bpmn:process>'
    shape = '<bpmndi:BPMNEdge id="g_a_di" bpmnElement="g_a">'
    twice = twice.replace("</bpmn:process>", flow)
    twice = twice.replace(shape, shape.replace("g_a", "again") + WAYPOINTS + shape)
    quick_bench.deploy(folder("p", twice, fields=FIELDS))
    for x in (0, 2):
        assert quick_bench.open(quick_bench.start("p", x=x)) == ["a"]


# --- beginnings and ends


def test_without_a_start_event_whatever_no_arrow_leads_to_begins(quick_bench: Bench) -> None:
    diagram = deploy(
        quick_bench, [user("a"), user("b"), user("c"), END], [*chain("a", "c", "end"), ("b", "end")]
    )
    instance = quick_bench.start("p")
    assert quick_bench.open(instance) == ["a", "b"]
    quick_bench.complete(instance, "b")
    quick_bench.complete(instance, "a")
    assert quick_bench.complete(instance, "c").status == "completed"
    with pytest.raises(SpiffWorkflowException):
        plainly(diagram)


def test_several_plain_start_events_begin_together(quick_bench: Bench) -> None:
    nodes = [START, '<bpmn:startEvent id="also"/>', sub("block", [user("a"), user("b")], []), user("c"), END]
    deploy(quick_bench, nodes, [*chain("start", "block", "end"), *chain("also", "c", "end")])
    instance = quick_bench.start("p")
    assert {"start done", "also done"} <= set(quick_bench.happened(instance))
    assert quick_bench.open(instance) == ["a", "b", "c"]
    for name in "cba":
        assert instance.status == "active"
        instance = quick_bench.complete(instance, name)
    assert instance.status == "completed"


def test_whatever_no_arrow_leaves_ends_there(quick_bench: Bench) -> None:
    block = sub("block", [BEGIN, user("a")], [("s", "a")])
    diagram = deploy(quick_bench, [START, block, user("b")], chain("start", "block", "b"))
    instance = quick_bench.start("p")
    quick_bench.complete(instance, "a")
    assert quick_bench.complete(instance, "b").status == "completed"
    with pytest.raises(SpiffWorkflowException, match="End event"):
        plainly(diagram)


def test_a_task_of_no_kind_is_done_by_a_person(quick_bench: Bench) -> None:
    deploy(
        quick_bench,
        [START, '<bpmn:task id="a" name="a"/>', END],
        chain("start", "a", "end"),
        lanes={LANE: ["a"]},
    )
    instance = quick_bench.start("p")
    assert quick_bench.open(instance) == ["a"]
    assert quick_bench.complete(instance, "a").status == "completed"


# --- joins in loops

LOOP = [gateway("enter"), gateway("way", default="way_end"), END]


@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
def test_a_join_in_a_loop_waits_for_every_branch_of_its_pass(quick_bench: Bench, kind: str) -> None:
    split = gateway("split", "parallel")
    nodes = [START, split, user("a"), user("b"), gateway("join", kind), user("again"), *LOOP]
    arrows = [*chain("start", "enter", "split"), *chain("split", "a", "join"), *chain("split", "b", "join"),
              *chain("join", "again", "way", "end"), ("way", "enter", "x < 4")]  # fmt: skip
    deploy(quick_bench, nodes, arrows)
    instance = quick_bench.start("p", x=0)
    for turn, order in enumerate(["ab", "ba", "ba", "ab", "ba"]):
        quick_bench.complete(instance, order[0])
        assert quick_bench.open(instance) == [order[1]], turn
        quick_bench.complete(instance, order[1])
        assert quick_bench.open(instance) == ["again"]
        instance = quick_bench.complete(instance, "again", x=turn)
    assert instance.status == "completed"


def test_the_library_joins_too_early_the_second_time() -> None:
    nodes = [
        START,
        gateway("split", "parallel"),
        user("a"),
        user("b"),
        gateway("join", "parallel"),
        user("again"),
        *LOOP,
    ]
    arrows = [*chain("start", "enter", "split"), *chain("split", "a", "join"), *chain("split", "b", "join"),
              *chain("join", "again", "way", "end"), ("way", "enter", "True")]  # fmt: skip
    workflow = plainly(draw("p", nodes, arrows))
    early = []
    for order in ["ab", "ba", "ab", "ba"]:
        finish(workflow, order[0])
        early.append(open_plainly(workflow) != [order[1]])
        if not early[-1]:
            finish(workflow, order[1])
            finish(workflow, "again")
        else:
            break
    assert early[0] is False
    assert early[-1] is True


def test_an_inclusive_join_waits_only_for_what_can_still_come(quick_bench: Bench) -> None:
    nodes = [START, gateway("split", "inclusive", default="split_c"), user("a"), user("b"), user("c"), gateway("stay", default="stay_join"),
             gateway("join", "inclusive"), user("after"), END, '<bpmn:endEvent id="left"/>']  # fmt: skip
    arrows = [("start", "split"), ("split", "a", "x > 0"), ("split", "b", "x > 1"), ("split", "c"), ("a", "join"),
              *chain("b", "stay", "join"), ("stay", "left", "x > 5"), ("c", "join"), *chain("join", "after", "end")]  # fmt: skip
    deploy(quick_bench, nodes, arrows)
    alone = quick_bench.start("p", x=1)
    quick_bench.complete(alone, "a")
    assert quick_bench.open(alone) == ["after"]
    both = quick_bench.start("p", x=2)
    quick_bench.complete(both, "a")
    assert quick_bench.open(both) == ["b"]
    quick_bench.complete(both, "b")
    assert quick_bench.open(both) == ["after"]
    gone = quick_bench.start("p", x=2)
    quick_bench.complete(gone, "a")
    quick_bench.complete(gone, "b", x=6)
    assert quick_bench.open(gone) == ["after"]
    assert quick_bench.complete(gone, "after").status == "completed"
