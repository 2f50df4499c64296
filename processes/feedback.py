"""An opinion: as it was given, by whom, how it came, and what has been decided to do with it.

Nothing a person wrote is ever overwritten: a change is a new version beside the old one.
"""

from datetime import datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint, func, text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, select

from processes.database import Row, belongs_to

CHANNELS = ("web", "mail", "phone", "paper", "in_person")
UNCONFIRMED, RECEIVED, WITHDRAWN = "unconfirmed", "received", "withdrawn"
LATE_WAITING, LATE_ACCEPTED, LATE_RECORDED = "late_waiting", "late_accepted", "late_recorded"
COUNTED = (RECEIVED, LATE_ACCEPTED)
TO_ANSWER = (RECEIVED, LATE_ACCEPTED, LATE_RECORDED)


class Feedback(Row, table=True):
    """One opinion. `receipt` is the number its author keeps. A private person's name is not public.

    `author_kind` is organisation, person or anonymous; `wants_reply` false only for anonymous ones.
    `late_reason` is why it came late, in its author's words; `late_decision` why it was taken or only recorded.
    """

    __table_args__ = (
        belongs_to("consultation"),
        belongs_to("round"),
        UniqueConstraint("municipality_id", "receipt"),
        UniqueConstraint("municipality_id", "submission_key"),
        Index("ix_feedback_in_order", "municipality_id", "consultation_id", "received_at", "id"),
        Index(
            "ix_feedback_late", "municipality_id", "consultation_id", "received_at",
            sqlite_where=text("state = 'late_waiting'"), postgresql_where=text("state = 'late_waiting'"),
        ),
    )  # fmt: skip

    consultation_id: str = Field(index=True)
    round_id: str | None = Field(default=None, index=True)
    receipt: str
    submission_key: str
    invitation_id: str | None = Field(default=None, index=True)
    author_kind: str = "person"
    author_name: str = ""
    author_email: str = ""
    author_phone: str = ""
    author_address: str = ""
    wants_reply: bool = True
    language: str = "et"
    channel: str = "web"
    entered_by: str = ""
    read_back: bool = False
    received_at: datetime = Field(sa_type=UtcDateTime)
    state: str = RECEIVED
    late_reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    late_decision: str = Field(default="", sa_column=Column(Text, nullable=False))
    theme: str = ""
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    version: int = 1
    may_publish: bool = False
    public_text: str = Field(default="", sa_column=Column(Text, nullable=False))
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    confirm_digest: str = Field(default="", index=True)


class FeedbackVersion(SQLModel, table=True):
    """What an opinion said in each of its versions, the first one as it arrived.

    `submission_key` is the key of the form that brought it: the same form twice is one version.
    """

    __tablename__ = "feedback_version"
    __table_args__ = (belongs_to("feedback"),)

    municipality_id: str = Field(primary_key=True)
    feedback_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    submission_key: str = ""
    written_at: datetime = Field(sa_type=UtcDateTime)


class Counter(SQLModel, table=True):
    """The next receipt or case number of a municipality, by series and year."""

    municipality_id: str = Field(primary_key=True)
    series: str = Field(primary_key=True)
    last: int = 0


def next_number(session: Session, municipality_id: str, series: str) -> int:
    """Take the next number of a series; two takers never get the same (the row is locked)."""
    query = select(Counter).where(Counter.municipality_id == municipality_id, Counter.series == series)
    counter = session.exec(query.with_for_update()).first()
    if counter is None:
        counter = Counter(municipality_id=municipality_id, series=series)
    counter.last += 1
    session.add(counter)
    session.flush()
    return counter.last


def next_receipt(session: Session, municipality_id: str, year: int) -> str:
    """The number an author keeps, such as `2027-31`: the next of the year, whatever door it came through."""
    return f"{year}-{next_number(session, municipality_id, f'receipt-{year}')}"


def count(
    session: Session, municipality_id: str, consultation_id: str, states: tuple[str, ...] = COUNTED
) -> int:
    """How many opinions of a consultation are in these states."""
    query = select(func.count()).where(
        Feedback.municipality_id == municipality_id,
        Feedback.consultation_id == consultation_id,
        Feedback.state.in_(states),  # type: ignore[attr-defined]
    )
    return session.exec(query).one()
