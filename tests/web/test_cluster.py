"""Nodes that share one PostgreSQL: ticks come, a dead node's tick goes to a living one, requests defer nothing."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from typing import Any

import psycopg
import pytest

from processes import migrate
from web.cluster import Cluster


class Drains:
    """Counts who was called."""

    def __init__(self) -> None:
        self.called: Counter[str] = Counter()
        self.happened = threading.Condition()

    def named(self, name: str, done: int = 0) -> Any:
        def drain() -> int:
            with self.happened:
                self.called[name] += 1
                self.happened.notify_all()
            return done

        return drain

    def wait_for(self, name: str, number: int = 1, seconds: float = 40) -> bool:
        with self.happened:
            return self.happened.wait_for(lambda: self.called[name] >= number, seconds)


def _rows(url: str, query: str) -> list[Any]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def url(postgresql_url: str) -> str:
    migrate.upgrade(postgresql_url)
    return postgresql_url


def test_two_nodes_are_ticked_and_a_request_wakes_its_own_node_without_a_job(url: str) -> None:
    first, second = Drains(), Drains()
    nodes = [Cluster(url, {"step": it.named("step")}, heartbeat=0.5) for it in (first, second)]
    for node in nodes:
        node.start()
    try:
        until = time.monotonic() + 60
        while not first.called["step"] + second.called["step"]:
            assert time.monotonic() < until, "no tick came"
            time.sleep(0.1)
        before = first.called["step"]
        nodes[0].wake()
        assert first.wait_for("step", before + 1)
    finally:
        for node in nodes:
            node.stop()
    assert not any(node.alive() for node in nodes)
    tasks = {row[0] for row in _rows(url, "select task_name from procrastinate_jobs")}
    assert tasks <= {"step", "retry_stalled"}


def test_a_queue_that_does_not_end_is_left_to_the_next_tick_and_holds_up_no_stop(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.cluster.TURN", 0.5)
    drains = Drains()
    cluster = Cluster(url, {"step": drains.named("step", done=1)}, heartbeat=0.5)
    cluster.start()
    try:
        assert drains.wait_for("step")
        until = time.monotonic() + 20
        while _rows(url, "select 1 from procrastinate_jobs where task_name = 'step' and status = 'doing'"):
            assert time.monotonic() < until, "the tick works on"
        monkeypatch.setattr("web.cluster.TURN", 600)
        assert drains.wait_for("step", drains.called["step"] + 1)
    finally:
        cluster.stop()
    assert not cluster.alive()


def test_what_a_dead_node_had_begun_goes_to_a_living_one_or_is_dropped_for_a_later_tick(url: str) -> None:
    drains = Drains()
    cluster = Cluster(url, {"step": drains.named("step"), "deliver": drains.named("deliver")}, heartbeat=1)
    for name, lock in (("step", "step"), ("deliver", "deliver")):
        _rows(
            url,
            "insert into procrastinate_jobs (queue_name, task_name, queueing_lock, status) "
            f"values ('default', '{name}', '{lock}', 'doing')",
        )
    _rows(
        url,
        "insert into procrastinate_jobs (queue_name, task_name, queueing_lock) values ('default', 'deliver', 'deliver')",
    )

    async def sweep() -> int:
        app = cluster.app()
        async with app.open_async():
            return await cluster.retry_stalled(app)

    assert asyncio.run(sweep()) == 2
    left = _rows(url, "select task_name, status::text from procrastinate_jobs order by task_name")
    assert left == [("deliver", "todo"), ("step", "todo")]


def test_a_drain_that_fails_is_called_again_and_stops_no_other(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drains = Drains()

    def breaks() -> int:
        drains.named("breaks")()
        raise RuntimeError("it broke")

    cluster = Cluster(url, {"breaks": breaks, "step": drains.named("step")}, heartbeat=0.5)
    cluster.start()
    try:
        for number in (1, 2):
            cluster.wake()
            assert drains.wait_for("breaks", number)
            assert drains.wait_for("step", number)
    finally:
        cluster.stop()
