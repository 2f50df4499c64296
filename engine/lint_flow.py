"""Findings along the arrows: what would stop, run in circles, or go another way than it looks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from engine.diagram import GATEWAYS, HUMAN_TASKS, NODES, Diagram, Element, Flow
from engine.lint_drawing import Said

_CHOICES = ("exclusiveGateway", "inclusiveGateway")
_HOSTS = {"subProcess", "callActivity"}
_WAITING = HUMAN_TASKS | {
    "receiveTask",
    "intermediateCatchEvent",
    "eventBasedGateway",
    "callActivity",
    "subProcess",
}


def findings(diagram: Diagram) -> Said:
    """Out: whatever the arrows do that would not run as it looks."""
    yield from _scopes(diagram)
    for flow in diagram.flows.values():
        yield from _flow(flow, diagram)
    for element in diagram.elements.values():
        yield from _element(element, diagram)
    yield from _links(diagram)
    yield from _reach(diagram)
    yield from _circles(diagram)


def _scopes(diagram: Diagram) -> Said:
    inside = defaultdict(list)
    for element in diagram.elements.values():
        inside[element.scope].append(element)
    subprocesses = [it for it in diagram.elements.values() if it.kind == "subProcess"]
    for scope in (diagram.process, *(it.id for it in subprocesses)):
        if not inside[scope]:
            yield scope, "there is nothing in it; draw its steps, or remove it."
        elif not any(diagram.begins(it) for it in inside[scope]):
            yield scope, "nothing in it begins; draw a start event."
    for subprocess in (it for it in subprocesses if it.triggered):
        starts = [it for it in inside[subprocess.id] if it.kind == "startEvent"]
        if len(starts) != 1:
            yield subprocess.id, f"an event subprocess has {len(starts)} start events; draw exactly one."
        if diagram.incoming(subprocess.id) or diagram.outgoing(subprocess.id):
            yield (
                subprocess.id,
                "an event subprocess begins with its event; remove the arrows to and from it.",
            )
        yield from (
            (it.id, "an error always interrupts; make the event interrupting.")
            for it in starts
            if it.event == "error" and not it.interrupting
        )


def _flow(flow: Flow, diagram: Diagram) -> Said:
    source, target = diagram.elements.get(flow.source), diagram.elements.get(flow.target)
    if source is None or target is None:
        yield flow.id, "the arrow does not connect two steps; draw it again."
        return
    if source.scope != flow.scope or target.scope != flow.scope:
        yield flow.id, "the arrow crosses the border of a subprocess; end it at the border."
    if target.kind in ("startEvent", "boundaryEvent"):
        yield flow.id, f"an arrow cannot lead into a {target.kind}; lead it to what comes after."
    if source.kind == "endEvent":
        yield flow.id, "an arrow cannot leave an end event; use an intermediate event."
    if flow.condition is None:
        return
    if source.kind in GATEWAYS and source.kind not in _CHOICES:
        yield (
            flow.id,
            f"the condition after {source.id} would be ignored; draw an exclusive gateway before it.",
        )
    elif source.default == flow.id:
        yield flow.id, "the default arrow has a condition, which would be ignored; remove the condition."


def _element(element: Element, diagram: Diagram) -> Said:
    out = diagram.outgoing(element.id)
    if element.kind in _CHOICES and (len(out) > 1 or any(it.condition for it in out)):
        yield from _choice(element, out)
    elif element.kind not in GATEWAYS:
        yield from _split(element, out)
    if element.kind == "parallelGateway" and len(diagram.incoming(element.id)) > 1:
        yield from _waits_for_itself(element, diagram)
    if element.kind == "eventBasedGateway":
        yield from _race(element, out, diagram)
    if element.kind == "boundaryEvent":
        yield from _boundary(element, diagram)


def _waits_for_itself(element: Element, diagram: Diagram) -> Said:
    """A parallel gateway waits for every arrow, also for one that comes only after it."""
    onward = _onward(diagram)
    starts = [it.id for it in diagram.elements.values() if it.scope == element.scope and diagram.begins(it)]
    before = _closure(starts, {**onward, element.id: set()})
    for flow in diagram.incoming(element.id):
        if flow.source not in before and flow.source in _closure(onward[element.id], onward):
            yield (
                element.id,
                f"the arrow from {flow.source} comes only after it; lead it to an exclusive gateway before.",
            )


def _choice(element: Element, out: list[Flow]) -> Said:
    if element.default not in {it.id for it in out}:
        yield element.id, "no default arrow; mark the one that is taken when no condition holds."
    for flow in out:
        if not flow.condition and flow.id != element.default:
            yield flow.id, f"an arrow out of {element.id} has no condition; write one or make it the default."


def _split(element: Element, out: list[Flow]) -> Said:
    """Arrows out of a step: those with a condition when it holds, the others always."""
    chosen = [it for it in out if it.condition is not None]
    for flow in chosen:
        if not flow.condition:
            yield flow.id, f"an arrow out of {element.id} has an empty condition; write or remove it."
    if element.default is not None and element.default not in {it.id for it in out}:
        yield element.id, "its default arrow does not leave it; choose another."
    elif chosen and element.default is None and len(chosen) == len(out):
        yield (
            element.id,
            "no default arrow; mark the one that is taken when no condition holds, or draw an exclusive gateway.",
        )
    elif element.default is not None and not chosen and len(out) > 1:
        yield element.id, "a default arrow, but no arrow has a condition; write the conditions."


def _race(element: Element, out: list[Flow], diagram: Diagram) -> Said:
    targets = [diagram.elements[it.target] for it in out if it.target in diagram.elements]
    if len(targets) < 2:
        yield element.id, "an event-based gateway needs at least two events after it; draw them."
    for target in targets:
        receives = target.kind == "receiveTask" and not diagram.boundary(target.id)
        if not receives and (
            target.kind != "intermediateCatchEvent" or target.event not in ("timer", "message", "signal")
        ):
            yield (
                element.id,
                f"{target.id} follows it but is no timer, message or signal event; put one between.",
            )
        if len(diagram.incoming(target.id)) > 1:
            yield (
                target.id,
                f"another arrow than that of {element.id} leads here and would not wait; draw a second event.",
            )
    for name, count in Counter(it.reference for it in targets if it.reference).items():
        if count > 1:
            yield element.id, f"{count} events after it wait for {name}; keep one."


def _boundary(element: Element, diagram: Diagram) -> Said:
    host = diagram.elements.get(element.attached_to or "")
    if host is None or host.scope != element.scope:
        yield element.id, "it is attached to nothing; put it on the edge of a task."
        return
    if host.kind in GATEWAYS or host.kind.endswith("Event") or host.triggered:
        yield element.id, f"it is attached to {host.id}, which is no task; put it on the edge of a task."
    if element.event in ("error", "escalation") and host.kind not in _HOSTS:
        yield (
            element.id,
            f"{host.id} raises no {element.event} a diagram can catch; a failing service becomes an incident.",
        )
    for other in diagram.boundary(host.id):
        same = (other.event, other.reference) == (element.event, element.reference)
        if same and other.id > element.id and other.event in ("error", "escalation"):
            yield element.id, f"{other.id} catches the same {other.event}; keep one of them."
    if element.event == "error" and not element.interrupting:
        yield element.id, "an error always interrupts; make the event interrupting."
    if host.kind not in HUMAN_TASKS | _HOSTS | {"receiveTask", "serviceTask", "sendTask"}:
        yield element.id, f"{host.id} is over at once, so nothing can happen at its edge; remove the event."


def _links(diagram: Diagram) -> Said:
    links = [it for it in diagram.elements.values() if it.event == "link"]
    for element in links:
        ends = [it for it in links if it.scope == element.scope and it.reference == element.reference]
        catches = [it for it in ends if it.kind == "intermediateCatchEvent"]
        throws = [it for it in ends if it.kind == "intermediateThrowEvent"]
        if len(catches) != 1 or not throws:
            yield (
                element.id,
                f"the link {element.reference!r} needs one end and at least one beginning beside it.",
            )
        if element.kind == "intermediateThrowEvent" and diagram.outgoing(element.id):
            yield element.id, "an arrow leaves the beginning of a link; let it leave the end."


def _reach(diagram: Diagram) -> Said:
    onward = _onward(diagram)
    backward = defaultdict(set)
    for source, targets in onward.items():
        for target in targets:
            backward[target].add(source)
    elements = diagram.elements.values()
    starts = {it.id for it in elements if it.triggered or diagram.begins(it)}
    reached = _closure(starts, onward)
    ends = {it.id for it in elements if it.kind == "endEvent" or it.triggered or not onward[it.id]}
    # Where nothing leaves, a step ends by itself; what happens at its edge is another way.
    ends |= {it.id for it in elements if not diagram.outgoing(it.id) and it.event != "link"}
    ending = _closure(ends, backward)
    for element in elements:
        if element.id not in reached:
            yield element.id, "no arrow leads here from the start; connect it or delete it."
        elif element.id not in ending:
            yield element.id, "no way leads from here to an end; draw one."


def _circles(diagram: Diagram) -> Said:
    onward = _onward(diagram)
    automatic = {
        it: {target for target in targets if diagram.elements[target].kind not in _WAITING}
        for it, targets in onward.items()
        if diagram.elements[it].kind not in _WAITING
    }
    circling = sorted(_circling(automatic))
    ways = [it for it in circling if diagram.elements[it].kind == "exclusiveGateway"]
    for identity in ways or circling[:1]:
        if diagram.elements[identity].kind in NODES:
            yield (
                identity,
                "a loop through here waits for nobody and would run in circles; put a task or timer into it.",
            )


def _onward(diagram: Diagram) -> dict[str, set[str]]:
    """What can follow in the same scope: along arrows and links, and out at an edge."""
    found: dict[str, set[str]] = {it: set() for it in diagram.elements}
    for flow in diagram.flows.values():
        if flow.source in found and flow.target in found:
            found[flow.source].add(flow.target)
    for element in diagram.elements.values():
        if element.attached_to in found:
            found[element.attached_to or ""].add(element.id)
        if element.event == "link" and element.kind == "intermediateThrowEvent":
            found[element.id] |= {
                it.id
                for it in diagram.elements.values()
                if it.kind == "intermediateCatchEvent"
                and it.event == "link"
                and it.reference == element.reference
            }
    return found


def _closure(begin: Iterable[str], onward: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    stack = list(begin)
    while stack:
        identity = stack.pop()
        if identity not in found:
            found.add(identity)
            stack.extend(onward.get(identity, ()))
    return found


def _circling(onward: Mapping[str, Iterable[str]]) -> set[str]:
    """Every node that can come again after itself."""
    return {it for it in onward if it in _closure(onward[it], onward)}
