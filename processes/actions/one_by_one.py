"""Work of the background loop that is taken one by one: claimed and done in one transaction.

What fails is put off by itself, so that it holds up no other; what the database refuses is the loop's to deal with.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from sqlmodel import Session

from engine.clock import Clock
from processes.post import PostOffice

Work = TypeVar("Work")
Key = tuple[str, str]
"""The municipality, and what is being worked on."""


class OneByOne(ABC, Generic[Work]):
    """A drain. In: a way to open a transaction, the post, the clock."""

    AT_ONCE: ClassVar[int]
    """How much one look takes at most."""

    def __init__(
        self,
        open_transaction: Callable[[], AbstractContextManager[Session]],
        office: PostOffice,
        clock: Clock,
    ) -> None:
        self._open, self._office, self._clock = open_transaction, office, clock

    def drain(self, limit: int = 0) -> int:
        """Do at most `limit` (0: AT_ONCE) pieces of work. Out: how many were tried."""
        limit = limit or self.AT_ONCE
        for count in range(limit):
            if not self._one():
                return count
        return limit

    def _one(self) -> bool:
        now, key = self._clock.now(), None
        try:
            with self._open() as session:
                work = self._claim(session, now)
                if work is None:
                    return False
                key = self._key(work)
                self._do(session, work, now)
        except Exception as error:
            if key is None:
                raise  # the database failed, not the work
            with self._open() as session:
                self._put_off(session, key, error, now)
        return True

    @abstractmethod
    def _claim(self, session: Session, now: datetime) -> Work | None:
        """Take what is due next, so that no other node takes it; None when nothing is."""

    @abstractmethod
    def _key(self, work: Work) -> Key:
        """What is put off when the work fails."""

    @abstractmethod
    def _do(self, session: Session, work: Work, now: datetime) -> None:
        """Do it."""

    @abstractmethod
    def _put_off(self, session: Session, key: Key, error: Exception, now: datetime) -> None:
        """Note that it failed and when it is tried again."""
