"""Everything that may befall a process, as rules Hypothesis takes in any order."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine import incident, ledger
from engine.errors import AnswersRefused, Conflict, NotOpen, ServiceFailed
from engine.wait import HUMAN, JOB, MESSAGE, SIGNAL, TIMER
from tests.engine.story.subjects import Subject, subjects
from tests.engine.story.world import (
    ANSWER,
    BEGIN,
    NEVER,
    TALLY,
    TENANT,
    Broken,
    Crash,
    DyingDatabase,
    World,
    empty,
    prepare,
)

MEMORY = (
    "/dev/shm" if Path("/dev/shm").is_dir() else None
)  # durability is tried elsewhere, by killing processes
MOMENTS = [
    datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
]  # fmt: skip
JUMPS = [
    timedelta(days=-400),
    timedelta(days=3653),
    timedelta(hours=-1),
    timedelta(hours=1),
    timedelta(days=31),
]
DEATHS = st.sampled_from([NEVER, *range(1, ANSWER + 1)])
NODE = st.integers(0, 1)


class Story(RuleBasedStateMachine):
    """Up to three instances of one process on two nodes. In: `only` processes of that name, `server`, a PostgreSQL's URL."""

    subjects: ClassVar[list[Subject]] = []
    databases: ClassVar[list[DyingDatabase]] = []
    only: ClassVar[str] = ""
    server: ClassVar[str] = ""
    home: ClassVar[str] = ""
    whole: ClassVar[bool] = True

    @classmethod
    def fresh(cls) -> list[DyingDatabase]:
        """Out: two ways into a database without instances; the tables and definitions are made once."""
        if not cls.databases:
            cls.subjects = [
                it for it in subjects() if cls.only in (it.key, "") or it.key.startswith(cls.only)
            ]
            cls.home = "" if cls.server else mkdtemp(dir=MEMORY)
            prepare(cls.server or f"sqlite:///{cls.home}/template.db", cls.subjects)
            url = cls.server or f"sqlite:///{cls.home}/story.db"
            cls.databases = [DyingDatabase(url) for _ in range(2)]
        if cls.server:
            empty(cls.databases[0])
        else:
            for it in Path(cls.home).glob("story.db*"):
                it.unlink()
            shutil.copy(f"{cls.home}/template.db", f"{cls.home}/story.db")
        return cls.databases

    @initialize(data=st.data())
    def open(self, data: st.DataObject) -> None:
        databases = self.fresh()
        subject = data.draw(st.sampled_from(self.subjects))
        self.world, self.count = World(databases, subject), 0
        TALLY["runs"] += 1
        TALLY[f"runs of {'generated' if subject.key.startswith('drawn') else subject.key}"] += 1
        self._start(0, NEVER)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            try:
                self.finish()
            finally:
                self.world.close()

    def _start(self, node: int, dies_at: int) -> None:
        self.count += 1
        key, now, subject = f"start{self.count}", self.world.clock.now(), self.world.subject

        def begin(it: Any, session: Any) -> str:
            return it.runtime.start(  # type: ignore[no-any-return]
                session, TENANT, subject.key, business_key=key, data=subject.data, now=now, actor="starter",
                idempotency_key=key,
            ).id  # fmt: skip

        for attempt in (dies_at, NEVER, NEVER):  # whoever got no answer asks again, with the same key
            with suppress(Crash):
                found = self.world.act(node, begin, attempt)
        self.world.instances.append(found)
        assert len(self.world.rows("select 1 from engine_instance where business_key = :k", k=key)) == 1

    @rule(node=NODE, dies_at=DEATHS)
    @precondition(lambda self: len(self.world.instances) < 3 and not self.world.broken)
    def start(self, node: int, dies_at: int) -> None:
        self._start(node, dies_at)

    @rule(data=st.data(), node=NODE, dies_at=DEATHS, twice=st.booleans())
    @precondition(lambda self: self.world.waits(HUMAN))
    def complete(self, data: st.DataObject, node: int, dies_at: int, *, twice: bool) -> None:
        wait = data.draw(st.sampled_from(self.world.waits(HUMAN)))
        answers = data.draw(st.sampled_from(self.world.subject.choices(wait.element, self.world.clock.now())))
        self.answer(wait, answers, node, dies_at, twice=twice)

    def answer(self, wait: Any, answers: Any, node: int, dies_at: int, *, twice: bool) -> None:
        world, before = self.world, self.world.dump() if dies_at else None
        self.count += 1
        actor = f"person{self.count}"
        try:
            self._complete(wait.id, answers, actor, node, dies_at)
        except Crash:
            if dies_at != ANSWER:
                assert world.dump() == before, "a crash left half a step behind"
            with suppress(Broken, AnswersRefused):
                self._complete(wait.id, answers, actor, 1 - node, NEVER)
        except (Broken, AnswersRefused, ServiceFailed):
            TALLY["refused"] += 1
        if world.rows("select 1 from engine_performed where key = :k", k=actor):
            world.accepted[actor] = wait.instance_id
            world.closed.append(wait.id)
            TALLY["completions"] += 1
        if twice and actor in world.accepted:
            done = world.dump()
            self._complete(wait.id, answers, actor, 1 - node, NEVER)
            assert world.dump() == done, "one answer sent twice was taken twice"

    def _complete(self, wait: str, answers: Any, actor: str, node: int, dies_at: int) -> None:
        now = self.world.clock.now()
        self.world.act(
            node,
            lambda it, session: it.runtime.complete(
                session, TENANT, wait, answers, now=now, actor=actor, idempotency_key=actor
            ),
            dies_at,
        )

    @rule(data=st.data(), node=NODE)
    @precondition(lambda self: self.world.closed)
    def complete_what_is_over(self, data: st.DataObject, node: int) -> None:
        wait, before = data.draw(st.sampled_from(self.world.closed)), self.world.dump()
        with pytest.raises(NotOpen):
            self._complete(wait, {}, "late", node, NEVER)
        TALLY["stale"] += 1
        assert self.world.dump() == before

    @rule(data=st.data())
    @precondition(lambda self: self.world.waits(HUMAN) and not self.world.broken)
    def complete_on_both_nodes_at_once(self, data: st.DataObject) -> None:
        wait = data.draw(st.sampled_from(self.world.waits(HUMAN)))
        answers = self.world.subject.choices(wait.element, self.world.clock.now())[0]
        self.count += 1
        actors = [f"one{self.count}", f"two{self.count}"]

        def attempt(node: int) -> bool:
            try:
                self._complete(wait.id, answers, actors[node], node, NEVER)
            except (NotOpen, AnswersRefused):
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            won = [actor for actor, good in zip(actors, pool.map(attempt, (0, 1)), strict=True) if good]
        assert len(won) <= 1, "one task was done twice"
        for actor in won:
            self.world.accepted[actor] = wait.instance_id
            self.world.closed.append(wait.id)
            TALLY["races"] += 1

    @rule(data=st.data())
    @precondition(lambda self: self.world.waits(HUMAN) and not self.world.broken)
    def write_over_what_another_node_changed(self, data: st.DataObject) -> None:
        wait, world = data.draw(st.sampled_from(self.world.waits(HUMAN))), self.world
        with world.nodes[0].database.session() as session:
            old = dict(ledger.lock(session, TENANT, wait.instance_id))
        self.answer(wait, world.subject.choices(wait.element, world.clock.now())[0], 1, NEVER, twice=False)
        before = world.dump()
        node = world.nodes[0]
        with node.database.session() as session:
            step = node.runtime._take_up(session, old, world.clock.now(), "nobody")
        if f"person{self.count}" in world.accepted:
            with node.database.open_transaction() as step._session, pytest.raises(Conflict):
                step.save()
            assert world.dump() == before
            TALLY["conflicts"] += 1

    @rule(data=st.data(), node=NODE, dies_at=DEATHS, twice=st.booleans())
    @precondition(lambda self: self.world.subject.messages and self.world.active() and not self.world.broken)
    def tell(self, data: st.DataObject, node: int, dies_at: int, *, twice: bool) -> None:
        world = self.world
        instance = data.draw(st.sampled_from(world.active()))
        name = data.draw(st.sampled_from(world.subject.messages))
        self.count += 1
        key, now = f"m{self.count}", world.clock.now()

        def send(it: Any, session: Any) -> Any:
            return it.runtime.tell(session, TENANT, instance, name, now=now, actor="mart", message_id=key)

        for attempt in (dies_at, NEVER, *([NEVER] if twice else [])):
            with suppress(Crash):
                world.act(node, send, attempt)
        world.told[instance, name] += 1
        TALLY["messages"] += 1

    @rule(data=st.data(), node=NODE, dies_at=DEATHS, twice=st.booleans())
    @precondition(lambda self: self.world.waits(SIGNAL) and not self.world.broken)
    def a_signal_comes_from_outside(
        self, data: st.DataObject, node: int, dies_at: int, *, twice: bool
    ) -> None:
        world = self.world
        wait = data.draw(st.sampled_from(world.waits(SIGNAL)))
        self.count += 1
        key, now = f"s{self.count}", world.clock.now()

        def send(it: Any, session: Any) -> Any:
            return it.runtime.signal(
                session, TENANT, wait.instance_id, "go", now=now, actor="mart", signal_id=key
            )

        for attempt in (dies_at, NEVER, *([NEVER] if twice else [])):
            with suppress(Crash):
                world.act(node, send, attempt)
        heard = (
            "select 1 from engine_history where instance_id = :i and what = 'signalled' and details like :d"
        )
        assert world.rows(
            "select 1 from engine_performed where key = :k", k=f"signal:{wait.instance_id}:{key}"
        )
        assert wait.id not in {it.id for it in world.waits(SIGNAL)}, "it was heard and is waited for"
        assert world.rows(heard, i=wait.instance_id, d="%go%")
        TALLY["signals"] += 1

    @rule(data=st.data(), node=NODE, dies_at=DEATHS)
    def time_jumps(self, data: st.DataObject, node: int, dies_at: int) -> None:
        now = self.world.clock.now()
        moments = [*MOMENTS, *(now + it for it in JUMPS)]
        self._at(data.draw(st.sampled_from(moments)), node, dies_at)

    @rule(seconds=st.integers(-1, 1), node=NODE, dies_at=DEATHS)
    def the_next_moment_comes(self, seconds: int, node: int, dies_at: int) -> None:
        """One second before, at, or after the nearest due moment."""
        with self.world.nodes[0].database.session() as session:
            due = self.world.nodes[0].worker.next_due(session)
        if due is not None:
            self._at(due + timedelta(seconds=seconds), node, dies_at)

    def _at(self, moment: datetime, node: int, dies_at: int) -> None:
        self.world.clock.move_to(max(moment, BEGIN - timedelta(days=900)))
        self.world.drain(node, dies_at)
        self.world.check_nothing_is_late()
        still = self.world.dump()
        self.world.drain(1 - node)
        if not self.world.broken:
            assert self.world.dump() == still, "what was done is done again"

    @rule(node=NODE, dies_at=DEATHS, taken=st.booleans(), away=st.booleans())
    @precondition(lambda self: self.world.rows("select 1 from outgoing_letter where state != 'sent'"))
    def letters_leave(self, node: int, dies_at: int, *, taken: bool, away: bool) -> None:
        self.world.deliver(node, dies_at, taken=taken, away=away)

    @rule(data=st.data(), hours=st.integers(-5, 200), node=NODE)
    @precondition(lambda self: self.world.waits(TIMER))
    def move_a_deadline(self, data: st.DataObject, hours: int, node: int) -> None:
        wait, now = data.draw(st.sampled_from(self.world.waits(TIMER))), self.world.clock.now()
        due = now + timedelta(hours=hours)
        self.world.act(
            node,
            lambda it, session: it.runtime.move_deadline(
                session, TENANT, wait.instance_id, wait.id, due, now=now, actor="aino", reason="a holiday"
            ),
        )
        with self.world.nodes[1 - node].database.session() as session:
            waits = self.world.nodes[1 - node].runtime.waits(session, TENANT, wait.instance_id)
        assert [it.due_at for it in waits if it.id == wait.id] == [due]
        TALLY["moves"] += 1

    @rule(data=st.data(), node=NODE)
    @precondition(lambda self: len(self.world.active()) > 1)
    def cancel(self, data: st.DataObject, node: int) -> None:
        instance, now = data.draw(st.sampled_from(self.world.active())), self.world.clock.now()
        self.world.act(
            node,
            lambda it, session: it.runtime.cancel(
                session, TENANT, instance, now=now, actor="aino", reason="over"
            ),
        )

    @rule(node=NODE)
    def restart(self, node: int) -> None:
        self.world.restart(node)

    @rule(data=st.data(), node=NODE, mended=st.booleans())
    @precondition(lambda self: not self.world.broken and (self.world.waits(JOB) or self.world.waits(TIMER)))
    def something_breaks(self, data: st.DataObject, node: int, *, mended: bool) -> None:
        """What is due next meets a service that fails, until nobody tries any more."""
        names = sorted({*self.world.subject.gives, "letter/keep", "letter/post"})
        self.world.broken.update(data.draw(st.sampled_from([names, *([it] for it in names)])))
        with self.world.nodes[node].database.session() as session:
            due = self.world.nodes[node].worker.next_due(session)
        if due is not None:
            self.world.clock.move_to(max(due, self.world.clock.now()))
        self.it_goes_on_failing(node, 1)
        if mended:
            self.it_is_mended(1 - node)

    @rule(node=NODE, hours=st.integers(0, 3))
    @precondition(lambda self: self.world.broken)
    def it_goes_on_failing(self, node: int, hours: int) -> None:
        for _ in range(9):
            self.world.clock.move_to(self.world.clock.now() + timedelta(minutes=1 + 60 * hours))
            self.world.drain(node)

    @rule(node=NODE)
    @precondition(lambda self: self.world.broken)
    def it_is_mended(self, node: int) -> None:
        world, now = self.world, self.world.clock.now()
        world.broken.clear()

        def mend(_node: Any, session: Any) -> None:
            for it in incident.unresolved(session, TENANT):
                TALLY["incidents"] += 1
                incident.retry(session, TENANT, it.id, now=now, resolution="the printer is back")

        world.act(node, mend)
        world.clock.move_to(now + timedelta(hours=3))
        world.drain(node)
        assert not world.rows("select 1 from engine_incident where resolved_at is null")

    @invariant()
    def everything_holds(self) -> None:
        if hasattr(self, "world"):
            TALLY["steps"] += 1
            self.world.check()

    def finish(self) -> None:
        """Whatever happened, every instance can still be brought to its end."""
        world = self.world
        if world.broken:
            self.it_is_mended(0)
        world.deliver_all()
        if not self.whole and world.subject.key == "detailed_plan":
            return
        for _ in range(300):
            if not world.active():
                break
            self._one_more()
        assert not world.active(), world.rows("select kind, element, due_at from engine_wait")
        world.deliver_all()
        world.check()
        TALLY["finished"] += 1

    def _one_more(self) -> None:
        world = self.world
        if tasks := world.waits(HUMAN):
            choice = world.subject.choices(tasks[0].element, world.clock.now())[0]
            self.answer(tasks[0], choice, 0, NEVER, twice=False)
            return
        with world.nodes[0].database.session() as session:
            due = world.nodes[0].worker.next_due(session)
        if due is not None:
            world.clock.move_to(max(due, world.clock.now()))
            world.drain(0)
        elif waiting := world.waits(MESSAGE):
            now = world.clock.now()
            names = world.subject.messages
            for name in names:
                world.act(
                    0,
                    lambda it, s, n=name: it.runtime.tell(
                        s, TENANT, waiting[0].instance_id, n, now=now, actor="m"
                    ),
                )
                world.told[waiting[0].instance_id, name] += 1
                if waiting[0].instance_id not in world.active():
                    break
