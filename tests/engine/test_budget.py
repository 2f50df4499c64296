"""What one event from outside may cause: at each limit the step stops, and nothing of it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from engine.errors import BudgetExceeded
from engine.process import Process
from engine.spiff import machine, parsing, specification
from engine.spiff.machine import Blueprint, Machine
from tests.engine.conftest import MORNING, Bench
from tests.engine.drawing import END, START, call, chain, draw, edge, folder, gateway, sub, task, user

SIGNAL = '<bpmn:signal id="s" name="s"/>'
HEARD = '<bpmn:signalEventDefinition signalRef="s"/>'


@pytest.fixture(autouse=True)
def _careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploys what the check would refuse, so that the machine's own limits are met."""
    monkeypatch.setattr("engine.definition.check_files", lambda *_: [])


def _refused(bench: Bench, files: dict[str, str]) -> str:
    bench.deploy(files)
    with pytest.raises(BudgetExceeded) as caught:
        bench.start("p")
    assert bench.rows("select * from engine_instance") == []
    assert bench.rows("select * from engine_wait") == []
    return str(caught.value)


def test_a_loop_that_waits_for_nobody_is_stopped(quick_bench: Bench) -> None:
    nodes = [START, task("date", "letter/schedule", days="3"), gateway("way", default="way_date"), END]
    arrows = [*chain("start", "date", "way", "date"), ("way", "end", "ends_at = null")]
    files = folder("p", draw("p", nodes, arrows), fields={"ends_at": "datetime"})
    assert f"over {machine.MOST_STEPS} steps after one event" in _refused(quick_bench, files)


def test_tokens_that_double_in_a_loop_are_stopped(quick_bench: Bench) -> None:
    nodes = [START, gateway("join"), gateway("fork", "parallel"), gateway("a"), gateway("b")]
    arrows = [*chain("start", "join", "fork", "a", "join"), *chain("fork", "b", "join")]
    assert "over" in _refused(quick_bench, folder("p", draw("p", nodes, arrows)))


