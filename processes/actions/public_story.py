"""What has happened in a case and what is coming, in one list of days: for its page and for its feed.

Only what anyone may know: rows of rounds, meetings, documents, decisions and answers; never a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from sqlmodel import Session, func, select

from engine.clock import ZONE
from processes.consultation import Consultation
from processes.decision import Decision
from processes.document import Document
from processes.feedback import Feedback
from processes.meeting import CANCELLED, HELD, Meeting
from processes.response import Response
from processes.round import Round

SILENT = "committee"
"""The kind of meeting that the public is not invited to; its page is the committee's own."""


@dataclass(frozen=True)
class Happening:
    """One thing on one day. `kind` names its sentence, `params` fill it; `id` never changes.

    `all_day` ones are known by their day alone. `changed_at` is when we last learnt of it.
    """

    id: str
    at: datetime
    kind: str
    params: Mapping[str, object] = field(default_factory=dict)
    all_day: bool = False
    changed_at: datetime | None = None


def story(session: Session, case: Consultation) -> list[Happening]:
    """Everything of a case that has a day, the oldest first, the coming ones last."""
    happened = [
        *_beginning_and_end(case),
        *_rounds(session, case),
        *_meetings(session, case),
        *_documents(session, case),
        *_decisions(session, case),
        *_answers(session, case),
    ]
    return sorted(happened, key=lambda it: (it.at, it.id))


def _beginning_and_end(case: Consultation) -> list[Happening]:
    found = []
    if case.published_at is not None:
        found.append(Happening(f"{case.id}:published", case.published_at, "published"))
    if case.ended_at is not None:
        found.append(Happening(f"{case.id}:ended", case.ended_at, "ended", {"end": case.end_element}))
    return found


def _rounds(session: Session, case: Consultation) -> list[Happening]:
    found = []
    query = select(Round).where(
        Round.municipality_id == case.municipality_id, Round.consultation_id == case.id
    )
    for row in session.exec(query):
        about = {"phase": row.phase, "place": row.place, "closes_at": row.closes_at}
        found.append(Happening(f"{row.id}:opens", row.opens_at, "round_opens", about))
        if row.interrupted_at is not None:
            why = {**about, "reason": row.interrupted_reason}
            found.append(Happening(f"{row.id}:interrupted", row.interrupted_at, "round_interrupted", why))
        else:
            found.append(Happening(f"{row.id}:closes", row.closes_at, "round_closes", about))
    return found


def _meetings(session: Session, case: Consultation) -> list[Happening]:
    found = []
    query = select(Meeting).where(
        Meeting.municipality_id == case.municipality_id,
        Meeting.consultation_id == case.id,
        Meeting.kind != SILENT,
    )
    for row in session.exec(query):
        about = {"kind": row.kind, "place": row.place, "url": row.url, "ends_at": row.ends_at}
        state = {CANCELLED: "meeting_cancelled", HELD: "meeting_held"}.get(row.state, "meeting")
        found.append(Happening(f"{row.id}:meeting", row.starts_at, state, about))
        if row.minutes_at is not None:
            found.append(Happening(f"{row.id}:minutes", row.minutes_at, "minutes", {"kind": row.kind}))
    return found


def _documents(session: Session, case: Consultation) -> list[Happening]:
    query = select(Document).where(
        Document.municipality_id == case.municipality_id,
        Document.consultation_id == case.id,
        Document.published_at.is_not(None),  # type: ignore[union-attr]
    )
    return [
        Happening(
            f"{row.id}:document", row.published_at, "document", {"title": row.title, "document": row.id}
        )
        for row in session.exec(query)
        if row.published_at is not None
    ]


def _decisions(session: Session, case: Consultation) -> list[Happening]:
    query = select(Decision).where(
        Decision.municipality_id == case.municipality_id, Decision.consultation_id == case.id
    )
    return [
        Happening(
            f"{row.id}:decision",
            datetime.combine(row.decided_on, time(12), ZONE),
            "decision",
            {
                "kind": row.kind,
                "outcome": row.outcome,
                "act": row.act,
                "body": row.body,
                "reasons": row.reasons,
            },
            all_day=True,
            changed_at=row.recorded_at,
        )
        for row in session.exec(query)
    ]


def _answers(session: Session, case: Consultation) -> list[Happening]:
    """Answers leave together; each sending is one thing that happened."""
    same = (Feedback.municipality_id == Response.municipality_id) & (Feedback.id == Response.feedback_id)
    query = (
        select(Response.sent_at, func.count())
        .join(Feedback, same)  # type: ignore[arg-type]
        .where(
            Feedback.municipality_id == case.municipality_id,
            Feedback.consultation_id == case.id,
            Response.sent_at.is_not(None),  # type: ignore[union-attr]
        )
        .group_by(Response.sent_at)  # type: ignore[arg-type]
    )
    return [
        Happening(f"{case.id}:answers:{at:%Y%m%dT%H%M%S}", at, "answers", {"count": count})
        for at, count in session.exec(query)
        if at is not None
    ]
