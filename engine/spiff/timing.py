"""Timers as moments: the due date is fixed when the token arrives, kept with the token, and can be moved.

Each timer keeps its moment under its own name, so that two timers of one gateway do not share it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent, PendingBpmnEvent
from SpiffWorkflow.task import Task

DUE = "due"  # key of a waiting task's own data: name of the timer -> ISO moment


class MomentTimer(TimerEventDefinition):  # type: ignore[misc]
    """A timer that fires once, at a moment. `name` is the id of its element, `kind` its BPMN tag."""

    def __init__(
        self, name: str, expression: str, kind: str = "timeDate", description: str | None = None
    ) -> None:
        super().__init__(name, expression, description=description)
        self.kind = kind

    def due(self, task: Task) -> datetime:
        """Out: the moment it fires; settled at the first call, when the token arrives."""
        kept = task.internal_data.get(DUE, {}).get(self.name)
        if kept is not None:
            return datetime.fromisoformat(kept)
        moment = task.workflow.script_engine.conductor.moment(self.kind, self.expression)
        set_due(task, self.name, moment)
        return cast("datetime", moment)

    def has_fired(self, task: Task) -> bool:
        if self.due(task) <= task.workflow.script_engine.conductor.now:
            task.internal_data["event_fired"] = True
        return bool(task.internal_data.get("event_fired", False))

    def details(self, task: Task) -> PendingBpmnEvent:
        return PendingBpmnEvent(self.name, type(self).__name__, self.due(task).isoformat())


class Race(MultipleEventDefinition):  # type: ignore[misc]
    """The events behind an event-based gateway: the first to come is taken, and only that one."""

    def has_fired(self, task: Task) -> bool:
        if task.internal_data.get("seen_events"):
            return True
        now = task.workflow.script_engine.conductor.now
        # All moments are settled on arrival, also those that are not yet near.
        timers = [
            (it.due(task), number, it) for number, it in enumerate(self.event_definitions) if _is_timer(it)
        ]
        past = sorted(it for it in timers if it[0] <= now)
        if past:
            task.internal_data["seen_events"] = [BpmnEvent(past[0][2])]
        return bool(past)

    def catches(self, task: Task, event: BpmnEvent | None = None) -> bool:
        return bool(super().catches(task, event)) and not task.internal_data.get("seen_events")


def set_due(task: Task, name: str, moment: datetime | None) -> None:
    """Fix or move the moment kept with a waiting task."""
    kept: dict[str, str] = task.internal_data.setdefault(DUE, {})
    if moment is None:
        kept.pop(name, None)
    else:
        kept[name] = moment.isoformat()


def kept_due(task: Task, name: str) -> datetime | None:
    """Out: the moment kept with a task under a name, if any."""
    kept = task.internal_data.get(DUE, {}).get(name)
    return None if kept is None else datetime.fromisoformat(kept)


def _is_timer(definition: Any) -> bool:
    return isinstance(definition, MomentTimer)
