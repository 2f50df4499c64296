"""Who is in a group of alike opinions, and how far they are answered."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, func, select

from processes.alike_group import AlikeGroup, AlikeMember
from processes.consultation import Consultation
from processes.errors import NotFound
from processes.feedback import TO_ANSWER, Feedback
from processes.response import Response


def find(session: Session, case: Consultation, group_id: str, *, lock: bool = False) -> AlikeGroup:
    """A group of this very case. Errors: NotFound."""
    group = session.get(AlikeGroup, (case.municipality_id, group_id), with_for_update=lock or None)
    if group is None or group.consultation_id != case.id:
        raise NotFound
    return group


def members(group: AlikeGroup) -> list[Any]:
    """Conditions for the opinions an answer to a group is for: what is in it and still has to be answered."""
    inside = select(AlikeMember.feedback_id).where(
        AlikeMember.municipality_id == group.municipality_id,
        AlikeMember.group_id == group.id,
        ~col(AlikeMember.left_out),
    )
    return [
        Feedback.municipality_id == group.municipality_id,
        Feedback.consultation_id == group.consultation_id,
        col(Feedback.state).in_(TO_ANSWER),
        col(Feedback.id).in_(inside),
    ]


def same_words(group: AlikeGroup) -> list[Any]:
    """Conditions for the opinions of persons who said just the same, word for word: whom the law's rule is about."""
    identical = select(AlikeMember.feedback_id).where(
        AlikeMember.municipality_id == group.municipality_id,
        AlikeMember.group_id == group.id,
        col(AlikeMember.identical),
    )
    return [*members(group), Feedback.author_kind == "person", col(Feedback.id).in_(identical)]


def persons(session: Session, group: AlikeGroup) -> tuple[int, int]:
    """How many persons said just the same, and how many of them left no address to write to."""
    silent = (col(Feedback.author_email) == "") | ~col(Feedback.wants_reply)
    query = select(func.count(), func.count().filter(silent)).where(*same_words(group))
    found: tuple[int, int] = session.exec(query).one()
    return found


def answered(session: Session, case: Consultation, group_ids: Sequence[str]) -> dict[str, int]:
    """How many of each group have an answer, by the group's id."""
    query = (
        select(AlikeMember.group_id, func.count())
        .join(
            Response,
            (col(Response.municipality_id) == AlikeMember.municipality_id)
            & (col(Response.feedback_id) == AlikeMember.feedback_id),
        )
        .where(
            AlikeMember.municipality_id == case.municipality_id,
            col(AlikeMember.group_id).in_(group_ids),
            ~col(AlikeMember.left_out),
        )
        .group_by(AlikeMember.group_id)
    )
    return {row[0]: row[1] for row in session.exec(query)}


def standing(session: Session, group: AlikeGroup) -> tuple[int, int]:
    """How many of a group are unanswered, and how many have an answer of their own."""
    query = (
        select(func.count(), func.count(col(Response.feedback_id)), func.count(col(Response.feedback_id)).filter(col(Response.group_id) != group.id))
        .select_from(Feedback)
        .outerjoin(
            Response,
            (col(Response.municipality_id) == Feedback.municipality_id)
            & (col(Response.feedback_id) == Feedback.id),
        )
        .where(*members(group))
    )  # fmt: skip
    every, answered, own = session.exec(query).one()
    return every - answered, own
