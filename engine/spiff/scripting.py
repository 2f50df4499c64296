"""Everything SpiffWorkflow would evaluate, taken out of its hands.

The library evaluates text as Python in some twenty places. Here nothing is evaluated but expressions that were
compiled when the definition was deployed; every other text is refused, wherever it comes from. Both the engine
and its environment are replaced, because some places of the library ask the environment directly.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn, Protocol

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine
from SpiffWorkflow.task import Task

from engine.clock import local_day
from engine.errors import NotDeployed
from engine.feel.expression import Expression

# The library hangs all task data on log records unless the level of each of its loggers is set.
for _name in ("spiff", "spiff.task", "spiff.workflow", "spiff.data", "spiff.event", "spiff.engine"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Conductor(Protocol):
    """What the running step lends to the token machine: its moment, its data, and the hand that does the work."""

    @property
    def now(self) -> datetime:
        """The moment of the step."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Process data."""

    @property
    def expressions(self) -> Mapping[str, Expression]:
        """Every deployed condition, by its text."""

    def perform(self, task: Any) -> bool | None:
        """Do the work of an engine task. Out: None when a job will do it."""

    def moment(self, kind: str, text: str) -> datetime:
        """Out: when a timer reached now is due."""


class ClosedEnvironment(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """An environment in which nothing can be run."""

    def evaluate(self, expression: object, context: object, external_context: object = None) -> NoReturn:
        raise NotDeployed(f"refused to evaluate {str(expression)[:60]!r}")

    def execute(self, script: object, context: object, external_context: object = None) -> NoReturn:
        raise NotDeployed(f"refused to run {str(script)[:60]!r}")

    def call_service(self, context: object, **given: object) -> NoReturn:
        raise NotDeployed(f"refused to call {str(given.get('operation_name'))[:60]!r}")


_CLOSED = ClosedEnvironment()


class ClosedEngine(PythonScriptEngine):  # type: ignore[misc]
    """The only script engine a workflow of ours ever gets."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(_CLOSED)
        self.conductor = conductor

    def validate(self, expression: object) -> NoReturn:
        raise NotDeployed(f"refused to parse {str(expression)[:60]!r} as Python")

    def evaluate(self, task: Task, expression: str, external_context: object = None) -> bool:
        """Out: the truth of a deployed condition. Errors: NotDeployed, FeelError."""
        compiled = self.conductor.expressions.get(expression)
        if compiled is None:
            raise NotDeployed(f"refused to evaluate {str(expression)[:60]!r}")
        return compiled.evaluate(self.conductor.values, local_day(self.conductor.now)) is True

    def execute(self, task: object, script: object, external_context: object = None) -> NoReturn:
        raise NotDeployed(f"refused to run {str(script)[:60]!r}")

    def call_service(self, task: object, **given: object) -> NoReturn:
        raise NotDeployed(f"refused to call {str(given.get('operation_name'))[:60]!r}")
