"""The figures of a committee's page: each can be asked of the database again and gives the same."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from processes.feedback import COUNTED
from processes.summary_facts import Fact, Facts


def counts(facts: Facts) -> dict[str, Any]:
    """The figures of the page, each of which the database can be asked for again."""
    invited, opinions = facts.invited, facts.opinions
    answered = [it for it in invited if it["answered"] or it["no_comments"]]
    points = [point for it in opinions for point in it["points"]]
    return {
        "invited": len(invited),
        "answered": len(answered),
        "no_comments": sum(it["no_comments"] for it in invited),
        "silent": len(invited) - len(answered),
        "unopened": sum(not it["opened"] and it not in answered for it in invited),
        "opinions": len(opinions),
        "counted": sum(it["state"] in COUNTED for it in opinions),
        "authors": facts.authors,
        "late": sum(it["late"] for it in opinions),
        "withdrawn": facts.withdrawn,
        "unanswered": sum(not it["outcome"] for it in opinions),
        "outcomes": dict(Counter(it["outcome"] or "unanswered" for it in opinions)),
        "kinds": dict(Counter(it["author_kind"] for it in opinions)),
        "channels": dict(Counter(it["channel"] for it in opinions)),
        "points": len(points),
        "split": sum(bool(it["points"]) for it in opinions),
        "point_outcomes": dict(Counter(it["outcome"] or "undecided" for it in points)),
        "groups": len(facts.groups),
        "grouped": sum(it["size"] for it in facts.groups),
        "minority": sum(len(it["minority"]) for it in opinions),
    }


def by_kind(invited: Sequence[Fact]) -> list[Fact]:
    """Per kind of organisation: how many were asked, and by name who spoke and who was silent."""
    rows = []
    for kind in sorted({it["kind"] for it in invited}):
        asked = [it for it in invited if it["kind"] == kind]
        spoke = [it["name"] for it in asked if it["answered"]]
        nothing = [it["name"] for it in asked if it["no_comments"]]
        silent = [it["name"] for it in asked if not (it["answered"] or it["no_comments"])]
        rows.append(
            {
                "source": f"count:invited-{kind}",
                "kind": kind,
                "invited": len(asked),
                "spoke": spoke,
                "no_comments": nothing,
                "silent": silent,
            }
        )
    return rows


def by_theme(opinions: Sequence[Fact]) -> list[Fact]:
    """Per theme: how many opinions and how they were answered; the largest first, those without one last."""
    themes: dict[str, list[Fact]] = {}
    for it in opinions:
        themes.setdefault(it["theme"], []).append(it)
    rows = [
        {
            "source": f"count:theme-{theme}",
            "theme": theme,
            "opinions": len(given),
            "outcomes": dict(Counter(it["outcome"] or "unanswered" for it in given)),
            "receipts": [it["receipt"] for it in given],
        }
        for theme, given in themes.items()
    ]
    return sorted(rows, key=lambda row: (not row["theme"], -row["opinions"], row["theme"]))
