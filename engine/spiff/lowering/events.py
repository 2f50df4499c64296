"""Events: link pairs become arrows, signal ends a throw and an end, and every error and escalation gets a code."""

from __future__ import annotations

from lxml import etree

from engine.spiff.lowering.markup import Ids, arrow, arrows, helper, tag


def give_codes(root: etree._Element) -> None:
    """An error without a code is caught by its name; the library would let anything catch it."""
    for kind in ("error", "escalation"):
        for node in root.iterfind(tag(kind)):
            if not node.get(f"{kind}Code"):
                node.set(f"{kind}Code", node.get("name") or node.get("id") or "")


def own_names(root: etree._Element) -> None:
    """Files that run together may use one id for two messages; the library would let the last file win."""
    process = root.find(tag("process"))
    own = "" if process is None else process.get("id", "")
    for kind in ("message", "signal", "error", "escalation"):
        for node in root.iterfind(tag(kind)):
            node.set("id", f"{own}:{node.get('id', '')}")
        for node in root.iter():
            if named := node.get(f"{kind}Ref"):
                node.set(f"{kind}Ref", f"{own}:{named}")


def join_links(scope: etree._Element, ids: Ids) -> None:
    """The library lets the token die at the beginning of a link and calls the process completed."""
    ends = {}
    for catch in scope.findall(tag("intermediateCatchEvent")):
        link = catch.find(tag("linkEventDefinition"))
        if link is not None:
            ends[link.get("name")] = catch.get("id", "")
            catch.remove(link)
            catch.tag = tag("intermediateThrowEvent")
    for throw in scope.findall(tag("intermediateThrowEvent")):
        link = throw.find(tag("linkEventDefinition"))
        if link is not None and link.get("name") in ends:
            throw.remove(link)
            arrow(scope, ids, throw.get("id", ""), ends[link.get("name")])


def throw_before_end(scope: etree._Element, ids: Ids) -> None:
    """The library ignores the signal of an end event."""
    for end in scope.findall(tag("endEvent")):
        signal = end.find(tag("signalEventDefinition"))
        if signal is None:
            continue
        end.remove(signal)
        throw = helper(scope, ids, "intermediateThrowEvent", end.get("id", "end"))
        scope[-1].append(signal)
        for it in arrows(scope):
            if it.get("targetRef") == end.get("id"):
                it.set("targetRef", throw)
        arrow(scope, ids, throw, end.get("id", ""))
