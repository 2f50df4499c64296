"""Due work: done once, tried eight times, never in the way of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from engine import incident, ledger
from engine.job import Job
from engine.worker import TRIES, Worker
from tests.engine.conftest import MORNING, TENANT, Bench
from tests.engine.drawing import END, START, catch, chain, draw, edge, folder, task, timer, user

LATE = folder(
    "late",
    draw(
        "late",
        [START, user("answer"), edge("over", "answer", timer("ends_at")), task("burn", "letter/spoil"), END],
        [*chain("start", "answer", "end"), *chain("over", "burn", "end")],
    ),
    fields={"ends_at": "datetime"},
)
PAUSE = folder(
    "pause",
    draw("pause", [START, catch("pause_over", timer("ends_at")), END], chain("start", "pause_over", "end")),
    fields={"ends_at": "datetime"},
)


@pytest.fixture
def worker(bench: Bench) -> Worker:
    return Worker(bench.runtime, bench.database.open_transaction, bench.clock)


def test_a_service_that_runs_later_is_a_job_of_its_own(bench: Bench, worker: Worker) -> None:
    nodes = [START, task("send", "letter/post", kind='"notice"'), user("check"), END]
    bench.deploy(folder("p", draw("p", nodes, chain("start", "send", "check", "end"))))
    instance = bench.start("p")
    assert (bench.postbox, bench.open(instance, "job")) == ([], ["send"])
    assert worker.drain() == 1
    assert (bench.postbox, bench.open(instance)) == (["posted:notice"], ["check"])
    assert worker.drain() == 0
    assert bench.rows("select * from engine_job") == []
    assert bench.sound(instance)


def test_timers_fire_when_they_are_due_and_not_before(bench: Bench, worker: Worker) -> None:
    bench.deploy(PAUSE)
    early = bench.start("pause", ends_at=MORNING + timedelta(hours=1))
    late = bench.start("pause", ends_at=MORNING + timedelta(hours=3))
    with bench.database.session() as session:
        assert worker.next_due(session) == MORNING + timedelta(hours=1)
    assert worker.drain() == 0
    bench.later(hours=2)
    assert worker.drain() == 1
    assert (bench.waits(early), len(bench.waits(late))) == ([], 1)


def test_the_oldest_due_job_is_found_without_sorting_all_that_are_due(bench: Bench, worker: Worker) -> None:
    """Also on a database that has not counted its rows: PostgreSQL sorted them all for every claim once."""
    bench.deploy(PAUSE)
    bench.start("pause", ends_at=MORNING + timedelta(minutes=1))
    with bench.database.open_transaction() as session:
        one = session.exec(select(Job)).one().model_dump()
        session.connection().execute(
            sa.insert(Job), [{**one, "id": f"j{n}", "dedup_key": f"k{n}"} for n in range(3_000)]
        )
    bench.later(hours=1)
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, text: str, given: Any, *_rest: Any) -> None:
        asked.append((text, given))

    sa.event.listen(bench.database.engine, "before_cursor_execute", note)
    assert worker.drain_one()
    sa.event.remove(bench.database.engine, "before_cursor_execute", note)
    text, given = asked[0]
    explain = "explain query plan " if bench.database.url.startswith("sqlite") else "explain "
    with bench.database.session() as session:
        plan = "\n".join(map(str, session.connection().exec_driver_sql(explain + text, given)))
    assert "ix_engine_job_due_at" in plan
    assert "Sort" not in plan, plan
    assert "B-TREE" not in plan, plan


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_another_node_has_in_hand_is_passed_by(bench: Bench, worker: Worker) -> None:
    bench.deploy(PAUSE)
    first = bench.start("pause", ends_at=MORNING + timedelta(minutes=1))
    second = bench.start("pause", ends_at=MORNING + timedelta(minutes=2))
    bench.later(hours=1)
    with bench.database.open_transaction() as elsewhere:
        ledger.lock(elsewhere, TENANT, first.id)
        assert worker.drain() == 1
        assert (len(bench.waits(first)), bench.waits(second)) == (1, [])
    assert worker.drain() == 1
    assert bench.waits(first) == []


def test_a_failing_case_becomes_an_incident_and_blocks_nobody(bench: Bench, worker: Worker) -> None:
    bench.deploy(LATE)
    bench.deploy(PAUSE)
    bad = bench.start("late", ends_at=MORNING + timedelta(hours=1))
    good = bench.start("pause", ends_at=MORNING + timedelta(hours=2))
    bench.later(hours=2)
    assert worker.drain() == 2
    assert bench.waits(good) == []
    tries = 1
    while bench.rows("select id from engine_job where state = 'open'"):
        bench.later(minutes=30)
        tries += worker.drain()
    assert tries == TRIES
    with bench.database.session() as session:
        (found,) = incident.unresolved(session, TENANT)
        assert (found.instance_id, found.element) == (bad.id, "burn")
        assert "RuntimeError" in found.trace
    assert bench.open(bad) == ["answer"]
    assert worker.drain() == 0


def test_an_incident_can_be_tried_again(
    bench: Bench, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.deploy(LATE)
    bad = bench.start("late", ends_at=MORNING + timedelta(hours=1))
    for _ in range(TRIES):
        bench.later(hours=2)
        worker.drain()
    with bench.database.open_transaction() as session:
        (found,) = incident.unresolved(session, TENANT)
        incident.retry(session, TENANT, found.id, now=bench.clock.now(), resolution="a new printer")
    binding = bench.runtime.services.find("letter/spoil")
    monkeypatch.setitem(
        bench.runtime.services._found,
        ("service", "letter/spoil"),
        replace(binding, function=lambda **_: None),
    )
    assert worker.drain() == 1
    assert bench.waits(bad) == []


def test_a_step_that_removes_the_timer_settles_its_incident(bench: Bench, worker: Worker) -> None:
    bench.deploy(LATE)
    bad = bench.start("late", ends_at=MORNING + timedelta(hours=1))
    for _ in range(TRIES):
        bench.later(hours=2)
        worker.drain()
    assert bench.complete(bad, "answer").status == "completed"
    with bench.database.session() as session:
        assert list(incident.unresolved(session, TENANT)) == []
    assert bench.rows("select * from engine_job") == []
