"""Constructs the library runs wrongly without saying so: each runs here as BPMN says, and there as it should not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from engine.errors import Uncaught
from engine.lint import check_files
from tests.engine.conftest import MORNING, Bench
from tests.engine.drawing import (
    END,
    LANE,
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

BEGIN, OVER = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'
ERROR = '<bpmn:errorEventDefinition errorRef="err"/>'
ERRORS = (
    '<bpmn:error id="err" name="err" errorCode="E1"/><bpmn:error id="other" name="other" errorCode="E2"/>'
)
ESCALATION = '<bpmn:escalationEventDefinition escalationRef="esc"/>'
ESCALATIONS = '<bpmn:escalation id="esc" name="esc" escalationCode="S1"/>'
WAYPOINTS = '<di:waypoint x="0" y="0"/><di:waypoint x="1" y="1"/></bpmndi:BPMNEdge>'
FIELDS = {"x": "number", "soon_at": "datetime", "late_at": "datetime"}


def plainly(diagram: str) -> BpmnWorkflow:
    """The same drawing in the library as it comes, run until it waits."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(diagram.encode()))
    workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
    workflow.do_engine_steps()
    return workflow


def open_plainly(workflow: BpmnWorkflow) -> list[str]:
    return sorted(it.task_spec.name for it in workflow.get_tasks(state=TaskState.READY, manual=True))


def finish(workflow: BpmnWorkflow, name: str) -> None:
    next(
        it for it in workflow.get_tasks(state=TaskState.READY, manual=True) if it.task_spec.name == name
    ).run()
    workflow.do_engine_steps()


def deploy(bench: Bench, nodes: list[str], arrows: Any, **more: Any) -> str:
    diagram = draw("p", nodes, arrows, **more)
    bench.deploy(folder("p", diagram, fields=FIELDS))
    return diagram


def thrown(kind: str, identity: str, definition: str) -> str:
    tag = "endEvent" if kind == "end" else "intermediateThrowEvent"
    return f'<bpmn:{tag} id="{identity}">{definition}</bpmn:{tag}>'


def on(definition: str, *, interrupting: bool = True, identity: str = "asked") -> str:
    """The start event of an event subprocess."""
    return f'<bpmn:startEvent id="{identity}" isInterrupting="{str(interrupting).lower()}">{definition}</bpmn:startEvent>'


# --- arrows


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


# --- links, signals, moments


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


# --- what is around: terminate, data, names of files, how far it is


def test_a_terminate_end_in_a_subprocess_ends_that_alone(quick_bench: Bench) -> None:
    block = sub("block", [BEGIN, user("a"), user("b"), thrown("end", "stop", "<bpmn:terminateEventDefinition/>")],
                [*chain("s", "a", "stop"), ("s", "b")])  # fmt: skip
    nodes = [START, gateway("g", "parallel"), block, user("c"), user("d"), END]
    deploy(quick_bench, nodes, [("start", "g"), *chain("g", "block", "d", "end"), *chain("g", "c", "end")])
    instance = quick_bench.start("p")
    assert quick_bench.open(instance) == ["a", "b", "c"]
    quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == ["c", "d"]


def test_an_event_at_an_edge_may_go_several_ways(quick_bench: Bench) -> None:
    nodes = [START, user("a"), edge("told", "a", message("m")), user("b"), user("c"), END]
    arrows = [*chain("start", "a", "end"), *chain("told", "b", "end"), *chain("told", "c", "end")]
    deploy(quick_bench, nodes, arrows, messages=["m"])
    instance = quick_bench.start("p")
    quick_bench.tell(instance, "m")
    assert quick_bench.open(instance) == ["b", "c"]


def test_data_is_drawn_for_people_and_changes_nothing(quick_bench: Bench) -> None:
    asks = '<bpmn:dataInputAssociation id="in"><bpmn:sourceRef>gone</bpmn:sourceRef><bpmn:targetRef>p1</bpmn:targetRef></bpmn:dataInputAssociation>'
    task = user("a").replace("</bpmn:userTask>", f'<bpmn:property id="p1" name="x"/>{asks}</bpmn:userTask>')
    nodes = [
        START,
        task,
        END,
        '<bpmn:dataObjectReference id="gone" dataObjectRef="paper"/>',
        '<bpmn:dataObject id="paper"/>',
    ]
    deploy(quick_bench, nodes, chain("start", "a", "end"))
    instance = quick_bench.start("p")
    assert quick_bench.complete(instance, "a").status == "completed"


def test_two_files_may_use_one_id_for_two_messages(quick_bench: Bench) -> None:
    inner = draw(
        "inner", [START, catch("wait", message("m")), END], chain("start", "wait", "end"), messages=["m"]
    )
    inner = inner.replace('name="m"', 'name="theirs"')
    nodes = [START, catch("first", message("m")), call("c", "inner"), END]
    outer = draw("p", nodes, chain("start", "first", "c", "end"), messages=["m"]).replace(
        'name="m"', 'name="ours"'
    )
    quick_bench.deploy(folder("p", outer, shared__inner_dot_bpmn=inner))
    instance = quick_bench.start("p")
    quick_bench.tell(instance, "ours")
    assert quick_bench.tell(instance, "theirs").status == "completed"


def test_progress_follows_links_and_undrawn_starts(quick_bench: Bench) -> None:
    link = '<bpmn:linkEventDefinition name="L"/>'
    deploy(
        quick_bench,
        [user("a"), thrown("throw", "out", link), catch("in", link), user("b")],
        [*chain("a", "out"), *chain("in", "b")],
    )
    instance = quick_bench.start("p")
    with quick_bench.database.session() as session:
        places = quick_bench.runtime.progress(session, instance.tenant_id, instance.id)
    assert [(it.element, it.state) for it in places] == [
        ("a", "current"), ("out", "ahead"), ("in", "ahead"), ("b", "ahead"),
    ]  # fmt: skip
