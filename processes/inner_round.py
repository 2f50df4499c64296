"""An association's own round: its members draft behind a link, the association releases one opinion.

What members write is theirs until it is released: no official and no page of the municipality reads the drafts. A view
the association does not share goes out with its opinion as a minority's, in that member's own words.
"""

from datetime import datetime, timedelta

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field

from processes.database import Row, belongs_to

MAJORITY, MINORITY, SET_ASIDE = "majority", "minority", "set_aside"
DRAFTS_KEPT = timedelta(days=30)
"""How long drafts are kept once the association has spoken, or can speak no more. They name people, and what was made
of them stands in the opinion (GDPR art. 5 (1) e). The days are ours, as for needs; a municipality may want fewer."""


class InnerRound(Row, table=True):
    """One association's round in one case. Raising `link_version` revokes the link its members had."""

    __tablename__ = "inner_round"
    __table_args__ = (
        belongs_to("invitation"),
        UniqueConstraint("municipality_id", "invitation_id"),
        Index("ix_inner_round_link", "municipality_id", "link_digest"),
    )

    invitation_id: str
    link_version: int = 1
    link_digest: str
    question: str = Field(default="", sa_column=Column(Text, nullable=False))
    closes_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    feedback_id: str = ""
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class InnerDraft(Row, table=True):
    """What one member, or one member association of an umbrella, wrote. `use` is what the association did with it.

    `submission_key` is of the form that brought it; `revision` is raised with each change by its author.
    """

    __tablename__ = "inner_draft"
    __table_args__ = (
        belongs_to("inner_round", "round_id"),
        UniqueConstraint("municipality_id", "submission_key"),
        Index("ix_inner_draft_round", "municipality_id", "round_id"),
    )

    round_id: str
    submission_key: str
    member: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    use: str = ""
    revision: int = 1
    written_at: datetime = Field(sa_type=UtcDateTime)


class MinorityView(Row, table=True):
    """A view attached to an association's opinion that its majority does not share."""

    __tablename__ = "minority_view"
    __table_args__ = (
        belongs_to("feedback"),
        Index("ix_minority_view_feedback", "municipality_id", "feedback_id"),
    )

    feedback_id: str
    member: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    place: int
