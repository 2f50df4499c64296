"""What an association suggests by itself: a topic for the next round table, or a round table of its own.

It needs no account and no case that is open: any personal link of the association opens the form. The municipality
owes it a written answer (MSVS).
"""

from datetime import date, datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, col, select, update

from processes.database import Row, belongs_to
from processes.organisation import Organisation

TOPIC, ROUND_TABLE = "topic", "round_table"
KINDS = (TOPIC, ROUND_TABLE)
WAITING, TAKEN, DECLINED = "waiting", "taken", "declined"
ANSWER_TERM = "P30D"
"""MSVS: a written answer in 30 days. Bill 475 SE would make it 15; change it here when it is in force."""


class Suggestion(Row, table=True):
    """One suggestion. `consultation_id` is the case it was taken into; `reasons` are the municipality's answer."""

    __table_args__ = (
        belongs_to("organisation"),
        belongs_to("consultation"),
        UniqueConstraint("municipality_id", "submission_key"),
        UniqueConstraint("municipality_id", "receipt"),
        Index(
            "ix_suggestion_waiting", "municipality_id", "answer_due_on",
            sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'"),
        ),
    )  # fmt: skip

    organisation_id: str
    kind: str = TOPIC
    receipt: str
    submission_key: str
    title: str
    problem: str = Field(default="", sa_column=Column(Text, nullable=False))
    wish: str = Field(default="", sa_column=Column(Text, nullable=False))
    suggested_at: datetime = Field(sa_type=UtcDateTime)
    answer_due_on: date
    state: str = WAITING
    reasons: str = Field(default="", sa_column=Column(Text, nullable=False))
    consultation_id: str | None = None
    answered_by: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def taken_into(session: Session, municipality_id: str, consultation_id: str) -> list[tuple[Suggestion, str]]:
    """Those that were taken into a case, each with the name of whoever suggested it."""
    query = (
        select(Suggestion, Organisation.name)
        .join(
            Organisation,
            (col(Organisation.municipality_id) == Suggestion.municipality_id)
            & (col(Organisation.id) == Suggestion.organisation_id),
        )
        .where(
            Suggestion.municipality_id == municipality_id,
            Suggestion.consultation_id == consultation_id,
            Suggestion.state == TAKEN,
        )
    )
    return [(row, name) for row, name in session.exec(query.order_by(Suggestion.id))]


def let_go(session: Session, municipality_id: str, consultation_id: str) -> None:
    """A draft that was begun for a suggestion is thrown away: the suggestion waits for an answer again."""
    mine = (
        col(Suggestion.municipality_id) == municipality_id,
        col(Suggestion.consultation_id) == consultation_id,
    )
    session.exec(update(Suggestion).where(*mine).values(consultation_id=None, state=WAITING))
