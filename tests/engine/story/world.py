"""What surrounds the instances of a story: a database, nodes that die, services that fail, and what must always hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from engine import ledger
from engine.clock import HeldClock
from engine.definition import Definition, Library, digest
from engine.history import History, verify
from engine.incident import Incident
from engine.instance import ACTIVE
from engine.job import OPEN, STOPPED, Job
from engine.process import Process
from engine.runtime import MESSAGE_KEPT, Runtime
from engine.service import Binding
from engine.spiff import parsing, specification
from engine.wait import JOB, TIMER, Wait
from engine.worker import Worker
from processes import tables
from processes.database import Database
from tests.engine.golden.stage import Stage
from tests.engine.story import letters
from tests.engine.story.subjects import Subject

T = TypeVar("T")
TENANT = "story"
BEGIN = datetime(2026, 3, 27, 7, tzinfo=UTC)
NEVER, COMMIT, ANSWER = (
    0,
    9,
    10,
)  # a crash at the nth write, before the commit, after it but before the answer
TALLY: Counter[str] = Counter()
TABLES = ("instance", "wait", "job", "history", "message", "performed", "incident")


class Crash(BaseException):
    """The process dies here."""


class Broken(Exception):  # noqa: N818  it is what happened, as every error of the house
    """A service that does not work for now."""


class DyingDatabase(Database):
    """A database whose user dies when it was told to."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.dies_at, self._writes = NEVER, 0

    def arm(self, at: int) -> None:
        """Die at the nth write, before the commit or after it; who watches statements slows them, so only then."""
        watching, self.dies_at = self.dies_at, at
        if bool(watching) != bool(at):
            change = sa.event.listen if at else sa.event.remove
            change(self.engine, "before_cursor_execute", self._before_statement)

    def _before_statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            self._writes += 1
            self._strike(self._writes)

    def _strike(self, at: int) -> None:
        if at and self.dies_at == at:
            self._writes = 0
            TALLY["crashes"] += 1
            TALLY[f"crashes at {at}"] += 1
            raise Crash

    @contextmanager
    def open_transaction(self) -> Iterator[Session]:
        self._writes = 0
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            self._strike(COMMIT)
            session.commit()
            self._strike(ANSWER)


class _Doing(Binding):
    def call(self, values: Mapping[str, Any], step: Any, tools: Any) -> Any:
        return self.function(values, step)


class Effects(Stage):
    """The stage's services, each leaving a row in the step's own transaction; one named broken raises instead."""

    def __init__(self, subject: Subject, broken: set[str]) -> None:
        super().__init__(subject.gives, subject.later)
        self._broken = broken

    def find(self, name: str) -> Binding:
        line = super().find(name)

        def work(values: Mapping[str, Any], step: Any) -> Any:
            if name in self._broken:
                TALLY["failures"] += 1
                raise Broken(name)
            row = {"i": step.instance_id, "e": step.element, "o": name}
            step.session.connection().execute(sa.text("insert into story_effect values (:i, :e, :o)"), row)
            letters.write(step.session, TENANT, step.instance_id, step.element, step.now)
            return line.function(values, step)

        return _Doing(name, work, None, None, {}, later=line.later)


class Witness:
    """A listener that notes every wait's end under its id; a second end of one wait breaks the key."""

    def opened(self, step: Any, wait: Wait, properties: Any, data: Any) -> None:
        return None

    def closed(self, step: Any, wait: Wait, how: str) -> None:
        if wait.kind == TIMER and how == "fired":
            assert wait.due_at is not None
            assert wait.due_at <= step.now, "a timer fired early"
            TALLY["timers"] += 1
        row = {"w": wait.id, "i": step.instance_id, "k": wait.kind, "e": wait.element, "h": how}
        step.session.connection().execute(sa.text("insert into story_end values (:w, :i, :k, :e, :h)"), row)

    def ended(self, step: Any, end_element: str) -> None:
        TALLY["ends"] += 1


class Node:
    """One process of the product: its own connections, its own memory."""

    def __init__(
        self,
        database: DyingDatabase,
        subject: Subject,
        broken: set[str],
        clock: HeldClock,
        relay: letters.Relay,
    ) -> None:
        self.database = database
        self.runtime = Runtime(Effects(subject, broken), library=Library(), listeners=[Witness()])
        self.worker = Worker(self.runtime, self.database.open_transaction, clock)
        self.delivery = letters.delivery(self.database.open_transaction, relay, clock.now)


def _die_after_sending() -> None:
    TALLY["crashes"] += 1
    TALLY["crashes after sending"] += 1
    raise Crash


