"""Writes mass mailings, one batch a transaction; people see how far it is, pause it and let it go on.

A batch that fails is tried again, later each time; after eight tries the mailing stands still until a person acts.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlmodel import Session

from engine.clock import Clock
from processes import batches, mass_mailing
from processes.actions import planner_case
from processes.consultation import Consultation
from processes.errors import NotFound
from processes.mass_mailing import PAUSE, TRIES, MassMailing
from processes.permission import Actor
from processes.post import PostOffice

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class UnderWay:
    """A mailing that is being written. `failed` when it was tried in vain, `paused` when it waits for a person."""

    id: str
    letter: str
    written: int
    total: int
    paused: bool
    failed: bool


class LetterWriting:
    """The drain of the background loop that writes. In: a way to open a transaction, the post, the clock."""

    def __init__(
        self,
        open_transaction: Callable[[], AbstractContextManager[Session]],
        office: PostOffice,
        clock: Clock,
    ) -> None:
        self._open, self._office, self._clock = open_transaction, office, clock

    def drain(self, limit: int = 20) -> int:
        """Write at most `limit` batches. Out: how many were tried."""
        for count in range(limit):
            if not self._one():
                return count
        return limit

    def _one(self) -> bool:
        now, claimed = self._clock.now(), None
        try:
            with self._open() as session:
                mailing = mass_mailing.claim(session, now)
                if mailing is None:
                    return False
                claimed = (mailing.municipality_id, mailing.id)
                self._write(session, mailing)
        except Exception as error:
            if claimed is None:
                raise  # the database failed, not the mailing
            self._note(claimed, error, now)
        return True

    def _write(self, session: Session, mailing: MassMailing) -> None:
        case = session.get_one(Consultation, (mailing.municipality_id, mailing.consultation_id))
        post: Any = self._office.of_case(session, case, now=mailing.begun_at)
        post.in_batch = True
        arguments, covered = batches.next_call(session, mailing)
        getattr(post, mailing.letter)(**arguments)
        mailing.written += covered
        mailing.attempts, mailing.error = 0, None
        if mailing.written >= mailing.total:
            mailing.done_at = self._clock.now()
        session.add(mailing)

    def _note(self, key: tuple[str, str], error: Exception, now: datetime) -> None:
        with self._open() as session:
            mailing = session.get_one(MassMailing, key, with_for_update=True)
            mailing.attempts += 1
            mailing.error = type(error).__name__
            mailing.due_at = now + PAUSE * 2 ** (mailing.attempts - 1)
            if mailing.attempts >= TRIES:
                mailing.paused_at = now
            session.add(mailing)
        _log.warning("batch_failed", mailing=key[1], error=type(error).__name__, attempts=mailing.attempts)


def under_way(session: Session, actor: Actor, number: str) -> list[UnderWay]:
    """The mailings of a case that are being written. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    return [_shown(it) for it in mass_mailing.under_way(session, case.municipality_id, case.id)]


def pause(session: Session, actor: Actor, number: str, mailing_id: str, *, now: datetime) -> UnderWay:
    """Stop writing after the batch in hand; what lies in the outbox leaves. Errors: NotAllowed, NotFound."""
    mailing = _find(session, actor, number, mailing_id)
    mailing.paused_at = mailing.paused_at or now
    session.add(mailing)
    return _shown(mailing)


def resume(session: Session, actor: Actor, number: str, mailing_id: str, *, now: datetime) -> UnderWay:
    """Go on writing, from the first try. Errors: NotAllowed, NotFound."""
    mailing = _find(session, actor, number, mailing_id)
    mailing.paused_at, mailing.attempts, mailing.error, mailing.due_at = None, 0, None, now
    session.add(mailing)
    return replace(_shown(mailing), paused=False)


def _find(session: Session, actor: Actor, number: str, mailing_id: str) -> MassMailing:
    case = planner_case.find(session, actor, number)
    found = session.get(MassMailing, (case.municipality_id, mailing_id), with_for_update=True)
    if found is None or found.consultation_id != case.id:
        raise NotFound
    return found


def _shown(it: MassMailing) -> UnderWay:
    return UnderWay(it.id, it.letter, it.written, it.total, it.paused_at is not None, it.error is not None)
