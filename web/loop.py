"""The background loop: drains due timers, jobs and letters; wakes at once when a request changed something."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

LOG = logging.getLogger("kaasa.loop")
PAUSE = 2.0
"""Seconds between looks at what has become due; a change wakes the loop at once."""


class Loop:
    """One thread that calls its drains in turn. In: functions that do up to some work and say how much."""

    def __init__(self, drains: Sequence[Callable[[], int]]) -> None:
        self._drains = list(drains)
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping = False
        self._thread = threading.Thread(target=self.run, name="kaasa-loop", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """End after the work in hand; returns at once."""
        self._stopping = True
        self._wake.set()

    def stop(self) -> None:
        """End after the work in hand; returns when it has ended, or after ten seconds."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join(10)
            self._thread = None

    def wake(self) -> None:
        self._wake.set()

    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def run(self) -> None:
        """Work until stopped."""
        while not self._stopping:
            self._wake.clear()
            if not self.drain():
                self._wake.wait(PAUSE)

    def drain(self) -> int:
        """One round. Out: how much was done. A drain that fails is logged and never stops the others."""
        done = 0
        for work in self._drains:
            try:
                done += work()
            except Exception:
                LOG.exception("drain_failed")
        return done

    def settle(self, rounds: int = 200) -> int:
        """Round after round until nothing is due, for the demonstration and tests. Out: how much was done."""
        total = 0
        for _ in range(rounds):
            done = self.drain()
            total += done
            if not done:
                break
        return total
