"""A mailing to more people than one step should write to: its letters are written afterwards, a batch at a time.

The step that causes it writes one row, however many are asked; so a step stays short and nobody waits for it.
Rows hold ids, counts and dates, never names or addresses.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, col, or_, select, update

from processes.database import Row, belongs_to

TRIES = 8
PAUSE = timedelta(seconds=30)  # doubled with each try
EVERY_LETTER = ("*",)


class MassMailing(Row, table=True):
    """One letter to many. `letter` is the method of `Post`; `about` the first thing it tells of.

    `arguments` and `recipients` are JSON text as `processes.batches` writes it. `begun_at` is the date of every
    letter. `error` stands when it was tried and failed; out of tries it is paused, until a person resumes it.
    """

    __tablename__ = "mass_mailing"
    __table_args__: Any = (
        belongs_to("consultation"),
        sa.Index("ix_mass_mailing_municipality_id_consultation_id", "municipality_id", "consultation_id"),
        # Workers serve every municipality of the database, so this index begins with what they search by.
        sa.Index("ix_mass_mailing_done_at_due_at", "done_at", "due_at"),
    )

    consultation_id: str
    letter: str
    about: str
    arguments: str = Field(sa_type=sa.Text)
    recipients: str = Field(sa_type=sa.Text)
    total: int
    written: int = 0
    begun_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    error: str | None = None


def close(session: Session, row: MassMailing, letters: Collection[str]) -> None:
    """End older mailings of the case that `row` makes untrue: those of these letters about the same thing.

    What of them was not written yet never will be. `EVERY_LETTER` ends whatever the case has under way.
    """
    older = [
        col(MassMailing.municipality_id) == row.municipality_id,
        col(MassMailing.consultation_id) == row.consultation_id,
        col(MassMailing.done_at).is_(None),
        col(MassMailing.id) != row.id,
    ]
    if letters != EVERY_LETTER:
        older += [col(MassMailing.letter).in_(letters), col(MassMailing.about) == row.about]
    session.exec(update(MassMailing).where(*older).values(done_at=row.begun_at))


def under_way(session: Session, municipality_id: str, consultation_id: str) -> list[MassMailing]:
    """Out: the mailings of a case that are not written to their end, oldest first."""
    query = select(MassMailing).where(
        MassMailing.municipality_id == municipality_id,
        MassMailing.consultation_id == consultation_id,
        col(MassMailing.done_at).is_(None),
    )
    return list(session.exec(query.order_by(MassMailing.id)).all())


def claim(session: Session, now: datetime) -> MassMailing | None:
    """Out: the oldest mailing with something to write, locked for this transaction; None when there is none."""
    ready = select(MassMailing).where(
        col(MassMailing.done_at).is_(None),
        col(MassMailing.paused_at).is_(None),
        # A clock that was set back makes nothing wait for the moment it had shown.
        or_(col(MassMailing.due_at) <= now, col(MassMailing.due_at) > now + PAUSE * 2**TRIES),
    )
    oldest = ready.order_by(col(MassMailing.due_at), MassMailing.id).limit(1)
    return session.exec(oldest.with_for_update(skip_locked=True)).first()
