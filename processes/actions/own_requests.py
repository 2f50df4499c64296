"""Everything an organisation is asked now, by every municipality of this installation: until when, and how long ahead.

Municipalities keep registries of their own, so an organisation is the same elsewhere when it has the same mail
address: whoever reads that mailbox has these very requests there. Nothing but what stood in those letters is shown,
and no personal link of another municipality.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select

from engine.clock import local_day
from notifications.outbox import OutgoingLetter
from processes.agenda import Agenda
from processes.consultation import RUNNING, Consultation, ConsultationText
from processes.feedback import Feedback
from processes.invitation import INVITED, Approval, Invitation
from processes.meeting import CANCELLED, Attendance, Meeting
from processes.municipality import Municipality
from processes.organisation import Organisation
from processes.post import PostOffice
from processes.round import Round

ROUND, APPROVAL, MEETING, AGENDA = "round", "approval", "meeting", "agenda"
NEAR = 7
"""Last days this many days apart or fewer are told beside each other."""
_TELLS = {
    "sketch": "round", "display": "display", "approval": "approval", "topics": "invitation", "minutes": "minutes_draft",
}  # fmt: skip
"""The letter that tells of a phase first."""


@dataclass(frozen=True)
class Asked:
    """One request. `kind` is of round (its phase in `what`), approval, agenda (to its chair) or meeting (its kind in `what`).

    `told_on` is the day the letter about it was written, `days_ahead` how many days it left. `beside` are the titles
    of others at the same time (meetings), or whose last day is near. `link` is the way to answer, empty elsewhere.
    """

    kind: str
    what: str
    municipality: str
    title: str
    language: str
    number: str
    starts_at: datetime
    ends_at: datetime
    answered: bool
    told_on: date | None
    place: str = ""
    link: str = ""
    mine: bool = True
    uid: str = ""
    sequence: int = 0
    cancelled: bool = False
    beside: tuple[str, ...] = ()
    organiser: str = ""
    stamp: datetime | None = None

    @property
    def day(self) -> date:
        return local_day(self.starts_at if self.kind == MEETING else self.ends_at)

    @property
    def days_ahead(self) -> int | None:
        return (self.day - self.told_on).days if self.told_on else None


def open_requests(
    session: Session, organisation: Organisation, language: str, *, office: PostOffice, now: datetime
) -> list[Asked]:
    """What waits for an answer or is still to come, the nearest first; each knows what else falls on its time."""
    found = [
        it for it in everything(session, organisation, language, office=office)
        if it.ends_at >= now and not it.cancelled
    ]  # fmt: skip
    return neighbours(found)


def neighbours(found: Sequence[Asked]) -> list[Asked]:
    """The same requests, each knowing what else falls on its time."""
    held = [it for it in found if not it.cancelled]
    return [replace(it, beside=_beside(it, held)) for it in found]


def everything(
    session: Session, organisation: Organisation, language: str, *, office: PostOffice
) -> list[Asked]:
    """Every request of running cases, also what is over or was cancelled. By day; a few questions in all."""
    asked = _invitations(session, organisation)
    if not asked:
        return []
    cases = [case.id for _, case, _ in asked]
    titles, told = _titles(session, cases, language), _told(session, [it for it, _, _ in asked], office)
    rounds, meetings = _rounds(session, cases), _meetings(session, [it.id for it, _, _ in asked])
    spoke, approvals = (
        _spoke(session, [it.id for it, _, _ in asked]),
        _approvals(session, [it.id for it, _, _ in asked]),
    )
    agendas = _agendas(session, cases)
    found: list[Asked] = []
    for invitation, case, home in asked:
        title, spoken = titles.get(case.id, (case.number, "et"))
        mine = case.municipality_id == organisation.municipality_id
        common: dict[str, Any] = {
            "municipality": home.name, "title": title, "language": spoken, "number": case.number, "mine": mine,
            "link": office.links.of(invitation) if mine else "", "organiser": home.email,
            "stamp": case.published_at or case.created_at,
        }  # fmt: skip
        for row in rounds.get(case.id, ()):
            approval = approvals.get((row.id, invitation.id))
            if (row.phase == APPROVAL) != (invitation.purpose == APPROVAL) or (
                row.phase == APPROVAL and approval is None
            ):
                continue
            said = (row.id, invitation.id) in spoke or _silently(invitation, row)
            found.append(
                Asked(
                    kind=APPROVAL if approval else ROUND, what=row.phase, starts_at=row.opens_at, ends_at=row.closes_at,
                    answered=approval.result != "waiting" if approval else said, place=row.place,
                    told_on=told.get((invitation.id, _TELLS.get(row.phase, "round"))) or _day(invitation.invited_at),
                    uid=f"{case.id}-{row.phase}", cancelled=row.interrupted_at is not None, **common,
                )
            )  # fmt: skip
        proposed = agendas.get((case.id, invitation.organisation_id))
        if proposed is not None and invitation.purpose != APPROVAL:
            began = proposed.proposed_at or case.created_at
            asked_by = {**common, "link": f"{common['link']}/agenda" if mine else ""}
            found.append(
                Asked(
                    kind=AGENDA, what=AGENDA, starts_at=began, ends_at=proposed.due_at or began, answered=False,
                    told_on=local_day(began), uid=f"{case.id}-agenda", **asked_by,
                )
            )  # fmt: skip
        for meeting, seat in meetings.get(invitation.id, ()):
            found.append(
                Asked(
                    kind=MEETING, what=meeting.kind, starts_at=meeting.starts_at, ends_at=meeting.ends_at,
                    answered=seat.answer != "invited", told_on=told.get((invitation.id, meeting.id)),
                    place=meeting.place, uid=meeting.uid, sequence=meeting.sequence,
                    cancelled=meeting.state == CANCELLED, **common,
                )
            )  # fmt: skip
    return sorted(found, key=lambda it: (it.day, it.starts_at, it.uid))


def _beside(this: Asked, others: Sequence[Asked]) -> tuple[str, ...]:
    """Titles of what falls on the same time: meetings that meet in hours, last days within a week."""

    def clashes(it: Asked) -> bool:
        if it.uid == this.uid or (it.kind == MEETING) != (this.kind == MEETING):
            return False
        if this.kind == MEETING:
            return it.starts_at < this.ends_at and this.starts_at < it.ends_at
        return abs((it.day - this.day).days) <= NEAR

    return tuple(dict.fromkeys(f"{it.title} ({it.municipality})" for it in others if clashes(it)))


def _invitations(
    session: Session, organisation: Organisation
) -> list[tuple[Invitation, Consultation, Municipality]]:
    address = organisation.email.strip().lower()
    same = Organisation.id == organisation.id
    query = (
        select(Invitation, Consultation, Municipality)
        .join(
            Organisation,
            (col(Organisation.municipality_id) == col(Invitation.municipality_id))
            & (col(Organisation.id) == col(Invitation.organisation_id)),
        )
        .join(
            Consultation,
            (col(Consultation.municipality_id) == col(Invitation.municipality_id))
            & (col(Consultation.id) == col(Invitation.consultation_id)),
        )
        .join(Municipality, col(Municipality.municipality_id) == col(Invitation.municipality_id))
        .where(
            or_(same, (func.lower(Organisation.email) == address) & col(Organisation.active))
            if address
            else same,
            Invitation.state == INVITED,
            col(Invitation.not_us_at).is_(None),
            Consultation.state == RUNNING,
        )
    )
    return list(session.exec(query).all())


def _titles(session: Session, cases: Sequence[str], language: str) -> dict[str, tuple[str, str]]:
    query = select(ConsultationText).where(
        col(ConsultationText.consultation_id).in_(cases), col(ConsultationText.language).in_({language, "et"})
    )
    found: dict[str, tuple[str, str]] = {}
    for text in session.exec(query):
        if text.title.strip() and (text.language == language or text.consultation_id not in found):
            found[text.consultation_id] = (" ".join(text.title.split()), text.language)
    return found


def _told(session: Session, asked: Sequence[Invitation], office: PostOffice) -> dict[tuple[str, str], date]:
    """When a letter first told of a phase (by its kind) or of a meeting (by its id), by invitation.

    An invitation's letters all leave from its own reply address, and the outbox is searched by that.
    """
    mark = office.postmark
    senders = [mark.address(mark.token(f"invitation:{it.id}")) for it in asked]
    query = select(
        OutgoingLetter.recipient_ref, OutgoingLetter.kind, OutgoingLetter.dedup_key, OutgoingLetter.created_at
    ).where(
        col(OutgoingLetter.tenant_id).in_({it.municipality_id for it in asked}),
        col(OutgoingLetter.sender_address).in_(senders),
        col(OutgoingLetter.kind).in_([*_TELLS.values(), MEETING]),
    )
    found: dict[tuple[str, str], date] = {}
    for ref, kind, key, at in session.exec(query.order_by(col(OutgoingLetter.id))):
        about = key.split(":")[1] if kind == MEETING else kind
        found.setdefault((ref.partition(":")[2], about), local_day(at))
    return found


def _rounds(session: Session, cases: Sequence[str]) -> dict[str, list[Round]]:
    """The newest round of each phase, by case."""
    newest: dict[tuple[str, str], Round] = {}
    query = select(Round).where(col(Round.consultation_id).in_(cases)).order_by(col(Round.id))
    for row in session.exec(query):
        newest[row.consultation_id, row.phase] = row
    found: dict[str, list[Round]] = {}
    for (case_id, _), row in newest.items():
        found.setdefault(case_id, []).append(row)
    return found


def _meetings(session: Session, invitations: Sequence[str]) -> dict[str, list[tuple[Meeting, Attendance]]]:
    query = (
        select(Meeting, Attendance)
        .join(
            Attendance,
            (col(Attendance.municipality_id) == col(Meeting.municipality_id))
            & (col(Attendance.meeting_id) == col(Meeting.id)),
        )
        .where(col(Attendance.invitation_id).in_(invitations), Attendance.answer != "uninvited")
    )
    found: dict[str, list[tuple[Meeting, Attendance]]] = {}
    for meeting, seat in session.exec(query.order_by(col(Meeting.id))):
        found.setdefault(seat.invitation_id, []).append((meeting, seat))
    return found


def _agendas(session: Session, cases: Sequence[str]) -> dict[tuple[str, str | None], Agenda]:
    """Agendas that wait for their chair of the associations, by case and that chair's organisation."""
    query = select(Agenda).where(
        col(Agenda.consultation_id).in_(cases),
        col(Agenda.agreed_at).is_(None),
        col(Agenda.proposed_at).is_not(None),
    )
    return {(it.consultation_id, it.cochair_id): it for it in session.exec(query) if it.waits}


def _spoke(session: Session, invitations: Sequence[str]) -> set[tuple[str | None, str | None]]:
    query = select(Feedback.round_id, Feedback.invitation_id).where(
        col(Feedback.invitation_id).in_(invitations)
    )
    return set(session.exec(query).all())


def _approvals(session: Session, invitations: Sequence[str]) -> dict[tuple[str, str], Approval]:
    query = select(Approval).where(col(Approval.invitation_id).in_(invitations))
    return {(it.round_id, it.invitation_id): it for it in session.exec(query)}


def _silently(invitation: Invitation, row: Round) -> bool:
    return invitation.no_comments_at is not None and invitation.no_comments_at >= row.opens_at


def _day(moment: datetime | None) -> date | None:
    return local_day(moment) if moment else None
