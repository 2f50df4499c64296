"""Draws a sound process at random: blocks in a row, some of them with blocks inside."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from tests.engine.drawing import (
    END,
    START,
    catch,
    draw,
    edge,
    folder,
    gateway,
    message,
    sub,
    task,
    timer,
    user,
)

MESSAGES = ["paper", "question"]
Arrow = tuple[str, ...]
FLAT = ("user", "service", "later", "timer", "message", "race", "loop", "choice", "edge", "aside")


class Draughtsman:
    """Draws one process; every block has one way in and one way out."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.count = 0
        self.nodes: list[str] = []
        self.arrows: list[Arrow] = []

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def put(self, kind: str, text: str) -> str:
        """Draw a node whose text holds `@` for its id. Out: the id."""
        identity = self.name(kind)
        self.nodes.append(text.replace("@", identity))
        return identity

    def row(self, length: int, depth: int) -> tuple[str, str]:
        """Draw blocks one after the other. Out: the first node and the last."""
        ends = [self.block(depth) for _ in range(length)]
        self.arrows += [(one[1], two[0]) for one, two in pairwise(ends)]
        return ends[0][0], ends[-1][1]

    def block(self, depth: int) -> tuple[str, str]:
        kind = self.chance.choice((*FLAT, "both", "some", "sub") if depth else FLAT)
        if kind in ("both", "some"):
            return self.split("parallel" if kind == "both" else "inclusive", depth)
        drawn: tuple[str, str] = getattr(self, f"_{kind}")(depth)
        return drawn

    def single(self, kind: str, text: str) -> tuple[str, str]:
        identity = self.put(kind, text)
        return identity, identity

    def _user(self, depth: int) -> tuple[str, str]:
        return self.single("u", user("@"))

    def _service(self, depth: int) -> tuple[str, str]:
        return self.single("s", task("@", "letter/keep"))

    def _later(self, depth: int) -> tuple[str, str]:
        return self.single("l", task("@", "letter/post", kind='"x"'))

    def _timer(self, depth: int) -> tuple[str, str]:
        return self.single("t", catch("@", timer(f"P{self.chance.randint(1, 40)}D", "timeDuration")))

    def _message(self, depth: int) -> tuple[str, str]:
        return self.single("m", catch("@", message(self.chance.choice(MESSAGES))))

    def _race(self, depth: int) -> tuple[str, str]:
        race = self.put("g", gateway("@", "eventBased"))
        one = self.put("m", catch("@", message(self.chance.choice(MESSAGES))))
        two = self.put("t", catch("@", timer(f"P{self.chance.randint(1, 9)}D", "timeDuration")))
        three = self.put("t", catch("@", timer(f"P{self.chance.randint(1, 9)}D", "timeDuration")))
        after = self.put("u", user("@"))
        self.arrows += [(race, it) for it in (one, two, three)] + [(it, after) for it in (one, two, three)]
        return race, after

    def _loop(self, depth: int) -> tuple[str, str]:
        doing, way = self.put("u", user("@")), self.name("g")
        out = self.put("s", task("@", "letter/keep"))
        self.nodes.append(gateway(way, default=f"{way}_{out}"))
        self.arrows += [(doing, way), (way, doing, "x < 1"), (way, out)]
        return doing, out

    def _choice(self, depth: int) -> tuple[str, str]:
        way, meet = self.name("g"), self.put("g", gateway("@"))
        one, two = self.put("u", user("@")), self.put("s", task("@", "letter/keep"))
        self.nodes.append(gateway(way, default=f"{way}_{two}"))
        self.arrows += [(way, one, "x < 2"), (way, two), (one, meet), (two, meet)]
        return way, meet

    def _edge(self, depth: int) -> tuple[str, str]:
        """A deadline or a message that ends a task."""
        doing, meet = self.put("u", user("@")), self.put("g", gateway("@"))
        definition = self.chance.choice((timer("P3D", "timeDuration"), message("question")))
        late, then = self.put("b", edge("@", doing, definition)), self.put("s", task("@", "letter/keep"))
        self.arrows += [(doing, meet), (late, then), (then, meet)]
        return doing, meet

    def _aside(self, depth: int) -> tuple[str, str]:
        """A reminder or a question that does not end the task."""
        doing = self.put("u", user("@"))
        definition = self.chance.choice((timer("P3D", "timeDuration"), message("question")))
        aside = self.put("b", edge("@", doing, definition, interrupting=False))
        then, end = self.put("s", task("@", "letter/keep")), self.put("e", '<bpmn:endEvent id="@"/>')
        self.arrows += [(aside, then), (then, end)]
        return doing, doing

    def _sub(self, depth: int) -> tuple[str, str]:
        inner = Draughtsman(self.chance.randrange(10**6))
        inner.count = self.count
        first, last = inner.row(2, depth - 1)
        start, end = inner.put("s", '<bpmn:startEvent id="@"/>'), inner.put("e", '<bpmn:endEvent id="@"/>')
        self.count = inner.count
        return self.single("p", sub("@", inner.nodes, [(start, first), *inner.arrows, (last, end)]))

    def split(self, kind: str, depth: int) -> tuple[str, str]:
        way, meet = self.name("g"), self.put("g", gateway("@", kind))
        ways = [self.row(self.chance.randint(1, 2), depth - 1) for _ in range(2)]
        default = f"{way}_{ways[1][0]}" if kind == "inclusive" else ""
        self.nodes.append(gateway(way, kind, default))
        conditions = [("x < 2",), ()] if kind == "inclusive" else [(), ()]
        for (first, last), condition in zip(ways, conditions, strict=True):
            self.arrows += [(way, first, *condition), (last, meet)]
        return way, meet


def generate(seed: int) -> dict[str, str]:
    """Out: the files of a process; the same for the same seed."""
    drawn = Draughtsman(seed)
    first, last = drawn.row(drawn.chance.randint(2, 4), 2)
    whole = draw(
        f"drawn{seed}",
        [START, *drawn.nodes, END],
        [("start", first), *drawn.arrows, (last, "end")],
        messages=MESSAGES,
    )
    return folder(f"drawn{seed}", whole, fields={"x": "number"})
