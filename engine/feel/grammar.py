"""Reads the text of an expression, or of one cell of a decision table, into its tree.

The grammar is a subset of S-FEEL (OMG DMN 1.3, chapter 9 and 10.3.1), written out in docs/reference/feel.md.
Recursive descent: each method reads one level of precedence; `depth` counts nesting, so no text can exhaust the
stack.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from engine.errors import FeelError
from engine.feel import syntax
from engine.feel.functions import FUNCTIONS
from engine.feel.limits import MAX_DEPTH, MAX_NODES
from engine.feel.literals import as_date, as_days, as_moment
from engine.feel.syntax import Node
from engine.feel.tokens import Token, tokens

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
INPUT = "?"
"""The name under which a cell's tests see the value of their column; no source can write it."""

RESERVED = {
    *("and", "or", "not", "in", "if", "then", "else", "between", "true", "false", "null"),
    *("date", "duration", "time", "function", "for", "every", "some", "return", "instance", "satisfies"),
}
_SPACED = sorted((tuple(name.split(" ")) for name in FUNCTIONS if " " in name), key=len, reverse=True)


class Reader:
    """Goes through the tokens once, from left to right."""

    def __init__(self, source: str) -> None:
        self.tokens = tokens(source)
        self.place = 0
        self.nodes = 0

    @property
    def here(self) -> Token:
        return self.tokens[self.place]

    def sees(self, *values: str) -> bool:
        return self.here.kind in ("sign", "word") and self.here.value in values

    def refuse(self, sentence: str) -> FeelError:
        return FeelError("SYNTAX", sentence, self.here.at)

    def step(self) -> Token:
        token = self.here
        self.place += 1
        return token

    def expect(self, value: str) -> Token:
        if not self.sees(value):
            found = repr(self.here.value) if self.here.value else "the end"
            raise self.refuse(f"expected {value!r}, found {found}")
        return self.step()

    def end(self) -> None:
        if self.here.kind != "end":
            raise self.refuse(f"unexpected {self.here.value!r}")

    def made(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise FeelError("LIMIT", f"an expression has at most {MAX_NODES} parts; split it", node.at)
        return node

    def deeper(self, depth: int) -> int:
        if depth >= MAX_DEPTH:
            raise FeelError("LIMIT", f"an expression is nested at most {MAX_DEPTH} deep", self.here.at)
        return depth + 1

    def expression(self, depth: int) -> Node:
        if not self.sees("if"):
            return self.either(depth)
        at, depth = self.step().at, self.deeper(depth)
        condition = self.expression(depth)
        self.expect("then")
        yes = self.expression(depth)
        self.expect("else")
        return self.made(syntax.Choice(condition, yes, self.expression(depth), at=at))

    def either(self, depth: int) -> Node:
        left = self.both(depth)
        while self.sees("or"):
            at = self.step().at
            left = self.made(syntax.Either(left, self.both(depth), at=at))
        return left

    def both(self, depth: int) -> Node:
        left = self.comparison(depth)
        while self.sees("and"):
            at = self.step().at
            left = self.made(syntax.Both(left, self.comparison(depth), at=at))
        return left

    def comparison(self, depth: int) -> Node:
        left = self.addition(depth)
        if self.sees(*COMPARISONS):
            sign = self.step()
            node = self.made(syntax.Comparison(sign.value, left, self.addition(depth), at=sign.at))
            if self.sees(*COMPARISONS):
                raise self.refuse('comparisons are not chained; write "between"')
            return node
        if self.sees("between"):
            at = self.step().at
            low = self.addition(depth)
            self.expect("and")
            bounds = self.made(syntax.Range(low, self.addition(depth), at=at))
            return self.made(syntax.Within(left, bounds, at=at))
        if self.sees("in"):
            at = self.step().at
            return self.made(syntax.Within(left, self.collection(depth), at=at))
        return left

    def collection(self, depth: int) -> Node:
        """Read what stands behind `in`: a range, a list in either kind of brackets, or a name."""
        if not self.sees("[", "(", "]"):
            return self.primary(depth)
        depth = self.deeper(depth)
        opening = self.step()
        if opening.value != "]" and self.sees("]" if opening.value == "[" else ")"):
            self.step()
            return self.made(syntax.Items((), at=opening.at))
        first = self.expression(depth)
        if self.sees(".."):
            self.step()
            high = self.expression(depth)
            if not self.sees("]", ")", "["):
                raise self.refuse("a range ends with ] or )")
            low_open, high_open = opening.value != "[", self.step().value != "]"
            return self.made(syntax.Range(first, high, low_open, high_open, at=opening.at))
        if opening.value == "]":
            raise self.refuse('a range is written with ".."')
        return self.items(first, opening, depth)

    def items(self, first: Node, opening: Token, depth: int) -> Node:
        items = [first]
        while self.sees(","):
            self.step()
            items.append(self.expression(depth))
        self.expect("]" if opening.value == "[" else ")")
        return self.made(syntax.Items(tuple(items), at=opening.at))

    def addition(self, depth: int) -> Node:
        left = self.product(depth)
        while self.sees("+", "-"):
            sign = self.step()
            left = self.made(syntax.Arithmetic(sign.value, left, self.product(depth), at=sign.at))
        return left

    def product(self, depth: int) -> Node:
        left = self.signed(depth)
        while self.sees("*"):
            at = self.step().at
            left = self.made(syntax.Arithmetic("*", left, self.signed(depth), at=at))
        return left

    def signed(self, depth: int) -> Node:
        if not self.sees("-"):
            return self.primary(depth)
        at = self.step().at
        return self.made(syntax.Negative(self.signed(self.deeper(depth)), at=at))

    def primary(self, depth: int) -> Node:
        token = self.here
        if token.kind == "number":
            return self.made(syntax.Number(Decimal(self.step().value), at=token.at))
        if token.kind == "text":
            return self.made(syntax.Text(self.step().value, at=token.at))
        if self.sees("("):
            self.step()
            inner = self.expression(self.deeper(depth))
            self.expect(")")
            return inner
        if self.sees("["):
            found = self.collection(depth)
            if isinstance(found, syntax.Range):
                raise FeelError("SYNTAX", 'a range stands only behind "in"', token.at)
            return found
        if token.kind == "word":
            return self.word(depth)
        raise self.refuse(f"unexpected {token.value!r}" if token.value else "the expression ends too early")

    def word(self, depth: int) -> Node:
        token = self.here
        if token.value in ("true", "false"):
            return self.made(syntax.Boolean(self.step().value == "true", at=token.at))
        if token.value == "null":
            self.step()
            return self.made(syntax.Null(at=token.at))
        if token.value == "not":
            self.step()
            found = self.arguments(depth)
            if len(found) != 1:
                raise FeelError("SYNTAX", "not(…) takes exactly one condition", token.at)
            return self.made(syntax.Not(found[0], at=token.at))
        if (literal := self.temporal()) is not None:
            return literal
        if (function := self.function()) is not None:
            return self.made(syntax.Call(function, tuple(self.arguments(depth)), at=token.at))
        if token.value in RESERVED:
            raise self.refuse(f"the word {token.value!r} means something else in this language")
        self.step()
        if self.sees("("):
            raise FeelError("FUNCTION", f"there is no function {token.value!r}", token.at)
        return self.made(syntax.Name(token.value, at=token.at))

    def function(self) -> str | None:
        """Step over the name of a function of the table, if one stands here before a parenthesis."""
        for words in (*_SPACED, (self.here.value,)):
            ahead = self.tokens[self.place : self.place + len(words) + 1]
            if (
                " ".join(words) in FUNCTIONS
                and tuple(token.value for token in ahead[:-1] if token.kind == "word") == words
                and (ahead[-1].kind, ahead[-1].value) == ("sign", "(")
            ):
                self.place += len(words)
                return " ".join(words)
        return None

    def temporal(self) -> Node | None:
        """Read `date("…")`, `date and time("…")` or `duration("…")`, if one of them stands here."""
        at = self.here.at
        ahead = [
            token.value
            for token in self.tokens[self.place : self.place + 4]
            if token.kind in ("word", "sign")
        ]
        if ahead[:2] == ["date", "("] and (day := as_date(self.quoted(1, "date"))):
            return self.made(syntax.Date(day, at=at))
        if ahead == ["date", "and", "time", "("] and (moment := as_moment(self.quoted(3, "date and time"))):
            return self.made(syntax.Moment(moment, at=at))
        if ahead[:2] == ["duration", "("] and (days := as_days(self.quoted(1, "duration"))) is not None:
            return self.made(syntax.Duration(days, at=at))
        if at != self.here.at:
            raise FeelError(
                "SYNTAX",
                'write date("2026-03-01"), date and time("2026-03-01T09:00:00+02:00") or duration("P14D")',
                at,
            )
        return None

    def quoted(self, words: int, name: str) -> str:
        self.place += words
        self.expect("(")
        if self.here.kind != "text":
            raise self.refuse(f"{name}(…) takes a text in double quotes")
        text = self.step().value
        self.expect(")")
        return text

    def test(self) -> Node:
        """Read one test of a table cell; a test with a sign or a range is already a condition over INPUT."""
        subject = syntax.Name(INPUT, at=self.here.at)
        if self.sees(*COMPARISONS):
            sign = self.step()
            return self.made(syntax.Comparison(sign.value, subject, self.addition(0), at=sign.at))
        if self.sees("[", "(", "]"):
            among = self.collection(0)
            return self.made(syntax.Within(subject, among, at=among.at))
        return self.addition(0)

    def arguments(self, depth: int) -> list[Node]:
        self.expect("(")
        depth = self.deeper(depth)
        found: list[Node] = []
        if not self.sees(")"):
            found.append(self.expression(depth))
            while self.sees(","):
                self.step()
                found.append(self.expression(depth))
        self.expect(")")
        return found


@lru_cache(maxsize=4096)
def read_expression(source: str) -> Node:
    """Read one whole expression. Raises FeelError SYNTAX, FUNCTION or LIMIT."""
    reader = Reader(source)
    node = reader.expression(0)
    reader.end()
    return node


@lru_cache(maxsize=4096)
def read_tests(source: str) -> tuple[bool, tuple[Node, ...]]:
    """Read one cell of a decision table (DMN 1.3, unary tests).

    Out: whether the tests stand within not(…), and the tests, any of which suffices; none for `-` or an empty cell.
    A test is a condition over INPUT, or a value to compare with. Raises FeelError SYNTAX, FUNCTION or LIMIT.
    """
    if source.strip() in ("", "-"):
        return False, ()
    reader = Reader(source)
    negated = reader.sees("not")
    if negated:
        reader.step()
        reader.expect("(")
    tests = [reader.test()]
    while reader.sees(","):
        reader.step()
        tests.append(reader.test())
    if negated:
        reader.expect(")")
    reader.end()
    return negated, tuple(tests)
