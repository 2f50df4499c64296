"""A decision of the government or council: what it is about, its act and its outcome."""

from datetime import date, datetime

from sqlalchemy import Column, Text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, select

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


def newest(session: Session, municipality_id: str, consultation_id: str, kind: str) -> Decision | None:
    """The last decision of a kind, whatever its outcome."""
    query = select(Decision).where(
        Decision.municipality_id == municipality_id,
        Decision.consultation_id == consultation_id,
        Decision.kind == kind,
    )
    return session.exec(query.order_by(Decision.id.desc())).first()  # type: ignore[attr-defined]
