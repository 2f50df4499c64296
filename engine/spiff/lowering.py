"""Rewrites what BPMN means but SpiffWorkflow 3.2 does wrong into an equivalent it does right.

Link pair -> one arrow. Signal end -> throw, then end. Event subprocess -> a boundary event on a subprocess that
wraps its surroundings. Data objects and the like are documentation here and are left out. The original file is
never changed: this works on a copy.
"""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from engine.diagram import BPMN

_SCOPES = ("process", "subProcess")
_STAYS = ("laneSet", "extensionElements", "documentation")
_DOCUMENTATION_ONLY = (
    "dataObject", "dataObjectReference", "dataStoreReference", "dataInputAssociation", "dataOutputAssociation",
    "textAnnotation", "association", "group", "property",
)  # fmt: skip


def lower(root: etree._Element) -> etree._Element:
    """Out: a copy of the definitions in the subset the library executes faithfully."""
    lowered = deepcopy(root)
    ids = _Ids(lowered)
    for name in _DOCUMENTATION_ONLY:
        for node in list(lowered.iter(_tag(name))):
            if (parent := node.getparent()) is not None:
                parent.remove(node)
    scopes = [it for name in _SCOPES for it in lowered.iter(_tag(name))]
    for scope in scopes:
        _join_links(scope, ids)
        _throw_before_end(scope, ids)
    for scope in reversed(list(lowered.iter(_tag("process"), _tag("subProcess")))):
        _wrap_for_event_subprocesses(scope, ids)
    return lowered


class _Ids:
    """Fresh ids that no element of the file has."""

    def __init__(self, root: etree._Element) -> None:
        self._taken = {it.get("id") for it in root.iter() if it.get("id")}

    def fresh(self, stem: str) -> str:
        number = 1
        while f"{stem}__{number}" in self._taken:
            number += 1
        self._taken.add(f"{stem}__{number}")
        return f"{stem}__{number}"


def _tag(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def _arrow(scope: etree._Element, ids: _Ids, source: str, target: str) -> None:
    etree.SubElement(
        scope, _tag("sequenceFlow"), {"id": ids.fresh("arrow"), "sourceRef": source, "targetRef": target}
    )


def _join_links(scope: etree._Element, ids: _Ids) -> None:
    ends = {}
    for catch in scope.findall(_tag("intermediateCatchEvent")):
        link = catch.find(_tag("linkEventDefinition"))
        if link is not None:
            ends[link.get("name")] = catch.get("id", "")
            catch.remove(link)
            catch.tag = _tag("intermediateThrowEvent")
    for throw in scope.findall(_tag("intermediateThrowEvent")):
        link = throw.find(_tag("linkEventDefinition"))
        if link is not None and link.get("name") in ends:
            throw.remove(link)
            _arrow(scope, ids, throw.get("id", ""), ends[link.get("name")])


def _throw_before_end(scope: etree._Element, ids: _Ids) -> None:
    for end in scope.findall(_tag("endEvent")):
        signal = end.find(_tag("signalEventDefinition"))
        if signal is None:
            continue
        end.remove(signal)
        throw = etree.SubElement(
            scope, _tag("intermediateThrowEvent"), {"id": ids.fresh(end.get("id", "end"))}
        )
        throw.append(signal)
        for arrow in scope.findall(_tag("sequenceFlow")):
            if arrow.get("targetRef") == end.get("id"):
                arrow.set("targetRef", throw.get("id", ""))
        _arrow(scope, ids, throw.get("id", ""), end.get("id", ""))


def _wrap_for_event_subprocesses(scope: etree._Element, ids: _Ids) -> None:
    triggered = [it for it in scope.findall(_tag("subProcess")) if it.get("triggeredByEvent") == "true"]
    if not triggered:
        return
    own = scope.get("id", "")
    body = etree.Element(_tag("subProcess"), {"id": ids.fresh(own)})
    for child in list(scope):
        if child not in triggered and etree.QName(child).localname not in _STAYS:
            body.append(child)
    start, end = ids.fresh(own), ids.fresh(own)
    etree.SubElement(scope, _tag("startEvent"), {"id": start})
    scope.append(body)
    etree.SubElement(scope, _tag("endEvent"), {"id": end})
    _arrow(scope, ids, start, body.get("id", ""))
    _arrow(scope, ids, body.get("id", ""), end)
    for subprocess in triggered:
        _to_boundary(scope, subprocess, body.get("id", ""), ids)


def _to_boundary(scope: etree._Element, subprocess: etree._Element, body: str, ids: _Ids) -> None:
    """The start event's own id moves to the boundary event, so that what waits is what is drawn."""
    own = subprocess.get("id", "")
    start = subprocess.find(_tag("startEvent"))
    if start is None:
        return
    trigger = etree.SubElement(
        scope,
        _tag("boundaryEvent"),
        {
            "id": start.get("id", ""),
            "name": start.get("name") or own,
            "attachedToRef": body,
            "cancelActivity": start.get("isInterrupting", "true"),
        },
    )
    renamed = ids.fresh(start.get("id", "start"))
    for arrow in subprocess.findall(_tag("sequenceFlow")):
        if arrow.get("sourceRef") == start.get("id"):
            arrow.set("sourceRef", renamed)
    start.set("id", renamed)
    for definition in [it for it in start if etree.QName(it).localname.endswith("EventDefinition")]:
        trigger.append(definition)
    del subprocess.attrib["triggeredByEvent"]
    end = ids.fresh(own)
    etree.SubElement(scope, _tag("endEvent"), {"id": end})
    _arrow(scope, ids, trigger.get("id", ""), own)
    _arrow(scope, ids, own, end)
