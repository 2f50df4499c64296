"""User tasks completed per CPU-second, durable, beside two other ways of doing the same work in one run.

The work: four user tasks, a parallel split and join, a boundary timer; every completion is committed to an
SQLite file with full synchronisation before the next begins. Beside ours: bpmn-engine (npm), recovered for
each step, and plain SpiffWorkflow rebuilt whole (specification and tasks) for each step. All three take turns.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState
from sqlmodel import SQLModel, select

from engine.runtime import Runtime
from engine.service import Services
from engine.wait import HUMAN, Wait
from processes.database import Database
from tests.engine.drawing import END, START, chain, draw, edge, folder, gateway, timer, user
from web.assets import node_environment

HERE = Path(__file__).parent
PEER = HERE / "peer.mjs"
ROUNDS, SECONDS = 3, 1.5
NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
TENANT = "t1"
COMPLETIONS = 4


def diagram(quote: str = "") -> str:
    """The work as BPMN. In: the quotation mark that plain SpiffWorkflow wants around a duration."""
    nodes = [
        START, user("plan"), gateway("split", "parallel"), user("b"), user("c"), gateway("join", "parallel"),
        user("d"), edge("late", "d", timer(f"{quote}P30D{quote}", "timeDuration"), interrupting=False), END,
        '<bpmn:endEvent id="end2"/>',
    ]  # fmt: skip
    arrows = [
        *chain("start", "plan", "split", "b", "join", "d", "end"),
        ("split", "c"),
        ("c", "join"),
        ("late", "end2"),
    ]
    return draw("work", nodes, arrows)


def run() -> dict[str, float]:
    """Out: completions per CPU-second of each way, and ours over theirs; `vs_commit` is ours over bare commits."""
    ours, peer, rebuilt, commits = [], [], [], []
    with tempfile.TemporaryDirectory() as folder_, _product(folder_) as complete_one:
        for turn in range(ROUNDS):
            ours.append(_rate(complete_one))
            peer.append(_peer(Path(folder_) / f"peer{turn}.db"))
            rebuilt.append(_rate(_rebuilding(Path(folder_) / f"rebuilt{turn}.db")))
            commits.append(_rate(_committing(Path(folder_) / f"bare{turn}.db")))
    found = {name: statistics.median(values) for name, values in
             (("ours", ours), ("bpmn_engine", peer), ("rebuild", rebuilt), ("commit", commits))}  # fmt: skip
    return {
        "completions_per_cpu_second": found["ours"],
        "bpmn_engine_per_cpu_second": found["bpmn_engine"],
        "rebuild_per_cpu_second": found["rebuild"],
        "commits_per_cpu_second": found["commit"],
        "vs_bpmn_engine": found["ours"] / found["bpmn_engine"],
        "vs_rebuild": found["ours"] / found["rebuild"],
        "vs_commit": found["ours"] / found["commit"],
    }


def _rate(work: Callable[[], tuple[int, float]]) -> float:
    """Completions per CPU-second. In: one round of work, which says how many and in how much CPU time."""
    count, spent, began = 0, 0.0, time.monotonic()
    while time.monotonic() - began < SECONDS:
        done, cpu = work()
        count, spent = count + done, spent + cpu
    return count / spent


@contextmanager
def _product(folder_: str) -> Iterator[Callable[[], tuple[int, float]]]:
    database = Database(f"sqlite:///{folder_}/ours.db")
    SQLModel.metadata.create_all(database.engine)
    runtime = Runtime(Services("tests.engine.clerk"))
    database.transaction(lambda s: runtime.library.deploy(s, TENANT, folder("work", diagram()), now=NOW))
    number = iter(range(10**9))

    def start() -> str:
        return database.transaction(
            lambda s: runtime.start(
                s, TENANT, "work", business_key=f"b{next(number)}", data={}, now=NOW, actor="aino"
            )
        ).id

    def one() -> tuple[int, float]:
        instance, spent = start(), 0.0
        for _ in range(COMPLETIONS):
            with database.session() as session:
                mine = (Wait.tenant_id == TENANT, Wait.instance_id == instance, Wait.kind == HUMAN)
                wait_id = session.exec(select(Wait.id).where(*mine)).first()
            began = time.process_time()
            database.transaction(
                lambda s, it=wait_id: runtime.complete(s, TENANT, it, {}, now=NOW, actor="aino")  # type: ignore[misc]
            )
            spent += time.process_time() - began
        return COMPLETIONS, spent

    yield one
    database.close()


def _file(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.execute("create table kept (id integer primary key, revision integer, body text)")
    return connection


def _rebuilding(path: Path) -> Callable[[], tuple[int, float]]:
    connection = _file(path)
    parser = SpiffBpmnParser()
    parser.add_bpmn_str(diagram('"').encode())
    spec, parts = parser.get_spec("work"), parser.get_subprocess_specs("work")
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))

    def one() -> tuple[int, float]:
        workflow = BpmnWorkflow(spec, parts)
        workflow.do_engine_steps()
        kept = connection.execute(
            "insert into kept values (null, 0, ?)", (serializer.serialize_json(workflow),)
        ).lastrowid
        began = time.process_time()
        for _ in range(COMPLETIONS):
            (body,) = connection.execute("select body from kept where id = ?", (kept,)).fetchone()
            workflow = serializer.deserialize_json(body)
            workflow.get_next_task(state=TaskState.READY, manual=True).run()
            workflow.do_engine_steps()
            connection.execute("begin immediate")
            connection.execute(
                "update kept set body = ?, revision = revision + 1 where id = ?",
                (serializer.serialize_json(workflow), kept),
            )
            connection.execute("commit")
        return COMPLETIONS, time.process_time() - began

    return one


def _committing(path: Path) -> Callable[[], tuple[int, float]]:
    connection = _file(path)
    connection.execute("insert into kept values (1, 0, '')")
    body = "x" * 4_000

    def one() -> tuple[int, float]:
        began = time.process_time()
        for _ in range(COMPLETIONS):
            connection.execute("begin immediate")
            connection.execute("update kept set body = ?, revision = revision + 1 where id = 1", (body,))
            connection.execute("commit")
        return COMPLETIONS, time.process_time() - began

    return one


def _peer(path: Path) -> float:
    source = path.with_suffix(".bpmn")
    source.write_text(diagram())
    command = ["node", str(PEER), str(source), str(path), str(SECONDS)]
    done = subprocess.run(command, env=node_environment(), capture_output=True, text=True, check=True)
    rate: float = json.loads(done.stdout.splitlines()[-1])["per_cpu_second"]
    return rate
