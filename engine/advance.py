"""One step being taken: the instance as it was found, what is done to it, and what is written at the end.

A step is made inside the caller's transaction and thrown away with it. Nothing is written before everything was
done and the new state was read back; then state, waits, jobs and history are written together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from typing import Any, Protocol

import orjson
from sqlmodel import Session

from engine import field, ledger, signal
from engine.clock import local_day
from engine.definition import Definition, Library
from engine.diagram import Element
from engine.errors import StateUnreadable, Stuck
from engine.feel.expression import Expression
from engine.history import Event
from engine.instance import ACTIVE, CANCELLED, COMPLETED, Instance
from engine.process import Process
from engine.service import Binding, Services, Step, Tools
from engine.skipping import Skip
from engine.spiff.machine import Machine, Open
from engine.spiff.warm import Shelf, Warm
from engine.timer import moment_of
from engine.wait import HUMAN, JOB, MESSAGE, SIGNAL, TIMER, Wait

ENGINE = "engine"


class Listener(Protocol):
    """Whoever wants to know, inside the step's transaction, what opens, closes and ends."""

    def opened(
        self, step: Step, wait: Wait, properties: Mapping[str, str], data: Mapping[str, Any]
    ) -> datetime | None:
        """A human task opened. Out: when it is due, if the listener knows."""

    def closed(self, step: Step, wait: Wait, how: str) -> None:
        """A wait is over: completed, cancelled or fired."""

    def ended(self, step: Step, end_element: str) -> None:
        """The instance ended at an end event."""


@dataclass(frozen=True)
class Workshop:
    """What every step of a runtime works with."""

    services: Services
    tools: Tools
    listeners: Sequence[Listener]
    library: Library
    shelf: Shelf = dataclass_field(default_factory=Shelf)


