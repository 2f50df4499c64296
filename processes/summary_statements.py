"""The numbered statements of a committee's page, and the sources they stand on, each in the order it is first named."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from processes.summary_facts import Fact

LONG = ("text", "reasons", "points", "minority", "members")
"""What a source does not repeat: the opinion itself stands in the page once."""


@dataclass
class Sheet:
    """Statements and sources, numbered in the order they are first named."""

    statements: list[Fact] = field(default_factory=list)
    sources: dict[str, Fact] = field(default_factory=dict)

    def say(self, section: str, code: str, sources: Iterable[Fact], /, **params: Any) -> None:
        """One sentence. A source is a row's fact, or a count with what was counted."""
        keys = []
        for it in sources:
            key = str(it["source"])
            known = {name: value for name, value in it.items() if name not in LONG}
            origin = {"order": len(self.sources) + 1, "from": key.partition(":")[0]}
            self.sources.setdefault(key, {**known, **origin})
            keys.append(key)
        self.statements.append(
            {
                "number": len(self.statements) + 1,
                "section": section,
                "code": code,
                "params": params,
                "sources": keys,
            }
        )


def told(fact: Fact) -> Fact:
    """A fact as the figures of a sentence: without where it is from."""
    return {name: value for name, value in fact.items() if name != "source"}


def count(code: str, number: int, **what: Any) -> Fact:
    """A source that is a count: what was counted is its `code` up to the first dash."""
    return {"source": f"count:{code}", "code": code.partition("-")[0], "counted": number, **what}
