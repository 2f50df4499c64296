"""Writes digests: one letter for everything an organisation is to be told, when its hour comes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import structlog
from sqlmodel import Session

from engine.clock import Clock
from processes import digest
from processes.digest import DigestItem
from processes.organisation import Organisation
from processes.post import PostOffice

LATER = timedelta(hours=1)
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
            if not self._one():
                return count
        return limit

    def _one(self) -> bool:
        """One organisation's. One that cannot be written is put off, so that it holds up no other."""
        now, claimed = self._clock.now(), None
        try:
            with self._open() as session:
                items = digest.claim(session, now)
                if not items:
                    return False
                claimed = (items[0].municipality_id, items[0].organisation_id)
                self._write(session, items)
        except Exception as error:
            if claimed is None:
                raise  # the database failed, not the digest
            with self._open() as session:
                digest.put_off(session, *claimed, now + LATER)
            _log.warning("digest_failed", organisation=claimed[1], error=type(error).__name__)
        return True

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
