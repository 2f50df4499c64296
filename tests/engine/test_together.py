"""Many at once, on both databases: each task is done once, each job is done once, nobody blocks anybody for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from engine.errors import NotOpen
from engine.worker import Worker
from tests.engine.conftest import MORNING, Bench
from tests.engine.drawing import END, START, catch, chain, draw, folder, gateway, task, timer, user


def _all_at_once(work: Callable[[Any], str], things: list[Any]) -> Counter[str]:
    with ThreadPoolExecutor(len(things)) as pool:
        return Counter(pool.map(work, things))


def test_of_many_who_complete_one_task_at_once_one_succeeds(bench: Bench) -> None:
    nodes = [START, user("a"), task("keep", "letter/keep"), user("b"), END]
    bench.deploy(folder("p", draw("p", nodes, chain("start", "a", "keep", "b", "end"))))
    instance = bench.start("p")
    wait = bench.wait(instance, "a")

    def complete(_: int) -> str:
        try:
            bench.complete_wait(wait.id)
        except NotOpen:
            return "not open"
        return "done"

    assert _all_at_once(complete, list(range(6))) == {"done": 1, "not open": 5}
    assert len(bench.rows("select * from engine_test_row")) == 1
    assert bench.sound(instance)


def test_of_many_who_send_one_key_at_once_all_get_the_one_step(bench: Bench) -> None:
    bench.deploy(folder("p", draw("p", [START, user("a"), END], chain("start", "a", "end"))))
    started = _all_at_once(lambda _: bench.start("p", key_of_step="k").id, list(range(6)))
    assert len(started) == 1
    assert len(bench.rows("select * from engine_instance")) == 1


def test_branches_completed_at_once_join_once(bench: Bench) -> None:
    names = ["a", "b", "c", "d"]
    nodes = [
        START,
        gateway("split", "parallel"),
        *map(user, names),
        gateway("join", "parallel"),
        user("last"),
        END,
    ]
    arrows = [
        ("start", "split"),
        *chain("join", "last", "end"),
        *(it for n in names for it in chain("split", n, "join")),
    ]
    bench.deploy(folder("p", draw("p", nodes, arrows)))
    instance = bench.start("p")
    ids = [it.id for it in bench.waits(instance)]
    assert _all_at_once(lambda it: bench.complete_wait(it).status, ids) == {"active": 4}
    assert bench.open(instance) == ["last"]
    assert bench.sound(instance)


def test_workers_side_by_side_do_each_job_once(bench: Bench) -> None:
    nodes = [START, catch("pause", timer("ends_at")), task("keep", "letter/keep"), END]
    bench.deploy(
        folder("p", draw("p", nodes, chain("start", "pause", "keep", "end")), fields={"ends_at": "datetime"})
    )
    for number in range(12):
        bench.start("p", ends_at=MORNING + timedelta(minutes=number))
    bench.later(hours=1)
    workers = [Worker(bench.runtime, bench.database.open_transaction, bench.clock) for _ in range(3)]
    _all_at_once(lambda it: str(it.drain()), workers)
    while workers[0].drain():
        pass
    assert len(bench.rows("select * from engine_test_row")) == 12
    assert bench.rows("select * from engine_job") == []
    assert bench.rows("select * from engine_incident") == []
