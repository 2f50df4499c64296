"""Errors and escalations: raised in a scope, caught at the edge of what lies around it, the nearest first.

The library asks every event of a scope that waits, so that an error raised beside a subprocess is caught at its
edge though nothing failed in it, and one that nobody catches is forgotten.
"""

from __future__ import annotations

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.event_definitions import ErrorEventDefinition, EscalationEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import Uncaught


class Error(ErrorEventDefinition):  # type: ignore[misc]
    """An error; one that reaches nobody is a fault of the process."""

    def throw(self, my_task: Task) -> None:
        if not _raise(self, my_task):
            raise Uncaught(
                f"the error {self.code} of {my_task.task_spec.bpmn_id} is caught nowhere; put an error event on the edge "
                "of a subprocess around it."
            )


class Escalation(EscalationEventDefinition):  # type: ignore[misc]
    """An escalation; one that reaches nobody is lost, as BPMN wants it."""

    def throw(self, my_task: Task) -> None:
        _raise(self, my_task)


def _raise(definition: Error | Escalation, my_task: Task) -> bool:
    event = BpmnEvent(definition)
    workflow = my_task.workflow
    while workflow.parent_task_id is not None:
        holder = workflow.top_workflow.get_task_from_id(workflow.parent_task_id)
        edges = [
            it
            for it in holder.parent.children
            if it._state == TaskState.WAITING
            and isinstance(it.task_spec, BoundaryEvent)
            and it.task_spec.event_definition.catches(it, event)
        ]
        if edges:
            # Whoever names the error comes before whoever catches all.
            edge = min(edges, key=lambda it: it.task_spec.event_definition.code is None)
            edge.task_spec.catch(edge, event)
            edge.task_spec._update(edge)
            return True
        workflow = holder.workflow
    return False
