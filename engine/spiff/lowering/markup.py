"""What every rewriting needs: names of tags, ids nobody has, arrows and helpers that are not drawn."""

from __future__ import annotations

from lxml import etree

from engine.diagram import BPMN, EVENTS, GATEWAYS, TASKS


def tag(name: str) -> str:
    """Out: a BPMN tag as lxml writes it."""
    return f"{{{BPMN}}}{name}"


NODE_TAGS = frozenset(tag(it) for it in TASKS | GATEWAYS | EVENTS | {"subProcess"})
SCOPES = (tag("process"), tag("subProcess"))


class Ids:
    """Fresh ids that no element of the file has."""

    def __init__(self, root: etree._Element) -> None:
        self._taken = {it.get("id") for it in root.iter() if it.get("id")}

    def fresh(self, stem: str) -> str:
        number = 1
        while f"{stem}__{number}" in self._taken:
            number += 1
        self._taken.add(f"{stem}__{number}")
        return f"{stem}__{number}"


def helper(scope: etree._Element, ids: Ids, kind: str, stem: str) -> str:
    """Add a node that is not drawn, and so never seen. Out: its id."""
    identity = ids.fresh(stem)
    etree.SubElement(scope, tag(kind), {"id": identity})
    return identity


def arrow(scope: etree._Element, ids: Ids, source: str, target: str) -> str:
    """Add an arrow. Out: its id."""
    identity = ids.fresh("arrow")
    etree.SubElement(scope, tag("sequenceFlow"), {"id": identity, "sourceRef": source, "targetRef": target})
    return identity


def arrows(scope: etree._Element) -> list[etree._Element]:
    """Out: the arrows drawn in a scope itself."""
    return scope.findall(tag("sequenceFlow"))


def nodes(scope: etree._Element) -> list[etree._Element]:
    """Out: the flow nodes of a scope itself, event subprocesses left out."""
    return [it for it in scope if it.tag in NODE_TAGS and it.get("triggeredByEvent") != "true"]


def event_of(node: etree._Element) -> etree._Element | None:
    """Out: what an event waits for or throws."""
    return next((it for it in node if etree.QName(it).localname.endswith("EventDefinition")), None)