def prepare(url: str, chosen: list[Subject]) -> None:
    """Make the tables and store the definitions, without the checks of a deployment: those are other tests."""
    engine = sa.create_engine(url)
    tables.metadata().create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            sa.text("create table story_effect (instance_id text, element text, operation text)")
        )
        connection.execute(
            sa.text(
                "create table story_end (wait text primary key, instance_id text, kind text, element text, how text)"
            )
        )
    with Session(engine) as session:
        for number, subject in enumerate({it.key: it for it in chosen}.values()):
            process = Process(subject.files)
            main, parts = parsing.parse(process.diagram, process.called.values())
            session.add(
                Definition(
                    tenant_id=TENANT, id=f"d{number}", key=subject.key, version=1, digest=digest(subject.files),
                    files=orjson.dumps(dict(subject.files)).decode(), specification=specification.freeze(main, parts),
                    library_version=version("spiffworkflow"), created_at=BEGIN,
                )
            )  # fmt: skip
        session.commit()
    engine.dispose()


def empty(database: Database) -> None:
    """Forget every instance; the definitions stay."""
    tables = [it.name for it in SQLModel.metadata.sorted_tables if it.name.startswith("engine_")]
    tables.remove("engine_definition")
    with database.engine.begin() as connection:
        connection.execute(sa.text(f"truncate {', '.join(tables)}, outgoing_letter, story_effect, story_end"))


