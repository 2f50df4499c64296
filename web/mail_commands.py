"""`python3 -m web classify` and `receive`: what a mail is, and taking one in by hand or from a mail server's pipe."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

Added = Callable[..., argparse.ArgumentParser]


def register(add: Added) -> None:
    """In: what adds a command (name, function, text) and gives its parser."""
    read = add(
        "classify", _classify, "say what a mail is: an answer, a delivery report, an opinion (no database)"
    )
    read.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a mail (default: standard input)")
    read.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _classify(options: argparse.Namespace) -> int:
    from notifications.inbound.classified import as_json
    from notifications.inbound.classify import classify

    try:
        raw = _mail(options.file)
    except OSError as error:
        print(f"{options.file} cannot be read: {error.strerror}.", file=sys.stderr)
        return 1
    said = as_json(classify(raw))
    print(json.dumps(said, ensure_ascii=False, indent=1) if options.json else _sentences(said))
    return 0


def _mail(file: Path | None) -> bytes:
    """Out: the mail, and no more of it than shows that it is too large."""
    from notifications.inbound.mime import SIZE

    def read(source: BinaryIO) -> bytes:
        return source.read(SIZE + 1)

    if file is None:
        return read(sys.stdin.buffer)
    with file.open("rb") as source:
        return read(source)


def _sentences(said: dict[str, Any]) -> str:
    lines = [f"{said['kind']}: {', '.join(said['reasons'])}"]
    lines += [
        f"{name}: {said[name]}" for name in ("token", "attendee", "partstat", "uid", "comment") if said[name]
    ]
    lines += [f"{row['recipient']}: {row['action']} {row['status']}" for row in said["bounces"]]
    return "\n".join([*lines, said["text"]] if said["text"] else lines)
