"""A term of one case: when it began, when it ends, when it was met, and why it was moved.

What the case's findings, the desk's urgency and the timeline are read from.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, select

from processes.database import Row, belongs_to


class Obligation(Row, table=True):
    """One term running or met. `before` terms are latest days for something to be done earlier.

    `withdrawn_at` is set when the case no longer asks for it (its task was taken away).
    """

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
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    moved_reason: str = Field(default="", sa_column=Column(Text, nullable=False))

    def kept(self, now: datetime) -> bool | None:
        """Whether the term was kept; None while it may still be, or when it was withdrawn in time."""
        if self.met_at is not None:
            return self.met_at <= self.due_at
        seen_until = self.withdrawn_at or now
        return None if seen_until <= self.due_at else False


def plain_name(element: str) -> str:
    """A task's own id, whatever call activity it lies in."""
    return element.rpartition("/")[2]


def of_consultation(session: Session, municipality_id: str, consultation_id: str) -> Sequence[Obligation]:
    """Every term of a case, the earliest due first."""
    query = select(Obligation).where(
        Obligation.municipality_id == municipality_id, Obligation.consultation_id == consultation_id
    )
    return session.exec(query.order_by(Obligation.due_at, Obligation.id)).all()  # type: ignore[arg-type]


def running(
    session: Session,
    municipality_id: str,
    consultation_id: str,
    *,
    element: str | None = None,
    wait_id: str | None = None,
) -> Obligation | None:
    """The newest term still running, of an element or of a wait."""
    query = select(Obligation).where(
        Obligation.municipality_id == municipality_id,
        Obligation.consultation_id == consultation_id,
        Obligation.met_at.is_(None),  # type: ignore[union-attr]
        Obligation.withdrawn_at.is_(None),  # type: ignore[union-attr]
    )
    if element is not None:
        query = query.where(Obligation.element == plain_name(element))
    if wait_id is not None:
        query = query.where(Obligation.wait_id == wait_id)
    return session.exec(query.order_by(Obligation.id.desc())).first()  # type: ignore[attr-defined]


def meet(
    session: Session, municipality_id: str, consultation_id: str, element: str, moment: datetime
) -> None:
    """Hold a term as met at the moment the evidence names, which may be earlier than the click."""
    if found := running(session, municipality_id, consultation_id, element=element):
        found.met_at = moment
        session.add(found)


def move(
    session: Session,
    municipality_id: str,
    consultation_id: str,
    element: str,
    due_at: datetime,
    *,
    reason: str,
) -> None:
    """Move a running term; its first day and the reason stay readable."""
    if found := running(session, municipality_id, consultation_id, element=element):
        found.due_at = due_at
        found.moved_reason = reason
        session.add(found)
