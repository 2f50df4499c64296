"""The published copy of an opinion: its own words, its own versions, two persons, and every step on record.

The opinion as received is never touched. A copy is prepared by one official and let out by another; taking
it back is one act, at once. `Feedback.public_text` and `published_at` tell what is public now; here stands how.
"""

from datetime import datetime

from sqlalchemy import Column, Index, Text, text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, col, select

from processes.database import Row, belongs_to
from processes.feedback import Feedback

PREPARED, PUBLISHED, SENT_BACK, TAKEN_BACK, REPLACED = (
    "prepared",
    "published",
    "sent_back",
    "taken_back",
    "replaced",
)
REASONS = ("nothing", "personal", "health", "others", "secret", "insult")
"""Why the copy differs from what was received; `nothing` when it does not."""


class Publication(Row, table=True):
    """One version of a public copy. `of_version` is the version of the opinion it was made from.

    `kept` says why words that were marked may stay. `decided_*` is the second person: let out, or sent back with
    a `note`; `taken_*` is whoever took it off the page, and why.
    """

    __table_args__ = (
        belongs_to("feedback"),
        Index(
            "ix_publication_waiting", "municipality_id", "prepared_at",
            sqlite_where=text("state = 'prepared'"), postgresql_where=text("state = 'prepared'"),
        ),
    )  # fmt: skip

    feedback_id: str = Field(index=True)
    version: int = 1
    of_version: int = 1
    state: str = PREPARED
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    reason: str = "nothing"
    kept: str = Field(default="", sa_column=Column(Text, nullable=False))
    prepared_by: str
    prepared_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    note: str = Field(default="", sa_column=Column(Text, nullable=False))
    taken_by: str = ""
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_why: str = Field(default="", sa_column=Column(Text, nullable=False))


class FileCopy(Row, table=True):
    """An attachment as everyone may see it: pictures of its pages in a PDF of ours, nothing else of the file.

    `told` says in words what the pages show, for whoever cannot see pictures. The record outlives the attachment,
    which its author may take back.
    """

    __tablename__ = "file_copy"
    __table_args__ = (belongs_to("publication"),)

    publication_id: str = Field(index=True)
    attachment_id: str
    title: str
    told: str = Field(default="", sa_column=Column(Text, nullable=False))
    pages: int
    size: int
    digest: str


def versions(session: Session, said: Feedback) -> list[Publication]:
    """Every copy made of an opinion, the newest first."""
    query = select(Publication).where(
        Publication.municipality_id == said.municipality_id, Publication.feedback_id == said.id
    )
    return list(session.exec(query.order_by(col(Publication.version).desc())).all())


def copies(session: Session, municipality_id: str, publication_id: str) -> list[FileCopy]:
    """The files of one copy, in the order they were added."""
    query = select(FileCopy).where(
        FileCopy.municipality_id == municipality_id, FileCopy.publication_id == publication_id
    )
    return list(session.exec(query.order_by(col(FileCopy.id))).all())


def overtaken(session: Session, said: Feedback, now: datetime) -> None:
    """The author changed or withdrew the opinion, or its consent: every copy waiting or public is taken back."""
    said.public_text, said.published_at = "", None
    session.add(said)
    for row in versions(session, said):
        if row.state in (PREPARED, PUBLISHED):
            row.state, row.taken_at = TAKEN_BACK, now
            session.add(row)
