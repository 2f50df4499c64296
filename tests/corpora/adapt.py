"""Sets apart what only this house asks of a diagram, so that what the diagram does can be tried.

A foreign file has no roles, forms or fields of ours, calls services nobody knows and asks questions in another
language. Here roles, pages, shapes and stub services are supplied, and every condition becomes a free choice. What
the arrows, gateways and events mean is left as it was drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy

from lxml import etree

from engine.diagram import BPMN, DC, DI, SPIFF
from engine.lint_drawing import RESERVED
from engine.markup import local, read_xml

DI_ = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LANE = "Everyone"
STUB = "letter/spoil"  # a service of the tests that takes nothing and gives nothing
SERVICES = ("serviceTask", "sendTask", "businessRuleTask")
HUMAN = ("userTask", "manualTask")
CHOICES = ("exclusiveGateway", "inclusiveGateway")
_TOP = ("message", "signal", "error", "escalation")
# Data, words, drawing helps and foreign ways to say who does a task: nothing of it moves a token.
_APART = {
    "extensionElements", "documentation", "laneSet", "ioSpecification", "dataInputAssociation", "property",
    "dataOutputAssociation", "dataObject", "dataObjectReference", "dataStoreReference", "textAnnotation",
    "association", "group", "auditing", "monitoring", "potentialOwner", "humanPerformer", "performer",
    "resourceRole", "incoming", "outgoing", "correlationSubscription", "supports", "rendering", "dataInput",
    "dataOutput", "inputSet", "outputSet",
}  # fmt: skip
_REFERENCES = (
    "sourceRef", "targetRef", "attachedToRef", "default", "messageRef", "signalRef", "errorRef",
    "escalationRef", "calledElement", "activityRef",
)  # fmt: skip
_KEPT = {*_REFERENCES, "id", "name", "cancelActivity", "isInterrupting", "triggeredByEvent", "parallelMultiple",
         "isForCompensation", "instantiate", "errorCode", "escalationCode", "gatewayDirection", "isSequential"}  # fmt: skip


def adapt(text: str | bytes) -> list[dict[str, str]]:
    """Out: the files of a folder for each process of a BPMN file. Errors: MarkupRefused."""
    root = deepcopy(read_xml(text))
    found = [it for it in root if it.tag == _tag("process")]
    keys = {it.get("id", ""): f"p{number}" for number, it in enumerate(found, start=1)}
    drawn = [_Adapted(root, it, keys) for it in found]
    folders = []
    for it in drawn:
        others = {f"shared/{other.key}.bpmn": other.text for other in drawn if other.key in it.reached(drawn)}
        fields = sorted({name for other in drawn for name in other.choices})
        manifest = [
            f'key = "{it.key}"',
            f'title = "{it.key}"',
            "[lanes]",
            f'"{LANE}" = "planner"',
            "[fields]",
        ]
        manifest += ['letters = "number"', *(f'{name} = "boolean"' for name in fields)]
        reached = it.reached(drawn)
        waits = {name for other in drawn if other is it or other.key in reached for name in other.waits()}
        manifest += ["[open_ended]", *(f'"{name}" = "as it was drawn"' for name in sorted(waits))]
        folders.append({f"{it.key}.bpmn": it.text, "process.toml": "\n".join(manifest) + "\n", **others})
    return folders


class _Adapted:
    """One process made ready: its key, its text, the choices it asks for and the processes it calls."""

    def __init__(self, root: etree._Element, process: etree._Element, keys: dict[str, str]) -> None:
        self.key = keys[process.get("id", "")]
        self.choices: list[str] = []
        self.calls: set[str] = set()
        self._keys = keys
        self._ids: dict[str, str] = {}
        self._made = 0
        names = {"bpmn": BPMN, "bpmndi": DI, "dc": DC, "di": DI_, "spiffworkflow": SPIFF, "xsi": XSI}
        whole = etree.Element(_tag("definitions"), {"id": "D", "targetNamespace": "urn:x"}, nsmap=names)
        self._process = deepcopy(process)
        self._clean()
        for node in root:
            if local(node) in _TOP and str(node.tag).startswith(f"{{{BPMN}}}"):
                whole.append(self._named(node))
        whole.append(self._process)
        self._process.attrib.clear()
        self._process.attrib.update({"id": self.key, "isExecutable": "true"})
        self._ready()
        self._choose()
        self._lane()
        _draw(whole, self._process)
        self.text = etree.tostring(whole, encoding="unicode")

    def reached(self, drawn: list[_Adapted]) -> set[str]:
        """Out: the keys of every process called from here."""
        found: set[str] = set()
        left = set(self.calls)
        while left:
            key = left.pop()
            if key not in found:
                found.add(key)
                left |= next(it.calls for it in drawn if it.key == key)
        return found

    def waits(self) -> set[str]:
        """Out: what waits for a message or signal; that it needs a deadline is what this house asks."""
        nodes = (it for it in self._process.iter() if local(it) in ("intermediateCatchEvent", "receiveTask"))
        events = {"messageEventDefinition", "signalEventDefinition"}
        return {
            it.get("id", "")
            for it in nodes
            if (local(it) == "receiveTask" and it.get("messageRef"))
            or any(local(child) in events for child in it)
        }

    def _clean(self) -> None:
        process = self._process
        for node in [it for it in process.iter() if local(it) in _APART]:
            if (parent := node.getparent()) is not None:
                parent.remove(node)
        named = [it for it in _flow(process) if it is not process]
        for number, node in enumerate(named, start=1):
            old = node.get("id") or f"made_{number}"
            self._ids[old] = _safe(old)
            node.set("id", self._ids[old])
        for node in process.iter():
            for name in [it for it in node.attrib if it not in _KEPT or (it == "id" and node not in named)]:
                del node.attrib[name]
            for name in _REFERENCES:
                if name in node.attrib and name != "calledElement":
                    node.set(name, self._pointed(node.get(name, "")))

    def _pointed(self, reference: str) -> str:
        plain = reference if reference in self._ids else reference.rpartition(":")[2]
        return self._ids.get(plain, _safe(plain))

    def _named(self, node: etree._Element) -> etree._Element:
        made = etree.Element(node.tag)
        identity = node.get("id", "")
        made.set("id", _safe(identity))
        made.set("name", node.get("name") or identity)
        for code in ("errorCode", "escalationCode"):
            if local(node) + "Code" == code:
                made.set(code, node.get(code) or identity)
        return made

    def _ready(self) -> None:
        for node in list(self._process.iter()):
            kind = local(node)
            if kind == "callActivity":
                self._call(node)
            elif kind == "task":
                node.tag = _tag("manualTask")
            elif kind in SERVICES:
                _serve(node)
            elif kind in ("timeDuration", "timeDate"):
                for child in list(node):
                    node.remove(child)
                node.text = "PT1H" if kind == "timeDuration" else "2030-01-01T00:00:00+00:00"
            elif kind in ("startEvent", "endEvent") or kind.endswith("Gateway"):
                node.attrib.pop("name", "")
            if local(node) in HUMAN:
                node.set("name", "task")
            if local(node) == "userTask":
                pair = etree.SubElement(_extend(node, "properties"), f"{{{SPIFF}}}property")
                pair.attrib.update({"name": "page", "value": "plain"})

    def _call(self, node: etree._Element) -> None:
        """Call a process of the same file; any other is a task somebody does."""
        called = str(node.attrib.pop("calledElement", ""))
        called = called if called in self._keys else called.rpartition(":")[2]
        if called in self._keys:
            node.set("calledElement", self._keys[called])
            self.calls.add(self._keys[called])
        else:
            node.tag = _tag("userTask")

    def _choose(self) -> None:
        arrows = list(self._process.iter(_tag("sequenceFlow")))
        for node in list(self._process.iter()):
            if local(node) in CHOICES:
                _free(node, [it for it in arrows if it.get("sourceRef") == node.get("id")])
        for condition in [it.find(_tag("conditionExpression")) for it in arrows]:
            if condition is not None:
                self.choices.append(f"{self.key}_c{len(self.choices) + 1}")
                for child in list(condition):
                    condition.remove(child)
                condition.attrib.clear()
                condition.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
                condition.text = self.choices[-1]

    def _lane(self) -> None:
        lanes = etree.Element(_tag("laneSet"), {"id": "lanes__"})
        lane = etree.SubElement(lanes, _tag("lane"), {"id": "lane__", "name": LANE})
        for node in self._process:
            if node.get("id") and local(node) != "sequenceFlow":
                etree.SubElement(lane, _tag("flowNodeRef")).text = node.get("id")
        if len(lane):
            self._process.insert(0, lanes)


def _serve(node: etree._Element) -> None:
    node.tag = _tag("serviceTask")
    node.attrib.pop("messageRef", "")
    operator = _extend(node, "serviceTaskOperator")
    operator.set("id", STUB)
    etree.SubElement(operator, f"{{{SPIFF}}}parameters")


def _free(gateway: etree._Element, out: list[etree._Element]) -> None:
    """Give every way out of a gateway but one a condition; that one is the default."""
    for arrow in out:
        for held in arrow.findall(_tag("conditionExpression")):
            arrow.remove(held)
    if len(out) < 2:
        gateway.attrib.pop("default", "")
        return
    if gateway.get("default") not in {it.get("id") for it in out}:
        gateway.set("default", out[-1].get("id", ""))
    for arrow in out:
        if arrow.get("id") != gateway.get("default"):
            etree.SubElement(arrow, _tag("conditionExpression"))


def _draw(whole: etree._Element, process: etree._Element) -> None:
    diagram = etree.SubElement(whole, f"{{{DI}}}BPMNDiagram", {"id": "diagram__"})
    plane = etree.SubElement(diagram, f"{{{DI}}}BPMNPlane", {"bpmnElement": process.get("id", "")})
    for node in _flow(process):
        if node is process:
            continue
        if local(node) == "sequenceFlow":
            edge = etree.SubElement(plane, f"{{{DI}}}BPMNEdge", {"bpmnElement": node.get("id", "")})
            for place in ("0", "9"):
                etree.SubElement(edge, f"{{{DI_}}}waypoint", {"x": place, "y": "0"})
        else:
            shape = etree.SubElement(plane, f"{{{DI}}}BPMNShape", {"bpmnElement": node.get("id", "")})
            etree.SubElement(shape, f"{{{DC}}}Bounds", {"x": "0", "y": "0", "width": "9", "height": "9"})


def _flow(scope: etree._Element) -> Iterator[etree._Element]:
    """What tokens pass: the process, its nodes and arrows, and those of its subprocesses."""
    yield scope
    for child in scope:
        kind = local(child)
        if kind in ("subProcess", "adHocSubProcess", "transaction"):
            yield from _flow(child)
        elif (
            kind == "sequenceFlow"
            or kind.endswith(("Task", "Event", "Gateway"))
            or kind in ("task", "callActivity")
        ):
            yield child


def _extend(node: etree._Element, name: str) -> etree._Element:
    holder = etree.Element(_tag("extensionElements"))
    node.insert(0, holder)
    return etree.SubElement(holder, f"{{{SPIFF}}}{name}")


def _safe(identity: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", identity)
    if not re.match(r"[A-Za-z_]", plain):
        plain = f"_{plain}"
    return f"{plain}_" if plain in RESERVED or re.fullmatch(r"p\d+", plain) else plain


def _tag(name: str) -> str:
    return f"{{{BPMN}}}{name}"
