"""Plays a process in memory, clock in hand: what happens, when, and what it waits for.

The same runtime, the same services and the same SQL as in earnest, on an SQLite database nobody else sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session

from engine.advance import Listener
from engine.clock import HeldClock
from engine.definition import Definition
from engine.errors import NotOpen
from engine.history import of_instance
from engine.instance import Instance
from engine.process import Files
from engine.progress import Place
from engine.runtime import Runtime
from engine.service import Services, Tools
from engine.wait import HUMAN, Wait
from engine.worker import Worker

T = TypeVar("T")
MOST_ROUNDS = 1_000


@dataclass(frozen=True)
class Entry:
    """Something that happened in the rehearsal."""

    at: datetime
    element: str
    what: str


class Rehearsal:
    """One instance played. In: files, services, tools, listeners, a way to open transactions, the first moment.

    `open_transaction` opens a session that commits when it is left, as `processes.database` gives it; the tables
    must be there.
    """

    def __init__(
        self,
        files: Files,
        services: Services,
        tools: Tools,
        listeners: Sequence[Listener],
        open_transaction: Callable[[], AbstractContextManager[Session]],
        start_at: datetime,
        *,
        tenant_id: str = "rehearsal",
        actor: str = "rehearsal",
    ) -> None:
        self.clock = HeldClock(start_at)
        self.runtime = Runtime(services, tools=tools, listeners=listeners)
        self.tenant_id = tenant_id
        self.actor = actor
        self._open = open_transaction
        self._worker = Worker(self.runtime, open_transaction, self.clock)
        self.definition: Definition = self._in(
            lambda s: self.runtime.library.deploy(s, tenant_id, files, now=self.clock.now())
        )
        self._instance: Instance | None = None

    @property
    def instance(self) -> Instance:
        """The instance as it is after the last step. Errors: NotOpen before `start`."""
        if self._instance is None:
            raise NotOpen("the rehearsal has not begun; call start first.")
        return self._instance

    def start(self, business_key: str, data: Mapping[str, Any]) -> Instance:
        """Begin."""
        key = self.definition.key
        return self._step(
            lambda s: self.runtime.start(
                s,
                self.tenant_id,
                key,
                business_key=business_key,
                data=data,
                now=self.clock.now(),
                actor=self.actor,
            )
        )

    def complete(self, element: str, answers: Mapping[str, Any] | None = None) -> Instance:
        """Do the open human task at an element (path or id). Errors: NotOpen, AnswersRefused, GuardHolds."""
        named = [
            it
            for it in self.waits()
            if it.kind == HUMAN and element in (it.element, it.element.rpartition("/")[2])
        ]
        if not named:
            raise NotOpen(f"{element} is not open at {self.clock.now():%Y-%m-%d %H:%M}.")
        return self._step(
            lambda s: self.runtime.complete(
                s, self.tenant_id, named[0].id, answers or {}, now=self.clock.now(), actor=self.actor
            )
        )

    def tell(self, message: str, payload: Mapping[str, Any] | None = None) -> Instance:
        """Give the instance a message."""
        return self._step(
            lambda s: self.runtime.tell(
                s,
                self.tenant_id,
                self.instance.id,
                message,
                payload=payload,
                now=self.clock.now(),
                actor=self.actor,
            )
        )

    def advance_to_next(self) -> datetime | None:
        """Move the clock to the next thing that happens by itself, and let it. Out: that moment, or None."""
        with self._open() as session:
            due = self._worker.next_due(session)
        if due is None:
            return None
        self.clock.move_to(max(due, self.clock.now()))
        self.settle()
        return self.clock.now()

    def until(self, moment: datetime) -> None:
        """Let everything happen that happens by itself up to a moment, then stand there."""
        for _ in range(MOST_ROUNDS):
            with self._open() as session:
                due = self._worker.next_due(session)
            if due is None or due > moment:
                break
            self.clock.move_to(max(due, self.clock.now()))
            self.settle()
        self.clock.move_to(max(moment, self.clock.now()))

    def settle(self) -> None:
        """Do everything that is due now."""
        self._worker.drain(MOST_ROUNDS)
        if self._instance is not None:
            found = self._in(
                lambda s: s.get(Instance, (self.tenant_id, self.instance.id), populate_existing=True)
            )
            self._instance = None if found is None else Instance(**found.model_dump())

    def waits(self) -> list[Wait]:
        """Out: what is waited for now."""
        return self._in(lambda s: self.runtime.waits(s, self.tenant_id, self.instance.id))

    def data(self) -> dict[str, Any]:
        """Out: the process data now."""
        return self._in(lambda s: self.runtime.data(s, self.tenant_id, self.instance.id))

    def progress(self) -> list[Place]:
        """Out: every drawn node and how far it is."""
        return self._in(lambda s: self.runtime.progress(s, self.tenant_id, self.instance.id))

    @property
    def log(self) -> list[Entry]:
        """Everything that happened, in order."""
        rows = self._in(lambda s: of_instance(s, self.tenant_id, self.instance.id))
        return [Entry(it.at, it.element, it.what) for it in rows]

    def _step(self, work: Callable[[Session], Instance]) -> Instance:
        self._instance = self._in(work)
        self.settle()
        return self.instance

    def _in(self, work: Callable[[Session], T]) -> T:
        with self._open() as session:
            return work(session)
