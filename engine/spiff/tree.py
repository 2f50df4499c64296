"""The library's workflows and tasks with what they do for every task made cheap: same answers, fewer walks.

After each task the library walks the whole tree for what waits. Here the tasks are looked at where they are kept,
once, without the tree. With each change of a task it gathers what a log would say, which ours never says, and
copies data, of which ours has none. And it plants every step ahead, as far as the next choice; here a token learns
what follows it when it gets ready. Nothing else of the library is changed.
"""

from __future__ import annotations

from time import time
from typing import Any

import uuid_utils
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff.scripting import ClosedEngine, Conductor

_READY, _WAITING, _FUTURE = TaskState.READY, TaskState.WAITING, TaskState.FUTURE
_AHEAD = TaskState.FUTURE | TaskState.PREDICTED_MASK


class Token(Task):  # type: ignore[misc]
    """A task that is named in text, tells no log, carries no data, and does not look ahead before it is ready."""

    def __init__(
        self,
        workflow: BpmnWorkflow,
        spec: TaskSpec,
        parent: Token | None,
        state: int,
        identity: str | int | None = None,
    ) -> None:
        self.id = identity = identity or str(uuid_utils.uuid7())
        self.workflow = workflow
        self.task_spec = spec
        self.triggered = False
        self.thread_id = 0
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self.last_state_change = 0.0
        self._state = state
        self._children: list[str | int] = []
        self._parent = None
        workflow.tasks[identity] = self
        if parent is not None:
            self._parent = parent.id
            parent._children.append(identity)

    def _add_child(self, spec: TaskSpec, state: int = TaskState.MAYBE) -> Token | None:
        if self._state & _AHEAD and not self.workflow.spec.foresees:
            return None
        child = Token(self.workflow, spec, self, _FUTURE if state == _READY else state)
        if state == _READY:
            child._ready()
        return child

    def _set_state(self, state: int) -> None:
        if state != self._state:
            self._state = state
            self.last_state_change = time()
            if state == _READY and not self._children:
                self.task_spec._predict_hook(self)

    def _inherit_data(self) -> None:
        pass


def _plant(workflow: BpmnWorkflow) -> None:
    """Put the first task into a new workflow and let it begin, as the library does it with its own."""
    root = workflow.task_tree = Token(workflow, workflow.spec.start, None, _FUTURE)
    root.task_spec._predict(root, mask=TaskState.NOT_FINISHED_MASK)
    root._ready()


class SubWorkflow(BpmnSubWorkflow):  # type: ignore[misc]
    """The inside of a subprocess or call activity."""

    def __init__(
        self, spec: BpmnProcessSpec, holder: str, top: BpmnWorkflow, *, deserializing: bool = False
    ) -> None:
        super().__init__(spec, holder, top, deserializing=True)
        if not deserializing:
            _plant(self)

    def update_waiting_tasks(self) -> None:
        _update_waiting(self.tasks)


class Workflow(BpmnWorkflow):  # type: ignore[misc]
    """A process, always under our closed engine."""

    def __init__(
        self,
        spec: BpmnProcessSpec,
        parts: dict[str, BpmnProcessSpec],
        conductor: Conductor,
        *,
        deserializing: bool = False,
    ) -> None:
        closed = ClosedEngine(conductor)
        super().__init__(spec, parts, script_engine=closed, deserializing=True)
        if not deserializing:
            _plant(self)

    def update_waiting_tasks(self) -> None:
        _update_waiting(self.tasks)

    def create_subprocess(self, my_task: Task, spec_name: str) -> SubWorkflow:
        """Make the inside of a task of ours, of our own kind."""
        inside = SubWorkflow(self.subprocess_specs[spec_name], my_task.id, self)
        self.subprocesses[my_task.id] = inside
        return inside


def _update_waiting(tasks: dict[Any, Task]) -> None:
    for task in [it for it in tasks.values() if it._state == _WAITING]:
        if task._state == _WAITING and task.id in tasks:
            task.task_spec._update(task)
