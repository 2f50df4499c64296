"""A room that uses a service of another; it is not a service of this one."""

from __future__ import annotations

from tests.engine.clerk.letter import write

__all__ = ["write"]
