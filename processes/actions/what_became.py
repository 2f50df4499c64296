"""You said, we did: what became of each published opinion, for anyone to read.

A text is public only as the copy a planner let out; a private person is never named. The committee's
position is told once its session is closed.
"""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from processes import decision as decisions
from processes.consultation import Consultation
from processes.feedback import TO_ANSWER, Feedback
from processes.response import Response
from processes.summary import Summary, Treatment


@dataclass(frozen=True)
class Became:
    """One opinion: our answer, the committee's position (empty: it was not asked), and the decision on the plan."""

    receipt: str
    organisation: str
    language: str
    theme: str
    text: str
    outcome: str
    reasons: str
    stance: str
    committee_words: str
    decision: str


def what_became(session: Session, consultation: Consultation) -> list[Became]:
    """In: a case. Out: its published and answered opinions, oldest first. One question for all, one for the decision."""
    made = decisions.newest(session, consultation.municipality_id, consultation.id, "adoption")
    stances = _stances(session, consultation)
    query = (
        select(Feedback, Response)
        .join(
            Response,
            (col(Response.municipality_id) == Feedback.municipality_id)
            & (col(Response.feedback_id) == Feedback.id),
        )
        .where(
            Feedback.municipality_id == consultation.municipality_id,
            Feedback.consultation_id == consultation.id,
            col(Feedback.state).in_(TO_ANSWER),
            col(Feedback.published_at).is_not(None),
            col(Response.sent_at).is_not(None),
        )
        .order_by(col(Feedback.received_at), Feedback.id)
    )
    return [
        Became(
            receipt=given.receipt,
            organisation=given.author_name if given.author_kind == "organisation" else "",
            language=given.language,
            theme=given.theme,
            text=given.public_text,
            outcome=answer.outcome,
            reasons=answer.reasons,
            stance=stances[given.id].stance if given.id in stances else "",
            committee_words=stances[given.id].words if given.id in stances else "",
            decision=made.outcome if made is not None else "",
        )
        for given, answer in session.exec(query)
    ]


def _stances(session: Session, case: Consultation) -> dict[str, Treatment]:
    query = (
        select(Treatment)
        .join(
            Summary,
            (col(Summary.municipality_id) == Treatment.municipality_id)
            & (col(Summary.id) == Treatment.summary_id),
        )
        .where(
            Summary.municipality_id == case.municipality_id,
            Summary.consultation_id == case.id,
            col(Summary.closed_at).is_not(None),
        )
        .order_by(col(Treatment.recorded_at))
    )
    return {it.feedback_id: it for it in session.exec(query)}  # the newest wins
