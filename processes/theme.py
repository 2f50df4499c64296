"""Themes: the words a municipality sorts opinions by, and who looks after each of them.

A theme belongs to the municipality, not to one case, so that the second case begins with the words of the first.
"""

from sqlmodel import Field, Session, SQLModel, col, select


class Theme(SQLModel, table=True):
    """One theme. `assignee_id` is the colleague its items go to unless somebody chooses another."""

    municipality_id: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    assignee_id: str = ""


def known(session: Session, municipality_id: str) -> list[Theme]:
    """The themes of a municipality by name."""
    query = select(Theme).where(Theme.municipality_id == municipality_id)
    return list(session.exec(query.order_by(col(Theme.name))))


def assignee_of(session: Session, municipality_id: str, name: str) -> str:
    """Who looks after a theme by default; empty when nobody was named or the theme is not kept."""
    found = session.get(Theme, (municipality_id, name)) if name else None
    return found.assignee_id if found else ""
