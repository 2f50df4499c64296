"""A task somebody was given at a session: who does it and by when, carried from cycle to cycle until it is done.

It belongs to the series of sessions and not to one of them, so nothing has to be copied when the next one begins.
"""

from datetime import date, datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint, func, text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, col, select

from processes.database import Row, belongs_to

OPEN, DONE, DROPPED = "open", "done", "dropped"
STATES = (OPEN, DONE, DROPPED)


class Assignment(Row, table=True):
    """One task. `series_id` is the first case of its series, `consultation_id` the one it was agreed in.

    `owner` is an office or an organisation, never a private person; `proposed_by` whose proposal it came from, and
    `feedback_id` that proposal. `note` says how far it is, or how it ended.
    """

    __table_args__ = (
        belongs_to("consultation", "series_id"),
        belongs_to("consultation"),
        belongs_to("feedback"),
        UniqueConstraint("municipality_id", "series_id", "number"),
        Index(
            "ix_assignment_open", "municipality_id", "series_id", "due_on",
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
    )  # fmt: skip

    series_id: str
    consultation_id: str = Field(index=True)
    number: int
    what: str = Field(sa_column=Column(Text, nullable=False))
    owner: str
    proposed_by: str = ""
    feedback_id: str | None = None
    since: date
    due_on: date
    state: str = OPEN
    note: str = Field(default="", sa_column=Column(Text, nullable=False))
    closed_on: date | None = None
    recorded_by: str
    recorded_at: datetime = Field(sa_type=UtcDateTime)

    def late(self, today: date) -> bool:
        """Whether its term has passed and it is not done."""
        return self.state == OPEN and self.due_on < today


def of_series(session: Session, municipality_id: str, series_id: str) -> list[Assignment]:
    """Every task of a series, in the order they were agreed."""
    query = select(Assignment).where(
        Assignment.municipality_id == municipality_id, Assignment.series_id == series_id
    )
    return list(session.exec(query.order_by(col(Assignment.number))))


def next_number(session: Session, municipality_id: str, series_id: str) -> int:
    """The number of the next task of a series; the first is 1. Its key lets no two be the same."""
    query = select(func.max(Assignment.number)).where(
        Assignment.municipality_id == municipality_id, Assignment.series_id == series_id
    )
    return (session.exec(query).one() or 0) + 1


def open_count(session: Session, municipality_id: str, series_id: str) -> int:
    """How many tasks of a series are not done."""
    query = select(func.count()).where(
        Assignment.municipality_id == municipality_id,
        Assignment.series_id == series_id,
        Assignment.state == OPEN,
    )
    return session.exec(query).one()
