"""The agenda of one session: what will be talked about, in which order, and whether both chairs agree to it.

A round table has two chairs, one of the municipality and one of an association. The municipality's puts the agenda
together; the association's agrees from its personal link, or the municipality notes how it was agreed otherwise.
"""

from datetime import date, datetime

from sqlalchemy import Column, Text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, col, delete, select

from processes.database import Row, belongs_to
from processes.errors import NotFound

MUNICIPALITY, ASSOCIATION, RESIDENT = "municipality", "association", "resident"
BY_LINK, OTHERWISE = "link", "otherwise"


class Agenda(SQLModel, table=True):
    """A case's agenda. `cochair_id` is the organisation whose chair agrees to it, until `due_at`.

    `agreed_how` is `link` when the association's chair agreed from its own page, `otherwise` when the municipality
    noted it. `comment` is why it was sent back, in the chair's words.
    """

    __table_args__ = (belongs_to("consultation"), belongs_to("organisation", "cochair_id"))

    municipality_id: str = Field(primary_key=True)
    consultation_id: str = Field(primary_key=True)
    cochair_id: str | None = None
    session_on: date | None = None
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proposed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    agreed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    agreed_how: str = ""
    returned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    comment: str = Field(default="", sa_column=Column(Text, nullable=False))

    @property
    def waits(self) -> bool:
        """Whether the association's chair is asked now."""
        return self.proposed_at is not None and self.agreed_at is None and self.returned_at is None


class AgendaItem(Row, table=True):
    """One topic, proposed by the municipality, by an association (`by` is its name) or by a resident, never named.

    `feedback_id` is the proposal it was taken from, `suggestion_id` a topic an association suggested by itself.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (
        belongs_to("consultation"),
        belongs_to("feedback"),
        belongs_to("suggestion"),
    )

    consultation_id: str = Field(index=True)
    position: int
    title: str
    side: str = MUNICIPALITY
    by: str = ""
    feedback_id: str | None = None
    suggestion_id: str | None = None


def of_case(session: Session, municipality_id: str, consultation_id: str) -> Agenda:
    """The agenda of a case. Errors: NotFound when its process has none."""
    found = session.get(Agenda, (municipality_id, consultation_id))
    if found is None:
        raise NotFound
    return found


def items(session: Session, municipality_id: str, consultation_id: str) -> list[AgendaItem]:
    """What is on an agenda, in order."""
    query = select(AgendaItem).where(
        AgendaItem.municipality_id == municipality_id, AgendaItem.consultation_id == consultation_id
    )
    return list(session.exec(query.order_by(col(AgendaItem.position), AgendaItem.id)))


def clear(session: Session, municipality_id: str, consultation_id: str) -> None:
    """Take everything off an agenda, before it is written anew."""
    session.exec(
        delete(AgendaItem).where(
            col(AgendaItem.municipality_id) == municipality_id,
            col(AgendaItem.consultation_id) == consultation_id,
        )
    )
