"""Terminate ends, edges, data, ids of two files, progress: what surrounds the steps runs as it is drawn."""

from __future__ import annotations

from tests.engine.conftest import Bench
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
    user,
)
from tests.engine.lowered import BEGIN, deploy, thrown


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
