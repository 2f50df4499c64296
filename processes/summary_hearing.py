"""What is said around a committee's page: members' remarks before the session, and who asks to speak at it.

Neither changes the page: it is frozen, and these stand beside it.
"""

from datetime import datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, col, select

from processes.database import Row, belongs_to

ASKED, GRANTED, REFUSED, WITHDRAWN = "asked", "granted", "refused", "withdrawn"
LONGEST = 4000


class Remark(Row, table=True):
    """A member's remark, on the whole page or on one opinion of it; read by the committee and the planner."""

    __tablename__ = "summary_remark"
    __table_args__ = (
        belongs_to("summary"),
        belongs_to("feedback"),
        belongs_to("person"),
        UniqueConstraint("municipality_id", "submission_key"),
        Index("ix_summary_remark_of_page", "municipality_id", "summary_id", "id"),
    )

    summary_id: str
    feedback_id: str | None = None
    person_id: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    written_at: datetime = Field(sa_type=UtcDateTime)
    submission_key: str


class SpeakRequest(Row, table=True):
    """An invited organisation's wish to speak at a session: to one of its own opinions, or to the matter.

    Whether it may is for the committee to say, by its rules; a refusal is reasoned in `answer`.
    """

    __tablename__ = "speak_request"
    __table_args__ = (
        belongs_to("summary"),
        belongs_to("invitation"),
        belongs_to("feedback"),
        UniqueConstraint("municipality_id", "submission_key"),
        Index("ix_speak_request_of_page", "municipality_id", "summary_id", "id"),
    )

    summary_id: str
    invitation_id: str
    feedback_id: str | None = None
    speaker: str
    words: str = Field(default="", sa_column=Column(Text, nullable=False))
    asked_at: datetime = Field(sa_type=UtcDateTime)
    submission_key: str
    state: str = ASKED
    answer: str = Field(default="", sa_column=Column(Text, nullable=False))
    answered_by: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def requests_of(session: Session, municipality_id: str, summary_id: str) -> list[SpeakRequest]:
    """Who asked to speak at a page's session, the first first; those taken back are not among them."""
    query = select(SpeakRequest).where(
        SpeakRequest.municipality_id == municipality_id,
        SpeakRequest.summary_id == summary_id,
        SpeakRequest.state != WITHDRAWN,
    )
    return list(session.exec(query.order_by(col(SpeakRequest.id))))
