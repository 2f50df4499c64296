"""Passages: words a municipality answers with again and again, and a record of where each was used."""

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, col, func, select

from processes.database import Row, belongs_to


class Passage(Row, table=True):
    """One passage by its short name. A change raises `revision`; one put away stays in the record of its uses."""

    __table_args__ = (Index("ix_passage_municipality_id_name", "municipality_id", "name"),)

    name: str
    theme: str = ""
    language: str = "et"
    text: str = Field(sa_column=Column(Text, nullable=False))
    revision: int = 1
    written_by: str
    written_at: datetime = Field(sa_type=UtcDateTime)
    put_away_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PassageUse(SQLModel, table=True):
    """A passage in the answer to an opinion, and which revision of its words that was."""

    __tablename__ = "passage_use"
    __table_args__ = (belongs_to("passage"), belongs_to("feedback"))

    municipality_id: str = Field(primary_key=True)
    passage_id: str = Field(primary_key=True)
    feedback_id: str = Field(primary_key=True)
    revision: int
    used_by: str
    used_at: datetime = Field(sa_type=UtcDateTime)


def known(session: Session, municipality_id: str) -> list[Passage]:
    """The passages in use, by name."""
    query = select(Passage).where(
        Passage.municipality_id == municipality_id, col(Passage.put_away_at).is_(None)
    )
    return list(session.exec(query.order_by(col(Passage.name), col(Passage.id))))


def uses(session: Session, municipality_id: str) -> dict[str, int]:
    """In how many answers each passage stands, by its id."""
    query = (
        select(PassageUse.passage_id, func.count())
        .where(PassageUse.municipality_id == municipality_id)
        .group_by(PassageUse.passage_id)
    )
    return {row[0]: row[1] for row in session.exec(query)}
