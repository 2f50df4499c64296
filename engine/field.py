"""The fields of a process: every name its expressions may use, and the values it carries along.

`process.toml` declares them. Process data holds row ids, counts, moments and enumerated outcomes, never the
words of people; what does not fit a declared type is refused before it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from engine.errors import ValueRefused

TYPES = ("string", "number", "boolean", "date", "datetime", "list<string>", "list<number>")
LONGEST_TEXT = 1_000
LONGEST_LIST = 1_000
LARGEST_DATA = 64_000  # bytes of one instance's data; a sound process keeps below 8,000


def coerce(name: str, kind: str, value: Any) -> Any:
    """Bring a value to the one form its declared type has. Errors: ValueRefused.

    In: the field's name and type, any value. Out: str, int or Decimal, bool, date, aware UTC datetime, list,
    or None (a field that is not known yet).
    """
    if value is None:
        return None
    if kind.startswith("list<"):
        if not isinstance(value, list | tuple) or len(value) > LONGEST_LIST:
            raise ValueRefused(f"{name} takes a list of at most {LONGEST_LIST} items; give it one.")
        return [coerce(name, kind[5:-1], item) for item in value]
    fit = _FITS[kind](value)
    if fit is None:
        raise ValueRefused(f"{name} is declared as {kind} and cannot hold a {type(value).__name__}.")
    return fit


def freeze(fields: Mapping[str, str], values: Mapping[str, Any]) -> str:
    """Write process data as JSON text. Errors: ValueRefused when it is too large."""
    text = orjson.dumps({name: _plain(values[name]) for name in fields if name in values})
    if len(text) > LARGEST_DATA:
        raise ValueRefused(
            f"process data is over {LARGEST_DATA} bytes; keep such content in rows of its own."
        )
    return text.decode()


def thaw(fields: Mapping[str, str], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Read process data back; a name that is no longer declared is dropped."""
    return {name: _typed(fields[name], value) for name, value in stored.items() if name in fields}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= LONGEST_TEXT else None


def _number(value: Any) -> int | Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        value = Decimal(str(value))
    return value if isinstance(value, Decimal) and value.is_finite() else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return None
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) else None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo is not None else None


_FITS = {"string": _text, "number": _number, "boolean": _boolean, "date": _date, "datetime": _moment}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value  # a datetime is a date


def _typed(kind: str, value: Any) -> Any:
    if value is None or kind in ("string", "boolean", "list<string>"):
        return value
    if kind == "list<number>":
        return [_typed("number", item) for item in value]
    if kind == "number":
        try:
            return Decimal(value) if isinstance(value, str) else value
        except InvalidOperation as error:
            raise ValueRefused(f"a stored number reads {value!r}") from error
    return datetime.fromisoformat(value) if kind == "datetime" else date.fromisoformat(value)
