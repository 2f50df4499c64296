"""User tasks completed and instances started per CPU-second, durable, beside other ways of doing it, in one run.

The work: four user tasks, a condition in FEEL, a parallel split and join, a boundary timer. Ours lists the open
tasks, completes one, and commits state, waits, jobs and sealed history to SQLite with full synchronisation, one
after the other. Beside it: bpmn-engine (npm), recovered for each step and live; plain SpiffWorkflow rebuilt whole
for each step (both keep the state alone); and a bare commit of the very bytes ours writes, the limit. All take turns.
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
from sqlmodel import SQLModel

from engine.runtime import Runtime
from engine.service import Services
from engine.wait import HUMAN
from processes.database import Database
from tests.engine.drawing import END, START, chain, draw, edge, folder, gateway, timer, user
from web.assets import node_environment

HERE = Path(__file__).parent
PEER = HERE / "peer.mjs"
ROUNDS, SECONDS = 5, 1.0
NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
TENANT = "t1"
COMPLETIONS = 4
Written = tuple[str, tuple[str, ...]]


def diagram(quote: str = "", condition: str = "letters = 0") -> str:
    """The work as BPMN. In: the quotation mark plain SpiffWorkflow wants around a duration; a condition that holds."""
    nodes = [
        START, user("plan"), gateway("way", default="way_end3"), gateway("split", "parallel"), user("b"), user("c"), gateway("join", "parallel"),
        user("d"), edge("late", "d", timer(f"{quote}P30D{quote}", "timeDuration"), interrupting=False), END,
        '<bpmn:endEvent id="end2"/>', '<bpmn:endEvent id="end3"/>',
    ]  # fmt: skip
    arrows = [
        *chain("start", "plan", "way"),
        ("way", "split", condition),
        ("way", "end3"),
        *chain("split", "b", "join", "d", "end"),
        ("split", "c"),
        ("c", "join"),
        ("late", "end2"),
    ]
    return draw("work", nodes, arrows)


def run() -> dict[str, float]:
    """Out: completions and starts per CPU-second of each way, and ours over theirs (medians over turns)."""
    turns: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder_, _product(folder_) as (complete_one, start_many, rows):
        complete_one()  # fills the table the bare commit takes its bytes from
        written = rows()
        for turn in range(ROUNDS):
            found = {"completions": _rate(complete_one), "starts": _rate(start_many)}
            found |= {f"bpmn_engine_{key}": it for key, it in _peer(Path(folder_) / f"peer{turn}.db").items()}
            found["rebuild"] = _rate(_rebuilding(Path(folder_) / f"rebuilt{turn}.db"))
            found["commits"] = _rate(_committing(Path(folder_) / f"bare{turn}.db", written))
            turns.append(found)

    def over(mine: str, theirs: str) -> float:
        return statistics.median(it[mine] / it[theirs] for it in turns)

    per_second = {f"{name}_per_cpu_second": statistics.median(it[name] for it in turns) for name in turns[0]}
    return per_second | {
        "vs_bpmn_engine": over("completions", "bpmn_engine_cold"),
        "vs_bpmn_engine_live": over("completions", "bpmn_engine_live"),
        "starts_vs_bpmn_engine": over("starts", "bpmn_engine_starts"),
        "vs_rebuild": over("completions", "rebuild"),
        "over_commit": over("commits", "completions"),
    }


def _rate(work: Callable[[], tuple[int, float]]) -> float:
    """Completions per CPU-second. In: one round of work, which says how many and in how much CPU time."""
    count, spent, began = 0, 0.0, time.monotonic()
    while time.monotonic() - began < SECONDS:
        done, cpu = work()
        count, spent = count + done, spent + cpu
    return count / spent


Work = Callable[[], tuple[int, float]]


@contextmanager
def _product(folder_: str) -> Iterator[tuple[Work, Work, Callable[[], list[Written]]]]:
    database = Database(f"sqlite:///{folder_}/ours.db")
    SQLModel.metadata.create_all(database.engine)
    runtime = Runtime(Services("tests.engine.clerk"))
    database.transaction(lambda s: runtime.library.deploy(s, TENANT, folder("work", diagram()), now=NOW))
    number = iter(range(10**9))

    def start() -> str:
        return database.transaction(
            lambda s: runtime.start(
                s, TENANT, "work", business_key=f"b{next(number)}", data={"letters": 0}, now=NOW, actor="aino"
            )
        ).id

    def one() -> tuple[int, float]:
        instance, began = start(), time.process_time()
        for _ in range(COMPLETIONS):
            with database.session() as session:
                wait_id = next(it.id for it in runtime.waits(session, TENANT, instance) if it.kind == HUMAN)
            database.transaction(
                lambda s, it=wait_id: runtime.complete(s, TENANT, it, {}, now=NOW, actor="aino")  # type: ignore[misc]
            )
        return COMPLETIONS, time.process_time() - began

    def many() -> tuple[int, float]:
        began = time.process_time()
        for _ in range(COMPLETIONS):
            start()
        return COMPLETIONS, time.process_time() - began

    def rows() -> list[Written]:
        """What one completion writes, as it lies in our tables: the text of every column."""
        with database.engine.connect() as connection:
            driver = connection.connection.dbapi_connection
            assert driver is not None
            cursor = driver.cursor()
            found = []
            for table, kept in (
                ("engine_instance", 1),
                ("engine_wait", 1),
                ("engine_job", 1),
                ("engine_history", 3),
            ):
                start()
                cursor.execute(f"select * from {table} limit {kept}")
                found += [(table, tuple(map(str, it))) for it in cursor.fetchall()]
            return found

    yield one, many, rows
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
    parser.add_bpmn_str(diagram('"', "1 == 1").encode())
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


def _committing(path: Path, written: list[Written]) -> Work:
    """The limit: the rows a completion writes, with their keys and one index each, in one transaction and no engine."""
    connection = _file(path)
    body = "".join(written[0][1])
    connection.execute("insert into kept values (1, 0, '')")
    for table, values in dict(written[1:]).items():
        columns = ", ".join(f"c{it}" for it in range(len(values)))
        connection.execute(f"create table {table} (k integer, {columns}, primary key (c0, k, c1))")
        connection.execute(f"create index i_{table} on {table} (c0, c2)")
    number = iter(range(10**9))
    inserts = [(f"insert into {t} values (?{', ?' * len(v)})", v) for t, v in written[1:]]

    def one() -> tuple[int, float]:
        began = time.process_time()
        for _ in range(COMPLETIONS):
            connection.execute("begin immediate")
            connection.execute("update kept set body = ?, revision = revision + 1 where id = 1", (body,))
            for statement, values in inserts:
                connection.execute(statement, (next(number), *values))
            connection.execute(
                "delete from engine_wait where c0 = ? and k < ?", (written[1][1][0], next(number) - 20)
            )
            connection.execute("commit")
        return COMPLETIONS, time.process_time() - began

    return one


def _peer(path: Path) -> dict[str, float]:
    source = path.with_suffix(".bpmn")
    source.write_text(diagram(condition="${environment.variables.yes}"))
    command = ["node", str(PEER), str(source), str(path), str(SECONDS)]
    done = subprocess.run(command, env=node_environment(), capture_output=True, text=True, check=True)
    rates: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return rates
