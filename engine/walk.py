"""Random walks through a definition: every choice free, every wait answered, the state reloaded at each step.

No two walks go the same way while there is another. It runs the machine that runs in earnest, with stand-ins for
what it does outside: conditions are chosen, services succeed, timers fire when the walk says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random
from time import process_time
from typing import Any

from engine.errors import EngineError
from engine.process import Process
from engine.spiff import parsing, specification
from engine.spiff.machine import Blueprint, Machine, Open
from engine.wait import HUMAN, JOB, SIGNAL, TIMER

MOST_WALKS = 200
MOST_DEEDS = 40  # events from outside in one walk; a process may go on for ever as long as it waits
LONGEST = 1.0  # seconds of processor time for all walks of a definition
_NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
_STANDS = (
    "Nothing is open any more and the process has not ended; let a join be of the kind that split, and an event wait "
    "for what somebody sends."
)
_NEVER = datetime(2036, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Deed:
    """What came from outside, what was chosen on the way, what was done, and what is open then."""

    kind: str
    element: str
    choices: Mapping[str, bool]
    done: tuple[str, ...]
    open: tuple[str, ...]


@dataclass
class Walk:
    """One walk: its deeds, whether it ended, and a sentence when it broke off.

    `twice` is a human task that was open twice at once although no event that may come again asked for it.
    """

    deeds: list[Deed] = field(default_factory=list)
    fault: str = ""
    ended: bool = False
    twice: str = ""


def findings(process: Process, later: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Out: element and sentence of whatever a walk ran into. Errors: what reading the definition raises."""
    said: set[str] = set()
    for it in walks(process, later):
        if it.fault and it.fault not in said:
            said.add(it.fault)
            last = it.deeds[-1].element if it.deeds else process.diagram.process
            yield last, f"{it.fault} The way there: {_way(it)}."
        if it.twice and it.twice not in said:
            said.add(it.twice)
            yield it.twice, "two branches lead here at once and it would be done twice; join them before it."
        if len(said) >= 3:
            return


def walks(
    process: Process, later: frozenset[str] = frozenset(), *, longest: float = LONGEST, seed: int = 1
) -> Iterator[Walk]:
    """Out: up to 200 walks, none twice, for `longest` seconds. `later` names the services that a job does."""
    main, parts = parsing.parse(process.diagram, process.called.values())
    blueprint = Blueprint(specification.freeze(main, parts), process.diagram, process.called)
    texts = {it.condition for diagram in process.diagrams() for it in diagram.flows.values() if it.condition}
    began = process_time()
    ways = _Ways(Random(seed))  # noqa: S311  not for secrets
    for _ in range(MOST_WALKS):
        yield _walk(process, blueprint, _Stand(ways, texts, later), ways)
        ways.back_to_start()
        if ways.all_gone or process_time() - began > longest:
            return


