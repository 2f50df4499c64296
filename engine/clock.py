"""The time, as an argument: the only place in the product that asks the system for it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Tallinn")


class Clock(Protocol):
    """Whatever can say what moment it is."""

    def now(self) -> datetime:
        """Out: the moment, aware, in UTC."""


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  the one place that may ask


class HeldClock:
    """A clock held in hand: it stands still until it is moved. For rehearsals, the demonstration and tests."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        return self._moment

    def move_to(self, moment: datetime) -> None:
        """Set the time, forwards or backwards. In: an aware moment."""
        self._moment = moment.astimezone(UTC)


def local_day(moment: datetime) -> date:
    """Out: the calendar day of a moment where the people are."""
    return moment.astimezone(ZONE).date()
