"""The job of a timer goes where the timer goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import incident
from engine.wait import TIMER
from engine.worker import TRIES, Worker
from tests.engine.conftest import MORNING, TENANT, Bench
from tests.engine.drawing import END, START, catch, chain, draw, edge, folder, task, timer, user


@pytest.mark.parametrize("days", [1, 5])
def test_a_moved_deadline_fires_at_its_new_moment_and_not_at_the_old(bench: Bench, days: int) -> None:
    nodes = [START, catch("pause", timer("P3D", "timeDuration")), END]
    bench.deploy(folder("p", draw("p", nodes, chain("start", "pause", "end"))))
    instance = bench.start("p")
    moved = MORNING + timedelta(days=days)
    bench.move(instance, "pause", moved)
    worker = Worker(bench.runtime, bench.database.open_transaction, bench.clock)
    with bench.database.session() as session:
        assert worker.next_due(session) == moved
    bench.clock.move_to(moved - timedelta(seconds=1))
    worker.drain()
    assert bench.open(instance, "timer") == ["pause"]
    bench.clock.move_to(moved)
    worker.drain()
    assert bench.waits(instance) == []
    assert bench.rows("select * from engine_job") == []


def test_a_reminder_is_given_once_however_long_the_task_stays_open(bench: Bench) -> None:
    nodes = [
        START, user("a"), edge("late", "a", timer("P3D", "timeDuration"), interrupting=False),
        task("remind", "letter/keep"), END, '<bpmn:endEvent id="reminded"/>',
    ]  # fmt: skip
    bench.deploy(
        folder("p", draw("p", nodes, [*chain("start", "a", "end"), *chain("late", "remind", "reminded")]))
    )
    instance = bench.start("p")
    worker = Worker(bench.runtime, bench.database.open_transaction, bench.clock)
    for _ in range(4):
        bench.later(days=3)
        worker.drain()
    assert len(bench.rows("select * from engine_test_row")) == 1
    assert (bench.open(instance), bench.open(instance, "timer")) == (["a"], [])


def test_a_job_tried_again_after_the_clock_went_back_is_kept_for_its_moment(bench: Bench) -> None:
    """Found by the stories: tried before its moment, it did nothing, was taken for done, and the timer was lost."""
    nodes = [START, catch("pause", timer("ends_at")), task("fail", "letter/spoil"), user("after"), END]
    arrows = chain("start", "pause", "fail", "after", "end")
    bench.deploy(folder("p", draw("p", nodes, arrows), fields={"ends_at": "datetime"}))
    instance = bench.start("p", ends_at=MORNING + timedelta(days=300))
    worker = Worker(bench.runtime, bench.database.open_transaction, bench.clock)
    bench.later(days=300)
    for _ in range(TRIES):
        worker.drain()
        bench.later(hours=3)
    (stopped,) = bench.rows("select id from engine_incident where resolved_at is null")
    bench.clock.move_to(MORNING)  # the clock of the machine was wrong, and is set right
    with bench.database.open_transaction() as session:
        incident.retry(session, TENANT, stopped.id, now=MORNING, resolution="again")
    worker.drain()
    with bench.database.session() as session:
        assert worker.next_due(session) == MORNING + timedelta(days=300)
    assert bench.open(instance, TIMER) == ["pause"]
    before = list(bench.postbox)
    bench.later(days=300)
    worker.drain()
    assert list(bench.postbox) == [*before, "spoiled"], "at its moment it is tried"


def test_a_job_that_waits_by_a_clock_that_was_years_ahead_is_done_by_the_right_one(bench: Bench) -> None:
    nodes = [START, user("a"), task("fail", "letter/spoil_later"), END]
    bench.deploy(folder("p", draw("p", nodes, chain("start", "a", "fail", "end"))))
    instance = bench.start("p")
    bench.complete(instance, "a")
    worker = Worker(bench.runtime, bench.database.open_transaction, bench.clock)
    bench.later(days=700)
    worker.drain()
    assert not worker.drain_one(), "it is tried again after a pause"
    bench.later(days=-699)
    assert worker.drain_one(), "not in two years"
