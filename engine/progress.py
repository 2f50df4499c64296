"""How far an instance is: every drawn node in reading order, the insides of call activities included.

What is done comes from the history, what is current from the waits, and what is skipped from the arrows: a node
that was not done and cannot be reached from anything current will not be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.diagram import Diagram, Element
from engine.instance import ACTIVE
from engine.process import Process
from engine.wait import Wait

DONE, CURRENT, AHEAD, SKIPPED = "done", "current", "ahead", "skipped"


@dataclass(frozen=True)
class Place:
    """A drawn node. `element` is its path, `state` one of done, current, ahead, skipped."""

    element: str
    kind: str
    lane: str | None
    name: str
    state: str
    reached_at: datetime | None = None
    done_at: datetime | None = None


def places(
    process: Process, status: str, waits: Sequence[Wait], marks: Iterable[tuple[str, str, datetime]]
) -> list[Place]:
    """Out: every node of the process and of what it calls, in reading order. In: `marks` as of `history.marks`."""
    reached: dict[str, datetime] = {}
    done: dict[str, datetime] = {}
    for element, what, at in marks:
        if what == "opened":
            reached[element] = at
            done.pop(element, None)
        else:
            reached.setdefault(element, at)
            done[element] = at
    current = {wait.element: wait.opened_at for wait in waits}
    for path in list(current):  # whatever lies around something current is current too
        for outer in _around(process, path):
            current.setdefault(outer, current[path])
    ahead = _reachable(process, current) if status == ACTIVE else set()
    return [
        Place(
            element=path,
            kind=element.kind,
            lane=process.lane(path),
            name=element.name,
            state=_state(path, current, done, ahead),
            reached_at=current.get(path) or reached.get(path),
            done_at=None if path in current else done.get(path),
        )
        for path, element in _walk(process, process.diagram, "", ())
    ]


def reading_order(diagram: Diagram) -> list[Element]:
    """Out: the nodes along the arrows from the start; loops do not count, ties go top to bottom, left to right."""
    onward = _onward(diagram)
    seen: set[str] = set()
    order: list[str] = []
    starts = [it for it in diagram.elements.values() if it.scope == diagram.process and diagram.begins(it)]
    for root in [*starts, *sorted(diagram.elements.values(), key=lambda it: (it.x, it.y))]:
        if root.id not in seen:
            order += _along(root.id, onward, seen)
    return [diagram.elements[it] for it in order]


def _along(root: str, onward: Mapping[str, Sequence[str]], seen: set[str]) -> list[str]:
    """Depth first; written down when left and turned round, so that no node stands before its predecessors."""
    left: list[str] = []
    seen.add(root)
    stack = [(root, iter(onward[root]))]
    while stack:
        node, rest = stack[-1]
        follower = next((it for it in rest if it not in seen), None)
        if follower is None:
            left.append(node)
            stack.pop()
        else:
            seen.add(follower)
            stack.append((follower, iter(onward[follower])))
    return left[::-1]


def _onward(diagram: Diagram) -> dict[str, list[str]]:
    """Whatever can come after a node, what is read first last: along arrows, out at its edge, into it."""
    found: dict[str, list[str]] = {identity: [] for identity in diagram.elements}
    elements = sorted(diagram.elements.values(), key=lambda it: (-it.y, -it.x))
    for element in elements:
        for flow in diagram.incoming(element.id):
            if flow.source in found:
                found[flow.source].append(element.id)
    for element in elements:
        if element.attached_to in found:
            found[element.attached_to or ""].append(element.id)
    for element in elements:
        if element.scope in found and (element.triggered or diagram.begins(element)):
            found[element.scope].append(element.id)
        if element.event == "link" and element.kind == "intermediateThrowEvent":
            ends = (it for it in elements if it.event == "link" and it.kind == "intermediateCatchEvent")
            same = (element.scope, element.reference)
            found[element.id] += [it.id for it in ends if (it.scope, it.reference) == same]
    return found


def _walk(
    process: Process, diagram: Diagram, prefix: str, within: tuple[str, ...]
) -> Iterator[tuple[str, Element]]:
    for element in reading_order(diagram):
        yield prefix + element.id, element
        called = process.called.get(element.calls or "")
        if called is not None and called.process not in within:
            yield from _walk(process, called, f"{prefix}{element.id}/", (*within, called.process))


def _around(process: Process, path: str) -> Iterator[str]:
    """The subprocesses and call activities a node lies in."""
    while path:
        diagram, element = process.locate(path)
        prefix = path.rpartition("/")[0]
        while element.scope in diagram.elements:
            element = diagram.elements[element.scope]
            yield f"{prefix}/{element.id}" if prefix else element.id
        if prefix:
            yield prefix
        path = prefix


def _reachable(process: Process, current: Mapping[str, datetime]) -> set[str]:
    """Paths that can still be reached; the inside of whatever is reachable counts too."""
    found: set[str] = set()
    graphs: dict[str, dict[str, list[str]]] = {}
    # What is around the whole process may begin as long as it runs.
    around = (it for it in process.diagram.elements.values() if it.triggered)
    stack = [*current, *(it.id for it in around if it.scope == process.diagram.process)]
    while stack:
        path = stack.pop()
        if path in found:
            continue
        found.add(path)
        diagram, element = process.locate(path)
        prefix = path[: -len(element.id)]
        graph = graphs.setdefault(diagram.process, _onward(diagram))
        stack.extend(prefix + it for it in graph[element.id])
        called = process.called.get(element.calls or "")
        if called is not None and path not in current:
            stack.extend(f"{path}/{it.id}" for it in called.elements.values() if called.begins(it))
    return found


def _state(path: str, current: Mapping[str, datetime], done: Mapping[str, datetime], ahead: set[str]) -> str:
    if path in current:
        return CURRENT
    if path in done:
        return DONE
    return AHEAD if path in ahead else SKIPPED
