"""What an organiser decides about a proposal that came by calendar: another time, or somebody else in one's place.

Nothing happens by itself (RFC 5546 2.1.3, 3.2.7). Taking the time leads to moving the meeting with that time filled
in; the proposal is settled by the move. A no is told by letter, and to the calendar.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from processes import attendance
from processes.actions import delegating, planner_case
from processes.actions.giving import MAX_REASON, check_length, one_line
from processes.actions.inbound_answer import COUNTERED, DELEGATED
from processes.actions.meetings_of_case import can_change
from processes.consultation import RUNNING, get
from processes.errors import Conflict, NotFound, Reason, Refused
from processes.inbound import DONE, WAITING, IncomingMail
from processes.invitation import Invitation
from processes.meeting import Attendance, Meeting
from processes.organisation import Organisation
from processes.permission import PLANNER, Actor, require
from processes.person import Person
from processes.post import PostOffice

PROPOSALS = (COUNTERED, DELEGATED)
TAKEN, REFUSED = "counter_accepted", "counter_declined"
DELEGATE_COMES, DELEGATE_REFUSED = "delegate_comes", "delegate_declined"


@dataclass(frozen=True)
class Proposal:
    """A proposal that waits: who asks, for which meeting, and what. `can_move` says whether the time can be taken here."""

    mail_id: str
    kind: str
    who: str
    number: str
    meeting_id: str
    meeting_kind: str
    starts_at: datetime
    proposed_start: datetime | None
    proposed_end: datetime | None
    delegate: str
    comment: str
    can_move: bool


def of_case(session: Session, actor: Actor, number: str, *, now: datetime) -> list[Proposal]:
    """The proposals of a case that nobody has decided yet, the oldest first. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    return waiting(session, case.municipality_id, case.id, now=now)


def waiting(session: Session, municipality_id: str, consultation_id: str, *, now: datetime) -> list[Proposal]:
    """The same by the case's id."""
    query = (
        select(IncomingMail, Meeting)
        .join(
            Meeting,
            (col(Meeting.municipality_id) == col(IncomingMail.municipality_id))
            & (col(Meeting.id) == col(IncomingMail.meeting_id)),
        )
        .where(
            IncomingMail.municipality_id == municipality_id,
            IncomingMail.consultation_id == consultation_id,
            IncomingMail.state == WAITING,
            col(IncomingMail.outcome).in_(PROPOSALS),
        )
        .order_by(IncomingMail.id)
    )
    return [_proposal(session, mail, meeting, now) for mail, meeting in session.exec(query)]


def of_mail(session: Session, mail: IncomingMail, *, now: datetime) -> Proposal | None:
    """What a mail proposes, while it waits for a decision."""
    if mail.state != WAITING or mail.outcome not in PROPOSALS or not mail.meeting_id:
        return None
    meeting = session.get(Meeting, (mail.municipality_id, mail.meeting_id))
    return _proposal(session, mail, meeting, now) if meeting else None


def decline(
    session: Session, actor: Actor, mail_id: str, reason: str, *, office: PostOffice, now: datetime
) -> None:
    """Say no to a proposal, and why; whoever made it gets a letter. Errors: NotAllowed, NotFound, Conflict, Refused."""
    mail, meeting = _held(session, actor, mail_id, PROPOSALS)
    words = _reason(reason)
    post = office.of_case(session, get(session, mail.municipality_id, meeting.consultation_id), now=now)
    countered = mail.outcome == COUNTERED
    tell = post.counter_declined if countered else post.delegate_declined
    tell(meeting, mail, reason=words)
    mail.note = words
    _settle(session, mail, actor, REFUSED if countered else DELEGATE_REFUSED, now)


