"""The course of a case as facts: rounds, notices, decisions, meetings, approvals, documents and needs told.

Every value carries the `source` it can be looked up by, `kind:id` of a row.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from processes.accommodation import Need
from processes.consultation import Consultation
from processes.decision import Decision
from processes.document import Document
from processes.invitation import Approval, Invitation
from processes.meeting import Attendance, Meeting
from processes.notice import Notice
from processes.organisation import Organisation
from processes.round import Round

Fact = dict[str, Any]


def approvals(session: Session, case: Consultation) -> list[Fact]:
    """What authorities answered when asked for their approval."""
    query = (
        select(Approval, Organisation.name)
        .join(
            Round,
            (col(Round.municipality_id) == Approval.municipality_id) & (col(Round.id) == Approval.round_id),
        )
        .join(
            Invitation,
            (col(Invitation.municipality_id) == Approval.municipality_id)
            & (col(Invitation.id) == Approval.invitation_id),
        )
        .join(Organisation, organisation_of(Invitation))
        .where(Approval.municipality_id == case.municipality_id, Round.consultation_id == case.id)
        .order_by(col(Round.turn), Organisation.name)
    )
    return [
        {
            "source": f"approval:{asked.id}",
            "name": name,
            "result": asked.result,
            "due_on": (asked.extended_to or asked.due_on).isoformat(),
            "answered_on": asked.answered_on.isoformat() if asked.answered_on is not None else "",
            "conditions": asked.conditions,
        }
        for asked, name in session.exec(query)
    ]


def rounds(session: Session, case: Consultation) -> list[Fact]:
    """When opinions were collected; approvals are told by themselves."""
    query = select(Round).where(
        Round.municipality_id == case.municipality_id,
        Round.consultation_id == case.id,
        Round.phase != "approval",
    )
    return [
        {
            "source": f"round:{row.id}",
            "phase": row.phase,
            "place": row.place,
            "opens_at": row.opens_at.isoformat(),
            "closes_at": row.closes_at.isoformat(),
            "interrupted_at": row.interrupted_at.isoformat() if row.interrupted_at is not None else "",
        }
        for row in session.exec(query.order_by(col(Round.opens_at), Round.id))
    ]


def notices(session: Session, case: Consultation) -> list[Fact]:
    """Where and when the case was announced, as entered."""
    query = select(Notice).where(
        Notice.municipality_id == case.municipality_id, Notice.consultation_id == case.id
    )
    return [
        {
            "source": f"notice:{row.id}",
            "occasion": row.occasion,
            "channel": row.channel,
            "published_on": row.published_on.isoformat(),
            "number": row.number,
            "url": row.url,
        }
        for row in session.exec(query.order_by(col(Notice.published_on), Notice.id))
    ]


def decisions(session: Session, case: Consultation) -> list[Fact]:
    """What has been decided, in order."""
    query = select(Decision).where(
        Decision.municipality_id == case.municipality_id, Decision.consultation_id == case.id
    )
    return [
        {
            "source": f"decision:{row.id}",
            "kind": row.kind,
            "outcome": row.outcome,
            "act": row.act,
            "decided_on": row.decided_on.isoformat(),
        }
        for row in session.exec(query.order_by(Decision.id))
    ]


def meetings(session: Session, case: Consultation) -> list[Fact]:
    """Meetings people were asked to, and how many said that they come."""
    coming = func.count().filter(col(Attendance.answer) == "accepted")
    query = (
        select(Meeting, coming)
        .outerjoin(
            Attendance,
            (col(Attendance.municipality_id) == Meeting.municipality_id)
            & (col(Attendance.meeting_id) == Meeting.id),
        )
        .where(
            Meeting.municipality_id == case.municipality_id,
            Meeting.consultation_id == case.id,
            Meeting.kind != "committee",
        )
        .group_by(*_columns(Meeting))
        .order_by(col(Meeting.starts_at), Meeting.id)
    )
    return [
        {
            "source": f"meeting:{row.id}",
            "kind": row.kind,
            "state": row.state,
            "place": row.place,
            "starts_at": row.starts_at.isoformat(),
            "online": bool(row.url),
            "coming": number,
        }
        for row, number in session.exec(query)
    ]


def needs(session: Session, case: Consultation) -> dict[str, int]:
    """How many needs were told, by state and never by kind: a kind would let one infer health."""
    query = (
        select(Need.state, func.count())
        .where(Need.municipality_id == case.municipality_id, Need.consultation_id == case.id)
        .group_by(Need.state)
    )
    return dict(session.exec(query).all())


def documents(session: Session, case: Consultation) -> list[Fact]:
    """What was published of the plan, the first first."""
    query = (
        select(Document)
        .where(
            Document.municipality_id == case.municipality_id,
            Document.consultation_id == case.id,
            col(Document.published_at).is_not(None),
        )
        .order_by(col(Document.published_at), Document.id)
    )
    return [
        {
            "source": f"document:{row.id}",
            "title": row.title,
            "kind": row.kind,
            "language": row.language,
            "version": row.version,
            "published_at": row.published_at.isoformat() if row.published_at is not None else "",
        }
        for row in session.exec(query)
    ]


def organisation_of(table: type[Invitation]) -> ColumnElement[bool]:
    """Joins the organisation an invitation is to."""
    return (col(Organisation.municipality_id) == table.municipality_id) & (
        col(Organisation.id) == table.organisation_id
    )


def _columns(table: type[Meeting]) -> Sequence[ColumnElement[Any]]:
    return list(table.__table__.columns)  # type: ignore[attr-defined]
