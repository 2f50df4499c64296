"""What a case's rows say at the moment its committee's page is frozen, as plain values ready for JSON.

A private person is never named here: the page shows a receipt number, which the author knows. Every value
carries the `source` it can be looked up by, `kind:id` of a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from processes.accommodation import Need
from processes.consultation import Consultation, ConsultationText
from processes.decision import Decision
from processes.feedback import LATE_ACCEPTED, LATE_RECORDED, LATE_WAITING, TO_ANSWER, WITHDRAWN, Feedback
from processes.invitation import INVITED, Approval, Invitation
from processes.meeting import Attendance, Meeting
from processes.notice import Notice
from processes.organisation import Organisation
from processes.response import Response
from processes.round import Round

LATE = (LATE_WAITING, LATE_ACCEPTED, LATE_RECORDED)
SHOWN = (*TO_ANSWER, LATE_WAITING)
SPOKEN = ("et", "en", "ru")
ACCESS_WORDS = ("ligipääs", "puue", "erivajad", "accessib", "disabil", "доступ", "инвалид")
"""Stems by which a planner's own word for a theme is known to be about accessibility."""

Fact = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """Everything the page is written from; `authors` counts people and organisations, each once."""

    titles: dict[str, str]
    invited: list[Fact]
    registry_kinds: list[str]
    opinions: list[Fact]
    authors: int
    withdrawn: int
    approvals: list[Fact]
    rounds: list[Fact]
    notices: list[Fact]
    decisions: list[Fact]
    meetings: list[Fact]
    needs: dict[str, int]


def gather(session: Session, case: Consultation) -> Facts:
    """In: a case. Out: its facts now."""
    given = _given(session, case)
    return Facts(
        titles=_titles(session, case),
        invited=_invited(session, case),
        registry_kinds=_registry_kinds(session, case),
        opinions=[_opinion(*row) for row in given],
        authors=len({_author(row[0]) for row in given}),
        withdrawn=_withdrawn(session, case),
        approvals=_approvals(session, case),
        rounds=_rounds(session, case),
        notices=_notices(session, case),
        decisions=_decisions(session, case),
        meetings=_meetings(session, case),
        needs=_needs(session, case),
    )


def about_access(theme: str) -> bool:
    """Whether a theme, in the planner's own word, is accessibility."""
    return any(stem in theme.casefold() for stem in ACCESS_WORDS)


def _titles(session: Session, case: Consultation) -> dict[str, str]:
    query = select(ConsultationText.language, ConsultationText.title).where(
        ConsultationText.municipality_id == case.municipality_id,
        ConsultationText.consultation_id == case.id,
        col(ConsultationText.language).in_(SPOKEN),
    )
    return dict(session.exec(query).all())


def _invited(session: Session, case: Consultation) -> list[Fact]:
    query = (
        select(Invitation, Organisation)
        .join(Organisation, _organisation_of(Invitation))
        .where(
            Invitation.municipality_id == case.municipality_id,
            Invitation.consultation_id == case.id,
            Invitation.purpose == "opinion",
            Invitation.state == INVITED,
        )
        .order_by(Organisation.name, Invitation.id)
    )
    return [
        {
            "source": f"invitation:{asked.id}",
            "name": organisation.name,
            "language": organisation.language,
            "kind": organisation.kind,
            "of_disabled": organisation.run_by_disabled_people,
            "opened": asked.opened_at is not None,
            "answered": asked.answered_at is not None,
            "no_comments": asked.answered_at is None and asked.no_comments_at is not None,
            "unreached": (organisation.undeliverable_since is not None or asked.not_us_at is not None)
            and not asked.reached_otherwise,
        }
        for asked, organisation in session.exec(query)
    ]


def _registry_kinds(session: Session, case: Consultation) -> list[str]:
    """Kinds of organisation the municipality knows, authorities aside: they are asked for approval."""
    query = select(Organisation.kind).where(
        Organisation.municipality_id == case.municipality_id,
        Organisation.active,
        Organisation.kind != "authority",
    )
    return sorted(session.exec(query.distinct()).all())


def _given(session: Session, case: Consultation) -> list[tuple[Feedback, Response | None, bool]]:
    query = (
        select(Feedback, Response, Organisation.run_by_disabled_people)
        .outerjoin(
            Response,
            (col(Response.municipality_id) == Feedback.municipality_id)
            & (col(Response.feedback_id) == Feedback.id),
        )
        .outerjoin(
            Invitation,
            (col(Invitation.municipality_id) == Feedback.municipality_id)
            & (col(Invitation.id) == Feedback.invitation_id),
        )
        .outerjoin(Organisation, _organisation_of(Invitation))
        .where(
            Feedback.municipality_id == case.municipality_id,
            Feedback.consultation_id == case.id,
            col(Feedback.state).in_(SHOWN),
        )
        .order_by(col(Feedback.received_at), Feedback.id)
    )
    return [(given, answer, bool(of_disabled)) for given, answer, of_disabled in session.exec(query)]


def _author(given: Feedback) -> str:
    return given.invitation_id or given.author_email.casefold() or given.id


def _opinion(given: Feedback, answer: Response | None, of_disabled: bool) -> Fact:
    return {
        "source": f"feedback:{given.id}",
        "feedback_id": given.id,
        "receipt": given.receipt,
        "author": given.author_name if given.author_kind == "organisation" else "",
        "author_kind": given.author_kind,
        "of_disabled": of_disabled,
        "channel": given.channel,
        "language": given.language,
        "received_at": given.received_at.isoformat(),
        "state": given.state,
        "late": given.state in LATE,
        "late_reason": given.late_reason,
        "theme": given.theme.strip(),
        "access": of_disabled or about_access(given.theme),
        "text": given.text,
        "version": given.version,
        "outcome": answer.outcome if answer is not None else "",
        "reasons": answer.reasons if answer is not None else "",
        "answered_at": answer.written_at.isoformat() if answer is not None else "",
    }


def _withdrawn(session: Session, case: Consultation) -> int:
    query = select(func.count()).where(
        Feedback.municipality_id == case.municipality_id,
        Feedback.consultation_id == case.id,
        Feedback.state == WITHDRAWN,
    )
    return session.exec(query).one()


def _approvals(session: Session, case: Consultation) -> list[Fact]:
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
        .join(Organisation, _organisation_of(Invitation))
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


def _rounds(session: Session, case: Consultation) -> list[Fact]:
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


def _notices(session: Session, case: Consultation) -> list[Fact]:
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
        }
        for row in session.exec(query.order_by(col(Notice.published_on), Notice.id))
    ]


def _decisions(session: Session, case: Consultation) -> list[Fact]:
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


def _meetings(session: Session, case: Consultation) -> list[Fact]:
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
            "coming": number,
        }
        for row, number in session.exec(query)
    ]


def _needs(session: Session, case: Consultation) -> dict[str, int]:
    """How many needs were told, by state and never by kind: a kind would let one infer health."""
    query = (
        select(Need.state, func.count())
        .where(Need.municipality_id == case.municipality_id, Need.consultation_id == case.id)
        .group_by(Need.state)
    )
    return dict(session.exec(query).all())


def _organisation_of(table: type[Invitation]) -> ColumnElement[bool]:
    return (col(Organisation.municipality_id) == table.municipality_id) & (
        col(Organisation.id) == table.organisation_id
    )


def _columns(table: type[Meeting]) -> Sequence[ColumnElement[Any]]:
    return list(table.__table__.columns)  # type: ignore[attr-defined]
