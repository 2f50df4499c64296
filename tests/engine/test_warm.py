"""A kept machine is the next step's only when it was read from the very text the row holds, and there are few."""

from __future__ import annotations

import gc

import orjson
import pytest

from engine.spiff import warm
from engine.spiff.machine import Machine
from engine.spiff.tree import Token
from engine.spiff.warm import Shelf, Warm
from tests.engine.conftest import Bench
from tests.engine.drawing import END, START, chain, draw, folder, gateway, user

LOOP = draw(
    "p",
    [START, user("a"), gateway("again", default="again_a"), END],
    [*chain("start", "a", "again"), ("again", "end", "letters = 1"), ("again", "a")],
)


def _tokens(bench: Bench) -> int:
    (row,) = bench.rows("select state from engine_instance")
    return len(orjson.loads(row[0])["tokens"]["top"]["tasks"])


def test_a_loop_does_not_grow_the_state(bench: Bench) -> None:
    bench.deploy(folder("p", LOOP))
    instance = bench.start("p", letters=0)
    bench.complete(instance, "a")
    once = _tokens(bench)
    for _ in range(30):
        bench.complete(instance, "a")
    assert _tokens(bench) == once


def test_the_next_step_reads_the_state_no_second_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.deploy(folder("p", LOOP))
    instance = bench.start("p", letters=0)
    read: list[str] = []
    load = Machine.load

    def counted(blueprint: object, state: str, observer: object) -> object:
        read.append(state)
        return load(blueprint, state, observer)  # type: ignore[arg-type]

    monkeypatch.setattr(Machine, "load", counted)
    bench.complete(instance, "a")
    assert len(read) == 1  # the proof that the new state reads back


def test_a_step_leaves_no_tokens_to_the_garbage_collector(bench: Bench) -> None:
    bench.deploy(folder("p", LOOP))
    instance = bench.start("p", letters=0)
    gc.collect()
    gc.disable()
    try:
        before = sum(type(it) is Token for it in gc.get_objects())
        for _ in range(5):
            bench.complete(instance, "a")
        left = sum(type(it) is Token for it in gc.get_objects()) - before
        bench.complete(instance, "a", letters=1)
        ended = sum(type(it) is Token for it in gc.get_objects())
    finally:
        gc.enable()
    assert left <= 0
    assert ended < before


def test_a_text_that_differs_by_a_letter_gets_no_kept_machine() -> None:
    machine = _Laid()
    shelf = Shelf()
    blueprint = object()
    shelf.keep(("t", "i"), _warm(machine, blueprint, "text"))
    assert shelf.take(("t", "i"), blueprint, "Text") is None  # type: ignore[arg-type]
    shelf.keep(("t", "i"), _warm(machine, blueprint, "text"))
    assert shelf.take(("t", "i"), object(), "text") is None  # type: ignore[arg-type]
    shelf.keep(("t", "i"), _warm(machine, blueprint, "text"))
    assert shelf.take(("t", "i"), blueprint, "text") is not None  # type: ignore[arg-type]
    assert shelf.take(("t", "i"), blueprint, "text") is None  # type: ignore[arg-type]


def test_the_shelf_is_bounded_in_number_and_in_text() -> None:
    shelf = Shelf(most=3, longest=100)
    for number in range(10):
        shelf.keep(("t", str(number)), _warm(_Laid(), object(), "x" * 10))
    assert (len(shelf), shelf.length) == (3, 30)
    shelf.keep(("t", "long"), _warm(_Laid(), object(), "x" * 95))
    assert (len(shelf), shelf.length) == (1, 95)
    shelf.keep(("t", "too long"), _warm(_Laid(), object(), "x" * 101))
    assert (len(shelf), shelf.length) == (0, 0)
    assert warm.MOST <= 256


class _Laid:
    def lay_down(self) -> None:
        pass

    def take_apart(self) -> None:
        pass


def _warm(machine: object, blueprint: object, text: str) -> Warm:
    return Warm(machine, blueprint, text, "{}", {})  # type: ignore[arg-type]
