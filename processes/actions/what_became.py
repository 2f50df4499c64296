"""What the committee did with an opinion and what the decision said to it, once both are told.

The committee's position is told when its session is closed; the decision's words when the plan was decided on.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from processes import decision as decisions
from processes.consultation import Consultation
from processes.decision import DecisionItem
from processes.summary import Summary, Treatment


@dataclass(frozen=True)
class Became:
    """The committee's position and its words of the minutes, and what was decided on it; empty where nothing was said."""

    stance: str = ""
    words: str = ""
    decided: str = ""


UNTOUCHED = Became()


def of(session: Session, case: Consultation, feedback_ids: Collection[str]) -> dict[str, Became]:
    """In: opinions of a case. Out: what became of those that the committee or the decision spoke of, by id."""
    treated = _treated(session, case, feedback_ids)
    decided = _decided(session, case, feedback_ids)
    found = {}
    for key in treated.keys() | decided.keys():
        at = treated.get(key)
        found[key] = Became(at.stance if at else "", at.words if at else "", decided.get(key, ""))
    return found


def _treated(session: Session, case: Consultation, ids: Collection[str]) -> dict[str, Treatment]:
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
            col(Treatment.feedback_id).in_(ids),
        )
        .order_by(col(Treatment.recorded_at))
    )
    return {it.feedback_id: it for it in session.exec(query)}  # the newest wins


def _decided(session: Session, case: Consultation, ids: Collection[str]) -> dict[str, str]:
    made = decisions.newest(session, case.municipality_id, case.id, "adoption")
    if made is None:
        return {}
    query = select(DecisionItem.feedback_id, DecisionItem.words).where(
        DecisionItem.municipality_id == case.municipality_id,
        DecisionItem.decision_id == made.id,
        DecisionItem.words != "",
        col(DecisionItem.feedback_id).in_(ids),
    )
    return dict(session.exec(query).all())
