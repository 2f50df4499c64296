"""Messages, signals and moments on both databases: what comes early, twice, late, or with the clock turned back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from engine.errors import NotOpen
from engine.message import Expiry, expire, forget_ids
from engine.worker import Worker
from tests.engine.conftest import MORNING, Bench
from tests.engine.drawing import END, START, catch, chain, draw, folder, gateway, message, timer, user

SIGNAL = '<bpmn:signalEventDefinition signalRef="sig"/>'


def _hears(bench: Bench, *catches: str) -> None:
    """A process: a task, then a catch of `m` for each name, then a task."""
    nodes = [START, user("first"), *(catch(it, message("m")) for it in catches), user("last"), END]
    bench.deploy(
        folder("p", draw("p", nodes, chain("start", "first", *catches, "last", "end"), messages=["m"]))
    )


def _kept(bench: Bench) -> int:
    return int(bench.rows("select count(*) from engine_message")[0][0])


def test_what_comes_early_is_kept_and_delivered_once(bench: Bench) -> None:
    _hears(bench, "one")
    instance = bench.start("p")
    bench.tell(instance, "m")
    assert _kept(bench) == 1
    bench.complete(instance, "first")
    assert bench.open(instance) == ["last"]
    assert _kept(bench) == 0
    assert bench.sound(instance)


def test_one_id_is_one_message_however_often_and_from_how_many_it_comes(bench: Bench) -> None:
    _hears(bench, "one", "two")
    instance = bench.start("p")
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: bench.tell(instance, "m", "mail-1"), range(5)))
    assert _kept(bench) == 1
    bench.complete(instance, "first")
    bench.tell(instance, "m", "mail-1")
    assert bench.open(instance, "message") == ["two"]
    bench.tell(instance, "m", "mail-2")
    assert bench.open(instance) == ["last"]


def test_a_message_has_one_receiver_the_one_that_has_waited_longest(bench: Bench) -> None:
    nodes = [START, gateway("g", "parallel"), user("first"), catch("b", message("m")), catch("a", message("m")),
             user("after_a"), user("after_b"), END, '<bpmn:endEvent id="over"/>']  # fmt: skip
    arrows = [*chain("start", "g", "first", "b", "after_b", "over"), *chain("g", "a", "after_a", "end")]
    bench.deploy(folder("p", draw("p", nodes, arrows, messages=["m"])))
    instance = bench.start("p")
    bench.complete(instance, "first")
    bench.tell(instance, "m", "mail-1")
    assert bench.open(instance, "message") == ["b"]
    bench.tell(instance, "m", "mail-2")
    assert bench.open(instance) == ["after_a", "after_b"]


def test_a_message_reaches_the_case_it_is_for_and_no_other(bench: Bench) -> None:
    _hears(bench, "one")
    mine, other = bench.start("p"), bench.start("p")
    for it in (mine, other):
        bench.complete(it, "first")
    bench.tell(mine, "m", "mail-1")
    assert bench.open(mine) == ["last"]
    assert bench.open(other, "message") == ["one"]
    bench.tell(other, "m", "mail-1")  # the same mail may concern two cases
    assert bench.open(other) == ["last"]


def test_what_nobody_waited_for_in_time_is_told_to_people_once_and_not_delivered(bench: Bench) -> None:
    _hears(bench, "one")
    running, ended = bench.start("p"), bench.start("p")
    bench.tell(running, "m")
    bench.tell(ended, "m")
    bench.cancel(ended)
    expiry = Expiry(bench.database.open_transaction, bench.clock)
    assert expiry.drain() == 0
    bench.later(days=31)
    assert expiry.drain() == 2
    assert expiry.drain() == 0
    told = bench.rows("select instance_id, error from engine_incident")
    assert [it.instance_id for it in told] == [running.id]
    assert "'m'" in told[0].error
    bench.complete(running, "first")
    assert bench.open(running, "message") == ["one"]


def test_a_message_whose_time_is_over_is_not_delivered_though_nobody_has_looked_yet(bench: Bench) -> None:
    _hears(bench, "one")
    instance = bench.start("p")
    bench.tell(instance, "m")
    bench.later(days=31)
    bench.complete(instance, "first")
    assert bench.open(instance, "message") == ["one"]


def test_of_two_nodes_that_give_up_a_message_one_tells(bench: Bench) -> None:
    _hears(bench, "one")
    instance = bench.start("p")
    for _ in range(6):
        bench.tell(instance, "m")
    bench.later(days=31)
    with ThreadPoolExecutor(3) as pool:
        done = pool.map(
            lambda _: bench.database.transaction(lambda s: expire(s, now=bench.clock.now())), range(3)
        )
    assert sum(done) == 6
    assert len(bench.rows("select id from engine_incident")) == 6


def test_ids_are_known_while_the_case_runs_and_for_a_month_after(bench: Bench) -> None:
    _hears(bench, "one", "two")
    instance = bench.start("p")
    bench.complete(instance, "first")
    bench.tell(instance, "m", "mail-1")
    bench.later(days=4000)

    def forget() -> int:
        return bench.database.transaction(lambda s: forget_ids(s, now=bench.clock.now()))

    assert forget() == 0
    bench.tell(instance, "m", "mail-1")
    assert bench.open(instance, "message") == ["two"]
    bench.cancel(instance)
    bench.later(days=29)
    assert forget() == 0
    bench.tell(instance, "m", "mail-1")  # told once more, it is still that one message
    bench.later(days=2)
    assert forget() == 1
    with pytest.raises(NotOpen):
        bench.tell(instance, "m", "mail-1")


def test_a_signal_reaches_everything_that_waits_for_it_in_its_case_alone(bench: Bench) -> None:
    throw = f'<bpmn:intermediateThrowEvent id="throw">{SIGNAL}</bpmn:intermediateThrowEvent>'
    nodes = [
        START, gateway("split", "parallel"), catch("left", SIGNAL), catch("right", SIGNAL), user("a"), user("b"),
        user("go"), throw, gateway("join", "parallel"), END,
    ]  # fmt: skip
    arrows = [
        ("start", "split"), *chain("split", "left", "a", "join"), *chain("split", "right", "b", "join"),
        *chain("split", "go", "throw", "join"), ("join", "end"),
    ]  # fmt: skip
    bench.deploy(folder("p", draw("p", nodes, arrows, extra='<bpmn:signal id="sig" name="sig"/>')))
    mine, other = bench.start("p"), bench.start("p")
    bench.complete(mine, "go")
    assert bench.open(mine) == ["a", "b"]
    assert bench.open(other) == ["go"]


def test_moments_are_late_rather_than_lost_and_a_clock_turned_back_fires_nothing_twice(bench: Bench) -> None:
    nodes = [START, catch("one", timer("first_at")), catch("two", timer("second_at")), user("last"), END]
    fields = {"first_at": "datetime", "second_at": "datetime"}
    bench.deploy(folder("p", draw("p", nodes, chain("start", "one", "two", "last", "end")), fields=fields))
    cases = [
        bench.start("p", first_at=MORNING + timedelta(days=n), second_at=MORNING + timedelta(days=400 + n))
        for n in range(1, 5)
    ]
    worker = Worker(bench.runtime, bench.database.open_transaction, bench.clock)
    bench.later(days=390)  # nobody looked for more than a year
    while worker.drain():
        pass

    def fired() -> list[int]:
        return [sum(it.endswith("fired") for it in bench.happened(case)) for case in cases]

    assert fired() == [1, 1, 1, 1]
    for days in (-400, 5, -30, 440):
        bench.later(days=days)
        while worker.drain():
            pass
        assert fired() == ([2, 2, 2, 2] if days == 440 else [1, 1, 1, 1]), days
    bench.later(days=3650)
    assert worker.drain() == 0
    assert all(bench.open(case) == ["last"] and bench.sound(case) for case in cases)
