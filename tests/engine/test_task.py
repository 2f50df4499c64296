"""What a person's task and an engine's task do: forms, guards, operations, decisions, listeners, progress."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.errors import AnswersRefused, EngineError, GuardHolds
from engine.history import verify
from engine.service import Step
from engine.wait import Wait
from processes.database import Database
from tests.engine.conftest import MORNING, TENANT, Bench
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
    task,
    timer,
    user,
)

FORM = json.dumps(
    {
        "schemaVersion": 16,
        "type": "default",
        "id": "plan",
        "components": [
            {
                "type": "textfield",
                "key": "kind",
                "label": "Kind",
                "validate": {"required": True, "maxLength": 20},
            },
            {"type": "number", "key": "copies", "label": "Copies", "validate": {"min": 1, "max": 9}},
        ],
    }
)
TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="http://camunda.org/schema/1.0/dmn">
  <decision id="route" name="Route"><decisionTable id="t" hitPolicy="UNIQUE">
    <input id="i1" label="Copies"><inputExpression id="e1" typeRef="number"><text>copies</text></inputExpression></input>
    <output id="o1" label="Way" name="way" typeRef="string"/>
    <rule id="r1"><inputEntry id="r1i"><text>&lt; 5</text></inputEntry><outputEntry id="r1o"><text>"few"</text></outputEntry></rule>
    <rule id="r2"><inputEntry id="r2i"><text>&gt;= 5</text></inputEntry><outputEntry id="r2o"><text>"many"</text></outputEntry></rule>
  </decisionTable></decision>
</definitions>"""


def _office(**properties: str) -> dict[str, str]:
    nodes = [START, user("plan", page="", **properties), decide("choose", "route"), user("after"), END]
    fields = {"kind": "string", "copies": "number", "way": "string"}
    diagram = draw("p", nodes, chain("start", "plan", "choose", "after", "end"))
    return folder("p", diagram, fields=fields, forms__plan_dot_form=FORM, decisions__route_dot_dmn=TABLE)


def test_answers_are_checked_by_the_form_and_decide_the_way(bench: Bench) -> None:
    bench.deploy(_office())
    instance = bench.start("p")
    with pytest.raises(AnswersRefused) as refused:
        bench.complete(instance, "plan", kind="", copies="12")
    assert set(refused.value.errors) == {"kind", "copies"}
    assert bench.open(instance) == ["plan"]
    bench.complete(instance, "plan", kind=" notice ", copies="7", stranger="ignored")
    assert bench.data(instance) == {"kind": "notice", "copies": 7, "way": "many"}


def test_an_operation_runs_with_the_checked_answers_in_the_same_step(bench: Bench) -> None:
    bench.deploy(_office(operation="letter/write"))
    instance = bench.start("p")
    bench.complete(instance, "plan", kind="notice", copies="2")
    assert bench.postbox == ["plan:notice", "plan:notice"]
    assert bench.data(instance)["letters"] == 2


def test_a_guard_holds_a_task_until_it_is_true(bench: Bench) -> None:
    bench.deploy(_office(guard="letter.unanswered = 0 and copies < 9"))
    instance = bench.start("p")
    bench.postbox.append("a question")
    with pytest.raises(GuardHolds) as held:
        bench.complete(instance, "plan", kind="x", copies="2")
    assert held.value.values == {"letter.unanswered": 1, "copies": 2}
    bench.postbox.clear()
    assert bench.open(bench.complete(instance, "plan", kind="x", copies="2")) == ["after"]


class Ear:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def opened(
        self, step: Step, wait: Wait, properties: Mapping[str, str], data: Mapping[str, Any]
    ) -> datetime | None:
        self.heard.append(("opened", wait.element))
        return step.now + timedelta(days=int(data["copies"])) if "term" in properties else None

    def closed(self, step: Step, wait: Wait, how: str) -> None:
        self.heard.append((how, wait.element))

    def ended(self, step: Step, end_element: str) -> None:
        self.heard.append(("ended", end_element))


@pytest.fixture
def listening(database: Database) -> tuple[Bench, Ear]:
    ear = Ear()
    return Bench(database, listeners=(ear,)), ear


def test_a_listener_hears_what_opens_closes_and_ends_and_gives_the_due_moment(
    listening: tuple[Bench, Ear],
) -> None:
    bench, ear = listening
    nodes = [START, user("a", term="dp.reply.term"), edge("late", "a", timer("ends_at")), user("b"), END]
    fields = {"ends_at": "datetime", "copies": "number"}
    bench.deploy(
        folder("p", draw("p", nodes, [*chain("start", "a", "b", "end"), ("late", "b")]), fields=fields)
    )
    instance = bench.start("p", ends_at=MORNING + timedelta(days=9), copies=3)
    assert bench.wait(instance, "a").due_at == MORNING + timedelta(days=3)
    bench.move(instance, "a", MORNING + timedelta(days=4))
    assert bench.wait(instance, "a").due_at == MORNING + timedelta(days=4)
    bench.later(days=10)
    bench.fire(instance)
    bench.complete(instance, "b")
    assert ear.heard == [
        ("opened", "a"), ("cancelled", "a"), ("fired", "late"), ("opened", "b"), ("completed", "b"), ("ended", "end"),
    ]  # fmt: skip


