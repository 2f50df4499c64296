"""The committee's page: frozen before its session, every sentence with its source, never changed.

What the committee did with each unresolved objection is a row beside it.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, select

from processes.database import Row, belongs_to

STANCES = ("supported", "rejected", "sent_back")


class Summary(Row, table=True):
    """A summary for one session: prepared, then planned (its meeting and `freeze_at`), then frozen.

    `content` is JSON, frozen at `frozen_at` with its SHA-256 digest. `easy_text` is the page in easy Estonian,
    written by a person (`easy_by` is their name) and frozen with the rest.
    """

    __table_args__ = (belongs_to("consultation"), belongs_to("committee"), belongs_to("meeting"))

    consultation_id: str = Field(index=True)
    committee_id: str
    meeting_id: str | None = None
    occasion: str = "acceptance"
    question: str = ""
    freeze_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    frozen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    digest: str = ""
    content: str = Field(default="", sa_column=Column(Text, nullable=False))
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    easy_text: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    easy_by: str = Field(default="", sa_column_kwargs={"server_default": ""})
    easy_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def read(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.content)
        return content


class Treatment(SQLModel, table=True):
    """What a committee did with one unresolved objection, in the words of its minutes."""

    __table_args__ = (belongs_to("summary"), belongs_to("feedback"))

    municipality_id: str = Field(primary_key=True)
    summary_id: str = Field(primary_key=True)
    feedback_id: str = Field(primary_key=True)
    stance: str
    words: str = Field(default="", sa_column=Column(Text, nullable=False))
    recorded_by: str
    recorded_at: datetime = Field(sa_type=UtcDateTime)


def newest(session: Session, municipality_id: str, consultation_id: str) -> Summary | None:
    """The last summary prepared for a consultation, frozen or not."""
    query = select(Summary).where(
        Summary.municipality_id == municipality_id, Summary.consultation_id == consultation_id
    )
    return session.exec(query.order_by(Summary.id.desc())).first()  # type: ignore[attr-defined]
