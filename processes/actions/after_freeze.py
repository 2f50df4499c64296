"""What has happened since a committee's page was frozen: told beside it, never written into it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from processes.feedback import UNCONFIRMED, WITHDRAWN, Feedback
from processes.invitation import Invitation
from processes.meeting import CANCELLED, Meeting
from processes.response import Response
from processes.summary import Summary


@dataclass(frozen=True)
class Change:
    """A kind of change, and the receipts of the opinions or the names of the organisations it is about."""

    code: str
    about: tuple[str, ...] = ()


def changes(session: Session, page: Summary, content: Mapping[str, Any]) -> list[Change]:
    """In: a frozen page and what it says. Out: what the database says differently now, in the order people ask for it."""
    frozen: Mapping[str, Mapping[str, Any]] = {it["feedback_id"]: it for it in content["opinions"]}
    told: dict[str, list[str]] = {}
    for given, answer in _opinions(session, page):
        for code in _differences(frozen.get(given.id), given, answer):
            told.setdefault(code, []).append(given.receipt)
    if names := _spoke(session, page, content["invited"]):
        told["spoke"] = names
    order = ("arrived", "withdrawn", "reworded", "late_decided", "answered", "answer_changed", "spoke")
    found = [Change(code, tuple(told[code])) for code in order if code in told]
    return [*_session_moved(session, page, content["statements"]), *found]


def _differences(before: Mapping[str, Any] | None, given: Feedback, answer: Response | None) -> Iterable[str]:
    if before is None:
        if given.state not in {UNCONFIRMED, WITHDRAWN}:
            yield "arrived"
        return
    if given.state == WITHDRAWN:
        yield "withdrawn"
        return
    if given.version != before["version"]:
        yield "reworded"
    if given.state != before["state"]:
        yield "late_decided"
    if answer is not None and not before["outcome"]:
        yield "answered"
    elif answer is not None and (answer.outcome, answer.reasons) != (before["outcome"], before["reasons"]):
        yield "answer_changed"


def _opinions(session: Session, page: Summary) -> Iterable[tuple[Feedback, Response | None]]:
    query = (
        select(Feedback, Response)
        .outerjoin(
            Response,
            (col(Response.municipality_id) == Feedback.municipality_id)
            & (col(Response.feedback_id) == Feedback.id),
        )
        .where(
            Feedback.municipality_id == page.municipality_id,
            Feedback.consultation_id == page.consultation_id,
        )
        .order_by(col(Feedback.received_at), Feedback.id)
    )
    return session.exec(query)


def _spoke(session: Session, page: Summary, invited: Iterable[Mapping[str, Any]]) -> list[str]:
    silent = {
        it["source"].partition(":")[2]: it["name"]
        for it in invited
        if not (it["answered"] or it["no_comments"])
    }
    query = select(Invitation.id).where(
        Invitation.municipality_id == page.municipality_id,
        Invitation.consultation_id == page.consultation_id,
        col(Invitation.answered_at).is_not(None) | col(Invitation.no_comments_at).is_not(None),
    )
    return sorted(silent[key] for key in session.exec(query) if key in silent)


def _session_moved(
    session: Session, page: Summary, statements: Iterable[Mapping[str, Any]]
) -> Iterable[Change]:
    called = session.get(Meeting, (page.municipality_id, page.meeting_id)) if page.meeting_id else None
    known = next((it["params"] for it in statements if it["code"] == "session"), None)
    if called is None or known is None:
        return
    if called.state == CANCELLED:
        yield Change("session_cancelled")
    elif called.starts_at.isoformat() != known["starts_at"]:
        yield Change("session_moved")
