"""A whole file lowered: each rewriting in its order, on a copy."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from engine.spiff.lowering import event_subprocess, events, flows
from engine.spiff.lowering.markup import SCOPES, Ids, tag

_DOCUMENTATION_ONLY = (
    "dataObject", "dataObjectReference", "dataStoreReference", "dataInputAssociation", "dataOutputAssociation",
    "textAnnotation", "association", "group", "property",
)  # fmt: skip


def lower(root: etree._Element) -> etree._Element:
    """Out: a copy of the definitions in the subset the library executes faithfully."""
    lowered = deepcopy(root)
    ids = Ids(lowered)
    for name in _DOCUMENTATION_ONLY:
        for node in list(lowered.iter(tag(name))):
            if (parent := node.getparent()) is not None:
                parent.remove(node)
    for node in lowered.iter(tag("task")):
        node.tag = tag("manualTask")
    events.give_codes(lowered)
    events.own_names(lowered)
    for scope in list(lowered.iter(*SCOPES)):
        events.join_links(scope, ids)
        flows.draw_starts(scope, ids)
        flows.draw_ends(scope, ids)
        flows.draw_splits(scope, ids)
        flows.part_twins(scope, ids)
        events.throw_before_end(scope, ids)
    # From the outside in: what begins an event subprocess leaves it before its inside is wrapped.
    for scope in list(lowered.iter(*SCOPES)):
        event_subprocess.wrap(scope, ids)
    return lowered
