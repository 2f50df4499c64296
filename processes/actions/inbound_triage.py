"""What came in by mail, for a person to decide: an answer let count, an opinion registered, a mail put aside."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, func, select

from notifications.inbound.classify import classify
from processes.actions import advising, inbound_answer, inbound_opinion, inbound_proposal, scanning
from processes.actions.giving import MAX_NAME, check_address, check_length, clean, one_line
from processes.actions.inbound_letter import Desk
from processes.actions.inbound_opinion import Author
from processes.actions.inbound_proposal import Proposal
from processes.actions.intake import look
from processes.actions.opinion import token_of
from processes.actions.opinion_link import is_in_time
from processes.attendance import BY_PARTSTAT
from processes.consultation import RUNNING, Consultation, get
from processes.errors import Conflict, NotFound, Reason, Refused
from processes.feedback import LATE_WAITING, RECEIVED, UNCONFIRMED, Feedback
from processes.inbound import ASIDE, DONE, SPAM, WAITING, IncomingMail
from processes.invitation import Invitation
from processes.meeting import Meeting
from processes.organisation import Organisation
from processes.permission import PLANNER, Actor, require
from processes.post import PostOffice

PAGE = 25
COUNTABLE = ("other_address", "old_date", "older", "meeting_cancelled")


class Register(BaseModel):
    """What the form for registering an opinion sends: the case's number, whose it is, and the words."""

    model_config = ConfigDict(extra="forbid")

    number: str = ""
    name: str = ""
    email: str = ""
    text: str = ""


@dataclass(frozen=True)
class Line:
    """A mail in the list; `number` and `organisation` where they are known."""

    id: str
    received_at: datetime
    kind: str
    state: str
    outcome: str
    sender: str
    sender_name: str
    subject: str
    number: str
    organisation: str
    partstat: str


@dataclass(frozen=True)
class Mails:
    """A page of the list, and how many wait."""

    lines: tuple[Line, ...]
    waiting: int
    found: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))


@dataclass(frozen=True)
class OneMail:
    """A mail opened, with what can be done about it now."""

    line: Line
    text: str
    cut: str
    note: str
    reasons: tuple[str, ...]
    proposed_start: datetime | None
    proposed_end: datetime | None
    delegated_to: str
    attendee: str
    author_name: str
    author_email: str
    feedback_id: str
    advice_on: str
    receipt: str
    confirmed: bool
    meeting_starts: datetime | None
    scan: str
    erased_at: datetime | None
    proposal: Proposal | None
    can_count: bool
    can_confirm: bool
    can_register: bool
    cases: tuple[tuple[str, str], ...]
    others: tuple[Line, ...]


