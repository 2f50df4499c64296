"""A committee member's place in a session, opened by the link in their invitation, without signing in.

Whoever sits in the committee answers as organisations do: here, from the calendar or by telephone; the latest counts.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from processes import attendance
from processes import meeting as meetings
from processes.actions.public_case import Words, words_of
from processes.attendance import SAID, SILENT
from processes.committee import Committee
from processes.consultation import get
from processes.errors import Reason, Refused, TooLate
from processes.invitation import Links
from processes.meeting import Meeting
from processes.summary import Summary


@dataclass(frozen=True)
class SessionPlace:
    """The page: whose place it is, which session, and what they said. `summary_id` is the committee's page."""

    name: str
    committee: str
    words: Words
    question: str
    starts_at: datetime
    ends_at: datetime
    place: str
    access: str
    url: str
    answer: str
    answered_at: datetime | None
    summary_id: str
    state: str
    can_answer: bool


def read(
    session: Session, municipality_id: str, token: str, language: str, *, links: Links, now: datetime
) -> SessionPlace:
    """What a link opens; nothing is noted. Errors: LinkNotValid, also once they sit in the committee no more."""
    meeting, who = attendance.place_of(session, municipality_id, token, links)
    board, page = _page(session, meeting)
    last = attendance.newest_of(session, meeting, person_id=who.id)
    return SessionPlace(
        name=who.name,
        committee=board.name,
        words=words_of(session, get(session, municipality_id, meeting.consultation_id), language),
        question=page.question,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        place=meeting.place,
        access=meeting.access,
        url=meeting.url,
        answer=last.answer if last else SILENT,
        answered_at=last.answered_at if last else None,
        summary_id=page.id,
        state=meeting.state,
        can_answer=_open(meeting, now),
    )


def answer(
    session: Session, municipality_id: str, token: str, said: str, *, links: Links, now: datetime
) -> None:
    """Say whether one comes; it can be said anew until the session is over.

    Errors: LinkNotValid, TooLate when the session is over or called off, Refused.
    """
    meeting, who = attendance.place_of(session, municipality_id, token, links)
    if not _open(meeting, now):
        raise TooLate
    if said not in SAID:
        raise Refused({"meeting": Reason("not_a_choice")})
    attendance.record(session, meeting, said, "web", now=now, person_id=who.id)


def _open(meeting: Meeting, now: datetime) -> bool:
    return meeting.state == meetings.PLANNED and meeting.ends_at > now


def _page(session: Session, meeting: Meeting) -> tuple[Committee, Summary]:
    query = select(Summary).where(
        Summary.municipality_id == meeting.municipality_id, Summary.meeting_id == meeting.id
    )
    page = session.exec(query).one()
    return session.get_one(Committee, (meeting.municipality_id, page.committee_id)), page
