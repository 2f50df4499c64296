"""A public notice: on what occasion, in which channel, by when, and the evidence that it appeared."""

from datetime import date, datetime

from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, func, select

from processes.database import Row, belongs_to

OCCASIONS = ("initiation", "display", "discussion", "results", "adoption")
CHANNELS = ("official", "web", "paper", "county_paper", "personal")


class Notice(Row, table=True):
    """Evidence of one notice: the day it appeared, its number and address.

    `round_id` names the display it announced: a display that is moved or repeated is announced anew.
    """

    __table_args__ = (belongs_to("consultation"), belongs_to("round"))

    consultation_id: str = Field(index=True)
    round_id: str | None = None
    occasion: str
    channel: str
    published_on: date
    number: str = ""
    url: str = ""
    note: str = ""
    recorded_by: str = ""
    recorded_at: datetime = Field(sa_type=UtcDateTime)


def first_days(
    session: Session, municipality_id: str, consultation_id: str, occasion: str, round_id: str | None = None
) -> dict[str, date]:
    """On which day each channel first carried the notices of an occasion (of one display)."""
    query = select(Notice.channel, func.min(Notice.published_on)).where(
        Notice.municipality_id == municipality_id,
        Notice.consultation_id == consultation_id,
        Notice.occasion == occasion,
    )
    if round_id is not None:
        query = query.where(Notice.round_id == round_id)
    return dict(session.exec(query.group_by(Notice.channel)).all())
