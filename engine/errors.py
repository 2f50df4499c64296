"""What the engine refuses, one class per cause; every message says what, where and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
        super().__init__("answers refused: " + ", ".join(f"{key} {it.code}" for key, it in self.errors.items()))


class FormUnreadable(EngineError):
    """A form file that is not the JSON of a bpmn.io form; the sentence names the place and the remedy."""


class MarkupRefused(EngineError):
    """An XML file that is too large, not UTF-8, broken, or carries a document type or instruction."""


class DecisionUnreadable(EngineError):
    """A DMN file that is not exactly one decision table of the supported kind."""


class DecisionFailed(EngineError):
    """A decision table that gave no lawful answer: two rules hit, or an input is missing or not allowed."""
