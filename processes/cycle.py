"""A series of cases that follow each other: a round table meets again and again, each time as a case of its own.

The first case gives the series its id. Each cycle so runs with the drawing, terms and invitations of its own day.
"""

from sqlmodel import Session, col, select

from processes.consultation import Consultation
from processes.errors import NotFound
from processes.meeting import Meeting


def series_of(case: Consultation) -> str:
    """The series a case belongs to. Errors: NotFound when it stands alone."""
    if case.series_id is None:
        raise NotFound
    return case.series_id


def cases(session: Session, municipality_id: str, series_id: str) -> list[Consultation]:
    """The cases of a series, the first one first."""
    query = select(Consultation).where(
        Consultation.municipality_id == municipality_id, Consultation.series_id == series_id
    )
    return list(session.exec(query.order_by(col(Consultation.turn), Consultation.id)))


def sessions(session: Session, municipality_id: str, series_id: str, kind: str) -> dict[str, Meeting]:
    """The newest meeting of a kind of each case of a series, by case."""
    query = (
        select(Meeting)
        .join(
            Consultation,
            (col(Consultation.municipality_id) == col(Meeting.municipality_id))
            & (col(Consultation.id) == col(Meeting.consultation_id)),
        )
        .where(
            Meeting.municipality_id == municipality_id,
            Consultation.series_id == series_id,
            Meeting.kind == kind,
        )
    )
    return {it.consultation_id: it for it in session.exec(query.order_by(col(Meeting.id)))}
