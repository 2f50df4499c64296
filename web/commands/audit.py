"""`python3 -m web audit`: whether every history is whole, and the anchor to keep elsewhere."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from web.commands.office import Add, Refusal, composed, print_json, saying


def register(add: Add) -> None:
    """In: what adds a command."""
    command = add(
        "audit", saying(_audit), "check the history of every case and print the anchor to keep elsewhere"
    )
    command.add_argument(
        "--against", type=Path, metavar="FILE", help="an anchor printed earlier, to compare with"
    )


def _audit(options: argparse.Namespace) -> int:
    from engine.errors import AnchorUnreadable
    from processes.actions import operation

    try:
        kept = None if options.against is None else options.against.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{options.against} cannot be read.") from error
    with composed() as kaasa, kaasa.database.session() as session:
        try:
            found = operation.verify(session, kaasa.municipality_id, now=kaasa.wall.now(), against=kept)
        except AnchorUnreadable as error:
            raise Refusal(f"{options.against}: {error}") from error
    for flaw in found.flaws:
        case = found.numbers.get(flaw.instance_id, "")
        row = f", row {flaw.seq}" if flaw.seq else ""
        where = f"{flaw.instance_id}{f' ({case})' if case else ''}{row}: " if flaw.instance_id else ""
        print(f"{where}{flaw.sentence}", file=sys.stderr)
    if found.flaws:
        return 1
    print(f"The history of {len(found.anchor.heads)} cases is whole.", file=sys.stderr)
    print_json(found.anchor.as_json())
    return 0