def read(session: Session, actor: Actor, *, everything: bool = False, page: int = 1) -> Mails:
    """What came in, the newest first; what waits unless `everything`. Errors: NotAllowed."""
    require(actor, PLANNER)
    mine = IncomingMail.municipality_id == actor.municipality_id
    still = (mine, IncomingMail.state == WAITING, ~_confirmed())
    where = (mine,) if everything else still
    found = session.exec(select(func.count()).select_from(IncomingMail).where(*where)).one()
    query = select(IncomingMail).where(*where).order_by(col(IncomingMail.id).desc())
    rows = session.exec(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    waits = select(func.count()).select_from(IncomingMail).where(*still)
    return Mails(tuple(_line(session, row) for row in rows), session.exec(waits).one(), found, page)


def one(session: Session, actor: Actor, mail_id: str, *, now: datetime) -> OneMail:
    """One mail. Errors: NotAllowed, NotFound."""
    mail = _find(session, actor, mail_id)
    said = session.get(Feedback, (mail.municipality_id, mail.feedback_id)) if mail.feedback_id else None
    meeting = session.get(Meeting, (mail.municipality_id, mail.meeting_id)) if mail.meeting_id else None
    waits = mail.state == WAITING
    return OneMail(
        line=_line(session, mail),
        text=mail.text,
        cut=mail.cut,
        note=mail.note,
        reasons=tuple(mail.reasons.split()),
        proposed_start=mail.proposed_start,
        proposed_end=mail.proposed_end,
        delegated_to=mail.delegated_to,
        attendee=mail.attendee,
        author_name=mail.author_name,
        author_email=mail.author_email,
        feedback_id=mail.feedback_id or "",
        advice_on=advising.last_asked(session, mail) if mail.outcome == "advice_by_mail" else "",
        receipt=said.receipt if said else "",
        confirmed=said is not None and said.state != UNCONFIRMED,
        meeting_starts=meeting.starts_at if meeting else None,
        scan=mail.scan,
        erased_at=mail.erased_at,
        proposal=inbound_proposal.of_mail(session, mail, now=now),
        can_count=waits
        and mail.outcome in COUNTABLE
        and bool(mail.meeting_id and mail.partstat in BY_PARTSTAT),
        can_confirm=waits and said is not None and said.state == UNCONFIRMED,
        can_register=waits and said is None and mail.kind in ("opinion", "unreadable", "auto_reply"),
        cases=_cases(session, actor),
        others=_others(session, mail),
    )


def original(session: Session, actor: Actor, mail_id: str) -> str:
    """The digest the unchanged mail lies under in the store.

    Errors: NotAllowed, NotFound (also once it was deleted when its time had come), FileWaits, FileInfected.
    """
    mail = _find(session, actor, mail_id)
    if mail.erased_at is not None:
        raise NotFound
    scanning.require(mail.scan)
    return mail.digest


def count(session: Session, actor: Actor, mail_id: str, *, office: PostOffice, now: datetime) -> None:
    """Let a calendar answer count after all. Errors: NotAllowed, NotFound, Conflict."""
    mail = _waiting(session, actor, mail_id)
    if not mail.meeting_id:
        raise Conflict
    meeting = session.get_one(Meeting, (mail.municipality_id, mail.meeting_id))
    if not inbound_answer.count(session, mail, meeting, office=office, now=now):
        raise Conflict
    _decided(mail, actor, now, DONE)


def confirm(session: Session, actor: Actor, mail_id: str, *, desk: Desk) -> str:
    """Confirm an opinion in waiting for its author. Out: its receipt. Errors: NotAllowed, NotFound, Conflict."""
    mail = _waiting(session, actor, mail_id)
    said = session.get(Feedback, (mail.municipality_id, mail.feedback_id)) if mail.feedback_id else None
    if said is None:
        raise Conflict
    if said.state == UNCONFIRMED:
        _receive(session, actor, said, desk)
    mail.outcome = "opinion_taken"
    _decided(mail, actor, desk.now, DONE)
    return said.receipt


def register(session: Session, actor: Actor, mail_id: str, form: Register, *, desk: Desk) -> str:
    """Make an opinion of a mail for its author. Out: its receipt. Errors: NotAllowed, NotFound, Conflict, Refused."""
    mail = _waiting(session, actor, mail_id)
    if mail.feedback_id:
        raise Conflict
    case = _case(session, actor, form.number)
    problems: dict[str, Reason] = {}
    if case is None:
        problems["number"] = Reason("not_a_choice")
    check_length(problems, "name", one_line(form.name), MAX_NAME, required=True)
    check_address(problems, "email", form.email.strip())
    if problems or case is None:
        raise Refused(problems)
    mail.text = clean(form.text)
    raw = desk.store.get(mail.municipality_id, mail.digest)
    files, refused = inbound_opinion.files_of(raw, classify(raw))
    mail.note = ", ".join(refused)[:1000]
    mail.author_name, mail.author_email = one_line(form.name), form.email.strip()
    why = inbound_opinion.keep(desk, mail, case, Author(mail.author_name, mail.author_email), files)
    if why != "opinion_waits":
        raise Refused({"text" if why in ("too_long", "no_words") else "number": Reason(f"mail_{why}")})
    said = session.get_one(Feedback, (mail.municipality_id, mail.feedback_id))
    _receive(session, actor, said, desk)
    mail.outcome = "opinion_taken"
    _decided(mail, actor, desk.now, DONE)
    return said.receipt


def aside(
    session: Session, actor: Actor, mail_id: str, note: str, *, spam: bool = False, now: datetime
) -> None:
    """Put a mail aside: it has been read and needs nothing; spam is deleted sooner. Errors: NotAllowed, NotFound, Conflict."""
    mail = _waiting(session, actor, mail_id)
    mail.note = one_line(note)[:500] or mail.note
    mail.outcome = SPAM if spam and mail.feedback_id is None else mail.outcome
    _decided(mail, actor, now, ASIDE)


def _confirmed() -> ColumnElement[bool]:
    """Whether an opinion that came by a mail has been confirmed, by its author's link or otherwise."""
    return exists().where(
        col(Feedback.municipality_id) == IncomingMail.municipality_id,
        col(Feedback.id) == IncomingMail.feedback_id,
        col(Feedback.state) != UNCONFIRMED,
    )


def _receive(session: Session, actor: Actor, said: Feedback, desk: Desk) -> None:
    case = get(session, said.municipality_id, said.consultation_id)
    gate = look(session, case, said.received_at, invited=said.invitation_id is not None)
    said.state = RECEIVED if is_in_time(said, gate) else LATE_WAITING
    said.entered_by = "" if said.invitation_id else actor.person_id
    session.add(said)
    if said.invitation_id and (asked := session.get(Invitation, (said.municipality_id, said.invitation_id))):
        asked.answered_at, asked.no_comments_at = desk.now, None
        session.add(asked)
    session.flush()
    token = "" if said.invitation_id else token_of(desk.office.links, said)
    if said.author_email:
        desk.office.of_case(session, case, now=desk.now).receipt(said, token=token)


def _decided(mail: IncomingMail, actor: Actor, now: datetime, state: str) -> None:
    mail.state, mail.decided_by, mail.decided_at = state, actor.person_id, now


def _find(session: Session, actor: Actor, mail_id: str) -> IncomingMail:
    require(actor, PLANNER)
    mail = session.get(IncomingMail, (actor.municipality_id, mail_id))
    if mail is None:
        raise NotFound
    return mail


def _waiting(session: Session, actor: Actor, mail_id: str) -> IncomingMail:
    mail = _find(session, actor, mail_id)
    session.refresh(mail, with_for_update=True)
    if mail.state != WAITING:
        raise Conflict
    return mail


def _case(session: Session, actor: Actor, number: str) -> Consultation | None:
    query = select(Consultation).where(
        Consultation.municipality_id == actor.municipality_id,
        Consultation.number == number,
        Consultation.state == RUNNING,
    )
    return session.exec(query).first()


def _cases(session: Session, actor: Actor) -> tuple[tuple[str, str], ...]:
    query = select(Consultation.number).where(
        Consultation.municipality_id == actor.municipality_id,
        Consultation.state == RUNNING,
        col(Consultation.published_at).is_not(None),
    )
    return tuple((number, number) for number in session.exec(query.order_by(Consultation.number)))


def _others(session: Session, mail: IncomingMail) -> tuple[Line, ...]:
    """Every other mail of the same invitation, the newest first: one organisation may answer many times."""
    if not mail.invitation_id:
        return ()
    query = select(IncomingMail).where(
        IncomingMail.municipality_id == mail.municipality_id,
        IncomingMail.invitation_id == mail.invitation_id,
        IncomingMail.id != mail.id,
    )
    rows = session.exec(query.order_by(col(IncomingMail.id).desc()).limit(PAGE))
    return tuple(_line(session, row) for row in rows)


def _line(session: Session, mail: IncomingMail) -> Line:
    home = mail.municipality_id
    case = session.get(Consultation, (home, mail.consultation_id)) if mail.consultation_id else None
    asked = session.get(Invitation, (home, mail.invitation_id)) if mail.invitation_id else None
    who = session.get(Organisation, (home, asked.organisation_id)) if asked else None
    return Line(
        id=mail.id,
        received_at=mail.received_at,
        kind=mail.kind,
        state=mail.state,
        outcome=mail.outcome,
        sender=mail.sender,
        sender_name=mail.sender_name,
        subject=mail.subject,
        number=case.number if case else "",
        organisation=who.name if who else "",
        partstat=mail.partstat,
    )
