"""`python3 -m web classify` and `receive`: what a mail is, and taking one in by hand or from a mail server's pipe."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

TRY_AGAIN = 75
Added = Callable[..., argparse.ArgumentParser]


def register(add: Added) -> None:
    """In: what adds a command (name, function, text) and gives its parser."""
    read = add(
        "classify", _classify, "say what a mail is: an answer, a delivery report, an opinion (no database)"
    )
    read.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a mail (default: standard input)")
    read.add_argument("--json", action="store_true", help="print JSON and nothing else")
    take = add("receive", _receive, "take a mail in from standard input, as from a mail server's pipe")
    take.add_argument(
        "--to", action="append", default=[], metavar="ADDRESS", help="an address it was sent to"
    )


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


def _receive(options: argparse.Namespace) -> int:
    """Out: 0 once it is kept; 75 (sysexits' "try again later") when it is not, so that a mail server keeps it."""
    from web.compose import compose
    from web.settings import Settings

    kaasa = compose(Settings())
    try:
        if sentence := kaasa.schema_problem():
            print(sentence, file=sys.stderr)
            return TRY_AGAIN
        taken = kaasa.receiving.keep(_mail(None), recipients=tuple(options.to))
    except Exception as error:  # noqa: BLE001  whatever it is, the mail server must keep the mail
        print(f"The mail was not kept ({type(error).__name__}): try again later.", file=sys.stderr)
        return TRY_AGAIN
    finally:
        kaasa.close()
    print(f"{taken.id}: {taken.kind}, {taken.outcome}{'' if taken.new else ' (had come before)'}")
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
