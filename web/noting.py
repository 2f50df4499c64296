"""Whatever breaks while somebody acts is noted as an incident, so that more people than that one see it.

The step itself is rolled back first; the note is a transaction of its own, in the same thread. Refusals that a person
can mend (answers, guards, tasks done meanwhile) are no failures and are not noted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlmodel import Session

from engine.clock import Clock
from engine.errors import AnswersRefused, Conflict, GuardHolds, NotOpen
from processes.actions import incident
from processes.database import Database, unavailable
from processes.errors import ProcessError

T = TypeVar("T")
REFUSALS = (AnswersRefused, Conflict, GuardHolds, NotOpen, ProcessError)

_log = structlog.get_logger(__name__)


class NotingDatabase(Database):
    """A database that notes the failures of steps. In: its URL, and whose time the notes carry."""

    def __init__(self, url: str, clock: Clock) -> None:
        super().__init__(url)
        self._clock = clock

    def transaction(self, work: Callable[[Session], T], retries: int = 8) -> T:
        try:
            return super().transaction(work, retries)
        except REFUSALS:
            raise
        except Exception as error:
            if not unavailable(error):  # a database in trouble takes no note either
                self._note(error)
            raise

    def _note(self, error: Exception) -> None:
        try:
            with self.open_transaction() as session:
                found = incident.note(session, error, now=self._clock.now())
                if found is not None:
                    _log.error(
                        "step_failed",
                        instance=found.instance_id,
                        element=found.element,
                        error=type(error).__name__,
                    )
        except Exception as problem:  # noqa: BLE001  the first error is the one to raise
            _log.error("step_not_noted", error=type(problem).__name__)