def test_a_listener_that_fails_takes_the_step_with_it(listening: tuple[Bench, Ear]) -> None:
    bench, _ = listening
    bench.deploy(folder("p", draw("p", [START, user("a", term="x.y"), END], chain("start", "a", "end"))))
    with pytest.raises(KeyError):
        bench.start("p")
    assert bench.rows("select * from engine_instance") == []


def test_a_due_field_gives_the_task_its_moment(quick_bench: Bench) -> None:
    diagram = draw("p", [START, user("a", due="ends_at"), END], chain("start", "a", "end"))
    quick_bench.deploy(folder("p", diagram, fields={"ends_at": "datetime"}))
    instance = quick_bench.start("p", ends_at=MORNING + timedelta(days=1))
    assert quick_bench.wait(instance, "a").due_at == MORNING + timedelta(days=1)


def test_a_timer_without_a_moment_refuses_the_step(quick_bench: Bench) -> None:
    diagram = draw(
        "p", [START, user("a"), catch("t", timer("ends_at")), END], chain("start", "a", "t", "end")
    )
    quick_bench.deploy(folder("p", diagram, fields={"ends_at": "datetime"}))
    instance = quick_bench.start("p")
    with pytest.raises(EngineError, match="ends_at"):
        quick_bench.complete(instance, "a")
    assert quick_bench.open(instance) == ["a"]


def test_a_wait_knows_its_lane_and_role_through_a_called_process(quick_bench: Bench) -> None:
    inner = draw("inner", [START, user("deep"), END], chain("start", "deep", "end"), lanes={})
    outer = draw("p", [START, call("a", "inner"), user("b"), END], chain("start", "a", "b", "end"),
                 lanes={"Council": ["a"], "Planner": ["b"]})  # fmt: skip
    roles = {"Council": "member", "Planner": "planner"}
    quick_bench.deploy(folder("p", outer, lanes=roles, shared__inner_dot_bpmn=inner))
    instance = quick_bench.start("p")
    wait = quick_bench.wait(instance, "a/deep")
    assert (wait.lane, wait.role) == ("Council", "member")


def test_progress_tells_what_is_done_current_ahead_and_skipped(bench: Bench) -> None:
    inner = draw("inner", [START, user("deep"), END], chain("start", "deep", "end"))
    nodes = [START, user("a"), gateway("way", default="way_b"), call("c", "inner"), user("b"), user("d"), END]
    arrows = [*chain("start", "a", "way", "b", "d", "end"), ("way", "c", "copies > 3"), ("c", "d")]
    bench.deploy(
        folder("p", draw("p", nodes, arrows), fields={"copies": "number"}, shared__inner_dot_bpmn=inner)
    )
    instance = bench.start("p")
    assert _states(bench, instance.id) == {
        "start": "done", "a": "current", "way": "ahead", "c": "ahead", "c/start": "ahead", "c/deep": "ahead",
        "c/end": "ahead", "b": "ahead", "d": "ahead", "end": "ahead",
    }  # fmt: skip
    bench.complete(instance, "a", copies=5)
    states = _states(bench, instance.id)
    assert (states["c"], states["c/deep"], states["b"], states["d"]) == (
        "current",
        "current",
        "skipped",
        "ahead",
    )
    bench.later(hours=1)
    bench.complete(instance, "c/deep")
    bench.complete(instance, "d")
    with bench.database.session() as session:
        places = {it.element: it for it in bench.runtime.progress(session, TENANT, instance.id)}
    assert (places["c/deep"].reached_at, places["c/deep"].done_at) == (MORNING, MORNING + timedelta(hours=1))
    assert (places["b"].state, places["end"].state, places["c"].state) == ("skipped", "done", "done")
    order = list(places)
    assert (
        order.index("start") < order.index("a") < order.index("way") < order.index("d") < order.index("end")
    )
    assert order.index("c") < order.index("c/deep") < order.index("d")


def _states(bench: Bench, instance_id: str) -> dict[str, str]:
    with bench.database.session() as session:
        return {it.element: it.state for it in bench.runtime.progress(session, TENANT, instance_id)}


def test_every_service_task_gets_its_drawn_parameters(quick_bench: Bench) -> None:
    nodes = [
        START,
        task("write", "letter/write", kind='if copies > 3 then "many" else "few"', copies="copies + 1"),
        END,
    ]
    quick_bench.deploy(
        folder("p", draw("p", nodes, chain("start", "write", "end")), fields={"copies": "number"})
    )
    quick_bench.start("p", copies=1)
    assert quick_bench.postbox == ["write:few", "write:few"]


def test_a_changed_history_is_found(bench: Bench) -> None:
    bench.deploy(folder("p", draw("p", [START, user("a"), END], chain("start", "a", "end"))))
    instance = bench.start("p")
    assert bench.sound(instance)
    for damage in (
        "update engine_history set actor = 'oskar' where seq = 1",
        "delete from engine_history where seq = 2",
        "delete from engine_history where seq = 3",
    ):
        with bench.database.session() as session:  # rolled back when it is left
            session.connection().execute(sa.text(damage))
            assert not verify(session, TENANT, instance.id)
    assert bench.sound(instance)
