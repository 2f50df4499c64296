"""What must not be kept longer is deleted when its day has come (GDPR art. 5, 9), and what was deleted is recorded.

A need of a person: 30 days after the event it was for; counts in frozen pages stay, they name nobody. What members of an
association drafted: 30 days after its opinion was given, or after it could be given no more. The original of
a mail: as long as its case needs it, and sooner where no case does. Of an erased mail the facts stay, so that it is
known again and its answer counts; its bytes, words and names are gone. A mail that waits for a person is kept.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, delete, func, select

from engine.clock import Clock, local_day
from processes.accommodation import Need, NeedCount
from processes.consultation import CANCELLED, ENDED, Consultation
from processes.document import Attachment, Document, Store
from processes.inbound import ASIDE, DONE, SPAM, WAITING, IncomingMail
from processes.inner_round import DRAFTS_KEPT, InnerDraft, InnerRound
from processes.invitation import Invitation
from processes.round import Round

LOG = logging.getLogger("kaasa.retention")

AFTER_CASE = timedelta(days=365)
"""How long a case that has ended still needs its mail: while its decision can be contested and asked about. Ours;
to be verified against the municipality's list of documents (liigitusskeem)."""

PUT_ASIDE = timedelta(days=30)
"""How long a mail that a person put aside is kept: long enough to notice a mistake."""

UNWANTED = timedelta(days=7)
"""How long a mail that a person called spam is kept."""

UNASKED = timedelta(days=90)
"""How long what needed nobody and belongs to no case is kept: absence notes, receipts, loops."""

AT_ONCE = 500


def forget_needs(session: Session, *, now: datetime) -> int:
    """Delete every need whose day has come, of every municipality. Out: how many. Doing it twice is doing it once."""
    due = (col(Need.delete_on).is_not(None), col(Need.delete_on) <= local_day(now))
    mine = (Need.municipality_id, Need.consultation_id, Need.state)
    for municipality_id, case_id, state, number in session.exec(
        select(*mine, func.count()).where(*due).group_by(*mine)
    ).all():
        kept = session.get(NeedCount, (municipality_id, case_id, state)) or NeedCount(
            municipality_id=municipality_id, consultation_id=case_id, state=state
        )
        kept.number += number
        session.add(kept)
    return session.exec(delete(Need).where(*due)).rowcount


def forget_drafts(session: Session, *, now: datetime) -> int:
    """Delete members' drafts of every inner round that is long over. Out: how many. The views that went along stay."""
    before, case = now - DRAFTS_KEPT, col(Invitation.consultation_id)
    closed = select(Round.id).where(
        Round.municipality_id == Invitation.municipality_id,
        Round.consultation_id == case,
        Round.phase != "approval",
        col(Round.interrupted_at).is_(None),
    )
    spoken = and_(col(InnerRound.released_at).is_not(None), col(InnerRound.released_at) <= before)
    # Without a release: the round of opinions it was opened in is long closed, and no later one has opened since.
    too_late = and_(
        col(InnerRound.released_at).is_(None),
        or_(col(InnerRound.closes_at).is_(None), col(InnerRound.closes_at) <= before),
        closed.where(Round.closes_at <= before, Round.closes_at >= InnerRound.opened_at).exists(),
        ~closed.where(Round.closes_at > before).exists(),
    )
    ended = and_(col(Consultation.state).in_((ENDED, CANCELLED)), col(Consultation.ended_at) <= before)
    over = (
        select(InnerRound.id)
        .join(
            Invitation,
            (col(Invitation.municipality_id) == InnerRound.municipality_id)
            & (col(Invitation.id) == InnerRound.invitation_id),
        )
        .join(
            Consultation,
            (col(Consultation.municipality_id) == Invitation.municipality_id)
            & (col(Consultation.id) == case),
        )
        .where(
            InnerRound.municipality_id == InnerDraft.municipality_id,
            InnerRound.id == InnerDraft.round_id,
            or_(spoken, too_late, ended),
        )
    )
    return session.exec(delete(InnerDraft).where(over.exists())).rowcount


def forget_mail(session: Session, store: Store, *, now: datetime) -> int:
    """Erase every mail whose day has come. Out: how many, at most AT_ONCE; the next look takes the rest.

    The bytes go first: should the rows not be kept, the next day finds them again, and gone is gone.
    """
    query = (
        select(IncomingMail)
        .outerjoin(
            Consultation,
            (col(Consultation.municipality_id) == col(IncomingMail.municipality_id))
            & (col(Consultation.id) == col(IncomingMail.consultation_id)),
        )
        .where(col(IncomingMail.erased_at).is_(None), _is_due(now))
        .order_by(IncomingMail.id)
        .limit(AT_ONCE)
    )
    found = session.exec(query).all()
    for mail in found:
        if not _used_elsewhere(session, mail):
            store.forget(mail.municipality_id, mail.digest)
        _blank(mail)
        mail.erased_at = now
        session.add(mail)
    session.flush()
    if found:
        LOG.info("mails_erased", extra={"count": len(found)})
    return len(found)


def _is_due(now: datetime) -> ColumnElement[bool]:
    aside, unasked = col(IncomingMail.state) == ASIDE, col(IncomingMail.state) == DONE
    over = and_(
        col(Consultation.state).in_((ENDED, CANCELLED)), col(Consultation.ended_at) <= now - AFTER_CASE
    )
    decided = or_(col(IncomingMail.state) != WAITING, col(IncomingMail.feedback_id).is_not(None))
    no_case = col(IncomingMail.consultation_id).is_(None)
    return or_(
        and_(aside, col(IncomingMail.feedback_id).is_(None), col(IncomingMail.decided_at) <= now - PUT_ASIDE),
        and_(unasked, no_case, col(IncomingMail.received_at) <= now - UNASKED),
        and_(col(IncomingMail.outcome) == SPAM, aside, col(IncomingMail.decided_at) <= now - UNWANTED),
        and_(over, decided),
    )


def _used_elsewhere(session: Session, mail: IncomingMail) -> bool:
    """Whether somebody handed in the very same bytes as a file."""
    for table in (Attachment, Document):
        query = select(table.id).where(
            table.municipality_id == mail.municipality_id, table.digest == mail.digest
        )
        if session.exec(query).first() is not None:
            return True
    return False


def _blank(mail: IncomingMail) -> None:
    mail.text = mail.cut = mail.note = mail.subject = ""
    mail.sender = mail.sender_name = mail.author_name = mail.author_email = ""
    mail.attendee = mail.delegated_to = mail.message_id = ""


class Retention:
    """The drain of the background loop that forgets. In: a way to open a transaction, the procedure's clock, the store."""

    def __init__(
        self, open_transaction: Callable[[], AbstractContextManager[Session]], clock: Clock, store: Store
    ) -> None:
        self._open, self._clock, self._store = open_transaction, clock, store
        self._looked_on: date | None = None

    def drain(self) -> int:
        """Once a day: forget what is due. Out: how much was forgotten."""
        today = local_day(self._clock.now())
        if today == self._looked_on:
            return 0
        with self._open() as session:
            now = self._clock.now()
            needs, drafts = forget_needs(session, now=now), forget_drafts(session, now=now)
            mails = forget_mail(session, self._store, now=now)
        # A full batch of mails may have left some: the next round of the loop looks again.
        self._looked_on = today if mails < AT_ONCE else None
        return needs + drafts + mails
