"""The library's workflows with their look around after every task made cheap: same answers, fewer walks.

After each task the library walks the whole tree for what waits. Here the tasks are looked at where they are kept,
once, without the tree; nothing else of the library is changed.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff.scripting import ClosedEngine, Conductor

_WAITING = TaskState.WAITING


class SubWorkflow(BpmnSubWorkflow):  # type: ignore[misc]
    """The inside of a subprocess or call activity."""

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
        super().__init__(spec, parts, script_engine=closed, deserializing=deserializing)

    def update_waiting_tasks(self) -> None:
        _update_waiting(self.tasks)

    def create_subprocess(self, my_task: Task, spec_name: str) -> SubWorkflow:
        """Make the inside of a task of ours, of our own kind."""
        inside = SubWorkflow(self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self)
        self.subprocesses[my_task.id] = inside
        return inside


def _update_waiting(tasks: dict[Any, Task]) -> None:
    for task in [it for it in tasks.values() if it._state == _WAITING]:
        if task._state == _WAITING and task.id in tasks:
            task.task_spec._update(task)
