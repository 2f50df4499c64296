"""Event subprocess -> a boundary event on a subprocess that wraps its surroundings.

The library runs an event subprocess once, at once, or never, and its trigger changes the specification all
instances share. Those that interrupt wrap around those that do not, because they end these as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from engine.spiff.lowering.markup import Ids, arrow, event_of, helper, tag

_STAYS = ("laneSet", "extensionElements", "documentation", "incoming", "outgoing")


def wrap(scope: etree._Element, ids: Ids) -> None:
    """Wrap a scope for the event subprocesses in it."""
    triggered = [it for it in scope.findall(tag("subProcess")) if it.get("triggeredByEvent") == "true"]
    calm = [it for it in triggered if not _interrupts(it)]
    rude = [it for it in triggered if _interrupts(it)]
    for group in (calm, rude):
        if group:
            _wrap(scope, group, ids, apart=rude if group is calm else ())


def _interrupts(subprocess: etree._Element) -> bool:
    start = subprocess.find(tag("startEvent"))
    return start is None or start.get("isInterrupting", "true") != "false"


def _wrap(
    scope: etree._Element, triggered: Sequence[etree._Element], ids: Ids, *, apart: Sequence[etree._Element]
) -> None:
    own = scope.get("id", "")
    body = etree.Element(tag("subProcess"), {"id": ids.fresh(own)})
    for child in list(scope):
        if child not in triggered and child not in apart and etree.QName(child).localname not in _STAYS:
            body.append(child)
    start = helper(scope, ids, "startEvent", own)
    scope.append(body)
    end = helper(scope, ids, "endEvent", own)
    arrow(scope, ids, start, body.get("id", ""))
    arrow(scope, ids, body.get("id", ""), end)
    _end_all(scope, body, ids)
    for subprocess in triggered:
        _to_boundary(scope, subprocess, body.get("id", ""), ids)


def _end_all(scope: etree._Element, body: etree._Element, ids: Ids) -> None:
    """A terminate end ends the whole scope: from inside the body it leaves as an error of its own."""
    root = scope.getroottree().getroot()
    for node in body.findall(tag("endEvent")):
        terminate = node.find(tag("terminateEventDefinition"))
        if terminate is None:
            continue
        code = ids.fresh(node.get("id", "end"))
        root.insert(0, etree.Element(tag("error"), {"id": code, "name": code, "errorCode": code}))
        node.remove(terminate)
        etree.SubElement(node, tag("errorEventDefinition"), {"errorRef": code})
        edge = helper(scope, ids, "boundaryEvent", code)
        boundary = scope[-1]
        boundary.set("attachedToRef", body.get("id", ""))
        etree.SubElement(boundary, tag("errorEventDefinition"), {"errorRef": code})
        over = helper(scope, ids, "endEvent", code)
        scope[-1].append(terminate)
        arrow(scope, ids, edge, over)


def _to_boundary(scope: etree._Element, subprocess: etree._Element, body: str, ids: Ids) -> None:
    """The start event's own id moves to the boundary event, so that what waits is what is drawn."""
    own = subprocess.get("id", "")
    start = subprocess.find(tag("startEvent"))
    if start is None:
        return
    trigger = etree.SubElement(
        scope,
        tag("boundaryEvent"),
        {
            "id": start.get("id", ""),
            "name": start.get("name") or own,
            "attachedToRef": body,
            "cancelActivity": start.get("isInterrupting", "true"),
        },
    )
    renamed = ids.fresh(start.get("id", "start"))
    for it in subprocess.findall(tag("sequenceFlow")):
        if it.get("sourceRef") == start.get("id"):
            it.set("sourceRef", renamed)
    start.set("id", renamed)
    if (event := event_of(start)) is not None:
        trigger.append(event)
    del subprocess.attrib["triggeredByEvent"]
    end = helper(scope, ids, "endEvent", own)
    arrow(scope, ids, trigger.get("id", ""), own)
    arrow(scope, ids, own, end)
