"""Nodes of one PostgreSQL on the same due work, 1, 2 and 4 of them. Each piece is done once, by whoever comes first.

Three ways: `nodes` work all at once, as hard as they can; `shared` are whole nodes that take turns as in the product;
`bare` only finds the work and takes it away, with no step done: what the database and the cores give of themselves.
"""

from __future__ import annotations

import itertools
import multiprocessing
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from engine import worker
from engine.clock import HeldClock
from engine.instance import Instance
from engine.job import Job
from engine.runtime import Runtime
from engine.service import Services
from processes import migrate
from processes.database import Database
from tests.benchmarks.engine import NOW, TENANT
from tests.engine.drawing import END, START, catch, chain, draw, folder, timer, user
from tests.postgres import Server, server
from web.cluster import Cluster

WORKERS, TURNS = (1, 2, 4), 3
CASES = {
    "nodes": 2_000,
    "bare": 2_000,
    "shared": 8_000,
}  # turns are seconds long: a short queue is over in the first
_SOON = [START, catch("pause", timer("P1D", "timeDuration")), user("a"), END]
DUE_SOON = folder("soon", draw("soon", _SOON, chain("start", "pause", "a", "end")))
LATER = NOW + timedelta(days=2)


def run() -> dict[str, float]:
    """Out: due steps a second by way and number of nodes, the median of all turns."""
    speeds: dict[str, list[float]] = {}
    with server(durable=True) as postgres:
        for number in set(CASES.values()):
            _begin(postgres, number)
        for turn, way, nodes in itertools.product(range(TURNS), CASES, WORKERS):
            name = f"{way}_{nodes}_{turn}"
            postgres.create(name, template=f"begun_{CASES[way]}")
            took = _race(postgres.url(name), nodes, way)
            _check(postgres.url(name), 1 if way == "bare" else 2)
            postgres.drop(name)
            speeds.setdefault(f"{way}_{nodes}_per_second", []).append(CASES[way] / took)
    return {name: statistics.median(it) for name, it in speeds.items()}


def _begin(postgres: Server, number: int) -> None:
    """A database of cases that all wait for a moment that has come."""
    name = f"begun_{number}"
    postgres.create(name)
    migrate.upgrade(postgres.url(name))
    database, runtime = Database(postgres.url(name)), Runtime(Services("tests.engine.clerk"))
    database.transaction(lambda s: runtime.library.deploy(s, TENANT, DUE_SOON, now=NOW))
    for it in range(number):
        begin = partial(runtime.start, business_key=f"b{it}", data={}, now=NOW, actor="aino")
        database.transaction(partial(begin, tenant_id=TENANT, key="soon"))
    database.close()


def _check(url: str, steps: int) -> None:
    """Each case went on exactly as often as it had to, and nothing is due any more."""
    database = Database(url)
    moves = sa.select(sa.func.min(Instance.revision), sa.func.max(Instance.revision))
    with database.session() as session:
        least, most = session.connection().execute(moves).one()
    found = (least, most, _left(database))
    database.close()
    if found != (steps, steps, 0):
        raise RuntimeError(
            f"{least} to {most} steps a case, {found[2]} jobs left: something was lost or doubled."
        )


def _left(database: Database) -> int:
    with database.session() as session:
        return int(session.connection().execute(sa.select(sa.func.count()).select_from(Job)).scalar_one())


def _race(url: str, nodes: int, way: str) -> float:
    """Out: seconds from the first piece of work to the last.

    What a node does once (importing, connecting, reading the definition, waiting for the first tick) is over before.
    """
    spawn = multiprocessing.get_context("spawn")
    gate, over = spawn.Barrier(nodes + 1), spawn.Barrier(nodes + 1)
    running = [spawn.Process(target=_node, args=(url, way, gate, over)) for _ in range(nodes)]
    for it in running:
        it.start()
    database = Database(url)
    whole = _left(database)
    gate.wait(120)
    while _left(database) == whole:
        time.sleep(0.005)
    began = time.perf_counter()
    while _left(database):
        time.sleep(0.05)
    took = time.perf_counter() - began
    over.wait(60)
    for it in running:
        it.join()
    database.close()
    return took


def _node(url: str, way: str, gate: Any, over: Any) -> None:
    database, runtime = Database(url), Runtime(Services("tests.engine.clerk"))
    with database.session() as session:
        _ = runtime.library.newest(session, TENANT, "soon").process
    node = worker.Worker(runtime, database.open_transaction, HeldClock(LATER))
    gate.wait(120)
    if way == "shared":
        cluster = Cluster(url, {"step": node.drain})
        cluster.start()
        over.wait(600)
        cluster.stop()
    else:
        _work(node.drain_one if way == "nodes" else partial(_taken_away, database))
        over.wait(600)
    database.close()


def _work(more: Callable[[], bool]) -> None:
    while more():
        pass


def _taken_away(database: Database) -> bool:
    with database.open_transaction() as session:
        found = worker._claim(session, LATER)
        if found is not None:
            session.connection().execute(sa.delete(Job).where(Job.id == found.id))
    return found is not None
