"""Joins that count tokens: each arrow's token waits at the gateway until its pass is complete.

The library's joins look at the tree of tasks and take the token of an earlier pass for one of this; in a loop they
fire while a branch is still open. Here a token that arrived is a task that WAITS, and joining consumes exactly one
from each arrow (BPMN 2.0.2, 13.4.1 and 13.4.3); what comes too much stays for the next pass.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.workflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

_AT_WORK = TaskState.WAITING | TaskState.READY | TaskState.STARTED
_AHEAD = TaskState.FUTURE | TaskState.PREDICTED_MASK


class Join(defaults.ParallelGateway):  # type: ignore[misc]
    """A parallel gateway: waits for one token from each arrow, then sends one along each."""

    def _update_hook(self, my_task: Task) -> bool:
        if len(self._inputs) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        arrived = _arrivals(my_task.workflow, self.name)
        if len(arrived) < len(self._inputs):
            return False
        _consume(arrived, my_task)
        return True

    def _run_hook(self, my_task: Task) -> bool:
        return True


class Merge(defaults.InclusiveGateway):  # type: ignore[misc]
    """An inclusive gateway: waits while a token elsewhere could still come, then goes every way whose condition holds.

    Whether one can still come is only known once nothing else moves: see `merge`.
    """

    def _update_hook(self, my_task: Task) -> bool:
        if len(self._inputs) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        return False

    def _run_hook(self, my_task: Task) -> bool:
        matches, defaults_ = self._get_matching_outputs(my_task)
        if not matches and not defaults_:
            raise WorkflowTaskException("no condition holds", task=my_task)
        my_task._sync_children(matches or defaults_, TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=_AHEAD)
        return True

    def may_go(self, arrived: Collection[str], elsewhere: Iterable[str]) -> bool:
        """Whether no token can still come. In: arrows that have one (by where they begin), steps where tokens are."""
        behind = self._behind()
        have = [behind[it] for it in self._inputs if it in arrived]
        lack = [behind[it] for it in self._inputs if it not in arrived]
        return not any(
            any(place in it for it in lack) and not any(place in it for it in have) for place in elsewhere
        )

    def _behind(self) -> dict[str, set[str]]:
        """For each arrow, from where it can be reached without passing this gateway."""
        known: dict[str, set[str]] | None = self.__dict__.get("_behind_each")
        if known is None:
            known = {it: self._before(it) for it in self._inputs}
            self.__dict__["_behind_each"] = known
        return known

    def _before(self, name: str) -> set[str]:
        found: set[str] = set()
        stack = [name]
        while stack:
            spec = stack.pop()
            if spec not in found and spec != self.name:
                found.add(spec)
                stack.extend(self._wf_spec.task_specs[spec]._inputs)
        return found


def merge(workflow: BpmnBaseWorkflow) -> bool:
    """Let inclusive gateways go that nothing can reach any more. Out: whether one goes. Nothing else may be moving."""
    waiting: dict[str, Merge] = {
        it.task_spec.name: it.task_spec
        for it in workflow.tasks.values()
        if it._state == TaskState.WAITING and isinstance(it.task_spec, Merge)
    }
    for name, spec in waiting.items():
        arrived = _arrivals(workflow, name)
        elsewhere = {
            it.task_spec.name
            for it in workflow.tasks.values()
            if it._state & _AT_WORK and it.task_spec is not spec
        }
        if spec.may_go(arrived, elsewhere):
            first = next(iter(arrived.values()))[0]
            _consume(arrived, first)
            first._ready()
            return True
    return False


def _arrivals(workflow: BpmnBaseWorkflow, name: str) -> dict[str, list[Task]]:
    """Out: the tokens that wait at a gateway by the step they come from, the oldest first."""
    found: dict[str, list[Task]] = defaultdict(list)
    for task in workflow.tasks.values():
        if task._state == TaskState.WAITING and task.task_spec.name == name:
            found[task.parent.task_spec.name].append(task)
    return found


def _consume(arrived: dict[str, list[Task]], onward: Task) -> None:
    """Take one token of each arrow: `onward` goes on in the place of all."""
    for tasks in arrived.values():
        if onward not in tasks:
            tasks[0].cancel()


KINDS: tuple[Any, ...] = (Join, Merge)
