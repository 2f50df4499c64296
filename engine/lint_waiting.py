"""Findings where a process waits for what comes from outside: that somebody sends it, and what if nobody does.

A message or signal that never comes leaves its case waiting in silence. So each such wait has a moment beside it,
or a line under `[open_ended]` in process.toml that says why it may wait for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from engine.diagram import Diagram, Element
from engine.lint_drawing import Said
from engine.process import Process

_FROM_OUTSIDE = ("message", "signal")
_REMEDY = (
    "and if that never comes nobody is told; put a timer beside it or on an edge around it, or say under [open_ended] "
    "in process.toml why it may wait."
)


def findings(process: Process, sent: Collection[str] | None) -> Said:
    """Out: waits without a moment beside them. In: the messages the house sends; None when it does not say."""
    waits = list(_waits(process, process.diagram, "", ()))
    known = {name for path, _, _ in waits for name in (path, path.rpartition("/")[2])}
    excused = process.manifest.open_ended
    for name in excused:
        if name not in known:
            yield name, "[open_ended] names it, but it waits for no message or signal; remove the line."
    for path, element, timed in waits:
        if not timed and path not in excused and element.id not in excused:
            yield path, f"it waits for the {element.event} {element.reference}, {_REMEDY}"
    if sent is not None:
        yield from _unsent(process, sent)


def _unsent(process: Process, sent: Collection[str]) -> Said:
    for diagram in process.diagrams():
        for element in diagram.elements.values():
            name = element.reference
            if element.event == "message" and name and name not in sent:
                near = get_close_matches(name, sent, n=1, cutoff=0.5)
                hint = (
                    f"did you mean {near[0]}?" if near else f"sent are {', '.join(sorted(sent)) or 'none'}."
                )
                yield element.id, f"nothing sends the message {name!r}; {hint}"


def _waits(
    process: Process, diagram: Diagram, prefix: str, around: tuple[str, ...], *, timed: bool = False
) -> Iterator[tuple[str, Element, bool]]:
    """Every wait for what comes from outside by its path, and whether a moment ends or reminds of it."""
    for element in diagram.elements.values():
        bounded = timed or _bounded(diagram, element)
        if element.event in _FROM_OUTSIDE and element.kind in ("intermediateCatchEvent", "receiveTask"):
            yield prefix + element.id, element, bounded
        called = process.called.get(element.calls or "")
        if called is not None and called.process not in around:
            yield from _waits(
                process, called, f"{prefix}{element.id}/", (*around, diagram.process), timed=bounded
            )


def _bounded(diagram: Diagram, element: Element) -> bool:
    """Whether a moment stands beside an element, on its edge, or around it."""
    before = {it.source for it in diagram.incoming(element.id)}
    races = [it for it in before if diagram.elements[it].kind == "eventBasedGateway"]
    beside = [diagram.elements[it.target] for race in races for it in diagram.outgoing(race)]
    if any(it.event == "timer" for it in (*beside, *diagram.boundary(element.id))):
        return True
    for other in diagram.elements.values():
        begins = other.kind == "startEvent" and other.event == "timer"
        holder = diagram.elements.get(other.scope)
        if begins and holder is not None and holder.triggered and holder.scope == element.scope:
            return True
    around = diagram.elements.get(element.scope)
    return around is not None and _bounded(diagram, around)
