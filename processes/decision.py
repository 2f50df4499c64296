"""A decision of the government or council: what it is about, its act and its outcome."""

from datetime import date, datetime

from sqlalchemy import Column, Text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, select

from processes.database import Row, belongs_to

KINDS = (
    "environment",
    "initiation",
    "refusal",
    "acceptance",
    "results",
    "state_approval",
    "adoption",
)


class Decision(Row, table=True):
    """One decision. `summary_id` names the committee's page it was made on."""

    __table_args__ = (belongs_to("consultation"),)

    consultation_id: str = Field(index=True)
    kind: str
    outcome: str
    body: str = ""
    act: str = ""
    decided_on: date
    reasons: str = Field(default="", sa_column=Column(Text, nullable=False))
    summary_id: str | None = None
    recorded_by: str = ""
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class DecisionItem(SQLModel, table=True):
    """An opinion a decision was made with: how it stood then, and what became of it by the decision.

    `outcome` and `committee` are the answer and the committee's stance of that moment, empty when there was none.
    `stance` and `words` are what whoever decided did with an objection, where they said so.
    """

    __tablename__ = "decision_item"
    __table_args__ = (belongs_to("decision"), belongs_to("feedback"))

    municipality_id: str = Field(primary_key=True)
    decision_id: str = Field(primary_key=True)
    feedback_id: str = Field(primary_key=True)
    outcome: str = ""
    committee: str = ""
    stance: str = ""
    words: str = Field(default="", sa_column=Column(Text, nullable=False))


def newest(session: Session, municipality_id: str, consultation_id: str, kind: str) -> Decision | None:
    """The last decision of a kind, whatever its outcome."""
    query = select(Decision).where(
        Decision.municipality_id == municipality_id,
        Decision.consultation_id == consultation_id,
        Decision.kind == kind,
    )
    return session.exec(query.order_by(Decision.id.desc())).first()  # type: ignore[attr-defined]
