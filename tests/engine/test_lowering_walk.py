"""Random drawings, random walks: the engine finishes the same tasks as the token game, whatever the order.

Drawings are made of blocks: sequences, splits and joins of three kinds, drawn and undrawn, loops around all of them,
subprocesses with event subprocesses. The state is written and read back before each deed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import lint_flow
from engine.diagram import read_diagram
from engine.spiff import parsing, specification
from engine.spiff.machine import Blueprint, Machine, Open
from engine.wait import HUMAN
from tests.engine.drawing import draw, gateway, message, sub, user
from tests.engine.token_game import Game

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
MOST_DEEDS = 30
KINDS = {"and": "parallel", "or": "inclusive", "xor": "exclusive"}

blocks = st.recursive(
    st.just(("task",)),
    lambda inner: st.one_of(
        st.tuples(st.just("seq"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(
            st.sampled_from(["and", "or", "xor"]), st.lists(inner, min_size=2, max_size=3), st.booleans()
        ),
        st.tuples(st.just("loop"), inner),
        st.tuples(st.just("sub"), inner, st.sampled_from(["", "calm", "rude", "both"]), st.booleans()),
    ),
    max_leaves=7,
)


class Drawing:
    """Turns a block into nodes and arrows; each call of `block` adds to one scope."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.conditions: list[str] = []
        self.messages: list[str] = []
        self.nodes: list[str] = []
        self.arrows: list[tuple[str, ...]] = []

    def name(self, stem: str) -> str:
        return f"{stem}{next(self.numbers)}"

    def condition(self) -> str:
        self.conditions.append(self.name("c"))
        return self.conditions[-1]

    def task(self) -> str:
        name = self.name("t")
        self.nodes.append(user(name))
        return name

    def gate(self, kind: str, default: str = "") -> str:
        name = self.name("g")
        self.nodes.append(gateway(name, kind, f"{name}_{default}" if default else ""))
        return name

    def block(self, before: str, block: Any) -> str:
        """Draw a block after a node that has no arrow yet. Out: the node the block ends with."""
        return str(getattr(self, f"_{block[0]}")(before, *block[1:]))

    def _task(self, before: str) -> str:
        task = self.task()
        self.arrows.append((before, task))
        return task

    def _seq(self, before: str, inner: list[Any]) -> str:
        for it in inner:
            before = self.block(before, it)
        return before

    def _split(self, before: str, kind: str, inner: list[Any], undrawn: bool) -> str:
        split = before
        join = self.name("j")
        firsts = [self.task() for _ in inner]
        if kind == "xor" or not undrawn or not before.startswith("t"):
            split = self.gate(KINDS[kind], "" if kind == "and" else firsts[-1])
            self.arrows.append((before, split))
        elif kind == "or":
            firsts.append(
                join
            )  # what is chosen out of a task needs something that is always taken, or a default
        for number, first in enumerate(firsts):
            last = number == len(firsts) - 1
            self.arrows.append((split, first) if kind == "and" or last else (split, first, self.condition()))
            if first != join:
                self.arrows.append((self.block(first, inner[number]), join))
        self.nodes.append(gateway(join, KINDS[kind]))
        return join

    def _and(self, before: str, inner: list[Any], undrawn: bool) -> str:
        return self._split(before, "and", inner, undrawn)

    def _or(self, before: str, inner: list[Any], undrawn: bool) -> str:
        return self._split(before, "or", inner, undrawn)

    def _xor(self, before: str, inner: list[Any], _undrawn: bool) -> str:
        return self._split(before, "xor", inner, undrawn=False)

    def _loop(self, before: str, inner: Any) -> str:
        enter, out = self.gate("exclusive"), self.name("t")
        task = self.task()
        self.arrows += [(before, enter), (enter, task)]
        end = self.block(task, inner)
        self.nodes.append(user(out))
        way = self.gate("exclusive", out)
        self.arrows += [(end, way), (way, enter, self.condition()), (way, out)]
        return out

    def _sub(self, before: str, inner: Any, handlers: str, started: bool) -> str:
        name, outside = self.name("s"), (self.nodes, self.arrows)
        self.nodes, self.arrows = [], []
        first = self.task()
        if started:
            start = self.name("b")
            self.nodes.append(f'<bpmn:startEvent id="{start}"/>')
            self.arrows.append((start, first))
        self.block(first, inner)
        for kind in ("calm", "rude"):
            if handlers in (kind, "both"):
                self._handler(kind)
        drawn = sub(name, self.nodes, self.arrows)
        self.nodes, self.arrows = outside
        self.nodes.append(drawn)
        self.arrows.append((before, name))
        return name

    def _handler(self, kind: str) -> None:
        name = self.name("h")
        self.messages.append(f"m{name}")
        interrupting = str(kind == "rude").lower()
        start = f'<bpmn:startEvent id="{name}_on" isInterrupting="{interrupting}">{message(f"m{name}")}</bpmn:startEvent>'
        self.nodes.append(
            sub(name, [start, user(f"{name}_do")], [(f"{name}_on", f"{name}_do")], triggered=True)
        )


