"""Makes well-typed sentences of the expression language at random, each as we and as a plain FEEL engine write it.

The two texts differ where the other cannot say it as we do: `today()` is not a fixed day elsewhere, `days between` is
ours, the sum of nothing is 0 here and null there, and feelin cannot read every range in turned brackets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

TODAY = date(2026, 3, 2)
NAMES = {
    "n": "number",
    "m": "number",
    "nothing": "number",
    "s": "string",
    "t": "string",
    "b": "boolean",
    "d": "date",
    "e": "datetime",
    "p": "duration",
    "xs": "list<number>",
    "none": "list<number>",
    "ss": "list<string>",
}
VALUES: dict[str, Any] = {
    "n": 7,
    "m": -2.5,
    "nothing": None,
    "s": "edasi",
    "t": "Õhtu",
    "b": True,
    "d": date(2026, 2, 28),
    "e": datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
    "p": timedelta(days=14),
    "xs": [1, 7, 2.5],
    "none": [],
    "ss": ["edasi", "tagasi", ""],
}
WORDS = ("", "a", "edasi", "Õhtu", "õ", "tagasi", "si", 'say \\"hi\\"', "ж", "a b", "and", "1")
DAYS = ("2026-02-28", "2024-02-29", "2026-03-01", "2026-12-31", "2038-01-19", "1999-01-01")
MOMENTS = (
    "2026-03-29T02:59:59+02:00", "2026-03-29T04:00:00+03:00", "2026-10-25T03:30:00+02:00", "2026-03-29T00:59:59Z",
    "2038-01-19T03:14:08Z",
)  # fmt: skip

TURNED = "{} in ]{}..{}["


@dataclass(frozen=True)
class Sentence:
    """One expression: our text, theirs, and its type."""

    ours: str
    theirs: str
    type: str


Pair = tuple[str, str]


class Author:
    """Writes sentences; `depth` falls with each step down, so every one ends."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)

    def sentence(self) -> Sentence:
        kind = self.chance.choice(
            ("boolean", "boolean", "boolean", "number", "string", "list<number>", "date")
        )
        ours, theirs = self.of(kind, self.chance.randint(1, 4))
        return Sentence(ours, theirs, kind)

    def of(self, kind: str, depth: int) -> Pair:
        if depth > 0 and self.chance.random() < 0.12:
            return self.join("if {} then {} else {}", ("boolean", kind, kind), depth, around=True)
        if depth > 0 and self.chance.random() < 0.1:
            return self.join("({})", (kind,), depth)
        written: Pair = getattr(self, "_" + kind.replace("<", "_").replace(">", ""))(depth)
        return written

    def join(self, form: str, kinds: tuple[str, ...], depth: int, *, around: bool = False) -> Pair:
        parts = [self.of(kind, depth - 1) for kind in kinds]
        form = f"({form})" if around else form
        return form.format(*(it[0] for it in parts)), form.format(*(it[1] for it in parts))

    def same(self, *texts: str) -> Pair:
        text = self.chance.choice(texts)
        return text, text

    def _number(self, depth: int) -> Pair:
        if depth <= 0:
            return self.same("n", "m", "0", "1", "7", "2.5", "0.25", "100", "12", "(-3)")
        form, kinds = self.chance.choice((
            ("{} + {}", ("number", "number")), ("{} - {}", ("number", "number")), ("{} * {}", ("number", "number")),
            ("-{}", ("number",)), ("abs({})", ("number",)), ("floor({})", ("number",)), ("ceiling({})", ("number",)),
            ("count({})", ("list<number>",)), ("count({})", ("list<string>",)), ("sum({})", ("list<number>",)),
            ("min({})", ("list<number>",)), ("max({})", ("list<number>",)), ("string length({})", ("string",)),
            ("days", ()),
        ))  # fmt: skip
        if form == "sum({})":
            ours, theirs = self.of("list<number>", depth - 1)
            return f"sum({ours})", f"(if count({theirs}) = 0 then 0 else sum({theirs}))"
        if form == "days":
            (one, two), (other, another) = self.of("date", depth - 1), self.of("date", depth - 1)
            return f"days between({one}, {other})", f"(({another}) - ({two})).days"
        return self.join(form, kinds, depth, around=form.startswith("-"))

    def _string(self, depth: int) -> Pair:
        if depth <= 0:
            return self.same("s", "t", *(f'"{word}"' for word in WORDS))
        form, kinds = self.chance.choice((
            ("{} + {}", ("string", "string")), ("lower case({})", ("string",)), ("upper case({})", ("string",)),
        ))  # fmt: skip
        return self.join(form, kinds, depth)

    def _date(self, depth: int) -> Pair:
        if depth <= 0:
            if self.chance.random() < 0.2:
                return "today()", f'date("{TODAY}")'
            return self.same("d", *(f'date("{day}")' for day in DAYS))
        form = self.chance.choice(("{} + {}", "{} - {}"))
        return self.join(form, ("date", "duration"), depth)

    def _datetime(self, depth: int) -> Pair:
        return self.same("e", *(f'date and time("{it}")' for it in MOMENTS))

    def _duration(self, depth: int) -> Pair:
        return self.same("p", 'duration("P1D")', 'duration("P30D")', 'duration("P0D")', 'duration("P365D")')

    def _list_number(self, depth: int) -> Pair:
        if depth <= 0 or self.chance.random() < 0.3:
            return self.same("xs", "none", "[]", "[1, 7]") if self.chance.random() < 0.4 else self.same("xs")
        return self.join("[{}, {}]", ("number", "number"), depth)

    def _list_string(self, depth: int) -> Pair:
        if depth <= 0 or self.chance.random() < 0.5:
            return self.same("ss")
        return self.join("[{}, {}]", ("string", "string"), depth)

    def _boolean(self, depth: int) -> Pair:
        if depth <= 0:
            return self.same("b", "true", "false", "nothing = null", "nothing != null", "n != null")
        if self.chance.random() < 0.35:
            form, kinds = self.chance.choice((
                ("{} and {}", ("boolean", "boolean")), ("{} or {}", ("boolean", "boolean")), ("not({})", ("boolean",)),
                ("contains({}, {})", ("string", "string")), ("starts with({}, {})", ("string", "string")),
                ("ends with({}, {})", ("string", "string")), ("list contains({}, {})", ("list<string>", "string")),
                ("list contains({}, {})", ("list<number>", "number")), ("nothing != null and nothing > {}", ("number",)),
                ("nothing > {}", ("number",)),
            ))  # fmt: skip
            return self.join(form, kinds, depth, around=" and " in form or " or " in form)
        kind = self.chance.choice(("number", "number", "string", "date", "datetime", "duration"))
        form = self.chance.choice((
            "{} = {}", "{} != {}", "{} < {}", "{} <= {}", "{} > {}", "{} >= {}", "{} in ({}, {})", "{} between {} and {}",
            "{} in [{}..{}]", "{} in ({}..{}]", "{} in [{}..{})", "{} in ({}..{})", TURNED,
        ))  # fmt: skip
        if kind == "duration" and (".." in form or "between" in form):
            form = "{} >= {}"
        kinds = (kind,) * form.count("{}")
        if form == TURNED:
            parts = [self.of(it, depth - 1) for it in kinds]
            return f"({TURNED})".format(*(it[0] for it in parts)), "({} in ({}..{}))".format(
                *(it[1] for it in parts)
            )
        return self.join(form, kinds, depth, around=True)
