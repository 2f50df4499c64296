"""Writes mass mailings, one batch a transaction; people see how far it is, pause it and let it go on.

A batch that fails is tried again, later each time; after eight tries the mailing stands still until a person acts.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlmodel import Session

from processes import batches, mass_mailing
from processes.actions import planner_case
from processes.actions.one_by_one import Key, OneByOne
from processes.consultation import Consultation
from processes.errors import NotFound
from processes.mass_mailing import PAUSE, TRIES, MassMailing
from processes.permission import Actor

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


class LetterWriting(OneByOne[MassMailing]):
    """The drain that writes mass mailings, a batch at a time."""

    AT_ONCE = 20

    def _claim(self, session: Session, now: datetime) -> MassMailing | None:
        return mass_mailing.claim(session, now)

    def _key(self, work: MassMailing) -> Key:
        return work.municipality_id, work.id

    def _do(self, session: Session, work: MassMailing, now: datetime) -> None:
        case = session.get_one(Consultation, (work.municipality_id, work.consultation_id))
        post: Any = self._office.of_case(session, case, now=work.begun_at)
        post.in_batch = True
        arguments, covered = batches.next_call(session, work)
        getattr(post, work.letter)(**arguments)
        work.written += covered
        work.attempts, work.error = 0, None
        if work.written >= work.total:
            work.done_at = now
        session.add(work)

    def _put_off(self, session: Session, key: Key, error: Exception, now: datetime) -> None:
        mailing = session.get_one(MassMailing, key, with_for_update=True)
        mailing.attempts += 1
        mailing.error = type(error).__name__
        mailing.due_at = now + PAUSE * 2 ** (mailing.attempts - 1)
        if mailing.attempts >= TRIES:
            mailing.paused_at = now
        session.add(mailing)
        _log.warning("batch_failed", mailing=key[1], error=mailing.error, attempts=mailing.attempts)


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
