"""A real procedure as data (`kaasa-case/1`): what a municipality's file tells, with its gaps.

A date may be whole, a month, a year or missing; a gap is never filled with a guess, it is carried on.
"""

import calendar
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator


class ProcedureUnreadable(ValueError):  # noqa: N818  it is what happened, as every error of the house
    """The file is not a case of the shape `kaasa-case/1`; the sentence says where."""


@dataclass(frozen=True)
class Day:
    """A day as far as it is known: it lies between `first` and `last`."""

    first: date
    last: date

    @property
    def exact(self) -> bool:
        return self.first == self.last

    def __str__(self) -> str:
        return self.first.isoformat() if self.exact else f"{self.first.isoformat()}/{self.last.isoformat()}"


def read_day(text: object) -> Day | None:
    """`2015-07-02`, `2015-07` or `2015`; anything else is not known."""
    found = (
        re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text.strip()) if isinstance(text, str) else None
    )
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        first = date(year, month, day)
        if found[3]:
            return Day(first, first)
        until = month if found[2] else 12
        return Day(first, date(year, until, calendar.monthrange(year, until)[1]))
    except ValueError:
        return None


class _Part(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True, extra="ignore")


class _Dated(_Part):
    date: Day | None = None

    @field_validator("date", mode="before")
    @classmethod
    def _read(cls, value: object) -> Day | None:
        return value if isinstance(value, Day) else read_day(value)


class Event(_Dated):
    """Something that happened: its kind, its act, and a sentence."""

    kind: str = ""
    act: str | None = None
    text: str | None = None


class Announcement(_Dated):
    """A notice and the channel it appeared in."""

    channel: str = ""


class Gathering(_Dated):
    """A meeting and its kind."""

    kind: str = ""
    cancelled: bool | None = None


class Opinion(_Part):
    """An opinion: when it came, from whom, and the position taken. No position means it was not read."""

    no: int | str = 0
    received: Day | None = None
    from_kind: str = ""
    organisation: str | None = None
    gist_et: str | None = None
    position: str | None = None
    reason_et: str | None = None

    @field_validator("received", mode="before")
    @classmethod
    def _read(cls, value: object) -> Day | None:
        return value if isinstance(value, Day) else read_day(value)


class Display(_Part):
    """One display: its first and last day, and why it was held (again)."""

    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    place: str | None = None
    reason_et: str | None = None
    repeated: list["Display"] = []

    @field_validator("first", "last", mode="before")
    @classmethod
    def _read(cls, value: object) -> Day | None:
        return value if isinstance(value, Day) else read_day(value)

    @field_validator("repeated", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        return value or []


class Verdict(_Dated):
    """The decision at the end, if the file holds one."""

    act: str | None = None
    outcome: str | None = None


class Procedure(_Part):
    """A whole case. Only what a replay needs is read; the rest of the file is left alone."""

    schema_name: str = Field(default="", alias="schema")
    slug: str = ""
    process: str
    title: str = ""
    events: list[Event] = []
    notices: list[Announcement] = []
    display: Display | None = None
    opinions: list[Opinion] = []
    meetings: list[Gathering] = []
    decision: Verdict | None = None
    unread: list[str] = []

    @field_validator("events", "notices", "opinions", "meetings", "unread", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        return value or []

    def first_of(self, *kinds: str) -> Day | None:
        """The day of the earliest dated event of these kinds."""
        days = [event.date for event in self.events if event.kind in kinds and event.date]
        return min(days, key=lambda day: day.first, default=None)

    def displays(self) -> list[Display]:
        """The display and its repetitions, in order."""
        return [self.display, *self.display.repeated] if self.display else []

    def last_known(self) -> Day | None:
        """The latest day anything in the file is dated to."""
        days = [part.date for part in (*self.events, *self.notices, *self.meetings) if part.date]
        days += [opinion.received for opinion in self.opinions if opinion.received]
        days += [day for shown in self.displays() for day in (shown.first, shown.last) if day]
        if self.decision and self.decision.date:
            days.append(self.decision.date)
        return max(days, key=lambda day: day.last, default=None)


def read(text: str | bytes) -> Procedure:
    """Read a case file. Errors: ProcedureUnreadable with a sentence that says what to mend."""
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise ProcedureUnreadable("The case is not JSON; open it in an editor that checks JSON.") from problem
    if not isinstance(content, dict):
        raise ProcedureUnreadable("The case must be one JSON object of the shape kaasa-case/1.")
    try:
        return Procedure.model_validate(content)
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "case"
        raise ProcedureUnreadable(f"{place}: {first['msg']}. See the shape kaasa-case/1.") from problem
