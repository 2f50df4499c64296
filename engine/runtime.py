"""The engine's verbs. Each call is one step inside the caller's session; the caller commits or rolls back.

The same idempotency key is one step, however often it is sent. A concurrent change raises Conflict: run the whole
step again. All moments are arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from engine import detour, field, history, ledger, progress, signal, wait
from engine.advance import ENGINE, Advance, Listener, Workshop
from engine.blame import Blaming
from engine.clock import local_day
from engine.definition import Library
from engine.errors import GuardHolds, NotOpen, UnknownInstance
from engine.history import Event
from engine.incident import FailedAt, placing
from engine.instance import ACTIVE, Instance
from engine.job import SIGNAL, Job
from engine.progress import Place
from engine.service import Services, Tools
from engine.spiff.machine import Open, stored_data
from engine.wait import HUMAN, TIMER, Wait

MESSAGE_KEPT = timedelta(days=30)


class Runtime:
    """Runs instances. In: the services diagrams may call, tools to inject, listeners, and the library."""

    def __init__(
        self,
        services: Services,
        *,
        tools: Tools | None = None,
        listeners: Sequence[Listener] = (),
        library: Library | None = None,
    ) -> None:
        self.services = services
        self.library = library or Library(services)
        self._workshop = Workshop(services, tools or {}, tuple(listeners), self.library)

    def start(
        self,
        session: Session,
        tenant_id: str,
        key: str,
        *,
        business_key: str,
        data: Mapping[str, Any],
        now: datetime,
        actor: str,
        idempotency_key: str | None = None,
    ) -> Instance:
        """Begin an instance of the newest version of a process. Errors: UnknownDefinition, ValueRefused."""
        if (before := self._performed(session, tenant_id, idempotency_key)) is not None:
            return before
        definition = self.library.newest(session, tenant_id, key)
        row = ledger.new_row(tenant_id, definition.id, business_key, now)
        step = Advance(self._workshop, session, definition, row, now=now, actor=actor)
        step.events.append(Event(actor, "", "started", {"version": definition.version}))
        step.begin(data)
        step.run()
        return self._save(step, session, idempotency_key)

    def complete(
        self,
        session: Session,
        tenant_id: str,
        wait_id: str,
        answers: Mapping[str, Any],
        *,
        now: datetime,
        actor: str,
        idempotency_key: str | None = None,
    ) -> Instance:
        """Finish a person's task with raw answers. Errors: NotOpen, AnswersRefused, GuardHolds, what services raise."""
        if (before := self._performed(session, tenant_id, idempotency_key)) is not None:
            return before
        step = self._take_up(session, ledger.lock_of_wait(session, tenant_id, wait_id), now, actor)
        task = step.before.get(wait_id)
        if task is None or task.kind != HUMAN:
            raise NotOpen("this task is not open any more; look at the list of tasks again.")
        with placing(lambda: _place(step, task.path, wait_id)):
            self._answer(step, task, answers)
            step.complete(wait_id, by=actor)
            step.run()
            return self._save(step, session, idempotency_key)

    def tell(
        self,
        session: Session,
        tenant_id: str,
        instance_id: str,
        message: str,
        *,
        payload: Mapping[str, Any] | None = None,
        now: datetime,
        actor: str,
        message_id: str | None = None,
    ) -> Instance:
        """Give a message to an instance; if nothing waits for it yet, it is kept for 30 days.

        The same `message_id` is one message. Errors: UnknownInstance, NotOpen when the instance has ended.
        """
        key = None if message_id is None else f"message:{instance_id}:{message_id}"
        if (before := self._performed(session, tenant_id, key)) is not None:
            return before
        step = self._take_up(session, _active(ledger.lock(session, tenant_id, instance_id)), now, actor)
        waited_for = step.machine.waits_for(message)
        step.events.append(Event(actor, "", "told" if waited_for else "kept", {"message": message}))
        if waited_for:
            with placing(lambda: _place(step, "", "")):
                step.deliver(message, payload or {})
                step.run()
                return self._save(step, session, key)
        else:
            typed = {
                k: field.coerce(k, step.process.fields[k], v)
                for k, v in (payload or {}).items()
                if k in step.process.fields
            }
            kept = field.freeze(step.process.fields, typed)
            ledger.keep_message(session, tenant_id, instance_id, message, kept, now, now + MESSAGE_KEPT)
        return self._save(step, session, key)

    def signal(
        self,
        session: Session,
        tenant_id: str,
        instance_id: str,
        name: str,
        *,
        now: datetime,
        actor: str,
        signal_id: str,
    ) -> Instance:
        """Let an instance hear a signal; `engine.signal.listening` says which ones wait for it.

        The same `signal_id` is heard once. Errors: UnknownInstance, NotOpen when the instance does not wait for it.
        """
        key = f"signal:{instance_id}:{signal_id}"
        if (before := self._performed(session, tenant_id, key)) is not None:
            return before
        step = self._take_up(session, _active(ledger.lock(session, tenant_id, instance_id)), now, actor)
        with placing(lambda: _place(step, "", "")):
            step.hear((name,), by=actor)
            step.run()
            return self._save(step, session, key)

    def fire(self, session: Session, tenant_id: str, instance_id: str, *, now: datetime) -> Instance:
        """Let every timer of an instance fire that is due. Errors: UnknownInstance, ServiceFailed."""
        row = ledger.lock(session, tenant_id, instance_id)
        if row["status"] != ACTIVE:
            return Instance(**row)
        step = self._take_up(session, row, now, ENGINE)
        due = [
            it
            for it in step.before.values()
            if it.kind == TIMER and it.due_at is not None and it.due_at <= now
        ]
        if not due:
            return Instance(**row)
        step.events.extend(Event(ENGINE, it.path, "fired") for it in due)
        with Blaming(step):
            step.run()
            return step.save()

    def run_job(self, session: Session, tenant_id: str, job_id: str, *, now: datetime) -> Instance:
        """Do a job now. Errors: NotOpen when it is gone, ServiceFailed."""
        job = session.get(Job, (tenant_id, job_id), populate_existing=True)
        if job is None:
            raise NotOpen("this job is done already.")
        if job.task_id is None:
            return self.fire(session, tenant_id, job.instance_id, now=now)
        step = self._take_up(session, _active(ledger.lock(session, tenant_id, job.instance_id)), now, ENGINE)
        if job.kind == SIGNAL:
            with Blaming(step):
                step.hear(signal.chain_of(job.task_id), by=ENGINE)
                step.run()
                return step.save()
        task = step.before.get(job.task_id)
        if task is None:
            raise NotOpen("this job is done already.")
        with Blaming(step):
            step.serve(task.path, self.services.find(task.element.operation or ""))
            step.complete(task.id, by=ENGINE)
            step.run()
            return step.save()

    def skip(
        self,
        session: Session,
        tenant_id: str,
        instance_id: str,
        element: str,
        given: Mapping[str, Any],
        *,
        now: datetime,
        actor: str,
        reason: str,
        wait_id: str = "",
    ) -> Instance:
        """Go on past a service, decision or task that fails, with the results a person gives (see `engine.skipping`).

        In: `wait_id`, the open task it broke in, which is done by this. Errors: NotOpen when nothing due leads to it,
        AnswersRefused, ServiceFailed when a later one fails.
        """
        step = self._take_up(session, _active(ledger.lock(session, tenant_id, instance_id)), now, actor)
        return detour.take(step, self.services, element, given, len(reason), wait_id)

    def cancel(
        self, session: Session, tenant_id: str, instance_id: str, *, now: datetime, actor: str, reason: str
    ) -> Instance:
        """End an instance early; nothing of it stays open. The reason stays with whoever asked, not in the history."""
        step = self._take_up(session, _active(ledger.lock(session, tenant_id, instance_id)), now, actor)
        step.events.append(Event(actor, "", "cancelled", {"reason_length": len(reason)}))
        step.machine.cancel()
        return step.save(cancelled=True)

    def move_deadline(
        self,
        session: Session,
        tenant_id: str,
        instance_id: str,
        element: str,
        due_at: datetime,
        *,
        now: datetime,
        actor: str,
        reason: str,
    ) -> Instance:
        """Move the moment of an open timer or human task, named by path or id. Errors: NotOpen."""
        step = self._take_up(session, _active(ledger.lock(session, tenant_id, instance_id)), now, actor)
        named = [
            it
            for it in step.before.values()
            if it.kind in (HUMAN, TIMER) and element in (it.path, it.element.id, it.id)
        ]
        if not named:
            raise NotOpen(f"{element} has no open deadline.")
        for it in named:
            step.machine.set_due(it.id, due_at)
            before = it.due_at.isoformat() if it.due_at else None
            details = {"from": before, "to": due_at.isoformat(), "reason_length": len(reason)}
            step.events.append(Event(actor, it.path, "moved", details))
        return step.save()

    def waits(self, session: Session, tenant_id: str, instance_id: str) -> list[Wait]:
        """Out: what an instance waits for, oldest first."""
        return list(wait.of_instance(session, tenant_id, instance_id))

    def data(self, session: Session, tenant_id: str, instance_id: str) -> dict[str, Any]:
        """Out: the process data of an instance, typed. Errors: UnknownInstance."""
        row = self._read(session, tenant_id, instance_id)
        process = self.library.get(session, tenant_id, row["definition_id"]).process
        return field.thaw(process.fields, stored_data(row["state"]))

    def progress(self, session: Session, tenant_id: str, instance_id: str) -> list[Place]:
        """Out: every drawn node in reading order, with how far it is. Errors: UnknownInstance."""
        row = self._read(session, tenant_id, instance_id)
        process = self.library.get(session, tenant_id, row["definition_id"]).process
        marks = history.marks(session, tenant_id, instance_id)
        return progress.places(process, row["status"], self.waits(session, tenant_id, instance_id), marks)

    def _read(self, session: Session, tenant_id: str, instance_id: str) -> dict[str, Any]:
        query = select(Instance).where(col(Instance.tenant_id) == tenant_id, col(Instance.id) == instance_id)
        found = session.exec(query.execution_options(populate_existing=True)).one_or_none()
        if found is None:
            raise UnknownInstance(f"there is no instance {instance_id}.")
        return found.model_dump()

    def _take_up(self, session: Session, row: ledger.Row, now: datetime, actor: str) -> Advance:
        definition = self.library.get(session, row["tenant_id"], row["definition_id"])
        step = Advance(self._workshop, session, definition, row, now=now, actor=actor)
        step.load()
        return step

    def _answer(self, step: Advance, task: Open, answers: Mapping[str, Any]) -> None:
        """Check the answers by the task's form, meet its guard, run its operation."""
        form = step.process.form(task.element.id)
        fields = step.process.fields
        checked = dict(answers)
        if form is not None:
            checked = form.check(answers, local_day(step.now), fields, values=step.values)
        step.put(checked)
        guard = step.process.guard(task.path, self.services)
        if guard is not None:
            facts = {
                name: it.call({}, step.step(task.path), self._workshop.tools)
                for name, it in guard.facts.items()
            }
            if guard.expression.evaluate({**step.values, **facts}, local_day(step.now)) is not True:
                used = {
                    name: value
                    for name, value in {**step.values, **facts}.items()
                    if name in guard.expression.names_used
                }
                raise GuardHolds(task.path, guard.source, used)
        operation = task.element.properties.get("operation")
        if operation:
            step.serve(task.path, self.services.find(operation), {**step.values, **checked})

    def _performed(self, session: Session, tenant_id: str, key: str | None) -> Instance | None:
        return None if key is None else ledger.performed(session, tenant_id, key)

    def _save(self, step: Advance, session: Session, key: str | None) -> Instance:
        instance = step.save()
        if key is not None:
            ledger.remember(session, instance.tenant_id, key, instance.id, step.now)
        return instance


def _active(row: ledger.Row) -> ledger.Row:
    if row["status"] != ACTIVE:
        raise NotOpen("this case has ended; nothing in it can be changed any more.")
    return row


def _place(step: Advance, element: str, wait_id: str) -> FailedAt:
    path, operation = step.running or (element, "")
    return FailedAt(step.row["tenant_id"], step.row["id"], path, operation, wait_id)
