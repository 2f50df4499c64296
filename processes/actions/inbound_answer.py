"""A calendar's answer changes who attends (RFC 5546 3.2.3): by token, then SEQUENCE, then DTSTAMP.

Counted is the latest answer of whom we invited, to the date that stands. Every other one is kept and shown:
to an older date, from another address, another time proposed, somebody else sent.
"""

from datetime import UTC, datetime

from sqlmodel import Session, select

from notifications.inbound.classified import Answer, Classified
from processes import inbound
from processes import meeting as meetings
from processes.actions.inbound_letter import Answered, Desk, place
from processes.inbound import COUNTED, DONE, WAITING, IncomingMail
from processes.invitation import UNINVITED, Invitation
from processes.meeting import Attendance, Meeting

ANSWERS = {"ACCEPTED": "accepted", "TENTATIVE": "maybe", "DECLINED": "declined"}


def taken(desk: Desk, mail: IncomingMail, read: Classified) -> None:
    """Work on a calendar answer; the row says what was done."""
    answer = read.answer
    if answer is None:
        return
    _remember(mail, answer)
    letter, invitation = place(desk, mail)
    meeting = _meeting(desk.session, desk.municipality_id, answer.uid)
    mail.meeting_id = meeting.id if meeting else None
    mail.outcome = _outcome(desk, mail, read, letter, invitation, meeting)
    if mail.outcome == COUNTED and meeting and invitation:
        count(desk.session, mail, meeting, invitation, desk.now)
    # Words beside an answer ("I need an interpreter") must be read by somebody.
    quiet = mail.outcome in (COUNTED, "older", "answers_nothing", "old_date")
    mail.state = DONE if quiet and not answer.comment else WAITING


def count(
    session: Session, mail: IncomingMail, meeting: Meeting, invitation: Invitation, now: datetime
) -> bool:
    """Let an answer count. Out: whether it could: the one answering must still be invited."""
    row = session.get(Attendance, (meeting.municipality_id, meeting.id, invitation.id))
    said = ANSWERS.get(mail.partstat)
    if row is None or said is None or row.answer == UNINVITED:
        return False
    row.answer, row.answered_at = said, now
    invitation.answered_at = now
    invitation.opened_at = invitation.opened_at or now
    mail.outcome = COUNTED
    session.add_all([row, invitation, mail])
    return True


def _outcome(
    desk: Desk, mail: IncomingMail, read: Classified, letter: Answered | None, invitation: Invitation | None,
    meeting: Meeting | None,
) -> str:  # fmt: skip
    """Out: a short word, the first rule that applies."""
    if mail.partstat == "NEEDS-ACTION" and read.kind == "reply":
        return "answers_nothing"
    if letter is None:
        return "no_token"
    if invitation is None or meeting is None:
        return "no_meeting"
    row = desk.session.get(Attendance, (desk.municipality_id, meeting.id, invitation.id))
    if row is None or row.answer == UNINVITED:
        return "not_invited"
    if {mail.attendee or mail.sender, mail.sender or mail.attendee} - letter.addresses:
        return "other_address"
    if meeting.state == meetings.CANCELLED:
        return "meeting_cancelled"
    if mail.sequence is not None and mail.sequence < meeting.sequence:
        return "old_date"
    if read.kind in ("counter", "delegate"):
        return {"counter": "countered", "delegate": "delegated"}[read.kind]
    return "older" if _overtaken(desk, mail, row, meeting) else COUNTED


def _overtaken(desk: Desk, mail: IncomingMail, row: Attendance, meeting: Meeting) -> bool:
    """Whether something newer was said already, by mail or on the page."""
    before = inbound.counted(desk.session, desk.municipality_id, meeting.id, row.invitation_id)
    if before is not None and _rank(before, meeting) > _rank(mail, meeting):
        return True
    newer = before is None and row.answered_at is not None and mail.said_at is not None
    return bool(newer and row.answered_at and mail.said_at and row.answered_at > mail.said_at)


def _rank(mail: IncomingMail, meeting: Meeting) -> tuple[int, datetime]:
    sequence = meeting.sequence if mail.sequence is None else mail.sequence
    return sequence, mail.said_at or mail.received_at


def _remember(mail: IncomingMail, answer: Answer) -> None:
    mail.attendee, mail.partstat, mail.sequence = answer.attendee, answer.partstat, answer.sequence
    mail.said_at, mail.text, mail.delegated_to = answer.dtstamp, answer.comment, answer.delegated_to
    if answer.proposed is not None:
        mail.proposed_start = _moment(answer.proposed.start)
        mail.proposed_end = _moment(answer.proposed.end)


def _moment(value: object) -> datetime | None:
    return value.astimezone(UTC) if isinstance(value, datetime) else None


def _meeting(session: Session, municipality_id: str, uid: str) -> Meeting | None:
    query = select(Meeting).where(Meeting.municipality_id == municipality_id, Meeting.uid == uid)
    return session.exec(query).first()
