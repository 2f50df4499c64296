"""Whose fault it was: what a step raised becomes the element and the operation that raised it."""

from __future__ import annotations

from engine.advance import Advance
from engine.errors import ServiceFailed


class Blaming:
    """Says which element and operation failed, for whoever reads the incident."""

    def __init__(self, step: Advance) -> None:
        self._step = step

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and self._step.running is not None:
            element, operation = self._step.running
            raise ServiceFailed(element, operation, error) from error
