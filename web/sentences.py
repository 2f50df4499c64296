"""Codes to sentences in the reader's language; what may be said stands in `web/wording/`."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from processes.errors import Refused
from web import wording
from web.i18n import gettext


class Coded(Protocol):
    """A reason: a stable code and what fills its sentence (`processes.errors.Reason`, the engine's Problem)."""

    @property
    def code(self) -> str: ...
    @property
    def params(self) -> Mapping[str, Any]: ...


def sentence(code: str, params: Mapping[str, Any] | None = None) -> str:
    """Out: the sentence of a code. Errors: LookupError for a code nobody worded."""
    given = dict(params or {})
    # The engine's forms tell a limit as `max` or `min`.
    given.setdefault("limit", given.get("max", given.get("min", "")))
    return gettext(sentences()[code]).format(**given)


def problems(error: Refused | Mapping[str, Coded]) -> dict[str, str]:
    """What was refused, as `error_summary` and the fields take it: field -> sentence."""
    reasons = error.problems if isinstance(error, Refused) else error
    return {field: sentence(reason.code, reason.params) for field, reason in reasons.items()}


@cache
def sentences() -> dict[str, str]:
    """Every worded code of every slice. Errors: ValueError when two slices word the same one."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(wording.__path__):
        own: Mapping[str, str] = import_module(f"{wording.__name__}.{module.name}").SENTENCES
        if twice := found.keys() & own.keys():
            raise ValueError(f"worded twice: {', '.join(sorted(twice))}; leave each code to one module")
        found.update(own)
    return found
