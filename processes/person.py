"""People who work in the municipality: officials, members of the government and of committees.

Residents and associations have no account; they act through signed links.
"""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, select

from processes.database import Row, belongs_to

ROLES = ("planner", "government", "committee", "clerk", "administrator")


class Person(Row, table=True):
    """Someone with an account."""

    __table_args__ = (UniqueConstraint("municipality_id", "email"),)

    name: str
    email: str
    phone: str = ""
    title: str = ""
    language: str = "et"
    active: bool = True


class Role(SQLModel, table=True):
    """What a person may do: one of ROLES."""

    __table_args__ = (belongs_to("person"),)

    municipality_id: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True)
    role: str = Field(primary_key=True)


class SignInLink(Row, table=True):
    """A one-time link to sign in; only its digest is kept."""

    __tablename__ = "sign_in_link"
    __table_args__ = (belongs_to("person"), UniqueConstraint("municipality_id", "digest"))

    person_id: str
    digest: str
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignedIn(Row, table=True):
    """A browser that has signed in; only the digest of its cookie is kept."""

    __tablename__ = "signed_in"
    __table_args__ = (belongs_to("person"), UniqueConstraint("municipality_id", "digest"))

    person_id: str
    digest: str
    began_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def roles_of(session: Session, municipality_id: str, person_id: str) -> frozenset[str]:
    """Which roles a person holds now; none when the account is closed."""
    person = session.get(Person, (municipality_id, person_id))
    if person is None or not person.active:
        return frozenset()
    wanted = (Role.municipality_id == municipality_id, Role.person_id == person_id)
    return frozenset(session.exec(select(Role.role).where(*wanted)).all())


def with_role(session: Session, municipality_id: str, role: str) -> list[Person]:
    """Every active person who holds a role, by name."""
    query = (
        select(Person)
        .join(Role, (Role.municipality_id == Person.municipality_id) & (Role.person_id == Person.id))  # type: ignore[arg-type]
        .where(Person.municipality_id == municipality_id, Role.role == role, Person.active)
        .order_by(Person.name)
    )
    return list(session.exec(query).all())
