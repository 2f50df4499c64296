"""How fast letters may leave: so many a minute in all, and so many to one domain, as mail providers ask.

Counted in this process alone; several nodes share a limit by each being given its part.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass
class Pace:
    """In: the most letters a minute through the mail server, and to one recipient domain; 0 means no limit."""

    a_minute: int = 0
    a_minute_to_a_domain: int = 0
    _left: dict[str, deque[datetime]] = field(default_factory=dict)

    def free_at(self, recipient: str, now: datetime) -> datetime:
        """Out: when a letter to this address may leave; `now` when it may at once."""
        return max(now, *(self._free(key, most, now) for key, most in self._limits(recipient)))

    def note(self, recipient: str, now: datetime) -> None:
        """A letter to this address leaves now."""
        for key, most in self._limits(recipient):
            if most:
                self._left.setdefault(key, deque(maxlen=most)).append(now)

    def _limits(self, recipient: str) -> list[tuple[str, int]]:
        domain = recipient.rpartition("@")[2].lower()
        return [("", self.a_minute), (domain, self.a_minute_to_a_domain)]

    def _free(self, key: str, most: int, now: datetime) -> datetime:
        left = self._left.get(key)
        if not most or left is None:
            return now
        while left and not now - MINUTE < left[0] <= now:  # long ago, or by a clock that was set back since
            left.popleft()
        if not left:
            del self._left[key]  # a domain is forgotten a minute after its last letter
            return now
        return left[0] + MINUTE if len(left) >= most else now
