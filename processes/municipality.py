"""The municipality: whose consultations these are, and how its people are reached.

Municipalities merge, so each has a first and a last day. Its id is the EHAK code.
"""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from processes.errors import NotFound


class Municipality(SQLModel, table=True):
    """A rural municipality or a city.

    `two_approve_answers`: an answer leaves only after a second person's approval. `map_tiles` is the address of a
    map's pictures with {z}, {x} and {y}; empty draws the plan without a background.
    """

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
    two_approve_answers: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    map_tiles: str = Field(default="", sa_column_kwargs={"server_default": ""})
    valid_from: date | None = None
    valid_to: date | None = None


def get(session: Session, municipality_id: str) -> Municipality:
    """Find one by its EHAK code. Errors: NotFound."""
    found = session.get(Municipality, municipality_id)
    if found is None:
        raise NotFound
    return found
