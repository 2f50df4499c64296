"""The caps that bound what one expression can cost, in space and in time."""

from __future__ import annotations

MAX_SOURCE = 1_000
"""Characters of one expression or one table cell."""

MAX_NODES = 150
"""Parts of one expression: literals, names, operators and calls together."""

MAX_DEPTH = 20
"""Nesting of parentheses, lists, calls, `if` and signs."""

MAX_LITERAL = 200
"""Characters of one text literal."""

MAX_STRING = 10_000
"""Characters of any text, from data or computed."""

MAX_LIST = 1_000
"""Elements of any list."""

MAX_NUMBER = 10**15
"""Greatest size of any number, from data or computed."""

MAX_DIGITS = 15
"""Digits of a number literal before the point."""

MAX_DECIMALS = 6
"""Digits of a number literal after the point."""
