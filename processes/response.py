"""The municipality's answer to one opinion: an outcome and the reasons for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Text, exists, func
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, col, select

from processes.database import belongs_to
from processes.feedback import TO_ANSWER, Feedback

OUTCOMES = ("accepted", "partly", "not_accepted", "outside", "noted")
UNRESOLVED = ("partly", "not_accepted")


class Response(SQLModel, table=True):
    """What the municipality says to an opinion; written, then sent and published at one moment.

    `approved_by` is the second person's word, where the municipality asks for one; a change takes it away.
    `group_id` is the group of alike opinions it was written to, empty for an answer of its own. `revision` is
    raised when a position that was already sent is changed; what it said before is a row of `EarlierResponse`.
    """

    __table_args__ = (belongs_to("feedback"),)

    municipality_id: str = Field(primary_key=True)
    feedback_id: str = Field(primary_key=True)
    outcome: str
    reasons: str = Field(sa_column=Column(Text, nullable=False))
    written_by: str
    written_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by: str = Field(default="", sa_column_kwargs={"server_default": ""})
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    group_id: str = Field(default="", sa_column_kwargs={"server_default": ""})
    revision: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class EarlierResponse(SQLModel, table=True):
    """What an answer said before it was changed after its author had got it, and why it was changed."""

    __tablename__ = "earlier_response"
    __table_args__ = (belongs_to("feedback"),)

    municipality_id: str = Field(primary_key=True)
    feedback_id: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    outcome: str
    reasons: str = Field(sa_column=Column(Text, nullable=False))
    written_by: str
    sent_at: datetime = Field(sa_type=UtcDateTime)
    why_changed: str = Field(sa_column=Column(Text, nullable=False))
    changed_by: str
    changed_at: datetime = Field(sa_type=UtcDateTime)


def unanswered(session: Session, municipality_id: str, consultation_id: str) -> int:
    """How many opinions that must be answered have no answer yet."""
    answered = exists().where(
        Response.municipality_id == Feedback.municipality_id,  # type: ignore[arg-type]
        Response.feedback_id == Feedback.id,  # type: ignore[arg-type]
    )
    query = select(func.count()).where(
        Feedback.municipality_id == municipality_id,
        Feedback.consultation_id == consultation_id,
        Feedback.state.in_(TO_ANSWER),  # type: ignore[attr-defined]
        ~answered,
    )
    return session.exec(query).one()


def unapproved(municipality_id: str, consultation_id: str) -> list[Any]:
    """Conditions on `Response` beside `Feedback`: unsent, and no second person has approved it."""
    return [
        col(Feedback.municipality_id) == municipality_id,
        col(Feedback.consultation_id) == consultation_id,
        col(Response.sent_at).is_(None),
        col(Response.approved_at).is_(None),
    ]


def waits_for_approval(session: Session, municipality_id: str, consultation_id: str) -> int:
    """How many unsent answers nobody has approved."""
    query = (
        select(func.count())
        .select_from(Response)
        .join(
            Feedback,
            (col(Feedback.municipality_id) == Response.municipality_id)
            & (col(Feedback.id) == Response.feedback_id),
        )
        .where(*unapproved(municipality_id, consultation_id))
    )
    return session.exec(query).one()
