"""A diagram in words: its elements indented in the order of the arrows, and what lies around one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from engine.diagram import GATEWAYS, HUMAN_TASKS
from engine.process import Process
from engine.progress import AHEAD, CURRENT, DONE, SKIPPED, Place

FAILED = "failed"
MARKS = {DONE: "[x]", CURRENT: "[>]", AHEAD: "[ ]", SKIPPED: "[-]", FAILED: "[!]"}


@dataclass(frozen=True)
class Line:
    """An element of the outline: how deep it lies, its path and kind, its name as drawn, how far it is."""

    depth: int
    element: str
    kind: str
    name: str
    state: str


def lines(process: Process, places: Sequence[Place], failed: Collection[str] = ()) -> list[Line]:
    """Out: the outline of an instance; elements that failed are marked. In: its places, as of `progress`."""
    return [
        Line(
            depth=_depth(process, it.element),
            element=it.element,
            kind=it.kind,
            name=" ".join(it.name.split()),
            state=FAILED if it.element in failed else it.state,
        )
        for it in places
    ]


def as_text(outline: Iterable[Line]) -> str:
    """The outline as plain text: a mark, the name (or the id of what has none), the kind."""
    return "\n".join(
        f"{'  ' * it.depth}{MARKS[it.state]} {it.name or it.element.rpartition('/')[2]} ({it.kind})"
        for it in outline
    )


def people_after(process: Process, path: str) -> list[str]:
    """Out: the human tasks that come next after an element, whichever way it goes: whom its failure holds up."""
    found: list[str] = []
    seen: set[str] = set()
    ahead = _onward(process, path)
    while ahead:
        here = ahead.pop(0)
        if here in seen:
            continue
        seen.add(here)
        if process.locate(here)[1].kind in HUMAN_TASKS:
            found.append(here)
        else:
            ahead += _inside(process, here) or _onward(process, here)
    return found


def before(process: Process, path: str) -> str:
    """Out: the nearest named element an element follows; empty when there is none."""
    return _nearest_named(process, path, back=True)


def after(process: Process, path: str) -> str:
    """Out: the nearest named element that follows an element; empty when there is none."""
    return _nearest_named(process, path, back=False)


def _nearest_named(process: Process, path: str, *, back: bool) -> str:
    seen: set[str] = {path}
    ahead = _backward(process, path) if back else _onward(process, path)
    while ahead:
        here = ahead.pop(0)
        if here in seen:
            continue
        seen.add(here)
        element = process.locate(here)[1]
        if element.name.strip() and element.kind not in GATEWAYS:
            return here
        ahead += _backward(process, here) if back else _onward(process, here)
    return ""


def _onward(process: Process, path: str) -> list[str]:
    """What comes after an element; at the end of what it lies in, what comes after that."""
    diagram, element = process.locate(path)
    prefix = path[: -len(element.id)]
    following = [prefix + it.target for it in diagram.outgoing(element.id)]
    if following:
        return following
    outer = _outer(process, path)
    return _onward(process, outer) if outer else []


def _backward(process: Process, path: str) -> list[str]:
    diagram, element = process.locate(path)
    prefix = path[: -len(element.id)]
    if element.attached_to:
        return [prefix + element.attached_to]
    leading = [prefix + it.source for it in diagram.incoming(element.id)]
    if leading:
        return leading
    outer = _outer(process, path)
    return _backward(process, outer) if outer else []


def _outer(process: Process, path: str) -> str:
    """The subprocess or call activity an element lies in; empty at the top."""
    diagram, element = process.locate(path)
    prefix = path[: -len(element.id)]
    return prefix + element.scope if element.scope in diagram.elements else prefix.rstrip("/")


def _inside(process: Process, path: str) -> list[str]:
    """Where what lies inside an element begins; nothing for what has no inside."""
    diagram, element = process.locate(path)
    called = process.called.get(element.calls or "")
    if called is not None:
        return [
            f"{path}/{it.id}"
            for it in called.elements.values()
            if it.kind == "startEvent" and it.scope == called.process
        ]
    prefix = path[: -len(element.id)]
    return [
        prefix + it.id
        for it in diagram.elements.values()
        if it.kind == "startEvent" and it.scope == element.id
    ]


def _depth(process: Process, path: str) -> int:
    depth = 0
    while path := _outer(process, path):
        depth += 1
    return depth
