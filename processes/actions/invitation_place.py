"""Where an invited organisation stands: its meeting, its round, its standing opinion and needs.

Read by the page of the personal link (invitation_view) and by what people do on it (invitation_answer).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from processes import meeting as meetings
from processes.accommodation import Need
from processes.actions.giving import attached
from processes.actions.intake import LATE, PUBLIC_PHASES, Gate, look
from processes.consultation import Consultation, get
from processes.document import Attachment
from processes.errors import LinkNotValid
from processes.feedback import LATE_ACCEPTED, LATE_WAITING, RECEIVED, Feedback
from processes.invitation import Approval, Invitation, Links
from processes.meeting import Attendance, Meeting

APPROVAL = "approval"
STANDING = (RECEIVED, LATE_WAITING, LATE_ACCEPTED)


@dataclass(frozen=True)
class Place:
    """Everything of one invitation that an answer depends on; rows, so it never leaves this floor."""

    case: Consultation
    invitation: Invitation
    gate: Gate
    meeting: Meeting | None
    attendance: Attendance | None
    opinion: Feedback | None
    files: tuple[Attachment, ...]
    needs: tuple[Need, ...]
    approval: Approval | None

    @property
    def can_change(self) -> bool:
        """An opinion in time until its deadline; a late one while late ones are still read."""
        late = self.opinion is not None and self.opinion.state == LATE_WAITING
        return self.gate.takes or (late and self.gate.state == LATE)

    @property
    def current(self) -> Feedback | None:
        """The opinion a form would change; None when the next words are a new opinion."""
        return self.opinion if self.can_change else None

    def staying(self, removed: frozenset[str]) -> int:
        """How many files stay on the opinion that a form would change, when these are taken off."""
        if self.current is None:
            return 0
        return sum(1 for file in self.files if file.id not in removed)


def hold(session: Session, municipality_id: str, token: str, links: Links) -> Invitation:
    """The invitation of a link, held until the commit, so that two windows of one link take turns."""
    found = links.find(session, municipality_id, token)
    query = select(Invitation).where(Invitation.municipality_id == municipality_id, Invitation.id == found.id)
    held = session.exec(query.with_for_update().execution_options(populate_existing=True)).one()
    if held.link_digest != links.digest(token):
        raise LinkNotValid
    return held


def find(session: Session, invitation: Invitation, now: datetime, *, lock: bool = False) -> Place:
    """Everything that is known of an invitation now. `lock` keeps the round from closing until the commit."""
    case = get(session, invitation.municipality_id, invitation.consultation_id)
    phases = (APPROVAL,) if invitation.purpose == APPROVAL else PUBLIC_PHASES
    gate = look(session, case, now, phases=phases, invited=True, lock=lock)
    meeting, attendance = _meeting(session, invitation, now) or (None, None)
    opinion = _opinion(session, invitation, gate)
    return Place(
        case=case,
        invitation=invitation,
        gate=gate,
        meeting=meeting,
        attendance=attendance,
        opinion=opinion,
        files=tuple(attached(session, opinion)) if opinion else (),
        needs=_needs(session, invitation),
        approval=_approval(session, invitation, gate),
    )


def _meeting(session: Session, invitation: Invitation, now: datetime) -> tuple[Meeting, Attendance] | None:
    """The next meeting the organisation is invited to and that has not ended."""
    same = (Attendance.municipality_id == Meeting.municipality_id) & (Attendance.meeting_id == Meeting.id)
    query = (
        select(Meeting, Attendance)
        .join(Attendance, same)  # type: ignore[arg-type]
        .where(
            Meeting.municipality_id == invitation.municipality_id,
            Attendance.invitation_id == invitation.id,
            Attendance.answer != "uninvited",
            Meeting.state == meetings.PLANNED,
            Meeting.ends_at > now,
        )
        .order_by(Meeting.starts_at)  # type: ignore[arg-type]
    )
    return session.exec(query).first()


def _opinion(session: Session, invitation: Invitation, gate: Gate) -> Feedback | None:
    """The standing opinion of the round that came through the link; a planner's records stand beside it."""
    query = select(Feedback).where(
        Feedback.municipality_id == invitation.municipality_id,
        Feedback.invitation_id == invitation.id,
        Feedback.round_id == gate.round_id,
        Feedback.state.in_(STANDING),  # type: ignore[attr-defined]
        Feedback.entered_by == "",
    )
    return session.exec(query.order_by(Feedback.id.desc())).first()  # type: ignore[attr-defined]


def _needs(session: Session, invitation: Invitation) -> tuple[Need, ...]:
    query = select(Need).where(
        Need.municipality_id == invitation.municipality_id, Need.invitation_id == invitation.id
    )
    return tuple(session.exec(query.order_by(Need.id)).all())


def _approval(session: Session, invitation: Invitation, gate: Gate) -> Approval | None:
    if invitation.purpose != APPROVAL or gate.round_id is None:
        return None
    query = select(Approval).where(
        Approval.municipality_id == invitation.municipality_id,
        Approval.invitation_id == invitation.id,
        Approval.round_id == gate.round_id,
    )
    return session.exec(query).first()
