"""What commands of one installation share: the composed product, its refusals as sentences, plain output."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from web.compose import Kaasa

Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
"""Adds a command: its name, what runs it, a sentence about it. Out: its parser, for its options."""


class Refusal(Exception):  # noqa: N818  it is what happened
    """A command cannot be done; the message is the sentence for whoever typed it."""


@contextmanager
def composed() -> Iterator[Kaasa]:
    """The product on the database of the settings. Errors: Refusal when its tables are of another version."""
    from web import logs
    from web.compose import compose
    from web.settings import Settings

    logs.begin()
    kaasa = compose(Settings())
    try:
        if sentence := kaasa.schema_problem():
            raise Refusal(sentence)
        yield kaasa
    finally:
        kaasa.close()


def saying(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Let a command refuse with a sentence and exit code 1."""

    def run(options: argparse.Namespace) -> int:
        try:
            return command(options)
        except Refusal as refusal:
            return fail(str(refusal))

    return run


def fail(sentence: str) -> int:
    """Say why a command was not done. Out: its exit code."""
    print(sentence, file=sys.stderr)
    return 1


def print_json(value: Any) -> None:
    """Print a value for programs."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))
