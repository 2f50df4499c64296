"""What changed between two versions of a process, step by step and file by file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.diagram import Diagram, Element
from engine.process import Process

ADDED, REMOVED, RENAMED, OTHER_KIND = "added", "removed", "renamed", "other_kind"
WAY_ADDED, WAY_REMOVED, CONDITION, TIMER, ROLE, GUARD = (
    "way_added", "way_removed", "condition", "timer", "role", "guard",
)  # fmt: skip
FILE_ADDED, FILE_REMOVED, FILE_CHANGED = "file_added", "file_removed", "file_changed"


@dataclass(frozen=True)
class Change:
    """One difference. `step` is a path (of the new version where it is there) or a file's name."""

    code: str
    step: str
    before: str = ""
    after: str = ""


def changes(old: Process, new: Process, mapping: Mapping[str, str]) -> list[Change]:
    """Out: the differences, steps first. In: `mapping` old path -> new path, as in a plan."""
    was, will = dict(_steps(old, old.diagram, "")), dict(_steps(new, new.diagram, ""))
    target = {path: mapping.get(path, path) for path in was}
    found = [Change(REMOVED, path, was[path].name) for path in was if target[path] not in will]
    found += [Change(ADDED, path, "", will[path].name) for path in will if path not in target.values()]
    for path, element in was.items():
        if target[path] in will:
            found += _of_step(old, new, path, target[path], element, will[target[path]])
    found += _of_ways(_ways(old, old.diagram, ""), _ways(new, new.diagram, ""), target)
    return [*found, *_of_files(old, new)]


def named(process: Process) -> dict[str, Element]:
    """Out: every drawn node of a process by its path, the insides of call activities included."""
    return dict(_steps(process, process.diagram, ""))


def _steps(process: Process, diagram: Diagram, prefix: str) -> Iterator[tuple[str, Element]]:
    for element in diagram.elements.values():
        yield prefix + element.id, element
        if element.calls in process.called:
            yield from _steps(process, process.called[element.calls], f"{prefix}{element.id}/")


def _of_step(
    old: Process, new: Process, path: str, target: str, before: Element, after: Element
) -> Iterator[Change]:
    if (before.kind, before.event, before.interrupting) != (after.kind, after.event, after.interrupting):
        yield Change(OTHER_KIND, target, before.kind, after.kind)
    if before.name != after.name or path != target:
        yield Change(RENAMED, target, before.name or path, after.name or target)
    if before.timer != after.timer:
        yield Change(TIMER, target, (before.timer or ("", ""))[1], (after.timer or ("", ""))[1])
    was, will = old.role(path), new.role(target)
    if was != will:
        yield Change(ROLE, target, was or "", will or "")
    if before.properties.get("guard") != after.properties.get("guard"):
        yield Change(GUARD, target, before.properties.get("guard", ""), after.properties.get("guard", ""))


def _ways(process: Process, diagram: Diagram, prefix: str) -> dict[tuple[str, str], str]:
    found = {(prefix + it.source, prefix + it.target): it.condition or "" for it in diagram.flows.values()}
    for element in diagram.elements.values():
        if element.calls in process.called:
            found |= _ways(process, process.called[element.calls], f"{prefix}{element.id}/")
    return found


def _of_ways(
    was: Mapping[tuple[str, str], str], will: Mapping[tuple[str, str], str], target: Mapping[str, str]
) -> Iterator[Change]:
    """Arrows between steps both versions have; those of a new or removed step go with it."""
    carried = {(target[a], target[b]): text for (a, b), text in was.items() if a in target and b in target}
    both = set(target.values())
    for (source, to), text in carried.items():
        if (source, to) not in will:
            if source in {a for a, _ in will} and to in {b for _, b in will}:
                yield Change(WAY_REMOVED, source, to)
        elif will[source, to] != text:
            yield Change(CONDITION, source, text, will[source, to])
    for source, to in will:
        if (source, to) not in carried and source in both and to in both:
            yield Change(WAY_ADDED, source, "", to)


def _of_files(old: Process, new: Process) -> Iterator[Change]:
    for name in sorted({*old.files, *new.files}):
        if name.endswith((".bpmn", ".toml")):
            continue
        before, after = old.files.get(name), new.files.get(name)
        if before is None:
            yield Change(FILE_ADDED, name)
        elif after is None:
            yield Change(FILE_REMOVED, name)
        elif before != after:
            yield Change(FILE_CHANGED, name)
