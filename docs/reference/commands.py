"""`commands.md`: every command line of the product, from its own parser."""

from __future__ import annotations

import argparse

from docs.reference.writing import page, table
from web.cli import parser

OTHERS = """## Beside the product

| command | what it does |
|---|---|
| `python3 -m tests` | installs what it needs and runs every check and test; with a path or `-k`, pytest alone |
| `python3 -m tests --long` | the same, with the long runs: full figures, corpora, real clients |
| `python3 -m tests.benchmarks [NAME …] [--json]` | measures `engine`, `flat`, `page`, `mail`; all when none is named |
| `python3 -m docs.reference.generate` | writes the pages of this folder anew |
| `python3 -m docs.screenshots` | takes the pictures of the README from a running demonstration |
| `python3 -m processes.migrations "why"` | writes the next revision of the tables |
"""


def text() -> str:
    """Out: the page."""
    top = parser()
    found = _commands(top)
    overview = table(
        ["command", "what it does"], [[f"[`{name}`](#{name})", _help(top, name)] for name in found]
    )
    intro = (
        "Every command of the product begins with `python3 -m web`. It needs Python 3.11 and nothing else: the first "
        "run installs the locked packages into `.venv`. Every command has `--help`, ends with 0 when it did what was "
        "asked, with 1 when it did not (a sentence on standard error says why), and with 2 when the command line itself "
        "cannot be read. With `--json`, standard output holds one JSON value and nothing else."
    )
    sections = [_section(name, command) for name, command in found.items()]
    return page("Commands", "`web/cli.py`", intro, overview, *sections, OTHERS)


def _commands(top: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    group = next(it for it in top._actions if isinstance(it, argparse._SubParsersAction))  # noqa: SLF001  argparse has no other door
    return dict(group.choices)


def _help(top: argparse.ArgumentParser, name: str) -> str:
    group = next(it for it in top._actions if isinstance(it, argparse._SubParsersAction))  # noqa: SLF001
    return next(it.help or "" for it in group._choices_actions if it.dest == name)  # noqa: SLF001


def _section(name: str, command: argparse.ArgumentParser) -> str:
    actions = [it for it in command._actions if it.dest != "help"]  # noqa: SLF001
    parts = [f"## {name}", command.description or "", f"```\n{_usage(name, actions)}\n```"]
    if actions:
        parts.append(table(["argument", "meaning"], [[_named(it), it.help or ""] for it in actions]))
    return "\n\n".join(parts)


def _usage(name: str, actions: list[argparse.Action]) -> str:
    # Our own line: argparse breaks its lines by the width of the terminal.
    options = [f"[{_spelled(it)}]" for it in actions if it.option_strings]
    words = [f"[{_word(it)} …]" if it.nargs == "*" else _word(it) for it in actions if not it.option_strings]
    return " ".join(["python3 -m web", name, *words, *options])


def _named(action: argparse.Action) -> str:
    return f"`{_spelled(action) if action.option_strings else _word(action)}`"


def _spelled(action: argparse.Action) -> str:
    long = max(action.option_strings, key=len)
    return long if action.nargs == 0 else f"{long} {_word(action)}"


def _word(action: argparse.Action) -> str:
    return str(action.metavar or action.dest.upper())
