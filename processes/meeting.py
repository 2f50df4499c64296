"""A meeting that people are invited to: sketch round table, public discussion, committee session."""

from datetime import datetime

from sqlalchemy import Column, Index, Text, text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, select

from processes.database import Row, belongs_to

KINDS = ("sketch", "discussion", "committee", "round_table")
PLANNED, HELD, CANCELLED = "planned", "held", "cancelled"
CHANNELS = ("web", "calendar", "mail", "phone", "post", "in_person")
"""Where an answer comes from: the personal page, a calendar program, or an official who was told it."""


class Meeting(Row, table=True):
    """One meeting. Its UID is for life; `sequence` grows when time, place or state changes (RFC 5545)."""

    __table_args__ = (belongs_to("consultation"),)

    consultation_id: str = Field(index=True)
    kind: str
    title: str = ""
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    place: str = ""
    access: str = Field(default="", sa_column=Column(Text, nullable=False))
    url: str = ""
    uid: str
    sequence: int = 0
    state: str = PLANNED
    minutes: str = Field(default="", sa_column=Column(Text, nullable=False))
    minutes_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Attendance(SQLModel, table=True):
    """One invitee's answer to one meeting: invited, accepted, maybe, declined or uninvited.

    `delegate` is who comes in the invitee's stead; `seat` (hall or link) and `seat_note` are what a planner
    decided about their place, empty while the proposal stands.
    """

    __table_args__ = (belongs_to("meeting"), belongs_to("invitation"))

    municipality_id: str = Field(primary_key=True)
    meeting_id: str = Field(primary_key=True)
    invitation_id: str = Field(primary_key=True)
    answer: str = "invited"
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delegate: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    seat: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    seat_note: str = Field(default="", sa_column_kwargs={"server_default": text("''")})


class MeetingAnswer(Row, table=True):
    """An answer that counted when it came; the latest of each answerer counts now, all are kept.

    Whose it is: an invited organisation's (`invitation_id`) or a committee member's (`person_id`). `channel` is
    where it came from, `sequence` the version of the meeting it answered, `entered_by` the official who noted it.
    """

    __tablename__ = "meeting_answer"
    __table_args__ = (
        belongs_to("meeting"),
        belongs_to("invitation"),
        belongs_to("person"),
        Index("ix_meeting_answer_meeting", "municipality_id", "meeting_id"),
    )

    meeting_id: str
    invitation_id: str | None = None
    person_id: str | None = None
    answer: str
    channel: str
    answered_at: datetime = Field(sa_type=UtcDateTime)
    sequence: int
    mail_id: str = ""
    entered_by: str = ""


def newest(
    session: Session, municipality_id: str, consultation_id: str, kind: str | None = None
) -> Meeting | None:
    """The newest meeting of a consultation (of a kind), whatever its state."""
    query = select(Meeting).where(
        Meeting.municipality_id == municipality_id, Meeting.consultation_id == consultation_id
    )
    if kind is not None:
        query = query.where(Meeting.kind == kind)
    return session.exec(query.order_by(Meeting.id.desc())).first()  # type: ignore[attr-defined]