class Advance:
    """A step of one instance; also the conductor and observer of its token machine."""

    def __init__(
        self,
        workshop: Workshop,
        session: Session,
        definition: Definition,
        row: ledger.Row,
        *,
        now: datetime,
        actor: str,
    ) -> None:
        self.now = now
        self.actor = actor
        self.row = row
        self.definition = definition
        self.process: Process = definition.process
        self.expressions: Mapping[str, Expression] = self.process.conditions
        self.events: list[Event] = []
        self.values: dict[str, Any] = {}
        self.machine: Machine
        self._workshop = workshop
        self._session = session
        self._before: Mapping[str, Open] = {}
        self._after: dict[str, Open] | None = None
        self._closed: dict[str, str] = {}
        self._told: set[str] = set()
        self._heard: signal.Chain = ()
        self._thrown: list[signal.Chain] = []
        self._done_by = ENGINE
        self._running: tuple[str, str] | None = None
        self.skip: Skip | None = None

    # --- beginning

    def begin(self, data: Mapping[str, Any]) -> None:
        """Start a new workflow. Errors: ValueRefused."""
        self.put(data)
        self.machine = Machine.start(self.definition.blueprint, self)

    def load(self) -> None:
        """Take up the stored workflow. Errors: StateUnreadable."""
        blueprint, text = self.definition.blueprint, self.row["state"]
        warm = self._workshop.shelf.take(self._key, blueprint, text)
        if warm is not None:
            self.machine = warm.machine
            self.machine.lend(self)
            self.values = field.thaw(self.process.fields, orjson.loads(warm.data))
            self._before = warm.open
            return
        self.machine, stored = Machine.load(blueprint, text, self)
        self.values = field.thaw(self.process.fields, stored)
        self._before = self.machine.open()

    @property
    def _key(self) -> tuple[str, str]:
        return self.row["tenant_id"], self.row["id"]

    @property
    def before(self) -> Mapping[str, Open]:
        """What was waited for when the step began."""
        return self._before

    def put(self, values: Mapping[str, Any]) -> None:
        """Take declared values into the process data; others are not the process's business."""
        fields = self.process.fields
        for name, value in values.items():
            if name in fields:
                self.values[name] = field.coerce(name, fields[name], value)

    def step(self, element: str) -> Step:
        """Out: what a service or listener may know, at an element."""
        return Step(
            session=self._session,
            tenant_id=self.row["tenant_id"],
            instance_id=self.row["id"],
            business_key=self.row["business_key"],
            definition=self.definition,
            now=self.now,
            actor=self.actor,
            element=element,
        )

    # --- what the token machine asks for

    def moment(self, kind: str, text: str) -> datetime:
        return moment_of(kind, text, self.values, self.now)

    def done(self, path: str) -> None:
        self.events.append(Event(self._done_by, path, "done"))

    def threw(self, name: str) -> None:
        chain = signal.joined(self._heard, name)
        if chain not in self._thrown:
            self._thrown.append(chain)

    def perform(self, task: Any) -> bool | None:
        """Do the work of a service task or decision. Out: None when a job will do it after the commit."""
        path, element = self.machine.path(task)
        if element is None:
            raise StateUnreadable(f"{path} is not drawn in the definition; restore it from a backup.")
        if self.skip is not None and path == self.skip.path:
            self.skipped()
            return True
        if element.kind == "businessRuleTask":
            self._decide(path, element)
            return True
        binding = self._workshop.services.find(element.operation or "")
        if binding.later:
            return None
        self.serve(path, binding)
        return True

    def serve(self, path: str, binding: Binding, given: Mapping[str, Any] | None = None) -> None:
        """Call a service at an element and take what it gives. In: `given` instead of the drawn parameters."""
        if given is None:
            diagram, element = self.process.locate(path)
            day = local_day(self.now)
            drawn = self.process.parameters[diagram.process, element.id]
            given = {name: it.evaluate(self.values, day) for name, it in drawn.items()}
        self._running = (path, binding.name)
        result = binding.call(given, self.step(path), self._workshop.tools)
        self._running = None
        if result is not None:
            self.put(result.model_dump())

    def skipped(self) -> None:
        """Take what a person gave instead of the results of the element to be skipped, once."""
        if self.skip is not None:
            details = {"fields": sorted(self.skip.values), "reason_length": self.skip.reason_length}
            self.events.append(Event(self.actor, self.skip.path, "skipped", details))
            self.put(self.skip.values)
            self.skip = None

    @property
    def still_to_skip(self) -> bool:
        """Whether the element to be skipped was not reached."""
        return self.skip is not None

    @property
    def running(self) -> tuple[str, str] | None:
        """The element and operation that ran when something was raised."""
        return self._running

    def _decide(self, path: str, element: Element) -> None:
        decision = self.process.decisions[element.decision or ""]
        self._running = (path, decision.id)
        answer = decision.evaluate(self.values, local_day(self.now), self.process.fields)
        self._running = None
        if isinstance(answer, list):
            names = [it.name for it in decision.outputs]
            answer = {name: [row[name] for row in answer] for name in names}
        self.put(answer or {})

    # --- what can happen from outside

    def hear_late(self) -> None:
        """Hear the signals that could not be heard before; the jobs that were to bring them are done."""
        for job, chain in signal.to_hear(self._session, *self._key):
            if self.machine.listens(chain[-1]):
                self.hear(chain, by=ENGINE)
            ledger.drop(self._session, self.row["tenant_id"], job, self.now)

    def complete(self, wait_id: str, *, by: str) -> None:
        """Finish an open human task or job. Errors: NotOpen."""
        self._done_by = by
        self.machine.complete(wait_id)
        self._done_by = ENGINE
        self._closed[wait_id] = "completed"

    def deliver(self, message: str, payload: Mapping[str, Any]) -> None:
        """Give a message to what waits for it. Errors: NotOpen."""
        self.put(payload)
        self._told.add(message)
        self.machine.send(message)

    def hear(self, chain: signal.Chain, *, by: str) -> None:
        """Give a signal, the last of a chain, to what waits for it. Errors: NotOpen."""
        self._heard = chain
        self.events.append(Event(by, "", "signalled", {"signal": chain[-1]}))
        self.machine.signal(chain[-1])

    def run(self) -> None:
        """Let everything happen that can, buffered messages included."""
        self.machine.advance()
        asked: set[str] = set()
        while fresh := self._fresh_messages() - asked:
            asked |= fresh
            kept = ledger.take_message(self._session, self.row["tenant_id"], self.row["id"], fresh, self.now)
            if kept is not None:
                asked.discard(kept.name)
                self.events.append(Event(ENGINE, "", "delivered", {"message": kept.name}))
                self.deliver(kept.name, field.thaw(self.process.fields, orjson.loads(kept.payload)))
                self.machine.advance()

    def _fresh_messages(self) -> set[str]:
        """Names that are waited for since this step; only for those the buffer need be asked."""
        self._after = self.machine.open()
        fresh = (it for key, it in self._after.items() if key not in self._before)
        return {it.message for it in fresh if it.message is not None}

    # --- ending

    def save(self, *, cancelled: bool = False) -> Instance:
        """Write the step. Out: the instance as it now is. Errors: Conflict, Stuck, StateUnreadable, ValueRefused."""
        after = self.machine.open() if self._after is None else self._after
        self._tell_of_closed(after)
        settled = self._tell_of_opened(after)
        ended = self.machine.ended or cancelled
        if not after and not ended:
            raise Stuck(
                f"after {self.events[-1].element if self.events else 'this step'} nothing is waited for."
            )
        after = self.machine.open() if settled else after  # human tasks that were given a moment
        status = CANCELLED if cancelled else COMPLETED if ended else ACTIVE
        end = self.machine.end_element if status == COMPLETED else None
        if status == COMPLETED:
            self.events.append(Event(ENGINE, end or "", "ended"))
            for listener in self._workshop.listeners:
                listener.ended(self.step(end or ""), end or "")
        data = field.freeze(self.process.fields, self.values)
        state = self.machine.freeze(data)
        self._read_back(state, data, after)
        written = ledger.write_step(
            self._session,
            ledger.Written(
                row=self.row,
                status=status,
                end_element=end,
                state=state,
                now=self.now,
                events=self.events,
                before=self._before,
                after=after,
                waits=[self._wait_row(it) for key, it in after.items() if key not in self._before],
            ),
        )
        if self._thrown:
            tenant, key = self._key
            signal.pass_on(self._session, self._workshop.library, tenant, key, self._thrown, self.now)
        self.machine.take_apart()
        return written

    def _tell_of_closed(self, after: Mapping[str, Open]) -> None:
        for key, it in self._before.items():
            if key in after:
                continue
            how = self._closed.get(key) or self._how(it)
            if it.kind == HUMAN and how == "cancelled":
                self.events.append(Event(ENGINE, it.path, "withdrawn"))
            for listener in self._workshop.listeners:
                listener.closed(self.step(it.path), self._wait(it), how)

    def _how(self, it: Open) -> str:
        fired = (it.kind == TIMER and it.due_at is not None and it.due_at <= self.now) or (
            it.kind == MESSAGE and it.message in self._told
        )
        if it.kind == SIGNAL:  # sent from outside or thrown in the case itself
            fired = any(done.element == it.path and done.what == "done" for done in self.events)
        return "fired" if fired else "cancelled"

    def _tell_of_opened(self, after: Mapping[str, Open]) -> bool:
        """Out: whether a task was given a moment."""
        settled = False
        for it in [it for key, it in after.items() if key not in self._before and it.kind != JOB]:
            if it.kind == HUMAN:
                settled |= self._settle_due(it)
            if it.element.kind != "boundaryEvent":
                self.events.append(Event(ENGINE, it.path, "opened"))
        return settled

    def _settle_due(self, it: Open) -> bool:
        named = self.values.get(it.element.properties.get("due", ""))
        due = named if isinstance(named, datetime) else None
        for listener in self._workshop.listeners:
            told = listener.opened(
                self.step(it.path), self._wait(it), it.element.properties, dict(self.values)
            )
            due = told or due
        if due is not None:
            self.machine.set_due(it.id, due)
        return due is not None

    def _wait(self, it: Open) -> Wait:
        return Wait(**self._wait_row(it))

    def _wait_row(self, it: Open) -> dict[str, Any]:
        return {
            "tenant_id": self.row["tenant_id"],
            "id": it.id,
            "instance_id": self.row["id"],
            "kind": it.kind,
            "element": it.path,
            "name": it.element.name,
            "lane": self.process.lane(it.path),
            "role": self.process.role(it.path),
            "due_at": it.due_at,
            "opened_at": self.now,
        }

    def _read_back(self, state: str, data: str, after: Mapping[str, Open]) -> None:
        """No state is stored that does not come back: the same waits, the same tokens, the same data."""
        blueprint = self.definition.blueprint
        again, stored = Machine.load(blueprint, state, self)
        same_data = field.freeze(self.process.fields, field.thaw(self.process.fields, stored)) == data
        waits = again.open()
        if waits != after or not again.is_as_frozen(self.machine) or not same_data:
            raise StateUnreadable("the new state does not read back as it was; the step was not taken.")
        if waits:
            self._workshop.shelf.keep(self._key, Warm(again, blueprint, state, data, waits))
        else:
            again.take_apart()