class World:
    """Two nodes on one database, and what was accepted there."""

    def __init__(self, databases: Sequence[DyingDatabase], subject: Subject) -> None:
        self.subject = subject
        self.clock = HeldClock(BEGIN)
        self.broken: set[str] = set()
        self.relay = letters.Relay()
        # A database outlives its node: its compiled statements are kept, its connections are not.
        self.nodes = [self._node(it) for it in databases]
        self.instances: list[str] = []
        self.accepted: dict[str, str] = {}  # actor of a completion that was answered -> instance
        self.closed: list[str] = []
        self.told: Counter[tuple[str, str]] = Counter()

    def _node(self, database: DyingDatabase) -> Node:
        return Node(database, self.subject, self.broken, self.clock, self.relay)

    def restart(self, number: int) -> Node:
        """A node comes back with nothing in memory."""
        self.nodes[number].database.close()
        self.nodes[number] = self._node(self.nodes[number].database)
        return self.nodes[number]

    def close(self) -> None:
        for node in self.nodes:
            node.database.close()

    def act(self, number: int, work: Callable[[Node, Session], T], dies_at: int = NEVER) -> T:
        """Do a verb on a node, as a request would. Errors: Crash, when it died; then it has restarted."""
        node = self.nodes[number]
        node.database.arm(dies_at)
        try:
            return node.database.transaction(lambda session: work(node, session))
        except Crash:
            self.restart(number)
            raise
        finally:
            node.database.arm(NEVER)

    def drain(self, number: int, dies_at: int = NEVER) -> None:
        """Do all due work; a node that dies on the way comes back and goes on."""
        node = self.nodes[number]
        node.database.arm(dies_at)
        try:
            node.worker.drain(200)
        except Crash:
            node.database.arm(NEVER)
            self.restart(number).worker.drain(200)
        finally:
            node.database.arm(NEVER)

    def deliver(self, number: int, dies_at: int = NEVER, *, taken: bool = False, away: bool = False) -> None:
        """Carry the letters away. In: a write to die at, or right after the server `taken` one; the server `away`."""
        node = self.nodes[number]
        node.database.arm(dies_at)
        self.relay.away, self.relay.dies = away, _die_after_sending if taken else None
        try:
            TALLY["letters"] += node.delivery.drain()
        except Crash:
            self.restart(number)
        finally:
            node.database.arm(NEVER)
            self.relay.away, self.relay.dies = False, None

    def deliver_all(self) -> None:
        """Let days go by until nothing is left to carry away."""
        for _ in range(30):
            self.deliver(0)
            if not self.rows(
                "select 1 from outgoing_letter where state in ('queued', 'deferred', 'sending')"
            ):
                break
            self.clock.move_to(self.clock.now() + timedelta(days=1))
        with self.nodes[0].database.session() as session:
            letters.check_all_arrived(session, self.relay)
        TALLY["letters twice"] += sum(it > 1 for it in self.relay.taken.values())

    # --- looking

    def rows(self, query: str, **values: Any) -> list[Any]:
        with self.nodes[0].database.session() as session:
            return list(session.connection().execute(sa.text(query), values))

    def active(self) -> list[str]:
        rows = {it.id for it in self.rows("select id from engine_instance where status = 'active'")}
        return [it for it in self.instances if it in rows]

    def waits(self, kind: str) -> list[Any]:
        """Out: what is waited for, in an order that is the same whenever the same story is told."""
        found = self.rows("select * from engine_wait where kind = :k", k=kind)
        return sorted(
            found,
            key=lambda it: (
                self.instances.index(it.instance_id),
                it.opened_at,
                it.element,
                str(it.due_at),
                it.id,
            ),
        )

    def dump(self) -> list[Any]:
        """Out: everything stored that a step may change."""
        names = [*(f"engine_{it}" for it in TABLES), "outgoing_letter", "story_effect", "story_end"]
        return [sorted(map(str, self.rows(f"select * from {it}"))) for it in names]

    # --- what must hold

    def check(self) -> None:
        """Whatever happened, all of this holds."""
        for it in self.instances:
            with self.nodes[0].database.session() as session:
                assert verify(session, TENANT, it), "the history chain does not verify"
                self._check_waits(session, it)
                self._check_history(session, it)
        self._check_incidents()
        written = Counter(it.instance_id for it in self.rows("select instance_id from story_effect"))
        with self.nodes[0].database.session() as session:
            letters.check(session, self.relay, written)

    def _check_waits(self, session: Session, instance: str) -> None:
        row = ledger.lock(session, TENANT, instance)
        waits = session.exec(select(Wait).where(col(Wait.instance_id) == instance)).all()
        assert (row["status"] == ACTIVE) == bool(waits)
        if row["status"] == ACTIVE:  # every state loads, and the waits are what it says
            step = self._fresh_runtime()._take_up(session, row, self.clock.now(), "x")
            derived = {(o.id, o.kind, o.path, o.due_at) for o in step.before.values()}
            assert derived == {(w.id, w.kind, w.element, w.due_at) for w in waits}
        jobs = session.exec(select(Job).where(col(Job.instance_id) == instance)).all()
        due = [w.due_at for w in waits if w.kind == TIMER and w.due_at is not None]
        timers = [j for j in jobs if j.kind == "timer"]
        assert len(timers) == bool(due), "a timer without a job, or a job without a timer"
        assert all(j.state == STOPPED or j.due_at == min(due) for j in timers)
        assert {j.task_id for j in jobs if j.kind == "service"} == {w.id for w in waits if w.kind == JOB}
        ended = {it.wait for it in self.rows("select wait from story_end where instance_id = :i", i=instance)}
        assert not ended & {w.id for w in waits}, "a wait that ended is open again"

    def _fresh_runtime(self) -> Runtime:
        """A runtime with no memory of any instance, so that what is read is what is stored."""
        return Runtime(self.nodes[0].runtime.services, library=self.nodes[0].runtime.library)

    def _check_history(self, session: Session, instance: str) -> None:
        rows = session.exec(
            select(History).where(col(History.instance_id) == instance).order_by(col(History.seq))
        ).all()
        done = Counter(it.actor for it in rows if it.what == "done")
        mine = [actor for actor, where in self.accepted.items() if where == instance]
        assert all(done[actor] == 1 for actor in mine), "an accepted answer is not on disk exactly once"
        assert {actor for actor in done if actor != "engine"} == set(mine), "a step nobody was told of"
        events = Counter((it.element, it.what) for it in rows)
        services = Counter(
            it.element
            for it in self.rows("select element from story_effect where instance_id = :i", i=instance)
        )
        for element, count in services.items():
            assert events[element, "done"] == count, (
                f"{element} was done {events[element, 'done']} times, took effect {count}"
            )
        self._check_messages(instance, rows)

    def _check_messages(self, instance: str, rows: Any) -> None:
        """Kept messages are given out once each, oldest first, and never after their time."""
        kept: dict[str, list[datetime]] = {}
        told: Counter[str] = Counter()
        for it in rows:
            name = (
                orjson.loads(it.details).get("message", "")
                if it.what in ("told", "kept", "delivered")
                else ""
            )
            told[name] += it.what in ("told", "kept")
            if it.what == "kept":
                kept.setdefault(name, []).append(it.at)
            if it.what == "delivered":
                fit = [at for at in kept.get(name, []) if at + MESSAGE_KEPT > it.at]
                assert fit, f"{name} was delivered although none was kept, or only ones that had expired"
                kept[name].remove(min(fit))
        del told[""]
        expected = {name: count for (where, name), count in self.told.items() if where == instance}
        assert dict(told) == expected, "a message was lost or came twice"

    def _check_incidents(self) -> None:
        with self.nodes[0].database.session() as session:
            stopped = {it.id for it in session.exec(select(Job).where(col(Job.state) == STOPPED)).all()}
            open_now = [
                it.job_id
                for it in session.exec(select(Incident).where(col(Incident.resolved_at).is_(None))).all()
            ]
        assert stopped <= set(open_now), "a job stopped and nobody was told"
        assert len(open_now) == len(set(open_now)), "one failure, two incidents"

    def check_nothing_is_late(self) -> None:
        """After the work was done nothing is due, but what failed and waits to be tried again."""
        now = self.clock.now()
        with self.nodes[0].database.session() as session:
            late = session.exec(select(Job).where(col(Job.due_at) <= now, col(Job.state) == OPEN)).all()
            assert all(
                it.attempts and it.locked_until is not None and it.locked_until > now for it in late
            ), late
