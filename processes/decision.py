"""A decision of the government or council: what it is about, its act and its outcome."""

import re
from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Column, Text, func, insert, literal
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, col, select

from processes.database import Row, belongs_to
from processes.errors import Reason, Refused
from processes.feedback import TO_ANSWER, Feedback
from processes.response import Response
from processes.summary import Treatment

KINDS = (
    "environment",
    "initiation",
    "refusal",
    "acceptance",
    "results",
    "state_approval",
    "adoption",
)


RECEIPT_LINE = re.compile(r"(\d{4}-\d+)\s*:\s*(.*)")


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
    `words` say what whoever decided did with it, where they said so.
    """

    __tablename__ = "decision_item"
    __table_args__ = (belongs_to("decision"), belongs_to("feedback"))

    municipality_id: str = Field(primary_key=True)
    decision_id: str = Field(primary_key=True)
    feedback_id: str = Field(primary_key=True)
    outcome: str = ""
    committee: str = ""
    words: str = Field(default="", sa_column=Column(Text, nullable=False))


def link(session: Session, made: Decision) -> None:
    """Name the opinions a decision was made with: every one that is answered or to be answered, as it stands."""
    same = (col(Feedback.municipality_id) == made.municipality_id) & (
        col(Feedback.consultation_id) == made.consultation_id
    )
    query = (
        sa.select(
            col(Feedback.municipality_id), literal(made.id), col(Feedback.id),
            func.coalesce(Response.outcome, ""), func.coalesce(Treatment.stance, ""), literal(""),
        )
        .outerjoin(
            Response,
            (col(Response.municipality_id) == Feedback.municipality_id)
            & (col(Response.feedback_id) == Feedback.id),
        )
        .outerjoin(
            Treatment,
            (col(Treatment.municipality_id) == Feedback.municipality_id)
            & (col(Treatment.feedback_id) == Feedback.id)
            & (col(Treatment.summary_id) == (made.summary_id or "")),
        )
        .where(same, col(Feedback.state).in_(TO_ANSWER))
    )  # fmt: skip
    into = ("municipality_id", "decision_id", "feedback_id", "outcome", "committee", "words")
    session.execute(insert(DecisionItem).from_select(into, query))


def words_by_receipt(text: str) -> dict[str, str]:
    """From lines `2027-31: words` to words by receipt number; a line without a number goes on with the one before.

    Errors: Refused when words belong to no number, or a number has none.
    """
    found: dict[str, list[str]] = {}
    current = ""
    for line in filter(None, (it.strip() for it in text.splitlines())):
        if match := RECEIPT_LINE.match(line):
            current = match[1]
            found[current] = [match[2].strip()] if match[2].strip() else []
        elif not current:
            raise Refused({"objections": Reason("receipt_first")})
        else:
            found[current].append(line)
    if bare := [receipt for receipt, words in found.items() if not words]:
        raise Refused({"objections": Reason("receipt_without_words", receipt=bare[0])})
    return {receipt: "\n".join(words) for receipt, words in found.items()}


def say(session: Session, made: Decision, words: Mapping[str, str]) -> None:
    """Keep what a decision says to single opinions. In: words by receipt number. Errors: Refused for a strange number."""
    query = (
        select(DecisionItem, Feedback.receipt)
        .join(
            Feedback,
            (col(Feedback.municipality_id) == DecisionItem.municipality_id)
            & (col(Feedback.id) == DecisionItem.feedback_id),
        )
        .where(
            DecisionItem.municipality_id == made.municipality_id,
            DecisionItem.decision_id == made.id,
            col(Feedback.receipt).in_(list(words)),
        )
    )
    items = {receipt: item for item, receipt in session.exec(query)}
    for receipt, said in words.items():
        if receipt not in items:
            raise Refused({"objections": Reason("receipt_unknown", receipt=receipt)})
        items[receipt].words = said
        session.add(items[receipt])


def newest(session: Session, municipality_id: str, consultation_id: str, kind: str) -> Decision | None:
    """The last decision of a kind, whatever its outcome."""
    query = select(Decision).where(
        Decision.municipality_id == municipality_id,
        Decision.consultation_id == consultation_id,
        Decision.kind == kind,
    )
    return session.exec(query.order_by(Decision.id.desc())).first()  # type: ignore[attr-defined]
