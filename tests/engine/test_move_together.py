"""Two nodes at once: one moves a case to a revised drawing, the other takes its next step; one of them comes second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from engine import history, move
from engine.definition import Definition
from engine.errors import EngineError, NotOpen
from engine.instance import Instance
from engine.move_plan import Plan
from processes.database import Database
from tests.engine.conftest import TENANT, Bench
from tests.engine.drawing import END, START, chain, draw, folder, user

ROUNDS = 5
FIRST = folder("p", draw("p", [START, user("a"), user("b"), END], chain("start", "a", "b", "end")))
SECOND = folder(
    "p", draw("p", [START, user("a"), user("c"), user("b"), END], chain("start", "a", "c", "b", "end"))
)


@pytest.fixture
def nodes(database_url: str) -> Iterator[tuple[Bench, Bench]]:
    databases = [Database(database_url) for _ in range(2)]
    yield Bench(databases[0]), Bench(databases[1])
    for it in databases:
        it.close()


def moved(bench: Bench, instance: Instance, to: Definition) -> str:
    def apply(session: object) -> object:
        return move.apply(
            bench.runtime.library, session, TENANT, instance.id, to, Plan(),  # type: ignore[arg-type]
            now=bench.clock.now(), actor="haldi", reason="a slip of the pen",
        )  # fmt: skip

    try:
        bench.database.transaction(apply)
    except EngineError as error:
        return type(error).__name__
    return "moved"


def test_a_move_and_a_step_at_once_come_one_after_the_other(nodes: tuple[Bench, Bench]) -> None:
    one, other = nodes
    one.deploy(FIRST)
    instances = [one.start("p") for _ in range(ROUNDS)]
    to = one.deploy(SECOND)
    told: Counter[tuple[str, str]] = Counter()
    for instance in instances:
        together = Barrier(2)

        def step(instance: Instance = instance, together: Barrier = together) -> str:
            wait = other.wait(instance, "a")
            together.wait()
            return other.complete_wait(wait.id).status

        def go(instance: Instance = instance, together: Barrier = together) -> str:
            together.wait()
            return moved(one, instance, to)

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.submit(step), pool.submit(go)
            told[first.result(), second.result()] += 1
        with one.database.session() as session:
            row = move.read(session, TENANT, instance.id)
            assert row.definition_id == to.id
            assert history.verify(session, TENANT, instance.id)
        # Moved first, the step goes the new way; moved second, the case stands where it stood.
        assert one.open(instance) in (["b"], ["c"])
        assert one.happened(instance).count("a done") == 1
        assert other.open(instance) == one.open(instance)
        while left := other.open(instance):
            other.complete(instance, left[0])
        assert other.waits(instance) == []
    assert set(told) == {("active", "moved")}, "both are done, each once"


def test_of_two_nodes_that_move_one_case_at_once_one_moves_it(nodes: tuple[Bench, Bench]) -> None:
    one = nodes[0]
    one.deploy(FIRST)
    instances = [one.start("p") for _ in range(ROUNDS)]
    to = one.deploy(SECOND)
    for instance in instances:
        with ThreadPoolExecutor(2) as pool:
            said = Counter(pool.map(lambda it, at=instance: moved(it, at, to), nodes))
        assert said["moved"] == 1, said
        assert said[NotOpen.__name__] == 1, said
        assert one.sound(instance)
        assert one.happened(instance).count("moved_version") == 1
