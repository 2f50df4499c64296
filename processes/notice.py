"""A public notice: on what occasion, in which channel, by when, and the evidence that it appeared."""

from datetime import date, datetime

from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field

from processes.database import Row, belongs_to

OCCASIONS = ("initiation", "display", "discussion", "results", "adoption")
CHANNELS = ("official", "web", "paper", "county_paper", "personal")


class Notice(Row, table=True):
    """Evidence of one notice: the day it appeared, its number and address."""

    __table_args__ = (belongs_to("consultation"),)

    consultation_id: str = Field(index=True)
    occasion: str
    channel: str
    published_on: date
    number: str = ""
    url: str = ""
    note: str = ""
    recorded_by: str = ""
    recorded_at: datetime = Field(sa_type=UtcDateTime)
