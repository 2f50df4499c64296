"""A council committee: who sits in it and how long before a session its papers are frozen."""

from sqlmodel import Field, Session, SQLModel, col, select

from processes.database import Row, belongs_to
from processes.person import Person, Role


class Committee(Row, table=True):
    """A committee of the council. `freeze_days` are full days between the summary and the session.

    `openness` comes from the council's own rules (töökord): open, invited or closed.
    """

    name: str
    openness: str = "invited"
    rules_url: str = ""
    freeze_days: int = 7


class CommitteeMember(SQLModel, table=True):
    """A person's seat in a committee: a member's, or that of its clerk, who holds the role `clerk` and only writes."""

    __tablename__ = "committee_member"
    __table_args__ = (belongs_to("committee"), belongs_to("person"))

    municipality_id: str = Field(primary_key=True)
    committee_id: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True)
    chair: bool = False


def members(session: Session, municipality_id: str, committee_id: str) -> list[Person]:
    """The people of a committee, its clerk among them, by name."""
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


def clerks(session: Session, municipality_id: str, committee_id: str) -> frozenset[str]:
    """Who writes a committee's minutes: people with a seat in it and the role of a clerk; none where it has no clerk."""
    query = (
        select(Person.id)
        .join(
            CommitteeMember,
            (col(CommitteeMember.municipality_id) == Person.municipality_id)
            & (col(CommitteeMember.person_id) == Person.id),
        )
        .join(
            Role, (col(Role.municipality_id) == Person.municipality_id) & (col(Role.person_id) == Person.id)
        )
        .where(
            CommitteeMember.municipality_id == municipality_id,
            CommitteeMember.committee_id == committee_id,
            Role.role == "clerk",
            col(Person.active).is_(True),
        )
    )
    return frozenset(session.exec(query))


def chairs(session: Session, municipality_id: str, committee_id: str) -> frozenset[str]:
    """Who leads a committee."""
    query = select(CommitteeMember.person_id).where(
        CommitteeMember.municipality_id == municipality_id,
        CommitteeMember.committee_id == committee_id,
        col(CommitteeMember.chair).is_(True),
    )
    return frozenset(session.exec(query))
