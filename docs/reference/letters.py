"""`letters.md`: every letter, its languages and the words it may use, from the list the product checks them by."""

from __future__ import annotations

from docs.reference.writing import page, table
from processes.catalogue import kinds
from processes.letters import OF_CASE, SHARED, STEMS

INTRO = """A letter is a file `<letter>.<language>.md`: its first line is the subject, the rest is Markdown with `{names}` that the
product fills in. A process folder's own `letters/` come first, then `bpmn/shared/letters/`. How to change one:
[Change a letter](../how-to/change-a-letter.md)."""


def text() -> str:
    """Out: the page."""
    rows = [
        [f"`{name}`", ", ".join(_languages(name)), _names(stem.own), "yes" if stem.of_case else "no"]
        for name, stem in STEMS.items()
    ]
    own = table(["letter", "written in", "names of its own", "about a case"], rows)
    return page("Letters", "`processes/letters.py` and the letter files", INTRO, own, CASE, _names(OF_CASE))


CASE = "## Names every letter about a case may use"


def _languages(stem: str) -> list[str]:
    folders = [SHARED, *(it.folder / "letters" for it in kinds())]
    there = {path.name.split(".")[1] for folder in folders for path in folder.glob(f"{stem}.*.md")}
    return [it for it in ("et", "et-easy", "en", "ru") if it in there]


def _names(names: frozenset[str]) -> str:
    return ", ".join(f"`{it}`" for it in sorted(names)) or "–"
