"""Any order of events: the engine's promises hold after each, across crashes, doubles and clock jumps.

The process has a loop, a parallel block in a subprocess, a called process with a deadline, a job, a message that
does not interrupt and a race. A model of nothing but counts and waits is enough: what must hold is said in `check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import Session, SQLModel, select

from engine import ledger
from engine.errors import NotOpen
from engine.history import verify
from engine.instance import ACTIVE, Instance
from engine.job import Job
from engine.wait import HUMAN, JOB, TIMER
from engine.worker import Worker
from processes.database import Database
from tests.engine.conftest import TENANT, Bench
from tests.engine.drawing import (
    END,
    START,
    call,
    catch,
    chain,
    draw,
    edge,
    folder,
    gateway,
    message,
    sub,
    task,
    timer,
    user,
)

ROUND = draw(
    "round",
    [START, user("answer"), edge("over", "answer", timer("ends_at")), END, '<bpmn:endEvent id="late"/>'],
    [*chain("start", "answer", "end"), ("over", "late")],
)
BLOCK = sub(
    "block",
    ['<bpmn:startEvent id="bs"/>', gateway("split", "parallel"), user("left"), task("keep", "letter/keep"),
     gateway("join", "parallel"), user("right"), '<bpmn:endEvent id="be"/>'],
    [("bs", "split"), *chain("split", "left", "keep", "join"), *chain("split", "right", "join"), ("join", "be")],
)  # fmt: skip
PROCESS = folder(
    "p",
    draw(
        "p",
        [
            START, task("date", "letter/schedule", days="3"), BLOCK, call("collect", "round"),
            edge("question", "collect", message("question"), interrupting=False), task("note", "letter/keep"),
            '<bpmn:endEvent id="noted"/>', task("send", "letter/post", kind='"x"'), gateway("race", "eventBased"),
            catch("paper", message("paper")), catch("waited", timer("P2D", "timeDuration")), user("again"),
            gateway("way", default="way_end"), END,
        ],
        [
            *chain("start", "date", "block", "collect", "send", "race", "paper", "again", "way", "end"),
            *chain("question", "note", "noted"), *chain("race", "waited", "again"), ("way", "date", "x < 2"),
        ],
        messages=["question", "paper"],
    ),
    fields={"x": "number", "ends_at": "datetime"},
    shared__round_dot_bpmn=ROUND,
)  # fmt: skip


MEMORY = (
    "/dev/shm" if Path("/dev/shm").is_dir() else None
)  # thousands of commits; durability is not tried here


class Crash(BaseException):
    """The process dies here."""


class Story(RuleBasedStateMachine):
    """Several instances of one process, and everything that may befall them."""

    @initialize()
    def open(self) -> None:
        self.home = TemporaryDirectory(dir=MEMORY)
        url = f"sqlite:///{Path(self.home.name) / 'story.db'}"
        self.database = Database(url)
        SQLModel.metadata.create_all(self.database.engine)
        with self.database.engine.begin() as connection:
            connection.execute(sa.text("create table engine_test_row(instance_id text, element text)"))
        self.bench = Bench(self.database)
        self.bench.deploy(PROCESS)
        self.worker = Worker(self.bench.runtime, self.database.open_transaction, self.bench.clock)
        self.instances: list[Instance] = []
        self.keys = 0

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.finish()
            self.database.close()
            self.home.cleanup()

    @rule(again=st.booleans())
    @precondition(lambda self: len(self.instances) < 3)
    def start(self, *, again: bool) -> None:
        self.keys += 1
        instance = self.bench.start("p", key_of_step=f"k{self.keys}", x=0)
        if again:
            assert self.bench.start("p", key_of_step=f"k{self.keys}", x=0).id == instance.id
        self.instances.append(instance)

    @rule(data=st.data(), x=st.integers(0, 3), twice=st.booleans(), crash_at=st.integers(0, 12))
    @precondition(lambda self: self.waits(HUMAN))
    def complete(self, data: st.DataObject, x: int, *, twice: bool, crash_at: int) -> None:
        wait = data.draw(st.sampled_from(self.waits(HUMAN)))
        self.keys += 1
        key = f"k{self.keys}"
        before = self.dump()
        try:
            with self.crashing(crash_at):
                self.bench.complete_wait(wait.id, key_of_step=key, x=x)
        except Crash:
            assert self.dump() == before, "a crash left half a step behind"
            self.bench.complete_wait(wait.id, key_of_step=key, x=x)
        done = self.dump()
        if twice:
            self.bench.complete_wait(wait.id, key_of_step=key, x=x)
            with suppress(NotOpen):
                self.bench.complete_wait(wait.id, x=x)
                raise AssertionError("a task was done twice")
            assert self.dump() == done

    @rule(data=st.data(), name=st.sampled_from(["question", "paper"]))
    @precondition(lambda self: self.active())
    def tell(self, data: st.DataObject, name: str) -> None:
        self.bench.tell(data.draw(st.sampled_from(self.active())), name)

    @rule(hours=st.integers(-48, 96), crash_at=st.integers(0, 12))
    def time_passes(self, hours: int, crash_at: int) -> None:
        self.bench.later(hours=hours)
        with suppress(Crash), self.crashing(crash_at):
            self.worker.drain()
        self.worker.drain()

    @rule(data=st.data(), hours=st.integers(1, 200))
    @precondition(lambda self: self.waits(TIMER))
    def move(self, data: st.DataObject, hours: int) -> None:
        wait = data.draw(st.sampled_from(self.waits(TIMER)))
        due = self.bench.clock.now() + timedelta(hours=hours)
        self.bench.move(next(it for it in self.instances if it.id == wait.instance_id), wait.element, due)
        assert {it.due_at for it in self.waits(TIMER) if it.id == wait.id} == {due}

    @rule(data=st.data())
    @precondition(lambda self: len(self.active()) > 1)
    def cancel(self, data: st.DataObject) -> None:
        instance = data.draw(st.sampled_from(self.active()))
        self.bench.cancel(instance)
        assert self.bench.waits(instance) == []

    @invariant()
    def check(self) -> None:
        if not hasattr(self, "database"):
            return
        for it in self.instances:
            self._check_instance(it)
        kept = self.bench.rows("select count(*) as n from engine_test_row")[0].n
        done = self.bench.rows(
            "select count(*) as n from engine_history where what = 'done' and element in ('keep', 'note')"
        )[0].n
        assert kept == done, "a domain row without its step, or a step without its row"

    def _check_instance(self, it: Instance) -> None:
        with self.database.session() as session:
            assert verify(session, TENANT, it.id)
            row = dict(ledger.lock(session, TENANT, it.id))
            waits = self.bench.runtime.waits(session, TENANT, it.id)
            assert (row["status"] == ACTIVE) == bool(waits)
            if row["status"] == ACTIVE:  # waits are what the state says
                step = self.bench.runtime._take_up(session, row, self.bench.clock.now(), "x")
                derived = {(o.id, o.kind, o.path, o.due_at) for o in step.before.values()}
                assert derived == {(w.id, w.kind, w.element, w.due_at) for w in waits}
            jobs = session.exec(select(Job).where(Job.instance_id == it.id)).all()
            due = [w.due_at for w in waits if w.kind == TIMER and w.due_at is not None]
            assert [j.due_at for j in jobs if j.kind == "timer"] == ([min(due)] if due else [])
            services = {j.task_id for j in jobs if j.kind == "service"}
            assert services == {w.id for w in waits if w.kind == JOB}

    def finish(self) -> None:
        """Whatever happened, every instance can still be brought to its end."""
        for _ in range(200):
            open_now = self.waits(HUMAN)
            if not self.active():
                break
            if open_now:
                self.bench.complete_wait(open_now[0].id, x=3)
            else:
                self.bench.later(days=4)
                self.worker.drain()
        assert not self.active(), self.waits(None)

    def active(self) -> list[Instance]:
        rows = {it.id for it in self.bench.rows("select id from engine_instance where status = 'active'")}
        return [it for it in self.instances if it.id in rows]

    def waits(self, kind: str | None) -> list[Any]:
        found = [wait for it in self.instances for wait in self.bench.waits(it)]
        return [it for it in found if kind is None or it.kind == kind]

    def dump(self) -> list[Any]:
        tables = ["instance", "wait", "job", "history", "message", "performed", "test_row"]
        return [sorted(map(str, self.bench.rows(f"select * from engine_{it}"))) for it in tables]

    @contextmanager
    def crashing(self, at: int) -> Iterator[None]:
        """Die at the nth statement that writes, or never for 0; 12 is after all of them, before the commit."""
        if not at:
            yield
            return
        count = 0

        def strike(*_: object) -> None:
            nonlocal count
            count += 1
            if count == at:
                raise Crash

        def before_commit(_: object) -> None:
            if at == 12:
                raise Crash

        sa.event.listen(self.database.engine, "before_cursor_execute", strike)
        sa.event.listen(Session, "before_commit", before_commit)
        try:
            yield
        finally:
            sa.event.remove(self.database.engine, "before_cursor_execute", strike)
            sa.event.remove(Session, "before_commit", before_commit)


Story.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking thousands of commits takes hours
)
TestStory = Story.TestCase