def test_a_signal_that_calls_itself_is_stopped(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LONGEST", 0.5)
    nodes = [
        START, gateway("fork", "parallel"), user("a"), edge("heard", "a", HEARD, interrupting=False),
        f'<bpmn:intermediateThrowEvent id="again">{HEARD}</bpmn:intermediateThrowEvent>',
        f'<bpmn:intermediateThrowEvent id="first">{HEARD}</bpmn:intermediateThrowEvent>', END,
        '<bpmn:endEvent id="over"/>', '<bpmn:endEvent id="thrown"/>',
    ]  # fmt: skip
    arrows = [*chain("start", "fork", "a", "end"), *chain("fork", "first", "thrown"),
              *chain("heard", "again", "over")]  # fmt: skip
    assert "over" in _refused(quick_bench, folder("p", draw("p", nodes, arrows, extra=SIGNAL)))


def test_processes_that_call_each_other_are_stopped(quick_bench: Bench) -> None:
    one = draw("p", [START, call("on", "q"), END], chain("start", "on", "end"))
    other = draw("q", [START, call("back", "p"), END], chain("start", "back", "end"))
    assert "subprocesses" in _refused(quick_bench, folder("p", one, shared__q_dot_bpmn=other))


def test_a_process_that_calls_itself_is_stopped(quick_bench: Bench) -> None:
    itself = draw("p", [START, call("on", "p"), END], chain("start", "on", "end"))
    assert "subprocesses" in _refused(quick_bench, folder("p", itself))


def _blocks(count: int) -> dict[str, str]:
    blocks = [
        sub(f"s{n}", [f'<bpmn:startEvent id="b{n}"/>', f'<bpmn:endEvent id="e{n}"/>'], [(f"b{n}", f"e{n}")])
        for n in range(count)
    ]
    names = [f"s{n}" for n in range(count)]
    return folder("p", draw("p", [START, *blocks, user("last"), END], chain("start", *names, "last", "end")))


def test_fifty_subprocesses_run_after_one_event_and_one_more_is_too_many(quick_bench: Bench) -> None:
    quick_bench.deploy(_blocks(machine.MOST_SUBPROCESSES))
    assert quick_bench.open(quick_bench.start("p")) == ["last"]
    quick_bench.deploy(_blocks(machine.MOST_SUBPROCESSES + 1))
    with pytest.raises(BudgetExceeded, match="subprocesses"):
        quick_bench.start("p")


def test_a_step_that_takes_too_long_is_stopped(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LONGEST", 0.0)
    ways = [gateway(f"g{n}") for n in range(40)]
    names = [f"g{n}" for n in range(40)]
    files = folder("p", draw("p", [START, *ways, user("last"), END], chain("start", *names, "last", "end")))
    assert "seconds" in _refused(quick_bench, files)


class Stand:
    """A step that lends the machine nothing and says no to every question."""

    now = MORNING
    values: Mapping[str, Any] = {}
    expressions: Mapping[str, Any] = {"done": SimpleNamespace(evaluate=lambda *_: False)}

    def perform(self, task: Any) -> bool:
        return True

    def moment(self, kind: str, text: str) -> datetime:
        return self.now

    def done(self, path: str) -> None:
        pass

    def threw(self, _name: str) -> None:
        pass


def test_a_loop_through_a_person_goes_on_for_years() -> None:
    """The library loses a token at a depth of 1000; each reading starts the tree anew."""
    nodes = [START, user("more"), gateway("way", default="way_more"), END]
    arrows = [*chain("start", "more", "way", "more"), ("way", "end", "done")]
    process = Process(folder("p", draw("p", nodes, arrows), fields={"done": "boolean"}))
    main, parts = parsing.parse(process.diagram, [])
    blueprint = Blueprint(specification.freeze(main, parts), process.diagram, {})
    one = Machine.start(blueprint, Stand())
    one.advance()
    for _ in range(1_100):
        one, _data = Machine.load(blueprint, one.freeze("{}"), Stand())
        (wait,) = one.open().values()
        one.complete(wait.id)
        one.advance()
    assert not one.ended


def _many(count: int) -> dict[str, str]:
    """As many people as asked for, all at once."""
    people = [user(f"u{n}") for n in range(count)]
    arrows = [("start", "fork"), *(("fork", f"u{n}") for n in range(count)), ("u0", "end")]
    return folder("p", draw("p", [START, gateway("fork", "parallel"), *people, END], arrows))


def test_more_tokens_than_one_instance_may_have_are_stopped(
    quick_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted at every twentieth step: the limit is one of kind, not of one more or less."""
    nodes = [START, gateway("join"), gateway("fork", "parallel"), gateway("a"), gateway("b")]
    arrows = [*chain("start", "join", "fork", "a", "join"), *chain("fork", "b", "join")]
    monkeypatch.setattr(machine, "MOST_TASKS", 200)
    assert "over 200 tokens in one instance" in _refused(quick_bench, folder("p", draw("p", nodes, arrows)))
    monkeypatch.setattr(machine, "MOST_TASKS", 5_000)
    quick_bench.deploy(_many(100))
    assert len(quick_bench.open(quick_bench.start("p"))) == 100


def _long(count: int) -> dict[str, str]:
    ways = [gateway(f"g{n}") for n in range(count)]
    names = [f"g{n}" for n in range(count)]
    return folder("p", draw("p", [START, *ways, user("last"), END], chain("start", *names, "last", "end")))


def test_a_path_deeper_than_a_tree_may_be_is_stopped_and_one_below_runs(
    quick_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "MOST_STEPS", 10_000)
    monkeypatch.setattr(machine, "LONGEST", 60.0)
    monkeypatch.setattr(machine, "DEEPEST", 60)
    quick_bench.deploy(_long(50))
    assert quick_bench.open(quick_bench.start("p")) == ["last"]
    quick_bench.deploy(_long(90))
    with pytest.raises(BudgetExceeded, match="a path of over 60 steps"):
        quick_bench.start("p")
