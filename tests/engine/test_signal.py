"""Signals reach every case that waits, each once: sent from outside, or thrown in a case."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import BudgetExceeded, NotOpen
from engine.instance import Instance
from engine.signal import listening, names
from engine.wait import SIGNAL
from engine.worker import TRIES, Worker
from processes.actions import signal
from processes.actions.signal import Heard
from processes.permission import ADMINISTRATOR, Actor
from tests.engine.conftest import TENANT, Bench
from tests.engine.drawing import END, START, catch, chain, draw, edge, folder, gateway, task, timer, user
from tests.engine.lowered import FIELDS, deploy, thrown

HEARD = '<bpmn:signalEventDefinition signalRef="sig"/>'
DECLARED: dict[str, Any] = {
    "extra": '<bpmn:signal id="sig" name="storm"/><bpmn:signal id="other" name="calm"/>'
}
WAITING = ([START, catch("hear", HEARD), user("a"), END], chain("start", "hear", "a", "end"))


def send(bench: Bench, name: str, identity: str = "s1") -> list[str]:
    with bench.database.session() as session:
        found = listening(session, bench.runtime.library, TENANT, name)
    for it in found:
        hear(bench, it, name, identity)
    return found


def hear(bench: Bench, instance: str, name: str, identity: str = "s1") -> Instance:
    return bench.database.transaction(
        lambda s: bench.runtime.signal(
            s, TENANT, instance, name, now=bench.clock.now(), actor="mart", signal_id=identity
        )
    )


def test_a_case_that_waits_for_a_signal_alone_is_not_stuck_and_hears_it(bench: Bench) -> None:
    deploy(bench, *WAITING, **DECLARED)
    instance = bench.start("p")
    assert bench.open(instance, SIGNAL) == ["hear"]
    assert send(bench, "storm") == [instance.id]
    assert bench.open(instance) == ["a"]
    assert bench.waits(instance)[0].kind == "human"
    assert "signalled" in bench.happened(instance)
    assert bench.sound(instance)


def test_a_signal_reaches_every_case_that_waits_and_none_that_does_not(quick_bench: Bench) -> None:
    deploy(quick_bench, *WAITING, **DECLARED)
    first, second = quick_bench.start("p"), quick_bench.start("p")
    assert send(quick_bench, "calm") == []
    done = quick_bench.start("p")
    hear(quick_bench, done.id, "storm")
    assert send(quick_bench, "storm", "s2") == [first.id, second.id]
    assert [quick_bench.open(it) for it in (first, second, done)] == [["a"]] * 3


def test_the_same_signal_sent_again_is_heard_once(quick_bench: Bench) -> None:
    nodes = [START, user("a"), edge("hear", "a", HEARD, interrupting=False), user("b"), END,
             '<bpmn:endEvent id="over"/>']  # fmt: skip
    deploy(quick_bench, nodes, [*chain("start", "a", "end"), *chain("hear", "b", "over")], **DECLARED)
    instance = quick_bench.start("p")
    for identity in ("s1", "s1", "s2"):
        send(quick_bench, "storm", identity)
    assert quick_bench.open(instance) == ["a", "b", "b"]


def test_a_signal_nobody_waits_for_is_not_kept_and_says_so(quick_bench: Bench) -> None:
    deploy(quick_bench, *WAITING, **DECLARED)
    instance = quick_bench.start("p")
    hear(quick_bench, instance.id, "storm")
    with pytest.raises(NotOpen, match="signal"):
        hear(quick_bench, instance.id, "storm", "s2")


def test_the_first_of_a_signal_and_a_moment_is_taken(quick_bench: Bench) -> None:
    nodes = [START, gateway("way", "eventBased"), catch("hear", HEARD), catch("late", timer("P1D", "timeDuration")),
             user("a"), user("b"), END, '<bpmn:endEvent id="over"/>']  # fmt: skip
    arrows = [*chain("start", "way", "hear", "a", "end"), *chain("way", "late", "b", "over")]
    deploy(quick_bench, nodes, arrows, **DECLARED)
    heard, late = quick_bench.start("p"), quick_bench.start("p")
    hear(quick_bench, heard.id, "storm")
    quick_bench.later(days=2)
    quick_bench.fire(late)
    assert (quick_bench.open(heard), quick_bench.open(late)) == (["a"], ["b"])
    assert send(quick_bench, "storm", "s2") == []


CRYING = (
    [START, gateway("g", "parallel"), catch("hear", HEARD), user("heard"), user("a"),
     thrown("throw", "cry", HEARD), END, '<bpmn:endEvent id="over"/>'],
    [*chain("start", "g", "hear", "heard", "end"), *chain("g", "a", "cry", "over")],
)  # fmt: skip


def worker(bench: Bench) -> Worker:
    return Worker(bench.runtime, bench.database.open_transaction, bench.clock)


def go_past(bench: Bench, instance: Instance, element: str) -> None:
    now = bench.clock.now()
    bench.database.transaction(
        lambda s: bench.runtime.skip(
            s, TENANT, instance.id, element, {}, now=now, actor="aino", reason="by hand"
        )
    )


def test_a_signal_thrown_in_a_case_is_heard_there_at_once_and_by_the_others_as_due_work(bench: Bench) -> None:
    deploy(bench, *CRYING, **DECLARED)
    mine, other, third = (bench.start("p") for _ in range(3))
    bench.cancel(third)
    bench.complete(mine, "a")
    assert (bench.open(mine), bench.open(other)) == (["heard"], ["a"])
    assert worker(bench).drain() == 1
    assert bench.open(other) == ["a", "heard"]
    assert bench.happened(other).count("signalled") == 1
    bench.complete(other, "a")  # the first case has heard it; nobody is left to hear this one
    assert worker(bench).drain() == 0
    assert bench.rows("select * from engine_job") == []
    assert bench.sound(mine)
    assert bench.sound(other)


def test_a_signal_is_not_thrown_by_a_step_that_was_not_taken(quick_bench: Bench) -> None:
    nodes = [START, user("a"), thrown("throw", "cry", HEARD), task("fail", "letter/spoil"), END]
    deploy(quick_bench, *WAITING, **DECLARED)
    waiting = quick_bench.start("p")
    deploy(quick_bench, nodes, chain("start", "a", "cry", "fail", "end"), **DECLARED)
    throwing = quick_bench.start("p")
    with pytest.raises(RuntimeError, match="printer"):
        quick_bench.complete(throwing, "a")
    assert worker(quick_bench).drain() == 0
    assert quick_bench.open(waiting, SIGNAL) == ["hear"]


def test_a_signal_that_comes_too_late_for_a_case_is_no_failure_of_it(quick_bench: Bench) -> None:
    deploy(quick_bench, *CRYING, **DECLARED)
    mine, other = quick_bench.start("p"), quick_bench.start("p")
    quick_bench.complete(mine, "a")
    quick_bench.cancel(other)
    assert worker(quick_bench).drain() == 1
    assert quick_bench.rows("select * from engine_job") == []
    assert quick_bench.rows("select * from engine_incident") == []


def test_cases_that_would_call_each_other_for_ever_are_stopped_at_the_first_echo(quick_bench: Bench) -> None:
    nodes = [START, user("a"), edge("hear", "a", HEARD, interrupting=False), thrown("throw", "cry", HEARD), END,
             '<bpmn:endEvent id="over"/>']  # fmt: skip
    deploy(quick_bench, nodes, [*chain("start", "a", "end"), *chain("hear", "cry", "over")], **DECLARED)
    quick_bench.start("p")
    mine = quick_bench.start("p")
    with pytest.raises(BudgetExceeded, match="its own echo"):
        hear(quick_bench, mine.id, "storm")
    assert quick_bench.rows("select * from engine_job") == []


def test_a_step_that_fails_on_hearing_is_tried_again_then_shown_and_can_be_gone_past(
    quick_bench: Bench,
) -> None:
    nodes = [START, gateway("way", default="way_hear"), catch("hear", HEARD), task("fail", "letter/spoil"),
             user("b"), thrown("throw", "cry", HEARD), END, '<bpmn:endEvent id="over"/>']  # fmt: skip
    arrows = [
        *chain("start", "way", "hear", "fail", "b", "end"),
        ("way", "cry", "x = 1"),
        *chain("cry", "over"),
    ]
    deploy(quick_bench, nodes, arrows, **DECLARED)
    waiting = quick_bench.start("p", x=0)
    quick_bench.start("p", x=1)
    for _ in range(TRIES):
        assert worker(quick_bench).drain() == 1
        quick_bench.later(hours=1)
    (found,) = quick_bench.rows("select instance_id, element from engine_incident where resolved_at is null")
    assert (found.instance_id, found.element) == (waiting.id, "fail")
    go_past(quick_bench, waiting, "fail")
    assert quick_bench.open(waiting) == ["b"]
    assert quick_bench.rows("select * from engine_job") == []
    assert quick_bench.rows("select * from engine_incident where resolved_at is null") == []


def test_a_process_tells_what_signals_it_waits_for(quick_bench: Bench) -> None:
    files = folder("p", draw("p", *WAITING, **DECLARED), fields=FIELDS)
    definition = quick_bench.deploy(files)
    assert list(names(definition.process)) == ["storm"]


def test_a_case_whose_next_step_fails_keeps_no_other_from_hearing(quick_bench: Bench) -> None:
    nodes = [START, gateway("way", default="way_hear"), catch("hear", HEARD), user("a"), catch("too", HEARD),
             task("fail", "letter/spoil"), END, '<bpmn:endEvent id="over"/>']  # fmt: skip
    arrows = [
        *chain("start", "way", "hear", "a", "end"),
        ("way", "too", "x = 1"),
        *chain("too", "fail", "over"),
    ]
    deploy(quick_bench, nodes, arrows, **DECLARED)
    bad, good = quick_bench.start("p", x=1), quick_bench.start("p", x=0)
    operator = Actor(TENANT, "operator", frozenset({ADMINISTRATOR}))

    def sent() -> Heard:
        return signal.send(
            quick_bench.database.transaction,
            operator,
            "storm",
            signal_id="s1",
            runtime=quick_bench.runtime,
            now=quick_bench.clock.now(),
        )

    assert sent() == Heard(1, 1)
    assert quick_bench.open(good) == ["a"]
    assert quick_bench.open(bad, SIGNAL) == ["too"]
    (found,) = quick_bench.rows("select instance_id, element from engine_incident where resolved_at is null")
    assert (found.instance_id, found.element) == (bad.id, "fail")
    assert sent() == Heard(0, 1)  # it alone still waits
