"""A council committee: who sits in it and how long before a session its papers are frozen."""

from sqlmodel import Field, Session, SQLModel, select

from processes.database import Row, belongs_to
from processes.person import Person


class Committee(Row, table=True):
    """A committee of the council. `freeze_days` are full days between the summary and the session.

    `openness` comes from the council's own rules (töökord): open, invited or closed.
    """

    name: str
    openness: str = "invited"
    rules_url: str = ""
    freeze_days: int = 7


class CommitteeMember(SQLModel, table=True):
    """A person's seat in a committee."""

    __tablename__ = "committee_member"
    __table_args__ = (belongs_to("committee"), belongs_to("person"))

    municipality_id: str = Field(primary_key=True)
    committee_id: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True)
    chair: bool = False


def members(session: Session, municipality_id: str, committee_id: str) -> list[Person]:
    """The people of a committee, by name."""
    query = (
        select(Person)
        .join(
            CommitteeMember,
            (CommitteeMember.municipality_id == Person.municipality_id)  # type: ignore[arg-type]
            & (CommitteeMember.person_id == Person.id),
        )
        .where(
            CommitteeMember.municipality_id == municipality_id, CommitteeMember.committee_id == committee_id
        )
        .order_by(Person.name)
    )
    return list(session.exec(query).all())
