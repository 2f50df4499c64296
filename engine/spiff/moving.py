"""Puts the tokens of a stored state onto another specification, or says why that cannot be.

Everything live or finished keeps its place, its identity and its timers; only what was predicted is dropped and
predicted again. The library's own migration is not used: it loses moved deadlines and can leave a state that does
not load.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.bpmn.specs.defaults import (
    CallActivity,
    EventBasedGateway,
    InclusiveGateway,
    ParallelGateway,
)
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.util.task import TaskState

from engine.diagram import SERVICE_TASKS, Element
from engine.errors import EngineError
from engine.move_plan import (
    BRANCHES,
    CALLS,
    EDGE,
    ELSEWHERE,
    GONE,
    HELPER,
    JOIN,
    OTHER_KIND,
    RACE,
    UNREADABLE,
    Plan,
    Refusal,
)
from engine.spiff import codec
from engine.spiff.machine import Blueprint, Machine, Observer
from engine.spiff.naming import Names, base_of
from engine.spiff.timing import DUE

_LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED
_FINISHED = TaskState.FINISHED_MASK
_PREDICTED = TaskState.MAYBE | TaskState.LIKELY | TaskState.FUTURE
_GATEWAYS = (ParallelGateway, InclusiveGateway)


@dataclass
class _Level:
    """The tokens of the process or of one open subprocess, with the names they get."""

    rows: list[list[Any]]
    stored: dict[str, Any]
    names: Names
    kept: list[str | None] = field(default_factory=list)  # the new name of each row, or None

    def ancestors(self, row: int) -> Iterator[int]:
        """Out: the rows above a row, the nearest first."""
        row = self.rows[row][1]
        while row >= 0:
            yield row
            row = self.rows[row][1]


def move(
    state: str, data: str, old: Blueprint, new: Blueprint, plan: Plan, conductor: Observer
) -> tuple[str, tuple[Refusal, ...]]:
    """Out: the state under the new specification, or an empty text and every reason against it.

    In: `data` is the process data as JSON text in the new version's fields.
    """
    tokens = orjson.loads(state)["tokens"]
    refusals: list[Refusal] = []
    levels = _levels(tokens, old, new, plan)
    for level in levels:
        _against_live(level, refusals)
        _against_splits(level, refusals)
        _against_joins(level, refusals)
    if refusals:
        return "", tuple({str(it): it for it in refusals}.values())
    moved = {
        "top": _rewritten(levels[0]),
        "inner": [{"of": it.stored["of"], "spec": it.names.new.name, **_rewritten(it)} for it in levels[1:]],
    }
    text = f'{{"format":{codec.FORMAT},"data":{data},"tokens":{orjson.dumps(moved).decode()}}}'
    try:
        return _predicted_again(text, data, new, conductor), ()
    except EngineError as error:
        return "", (Refusal(UNREADABLE, "", {"why": str(error)[:200]}),)


def _levels(tokens: dict[str, Any], old: Blueprint, new: Blueprint, plan: Plan) -> list[_Level]:
    levels = [_level(tokens["top"], Names(old, new, old.main, new.main, plan))]
    for inner in tokens["inner"]:
        place = _holder(levels, inner["of"])
        if place is None:
            continue  # what holds it was refused
        level, row = place
        before = level.names.old.task_specs[level.rows[row][2]]
        after = level.names.new.task_specs.get(level.kept[row] or "")
        part = new.parts.get(getattr(after, "spec", ""))
        same = not isinstance(before, CallActivity) or before.spec == getattr(after, "spec", "")
        if part is None or not isinstance(after, SubWorkflowTask) or not same:
            continue  # refused where the holder is looked at
        names = level.names.inside(before, after, old.parts[inner["spec"]], part)
        levels.append(_level(inner, names))
    return levels


def _level(stored: dict[str, Any], names: Names) -> _Level:
    rows = stored["tasks"]
    return _Level(rows, stored, names, [names.of(row[2]) for row in rows])


def _holder(levels: list[_Level], identity: str) -> tuple[_Level, int] | None:
    for level in levels:
        for number, row in enumerate(level.rows):
            if row[0] and UUID(hex=row[0]) == UUID(hex=identity):
                return level, number
    return None


# --- what stands against a move


def _against_live(level: _Level, refusals: list[Refusal]) -> None:
    names = level.names
    for row, kept in zip(level.rows, level.kept, strict=True):
        if not row[3] & _LIVE:
            continue
        name = row[2]
        path = names.path(name)
        if kept is None:
            refusals.append(_missing(names, name, path))
            continue
        before, after = names.old.task_specs[name], names.new.task_specs[kept]
        if (difference := _difference(names, before, after)) is not None:
            refusals.append(Refusal(difference, path))
            continue
        if base_of(name) == name:
            was, will = names.edge(names.old, name), names.edge(names.new, kept)
            carried = {it: names.of(it) for it in was}
            gone = [it for it in was if carried[it] not in will]
            come = [it for it in will if it not in carried.values()]
            if gone or come:
                details = {"gone": names.said_old(gone), "come": names.said_new(come)}
                refusals.append(Refusal(EDGE, path, details))


def _missing(names: Names, name: str, path: str) -> Refusal:
    if names.element_before(base_of(name)) is None:
        return Refusal(HELPER, path)
    return Refusal(ELSEWHERE if names.is_elsewhere(base_of(name)) else GONE, path)


def _difference(names: Names, before: Any, after: Any) -> str | None:
    """Out: the code of what makes two steps not the same one to a token that stands there."""
    if not alike(names, before, after):
        return OTHER_KIND
    if isinstance(before, CallActivity) and before.spec != after.spec:
        return CALLS
    if isinstance(before, EventBasedGateway):
        was = sorted(str(names.of(it)) for it in before._outputs)
        events = {
            names.of(name): type(it)
            for name, it in zip(before._outputs, before.event_definition.event_definitions, strict=True)
        }
        will = dict(zip(after._outputs, map(type, after.event_definition.event_definitions), strict=True))
        return None if was == sorted(after._outputs) and events == will else RACE
    return None


def alike(names: Names, before: Any, after: Any) -> bool:
    """Whether two specifications are drawn as the same thing."""
    old = names.blueprint_before.element(names.old.name, before.bpmn_id) if before.bpmn_id else None
    new = names.blueprint_after.element(names.new.name, after.bpmn_id) if after.bpmn_id else None
    if old is None or new is None or base_of(before.name) != before.name:
        return type(before) is type(after)
    return _kind(old) == _kind(new)


def _kind(element: Element) -> tuple[str, str | None, bool]:
    kind = "serviceTask" if element.kind in SERVICE_TASKS else element.kind
    return kind, element.event, element.interrupting


def _against_splits(level: _Level, refusals: list[Refusal]) -> None:
    names = level.names
    live = [number for number, row in enumerate(level.rows) if row[3] & _LIVE]
    for number, row in enumerate(level.rows):
        before = names.old.task_specs[row[2]]
        if row[3] != TaskState.COMPLETED or not isinstance(before, _GATEWAYS) or len(before._outputs) < 2:
            continue
        below = [it for it in live if number in level.ancestors(it)]
        if not below or _joined_again(level, number, below):
            continue
        kept = level.kept[number]
        after = names.new.task_specs[kept] if kept is not None else None
        was = {names.of(base_of(it)): it for it in before._outputs}
        will = {base_of(it) for it in after._outputs} if after is not None else set()
        if after is None or was.keys() != will:
            gone = [base_of(it) for key, it in was.items() if key not in will]
            come = [it for it in will if it not in was]
            details = {"gone": names.said_old(gone), "come": names.said_new(come)}
            refusals.append(Refusal(BRANCHES, names.path(row[2]), details))


def _joined_again(level: _Level, split: int, live: list[int]) -> bool:
    """Whether everything live below a split has passed one and the same join below it."""
    common: set[int] | None = None
    for number in live:
        above = set()
        for it in level.ancestors(number):
            if it == split:
                break
            spec = level.names.old.task_specs[level.rows[it][2]]
            if (
                level.rows[it][3] == TaskState.COMPLETED
                and isinstance(spec, _GATEWAYS)
                and len(spec._inputs) > 1
            ):
                above.add(it)
        common = above if common is None else common & above
    return bool(common)


def _against_joins(level: _Level, refusals: list[Refusal]) -> None:
    names = level.names
    for number, row in enumerate(level.rows):
        before, kept = names.old.task_specs[row[2]], level.kept[number]
        if row[3] != TaskState.WAITING or not isinstance(before, _GATEWAYS) or kept is None:
            continue
        expected = set(names.new.task_specs[kept]._inputs)
        above = set(level.ancestors(number))
        lost = []
        for other, it in enumerate(level.rows):
            if it[2] != row[2] or other in above or it[3] & _PREDICTED or it[1] < 0:
                continue
            came = level.rows[it[1]][2]
            if came in before._inputs and (level.kept[it[1]] not in expected or not _stays(level, it[1])):
                lost.append(base_of(came))
        if lost:
            refusals.append(Refusal(JOIN, names.path(row[2]), {"gone": names.said_old(sorted(set(lost)))}))


# --- writing the tokens anew


def _stays(level: _Level, number: int) -> bool:
    row, kept = level.rows[number], level.kept[number]
    if kept is None:
        return False
    if row[3] & _PREDICTED:  # what a finished step still promises; all else is predicted again
        return row[1] >= 0 and bool(level.rows[row[1]][3] & _FINISHED) and _stays(level, row[1])
    return alike(level.names, level.names.old.task_specs[row[2]], level.names.new.task_specs[kept])


def _rewritten(level: _Level) -> dict[str, Any]:
    """A finished step the new version does not have is left out; what came after it hangs on what came before."""
    places: dict[int, int] = {-1: -1}
    rows: list[list[Any]] = []
    for number, row in enumerate(level.rows):
        parent = places[row[1]]
        if not _stays(level, number):
            places[number] = parent
            continue
        places[number] = len(rows)
        moved = [row[0], parent, level.kept[number], row[3], *row[4:]]
        if len(moved) > 4 and moved[4].get(DUE):
            due = {level.names.of(name) or name: it for name, it in moved[4][DUE].items()}
            moved[4] = {**moved[4], DUE: due}
        rows.append(moved)
    stored = level.stored
    return {
        "tasks": rows,
        "last": places[stored["last"]],
        "ended": stored["ended"],
        "sound": stored["sound"],
    }


def _predicted_again(text: str, data: str, new: Blueprint, conductor: Observer) -> str:
    machine, _ = Machine.load(new, text, conductor)
    workflow = machine._workflow
    for part in (workflow, *workflow.subprocesses.values()):
        for task in list(part.tasks.values()):
            if task.id in part.tasks and task._state & (_LIVE | _PREDICTED):
                task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
    return machine.freeze(data)
