"""The registry of organisations: who exists, what they know, whom they speak for, how to reach them."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field

from processes.database import Row

KINDS = (
    "regional_chamber",
    "union",
    "association",
    "village_society",
    "congregation",
    "authority",
    "company",
)


class Organisation(Row, table=True):
    """An association, chamber, village society, congregation or authority.

    `topics` and `places` are words separated by a line break; an empty `places` means everywhere.
    `wants_involvement` is a standing request to be involved (PlanS § 127): such an organisation is
    told of every matching plan.
    """

    name: str = Field(index=True)
    registry_code: str = ""
    kind: str = "association"
    email: str = ""
    contact_name: str = ""
    phone: str = ""
    postal_address: str = ""
    language: str = "et"
    easy_language: bool = False
    run_by_disabled_people: bool = False
    topics: str = Field(default="", sa_column=Column(Text, nullable=False))
    places: str = Field(default="", sa_column=Column(Text, nullable=False))
    about: str = Field(default="", sa_column=Column(Text, nullable=False))
    wants_involvement: bool = False
    undeliverable_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    active: bool = True

    def topic_list(self) -> list[str]:
        return [line for line in self.topics.splitlines() if line]

    def place_list(self) -> list[str]:
        return [line for line in self.places.splitlines() if line]
