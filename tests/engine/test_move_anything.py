"""Any small diagram edited in any way: a case stands whole in the new version, or stays with a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine import move, move_rehearsal
from engine.definition import Definition
from engine.move_plan import Plan
from engine.process import Process
from engine.spiff import parsing, specification
from engine.spiff.machine import Blueprint, Machine
from engine.wait import HUMAN, TIMER
from tests.engine.drawing import (
    END,
    START,
    catch,
    chain,
    draw,
    edge,
    folder,
    gateway,
    message,
    sub,
    timer,
    user,
)

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
FIELDS = {"x": "number"}
KINDS = ("user", "edged", "listened", "paper", "parallel", "inclusive", "choice", "loop", "block", "race")


@dataclass(frozen=True)
class Part:
    """A step or a block of steps; `inner` are the branches of a block."""

    kind: str
    number: int
    inner: tuple[tuple[Part, ...], ...] = ()

    @property
    def name(self) -> str:
        return f"{self.kind}{self.number}"


@dataclass
class Drawn:
    """What a drawing is put together from."""

    nodes: list[str] = field(default_factory=list)
    arrows: list[tuple[str, ...]] = field(default_factory=list)


def parts(depth: int) -> st.SearchStrategy[Part]:
    simple = st.builds(
        Part, st.sampled_from(("user", "edged", "listened", "paper", "race")), st.integers(1, 6)
    )
    if depth == 0:
        return simple
    inner = st.lists(st.lists(parts(depth - 1), min_size=1, max_size=2).map(tuple), min_size=2, max_size=3)
    block = st.sampled_from(("parallel", "inclusive", "choice", "loop", "block"))
    return simple | st.builds(Part, block, st.integers(1, 6), inner.map(tuple))


rows = st.lists(parts(2), min_size=1, max_size=4)


def sketch(row: tuple[Part, ...] | list[Part], drawn: Drawn, taken: set[str]) -> tuple[str, str] | None:
    """Out: the first and last node of a row; a name is drawn once."""
    ends: list[tuple[str, str]] = []
    for part in row:
        if part.name in taken:
            continue
        taken.add(part.name)
        ends.append(_one(part, drawn, taken))
    for (_, before), (after, _) in pairwise(ends):
        drawn.arrows.append((before, after))
    return (ends[0][0], ends[-1][1]) if ends else None


def _one(part: Part, drawn: Drawn, taken: set[str]) -> tuple[str, str]:
    name = part.name
    if part.kind in ("parallel", "inclusive", "choice"):
        return _split(part, drawn, taken)
    if part.kind == "loop":
        drawn.nodes += [
            gateway(f"{name}_in"),
            gateway(f"{name}_out", default=f"{name}_out_{name}_end"),
            gateway(f"{name}_end"),
        ]
        inside = sketch(part.inner[0], drawn, taken) or _plain(f"{name}_only", drawn)
        drawn.arrows += [
            (f"{name}_in", inside[0]),
            (inside[1], f"{name}_out"),
            (f"{name}_out", f"{name}_end"),
        ]
        drawn.arrows.append((f"{name}_out", f"{name}_in", "x < 1"))
        return f"{name}_in", f"{name}_end"
    if part.kind == "block":
        within = Drawn([f'<bpmn:startEvent id="{name}_s"/>', f'<bpmn:endEvent id="{name}_e"/>'])
        inside = sketch(part.inner[0], within, taken) or _plain(f"{name}_only", within)
        within.arrows += [(f"{name}_s", inside[0]), (inside[1], f"{name}_e")]
        drawn.nodes.append(sub(name, within.nodes, within.arrows))
        return name, name
    if part.kind == "race":
        drawn.nodes += [gateway(name, "eventBased"), catch(f"{name}_p", message("paper")),
                        catch(f"{name}_t", timer("P2D", "timeDuration")), gateway(f"{name}_j")]  # fmt: skip
        drawn.arrows += [*chain(name, f"{name}_p", f"{name}_j"), *chain(name, f"{name}_t", f"{name}_j")]
        return name, f"{name}_j"
    if part.kind == "paper":
        drawn.nodes.append(catch(name, message("paper")))
        return name, name
    return _user(part, drawn)


def _user(part: Part, drawn: Drawn) -> tuple[str, str]:
    name = part.name
    drawn.nodes.append(user(name))
    if part.kind == "edged":
        drawn.nodes += [edge(f"{name}_late", name, timer("P3D", "timeDuration")), gateway(f"{name}_j")]
        drawn.arrows += [(name, f"{name}_j"), (f"{name}_late", f"{name}_j")]
        return name, f"{name}_j"
    if part.kind == "listened":
        drawn.nodes += [edge(f"{name}_heard", name, message("note"), interrupting=False), user(f"{name}_read"),
                        f'<bpmn:endEvent id="{name}_fin"/>']  # fmt: skip
        drawn.arrows += chain(f"{name}_heard", f"{name}_read", f"{name}_fin")
    return name, name


def _plain(name: str, drawn: Drawn) -> tuple[str, str]:
    drawn.nodes.append(user(name))
    return name, name


def _split(part: Part, drawn: Drawn, taken: set[str]) -> tuple[str, str]:
    name = part.name
    kind = "exclusive" if part.kind == "choice" else part.kind
    ends = []
    for number, row in enumerate(part.inner):
        ends.append(sketch(row, drawn, taken) or _plain(f"{name}_{number}", drawn))
    default = "" if kind == "parallel" else f"{name}_s_{ends[0][0]}"
    drawn.nodes += [gateway(f"{name}_s", kind, default), gateway(f"{name}_j", kind)]
    for number, (first, last) in enumerate(ends):
        condition = () if kind == "parallel" or number == 0 else (f"x > {number}",)
        drawn.arrows += [(f"{name}_s", first, *condition), (last, f"{name}_j")]
    return f"{name}_s", f"{name}_j"


def definition(row: list[Part]) -> Definition:
    """A version as deploying makes it, without a database and without the walk before it."""
    drawn = Drawn([START, END])
    first, last = sketch(row, drawn, set()) or ("end", "")
    drawn.arrows += [("start", first), *([(last, "end")] if last else [])]
    process = Process(
        folder("p", draw("p", drawn.nodes, drawn.arrows, messages=["paper", "note"]), fields=FIELDS)
    )
    main, called = parsing.parse(process.diagram, process.called.values())
    blueprint = Blueprint(specification.freeze(main, called), process.diagram, process.called)
    return _Made(process, blueprint)  # type: ignore[return-value]  it has what a move asks of a definition


class _Made:
    library_version = "test"
    version = 1

    def __init__(self, process: Process, blueprint: Blueprint) -> None:
        self.process = process
        self.blueprint = blueprint
        self.digest = str(id(self))


@st.composite
def edits(draw_: Any, row: list[Part]) -> list[Part]:
    """A row edited at random: steps added, removed, moved or made another kind, at any depth."""
    edited = list(row)
    for _ in range(draw_(st.integers(1, 3))):
        how = draw_(st.sampled_from(("add", "remove", "swap", "inside", "kind")))
        place = draw_(st.integers(0, len(edited)))
        if how == "add":
            edited.insert(place, draw_(parts(1)))
        elif place < len(edited) and how == "remove" and len(edited) > 1:
            del edited[place]
        elif how == "swap":
            edited = draw_(st.permutations(edited))
        elif place < len(edited):
            it = edited[place]
            if how == "kind" or not it.inner:
                edited[place] = Part(draw_(st.sampled_from(KINDS[:4])), it.number)
            else:
                branches = [tuple(draw_(edits(list(branch)))) for branch in it.inner]
                edited[place] = Part(it.kind, it.number, tuple(branches))
    return edited


class Stand(move_rehearsal._Stand):
    """The rehearsal's stand-in, for taking a case to where it is moved."""


