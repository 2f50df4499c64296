"""Write the reference from the code: `python3 -m docs.reference.generate`.

A test compares the pages with what this would write, so they are complete and current by construction.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def pages() -> dict[str, str]:
    """Out: every generated page by its file name."""
    from docs.reference import commands, letters, settings, tables, terms, verbs  # noqa: PLC0415  after the bootstrap
    from processes.catalogue import kinds  # noqa: PLC0415

    found = {
        "commands.md": commands.text(),
        "settings.md": settings.text(),
        "verbs.md": verbs.text(),
        "tables.md": tables.text(),
        "letters.md": letters.text(),
    }
    for kind in kinds():
        found[f"terms-{kind.key}.md"] = terms.terms(kind)
        found[f"audience-{kind.key}.md"] = terms.audience(kind)
    return found


def main() -> int:
    """Write what changed. Out: an exit code."""
    from web.bootstrap import ensure  # noqa: PLC0415  it may restart this command in the right Python

    ensure("requirements-test.lock")
    for name, text in pages().items():
        path = HERE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"Wrote docs/reference/{name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