class Held:
    """A condition whose truth is drawn before each deed."""

    def __init__(self, truths: dict[str, bool], text: str) -> None:
        self.truths, self.text = truths, text

    def evaluate(self, _values: object, _today: date) -> bool:
        return self.truths[self.text]


class Stand:
    """Stands in for the running step."""

    now = NOW
    values: Mapping[str, Any] = {}

    def __init__(self, truths: dict[str, bool], drawn: Mapping[str, Any]) -> None:
        self.expressions: Any = {it: Held(truths, it) for it in truths}
        self.drawn = drawn
        self.tasks: Counter[str] = Counter()

    def perform(self, _task: Any) -> bool | None:
        raise AssertionError

    def moment(self, _kind: str, _text: str) -> datetime:
        raise AssertionError

    def done(self, path: str) -> None:
        if self.drawn[path].kind == "userTask":
            self.tasks[path] += 1

    def threw(self, _name: str) -> None:
        pass


def play(block: Any, data: st.DataObject) -> None:
    drawing = Drawing()
    drawing.nodes.append('<bpmn:startEvent id="start"/>')
    last = drawing.block("start", block)
    drawing.nodes.append('<bpmn:endEvent id="end"/>')
    drawing.arrows.append((last, "end"))
    diagram = read_diagram(draw("p", drawing.nodes, drawing.arrows, messages=drawing.messages))
    assert list(lint_flow.findings(diagram)) == []
    main, parts = parsing.parse(diagram, ())
    blueprint = Blueprint(specification.freeze(main, parts), diagram, {})
    truths = dict.fromkeys(drawing.conditions, False)
    stand = Stand(truths, diagram.elements)
    machine = Machine.start(blueprint, stand)
    machine.advance()
    game = Game(diagram, lambda text: truths[text])
    for _ in range(MOST_DEEDS):
        waits = sorted(machine.open().values(), key=lambda it: (it.kind, it.path))
        assert [(it.kind, it.path) for it in waits] == game.open()
        assert stand.tasks == game.done
        assert machine.ended == game.over
        if not waits:
            return
        machine, _ = Machine.load(blueprint, machine.freeze("{}"), stand)
        assert sorted(machine.open().values(), key=lambda it: (it.kind, it.path)) == waits
        deed: Open = data.draw(st.sampled_from(waits), label="deed")
        if truths:
            truths.update(
                data.draw(st.fixed_dictionaries(dict.fromkeys(truths, st.booleans())), label="truths")
            )
        if deed.kind == HUMAN:
            machine.complete(deed.id)
            game.complete(deed.path)
        else:
            machine.send(deed.message or "")
            game.tell(deed.message or "")
        machine.advance()


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocks, st.data())
def test_the_engine_plays_the_token_game(block: Any, data: st.DataObject) -> None:
    play(block, data)


@pytest.mark.long
@settings(max_examples=3_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocks, st.data())
def test_the_engine_plays_the_token_game_for_long(block: Any, data: st.DataObject) -> None:
    play(block, data)
