"""A round of collecting: from a day to a day, anyone (or the invited) may give an opinion.

Opinions, invitees and answers are rows beside it; the process waits for its end only once.
"""

from datetime import datetime

from sqlalchemy import Column, Text, UniqueConstraint
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, func, select

from processes.database import Row, belongs_to

PHASES = ("sketch", "approval", "display", "topics", "minutes")


class Round(Row, table=True):
    """One collecting of answers. Closed when `closed_at` is set; interrupted ones are repeated."""

    __table_args__ = (
        belongs_to("consultation"),
        UniqueConstraint("municipality_id", "consultation_id", "phase", "turn"),
    )

    consultation_id: str = Field(index=True)
    phase: str
    turn: int = 1
    place: str = ""
    opens_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    interrupted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    interrupted_reason: str = Field(default="", sa_column=Column(Text, nullable=False))

    def is_open(self, now: datetime) -> bool:
        return (
            self.closed_at is None and self.interrupted_at is None and self.opens_at <= now <= self.closes_at
        )


def current(
    session: Session, municipality_id: str, consultation_id: str, phase: str | None = None
) -> Round | None:
    """The newest round of a consultation (of a phase), open or not."""
    query = select(Round).where(
        Round.municipality_id == municipality_id, Round.consultation_id == consultation_id
    )
    if phase is not None:
        query = query.where(Round.phase == phase)
    return session.exec(query.order_by(Round.id.desc())).first()  # type: ignore[attr-defined]


def next_turn(session: Session, municipality_id: str, consultation_id: str, phase: str) -> int:
    """The number of the next round of a phase; the first is 1."""
    query = select(func.max(Round.turn)).where(
        Round.municipality_id == municipality_id,
        Round.consultation_id == consultation_id,
        Round.phase == phase,
    )
    return (session.exec(query).one() or 0) + 1
