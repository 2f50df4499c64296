"""Groups of opinions that say the same: proposed by a search, taken or left by a person.

Nobody is answered by a search: a group serves an answer only after a planner has taken it, and everyone in it
still gets that answer. `processes.alike` says how likeness is found.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, col, select

from engine.clock import local_day
from processes import terms
from processes.consultation import Consultation
from processes.database import Row, belongs_to
from processes.deadline import Deadline

PROPOSED, TAKEN, LEFT = "proposed", "taken", "left"
MANY = 20
"""More persons than this with the same opinion may be asked to name a representative (PlanS § 5)."""
NAMING = "dp.representative"
"""The term in which they name one; where a case's terms do not have it, its law knows no such rule."""


class AlikeGroup(Row, table=True):
    """One group. `leader_id` is the opinion the others are compared with; `identical` how many say just the same.

    `asked_at` is when a planner asked its authors for a representative, `representative` whom they or the
    municipality named: never set by itself.
    """

    __tablename__ = "alike_group"
    __table_args__: Any = (
        belongs_to("consultation"),
        sa.Index("ix_alike_group_of_case", "municipality_id", "consultation_id", "state"),
    )

    consultation_id: str
    leader_id: str
    state: str = PROPOSED
    size: int
    identical: int
    found_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    representative: str = ""
    named_by: str = ""


class AlikeMember(SQLModel, table=True):
    """An opinion in a group; an opinion is in one group at most.

    `likeness` is 0 to 100, 100 also for the leader. `identical` says that nothing but greeting, name and order
    differs. `left_out` is a person's word that this one says something else: no search brings it back.
    """

    __tablename__ = "alike_member"
    __table_args__: Any = (
        belongs_to("feedback"),
        belongs_to("alike_group", "group_id"),
        sa.Index("ix_alike_member_group", "municipality_id", "group_id"),
    )

    municipality_id: str = Field(primary_key=True)
    feedback_id: str = Field(primary_key=True)
    group_id: str
    likeness: int
    identical: bool = False
    left_out: bool = False


class AlikeSearch(SQLModel, table=True):
    """A search through one case, done after the request that asked for it; a page shows `done` of `total`."""

    __tablename__ = "alike_search"
    __table_args__: Any = (
        belongs_to("consultation"),
        # Workers serve every municipality of the database.
        sa.Index("ix_alike_search_due_at", "due_at", sqlite_where=sa.text("finished_at IS NULL"),
                 postgresql_where=sa.text("finished_at IS NULL")),
    )  # fmt: skip

    municipality_id: str = Field(primary_key=True)
    consultation_id: str = Field(primary_key=True)
    asked_by: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    done: int = 0
    total: int = 0
    attempts: int = 0
    error: str = ""
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def may_be_named(case: Consultation) -> bool:
    """Whether the rules a case began with know a representative of many who say the same."""
    return NAMING in case.frozen_terms()


def naming_ends(case: Consultation, asked_at: datetime) -> Deadline:
    """The authors' last day to name a representative; from the day after, the municipality may. Errors: TermMissing."""
    return terms.deadline_of(case, NAMING, local_day(asked_at))


def claim(session: Session, now: datetime) -> AlikeSearch | None:
    """Out: the oldest search still to be done, locked for this transaction; None when there is none."""
    ready = select(AlikeSearch).where(col(AlikeSearch.finished_at).is_(None), AlikeSearch.due_at <= now)
    oldest = ready.order_by(col(AlikeSearch.due_at)).limit(1)
    return session.exec(oldest.with_for_update(skip_locked=True)).first()
