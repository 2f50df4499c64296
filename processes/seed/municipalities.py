"""The municipalities of Estonia by their EHAK code: facts to begin with, as of September 2024.

The list changes when municipalities merge; a row that is there already is never overwritten.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, select

from processes.municipality import Municipality

FILE = Path(__file__).with_suffix(".csv")


@dataclass(frozen=True)
class Fact:
    """One municipality: its code, name, county, and how many may vote (2024)."""

    ehak: str
    name: str
    county: str
    voters: int

    @property
    def kind(self) -> str:
        return "linn" if self.name.endswith("linn") else "vald"

    @property
    def council(self) -> str:
        return "linnavolikogu" if self.kind == "linn" else "vallavolikogu"

    @property
    def government(self) -> str:
        return "linnavalitsus" if self.kind == "linn" else "vallavalitsus"


def facts() -> list[Fact]:
    """Every municipality of the list, in the list's order."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [
            Fact(row["ehak"], row["name"], row["county"], int(row["voters_2024"]))
            for row in csv.DictReader(file)
        ]


def seed(session: Session) -> int:
    """Put the municipalities that are not there yet into the database. Out: how many were new."""
    known = set(session.exec(select(Municipality.municipality_id)).all())
    new = [fact for fact in facts() if fact.ehak not in known]
    session.add_all(
        Municipality(
            municipality_id=fact.ehak,
            name=fact.name,
            kind=fact.kind,
            county=fact.county,
            council=fact.council,
            government=fact.government,
        )
        for fact in new
    )
    session.flush()
    return len(new)
