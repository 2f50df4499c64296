"""Answers to a meeting where somebody may come in an invitee's stead: who is sent, and what ends it.

Nobody is sent but by an organiser's yes (RFC 5546 2.1.3). A sent one's own answer counts for whom they stand for;
another answer of the invitee ends it, and the meeting leaves that calendar.
"""

from datetime import datetime

from sqlmodel import Session

from processes import attendance
from processes.invitation import Invitation
from processes.meeting import Attendance, Meeting
from processes.post import Post


def record(
    session: Session, meeting: Meeting, answer: str, channel: str, *, post: Post, now: datetime,
    invitation_id: str | None = None, person_id: str | None = None, mail_id: str = "", entered_by: str = "",
    speaker: str = "",
) -> bool:  # fmt: skip
    """Let an answer count; see `attendance.record`. In: `speaker` is the address it came from, where one is known."""
    before = _sent(session, meeting, invitation_id)
    counts = attendance.record(
        session, meeting, answer, channel, now=now, invitation_id=invitation_id, person_id=person_id,
        mail_id=mail_id, entered_by=entered_by, speaker=speaker,
    )  # fmt: skip
    if counts and before and not _sent(session, meeting, invitation_id):
        release(session, meeting, str(invitation_id), before, post=post)
    return counts


def send(session: Session, meeting: Meeting, invitation_id: str, whom: str, *, post: Post) -> None:
    """Send somebody in an invitee's stead: they get the meeting into their own calendar."""
    row = session.get_one(Attendance, (meeting.municipality_id, meeting.id, invitation_id))
    if row.delegate and row.delegate.lower() != whom.lower():
        release(session, meeting, invitation_id, row.delegate, post=post)
    row.delegate = whom
    session.add(row)
    session.flush()
    post.delegate_invited(meeting, [row])


def release(session: Session, meeting: Meeting, invitation_id: str, whom: str, *, post: Post) -> None:
    """Somebody is not sent any more: the meeting leaves their calendar."""
    invitation = session.get_one(Invitation, (meeting.municipality_id, invitation_id))
    post.delegate_released(meeting, invitation, whom)


def _sent(session: Session, meeting: Meeting, invitation_id: str | None) -> str:
    if invitation_id is None:
        return ""
    row = session.get(Attendance, (meeting.municipality_id, meeting.id, invitation_id))
    return row.delegate if row else ""