def reach(made: Any, deeds: int, seed: int) -> str | None:
    """Out: the state after some deeds, or None when the case has ended by then."""
    stand = Stand(made, NOW, Random(seed))
    machine = Machine.start(made.blueprint, stand)
    stand.machine = machine
    machine.advance()
    for _ in range(deeds):
        if machine.ended or not machine.open():
            return None
        stand.forget()
        text = machine.freeze("{}")
        machine, _ = Machine.load(made.blueprint, text, stand)
        chosen = stand.choose(list(machine.open().values()))
        if chosen.kind == HUMAN:
            machine.complete(chosen.id)
        elif chosen.kind == TIMER:
            stand.now = max(stand.now, chosen.due_at or stand.now)
        else:
            machine.send(chosen.message or "")
        machine.advance()
    return None if machine.ended or not machine.open() else machine.freeze("{}")


def promise(row: list[Part], edited: list[Part], deeds: int, seed: int) -> str:
    """Move one case. Out: what came of it, for counting."""
    old, new = definition(row), definition(edited)
    state = reach(old, deeds, seed)
    if state is None:
        return "ended"
    checked = move.check(state, old, new, Plan(), now=NOW + timedelta(days=400))
    if checked.refusals:
        assert checked.state == ""
        assert "unreadable" not in {it.code for it in checked.refusals}
        return "refused"
    assert {key: (it.kind, it.due_at) for key, it in checked.after.items()} == {
        key: (it.kind, it.due_at) for key, it in checked.before.items()
    }
    again, _ = Machine.load(new.blueprint, checked.state, Stand(new, NOW, Random(1)))
    assert again.open() == checked.after
    if move_rehearsal.rehearse(checked.state, new, now=NOW):
        return "refused"
    for other in range(5):  # ways the rehearsal did not go
        stood = move_rehearsal._walk(checked.state, new, Stand(new, NOW, Random(1000 + other)))
        assert not stood.startswith("!"), checked.state
    return "moved"


FAST = settings(
    max_examples=30, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@FAST
@given(st.data())
def test_any_edit_moves_a_case_whole_or_leaves_it_with_a_reason(data: Any) -> None:
    row = data.draw(rows)
    promise(row, data.draw(edits(row)), data.draw(st.integers(0, 6)), data.draw(st.integers(0, 999)))


@pytest.mark.long
@settings(FAST, max_examples=5_000, derandomize=False, phases=tuple(Phase))
@given(st.data())
def test_thousands_of_edits_move_a_case_whole_or_leave_it_with_a_reason(data: Any) -> None:
    row = data.draw(rows)
    promise(row, data.draw(edits(row)), data.draw(st.integers(0, 10)), data.draw(st.integers(0, 999)))


@FAST
@given(rows, st.integers(0, 6), st.integers(0, 999))
def test_any_case_can_be_moved_to_the_drawing_it_has(row: list[Part], deeds: int, seed: int) -> None:
    assert promise(row, row, deeds, seed) in ("moved", "ended")
