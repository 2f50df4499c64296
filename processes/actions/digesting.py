"""Writes digests: one letter for everything an organisation is to be told, when its hour comes."""

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from processes import digest
from processes.actions.one_by_one import Key, OneByOne
from processes.digest import DigestItem
from processes.organisation import Organisation

LATER = timedelta(hours=1)
_log = structlog.get_logger(__name__)


class Digesting(OneByOne[list[DigestItem]]):
    """The drain that writes digests, an organisation's at a time."""

    AT_ONCE = 50

    def _claim(self, session: Session, now: datetime) -> list[DigestItem] | None:
        return digest.claim(session, now) or None

    def _key(self, work: list[DigestItem]) -> Key:
        return work[0].municipality_id, work[0].organisation_id

    def _put_off(self, session: Session, key: Key, error: Exception, now: datetime) -> None:
        digest.put_off(session, *key, now + LATER)
        _log.warning("digest_failed", organisation=key[1], error=type(error).__name__)

    def _do(self, session: Session, work: list[DigestItem], now: datetime) -> None:
        """What was overtaken since is left out; when nothing is left, no letter goes."""
        home = work[0].municipality_id
        who = session.get_one(Organisation, (home, work[0].organisation_id))
        left = digest.still_true(session, work, now)
        key = ""
        if left:
            post = self._office.at(session, home, now=now)
            key, _ = post.digest(who, left, at=now)
        told = {it.id for it in left}
        for item in work:
            item.told_at, item.letter_key = now, key if item.id in told else ""
            session.add(item)
        _log.info("digest_written", things=len(left), overtaken=len(work) - len(left))
