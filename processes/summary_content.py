"""What a committee's page says, built from rows at the moment it is frozen; each statement names its source.

A private person is never named here: the page shows a receipt number, which the author knows.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from processes.consultation import Consultation
from processes.feedback import LATE_ACCEPTED, LATE_RECORDED, LATE_WAITING, TO_ANSWER, Feedback
from processes.invitation import INVITED, Approval, Invitation
from processes.organisation import Organisation
from processes.response import UNRESOLVED, Response
from processes.round import Round
from processes.summary import Summary

LATE = (LATE_WAITING, LATE_ACCEPTED, LATE_RECORDED)


def build(session: Session, case: Consultation, summary: Summary, now: datetime) -> dict[str, Any]:
    """In: the case and its page. Out: plain values ready for JSON; `source` is `kind:id` of a row."""
    invited = _invited(session, case)
    opinions = _opinions(session, case)
    return {
        "occasion": summary.occasion,
        "question": summary.question,
        "frozen_at": now.isoformat(),
        "counts": {
            "invited": len(invited),
            "answered": sum(it["answered"] for it in invited),
            "silent": sum(not it["answered"] for it in invited),
            "opinions": len(opinions),
            "late": sum(it["late"] for it in opinions),
            "outcomes": dict(Counter(it["outcome"] or "unanswered" for it in opinions)),
        },
        "invited": invited,
        "approvals": _approvals(session, case),
        "themes": _by_theme(opinions),
        "unresolved": [it for it in opinions if it["outcome"] in UNRESOLVED],
        "late": [it for it in opinions if it["late"]],
    }


def unresolved(summary: Summary) -> list[str]:
    """The ids of the opinions a frozen page names as unresolved objections."""
    return [it["feedback_id"] for it in summary.read()["unresolved"]] if summary.content else []


def _invited(session: Session, case: Consultation) -> list[dict[str, Any]]:
    query = (
        select(Invitation, Organisation.name)
        .join(
            Organisation,
            (col(Organisation.municipality_id) == Invitation.municipality_id)
            & (col(Organisation.id) == Invitation.organisation_id),
        )
        .where(
            Invitation.municipality_id == case.municipality_id,
            Invitation.consultation_id == case.id,
            Invitation.purpose == "opinion",
            Invitation.state == INVITED,
        )
        .order_by(Organisation.name)
    )
    return [
        {
            "source": f"invitation:{asked.id}",
            "name": name,
            "opened": asked.opened_at is not None,
            "answered": asked.answered_at is not None or asked.no_comments_at is not None,
            "no_comments": asked.no_comments_at is not None,
        }
        for asked, name in session.exec(query)
    ]


def _opinions(session: Session, case: Consultation) -> list[dict[str, Any]]:
    query = (
        select(Feedback, Response)
        .outerjoin(
            Response,
            (col(Response.municipality_id) == Feedback.municipality_id)
            & (col(Response.feedback_id) == Feedback.id),
        )
        .where(
            Feedback.municipality_id == case.municipality_id,
            Feedback.consultation_id == case.id,
            col(Feedback.state).in_((*TO_ANSWER, LATE_WAITING)),
        )
        .order_by(Feedback.received_at, Feedback.id)  # type: ignore[arg-type]
    )
    return [_opinion(given, answer) for given, answer in session.exec(query)]


def _opinion(given: Feedback, answer: Response | None) -> dict[str, Any]:
    return {
        "source": f"feedback:{given.id}",
        "feedback_id": given.id,
        "receipt": given.receipt,
        "author": given.author_name if given.author_kind == "organisation" else "",
        "author_kind": given.author_kind,
        "received_at": given.received_at.isoformat(),
        "late": given.state in LATE,
        "late_reason": given.late_reason,
        "theme": given.theme,
        "text": given.text,
        "outcome": answer.outcome if answer is not None else "",
        "reasons": answer.reasons if answer is not None else "",
    }


def _by_theme(opinions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    themes: dict[str, list[dict[str, Any]]] = {}
    for it in opinions:
        themes.setdefault(it["theme"], []).append(it)
    return [{"theme": theme, "opinions": given} for theme, given in sorted(themes.items())]


def _approvals(session: Session, case: Consultation) -> list[dict[str, Any]]:
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
        .join(
            Organisation,
            (col(Organisation.municipality_id) == Invitation.municipality_id)
            & (col(Organisation.id) == Invitation.organisation_id),
        )
        .where(Approval.municipality_id == case.municipality_id, Round.consultation_id == case.id)
        .order_by(Round.turn, Organisation.name)  # type: ignore[arg-type]
    )
    return [
        {
            "source": f"approval:{asked.id}",
            "name": name,
            "result": asked.result,
            "answered_on": asked.answered_on.isoformat() if asked.answered_on is not None else None,
            "conditions": asked.conditions,
        }
        for asked, name in session.exec(query)
    ]
