"""What grows with the number of cases, and what must not: finding due work, memory, invitations, nodes at once."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine import worker
from engine.instance import Instance
from engine.job import Job
from engine.runtime import Runtime
from engine.service import Services
from processes import tables
from processes.database import Database, new_id
from processes.invitation import Invitation, Links
from tests.benchmarks import together
from tests.benchmarks.engine import NOW, TENANT, diagram
from tests.engine.drawing import folder

WAITING, DUE, ROUNDS = (1_000, 10_000, 100_000), 20, 200
FEW_CASES, MANY_CASES, INVITED = 500, 5_000, 10_000
LATER = datetime(2036, 1, 1, tzinfo=UTC)


def run() -> dict[str, float]:
    """Out: ratios (1 is flat), milliseconds, and completions per second of nodes at once."""
    with tempfile.TemporaryDirectory() as folder_:
        found = _due(Path(folder_)) | _memory(Path(folder_)) | _invitations(Path(folder_))
    return found | together.run()


@contextmanager
def _bench(url: str) -> Iterator[tuple[Database, Runtime]]:
    database = Database(url)
    tables.metadata().create_all(database.engine)
    runtime = Runtime(Services("tests.engine.clerk"))
    database.transaction(lambda s: runtime.library.deploy(s, TENANT, folder("work", diagram()), now=NOW))
    yield database, runtime
    database.close()


def _start(database: Database, runtime: Runtime, name: str, key: str = "work") -> Instance:
    return database.transaction(
        lambda s: runtime.start(s, TENANT, key, business_key=name, data={"letters": 0}, now=NOW, actor="aino")
    )


def _due(place: Path) -> dict[str, float]:
    """How long a node takes to find its next due job, with ever more cases that wait for a later one."""
    costs: dict[int, float] = {}
    with _bench(f"sqlite:///{place}/due.db") as (database, runtime):
        like, there = _start(database, runtime, "like").model_dump(), 0
        for number in WAITING:
            with database.open_transaction() as session:
                _copies(session.connection(), like, number - there, LATER)
                if not there:
                    _copies(session.connection(), like, DUE, NOW)
            there = number
            costs[number] = statistics.median(_claimed(database) for _ in range(ROUNDS))
    few = costs[WAITING[0]]
    return {"find_due_microseconds": few * 1e6} | {
        f"find_due_ratio_{number}": cost / few for number, cost in costs.items() if number != WAITING[0]
    }


def _copies(connection: sa.Connection, like: dict[str, Any], number: int, due: datetime) -> None:
    instances = [{**like, "id": new_id()} for _ in range(number)]
    jobs = [
        {
            "tenant_id": TENANT, "id": new_id(), "instance_id": it["id"], "kind": "timer", "task_id": None,
            "dedup_key": f"timer:{it['id']}", "due_at": due + timedelta(seconds=place), "locked_until": None,
            "token": None, "attempts": 0, "error": None, "state": "open",
        }
        for place, it in enumerate(instances)
    ]  # fmt: skip
    connection.execute(sa.insert(Instance), instances)
    connection.execute(sa.insert(Job), jobs)


def _claimed(database: Database) -> float:
    with database.session() as session:
        began = time.process_time()
        found = worker._claim(session, NOW + timedelta(hours=1))
        took = time.process_time() - began
        if found is None:
            raise RuntimeError("Nothing due was found: its numbers mean nothing.")
    return took


def _memory(place: Path) -> dict[str, float]:
    """What a node holds after it has worked on ten times as many cases, and one engine step in milliseconds."""
    with _bench(f"sqlite:///{place}/memory.db") as (database, runtime):
        steps, held = [], []
        for number in range(MANY_CASES):
            began = time.perf_counter()
            _start(database, runtime, f"b{number}")
            steps.append(time.perf_counter() - began)
            if number + 1 in (FEW_CASES, MANY_CASES):
                held.append(_resident())
    return {
        "memory_ratio": held[1] / held[0],
        "memory_megabytes": held[1] / 2**20,
        "step_milliseconds": statistics.median(steps) * 1e3,
    }


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4_096


def _invitations(place: Path) -> dict[str, float]:
    """Ten thousand invitations, links included, written in one transaction: the rows, not the letters."""
    database = Database(f"sqlite:///{place}/invitations.db")
    tables.metadata().create_all(database.engine)
    links, took = Links(b"x" * 32), []
    for case in range(3):
        with database.open_transaction() as session:
            began = time.process_time()
            session.connection().exec_driver_sql("pragma defer_foreign_keys = on")
            rows = links.new_rows(TENANT, f"c{case}", (f"o{it}" for it in range(INVITED)))
            session.connection().execute(sa.insert(Invitation), rows)
            took.append(time.process_time() - began)
            session.rollback()  # organisations and the case are not what is measured
    database.close()
    return {"invitations_seconds": statistics.median(took)}


if __name__ == "__main__":
    print(run())
