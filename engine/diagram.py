"""A BPMN file as its author drew it: elements, arrows, lanes and places on the page.

Everything but the movement of tokens reads this: lint, forms, texts, progress, and what a step must do. It knows
nothing of SpiffWorkflow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from engine.errors import MarkupRefused
from engine.markup import local, read_xml

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"

TASKS = {
    "userTask",
    "manualTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "businessRuleTask",
    "callActivity",
}
GATEWAYS = {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
EVENTS = {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
NODES = TASKS | GATEWAYS | EVENTS | {"subProcess"}
# Flow nodes of BPMN this engine does not run; the sentence is the remedy.
FOREIGN = {
    "scriptTask": "scripts are not run; use a service task, a decision table or a form.",
    "adHocSubProcess": "draw the order in an ordinary subprocess.",
    "transaction": "use an ordinary subprocess.",
    "complexGateway": "use an exclusive, inclusive or parallel gateway.",
    "subChoreography": "draw an ordinary process.",
    "callChoreography": "draw an ordinary process.",
    "choreographyTask": "draw an ordinary process.",
}
HUMAN_TASKS = {"userTask", "manualTask"}
SERVICE_TASKS = {"serviceTask", "sendTask"}


@dataclass(frozen=True, slots=True)
class Element:
    """A flow node. `scope` is the id of the process or subprocess it lies in; `event` its event's kind."""

    id: str
    kind: str
    name: str
    scope: str
    documentation: str = ""
    lane: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    operation: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    decision: str | None = None
    calls: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    event: str | None = None
    reference: str | None = None  # name of the message, signal, error or link
    timer: tuple[str, str] | None = None  # (timeDate | timeDuration | timeCycle, text)
    default: str | None = None
    triggered: bool = False  # an event subprocess
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Flow:
    """An arrow, with its condition as FEEL text if it has one."""

    id: str
    source: str
    target: str
    scope: str
    condition: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Diagram:
    """One process of a BPMN file."""

    process: str
    name: str
    documentation: str
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    lanes: tuple[str, ...]
    drawn: Mapping[str, int]  # how often each id is drawn
    root: etree._Element

    def outgoing(self, element: str) -> list[Flow]:
        """Out: the arrows leaving an element."""
        return [flow for flow in self.flows.values() if flow.source == element]

    def incoming(self, element: str) -> list[Flow]:
        """Out: the arrows reaching an element."""
        return [flow for flow in self.flows.values() if flow.target == element]

    def begins(self, element: Element) -> bool:
        """Whether its scope begins with it: a start event, or, where there is none, what no arrow leads to."""
        if element.kind == "startEvent":
            return True
        linked = element.event == "link" and element.kind == "intermediateCatchEvent"
        if linked or element.triggered or element.kind == "boundaryEvent" or self.incoming(element.id):
            return False
        return not any(it.kind == "startEvent" and it.scope == element.scope for it in self.elements.values())

    def boundary(self, element: str) -> list[Element]:
        """Out: the events on the edge of an element."""
        return [it for it in self.elements.values() if it.attached_to == element]

    def called(self) -> list[str]:
        """Out: the processes its call activities name, each once, in drawn order."""
        return list(dict.fromkeys(it.calls for it in self.elements.values() if it.calls))


def read_diagram(source: str | bytes) -> Diagram:
    """Read a BPMN file that holds one process. Errors: MarkupRefused."""
    root = read_xml(source)
    if root.tag != f"{{{BPMN}}}definitions":
        raise MarkupRefused("the file is not a BPMN diagram; its root must be bpmn:definitions.")
    processes = [it for it in root if it.tag == f"{{{BPMN}}}process"]
    if len(processes) != 1:
        raise MarkupRefused(f"the file holds {len(processes)} processes; keep exactly one in a file.")
    process = processes[0]
    places = _places(root)
    lanes = _lanes(process)
    references = _references(root)
    elements: dict[str, Element] = {}
    flows: dict[str, Flow] = {}
    for scope, node in _walk(process):
        # A task of no kind is one that somebody does and says so: a manual task.
        kind = "manualTask" if local(node) == "task" else local(node)
        if kind == "sequenceFlow":
            flow = _flow(node, scope)
            flows[flow.id] = flow
        elif kind in NODES or kind in FOREIGN:
            element = _element(node, kind, scope, lanes, places, references)
            elements[element.id] = element
    return Diagram(
        process=process.get("id", ""),
        name=process.get("name", ""),
        documentation=_documentation(process),
        elements=_in_lanes(elements),
        flows=flows,
        lanes=tuple(dict.fromkeys(lanes.values())),
        drawn=Counter(
            it.get("bpmnElement", "") for it in root.iter(f"{{{DI}}}BPMNShape", f"{{{DI}}}BPMNEdge")
        ),
        root=root,
    )


