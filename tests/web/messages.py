"""What the interface says: every message id in templates and code, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_file

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
    for method, pattern, folder in (("python", "*.py", "web"), ("jinja2.ext:babel_extract", "*.html", "web/templates")):
        for path in sorted((ROOT / folder).rglob(pattern)):
            if "node_modules" in path.parts:
                continue
            options = {} if method == "python" else OPTIONS
            for line, message, *_ in extract_from_file(method, path, keywords=KEYWORDS, options=options):
                yield message, f"{path.relative_to(ROOT)}:{line}"


if __name__ == "__main__":  # for whoever translates: what is still to be said in a language
    import sys

    from web import i18n

    for message, place in extracted().items():
        first = message if isinstance(message, str) else message[0]
        catalogue = i18n.catalogue(sys.argv[1])
        if first not in catalogue._catalog and (first, 0) not in catalogue._catalog:
            print(place, repr(message))
