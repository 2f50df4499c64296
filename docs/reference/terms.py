"""`terms-<process>.md` and `audience-<process>.md`: the two tables a consultation runs by, as they are drawn."""

from __future__ import annotations

from docs.reference.writing import page, table
from engine.decision import Decision, read_decision
from processes.catalogue import Kind

SURE = {"C": "read in the source"}
TERMS_INTRO = """Every term the process may count, as its table `decisions/terms.dmn` has it. A case keeps the rows that are in
force on the day it begins. `C` was read in the source; anything else was recalled from reading and is shown to people as
"to be verified by the municipality's lawyer". How terms are counted: [explanation](../explanation/terms.md); how to
change one: [Change a term](../how-to/change-a-term.md). The remarks are the table's own, in Estonian."""
AUDIENCE_INTRO = """Which organisations the table `decisions/audience.dmn` proposes, and with which words it says why. The first row
that fits counts. The table proposes; the planner decides. The words are the table's own, in Estonian; letters carry
them in the reader's language. An empty cell means that it does not matter."""


def terms(kind: Kind) -> str:
    """In: a kind of consultation. Out: its terms."""
    found = _read(kind, "terms")
    heads = ["key", *(it.name for it in found.outputs), "remark"]
    rows = [
        [
            _plain(rule.tests[0], code=True),
            *(_plain(it) for it in rule.outputs),
            rule.annotation,
        ]
        for rule in found.rules
    ]
    return page(
        f"Terms of {kind.key}", f"`bpmn/{kind.key}/decisions/terms.dmn`", TERMS_INTRO, table(heads, rows)
    )


def audience(kind: Kind) -> str:
    """In: a kind of consultation. Out: the rules of whom to invite."""
    found = _read(kind, "audience")
    heads = ["", *(f"`{it.expression}`" for it in found.inputs), *(it.name for it in found.outputs)]
    rows = [
        [str(number), *(_plain(it, code=True) for it in rule.tests), *(_plain(it) for it in rule.outputs)]
        for number, rule in enumerate(found.rules, start=1)
    ]
    return page(
        f"Whom {kind.key} invites",
        f"`bpmn/{kind.key}/decisions/audience.dmn`",
        AUDIENCE_INTRO,
        table(heads, rows),
    )


def _read(kind: Kind, name: str) -> Decision:
    return read_decision(kind.files()[f"decisions/{name}.dmn"])


def _plain(cell: str, *, code: bool = False) -> str:
    text = cell.strip()
    if text in ("", "-"):
        return ""
    bare = (
        text.removeprefix("date(").removesuffix(")").strip('"') if text.startswith(("date(", '"')) else text
    )
    return f"`{bare}`" if code else bare
