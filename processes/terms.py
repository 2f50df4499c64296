"""The terms a case runs by: read from its own `terms.dmn` on the day it begins, and kept from then on.

When rules change during a procedure, those in force when it began apply (HMS § 5 (5)). So a term is
looked up once, at the launch, and never again.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from engine.decision import Decision, read_decision
from processes.consultation import Consultation
from processes.deadline import Deadline, ends, latest_before, read_term
from processes.errors import ProcessError

TABLE = "decisions/terms.dmn"
NAMES = {"key": "string", "on": "date"}


class TermMissing(ProcessError):  # noqa: N818  it is what happened, as every error of the house
    """The case's terms do not hold a key its process asks for; add a row to `terms.dmn` and launch again."""

    code = "term_missing"

    def __init__(self, key: str) -> None:
        super().__init__(f"No term {key!r} among those the case began with; add it to terms.dmn.", key=key)


def freeze(files: Mapping[str, str], on: date) -> dict[str, dict[str, Any]]:
    """Every term valid on a day. In: a definition's files. Out: key -> period, direction, source, certainty.

    A definition without the table has no terms. Errors: TermUnreadable when a period is not one,
    DecisionFailed when the table contradicts itself.
    """
    if TABLE not in files:
        return {}
    table = _read(files[TABLE])
    frozen = {}
    for key in _keys(table):
        row = table.evaluate({"key": key, "on": on}, on, NAMES)
        if isinstance(row, dict) and row.get("period"):
            read_term(str(row["period"]))
            frozen[key] = {name: _plain(value) for name, value in row.items() if value is not None}
    return frozen


def keys_of(files: Mapping[str, str]) -> list[str]:
    """Every key the table knows, valid today or not."""
    return _keys(_read(files[TABLE])) if TABLE in files else []


def period_of(case: Consultation, key: str) -> str:
    """How long a term of this case is, such as `P14D`. Errors: TermMissing."""
    found = case.frozen_terms().get(key)
    if found is None:
        raise TermMissing(key)
    return str(found["period"])


def is_before(case: Consultation, key: str) -> bool:
    """Whether the term lies before its event (at least N full days earlier). Errors: TermMissing."""
    found = case.frozen_terms().get(key)
    if found is None:
        raise TermMissing(key)
    return found.get("direction") == "before"


def deadline_of(case: Consultation, key: str, day: date) -> Deadline:
    """When a term of this case ends, counted from a day, or backwards from it. Errors: TermMissing."""
    count = latest_before if is_before(case, key) else ends
    return count(day, period_of(case, key))


@lru_cache(maxsize=64)
def _read(text: str) -> Decision:
    return read_decision(text)


def _keys(table: Decision) -> list[str]:
    place = next(n for n, column in enumerate(table.inputs) if column.expression == "key")
    found = (key for rule in table.rules for key in re.findall(r'"([^"]+)"', rule.tests[place]))
    return list(dict.fromkeys(found))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
