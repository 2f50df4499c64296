"""The municipality: whose consultations these are, and how its people are reached.

Municipalities merge, so each has a first and a last day. Its id is the EHAK code.
"""

from datetime import date

from sqlmodel import Field, Session, SQLModel

from processes.errors import NotFound


class Municipality(SQLModel, table=True):
    """A rural municipality or a city."""

    municipality_id: str = Field(primary_key=True)
    name: str
    kind: str = "vald"
    county: str = ""
    council: str = "vallavolikogu"
    government: str = "vallavalitsus"
    email: str = ""
    phone: str = ""
    address: str = ""
    opening_hours: str = ""
    newspaper: str = ""
    county_newspaper: str = ""
    website: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


def get(session: Session, municipality_id: str) -> Municipality:
    """Find one by its EHAK code. Errors: NotFound."""
    found = session.get(Municipality, municipality_id)
    if found is None:
        raise NotFound
    return found
