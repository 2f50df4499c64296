"""How a diagram finds its Python: `id="room/verb"` is the function `verb` of the module `room`, and no other.

    class Send(BaseModel):
        phase: str

    @service                     # @service(later=True): a job of its own right after the commit
    def send(inputs: Send, *, step: Step, post: Post) -> Sent: ...

    @fact                        # usable in guards as `feedback.unanswered`
    def unanswered(*, step: Step) -> int: ...

Inputs are named in the imperative, results in the participle. Everything after the inputs is keyword-only and
injected by its type: `Step`, `Session`, or a tool the runtime was given.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints, overload

from pydantic import BaseModel
from sqlmodel import Session

from engine.errors import ServiceMisfit, ServiceUnknown

if TYPE_CHECKING:
    from engine.definition import Definition

F = TypeVar("F", bound=Callable[..., Any])
Tools = Mapping[type, Callable[["Step"], object]]
_MARK = "__engine_binding__"


@dataclass(frozen=True)
class Step:
    """What a service may know of the step it runs in. `actor` is a person's id, or "engine"."""

    session: Session
    tenant_id: str
    instance_id: str
    business_key: str
    definition: Definition
    now: datetime
    actor: str
    element: str


@dataclass(frozen=True)
class Binding:
    """A bound function: what it takes, what it gives, and what is injected into it."""

    name: str
    function: Callable[..., Any]
    inputs: type[BaseModel] | None
    outputs: type[BaseModel] | None
    injected: Mapping[str, type]
    later: bool = False
    gives: Any = None  # the result's annotation, for facts

    def call(self, values: Mapping[str, Any], step: Step, tools: Tools) -> Any:
        """Run the function. In: raw inputs (names it does not take are left out). Errors: what it raises."""
        extra = {name: _tool(kind, step, tools, self.name) for name, kind in self.injected.items()}
        if self.inputs is None:
            return self.function(**extra)
        taken = {name: value for name, value in values.items() if name in self.inputs.model_fields}
        return self.function(self.inputs.model_validate(taken), **extra)


@overload
def service(function: F) -> F: ...
@overload
def service(*, later: bool = False) -> Callable[[F], F]: ...
def service(function: F | None = None, *, later: bool = False) -> F | Callable[[F], F]:
    """Let a service task or a user task's `operation` call this function."""

    def mark(marked: F) -> F:
        setattr(marked, _MARK, "later" if later else "service")
        return marked

    return mark if function is None else mark(function)


def fact(function: F) -> F:
    """Let guards read this function as `room.verb`."""
    setattr(function, _MARK, "fact")
    return function


class Services:
    """The functions of one package that diagrams may name."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._found: dict[tuple[str, str], Binding] = {}
        self._rooms: tuple[str, ...] | None = None

    @property
    def mark(self) -> tuple[type, str]:
        """Out: what two sets of services share that name the same functions."""
        return type(self), self._package

    def find(self, name: str) -> Binding:
        """Out: the service `room/verb`. Errors: ServiceUnknown (with the nearest names), ServiceMisfit."""
        return self._find(name, "/", "service")

    def fact(self, name: str) -> Binding:
        """Out: the fact `room.verb`. Errors: as `find`."""
        return self._find(name, ".", "fact")

    def names(self) -> list[str]:
        """Out: every service as `room/verb`, sorted."""
        return self._names("/", ("service", "later"))

    def facts(self) -> list[str]:
        """Out: every fact as `room.verb`, sorted."""
        return self._names(".", ("fact",))

    def messages(self) -> frozenset[str] | None:
        """Out: the messages the house sends to running cases: `MESSAGES` of every room that has one.

        None when no room says what is sent.
        """
        told = [getattr(self._module(room), "MESSAGES", None) for room in self._all_rooms()]
        said = [it for it in told if it is not None]
        return frozenset().union(*said) if said else None

    def _find(self, name: str, separator: str, what: str) -> Binding:
        if (what, name) in self._found:
            return self._found[what, name]
        room, _, verb = name.partition(separator)
        function = getattr(self._module(room), verb, None) if room in self._all_rooms() else None
        own = getattr(function, "__module__", "") == f"{self._package}.{room}"
        mark = getattr(function, _MARK, None) if own else None
        if function is None or mark is None or (mark == "fact") != (what == "fact"):
            known = self.facts() if what == "fact" else self.names()
            near = get_close_matches(name, known, n=3, cutoff=0.5)
            hint = (
                f"did you mean {' or '.join(near)}?"
                if near
                else f"known are {', '.join(known[:12]) or 'none'}."
            )
            raise ServiceUnknown(f"there is no {what} {name!r}; {hint}")
        self._found[what, name] = binding = _bind(name, function, later=mark == "later")
        return binding

    def _names(self, separator: str, marks: tuple[str, ...]) -> list[str]:
        return sorted(
            f"{room}{separator}{verb}"
            for room in self._all_rooms()
            for verb, function in vars(self._module(room)).items()
            if getattr(function, _MARK, None) in marks and function.__module__ == f"{self._package}.{room}"
        )

    def _all_rooms(self) -> tuple[str, ...]:
        if self._rooms is None:
            package = importlib.import_module(self._package)
            self._rooms = tuple(it.name for it in pkgutil.iter_modules(package.__path__))
        return self._rooms

    def _module(self, room: str) -> types.ModuleType:
        return importlib.import_module(f"{self._package}.{room}")


def feel_types(annotation: Any) -> set[str]:
    """Out: the types of the expression language a Python annotation can take; empty when none can be told."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return set().union(*(feel_types(it) for it in get_args(annotation)))
    if origin is Literal:
        return set().union(*(feel_types(type(it)) for it in get_args(annotation)))
    if origin in (list, tuple):
        return {
            f"list<{kind}>" for kind in feel_types(get_args(annotation)[0]) if kind in ("string", "number")
        }
    if not isinstance(annotation, type):
        return set()
    for kinds, name in _KINDS:
        if issubclass(annotation, kinds):
            return {name}
    return set()


_KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool,), "boolean"),
    ((int, float, Decimal), "number"),
    ((str, Enum), "string"),
    ((datetime,), "datetime"),
    ((date,), "date"),
)


def _bind(name: str, function: Callable[..., Any], *, later: bool) -> Binding:
    hints = get_type_hints(function)
    positional, injected = [], {}
    for parameter in inspect.signature(function).parameters.values():
        annotation = hints.get(parameter.name)
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            positional.append(annotation)
        elif parameter.kind is parameter.KEYWORD_ONLY and isinstance(annotation, type):
            injected[parameter.name] = annotation
        else:
            raise ServiceMisfit(
                f"{name}: write {parameter.name} as keyword-only with a type that can be injected."
            )
    inputs = positional[0] if positional else None
    if len(positional) > 1 or (positional and not _is_model(inputs)):
        raise ServiceMisfit(f"{name}: take at most one positional argument, a pydantic model of its inputs.")
    gives = hints.get("return")
    results = [it for it in (get_args(gives) or (gives,)) if _is_model(it)]
    return Binding(name, function, inputs, results[0] if results else None, injected, later, gives)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _tool(kind: type, step: Step, tools: Tools, name: str) -> object:
    if kind is Step:
        return step
    if kind is Session:
        return step.session
    if kind not in tools:
        raise ServiceMisfit(
            f"{name} asks for a {kind.__name__}, which the runtime was not given; see its tools."
        )
    return tools[kind](step)
