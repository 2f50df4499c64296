"""The state of an instance as text: its tokens and its data, never the specification.

Tokens are rows in the order of the tree, so nothing depends on the order of keys. Only the format written here is
read: the library's own loader, whose upgrades of old states evaluate text, is never used. A task of the library
carries no data in our runs; process data is one set of declared fields beside the tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, NoReturn
from uuid import UUID

import orjson
from SpiffWorkflow.bpmn.specs import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import StateUnreadable
from engine.spiff.scripting import Conductor
from engine.spiff.timing import DUE
from engine.spiff.tree import SubWorkflow, Token, Workflow

FORMAT = 1
_FINISHED, _WAITING, _UNFINISHED = TaskState.FINISHED_MASK, TaskState.WAITING, TaskState.NOT_FINISHED_MASK
_OPEN = TaskState.WAITING | TaskState.READY | TaskState.STARTED
_STATES = frozenset({1, 2, 4, 8, 16, 32, 64, 128, 256})
Specs = dict[str, BpmnProcessSpec]


def tokens_of(workflow: BpmnWorkflow) -> dict[str, Any]:
    """Out: the tokens of a workflow at rest as plain values, pruned; two workflows that say the same are equal."""
    prune(workflow)
    return {
        "top": _rows(workflow),
        "inner": [
            {"of": _hex(sub.parent_task_id), "spec": sub.spec.name, **_rows(sub)}
            for sub in sorted(workflow.subprocesses.values(), key=lambda it: it.depth)
        ],
    }


def freeze(tokens: dict[str, Any], data: str) -> str:
    """Write tokens and data (JSON text already) as one text."""
    return f'{{"format":{FORMAT},"data":{data},"tokens":{orjson.dumps(tokens).decode()}}}'


def data_of(text: str) -> dict[str, Any]:
    """Out: the stored data of a state, without making its tokens. Errors: StateUnreadable."""
    try:
        stored = orjson.loads(text)
        if stored["format"] != FORMAT:
            _refuse(f"it is of format {stored['format']}, this engine reads {FORMAT}")
        data = stored["data"]
    except (ValueError, KeyError, TypeError) as error:
        raise StateUnreadable("a stored state is damaged; restore it from a backup.") from error
    if not isinstance(data, dict):
        _refuse("its data is not an object")
    return data


def thaw(
    text: str, main: BpmnProcessSpec, parts: Specs, conductor: Conductor
) -> tuple[BpmnWorkflow, dict[str, Any]]:
    """Read a state. Out: the workflow under our closed engine, and the stored data. Errors: StateUnreadable."""
    try:
        stored = orjson.loads(text)
        if stored["format"] != FORMAT:
            _refuse(f"it is of format {stored['format']}, this engine reads {FORMAT}")
        tokens, data = stored["tokens"], stored["data"]
        workflow = Workflow(main, parts, conductor, deserializing=True)
        numbers = count(1)
        _fill(workflow, tokens["top"], workflow, numbers)
        for inner in tokens["inner"]:
            _fill_inner(workflow, inner, numbers)
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
    parent: Any = sub.parent_task_id
    while parent is not None:
        task = _find(workflow, parent)
        if task is None or task._state & _FINISHED:
            return True
        parent = task.workflow.parent_task_id
    return False


def _find(workflow: BpmnWorkflow, identity: Any) -> Task | None:
    if identity in workflow.tasks:
        return workflow.tasks[identity]
    return next(
        (sub.tasks[identity] for sub in workflow.subprocesses.values() if identity in sub.tasks), None
    )


def _rows(workflow: BpmnWorkflow) -> dict[str, Any]:
    rows: list[list[Any]] = []
    places: dict[Any, int] = {}
    tasks = workflow.tasks
    root, floor = workflow.task_tree, _floor(workflow)
    if floor is not root:
        rows.append([0, -1, root.task_spec.name, root._state])
        places[floor._parent] = places[root.id] = 0
    stack = [floor]
    while stack:
        task = stack.pop()
        state, children = task._state, task._children
        places[task.id] = len(rows)
        # Only what is open is ever named from outside; the rest gets a new identity with each reading.
        row: list[Any] = [
            _hex(task.id) if state & _OPEN else 0,
            places.get(task._parent, -1),
            task.task_spec.name,
            state,
        ]
        kept = {} if state & _FINISHED or not task.internal_data else _kept(task)
        if kept or task.triggered:
            row += [kept, int(task.triggered)] if task.triggered else [kept]
        rows.append(row)
        if children:
            stack.extend([tasks[child] for child in reversed(children)])
    last = workflow.last_task
    return {
        "tasks": rows,
        "last": places.get(last.id, -1) if last is not None and last.id in tasks else -1,
        "ended": bool(workflow.completed),
        "sound": bool(workflow.success),
    }


def _floor(workflow: BpmnWorkflow) -> Task:
    """The finished task everything that is still to happen hangs under; what ran before it is not kept.

    The library keeps the whole path a token came, so a loop would grow for ever. A token needs of its path only
    what a gate ahead looks back at: the branches beside it that are open too, and the split its join names.
    """
    tasks = workflow.tasks
    alive: set[Any] = set()
    needed: set[Any] = set()
    for task in tasks.values():
        if task._state & _UNFINISHED:
            split = getattr(task.task_spec, "split_task", None)
            at: Any = task.id
            while at is not None and (at not in alive or split is not None):
                alive.add(at)
                above = tasks[at]
                if split is not None and above.task_spec.name == split:
                    needed.add(at)
                    split = None
                at = above._parent
    floor = workflow.task_tree
    while alive and floor.id not in needed:
        under = [it for it in floor._children if it in alive]
        if len(under) != 1 or not tasks[under[0]]._state & _FINISHED:
            break
        floor = tasks[under[0]]
    return floor


def _hex(identity: Any) -> str:
    return str(identity).replace("-", "")


def _kept(task: Task) -> dict[str, Any]:
    inner = task.internal_data
    kept = {name: inner[name] for name in (DUE, "event_fired") if inner.get(name)}
    if inner.get("seen_events"):
        _refuse(f"an event at {task.task_spec.name} is caught but not taken")
    return kept


def _fill_inner(workflow: BpmnWorkflow, inner: dict[str, Any], numbers: Iterator[int]) -> None:
    holder = _find(workflow, str(UUID(hex=inner["of"])))
    if (
        holder is None
        or not isinstance(holder.task_spec, SubWorkflowTask)
        or holder.task_spec.spec != inner["spec"]
    ):
        _refuse("a subprocess has lost the task that holds it")
    spec = workflow.subprocess_specs[inner["spec"]]
    sub = SubWorkflow(spec, holder.id, workflow, deserializing=True)
    _fill(sub, inner, workflow, numbers)
    workflow.subprocesses[holder.id] = sub
    sub.completed_event.connect(holder.task_spec._on_subworkflow_completed, holder)


def _fill(workflow: BpmnWorkflow, stored: dict[str, Any], top: BpmnWorkflow, numbers: Iterator[int]) -> None:
    """Make the tasks of one workflow. What nobody outside may name gets a number no other task has."""
    specs = workflow.spec.task_specs
    made: list[Token] = []
    for row in stored["tasks"]:
        identity, parent, name, state = row[:4]
        spec = specs.get(name)
        if spec is None or state not in _STATES:
            _refuse(f"it names a step {name!r} its definition does not have")
        # What is finished is never named again; what is ahead may yet be waited for, so it gets a name of its own.
        unique = str(UUID(hex=identity)) if identity else next(numbers) if state & _FINISHED else None
        task = Token(workflow, spec, made[parent] if parent >= 0 else None, state, unique)
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


def _refuse(why: str) -> NoReturn:
    raise StateUnreadable(f"a stored state cannot be read: {why}; restore it from a backup.")
