"""The state of an instance as text: its tokens and its data, never the specification.

Tokens are rows in the order of the tree, so nothing depends on the order of keys. Only the format written here is
read: the library's own loader, whose upgrades of old states evaluate text, is never used. A task of the library
carries no data in our runs; process data is one set of declared fields beside the tokens.
"""

from __future__ import annotations

from typing import Any, NoReturn
from uuid import UUID, uuid4

import orjson
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import StateUnreadable
from engine.spiff.scripting import ClosedEngine, Conductor
from engine.spiff.timing import DUE

FORMAT = 1
_FINISHED, _WAITING = TaskState.FINISHED_MASK, TaskState.WAITING
_OPEN = TaskState.WAITING | TaskState.READY | TaskState.STARTED
_STATES = frozenset({1, 2, 4, 8, 16, 32, 64, 128, 256})
Specs = dict[str, BpmnProcessSpec]


def freeze(workflow: BpmnWorkflow, data: str) -> str:
    """Write a workflow at rest and its data (JSON text already) as one text."""
    prune(workflow)
    tokens = {
        "top": _rows(workflow),
        "inner": [
            {"of": sub.parent_task_id.hex, "spec": sub.spec.name, **_rows(sub)}
            for sub in sorted(workflow.subprocesses.values(), key=lambda it: it.depth)
        ],
    }
    return f'{{"format":{FORMAT},"data":{data},"tokens":{orjson.dumps(tokens).decode()}}}'


def thaw(
    text: str, main: BpmnProcessSpec, parts: Specs, conductor: Conductor
) -> tuple[BpmnWorkflow, dict[str, Any]]:
    """Read a state. Out: the workflow under our closed engine, and the stored data. Errors: StateUnreadable."""
    try:
        stored = orjson.loads(text)
        if stored["format"] != FORMAT:
            _refuse(f"it is of format {stored['format']}, this engine reads {FORMAT}")
        tokens, data = stored["tokens"], stored["data"]
        workflow = BpmnWorkflow(main, parts, script_engine=ClosedEngine(conductor), deserializing=True)
        _fill(workflow, tokens["top"], workflow)
        for inner in tokens["inner"]:
            _fill_inner(workflow, inner)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise StateUnreadable("a stored state is damaged; restore it from a backup.") from error
    if not isinstance(data, dict):
        _refuse("its data is not an object")
    return workflow, data


def prune(workflow: BpmnWorkflow) -> None:
    """Drop what ran inside finished subprocesses; the history keeps what happened there."""
    over = [identity for identity, sub in workflow.subprocesses.items() if _is_over(workflow, sub)]
    for identity in over:
        del workflow.subprocesses[identity]


def _is_over(workflow: BpmnWorkflow, sub: BpmnSubWorkflow) -> bool:
    """Whether the task that holds a subprocess, or one around it, is finished."""
    parent: UUID | None = sub.parent_task_id
    while parent is not None:
        task = _find(workflow, parent)
        if task is None or task._state & _FINISHED:
            return True
        parent = task.workflow.parent_task_id
    return False


def _find(workflow: BpmnWorkflow, identity: UUID) -> Task | None:
    if identity in workflow.tasks:
        return workflow.tasks[identity]
    return next(
        (sub.tasks[identity] for sub in workflow.subprocesses.values() if identity in sub.tasks), None
    )


def _rows(workflow: BpmnWorkflow) -> dict[str, Any]:
    rows: list[list[Any]] = []
    places: dict[UUID, int] = {}
    tasks = workflow.tasks
    stack = [workflow.task_tree]
    while stack:
        task = stack.pop()
        places[task.id] = len(rows)
        # Only what is open is ever named from outside; the rest gets a new identity with each reading.
        row: list[Any] = [
            task.id.hex if task._state & _OPEN else 0,
            places.get(task._parent, -1),
            task.task_spec.name,
            task._state,
        ]
        kept = {} if task._state & _FINISHED else _kept(task)
        if kept or task.triggered:
            row += [kept, int(task.triggered)] if task.triggered else [kept]
        rows.append(row)
        stack.extend(tasks[child] for child in reversed(task._children))
    last = workflow.last_task
    return {
        "tasks": rows,
        "last": places.get(last.id, -1) if last is not None else -1,
        "ended": bool(workflow.completed),
        "sound": bool(workflow.success),
    }


def _kept(task: Task) -> dict[str, Any]:
    inner = task.internal_data
    kept = {name: inner[name] for name in (DUE, "event_fired") if inner.get(name)}
    if inner.get("seen_events"):
        _refuse(f"an event at {task.task_spec.name} is caught but not taken")
    return kept


def _fill_inner(workflow: BpmnWorkflow, inner: dict[str, Any]) -> None:
    holder = _find(workflow, UUID(inner["of"]))
    if (
        holder is None
        or not isinstance(holder.task_spec, SubWorkflowTask)
        or holder.task_spec.spec != inner["spec"]
    ):
        _refuse("a subprocess has lost the task that holds it")
    spec = workflow.subprocess_specs[inner["spec"]]
    sub = BpmnSubWorkflow(spec, holder.id, workflow, deserializing=True)
    _fill(sub, inner, workflow)
    workflow.subprocesses[holder.id] = sub
    sub.completed_event.connect(holder.task_spec._on_subworkflow_completed, holder)


def _fill(workflow: BpmnWorkflow, stored: dict[str, Any], top: BpmnWorkflow) -> None:
    specs = workflow.spec.task_specs
    made: list[Task] = []
    fresh = uuid4().int
    for row in stored["tasks"]:
        identity, parent, name, state = row[:4]
        spec = specs.get(name)
        if spec is None or state not in _STATES:
            _refuse(f"it names a step {name!r} its definition does not have")
        unique = UUID(hex=identity) if identity else UUID(int=(fresh + len(made)) % 2**128)
        task = _task(workflow, unique, made[parent] if parent >= 0 else None, spec, state)
        if len(row) > 4:
            task.internal_data = dict(row[4])
            task.triggered = len(row) > 5
        made.append(task)
        if state == _WAITING and isinstance(spec, CatchingEvent):
            top.event_manager.add_task(task)
    workflow.task_tree = made[0]
    workflow.last_task = made[stored["last"]] if stored["last"] >= 0 else None
    workflow.completed = stored["ended"]
    workflow.success = stored["sound"]


def _task(workflow: BpmnWorkflow, identity: UUID, parent: Task | None, spec: Any, state: int) -> Task:
    """Make a task as the library's constructor would, without its notifications."""
    task = Task.__new__(Task)
    task.id = identity
    task.workflow = workflow
    task._parent = None if parent is None else parent.id
    task._children = []
    task._state = state
    task.triggered = False
    task.task_spec = spec
    task.thread_id = 0
    task.data = {}
    task.internal_data = {}
    task.last_state_change = 0.0
    workflow.tasks[identity] = task
    if parent is not None:
        parent._children.append(identity)
    return task


def _refuse(why: str) -> NoReturn:
    raise StateUnreadable(f"a stored state cannot be read: {why}; restore it from a backup.")
