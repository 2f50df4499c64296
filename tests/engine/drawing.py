"""Draws small processes for tests: nodes and arrows in, the files of a folder out, every shape on the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="D" targetNamespace="http://test">\n'
)
LANE = "Planner"
_WAITING = re.compile(
    r'<bpmn:(?:intermediateCatchEvent(?=[^>]*><bpmn:(?:message|signal)Event)|receiveTask) id="([^"]+)"'
)
START, END = '<bpmn:startEvent id="start"/>', '<bpmn:endEvent id="end"/>'


def user(identity: str, name: str = "", *, page: str = "plain", **properties: str) -> str:
    """A user task; properties as guard="…", operation="…". With page="" it needs a form."""
    drawn = _properties({**({"page": page} if page else {}), **properties})
    return f'<bpmn:userTask id="{identity}" name={quoteattr(name or identity)}>{drawn}</bpmn:userTask>'


def task(identity: str, operation: str, tag: str = "serviceTask", **parameters: str) -> str:
    """A service task; parameters as FEEL."""
    drawn = "".join(
        f'<spiffworkflow:parameter id="{key}" type="any" value={quoteattr(value)}/>'
        for key, value in parameters.items()
    )
    return (
        f'<bpmn:{tag} id="{identity}"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="{operation}">'
        f"<spiffworkflow:parameters>{drawn}</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
        f"</bpmn:extensionElements></bpmn:{tag}>"
    )


def decide(identity: str, decision: str) -> str:
    """A business rule task."""
    return (
        f'<bpmn:businessRuleTask id="{identity}"><bpmn:extensionElements><spiffworkflow:calledDecisionId>{decision}'
        "</spiffworkflow:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask>"
    )


def call(identity: str, process: str) -> str:
    """A call activity."""
    return f'<bpmn:callActivity id="{identity}" name="{identity}" calledElement="{process}"/>'


def timer(text: str, kind: str = "timeDate") -> str:
    """A timer definition."""
    return (
        f'<bpmn:timerEventDefinition><bpmn:{kind} xsi:type="bpmn:tFormalExpression">{escape(text)}'
        f"</bpmn:{kind}></bpmn:timerEventDefinition>"
    )


def message(name: str) -> str:
    """A message definition; name the message in `messages` of the drawing."""
    return f'<bpmn:messageEventDefinition messageRef="message_{name}"/>'


def catch(identity: str, definition: str) -> str:
    """An intermediate catch event."""
    return f'<bpmn:intermediateCatchEvent id="{identity}">{definition}</bpmn:intermediateCatchEvent>'


def edge(identity: str, host: str, definition: str, *, interrupting: bool = True) -> str:
    """A boundary event."""
    cancel = "true" if interrupting else "false"
    return f'<bpmn:boundaryEvent id="{identity}" attachedToRef="{host}" cancelActivity="{cancel}">{definition}</bpmn:boundaryEvent>'


def gateway(identity: str, kind: str = "exclusive", default: str = "") -> str:
    """A gateway; `default` is the id of an arrow, written source_target."""
    chosen = f' default="{default}"' if default else ""
    return f'<bpmn:{kind}Gateway id="{identity}"{chosen}/>'


def sub(
    identity: str, nodes: Sequence[str], arrows: Iterable[tuple[str, ...]], *, triggered: bool = False
) -> str:
    """An embedded subprocess."""
    extra = ' triggeredByEvent="true"' if triggered else ""
    return f'<bpmn:subProcess id="{identity}"{extra}>{"".join(nodes)}{_arrows(arrows)}</bpmn:subProcess>'


def draw(
    key: str,
    nodes: Sequence[str],
    arrows: Iterable[tuple[str, ...]],
    *,
    lanes: Mapping[str, Sequence[str]] | None = None,
    messages: Sequence[str] = (),
    extra: str = "",
) -> str:
    """A BPMN file. Arrows are (source, target) or (source, target, condition)."""
    arrows = list(arrows)
    body = "".join(nodes)
    if lanes is None:
        lanes = {LANE: re.findall(r'<bpmn:(?:\w+Task|subProcess|callActivity) id="([^"]+)"', body)}
    drawn_lanes = "".join(
        f'<bpmn:lane id="lane_{number}" name={quoteattr(name)}>'
        + "".join(f"<bpmn:flowNodeRef>{it}</bpmn:flowNodeRef>" for it in members)
        + "</bpmn:lane>"
        for number, (name, members) in enumerate(lanes.items())
    )
    lane_set = f'<bpmn:laneSet id="lanes">{drawn_lanes}</bpmn:laneSet>' if drawn_lanes else ""
    content = lane_set + body + _arrows(arrows)
    tags = "startEvent|endEvent|\\w+Task|callActivity|subProcess|\\w+Gateway|intermediate\\w+Event|boundaryEvent|task"
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{it}_di" bpmnElement="{it}"><dc:Bounds x="{100 + 120 * n}" y="100" width="100" '
        f'height="80"/></bpmndi:BPMNShape>'
        for n, it in enumerate(re.findall(rf'<bpmn:(?:{tags}) id="([^"]+)"', content))
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge id="{it}_di" bpmnElement="{it}"><di:waypoint x="0" y="0"/><di:waypoint x="1" y="1"/>'
        "</bpmndi:BPMNEdge>"
        for it in re.findall(r'<bpmn:sequenceFlow id="([^"]+)"', content)
    )
    named = "".join(f'<bpmn:message id="message_{it}" name="{it}"/>' for it in messages)
    return (
        f'{HEAD}{named}{extra}<bpmn:process id="{key}" isExecutable="true">{content}</bpmn:process>'
        f'<bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="{key}">{shapes}{edges}'
        "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
    )


def chain(*names: str) -> list[tuple[str, str]]:
    """Arrows one after the other."""
    return list(pairwise(names))


def folder(
    key: str,
    diagram: str,
    *,
    fields: Mapping[str, str] | None = None,
    lanes: Mapping[str, str] | None = None,
    **others: str,
) -> dict[str, str]:
    """The files of a process folder; others as path=text with `__` for `/` and `_dot_` for `.`."""
    lines = [f'key = "{key}"', f'title = "{key}"', "[lanes]"]
    lines += [
        f'"{lane}" = "{role}"' for lane, role in ({LANE: "planner"} if lanes is None else lanes).items()
    ]
    lines += [
        "[fields]",
        *(f'{name} = "{kind}"' for name, kind in {"letters": "number", **(fields or {})}.items()),
    ]
    waiting = [it for text in (diagram, *others.values()) for it in _WAITING.findall(text)]
    lines += [
        "[open_ended]",
        *(f'{it} = "a test waits as long as it likes"' for it in dict.fromkeys(waiting)),
    ]
    more = {path.replace("__", "/").replace("_dot_", "."): text for path, text in others.items()}
    return {f"{key}.bpmn": diagram, "process.toml": "\n".join(lines) + "\n", **more}


def _properties(properties: Mapping[str, str]) -> str:
    if not properties:
        return ""
    drawn = "".join(
        f'<spiffworkflow:property name="{key}" value={quoteattr(value)}/>'
        for key, value in properties.items()
    )
    return f"<bpmn:extensionElements><spiffworkflow:properties>{drawn}</spiffworkflow:properties></bpmn:extensionElements>"


def _arrows(arrows: Iterable[tuple[str, ...]]) -> str:
    written = []
    for source, target, *condition in arrows:
        inside = (
            f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition[0])}'
            "</bpmn:conditionExpression>"
            if condition
            else ""
        )
        written.append(
            f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inside}'
            "</bpmn:sequenceFlow>"
        )
    return "".join(written)
