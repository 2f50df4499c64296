"""A committee's page as it is read: sections of numbered lines, and the sources each line stands on.

The page and the plain text are two faces of this one sheet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web import summary_sentences, summary_sources
from web.i18n import N_
from web.i18n import gettext as _

SECTIONS = {
    "question": N_("What is to be decided"),
    "figures": N_("In short"),
    "unresolved": N_("Unresolved objections"),
    "themes": N_("What the opinions are about"),
    "access": N_("Accessibility"),
    "changed": N_("What changed because of the opinions"),
    "late": N_("Opinions that came late"),
    "who": N_("Who was asked and who answered"),
    "course": N_("What has been done so far"),
    "unknown": N_("What we do not know"),
}


@dataclass(frozen=True)
class Line:
    """One numbered sentence. `opinion`, `kind` and `theme` are the frozen facts it is about, if any."""

    number: int
    code: str
    text: str
    sources: tuple[int, ...]
    params: Mapping[str, Any]
    opinion: Mapping[str, Any] | None = None
    kind: Mapping[str, Any] | None = None
    theme: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Source:
    """Where a line is from. `lines` are the numbers that stand on it, `fact` is what was frozen; an opinion brings its own words."""

    number: int
    text: str
    lines: tuple[int, ...]
    fact: Mapping[str, Any]
    opinion: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Sheet:
    """Lines by section code, and all sources in the order of their numbers."""

    sections: Mapping[str, Sequence[Line]]
    sources: Sequence[Source]

    def titles(self) -> list[tuple[str, str]]:
        """The sections that have anything to say, in reading order, each with its title."""
        return [(code, _(title)) for code, title in SECTIONS.items() if self.sections.get(code)]


def sheet_of(content: Mapping[str, Any]) -> Sheet:
    """In: frozen content. Out: its lines and sources in the reader's language."""
    numbers = {_key(fact): int(fact["order"]) for fact in content["sources"]}
    facts = _Facts(content)
    sections: dict[str, list[Line]] = {}
    users: dict[int, list[int]] = {}
    for it in content["statements"]:
        sources = tuple(numbers[key] for key in it["sources"])
        for number in sources:
            users.setdefault(number, []).append(it["number"])
        sections.setdefault(it["section"], []).append(facts.line(it, sources))
    found = [
        Source(
            number=int(fact["order"]),
            text=summary_sources.source(fact),
            lines=tuple(users.get(int(fact["order"]), ())),
            fact=fact,
            opinion=facts.opinions.get(str(fact.get("feedback_id", ""))),
        )
        for fact in content["sources"]
    ]
    return Sheet(sections, found)


class _Facts:
    """The frozen facts, by what statements call them."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.opinions = {it["feedback_id"]: it for it in content["opinions"]}
        self._kinds = {it["kind"]: it for it in content["kinds"]}
        self._themes = {it["theme"]: it for it in content["themes"]}

    def line(self, statement: Mapping[str, Any], sources: tuple[int, ...]) -> Line:
        code, params = statement["code"], statement["params"]
        return Line(
            number=statement["number"],
            code=code,
            text=summary_sentences.sentence(code, params),
            sources=sources,
            params=params,
            opinion=self.opinions.get(params.get("feedback_id", "")),
            kind=self._kinds.get(params["kind"]) if code == "kind" else None,
            theme=self._themes.get(params["theme"]) if code == "theme" else None,
        )


def _key(fact: Mapping[str, Any]) -> str:
    return str(fact["source"])
