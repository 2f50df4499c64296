"""Plays a moved state to an end, on a copy: every choice free, every wait answered, the clock forward.

It runs the machine that runs in earnest and reads the state back after each event; services, conditions and new
deadlines are stand-ins, so nothing outside the copy is touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import orjson

from engine.definition import Definition
from engine.errors import EngineError
from engine.spiff.machine import Machine, Open
from engine.wait import HUMAN, JOB, TIMER

WALKS = 6
MOST_WALKS = 16  # where the first ones were led round in loops
MOST_DEEDS = 120  # events from outside in one walk; a sound process ends long before
_KNOWN: dict[tuple[str, str, str], str] = {}  # cases that stand alike are rehearsed once
_MOST_KNOWN = 2_000


def rehearse(state: str, definition: Definition, *, now: datetime, walks: int = WALKS) -> str:
    """Out: an empty text when every walk goes well and some reach an end, else a sentence about what happened."""
    key = (definition.digest, definition.library_version, _shape(state))
    if key not in _KNOWN:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = _rehearse(state, definition, now, walks)
    return _KNOWN[key]


def _rehearse(state: str, definition: Definition, now: datetime, walks: int) -> str:
    ended, at = 0, ""
    for seed in range(MOST_WALKS):
        if ended and seed >= walks:
            break
        stand = _Stand(definition, now, Random(seed))  # noqa: S311  not for secrets
        try:
            at = _walk(state, definition, stand)
        except EngineError as error:
            return f"{stand.last}: {error}"[:300]
        except RecursionError:
            return f"{stand.last}: it is nested too deeply to run."
        ended += not at
        if at.startswith("!"):
            return at[1:]
    return "" if ended else at


def _walk(state: str, definition: Definition, stand: _Stand) -> str:
    """Out: an empty text at an end, where it stood after the last deed, or `!` and where it got stuck."""
    machine, _ = Machine.load(definition.blueprint, state, stand)
    stand.machine = machine
    waits: Mapping[str, Open] = machine.open()
    for _ in range(MOST_DEEDS):
        stand.forget()
        chosen = stand.choose(list(waits.values()))
        if chosen.kind in (HUMAN, JOB):
            machine.complete(chosen.id)
        elif chosen.kind == TIMER:
            stand.now = max(stand.now, chosen.due_at or stand.now)
        else:
            machine.send(chosen.message or "")
        machine.advance()
        if machine.ended:
            return ""
        waits = machine.open()
        if not waits:
            return f"!{stand.last}"
        text = machine.freeze("{}")
        machine, _ = Machine.load(definition.blueprint, text, stand)
        stand.machine = machine
        if machine.open() != waits:
            return f"!{stand.last}"
    return stand.last


def _shape(state: str) -> str:
    """A state without what differs between cases that stand at the same place."""
    tokens = orjson.loads(state)["tokens"]
    names: dict[str, int] = {}
    parts = [tokens["top"], *tokens["inner"]]
    rows = [
        [[names.setdefault(it[0], len(names)) if it[0] else 0, it[1], it[2], it[3]] for it in part["tasks"]]
        for part in parts
    ]
    return orjson.dumps([rows, [it["spec"] for it in tokens["inner"]]]).decode()


class _Chosen:
    """A condition whose truth the walk chooses, the same for as long as one deed lasts."""

    def __init__(self, stand: _Stand, text: str) -> None:
        self._stand = stand
        self._text = text

    def evaluate(self, _values: Mapping[str, Any], _today: date) -> bool:
        return self._stand.truth(self._text)


class _Stand:
    """Stands in for the running step."""

    values: Mapping[str, Any] = {}

    def __init__(self, definition: Definition, now: datetime, random: Random) -> None:
        self.now = now
        self.random = random
        self.last = "start"
        self.machine: Machine
        self.expressions: Any = {it: _Chosen(self, it) for it in definition.process.conditions}
        self._truths: dict[str, bool] = {}
        self._gone: Counter[str] = Counter()

    def choose(self, waits: list[Open]) -> Open:
        """Out: what happens next; what seldom happened is likelier, so that loops are left."""
        weights = [1 / (1 + 4 * self._gone[it.path]) for it in waits]
        (chosen,) = self.random.choices(waits, weights)
        self._gone[chosen.path] += 1
        self.last = chosen.path
        return chosen

    def truth(self, text: str) -> bool:
        if text not in self._truths:
            weights = [1 / (1 + 4 * self._gone[f"{text} {it}"]) for it in (True, False)]
            (chosen,) = self.random.choices((True, False), weights)
            self._gone[f"{text} {chosen}"] += 1
            self._truths[text] = chosen
        return self._truths[text]

    def forget(self) -> None:
        """A new deed: conditions may be otherwise."""
        self._truths = {}

    def perform(self, _task: Any) -> bool:
        return True

    def moment(self, _kind: str, _text: str) -> datetime:
        return self.now + timedelta(days=self.random.randint(1, 60))

    def done(self, path: str) -> None:
        self.last = path

    def threw(self, name: str) -> None:
        """No other case is looked at."""
