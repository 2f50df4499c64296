"""Findings in a drawing itself: what may not be in it, and what is not drawn as it runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.diagram import BPMN, DI, FOREIGN, NODES, SPIFF, Diagram, Element
from engine.markup import local

Said = Iterator[tuple[str, str]]  # element, sentence with remedy

MOST_STEPS = 150
LONGEST_NAME = 200
ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
RESERVED = {"Start", "End", "Root", "StartEventSplit", "StartEventJoin"}

_BESIDE = {
    "laneSet", "sequenceFlow", "documentation", "extensionElements", "textAnnotation", "association", "group",
    "dataObject", "dataObjectReference", "dataStoreReference", "incoming", "outgoing",
}  # fmt: skip
_TOP = {
    "process", "collaboration", "message", "signal", "error", "escalation", "itemDefinition", "category",
    "documentation", "extensionElements", "dataStore",
}  # fmt: skip
_EXTENSIONS = {"properties", "property", "serviceTaskOperator", "parameters", "parameter", "calledDecisionId"}
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_WITHIN = {
    "incoming", "outgoing", "documentation", "extensionElements", "dataInputAssociation", "dataOutputAssociation",
    "property",
}  # fmt: skip
_TIMES = {"timeDate", "timeDuration", "timeCycle", "documentation", "extensionElements"}
# Attributes that change what is run, with the only value that runs.
_SETTINGS = (
    ("instantiate", "false", "begin with a start event."),
    ("eventGatewayType", "Exclusive", "split with a parallel gateway instead."),
    ("parallelMultiple", "false", "wait for one event after the other."),
    ("startQuantity", "1", "join what comes with a gateway."),
    ("completionQuantity", "1", "split what goes with a gateway."),
)
_NEVER = {
    "multiInstanceLoopCharacteristics": "what is many because of data is rows, not tokens; let one task stand for all.",
    "standardLoopCharacteristics": "draw the loop with arrows, so that each repetition can be seen.",
    "ioSpecification": "data is one set of fields; remove the inputs and outputs and declare fields in process.toml.",
    "correlationKey": "messages are found by case; remove the correlation.",
    "correlationSubscription": "messages are found by case; remove the correlation.",
    "resourceRole": "who does a task is said by its lane; remove it.",
    "potentialOwner": "who does a task is said by its lane; remove it.",
    "humanPerformer": "who does a task is said by its lane; remove it.",
    "performer": "who does a task is said by its lane; remove it.",
    "script": "scripts are not run; remove it.",
}


def findings(diagram: Diagram) -> Said:
    """Out: whatever the drawing holds that would not run as it looks."""
    yield from _identities(diagram)
    yield from _contents(diagram)
    yield from _extensions(diagram)
    yield from _drawn(diagram)
    for element in diagram.elements.values():
        yield from _event(element, diagram)
    steps = sum(it.kind in NODES for it in diagram.elements.values())
    if steps > MOST_STEPS:
        yield diagram.process, f"the diagram has {steps} steps; draw at most {MOST_STEPS} and call others."


def _identities(diagram: Diagram) -> Said:
    # Our extensions carry names of operations and parameters in an attribute that is also called id.
    drawn = (it for it in diagram.root.iter() if not str(it.tag).startswith(f"{{{SPIFF}}}"))
    counted = Counter(it.get("id") for it in drawn if it.get("id") is not None)
    for identity, count in counted.items():
        if count > 1:
            yield (
                str(identity),
                "two things have this id and the last would win; give one of them another id.",
            )
    for identity in (diagram.process, *diagram.elements, *diagram.flows):
        if not ID.match(identity):
            yield (
                identity,
                "an id is letters, digits, `_` and `-`, and does not begin with a digit; change it.",
            )
        if identity in RESERVED:
            yield identity, "this id is used by the engine itself; choose another."
    for element in diagram.elements.values():
        if len(element.name) > LONGEST_NAME:
            yield (
                element.id,
                f"the name is over {LONGEST_NAME} characters; move the rest into the documentation.",
            )


def _contents(diagram: Diagram) -> Said:
    process = diagram.root.find(f"{{{BPMN}}}process")
    if process is not None and process.get("isExecutable") != "true":
        yield diagram.process, 'the process is not marked executable; set isExecutable="true".'
    for node in diagram.root:
        if node.tag not in {f"{{{BPMN}}}{it}" for it in _TOP} and not str(node.tag).startswith(f"{{{DI}}}"):
            yield node.get("id", ""), f"<{local(node)}> is not run here; remove it."
    yield from _foreign(diagram)
    for node in diagram.root.iter():
        if local(node) in _NEVER and str(node.tag).startswith(f"{{{BPMN}}}"):
            parent = node.getparent()
            holder = parent.get("id", "") if parent is not None else ""
            yield holder, f"<{local(node)}>: {_NEVER[local(node)]}"
        if node.get("isForCompensation") == "true":
            yield node.get("id", ""), "compensation is not run; draw the way back with arrows."


def _foreign(diagram: Diagram) -> Said:
    for scope in diagram.root.iter(f"{{{BPMN}}}process", f"{{{BPMN}}}subProcess"):
        for node in scope:
            kind = local(node)
            if kind in FOREIGN:
                yield node.get("id", ""), f"<{kind}> is not run; {FOREIGN[kind]}"
            elif kind not in NODES | _BESIDE | _NEVER.keys() | {"task"}:
                yield node.get("id", ""), f"<{kind}> is not run here; remove it."
            elif kind not in _BESIDE and kind != "subProcess":
                yield from _inside(node)
            yield from _attributes(node)


def _inside(step: etree._Element) -> Said:
    """What a step holds that nobody reads."""
    for node in step:
        kind = local(node)
        if kind.endswith("EventDefinition"):
            for inner in node:
                if local(inner) not in _TIMES:
                    yield step.get("id", ""), f"<{local(inner)}> in the event is not read here; remove it."
        elif kind not in _WITHIN | _NEVER.keys():
            yield step.get("id", ""), f"<{kind}> in it is not read here; remove it."
        elif kind in ("dataInputAssociation", "dataOutputAssociation"):
            for inner in node:
                if local(inner) in ("assignment", "transformation"):
                    yield step.get("id", ""), f"<{local(inner)}> of data is not run; use a service task."


def _attributes(node: etree._Element) -> Said:
    """What a step says of itself that nobody reads."""
    identity = node.get("id", "")
    for name in node.attrib:
        if str(name).startswith("{") and not str(name).startswith(f"{{{_XSI}}}"):
            yield identity, f"the attribute {etree.QName(name).localname} is not read here; remove it."
    for name, plain, remedy in _SETTINGS:
        if node.get(name, plain) != plain:
            yield identity, f'{name}="{node.get(name)}" is not run; {remedy}'
    condition = node.find(f"{{{BPMN}}}conditionExpression")
    if condition is not None:
        language = condition.get("language", "")
        if language and not any(it in language.lower() for it in ("feel", "dmn")):
            yield identity, f"the condition is written in {language[:60]}; write it in FEEL."


def _extensions(diagram: Diagram) -> Said:
    for holder in diagram.root.iter(f"{{{BPMN}}}extensionElements"):
        parent = holder.getparent()
        owner = parent.get("id", "") if parent is not None else ""
        for node in holder.iterdescendants():
            known = str(node.tag).startswith(f"{{{SPIFF}}}") and local(node) in _EXTENSIONS
            if not known:
                yield (
                    owner,
                    f"the extension <{local(node)}> is not read here and would be left out; remove it.",
                )


def _drawn(diagram: Diagram) -> Said:
    for identity in (*diagram.elements, *diagram.flows):
        count = diagram.drawn.get(identity, 0)
        if count == 0:
            yield identity, "this would run but is not drawn; draw it or delete it."
        elif count > 1:
            yield identity, f"this is drawn {count} times; keep one of the shapes."
    known = {it.get("id") for it in diagram.root.iter() if it.get("id")}
    for identity in diagram.drawn:
        if identity not in known:
            yield identity, "a shape is drawn for something that is not there; delete the shape."


_ALLOWED: dict[str, set[str | None]] = {
    "startEvent": {None},
    "endEvent": {None, "terminate", "error", "escalation", "signal"},
    "intermediateCatchEvent": {"timer", "message", "signal", "link"},
    "intermediateThrowEvent": {None, "signal", "escalation", "link"},
    "boundaryEvent": {"timer", "message", "signal", "error", "escalation"},
}
_EVENT_START: set[str | None] = {"timer", "message", "signal", "error", "escalation"}
_THROWS = {"endEvent", "intermediateThrowEvent"}
_REFERS = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
_INSTEAD = {
    "message": "to send something, use a service task.",
    "compensate": "draw the way back with arrows.",
    "escalation": "let a subprocess catch it at its edge.",
    "conditional": "use a message that a service sends, or a timer.",
    "cancel": "use an error.",
    "timer": "put the timer behind the start.",
    "signal": "use a message.",
}


def _event(element: Element, diagram: Diagram) -> Said:
    node = _node(diagram, element.id)
    if node is not None and sum(local(it).endswith("EventDefinition") for it in node) > 1:
        yield element.id, "an event may wait for one thing only; use an event-based gateway."
    if element.kind in _ALLOWED:
        allowed = _ALLOWED[element.kind]
        scope = diagram.elements.get(element.scope)
        if element.kind == "startEvent" and scope is not None and scope.triggered:
            allowed = _EVENT_START
        if element.event not in allowed:
            what = f"of kind {element.event}" if element.event else "without a kind"
            remedy = _INSTEAD.get(element.event or "", "say what the event waits for.")
            yield element.id, f"a {element.kind} {what} is not run; {remedy}"
            return
    if element.event in _REFERS and not element.reference:
        event = next(
            (it for it in ([] if node is None else node) if local(it).endswith("EventDefinition")), None
        )
        # To catch every error or escalation, an event refers to none.
        every = element.event in ("error", "escalation") and element.kind not in _THROWS
        if not every or (event is not None and event.get(f"{element.event}Ref")):
            word = _REFERS[element.event]
            yield (
                element.id,
                f"the {element.event} it refers to is not declared or has no {word}; choose one.",
            )
    if element.kind == "receiveTask" and not element.reference:
        yield element.id, "a receive task must name its message; choose one."


def _node(diagram: Diagram, identity: str) -> etree._Element | None:
    return next((it for it in diagram.root.iter() if it.get("id") == identity), None)
