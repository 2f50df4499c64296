"""Machines kept between two steps: what was read back to prove a state is the machine the next step begins with.

A machine is found by its instance and given out only for the very text it was read from, by the same blueprint.
So nothing here can be wrong: a step that was rolled back left a text that no row holds, another node's step wrote
a text this node never read. It is given out once; two steps never share one. Bounded in number and in text.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from engine.spiff.machine import Blueprint, Machine, Open

MOST, LONGEST = 256, 2_000_000  # machines; characters of state they were read from, together


@dataclass(frozen=True, slots=True)
class Warm:
    """A machine that was read from `text` and has not moved since, what it waits for, and its data as text."""

    machine: Machine
    blueprint: Blueprint
    text: str
    data: str
    open: Mapping[str, Open]


class Shelf:
    """Where warm machines are kept. Serves all threads of a process."""

    def __init__(self, most: int = MOST, longest: int = LONGEST) -> None:
        self._most, self._longest = most, longest
        self._kept: OrderedDict[tuple[str, str], Warm] = OrderedDict()
        self._length = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def length(self) -> int:
        """Out: the characters of state the kept machines were read from."""
        return self._length

    def take(self, key: tuple[str, str], blueprint: Blueprint, text: str) -> Warm | None:
        """Out: the machine that was read from exactly this text; it is the caller's alone from now on."""
        with self._lock:
            found = self._remove(key)
        if found is None or (found.blueprint is blueprint and found.text == text):
            return found
        found.machine.take_apart()
        return None

    def keep(self, key: tuple[str, str], warm: Warm) -> None:
        """Keep a machine for the next step of its instance; the one unused longest goes when it gets too much."""
        warm.machine.lay_down()
        with self._lock:
            gone = [self._remove(key)]
            self._kept[key] = warm
            self._length += len(warm.text)
            while len(self._kept) > self._most or self._length > self._longest:
                gone.append(self._remove(next(iter(self._kept))))
        for it in gone:
            if it is not None:
                it.machine.take_apart()

    def _remove(self, key: tuple[str, str]) -> Warm | None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._length -= len(found.text)
        return found
