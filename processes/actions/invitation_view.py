"""The page of a personal link: everything an invited organisation needs to answer, read without a trace.

No one else's data is behind a link: other organisations and their answers are on the public page alone.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from engine.clock import local_day
from processes import municipality as municipalities
from processes.accommodation import KINDS
from processes.actions import needs
from processes.actions.agenda_agreeing import asked_of
from processes.actions.decider import Decider, decider_of
from processes.actions.giving import Kept
from processes.actions.intake import Gate
from processes.actions.invitation_place import Place, find
from processes.actions.public_case import Contact, Paper, Words, contact_of, documents_of, words_of
from processes.actions.summary_hearing import session_ahead
from processes.feedback import Feedback
from processes.invitation import Invitation, Links
from processes.meeting import Meeting
from processes.organisation import Organisation


@dataclass(frozen=True)
class MeetingView:
    """The meeting one is asked to. `answer` is invited, accepted, maybe or declined."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    place: str
    access: str
    url: str
    answer: str


@dataclass(frozen=True)
class KindView:
    """A kind of need that may be ticked, its name in each language and the last day to order it."""

    code: str
    names: dict[str, str]
    order_by: date
    too_late: bool


@dataclass(frozen=True)
class NeedView:
    """A need as it stands: asked, booked or refused, with the organiser's words."""

    kind: str
    details: str
    state: str
    answer: str


@dataclass(frozen=True)
class OpinionView:
    """The organisation's opinion of the round, every word."""

    receipt: str
    received_at: datetime
    state: str
    version: int
    text: str
    files: tuple[Kept, ...]
    can_change: bool


@dataclass(frozen=True)
class Earlier:
    """An opinion the organisation gave before, in another round or on another channel."""

    receipt: str
    received_at: datetime
    channel: str
    state: str


@dataclass(frozen=True)
class ApprovalView:
    """An authority's answer so far, and its term."""

    result: str
    conditions: str
    due_on: date


@dataclass(frozen=True)
class InvitationView:
    """Everything the page shows. `recipient` is the address the invitation went to, partly hidden.

    `session_on` is when the committee meets next, at which the organisation may ask to speak. `chairs` says that the organisation's chair is asked to agree to the agenda.
    """

    number: str
    organisation: str
    recipient: str
    purpose: str
    why: str
    words: Words
    place: str
    decided_by: Decider
    contact: Contact
    gate: Gate
    documents: tuple[Paper, ...]
    meeting: MeetingView | None
    kinds: tuple[KindView, ...]
    needs: tuple[NeedView, ...]
    opinion: OpinionView | None
    earlier: tuple[Earlier, ...]
    approval: ApprovalView | None
    no_comments_at: datetime | None
    chairs: bool = False
    session_on: datetime | None = None


def invitation_view(
    session: Session, municipality_id: str, token: str, language: str, *, links: Links, now: datetime
) -> InvitationView:
    """What a link opens; nothing is noted and nothing used up. Errors: LinkNotValid."""
    invitation = links.find(session, municipality_id, token)
    place = find(session, invitation, now)
    case = place.case
    home = municipalities.get(session, municipality_id)
    organisation = session.get_one(Organisation, (municipality_id, invitation.organisation_id))
    return InvitationView(
        number=case.number if case.published_at else "",
        organisation=organisation.name,
        recipient=masked(organisation.email),
        purpose=invitation.purpose,
        why=invitation.why,
        words=words_of(session, case, language),
        place=case.place,
        decided_by=decider_of(case, home),
        contact=contact_of(session, case, home),
        gate=place.gate,
        documents=documents_of(session, case),
        meeting=_meeting(place),
        kinds=_kinds(place.meeting, now),
        needs=tuple(NeedView(it.kind, it.details, it.state, it.answer) for it in needs.of(place).values()),
        opinion=_opinion(place),
        earlier=_earlier(session, place),
        approval=_approval(place),
        no_comments_at=invitation.no_comments_at,
        chairs=asked_of(session, invitation) is not None,
        session_on=_session_on(session, invitation, now),
    )


def _session_on(session: Session, invitation: Invitation, now: datetime) -> datetime | None:
    page = session_ahead(session, invitation, now)
    called = session.get(Meeting, (page.municipality_id, page.meeting_id)) if page is not None else None
    return called.starts_at if called is not None else None


def masked(address: str) -> str:
    """An address its owner recognises and a stranger cannot use: `i…@koda.ee`; empty without one."""
    name, at, host = address.partition("@")
    return f"{name[:1]}…@{host}" if at else ""


def _meeting(place: Place) -> MeetingView | None:
    meeting, attendance = place.meeting, place.attendance
    if meeting is None or attendance is None:
        return None
    return MeetingView(
        kind=meeting.kind,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        place=meeting.place,
        access=meeting.access,
        url=meeting.url,
        answer=attendance.answer,
    )


def _kinds(meeting: Meeting | None, now: datetime) -> tuple[KindView, ...]:
    """Every kind of need. One asked too late is not hidden: it is asked, and we say that it may not succeed."""
    if meeting is None:
        return ()
    today = local_day(now)
    found = []
    for kind in KINDS.values():
        last = needs.order_by(kind.code, meeting)
        names = {"et": kind.et, "en": kind.en, "ru": kind.ru}
        found.append(KindView(kind.code, names, last, too_late=last < today))
    return tuple(found)


def _opinion(place: Place) -> OpinionView | None:
    opinion = place.opinion
    if opinion is None:
        return None
    return OpinionView(
        receipt=opinion.receipt,
        received_at=opinion.received_at,
        state=opinion.state,
        version=opinion.version,
        text=opinion.text,
        files=tuple(Kept(it.id, it.filename, it.size) for it in place.files),
        can_change=place.can_change,
    )


def _earlier(session: Session, place: Place) -> tuple[Earlier, ...]:
    query = select(Feedback).where(
        Feedback.municipality_id == place.case.municipality_id,
        Feedback.invitation_id == place.invitation.id,
    )
    if place.opinion is not None:
        query = query.where(Feedback.id != place.opinion.id)
    rows = session.exec(query.order_by(col(Feedback.received_at)))
    return tuple(Earlier(it.receipt, it.received_at, it.channel, it.state) for it in rows)


def _approval(place: Place) -> ApprovalView | None:
    row = place.approval
    if row is None:
        return None
    return ApprovalView(row.result, row.conditions, row.extended_to or row.due_on)
