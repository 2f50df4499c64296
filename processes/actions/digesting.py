"""Writes digests: one letter for everything an organisation is to be told, when its hour comes."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog
from sqlmodel import Session

from engine.clock import Clock
from processes import digest
from processes.digest import DigestItem
from processes.organisation import Organisation
from processes.post import PostOffice

_log = structlog.get_logger(__name__)


class Digesting:
    """The drain of the background loop that writes digests. In: a way to open a transaction, the post, the clock."""

    def __init__(
        self,
        open_transaction: Callable[[], AbstractContextManager[Session]],
        office: PostOffice,
        clock: Clock,
    ) -> None:
        self._open, self._office, self._clock = open_transaction, office, clock

    def drain(self, limit: int = 50) -> int:
        """Write at most `limit` digests. Out: how many organisations had something due."""
        for count in range(limit):
            with self._open() as session:
                items = digest.claim(session, self._clock.now())
                if not items:
                    return count
                self._write(session, items)
        return limit

    def _write(self, session: Session, items: list[DigestItem]) -> None:
        """What was overtaken since is left out; when nothing is left, no letter goes."""
        now, home = self._clock.now(), items[0].municipality_id
        who = session.get_one(Organisation, (home, items[0].organisation_id))
        left = digest.still_true(session, items, now)
        key = ""
        if left:
            post = self._office.at(session, home, now=now)
            key, _ = post.digest(who, left, at=now)
        told = {it.id for it in left}
        for item in items:
            item.told_at, item.letter_key = now, key if item.id in told else ""
            session.add(item)
        _log.info("digest_written", things=len(left), overtaken=len(items) - len(left))
