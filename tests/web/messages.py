"""What the interface says: every message id in templates and code, and where it stands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from web import i18n

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
OPTIONS = {"newstyle_gettext": "true", "extensions": "jinja2.ext.i18n,jinja2.ext.do", "trimmed": "false"}


def extracted() -> dict[str | tuple[str, ...], str]:
    """Out: message id (a pair for plurals) -> the place where it is said first."""
    found: dict[str | tuple[str, ...], str] = {}
    for message, place in _everywhere():
        found.setdefault(message, place)
    return found


def _everywhere() -> Iterator[tuple[str | tuple[str, ...], str]]:
    for method, pattern, folder in (
        ("python", "*.py", "web"),
        ("jinja2.ext:babel_extract", "*.html", "web/templates"),
    ):
        for path in sorted((ROOT / folder).rglob(pattern)):
            if "node_modules" in path.parts:
                continue
            options = {} if method == "python" else OPTIONS
            for line, message, *_ in extract_from_file(method, path, keywords=KEYWORDS, options=options):
                yield message, f"{path.relative_to(ROOT)}:{line}"


def untranslated(language: str) -> list[str]:
    """Out: what is still to be said in a language, each with its place."""
    known: set[object] = set()
    for path in i18n.LOCALE.glob(f"{language}/LC_MESSAGES/*.po"):
        with path.open("rb") as file:
            known |= {
                message.id for message in read_po(file, locale=language) if message.id and message.string
            }
    return [f"{place}: {message!r}" for message, place in extracted().items() if message not in known]


if __name__ == "__main__":  # for whoever translates: `python -m tests.web.messages ru`
    print("\n".join(untranslated(sys.argv[1])))
