"""A mail comes in: kept unchanged, understood, and acted on or left for a person. Nothing is read twice or dropped.

The bytes go to the store before the row, and the row, its keys and what follows from it commit together; a
source forgets a mail only after that. Whatever is uncertain waits on the mail page; see docs/decisions/0020.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from notifications.inbound.address import sent_to
from notifications.inbound.classified import Classified
from notifications.inbound.classify import classify
from processes import inbound
from processes.actions import inbound_answer, inbound_bounce, inbound_opinion
from processes.actions.inbound_letter import Desk
from processes.document import Store, digest_of
from processes.inbound import DONE, WAITING, IncomingKey, IncomingMail
from processes.post import PostOffice

MAX_KEY = 500


@dataclass(frozen=True)
class Taken:
    """What became of a mail: its id, `kind`, `outcome`, and whether it had come before."""

    id: str
    kind: str
    outcome: str
    new: bool


def take(
    session: Session, municipality_id: str, raw: bytes, source_key: str, *, recipients: Sequence[str] = (), store: Store,
    office: PostOffice, now: datetime,
) -> Taken:  # fmt: skip
    """Take one mail in. In: its bytes, the key its source knows it by (empty: its digest), its envelope's recipients.

    The same key, or the same bytes by another way, is the same mail.
    """
    digest = digest_of(raw)
    mail = inbound.by_digest(session, municipality_id, digest)
    new = mail is None
    if mail is None:
        store.put(municipality_id, raw)
        read = classify(sent_to(raw, recipients))
        mail = _row(municipality_id, digest, raw, read, now)
        mail.scan = store.arrives_as
        session.add(mail)
        session.flush()
        _act(Desk(session, municipality_id, store, office, now), mail, read, raw)
        session.add(mail)
    _note(session, mail, source_key[:MAX_KEY] or f"bytes:{digest}", now)
    session.flush()
    return Taken(mail.id, mail.kind, mail.outcome, new)


def _act(desk: Desk, mail: IncomingMail, read: Classified, raw: bytes) -> None:
    match read.kind:
        case "reply" | "counter" | "delegate":
            inbound_answer.taken(desk, mail, read)
        case "bounce":
            inbound_bounce.taken(desk, mail, read)
        case "opinion":
            inbound_opinion.taken(desk, mail, read, raw)
        case "unreadable":
            mail.outcome = "unreadable"
        case _:
            # Receipts, absence notes and loops change nothing; they stay on record.
            mail.state, mail.outcome = DONE, read.kind


def _row(municipality_id: str, digest: str, raw: bytes, read: Classified, now: datetime) -> IncomingMail:
    return IncomingMail(
        municipality_id=municipality_id,
        digest=digest,
        size=len(raw),
        received_at=now,
        kind=read.kind,
        state=WAITING,
        reasons=" ".join(read.reasons),
        token=read.token or "",
        sender=read.sender[:254],
        sender_name=read.sender_name[:200],
        subject=read.subject,
        message_id=read.message_id,
        text=read.text,
        cut=read.cut,
    )


def _note(session: Session, mail: IncomingMail, source_key: str, now: datetime) -> None:
    if session.get(IncomingKey, (mail.municipality_id, source_key)) is None:
        session.add(
            IncomingKey(
                municipality_id=mail.municipality_id, source_key=source_key, mail_id=mail.id, noted_at=now
            )
        )
