"""What a figure of a committee's page counted: the opinions and the organisations themselves, as they were frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processes.response import UNRESOLVED
from web import public_words
from web import summary_words as words
from web.i18n import gettext as _
from web.public_words import word

Facts = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Counted:
    """One of those counted. `receipt` leads to an opinion's page; an organisation has none."""

    text: str
    receipt: str = ""


def counted(fact: Mapping[str, Any], content: Mapping[str, Any]) -> list[Counted]:
    """In: a source and the frozen content. Out: what it counts, in order; nothing where that would name people."""
    if fact["from"] == "invitation" or fact.get("code") in {"invited", "unopened"}:
        return [Counted(_invited(it)) for it in content["invited"] if _asked(fact, it)]
    if fact["from"] == "count" and fact["code"] == "groups":
        return [Counted(words.group(it), it["leader"]) for it in content.get("groups", ())]
    return [Counted(_opinion(it), it["receipt"]) for it in _opinions(fact, content["opinions"])]


def _opinions(fact: Mapping[str, Any], opinions: Facts) -> Facts:
    if "receipts" in fact:
        wanted = set(fact["receipts"])
        return [it for it in opinions if it["receipt"] in wanted]
    if fact["from"] != "count":
        return ()
    rule = RULES.get(fact["code"])
    return [it for it in opinions if rule(fact, it)] if rule is not None else ()


RULES: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], bool]] = {
    "opinions": lambda fact, it: it["author_kind"] == fact.get("author_kind", it["author_kind"]),
    "channel": lambda fact, it: it["channel"] == fact["channel"],
    "unresolved": lambda _fact, it: it["outcome"] in UNRESOLVED,
    "points": lambda fact, it: any(
        (point["outcome"] or "undecided") == fact.get("point", point["outcome"] or "undecided")
        for point in it.get("points", ())
    ),
}


def _asked(fact: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    if fact["from"] == "invitation":
        return bool(asked["source"] == fact["source"])
    if fact["code"] == "unopened":
        return not (asked["opened"] or asked["answered"] or asked["no_comments"])
    return bool(asked["kind"] == fact.get("kind", asked["kind"]))


def _invited(asked: Mapping[str, Any]) -> str:
    said = "answered" if asked["answered"] else "no_comments" if asked["no_comments"] else "silent"
    told = {"answered": _("answered"), "no_comments": _("no comments"), "silent": _("silent")}[said]
    return f"{asked['name']}: {told}"


def _opinion(it: Mapping[str, Any]) -> str:
    return ", ".join(
        (
            f"{it['receipt']}: {words.author(it)}",
            word(public_words.CHANNELS, it["channel"]),
            words.outcome(it["outcome"]),
        )
    )
