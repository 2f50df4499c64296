"""A point of an opinion: what has to be decided on by itself, whoever it is given to, until when.

Advice and position are kept apart: what a colleague or an office says is a row of `Advice`, and what the planner
decides stands on the item. An official's notes are rows of their own, which no letter and no public page reads.
"""

from datetime import date, datetime

from sqlalchemy import Column, Index, Text, text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field

from processes.database import Row, belongs_to

STANCES = ("for", "against", "neutral", "question")
ADVICE = ("follow", "partly", "reject", "no_opinion")


class Item(Row, table=True):
    """One point of an opinion, `text` in its author's words. `place` orders the points of one opinion.

    `outcome` and `position` are what the planner decides; both empty until then. `revision` is raised with each
    change: whoever saves a form made before another's change is shown that change first.
    """

    __table_args__ = (
        belongs_to("feedback"),
        Index("ix_item_feedback", "municipality_id", "feedback_id"),
        Index("ix_item_of_case", "municipality_id", "consultation_id", "assignee_id"),
        Index(
            "ix_item_undecided", "municipality_id", "assignee_id",
            sqlite_where=text("outcome = ''"), postgresql_where=text("outcome = ''"),
        ),
    )  # fmt: skip

    consultation_id: str
    feedback_id: str
    place: int
    text: str = Field(sa_column=Column(Text, nullable=False))
    theme: str = ""
    stance: str = ""
    assignee_id: str = ""
    due_on: date | None = None
    outcome: str = ""
    position: str = Field(default="", sa_column=Column(Text, nullable=False))
    revision: int = 1
    changed_by: str
    changed_at: datetime = Field(sa_type=UtcDateTime)


class Advice(Row, table=True):
    """What somebody was asked about an item, and what they advise; the planner decides, whatever it says.

    `adviser_id` is a colleague with an account; an office without one is reached by its name and a link.
    """

    __table_args__ = (
        belongs_to("item"),
        Index("ix_advice_item", "municipality_id", "item_id"),
        Index("ix_advice_link", "municipality_id", "link_digest"),
        Index(
            "ix_advice_waiting", "municipality_id", "adviser_id",
            sqlite_where=text("given_at IS NULL"), postgresql_where=text("given_at IS NULL"),
        ),
    )  # fmt: skip

    item_id: str
    adviser_id: str = ""
    adviser_name: str
    adviser_email: str = ""
    question: str = Field(default="", sa_column=Column(Text, nullable=False))
    due_on: date | None = None
    asked_by: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    link_digest: str = ""
    advice: str = ""
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    given_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Note(Row, table=True):
    """A note among officials about an opinion. It never leaves: nothing that writes to people reads this table."""

    __table_args__ = (belongs_to("feedback"), Index("ix_note_feedback", "municipality_id", "feedback_id"))

    feedback_id: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    written_by: str
    written_at: datetime = Field(sa_type=UtcDateTime)


class WorkingCopy(Row, table=True):
    """The copy officials work on: typing errors mended, a scan typed out. Its `id` is the opinion's.

    The opinion as received is never touched. Without a row here, the copy says what the opinion says.
    """

    __tablename__ = "working_copy"
    __table_args__ = (belongs_to("feedback", "id"),)

    text: str = Field(sa_column=Column(Text, nullable=False))
    revision: int = 1
    written_by: str
    written_at: datetime = Field(sa_type=UtcDateTime)
