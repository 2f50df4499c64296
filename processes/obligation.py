"""A term of one case: when it began, when it ends, when it was met, and why it was moved.

What the case's findings, the desk's urgency and the timeline are read from.
"""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field

from processes.database import Row, belongs_to


class Obligation(Row, table=True):
    """One term running or met. `before` terms are latest days for something to be done earlier."""

    __table_args__ = (belongs_to("consultation"),)

    consultation_id: str = Field(index=True)
    element: str
    wait_id: str | None = Field(default=None, index=True)
    term: str
    before: bool = False
    counted_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    first_due_at: datetime = Field(sa_type=UtcDateTime)
    met_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    moved_reason: str = Field(default="", sa_column=Column(Text, nullable=False))

    def kept(self, now: datetime) -> bool | None:
        """Whether the term was kept; None while it may still be."""
        if self.met_at is not None:
            return self.met_at <= self.due_at
        return None if now <= self.due_at else False
