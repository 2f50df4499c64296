"""What must not be kept longer: needs of people are deleted when their day has come (GDPR art. 5, 9).

A need is deleted 30 days after the event it was for; counts in frozen pages stay, they name nobody.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime

from sqlmodel import Session, col, delete

from engine.clock import Clock, local_day
from processes.accommodation import Need


def forget_needs(session: Session, *, now: datetime) -> int:
    """Delete every need whose day has come, of every municipality. Out: how many. Doing it twice is doing it once."""
    due = delete(Need).where(col(Need.delete_on).is_not(None), col(Need.delete_on) <= local_day(now))
    return session.exec(due).rowcount


class Retention:
    """The drain of the background loop that forgets. In: a way to open a transaction, and the procedure's clock."""

    def __init__(self, open_transaction: Callable[[], AbstractContextManager[Session]], clock: Clock) -> None:
        self._open, self._clock = open_transaction, clock
        self._looked_on: date | None = None

    def drain(self) -> int:
        """Once a day: forget what is due. Out: how much was forgotten."""
        today = local_day(self._clock.now())
        if today == self._looked_on:
            return 0
        self._looked_on = today
        with self._open() as session:
            return forget_needs(session, now=self._clock.now())
