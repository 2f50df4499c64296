"""What is asked of a move and what stands against it: plain values, known to every floor.

A plan maps steps of the version a case runs by to steps of the version it is moved to; what it does not name keeps
its id. Paths are those of `engine.process`: `call activity/element`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson

# Why a case stays where it is. `step` is a path of the old version; the words are the web's.
GONE = "gone"  # a step that is open is no longer drawn
ELSEWHERE = "elsewhere"  # it is drawn in another subprocess or call activity
OTHER_KIND = "other_kind"  # it is drawn as something else
EDGE = "edge"  # other events on the edge of an open step
BRANCHES = "branches"  # a passed split that is not joined yet has other branches
JOIN = "join"  # a join that waits no longer expects who has arrived
CALLS = "calls"  # an open call activity calls another process
RACE = "race"  # an open event gateway waits for other events
HELPER = "helper"  # what the engine drew around the diagram is not found again
FIELD = "field"  # a stored value does not fit the new type of its field
TARGET = "target"  # the plan names a step the new version does not have
SOURCE = "source"  # the plan names a step the old version does not have
NO_MOMENT = "no_moment"  # the plan moves a deadline that is not open
STUCK = "stuck"  # the rehearsal did not reach an end
UNREADABLE = "unreadable"  # the moved state could not be written or read back


@dataclass(frozen=True)
class Refusal:
    """One reason against a move. `step` is a path or a field's name; `details` fill the sentence."""

    code: str
    step: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        more = "".join(f", {key} {value}" for key, value in self.details.items() if value)
        return f"{self.code} {self.step}{more}".strip()


@dataclass(frozen=True)
class Plan:
    """Old path -> new path, and new moments of open deadlines by their new path; all else stays."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    moments: Mapping[str, datetime] = field(default_factory=dict)

    def text(self) -> str:
        """Out: the plan as JSON text."""
        moments = {path: moment.isoformat() for path, moment in self.moments.items()}
        return orjson.dumps({"mapping": dict(self.mapping), "moments": moments}).decode()


def read_plan(text: str) -> Plan:
    """Read a plan back from its text."""
    stored = orjson.loads(text)
    moments = {path: datetime.fromisoformat(moment) for path, moment in stored["moments"].items()}
    return Plan(stored["mapping"], moments)
