"""Mail that came in: what it was, what was done with it, and where its unchanged bytes lie (the store, by digest).

A mail is kept once, whichever way it came and however often; each way it came is a key of its own, so that a
source knows what it need not hand over again. A row may wait for a person; none is ever deleted unread.
"""

from datetime import datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, col, select, update

from processes.database import Row, belongs_to

WAITING, DONE, ASIDE = "waiting", "done", "aside"
COUNTED, SPAM = "counted", "spam"


class IncomingMail(Row, table=True):
    """One mail. `kind` is what it is (notifications.inbound), `outcome` what was done, `state` whether someone must look.

    `text` is what its sender wrote, `cut` the quote and signature left out of it. A calendar answer keeps its
    `partstat`, `sequence` (None when its program left it out) and `said_at` (its own stamp), so that all answers
    of an organisation stay visible though only the latest counts. `answered_at`: when we answered by ourselves.
    `person_id` is the official or committee member who answered; `scan` as for an attachment. Since `erased_at`
    the bytes and everybody's words and names are gone, by the rule in `actions.retention`; the facts stay.
    """

    __tablename__ = "incoming_mail"
    __table_args__ = (
        UniqueConstraint("municipality_id", "digest"),
        Index(
            "ix_incoming_mail_waiting", "municipality_id", "received_at",
            sqlite_where=sql("state = 'waiting'"), postgresql_where=sql("state = 'waiting'"),
        ),
        Index(
            "ix_incoming_mail_scan", "municipality_id", "id",
            sqlite_where=sql("scan = 'waiting'"), postgresql_where=sql("scan = 'waiting'"),
        ),
        Index("ix_incoming_mail_attendance", "municipality_id", "meeting_id", "invitation_id"),
        Index("ix_incoming_mail_sender", "municipality_id", "sender", "answered_at"),
    )  # fmt: skip

    digest: str
    size: int
    received_at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    state: str = WAITING
    outcome: str = ""
    reasons: str = ""
    token: str = ""
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    message_id: str = ""
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    cut: str = Field(default="", sa_column=Column(Text, nullable=False))
    author_name: str = ""
    author_email: str = ""
    consultation_id: str | None = None
    invitation_id: str | None = None
    meeting_id: str | None = None
    feedback_id: str | None = None
    attendee: str = ""
    partstat: str = ""
    sequence: int | None = None
    said_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proposed_start: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proposed_end: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delegated_to: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    note: str = ""
    person_id: str | None = None
    scan: str = Field(default="", sa_column_kwargs={"server_default": sql("''")})
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IncomingKey(SQLModel, table=True):
    """A way a mail came: the key its source knows it by (an IMAP folder's UIDVALIDITY and UID, a file's name)."""

    __tablename__ = "incoming_key"
    __table_args__ = (belongs_to("incoming_mail", "mail_id"),)

    municipality_id: str = Field(primary_key=True)
    source_key: str = Field(primary_key=True)
    mail_id: str
    noted_at: datetime = Field(sa_type=UtcDateTime)


def by_digest(session: Session, municipality_id: str, digest: str) -> IncomingMail | None:
    """The mail of these bytes, if it has come before."""
    query = select(IncomingMail).where(
        IncomingMail.municipality_id == municipality_id, IncomingMail.digest == digest
    )
    return session.exec(query).first()


def keys(session: Session, municipality_id: str, prefix: str) -> set[str]:
    """Every key of a source, by how its keys begin."""
    query = select(IncomingKey.source_key).where(
        IncomingKey.municipality_id == municipality_id,
        col(IncomingKey.source_key).startswith(prefix, autoescape=True),
    )
    return set(session.exec(query))


def counted(session: Session, mail: IncomingMail) -> IncomingMail | None:
    """The answer that counts now among those that came by mail to the same meeting from the same one asked."""
    query = select(IncomingMail).where(
        IncomingMail.municipality_id == mail.municipality_id,
        IncomingMail.meeting_id == mail.meeting_id,
        IncomingMail.outcome == COUNTED,
        IncomingMail.id != mail.id,
    )
    if mail.invitation_id:
        query = query.where(IncomingMail.invitation_id == mail.invitation_id)
    else:
        query = query.where(IncomingMail.person_id == mail.person_id)
    return session.exec(query.order_by(col(IncomingMail.id).desc())).first()


def settle(session: Session, municipality_id: str, feedback_id: str) -> None:
    """The opinion that came by a mail was confirmed by its author: nobody need look at the mail any more."""
    done = update(IncomingMail).where(
        col(IncomingMail.municipality_id) == municipality_id,
        col(IncomingMail.feedback_id) == feedback_id,
        col(IncomingMail.state) == WAITING,
    )
    session.exec(done.values(state=DONE, outcome="opinion_taken"))