def _walk(scope: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    for child in scope:
        yield scope.get("id", ""), child
        if local(child) in ("subProcess", "adHocSubProcess", "transaction"):
            yield from _walk(child)


def _element(
    node: etree._Element,
    kind: str,
    scope: str,
    lanes: Mapping[str, str],
    places: Mapping[str, tuple[float, float]],
    references: Mapping[str, str],
) -> Element:
    identity = node.get("id", "")
    x, y = places.get(identity, (0.0, 0.0))
    event = next((it for it in node if local(it).endswith("EventDefinition")), None)
    operator = node.find(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}serviceTaskOperator")
    decision = node.find(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}calledDecisionId")
    parameters = operator.iter(f"{{{SPIFF}}}parameter") if operator is not None else ()
    return Element(
        id=identity,
        kind=kind,
        name=" ".join(node.get("name", "").split()),
        scope=scope,
        documentation=_documentation(node),
        lane=lanes.get(identity),
        properties={
            it.get("name", ""): it.get("value", "")
            for it in node.iterfind(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}properties/{{{SPIFF}}}property")
        },
        operation=operator.get("id") if operator is not None else None,
        parameters={it.get("id", ""): it.get("value", "") for it in parameters},
        decision=(decision.text or "").strip() if decision is not None else None,
        calls=node.get("calledElement") if kind == "callActivity" else None,
        attached_to=node.get("attachedToRef"),
        interrupting=node.get("cancelActivity", node.get("isInterrupting", "true")) != "false",
        event=local(event).removesuffix("EventDefinition") if event is not None else _message_of(node, kind),
        reference=_reference(event if event is not None else node, references),
        timer=_timer(event),
        default=node.get("default"),
        triggered=node.get("triggeredByEvent") == "true",
        x=x,
        y=y,
    )


def _message_of(node: etree._Element, kind: str) -> str | None:
    return "message" if kind == "receiveTask" and node.get("messageRef") else None


def _reference(event: etree._Element, references: Mapping[str, str]) -> str | None:
    for attribute in ("messageRef", "signalRef", "errorRef", "escalationRef"):
        if named := event.get(attribute):
            return references.get(named)
    return event.get("name") if local(event) == "linkEventDefinition" else None


def _timer(event: etree._Element | None) -> tuple[str, str] | None:
    if event is None or local(event) != "timerEventDefinition":
        return None
    child = next(iter(event), None)
    return ("", "") if child is None else (local(child), (child.text or "").strip())


def _flow(node: etree._Element, scope: str) -> Flow:
    condition = node.find(f"{{{BPMN}}}conditionExpression")
    text = None if condition is None else (condition.text or "").strip().removeprefix("=").strip()
    return Flow(
        node.get("id", ""),
        node.get("sourceRef", ""),
        node.get("targetRef", ""),
        scope,
        text,
        node.get("name", ""),
    )


def _documentation(node: etree._Element) -> str:
    found = node.find(f"{{{BPMN}}}documentation")
    return "" if found is None else (found.text or "").strip()


def _lanes(process: etree._Element) -> dict[str, str]:
    return {
        (reference.text or "").strip(): lane.get("name") or ""
        for lane in process.iter(f"{{{BPMN}}}lane")
        for reference in lane.iterfind(f"{{{BPMN}}}flowNodeRef")
    }


def _in_lanes(elements: dict[str, Element]) -> dict[str, Element]:
    """What lies in a subprocess, or on the edge of a task, is in that one's lane unless it says otherwise."""
    for identity, element in elements.items():
        holder, seen = element, {identity}
        while holder.lane is None:
            parent = elements.get(holder.attached_to or holder.scope)
            if parent is None or parent.id in seen:
                break
            seen.add(parent.id)
            holder = parent
        if holder is not element and holder.lane is not None:
            elements[identity] = replace(element, lane=holder.lane)
    return elements


def _places(root: etree._Element) -> dict[str, tuple[float, float]]:
    places = {}
    for shape in root.iter(f"{{{DI}}}BPMNShape"):
        bounds = shape.find(f"{{{DC}}}Bounds")
        try:
            places[shape.get("bpmnElement", "")] = (
                (0.0, 0.0) if bounds is None else (float(bounds.get("x", 0)), float(bounds.get("y", 0)))
            )
        except ValueError as error:
            raise MarkupRefused("a place on the page is not a number; save the diagram again.") from error
    return places


def _references(root: etree._Element) -> dict[str, str]:
    """Names of messages and signals, codes of errors and escalations, by id; without a code the name stands for it."""
    found = {}
    for kind, attribute in (
        ("message", "name"),
        ("signal", "name"),
        ("error", "errorCode"),
        ("escalation", "escalationCode"),
    ):
        for node in root.iterfind(f"{{{BPMN}}}{kind}"):
            found[node.get("id", "")] = (
                node.get(attribute)
                or node.get("name")
                or (node.get("id") if "Code" in attribute else "")
                or ""
            )
    return found