class _Ways:
    """A tree of choices; leads down a branch that was not gone to its end yet."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._root = _Fork()
        self._path: list[tuple[_Fork, int]] = []
        self._here = self._root
        self._gone: Counter[str] = Counter()

    @property
    def all_gone(self) -> bool:
        """Whether every way there is was gone."""
        return self._root.gone

    def choose(self, names: Sequence[str]) -> int:
        """Out: which of several ways; one seldom gone is likelier."""
        here = self._here
        here.width = len(names)
        left = [it for it in range(len(names)) if not (it in here.next and here.next[it].gone)]
        left = left or list(range(len(names)))
        (way,) = self._random.choices(left, [1 / (1 + self._gone[names[it]]) for it in left])
        self._gone[names[way]] += 1
        self._path.append((here, way))
        self._here = here.next.setdefault(way, _Fork())
        return way

    def back_to_start(self) -> None:
        """A walk is over: remember it as gone."""
        self._here.gone = True
        for fork, _ in reversed(self._path):
            fork.gone = len(fork.next) == fork.width and all(it.gone for it in fork.next.values())
        self._path, self._here = [], self._root


@dataclass
class _Fork:
    width: int = 0
    gone: bool = False
    next: dict[int, _Fork] = field(default_factory=dict)


class _Chosen:
    """A condition whose truth the walk chooses, once for each deed."""

    def __init__(self, stand: _Stand, text: str) -> None:
        self._stand = stand
        self._text = text

    def evaluate(self, _values: Mapping[str, Any], _today: date) -> bool:
        return self._stand.choice(self._text)


class _Stand:
    """Stands in for the running step."""

    now = _NOW
    values: Mapping[str, Any] = {}

    def __init__(self, ways: _Ways, texts: set[str], later: frozenset[str]) -> None:
        self.expressions: Any = {it: _Chosen(self, it) for it in texts}
        self._ways = ways
        self._later = later
        self.choices: dict[str, bool] = {}
        self.events: list[str] = []
        self.machine: Machine

    def choice(self, text: str) -> bool:
        if text not in self.choices:
            self.choices[text] = self._ways.choose((f"{text} holds", f"{text} fails")) == 0
        return self.choices[text]

    def perform(self, task: Any) -> bool | None:
        _, element = self.machine.path(task)
        return None if element is not None and element.operation in self._later else True

    def moment(self, _kind: str, _text: str) -> datetime:
        return _NEVER

    def done(self, path: str) -> None:
        self.events.append(path)

    def threw(self, name: str) -> None:
        """There is no other case to hear it."""


def _walk(process: Process, blueprint: Blueprint, stand: _Stand, ways: _Ways) -> Walk:
    walk = Walk()
    again = False
    kind, element = "start", ""
    try:
        stand.machine = machine = Machine.start(blueprint, stand)
        for _ in range(MOST_DEEDS):
            machine.advance()
            waits = machine.open()
            walk.deeds.append(
                Deed(
                    kind, element, stand.choices, tuple(stand.events), tuple(it.path for it in waits.values())
                )
            )
            again |= any(_may_come_again(process, it) for it in stand.events)
            if not again and not walk.twice:
                walk.twice = _twice(waits)
            stand.choices, stand.events = {}, []
            if machine.ended:
                walk.ended = True
                return walk
            if not waits:
                walk.fault = _STANDS
                return walk
            stand.machine = machine = _again(machine, blueprint, stand, waits)
            chosen = list(waits.values())[
                ways.choose([it.path for it in waits.values()]) if len(waits) > 1 else 0
            ]
            kind, element = chosen.kind, chosen.path
            _do(machine, chosen)
    except EngineError as error:
        walk.fault = f"It stops with: {error}".rstrip(".") + "."
    except RecursionError:
        walk.fault = "It is nested too deeply to run."
    return walk


def _again(machine: Machine, blueprint: Blueprint, stand: _Stand, waits: Mapping[str, Open]) -> Machine:
    """The machine as the next event finds it: a new budget, and the state as it is read back."""
    again, _ = Machine.load(blueprint, machine.freeze("{}"), stand)
    if again.open() != dict(waits):
        raise EngineError("the state that was read back waits for something else than the one written.")
    return again


def _may_come_again(process: Process, path: str) -> bool:
    """Whether an element is an event that does not interrupt, so that what follows it may be open many times."""
    element = process.locate(path)[1]
    return element.kind in ("boundaryEvent", "startEvent") and not element.interrupting


def _twice(waits: Mapping[str, Open]) -> str:
    counted = Counter(it.path for it in waits.values() if it.kind == HUMAN)
    return next((path for path, count in counted.items() if count > 1), "")


def _do(machine: Machine, chosen: Open) -> None:
    if chosen.kind in (HUMAN, JOB):
        machine.complete(chosen.id)
    elif chosen.kind == TIMER:
        machine.set_due(chosen.id, _NOW)
    elif chosen.kind == SIGNAL:
        machine.signal(chosen.element.reference or "")
    else:
        machine.send(chosen.message or "")


def _way(walk: Walk) -> str:
    names = [it.element for it in walk.deeds if it.element]
    return ", ".join(names[:12]) + (" …" if len(names) > 12 else "") if names else "right after the start"
