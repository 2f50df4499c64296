"""The published opinions of a case with their answers, and what became of them all: counts and changes.

A text is public only as the copy a planner let out (`public_text`); an organisation is named, a private
person never is. Counts are of all answered opinions, published or not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from processes.actions import what_became
from processes.actions.publishing_view import public_files
from processes.actions.what_became import UNTOUCHED, Became
from processes.consultation import Consultation
from processes.feedback import COUNTED, TO_ANSWER, Feedback
from processes.publication import FileCopy
from processes.response import OUTCOMES, Response

PAGE = 20
CHANGED = ("accepted", "partly")


@dataclass(frozen=True)
class PublicOpinion:
    """One published opinion. `organisation` is empty for a private person. `outcome` is empty until answered."""

    receipt: str
    organisation: str
    language: str
    received_at: datetime
    theme: str
    text: str
    late: bool
    outcome: str = ""
    reasons: str = ""
    files: tuple[FileCopy, ...] = ()
    became: Became = UNTOUCHED


@dataclass(frozen=True)
class Opinions:
    """A page of published opinions, and the figures of all: received, answered, by outcome."""

    page: int
    pages: int
    published: int
    received: int
    answered: int
    outcomes: tuple[tuple[str, int], ...]
    shown: tuple[PublicOpinion, ...]
    changed: tuple[PublicOpinion, ...]


def opinions(session: Session, case: Consultation, page: int = 1) -> Opinions:
    """The published opinions of a case, oldest first; a page too far shows the last one."""
    published = session.exec(select(func.count()).select_from(Feedback).where(*_published(case))).one()
    pages = max(1, -(-published // PAGE))
    page = min(max(page, 1), pages)
    outcomes = _outcomes(session, case)
    return Opinions(
        page=page,
        pages=pages,
        published=published,
        received=_received(session, case),
        answered=sum(number for _, number in outcomes),
        outcomes=outcomes,
        shown=tuple(_rows(session, case, offset=(page - 1) * PAGE, limit=PAGE)),
        changed=tuple(_rows(session, case, offset=0, limit=PAGE, outcomes=CHANGED)),
    )


def _published(case: Consultation) -> list[ColumnElement[bool]]:
    return [
        col(Feedback.municipality_id) == case.municipality_id,
        col(Feedback.consultation_id) == case.id,
        col(Feedback.published_at).is_not(None),
        col(Feedback.state).in_(TO_ANSWER),
    ]


def _received(session: Session, case: Consultation) -> int:
    query = select(func.count()).where(
        Feedback.municipality_id == case.municipality_id,
        Feedback.consultation_id == case.id,
        col(Feedback.state).in_(COUNTED),
    )
    return session.exec(query).one()


def _outcomes(session: Session, case: Consultation) -> tuple[tuple[str, int], ...]:
    query = (
        select(Response.outcome, func.count())
        .join(Feedback, _same())
        .where(
            Feedback.municipality_id == case.municipality_id,
            Feedback.consultation_id == case.id,
            col(Response.sent_at).is_not(None),
        )
        .group_by(Response.outcome)
    )
    found = dict(session.exec(query).all())
    return tuple((outcome, found[outcome]) for outcome in OUTCOMES if outcome in found)


def _rows(
    session: Session, case: Consultation, *, offset: int, limit: int, outcomes: Iterable[str] = ()
) -> list[PublicOpinion]:
    answered = _same() & col(Response.sent_at).is_not(None)
    query = (
        select(Feedback, Response)
        .join(Response, answered, isouter=not outcomes)
        .where(*_published(case))
        .order_by(col(Feedback.received_at), col(Feedback.id))
        .offset(offset)
        .limit(limit)
    )
    if outcomes:
        query = query.where(col(Response.outcome).in_(tuple(outcomes)))
    found = session.exec(query).all()
    ids = [feedback.id for feedback, _ in found]
    files = public_files(session, case.municipality_id, ids)
    became = what_became.of(session, case, ids)
    return [
        _shown(said, answer, tuple(files.get(said.id, ())), became.get(said.id, UNTOUCHED))
        for said, answer in found
    ]


def _shown(
    feedback: Feedback, response: Response | None, files: tuple[FileCopy, ...], became: Became
) -> PublicOpinion:
    named = feedback.author_kind == "organisation"
    return PublicOpinion(
        receipt=feedback.receipt,
        organisation=feedback.author_name if named else "",
        language=feedback.language,
        received_at=feedback.received_at,
        theme=feedback.theme,
        text=feedback.public_text,
        late=bool(feedback.late_reason),
        outcome=response.outcome if response else "",
        reasons=response.reasons if response else "",
        files=files,
        became=became,
    )


def _same() -> ColumnElement[bool]:
    return (col(Response.municipality_id) == Feedback.municipality_id) & (
        col(Response.feedback_id) == Feedback.id
    )
