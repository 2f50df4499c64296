"""The secret address of a calendar feed: an organisation's or a committee's own, made on request and revocable.

The address is derived from a secret, the row and its version, like every link of ours; the database keeps a digest.
Raising the version ends every address given before.
"""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, select

from processes.database import Row
from processes.errors import LinkNotValid
from processes.invitation import Links

ORGANISATION, COMMITTEE = "organisation", "committee"


class FeedKey(Row, table=True):
    """Whose feed it is, and which version of its address holds."""

    __tablename__ = "feed_key"
    __table_args__ = (
        UniqueConstraint("municipality_id", "owner_kind", "owner_id"),
        UniqueConstraint("municipality_id", "digest"),
    )

    owner_kind: str
    owner_id: str
    version: int = 1
    digest: str
    changed_at: datetime = Field(sa_type=UtcDateTime)


def current(session: Session, municipality_id: str, kind: str, owner_id: str, links: Links) -> str:
    """The secret part of an owner's feed address; empty while none was made."""
    row = _row(session, municipality_id, kind, owner_id)
    return links.token("feed", row.id, row.version) if row is not None else ""


def renew(
    session: Session, municipality_id: str, kind: str, owner_id: str, links: Links, *, now: datetime
) -> None:
    """Make an address, and end the one there was."""
    row = _row(session, municipality_id, kind, owner_id)
    if row is None:
        row = FeedKey(
            municipality_id=municipality_id, owner_kind=kind, owner_id=owner_id, version=0, digest="", changed_at=now
        )  # fmt: skip
    row.version, row.changed_at = row.version + 1, now
    row.digest = links.digest(links.token("feed", row.id, row.version))
    session.add(row)
    session.flush()


def find(session: Session, municipality_id: str, token: str, links: Links) -> FeedKey:
    """Whose feed an address is. Errors: LinkNotValid, also for one that was ended."""
    query = select(FeedKey).where(
        FeedKey.municipality_id == municipality_id, FeedKey.digest == links.digest(token)
    )
    row = session.exec(query).first()
    if row is None:
        raise LinkNotValid
    return row


def _row(session: Session, municipality_id: str, kind: str, owner_id: str) -> FeedKey | None:
    query = select(FeedKey).where(
        FeedKey.municipality_id == municipality_id, FeedKey.owner_kind == kind, FeedKey.owner_id == owner_id
    )
    return session.exec(query).first()
