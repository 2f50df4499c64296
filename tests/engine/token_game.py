"""The token game as BPMN 2.0.2 chapter 13 tells it, played on a drawing with counters and no engine.

Small and slow on purpose: tokens lie on arrows, a node takes them and puts new ones. The engine is compared with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from engine.diagram import Diagram, Element, Flow

Truth = Callable[[str], bool]
_WORK = ("userTask", "manualTask")


@dataclass
class Scope:
    """A running process or subprocess: its tokens by arrow, its open tasks, what runs in it, what it handles."""

    name: str
    tokens: Counter[str] = field(default_factory=Counter)
    tasks: list[str] = field(default_factory=list)
    inside: list[tuple[str, Scope]] = field(default_factory=list)
    handling: list[Scope] = field(default_factory=list)
    listens: bool = True

    @property
    def busy(self) -> bool:
        """Whether its own tokens still are somewhere."""
        return bool(+self.tokens) or bool(self.tasks) or bool(self.inside)

    def all(self) -> Iterator[Scope]:
        """Out: itself and everything that runs in it."""
        yield self
        for _, scope in self.inside:
            yield from scope.all()
        for scope in self.handling:
            yield from scope.all()


class Game:
    """One run. `truth` says whether a condition holds now; `done` collects every finished task."""

    def __init__(self, diagram: Diagram, truth: Truth) -> None:
        self.diagram = diagram
        self.truth = truth
        self.done: Counter[str] = Counter()
        self.top = Scope(diagram.process)
        self._begin(self.top)
        self._run()

    @property
    def over(self) -> bool:
        """Whether no token is left."""
        return not self.top.busy and not self.top.handling

    def open(self) -> list[tuple[str, str]]:
        """Out: kind and element of whatever is waited for."""
        found = [("human", it) for scope in self.top.all() for it in scope.tasks]
        found += [("message", start.id) for scope in self.top.all() for _, start in self._listening(scope)]
        return sorted(found)

    def complete(self, task: str) -> None:
        """Finish an open task."""
        scope = next(it for it in self.top.all() if task in it.tasks)
        scope.tasks.remove(task)
        self.done[task] += 1
        self._leave(scope, self.diagram.elements[task])
        self._run()

    def tell(self, message: str) -> None:
        """Give a message to every event subprocess that waits for it."""
        for scope in list(self.top.all()):
            for handler, start in self._listening(scope):
                if start.reference == message:
                    self._handle(scope, handler, start)
        self._run()

    # --- rules

    def _listening(self, scope: Scope) -> list[tuple[Element, Element]]:
        # As long as anything runs in the scope, what was begun by another event of it included.
        if not scope.listens or not (scope.busy or scope.handling):
            return []
        handlers = [it for it in self._in(scope.name) if it.triggered]
        return [(it, next(s for s in self._in(it.id) if s.kind == "startEvent")) for it in handlers]

    def _handle(self, scope: Scope, handler: Element, start: Element) -> None:
        if start.interrupting:
            scope.tokens, scope.tasks, scope.inside, scope.handling = Counter(), [], [], []
            scope.listens = False
        running = Scope(handler.id)
        scope.handling.append(running)
        self._leave(running, start)

    def _in(self, name: str) -> list[Element]:
        return [it for it in self.diagram.elements.values() if it.scope == name]

    def _begin(self, scope: Scope) -> None:
        nodes = [it for it in self._in(scope.name) if not it.triggered and it.kind != "boundaryEvent"]
        starts = [it for it in nodes if it.kind == "startEvent"]
        for node in starts or [it for it in nodes if not self.diagram.incoming(it.id)]:
            self._take(scope, node)

    def _run(self) -> None:
        while self._move() or self._merge():
            pass

    def _move(self) -> bool:
        for scope in list(self.top.all()):
            for node in self._in(scope.name):
                into = [it.id for it in self.diagram.incoming(node.id)]
                full = [it for it in into if scope.tokens[it] > 0]
                if not full or (node.kind == "inclusiveGateway" and len(into) > 1):
                    continue
                if node.kind != "parallelGateway":
                    scope.tokens[full[0]] -= 1
                elif len(full) == len(into):
                    scope.tokens.subtract(into)
                else:
                    continue
                self._take(scope, node)
                return True
            handled = next((it for it in scope.handling if not it.busy and not it.handling), None)
            if handled is not None:
                scope.handling.remove(handled)
                return True
            over = next((it for it in scope.inside if not it[1].busy and not it[1].handling), None)
            if over is not None:
                scope.inside.remove(over)
                self._leave(scope, self.diagram.elements[over[0]])
                return True
        return False

    def _merge(self) -> bool:
        for scope in list(self.top.all()):
            for node in self._in(scope.name):
                into = self.diagram.incoming(node.id)
                full = [it for it in into if scope.tokens[it.id] > 0]
                if node.kind == "inclusiveGateway" and full and not self._may_come(scope, node, into, full):
                    scope.tokens.subtract(it.id for it in full)
                    self._take(scope, node)
                    return True
        return False

    def _may_come(self, scope: Scope, node: Element, into: list[Flow], full: list[Flow]) -> bool:
        """Whether a token elsewhere can reach an empty arrow of the gateway and none that has one."""
        empty = {it.id for it in into} - {it.id for it in full}
        held = {it.id for it in full}
        places = [self.diagram.flows[it].target for it in +scope.tokens if it not in held]
        places += scope.tasks + [it for it, _ in scope.inside]
        for place in places:
            reached = self._reached(place, node.id)
            if reached & empty and not reached & held:
                return True
        return False

    def _reached(self, place: str, gateway: str) -> set[str]:
        arrows: set[str] = set()
        stack = [place]
        while stack:
            here = stack.pop()
            for flow in self.diagram.outgoing(here) if here != gateway else ():
                if flow.id not in arrows:
                    arrows.add(flow.id)
                    stack.append(flow.target)
        return arrows

    def _take(self, scope: Scope, node: Element) -> None:
        if node.kind in _WORK:
            scope.tasks.append(node.id)
        elif node.kind == "subProcess":
            inner = Scope(node.id)
            scope.inside.append((node.id, inner))
            self._begin(inner)
        else:
            self._leave(scope, node)

    def _leave(self, scope: Scope, node: Element) -> None:
        out = self.diagram.outgoing(node.id)
        default = [it for it in out if it.id == node.default]
        holding = [it for it in out if it.condition and it not in default and self.truth(it.condition)]
        if node.kind == "exclusiveGateway":
            taken = holding[:1] or default or [it for it in out if not it.condition][:1]
        else:
            plain = [it for it in out if not it.condition and it not in default]
            taken = plain + (holding or default)
        scope.tokens.update(it.id for it in taken)
