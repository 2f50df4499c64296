"""Arrows: what BPMN lets an author leave undrawn (start, end, split) is drawn with helpers nobody sees.

BPMN 2.0.2, 13.2.1 and 10.3.1: several arrows out of an activity or event split as a parallel gateway, those with
conditions as an inclusive one; without a start event everything no arrow leads to begins at once.
"""

from __future__ import annotations

from lxml import etree

from engine.diagram import GATEWAYS
from engine.spiff.lowering.markup import Ids, arrow, arrows, helper, nodes, tag

_GATEWAY_TAGS = frozenset(tag(it) for it in GATEWAYS)


def draw_starts(scope: etree._Element, ids: Ids) -> None:
    """One start event, whatever was drawn: none, one, or several plain ones that all begin."""
    starts = scope.findall(tag("startEvent"))
    if len(starts) == 1:
        return
    reached = {it.get("targetRef") for it in arrows(scope)}
    first = starts or [
        it for it in nodes(scope) if it.get("id") not in reached and it.tag != tag("boundaryEvent")
    ]
    if not first:
        return
    for start in starts:
        start.tag = tag("intermediateThrowEvent")
    begin = helper(scope, ids, "startEvent", scope.get("id", "start"))
    for it in first:
        arrow(scope, ids, begin, it.get("id", ""))


def draw_ends(scope: etree._Element, ids: Ids) -> None:
    """Whatever no arrow leaves ends there."""
    left = {it.get("sourceRef") for it in arrows(scope)}
    for node in nodes(scope):
        if node.get("id") not in left and node.tag != tag("endEvent"):
            end = helper(scope, ids, "endEvent", scope.get("id", "end"))
            arrow(scope, ids, node.get("id", ""), end)
    if scope.find(tag("endEvent")) is None:
        helper(scope, ids, "endEvent", scope.get("id", "end"))


def draw_splits(scope: etree._Element, ids: Ids) -> None:
    """Several arrows, or one with a condition, leave a step that is no gateway."""
    for node in nodes(scope):
        if node.tag in _GATEWAY_TAGS:
            continue
        default = node.get("default")
        out = [it for it in arrows(scope) if it.get("sourceRef") == node.get("id")]
        chosen = [it for it in out if _condition(it) is not None]
        plain = [it for it in out if it not in chosen and (it.get("id") != default or not chosen)]
        if not chosen and len(out) < 2:
            continue
        node.attrib.pop("default", "")
        stem = node.get("id", "split")
        source = stem
        if plain:
            source = helper(scope, ids, "parallelGateway", stem)
            arrow(scope, ids, stem, source)
            for it in plain:
                it.set("sourceRef", source)
        if chosen:
            _choose(scope, ids, source, [it for it in out if it not in plain], default, lone=not plain)


def _choose(
    scope: etree._Element,
    ids: Ids,
    source: str,
    out: list[etree._Element],
    default: str | None,
    *,
    lone: bool,
) -> None:
    choice = helper(scope, ids, "inclusiveGateway", source)
    gateway = scope[-1]
    arrow(scope, ids, source, choice)
    for it in out:
        it.set("sourceRef", choice)
    if default in {it.get("id") for it in out}:
        gateway.set("default", default or "")
    elif not lone:
        # The arrows without condition go on anyway, so that no condition holding is no fault.
        nowhere = helper(scope, ids, "endEvent", choice)
        gateway.set("default", arrow(scope, ids, choice, nowhere))


def part_twins(scope: etree._Element, ids: Ids) -> None:
    """Two arrows between the same steps are two ways; the library knows ways by where they come from."""
    seen = set()
    for it in arrows(scope):
        ends = it.get("sourceRef"), it.get("targetRef")
        if ends in seen:
            between = helper(scope, ids, "intermediateThrowEvent", it.get("id", "arrow"))
            arrow(scope, ids, between, it.get("targetRef", ""))
            it.set("targetRef", between)
        seen.add(ends)


def _condition(flow: etree._Element) -> etree._Element | None:
    return flow.find(tag("conditionExpression"))
