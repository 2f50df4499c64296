"""A calendar's answer changes who attends (RFC 5546 3.2.3): by token, then SEQUENCE, then DTSTAMP.

Counted is the latest answer of whom we invited, to the date that stands. Every other one is kept and shown:
to an older date, from another address, another time proposed, somebody else sent.
"""

from datetime import UTC, datetime

from sqlmodel import Session, select

from notifications.inbound.classified import Answer, Classified
from processes import attendance, inbound
from processes import meeting as meetings
from processes.actions import delegating
from processes.actions.inbound_letter import Answered, Desk, place
from processes.attendance import BY_PARTSTAT
from processes.consultation import get
from processes.inbound import COUNTED, DONE, WAITING, IncomingMail
from processes.invitation import UNINVITED, Invitation
from processes.meeting import Attendance, Meeting
from processes.post import PostOffice

COUNTERED, DELEGATED = "countered", "delegated"
"""What an organiser must decide: another time is proposed, or somebody else is sent (RFC 5546 3.2.7, 2.1.3)."""


def taken(desk: Desk, mail: IncomingMail, read: Classified) -> None:
    """Work on a calendar answer; the row says what was done."""
    answer = read.answer
    if answer is None:
        return
    _remember(mail, answer)
    letter, _ = place(desk, mail)
    meeting = _meeting(desk.session, desk.municipality_id, answer.uid)
    if meeting is not None:
        mail.meeting_id, mail.consultation_id = meeting.id, meeting.consultation_id
    mail.outcome = _outcome(desk, mail, read, letter, meeting)
    if mail.outcome == COUNTED and meeting:
        count(desk.session, mail, meeting, office=desk.office, now=desk.now)
    # Words beside an answer ("I need an interpreter") must be read by somebody.
    quiet = mail.outcome in (COUNTED, "older", "answers_nothing", "old_date")
    mail.state = DONE if quiet and not answer.comment else WAITING


def count(
    session: Session, mail: IncomingMail, meeting: Meeting, *, office: PostOffice, now: datetime
) -> bool:
    """Let an answer count. Out: whether it could: the one answering must still be asked to the meeting."""
    post = office.of_case(session, get(session, mail.municipality_id, meeting.consultation_id), now=now)
    counts = delegating.record(
        session, meeting, BY_PARTSTAT.get(mail.partstat, ""), "calendar", post=post, now=now, mail_id=mail.id,
        invitation_id=mail.invitation_id, person_id=mail.person_id, speaker=mail.attendee or mail.sender,
    )  # fmt: skip
    if not counts:
        return False
    if mail.invitation_id:
        invitation = session.get_one(Invitation, (mail.municipality_id, mail.invitation_id))
        invitation.answered_at = now
        invitation.opened_at = invitation.opened_at or now
        session.add(invitation)
    mail.outcome = COUNTED
    session.add(mail)
    return True


def _outcome(
    desk: Desk, mail: IncomingMail, read: Classified, letter: Answered | None, meeting: Meeting | None
) -> str:
    """Out: a short word, the first rule that applies."""
    if mail.partstat == "NEEDS-ACTION" and read.kind == "reply":
        return "answers_nothing"
    if letter is None:
        return "no_token"
    if meeting is None or not (mail.invitation_id or mail.person_id):
        return "no_meeting"
    if not _is_asked(desk, mail, meeting):
        return "not_invited"
    if {mail.attendee or mail.sender, mail.sender or mail.attendee} - letter.addresses:
        return "other_address"
    if meeting.state == meetings.CANCELLED:
        return "meeting_cancelled"
    if mail.sequence is not None and mail.sequence < meeting.sequence:
        return "old_date"
    if read.kind in ("counter", "delegate"):
        return {"counter": COUNTERED, "delegate": DELEGATED}[read.kind]
    return "older" if _overtaken(desk, mail, meeting) else COUNTED


def _is_asked(desk: Desk, mail: IncomingMail, meeting: Meeting) -> bool:
    if mail.invitation_id is None:
        return mail.person_id is not None and attendance.is_member(desk.session, meeting, mail.person_id)
    row = desk.session.get(Attendance, (desk.municipality_id, meeting.id, mail.invitation_id))
    return row is not None and row.answer != UNINVITED


def _overtaken(desk: Desk, mail: IncomingMail, meeting: Meeting) -> bool:
    """Whether something newer was said already, by mail or by another way."""
    before = inbound.counted(desk.session, mail)
    if before is not None and _rank(before, meeting) > _rank(mail, meeting):
        return True
    last = attendance.newest_of(
        desk.session, meeting, invitation_id=mail.invitation_id, person_id=mail.person_id
    )
    if mail.said_at is None or (last is not None and last.mail_id):
        return False
    if last is not None:
        return last.answered_at > mail.said_at
    row = None
    if mail.invitation_id:
        row = desk.session.get(Attendance, (desk.municipality_id, meeting.id, mail.invitation_id))
    # An answer older than the record of answers has its moment alone.
    return bool(before is None and row and row.answered_at and row.answered_at > mail.said_at)


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
