"""The token machine of one step: moves tokens until only people, messages, moments and jobs are waited for.

It is made for one step and thrown away after it. What the tokens cause (a service, a decision, a record of what
happened) goes through the conductor of the step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from time import thread_time
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, CallActivity, EventBasedGateway
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition, SignalEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent, ThrowingEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.diagram import Diagram, Element
from engine.errors import BudgetExceeded, NotOpen
from engine.spiff import codec, specification
from engine.spiff.joining import merge
from engine.spiff.scripting import Conductor
from engine.spiff.timing import MomentTimer, Race, kept_due, set_due
from engine.spiff.tree import Workflow
from engine.wait import HUMAN, JOB, MESSAGE, SIGNAL, TIMER

# What one event from outside may cause; a sound process stays far below. Seconds are those of the step's own thread:
# others of the same process work beside it.
MOST_STEPS, MOST_TASKS, MOST_SUBPROCESSES, DEEPEST, LONGEST = 500, 5_000, 50, 800, 2.0
PERSON = "person"  # the name under which a human task keeps its due moment

_READY, _WAITING, _STARTED = TaskState.READY, TaskState.WAITING, TaskState.STARTED
_UNFINISHED = TaskState.NOT_FINISHED_MASK
_AT_WORK = _READY | _WAITING | _STARTED


class Observer(Conductor, Protocol):
    """A conductor that also wants to know what was done."""

    def done(self, path: str) -> None:
        """A drawn element is done."""

    def threw(self, name: str) -> None:
        """A signal was thrown; what waits for it here has it. Errors: BudgetExceeded."""


class Open(NamedTuple):
    """Something a workflow waits for. `path` is the element with the call activities it lies in."""

    id: str
    kind: str
    path: str
    element: Element
    due_at: datetime | None = None
    message: str | None = None


class Blueprint:
    """The specification of a definition with its drawings; shared by all machines, changed by none."""

    def __init__(self, frozen: str, main: Diagram, called: Mapping[str, Diagram]) -> None:
        self.main: BpmnProcessSpec
        self.parts: dict[str, BpmnProcessSpec]
        self.main, self.parts = specification.thaw(frozen)
        self._elements: dict[str, Mapping[str, Element]] = {}
        for diagram in (main, *called.values()):
            self._elements[diagram.process] = diagram.elements
        self._home = self._homes()

    def element(self, spec_name: str, bpmn_id: str | None) -> Element | None:
        """Out: the drawn element behind a task of the library, or None for what lowering or the library added."""
        return self._elements[self._home[spec_name]].get(bpmn_id or "") if spec_name in self._home else None

    def _homes(self) -> dict[str, str]:
        """Which drawing each specification lies in: subprocesses in the drawing of the process around them."""
        homes: dict[str, str] = {}

        def settle(spec: BpmnProcessSpec, home: str) -> None:
            homes[spec.name] = home
            for task in spec.task_specs.values():
                inner = getattr(task, "spec", None)
                if isinstance(inner, str) and inner in self.parts and inner not in homes:
                    settle(self.parts[inner], inner if isinstance(task, CallActivity) else home)

        settle(self.main, self.main.name)
        return homes


def stored_data(state: str) -> dict[str, Any]:
    """Out: the data of a stored workflow, without taking it up. Errors: StateUnreadable."""
    return codec.data_of(state)


class Machine:
    """A workflow under our closed engine, for the length of one step."""

    def __init__(self, blueprint: Blueprint, workflow: BpmnWorkflow, observer: Observer) -> None:
        self._blueprint = blueprint
        self._workflow = workflow
        self._prefixes: dict[Any, str] = {None: ""}
        self._frozen: dict[str, Any] = {}
        self.lend(observer)

    def lend(self, observer: Observer) -> None:
        """Put a machine under the step that is taken now; its budgets begin anew."""
        self._observer = observer
        self._workflow.script_engine.conductor = observer
        self._steps = 0
        self._began: float | None = None
        self._known = set(self._workflow.subprocesses)
        self._made = 0
        self.end_element: str | None = None

    def lay_down(self) -> None:
        """Let go of the step, so that a machine that is kept keeps nothing of it alive."""
        nobody: Any = None
        self._observer = self._workflow.script_engine.conductor = nobody

    def take_apart(self) -> None:
        """Let go of everything, for good: tokens that hold each other would pile up for the garbage collector."""
        self.lay_down()
        for workflow in (self._workflow, *self._workflow.subprocesses.values()):
            workflow.tasks.clear()
            workflow.__dict__.clear()

    @classmethod
    def start(cls, blueprint: Blueprint, observer: Observer) -> Machine:
        """A new workflow with its token before the start event."""
        workflow = Workflow(blueprint.main, blueprint.parts, observer)
        return cls(blueprint, workflow, observer)

    @classmethod
    def load(cls, blueprint: Blueprint, state: str, observer: Observer) -> tuple[Machine, dict[str, Any]]:
        """A stored workflow, and its stored data. Errors: StateUnreadable."""
        workflow, data = codec.thaw(state, blueprint.main, blueprint.parts, observer)
        return cls(blueprint, workflow, observer), data

    def freeze(self, data: str) -> str:
        """Out: the state as text. In: the data as JSON text."""
        self._frozen = codec.tokens_of(self._workflow)
        return codec.freeze(self._frozen, data)

    def is_as_frozen(self, other: Machine) -> bool:
        """Whether this machine has the very tokens the other was frozen with."""
        return codec.tokens_of(self._workflow) == other._frozen

    @property
    def ended(self) -> bool:
        """Whether no token is left."""
        workflow = self._workflow
        return bool(workflow.completed) or not any(it._state & _UNFINISHED for it in workflow.tasks.values())

    def open(self) -> dict[str, Open]:
        """Out: what is waited for, by id."""
        return {it.id: it for it in self._open()}

    def advance(self) -> None:
        """Run everything the engine can run by itself. Errors: BudgetExceeded, and what services raise."""
        while self._run_round() or self._refresh_timers() or self._merge():
            pass

    def complete(self, wait_id: str) -> None:
        """Finish a human task or a job. Errors: NotOpen."""
        task = self._task(wait_id)
        if task is None or task._state not in (_READY, _STARTED):
            raise NotOpen("this task is not open any more; look at the list of tasks again.")
        if task._state == _READY:
            task.run()
        else:
            task.complete()
        self._record(task)

    def waits_for(self, message: str) -> bool:
        """Whether a message would be caught now."""
        return any(it.message == message for it in self._open())

    def send(self, message: str) -> None:
        """Give a message to what has waited for it longest: a message has one receiver, a signal has all.

        Errors: NotOpen when nothing waits.
        """
        event = BpmnEvent(MessageEventDefinition(message))
        waiting = [
            it
            for it in self._workflow.event_manager.tasks.values()
            if it._state == _WAITING and it.task_spec.catches(it, event)
        ]
        if not waiting:
            raise NotOpen(f"nothing waits for {message!r}.")
        oldest = min(waiting, key=lambda it: str(it.id))  # identities are in the order of time
        oldest.task_spec.catch(oldest, event)
        oldest.task_spec._update(oldest)
        self._forget_events()

    def listens(self, name: str) -> bool:
        """Whether a signal would be heard now."""
        return any(it.kind == SIGNAL and it.element.reference == name for it in self._open())

    def signal(self, name: str) -> None:
        """Give a signal from outside to everything that waits for it. Errors: NotOpen when nothing does."""
        if not self.listens(name):
            raise NotOpen(f"nothing waits for the signal {name!r}.")
        self._workflow.event_manager.catch(BpmnEvent(SignalEventDefinition(name)), internal=False)
        self._forget_events()

    def set_due(self, wait_id: str, moment: datetime | None) -> None:
        """Fix or move the moment of an open timer or human task. Errors: NotOpen."""
        identity, _, number = wait_id.partition(".")
        task = self._task(identity)
        if task is None or task._state not in (_READY, _WAITING):
            raise NotOpen("this deadline is not open any more.")
        definition = getattr(task.task_spec, "event_definition", None)
        if isinstance(definition, Race):
            definition = definition.event_definitions[int(number or 0)]
        set_due(task, definition.name if isinstance(definition, MomentTimer) else PERSON, moment)

    def cancel(self) -> None:
        """Withdraw every token."""
        self._workflow.cancel()
        for sub in list(self._workflow.subprocesses.values()):
            sub.cancel()

    def path(self, task: Task) -> tuple[str, Element | None]:
        """Out: where a task of the library is drawn."""
        element = self._blueprint.element(task.workflow.spec.name, task.task_spec.bpmn_id)
        return (self._prefix(task.workflow) + (element.id if element else task.task_spec.name), element)

    # --- moving tokens

    def _run_round(self) -> bool:
        moved = False
        for sub in sorted(self._active(), key=lambda it: it.depth, reverse=True):
            moved |= self._run_ready(sub)
            holder = self._holder(sub)
            if (
                sub.completed
                and holder is not None
                and holder._state & (_STARTED | _READY)
                and not self._listens_on(holder)
            ):
                holder.task_spec._update(holder)
                moved = True
        return self._run_ready(self._workflow) or moved

    def _run_ready(self, workflow: BpmnWorkflow) -> bool:
        moved = False
        # The library's own search stops at a depth of 1000 and would leave tokens lying there.
        while ready := [
            it for it in workflow.tasks.values() if it._state == _READY and not it.task_spec.manual
        ]:
            for task in ready:
                if isinstance(task.task_spec, SubWorkflowTask) and self._listens_on(task):
                    task._set_state(_STARTED)  # the library has it go on with the last token inside
                elif task._state == _READY and task.id in workflow.tasks:
                    self._spend(task)
                    task.run()
                    self._forget_events()
                    if task._state != _STARTED:
                        self._record(task)
                        self._listen_again(task)
                    if isinstance(task.task_spec, ThrowingEvent) and task.task_spec.event_definition.name:
                        self._interrupt()
                        if isinstance(task.task_spec.event_definition, SignalEventDefinition):
                            self._observer.threw(task.task_spec.event_definition.name)
            moved = True
        return moved

    def _listens_on(self, holder: Task) -> bool:
        """Whether a scope is not over yet because an event subprocess that did not interrupt is still at work.

        Until it is, all of the scope's event subprocesses listen (BPMN 2.0.2, 13.5.4). What is not drawn was wrapped
        around the steps for their sake; a drawn subprocess ends by itself.
        """
        edges = (it for it in holder.parent.children if isinstance(it.task_spec, BoundaryEvent))
        return self.path(holder)[1] is None and any(
            _at_work(it) for it in edges if not it.task_spec.cancel_activity
        )

    def _merge(self) -> bool:
        """Let inclusive gateways go, now that nothing moves by itself."""
        return any(merge(it) for it in (self._workflow, *self._active()))

    def _interrupt(self) -> None:
        """What interrupts does so at once, before anything else moves in what it interrupts."""
        for workflow in (self._workflow, *self._active()):
            for task in list(workflow.tasks.values()):
                spec = task.task_spec
                if task._state == _READY and isinstance(spec, BoundaryEvent) and spec.cancel_activity:
                    self._spend(task)
                    task.run()
                    self._record(task)

    def _listen_again(self, task: Task) -> None:
        """An event that does not interrupt may come again; the library would hear it once only."""
        spec = task.task_spec
        if (
            not isinstance(spec, BoundaryEvent)
            or spec.cancel_activity
            or isinstance(spec.event_definition, MomentTimer)
        ):
            return
        split = task.parent
        host = next(it for it in split.children if not isinstance(it.task_spec, BoundaryEvent))
        if host._state & _UNFINISHED:
            again = split._add_child(spec, _WAITING)
            again.triggered = True
            spec._predict(again, mask=_UNFINISHED)
            spec._update(again)

    def _refresh_timers(self) -> bool:
        moved = False
        for task in list(self._workflow.event_manager.tasks.values()):
            if task._state == _WAITING and isinstance(task.task_spec.event_definition, MomentTimer | Race):
                task.task_spec._update(task)
                moved |= task._state == _READY
        return moved

    def _record(self, task: Task) -> None:
        path, element = self.path(task)
        if element is None:
            return
        if element.kind == "endEvent" and task.workflow.parent_task_id is None:
            self.end_element = element.id
        elif element.kind == "endEvent" and element.scope == self._blueprint.main.name and "/" not in path:
            self.end_element = element.id  # an event subprocess wrapped the process around it
        self._observer.done(path)

    def _spend(self, task: Task) -> None:
        self._steps += 1
        workflow = self._workflow
        if self._steps > MOST_STEPS:
            raise BudgetExceeded(f"over {MOST_STEPS} steps after one event, at {task.task_spec.name}.")
        if self._steps % 20 == 0:
            tasks = len(workflow.tasks) + sum(len(it.tasks) for it in workflow.subprocesses.values())
            if tasks > MOST_TASKS:
                raise BudgetExceeded(f"over {MOST_TASKS} tokens in one instance, at {task.task_spec.name}.")
            if task.depth > DEEPEST:
                raise BudgetExceeded(
                    f"a path of over {DEEPEST} steps, at {task.task_spec.name}; start a new one."
                )
            now = thread_time()
            self._began = now if self._began is None else self._began  # to ask at every step would be dear
            if now - self._began > LONGEST:
                raise BudgetExceeded(f"over {LONGEST} seconds after one event, at {task.task_spec.name}.")
        new = workflow.subprocesses.keys() - self._known
        self._made += len(new)
        self._known |= new
        if self._made > MOST_SUBPROCESSES:
            raise BudgetExceeded(f"over {MOST_SUBPROCESSES} subprocesses after one event.")

    def _forget_events(self) -> None:
        # Events nobody inside waits for would pile up for an outside that never asks.
        self._workflow.bpmn_events.clear()

    # --- looking at tokens

    def _open(self) -> Iterator[Open]:
        for workflow in (self._workflow, *self._active()):
            for task in workflow.tasks.values():
                if task._state in (_READY, _WAITING, _STARTED):
                    yield from self._of_task(task)

    def _of_task(self, task: Task) -> Iterator[Open]:
        spec = task.task_spec
        if task._state == _READY and spec.manual:
            path, element = self.path(task)
            if element is not None:
                yield Open(str(task.id), HUMAN, path, element, kept_due(task, PERSON))
        elif task._state == _STARTED and not hasattr(spec, "spec"):
            path, element = self.path(task)
            if element is not None:
                yield Open(str(task.id), JOB, path, element)
        elif task._state == _WAITING and isinstance(spec, EventBasedGateway):
            for number, (definition, name) in enumerate(
                zip(spec.event_definition.event_definitions, spec._outputs, strict=True)
            ):
                element = self._blueprint.element(task.workflow.spec.name, name)
                if element is not None:
                    path = self._prefix(task.workflow) + element.id
                    yield from self._of_event(f"{task.id}.{number}", path, element, definition, task)
        elif task._state == _WAITING and isinstance(spec, CatchingEvent):
            path, element = self.path(task)
            if element is not None:
                yield from self._of_event(str(task.id), path, element, spec.event_definition, task)

    def _of_event(
        self, identity: str, path: str, element: Element, definition: Any, task: Task
    ) -> Iterator[Open]:
        if isinstance(definition, MomentTimer):
            yield Open(identity, TIMER, path, element, definition.due(task))
        elif isinstance(definition, MessageEventDefinition):
            yield Open(identity, MESSAGE, path, element, message=definition.name)
        elif isinstance(definition, SignalEventDefinition):
            yield Open(identity, SIGNAL, path, element)

    def _active(self) -> list[BpmnSubWorkflow]:
        found = []
        for sub in self._workflow.subprocesses.values():
            holder = self._holder(sub)
            if holder is not None and not holder._state & TaskState.FINISHED_MASK:
                found.append(sub)
        return found

    def _holder(self, sub: BpmnSubWorkflow) -> Task | None:
        return self._find(sub.parent_task_id)

    def _find(self, identity: Any) -> Task | None:
        if identity in self._workflow.tasks:
            return self._workflow.tasks[identity]
        return next(
            (it.tasks[identity] for it in self._workflow.subprocesses.values() if identity in it.tasks), None
        )

    def _task(self, wait_id: str) -> Task | None:
        # What was read names itself in text, what this step made in the library's way.
        found = self._find(wait_id)
        if found is not None:
            return found
        try:
            return self._find(UUID(wait_id))
        except ValueError:
            return None

    def _prefix(self, workflow: BpmnWorkflow) -> str:
        key = workflow.parent_task_id
        if key not in self._prefixes:
            holder = self._find(key)
            around = self._prefix(holder.workflow) if holder is not None else ""
            called = holder is not None and isinstance(holder.task_spec, CallActivity)
            self._prefixes[key] = (
                f"{around}{holder.task_spec.bpmn_id}/" if called and holder is not None else around
            )
        return self._prefixes[key]


def _at_work(edge: Task) -> bool:
    """Whether what began with an event at an edge goes on."""
    return any(isinstance(it.task_spec, SubWorkflowTask) and it._state & _AT_WORK for it in edge.children)
