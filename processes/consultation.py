"""A consultation: one matter, from the day it is launched to the day everyone has heard the end.

The process instance holds where it stands; this row holds what it is about.
"""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Text, UniqueConstraint
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel

from processes.database import Row, belongs_to
from processes.errors import NotFound

DRAFT, RUNNING, ENDED, CANCELLED = "draft", "running", "ended", "cancelled"


class Consultation(Row, table=True):
    """One matter. `number` is the public one in addresses, such as `dp-2027-3`.

    `published_at` is when its page opened to everyone; before that no stranger learns that it exists.
    `plan_number` is its number in the register of plans. `terms` is the parameter set frozen on the day it began: key -> period, source, certainty.
    Cases that follow each other have one `series_id`, the id of the first, and count their `turn`.
    """

    __table_args__ = (belongs_to("person", "planner_id"), UniqueConstraint("municipality_id", "number"))

    number: str
    kind: str = "detailed_plan"
    instance_id: str | None = Field(default=None, index=True)
    state: str = DRAFT
    planner_id: str
    committee_id: str | None = None
    application_on: date | None = None
    applicant: str = ""
    decided_by: str = "council"
    place: str = ""
    topics: str = Field(default="", sa_column=Column(Text, nullable=False))
    impacts: str = Field(default="", sa_column=Column(Text, nullable=False))
    terms: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)
    launched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end_element: str = ""
    cancel_reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    plan_number: str = ""
    registered_on: date | None = None
    contested: bool | None = None
    contest_note: str = Field(default="", sa_column=Column(Text, nullable=False))
    archive_reference: str = ""
    series_id: str | None = Field(default=None, index=True)
    turn: int = Field(default=1, sa_column_kwargs={"server_default": "1"})

    def frozen_terms(self) -> dict[str, dict[str, Any]]:
        loaded: dict[str, dict[str, Any]] = json.loads(self.terms)
        return loaded

    def topic_list(self) -> list[str]:
        return [line for line in self.topics.splitlines() if line]

    def impact_list(self) -> list[str]:
        return [line for line in self.impacts.splitlines() if line]


class ConsultationText(SQLModel, table=True):
    """The plain box in one language (et, en, ru, et-easy): what, open, decided, how, next."""

    __tablename__ = "consultation_text"
    __table_args__ = (belongs_to("consultation"),)

    municipality_id: str = Field(primary_key=True)
    consultation_id: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    title: str
    what: str = Field(default="", sa_column=Column(Text, nullable=False))
    open_points: str = Field(default="", sa_column=Column(Text, nullable=False))
    already_decided: str = Field(default="", sa_column=Column(Text, nullable=False))


def get(session: Session, municipality_id: str, consultation_id: str) -> Consultation:
    """Find one by id. Errors: NotFound, also for another municipality's."""
    found = session.get(Consultation, (municipality_id, consultation_id))
    if found is None:
        raise NotFound
    return found


def text_of(session: Session, consultation: Consultation, language: str) -> ConsultationText:
    """The text in a language, else in Estonian. Errors: NotFound when neither was written."""
    for choice in (language, "et"):
        key = (consultation.municipality_id, consultation.id, choice)
        if found := session.get(ConsultationText, key):
            return found
    raise NotFound
