"""`process.toml`: the key and title of a process, the roles of its lanes, its fields, and waits without end."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import ManifestRefused
from engine.field import TYPES

KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
_FIELD = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")


@dataclass(frozen=True)
class Manifest:
    """What process.toml declares: `lanes` maps a drawn lane to a role, `fields` a name to its type.

    `open_ended` maps a wait without a deadline (its id, or its path) to the reason why it may wait for ever.
    """

    key: str
    title: str
    lanes: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    open_ended: Mapping[str, str] = field(default_factory=dict)

    def over(self, others: list[Manifest]) -> Manifest:
        """Out: this manifest with the lanes and fields of called processes added; its own come first."""
        lanes: dict[str, str] = {}
        fields: dict[str, str] = {}
        waits: dict[str, str] = {}
        for other in others:
            lanes.update(other.lanes)
            fields.update(other.fields)
            waits.update(other.open_ended)
        own = (lanes | dict(self.lanes), fields | dict(self.fields), waits | dict(self.open_ended))
        return Manifest(self.key, self.title, *own)


def read_manifest(text: str) -> Manifest:
    """Read process.toml. Errors: ManifestRefused."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ManifestRefused(f"it is not TOML ({str(error)[:100]}); correct that line.") from error
    key, title = raw.get("key", ""), raw.get("title", "")
    if not isinstance(key, str) or not KEY.match(key):
        raise ManifestRefused("`key` must be small letters, digits and `_`, the same as the folder's name.")
    if not isinstance(title, str) or not title.strip():
        raise ManifestRefused("`title` is missing; write the title of the process in the source language.")
    fields = _texts(raw, "fields")
    for name, kind in fields.items():
        if not _FIELD.match(name):
            raise ManifestRefused(f"the field {name!r} must be letters, digits and `_`.")
        if kind not in TYPES:
            raise ManifestRefused(f"the field {name} has the type {kind!r}; use one of {', '.join(TYPES)}.")
    waits = _texts(raw, "open_ended")
    for name, reason in waits.items():
        if not reason.strip():
            raise ManifestRefused(f"[open_ended] gives no reason why {name} may wait for ever; write it.")
    return Manifest(key, title, _texts(raw, "lanes"), fields, waits)


def _texts(raw: Mapping[str, Any], section: str) -> dict[str, str]:
    found = raw.get(section, {})
    if not isinstance(found, dict) or not all(isinstance(it, str) for it in found.values()):
        raise ManifestRefused(f'[{section}] must hold lines of the form `name = "text"`.')
    return dict(found)