def delegate(
    session: Session, actor: Actor, mail_id: str, *, send_link: bool, office: PostOffice, now: datetime
) -> None:
    """Let somebody come in an invitee's stead: it counts as coming, the list shows who, and they are invited themselves.

    In: whether the personal link is sent to them too, so that they answer for the organisation from now on.
    Errors: NotAllowed, NotFound, Conflict (not invited any more, or nobody named).
    """
    mail, meeting = _held(session, actor, mail_id, (DELEGATED,))
    whom = mail.delegated_to.strip()
    if not whom or not mail.invitation_id:
        raise Conflict
    counts = attendance.record(
        session, meeting, "accepted", "calendar", now=now, invitation_id=mail.invitation_id, mail_id=mail.id,
        entered_by=actor.person_id, speaker=_sent_before(session, meeting, mail.invitation_id),
    )  # fmt: skip
    if not counts:
        raise Conflict
    post = office.of_case(session, get(session, mail.municipality_id, meeting.consultation_id), now=now)
    delegating.send(session, meeting, mail.invitation_id, whom, post=post)
    invitation = session.get_one(Invitation, (mail.municipality_id, mail.invitation_id))
    invitation.answered_at = now
    session.add(invitation)
    if send_link:
        post.forwarded(invitation, whom)
    _settle(session, mail, actor, DELEGATE_COMES, now)


def moved(session: Session, actor: Actor, mail_id: str, meeting_id: str, *, now: datetime) -> None:
    """The meeting was moved as somebody had asked: their proposal is settled. Another's mail is left alone."""
    require(actor, PLANNER)
    mail = session.get(IncomingMail, (actor.municipality_id, mail_id)) if mail_id else None
    if mail and mail.state == WAITING and mail.outcome == COUNTERED and mail.meeting_id == meeting_id:
        _settle(session, mail, actor, TAKEN, now)


def _held(
    session: Session, actor: Actor, mail_id: str, outcomes: tuple[str, ...]
) -> tuple[IncomingMail, Meeting]:
    require(actor, PLANNER)
    mail = session.get(IncomingMail, (actor.municipality_id, mail_id))
    if mail is None:
        raise NotFound
    session.refresh(mail, with_for_update=True)
    if mail.state != WAITING or mail.outcome not in outcomes or not mail.meeting_id:
        raise Conflict
    return mail, session.get_one(Meeting, (mail.municipality_id, mail.meeting_id))


def _sent_before(session: Session, meeting: Meeting, invitation_id: str) -> str:
    """Whoever was sent before stays until the new one is: what becomes of them is said there."""
    row = session.get(Attendance, (meeting.municipality_id, meeting.id, invitation_id))
    return row.delegate if row else ""


def _reason(text: str) -> str:
    problems: dict[str, Reason] = {}
    words = one_line(text)
    check_length(problems, "reason", words, MAX_REASON, required=True)
    if problems:
        raise Refused(problems)
    return words


def _settle(session: Session, mail: IncomingMail, actor: Actor, outcome: str, now: datetime) -> None:
    mail.outcome, mail.state = outcome, DONE
    mail.decided_by, mail.decided_at = actor.person_id, now
    session.add(mail)
    session.flush()


def _proposal(session: Session, mail: IncomingMail, meeting: Meeting, now: datetime) -> Proposal:
    case = get(session, mail.municipality_id, meeting.consultation_id)
    ends = mail.proposed_end
    if mail.proposed_start and not ends:
        ends = mail.proposed_start + (meeting.ends_at - meeting.starts_at)
    return Proposal(
        mail_id=mail.id,
        kind=mail.outcome,
        who=_who(session, mail),
        number=case.number,
        meeting_id=meeting.id,
        meeting_kind=meeting.kind,
        starts_at=meeting.starts_at,
        proposed_start=mail.proposed_start,
        proposed_end=ends,
        delegate=mail.delegated_to,
        comment=mail.text,
        can_move=mail.proposed_start is not None and case.state == RUNNING and can_change(meeting, now),
    )


def _who(session: Session, mail: IncomingMail) -> str:
    if mail.invitation_id:
        asked = session.get(Invitation, (mail.municipality_id, mail.invitation_id))
        who = session.get(Organisation, (mail.municipality_id, asked.organisation_id)) if asked else None
        return who.name if who else mail.sender
    person = session.get(Person, (mail.municipality_id, mail.person_id)) if mail.person_id else None
    return person.name if person else mail.sender
