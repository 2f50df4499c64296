"""What is asked when a case of a kind begins: the form of its drawing's start event, in the process's own words.

The form holds only words: which of the matter's parts are asked, what they are called, and which must be there. How
each is answered (a list of committees, topics the registry knows) belongs to the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from engine.process import Process
from processes.catalogue import Kind

PARTS = (
    "title", "what", "open_points", "already_decided", "place", "topics", "impacts", "applicant", "application_on",
    "decided_by", "committee_id",
)  # fmt: skip
ALWAYS = ("title", "what", "application_on")
"""A case cannot be without these, whatever its form says."""


@dataclass(frozen=True)
class Asked:
    """One part of the matter as this kind asks it. An empty label leaves the words to the page."""

    label: str = ""
    hint: str = ""
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()


_FREE = ("open_points", "already_decided", "topics", "impacts", "committee_id")
EVERYTHING: Mapping[str, Asked] = {it: Asked(required=it not in _FREE) for it in PARTS}


def of_kind(kind: Kind, language: str) -> Mapping[str, Asked]:
    """By part what a kind asks, in a language. A kind without such a form asks for everything, in the page's words."""
    return _read(tuple(kind.files().items()), language)


def title(kind: Kind, language: str) -> str:
    """What a kind is called, in a language."""
    return _process(tuple(kind.files().items())).translate(kind.title, language)


@lru_cache(maxsize=16)
def _process(files: tuple[tuple[str, str], ...]) -> Process:
    return Process(dict(files))


@lru_cache(maxsize=32)
def _read(files: tuple[tuple[str, str], ...], language: str) -> Mapping[str, Asked]:
    process = _process(files)
    start = _start(process)
    form = process.form(start) if start else None
    if form is None:
        return EVERYTHING

    def say(text: str) -> str:
        return process.translate(text, language) if text else ""

    found = {
        it.key: Asked(
            say(it.label), say(it.description), it.required or it.key in ALWAYS,
            tuple((value, say(label)) for value, label in it.options),
        )
        for it in form.all()
        if it.key in PARTS
    }  # fmt: skip
    return {it: Asked(required=True) for it in ALWAYS if it not in found} | found


def _start(process: Process) -> str:
    diagram = process.diagram
    return next(
        (
            it.id
            for it in diagram.elements.values()
            if it.kind == "startEvent" and it.scope == diagram.process
        ),
        "",
    )
