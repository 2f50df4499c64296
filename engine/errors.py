"""What the engine refuses, one class per cause; every message says what, where and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Problem:
    """Why one answer of a form was refused: a stable code and what a sentence about it needs.

    `params` holds numbers and short texts only (limits, accepted endings), never what the person wrote.
    """

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


class EngineError(Exception):
    """Whatever the engine refuses; catch a subclass to know the cause."""


class FeelError(EngineError):
    """An expression that cannot be read, typed or computed.

    `code` is one of SYNTAX, LIMIT, NAME, TYPE, FUNCTION (when compiled) and NAME, NULL, VALUE, LIMIT (when
    evaluated); `position` counts characters from 0, or is None where no single place is to blame.
    """

    def __init__(self, code: str, message: str, position: int | None = None) -> None:
        self.code = code
        self.message = message
        self.position = position
        where = "" if position is None else f" (character {position + 1})"
        super().__init__(f"{code}: {message}{where}")


class AnswersRefused(EngineError):
    """Some answers of a form are not acceptable; nothing was stored. `errors` maps field key to Problem."""

    def __init__(self, errors: Mapping[str, Problem]) -> None:
        self.errors = dict(errors)
        super().__init__(
            "answers refused: " + ", ".join(f"{key} {it.code}" for key, it in self.errors.items())
        )


class FormUnreadable(EngineError):
    """A form file that is not the JSON of a bpmn.io form; the sentence names the place and the remedy."""


class MarkupRefused(EngineError):
    """An XML file that is too large, not UTF-8, broken, or carries a document type or instruction."""


class DecisionUnreadable(EngineError):
    """A DMN file that is not exactly one decision table of the supported kind."""


class DecisionFailed(EngineError):
    """A decision table that gave no lawful answer: two rules hit, or an input is missing or not allowed."""


@dataclass(frozen=True)
class Finding:
    """Something in a file of a process that would misrun: where it is, and a sentence with the remedy."""

    file: str
    element: str
    sentence: str

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.element}: {self.sentence}"
            if self.element
            else f"{self.file}: {self.sentence}"
        )


class DefinitionRefused(EngineError):
    """A process folder with findings was to be deployed; nothing was stored."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        super().__init__("the process cannot be deployed: " + " | ".join(str(it) for it in findings))


class UnknownDefinition(EngineError):
    """No definition of that key or id was deployed for this tenant; deploy its folder first."""


class UnknownInstance(EngineError):
    """There is no such instance for this tenant."""


class NotOpen(EngineError):
    """The task, job or deadline is not open: it was done, it was withdrawn, or it never was. Nothing changed."""


class GuardHolds(EngineError):
    """A task's guard is not yet true; nothing was stored. `values` are what it was computed from."""

    def __init__(self, element: str, guard: str, values: Mapping[str, object]) -> None:
        self.element = element
        self.guard = guard
        self.values = dict(values)
        super().__init__(f"{element} cannot be completed while {guard} is not true")


class Conflict(EngineError):
    """Another step changed the same instance meanwhile; run the step again from the beginning."""


class StateUnreadable(EngineError):
    """A stored state is not one this engine wrote, or its definition is missing; restore it from a backup."""


class BudgetExceeded(EngineError):
    """One event from outside led to more steps than a sound process takes; the diagram probably loops."""


class ValueRefused(EngineError):
    """A value does not fit the declared type of its field, or is too large for process data."""


class ServiceUnknown(EngineError):
    """No function is bound to the operation a diagram names; the sentence offers the nearest names."""


class ServiceMisfit(EngineError):
    """A service function whose signature cannot be bound; the sentence says how to write it."""


class ServiceFailed(EngineError):
    """A service raised while a step ran; the step was rolled back. The cause is chained."""

    def __init__(self, element: str, operation: str, cause: Exception) -> None:
        self.element = element
        self.operation = operation
        super().__init__(f"{operation} failed at {element}: {type(cause).__name__}")


class Stuck(EngineError):
    """After the step nothing would be waited for, yet the process has not ended; the step was not taken."""


class FolderRefused(EngineError):
    """A folder that cannot be read as texts; the sentence names the file."""


class ManifestRefused(EngineError):
    """A process.toml that cannot be used; the sentence says what to write."""


class Unparsable(EngineError):
    """The token machine cannot take a diagram; the message is the library's, for what lint does not know yet."""


class NotDeployed(EngineError):
    """The library was about to evaluate a text that is no deployed expression; nothing was run."""


class NoMoment(EngineError):
    """A timer was reached whose field holds no moment yet; a step before it must set the field."""


class Uncaught(EngineError):
    """An error event reached no edge that catches it; the step was not taken."""


class MoveRefused(EngineError):
    """A case cannot be moved as the plan says; nothing was changed. `refusals` say why (`engine.move_plan`)."""

    def __init__(self, refusals: Sequence[Any]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("the case stays with its version: " + "; ".join(str(it) for it in refusals))


class MovedOn(EngineError):
    """Steps were taken since the move, so it cannot be taken back; move the case again instead."""


class AnchorUnreadable(EngineError):
    """A file that is no anchor of the history, or one that was changed; use the one that was kept."""
