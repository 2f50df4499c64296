"""The grammar as docs/reference/feel.md writes it, for tests to ask what it accepts and what it makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

_PART = re.compile(r'"[^"]*"|[a-z_]+|[\[\]{}()|=!]')
_CLASSES = ("number", "text", "name", "function")
Rule = tuple[Any, ...]
Token = tuple[str, str]  # class, as written


def read_grammar(text: str) -> dict[str, Rule]:
    """Out: the rules by name, as nested ("seq" | "any" | "maybe" | "many" | "not" | "word" | "rule" | "class", …)."""
    rules: dict[str, Rule] = {}
    for entry in re.split(r"\n(?=[a-z_]+ +=)", text.strip()):
        name, _, body = entry.partition("=")
        parts = _PART.findall(body)
        rule, rest = _alternatives(parts)
        assert not rest, (name, rest)
        rules[name.strip()] = rule
    return rules


def _alternatives(parts: list[str]) -> tuple[Rule, list[str]]:
    found = []
    while True:
        rule, parts = _sequence(parts)
        found.append(rule)
        if not parts or parts[0] != "|":
            return (found[0] if len(found) == 1 else ("any", *found)), parts
        parts = parts[1:]


def _sequence(parts: list[str]) -> tuple[Rule, list[str]]:
    found: list[Rule] = []
    while parts and parts[0] not in "|)]}":
        rule, parts = _item(parts)
        found.append(rule)
    return ("seq", *found), parts


def _item(parts: list[str]) -> tuple[Rule, list[str]]:
    head, rest = parts[0], parts[1:]
    if head == "!":
        inner, rest = _item(rest)
        return ("not", inner), rest
    if head in "([{":
        inner, rest = _alternatives(rest)
        assert rest[0] == {"(": ")", "[": "]", "{": "}"}[head]
        return ({"(": "seq", "[": "maybe", "{": "many"}[head], inner), rest[1:]
    if head.startswith('"'):
        return ("seq", *(("word", word) for word in head.strip('"').split())), rest
    return (("class" if head in _CLASSES else "rule"), head), rest


def accepts(rules: Mapping[str, Rule], start: str, tokens: list[Token]) -> bool:  # noqa: C901  one case per kind of rule
    """Whether the whole row of tokens can be read as the rule `start`."""
    known: dict[tuple[str, int], frozenset[int]] = {}

    def ends(rule: Rule, at: int) -> frozenset[int]:
        kind, *inner = rule
        if kind == "rule":
            key = (inner[0], at)
            if key not in known:
                known[key] = ends(rules[inner[0]], at)
            return known[key]
        if kind == "word":
            return frozenset({at + 1} if at < len(tokens) and tokens[at][1] == inner[0] else ())
        if kind == "class":
            return frozenset({at + 1} if at < len(tokens) and _is(inner[0], *tokens[at]) else ())
        if kind == "any":
            return frozenset().union(*(ends(it, at) for it in inner))
        if kind == "not":
            return frozenset() if ends(inner[0], at) else frozenset({at})
        if kind == "maybe":
            return ends(inner[0], at) | {at}
        if kind == "many":
            return frozenset(_closure(lambda place: ends(inner[0], place), at))
        places = frozenset({at})
        for it in inner:
            places = frozenset().union(*(ends(it, place) for place in places))
        return places

    return len(tokens) in ends(("rule", start), 0)


def _is(wanted: str, found: str, text: str) -> bool:
    """The name of a function is a name as well, unless a parenthesis follows."""
    return wanted == found or (wanted == "name" and found == "function" and " " not in text)


def _closure(step: Any, at: int) -> Iterator[int]:
    seen, waiting = {at}, [at]
    while waiting:
        place = waiting.pop()
        yield place
        fresh = step(place) - seen
        seen |= fresh
        waiting.extend(fresh)


def make(
    rules: Mapping[str, Rule], start: str, chance: Random, words: Mapping[str, list[str]]
) -> list[Token]:
    """Out: a random row of tokens the grammar makes. In: words of each class to choose from."""
    left = 25  # choices that may still grow the text

    def write(rule: Rule) -> list[Token]:
        nonlocal left
        kind, *inner = rule
        if kind == "rule":
            return write(rules[inner[0]])
        if kind == "word":
            return [("word", inner[0])]
        if kind == "class":
            return [(inner[0], chance.choice(words[inner[0]]))]
        if kind == "not":
            return []
        if kind == "seq":
            return [token for it in inner for token in write(it)]
        left -= 1
        if kind == "any":
            return write(min(inner, key=len) if left < 0 else chance.choice(inner))
        return write(inner[0]) if left > 0 and chance.random() < 0.3 else []

    return write(("rule", start))
