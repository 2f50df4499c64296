"""Cuts the text of an expression into tokens, each with the character where it began."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.errors import FeelError
from engine.feel.limits import MAX_DECIMALS, MAX_DIGITS, MAX_LITERAL, MAX_SOURCE

# No alternative can match in two ways, so the search is linear in the length of the text.
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<text>"(?:[^"\\\n]|\\["\\n])*")
    | (?P<sign>\.\.|!=|<=|>=|[=<>+\-*(),\[\]])
    | (?P<word>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    | (?P<bad>\S)
    )""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)")


class Token(NamedTuple):
    """One token: its kind (number, text, sign, word, end), its value and where it began."""

    kind: str
    value: str
    at: int


def tokens(source: str) -> list[Token]:
    """Cut a source of at most MAX_SOURCE characters; the last token is always of kind `end`.

    Raises FeelError SYNTAX for a character the language does not know, LIMIT for anything too long.
    """
    if len(source) > MAX_SOURCE:
        raise FeelError("LIMIT", f"an expression has at most {MAX_SOURCE} characters; shorten it", MAX_SOURCE)
    found = []
    for match in _TOKEN.finditer(source):
        kind = str(match.lastgroup)
        value, at = match.group(kind), match.start(kind)
        if kind == "bad":
            hint = "; texts stand in double quotes" if value in "\"'" else ""
            raise FeelError("SYNTAX", f"unexpected {value!r}{hint}", at)
        if kind == "text":
            value = _ESCAPE.sub(lambda escaped: "\n" if escaped[1] == "n" else escaped[1], value[1:-1])
            if len(value) > MAX_LITERAL:
                raise FeelError("LIMIT", f"a text literal has at most {MAX_LITERAL} characters", at)
        if kind == "number":
            digits, _, decimals = value.partition(".")
            if len(digits) > MAX_DIGITS or len(decimals) > MAX_DECIMALS:
                raise FeelError(
                    "LIMIT", f"a number has at most {MAX_DIGITS} digits and {MAX_DECIMALS} decimals", at
                )
        found.append(Token(kind, value, at))
    found.append(Token("end", "", len(source)))
    return found
