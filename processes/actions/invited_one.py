"""What a planner does about one organisation of a case: adds it, takes it back, finds another way to reach it.

Every change is told to that one organisation only; nobody else's calendar or mailbox moves.
"""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from engine.clock import local_day
from processes import meeting as meetings
from processes.actions import inviting, planner_case
from processes.actions.giving import MAX_NAME, check_address, check_length, clean, one_line
from processes.actions.intake import OPEN, look
from processes.consultation import Consultation
from processes.errors import NotFound, Reason, Refused
from processes.invitation import INVITED, PROPOSED, UNINVITED, Invitation, Links
from processes.meeting import Attendance, Meeting
from processes.organisation import KINDS, Organisation
from processes.permission import Actor
from processes.post import Post, PostOffice
from processes.words import LANGUAGES

MAX_WORDS = 500


class NewOrganisation(BaseModel):
    """An organisation the registry does not know yet."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    kind: str = "association"
    email: str = ""
    contact_name: str = ""
    phone: str = ""
    language: str = "et"
    easy_language: bool = False


@dataclass(frozen=True)
class Added:
    """Who was added; `asked` says whether an invitation left or waits for the step."""

    invitation_id: str
    name: str
    asked: bool


def registry(session: Session, actor: Actor, number: str) -> list[tuple[str, str]]:
    """Active organisations that are not in the case yet: (id, name). Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    there = select(Invitation.organisation_id).where(
        Invitation.municipality_id == case.municipality_id,
        Invitation.consultation_id == case.id,
        Invitation.purpose == "opinion",
        Invitation.state != UNINVITED,
    )
    query = select(Organisation.id, Organisation.name).where(
        Organisation.municipality_id == case.municipality_id,
        col(Organisation.active),
        col(Organisation.id).not_in(there),
    )
    return [(it[0], it[1]) for it in session.exec(query.order_by(Organisation.name))]


def add_known(
    session: Session, actor: Actor, number: str, organisation_id: str, why: str, *, links: Links, office: PostOffice,
    now: datetime,
) -> Added:  # fmt: skip
    """Take an organisation of the registry into the case. Again is the same. Errors: NotAllowed, NotFound, TooLate, Refused."""
    case = planner_case.running(session, actor, number)
    who = session.get(Organisation, (case.municipality_id, organisation_id)) if organisation_id else None
    problems: dict[str, Reason] = {}
    if who is None:
        problems["organisation"] = Reason("choose_organisation")
    check_length(problems, "why", one_line(why), MAX_WORDS)
    if who is None or problems:
        raise Refused(problems)
    return _take_in(session, case, who, one_line(why), links, office, now)


def add_new(
    session: Session, actor: Actor, number: str, new: NewOrganisation, why: str, *, links: Links, office: PostOffice,
    now: datetime,
) -> Added:  # fmt: skip
    """Enter an organisation into the registry and take it into the case. Errors: NotAllowed, NotFound, TooLate, Refused."""
    case = planner_case.running(session, actor, number)
    who = enter(session, case.municipality_id, new, why)
    return _take_in(session, case, who, one_line(why), links, office, now)


def enter(session: Session, municipality_id: str, new: NewOrganisation, why: str) -> Organisation:
    """Enter an organisation into the registry; `why` is checked with it. Errors: Refused."""
    name, email = one_line(new.name), new.email.strip()
    problems: dict[str, Reason] = {}
    check_length(problems, "name", name, MAX_NAME, required=True)
    check_length(problems, "contact_name", one_line(new.contact_name), MAX_NAME)
    check_length(problems, "phone", one_line(new.phone), MAX_NAME)
    check_length(problems, "why", one_line(why), MAX_WORDS)
    if email:
        check_address(problems, "email", email)
    if new.kind not in KINDS:
        problems["kind"] = Reason("not_a_choice")
    if new.language not in LANGUAGES:
        problems["language"] = Reason("not_a_choice")
    if not problems and _named_alike(session, municipality_id, name) is not None:
        problems["name"] = Reason("organisation_known")
    if problems:
        raise Refused(problems)
    who = Organisation(
        municipality_id=municipality_id,
        name=name,
        kind=new.kind,
        email=email,
        contact_name=one_line(new.contact_name),
        phone=one_line(new.phone),
        language=new.language,
        easy_language=new.easy_language,
    )
    session.add(who)
    session.flush()
    return who


def uninvite(
    session: Session, actor: Actor, number: str, invitation_id: str, reason: str, *, office: PostOffice, now: datetime
) -> str:  # fmt: skip
    """Take one invitation back: its link closes and its meetings leave that one calendar. Out: the name.

    Errors: NotAllowed, NotFound, TooLate, Refused.
    """
    case, asked, who = _one(session, actor, number, invitation_id)
    words = one_line(reason)
    problems: dict[str, Reason] = {}
    check_length(problems, "reason", words, MAX_WORDS, required=asked.state == INVITED)
    if problems:
        raise Refused(problems)
    if asked.state == PROPOSED:
        session.delete(asked)
        return who.name
    if asked.state == INVITED:
        coming = _coming(session, case, now)
        seats = _seats(session, asked, coming)
        for seat in seats:
            seat.answer, seat.answered_at = "uninvited", None
            session.add(seat)
        asked.state = UNINVITED
        session.add(asked)
        session.flush()
        seated = {seat.meeting_id for seat in seats}
        post, left = office.of_case(session, case, now=now), [it for it in coming if it.id in seated]
        post.uninvited(asked, left, reason=words)
        for seat in seats:
            if seat.delegate:
                post.delegate_released(
                    next(it for it in left if it.id == seat.meeting_id), asked, seat.delegate
                )
                seat.delegate = ""
    return who.name


def renew(
    session: Session, actor: Actor, number: str, invitation_id: str, email: str, *, links: Links, office: PostOffice,
    now: datetime,
) -> str:  # fmt: skip
    """Send a new link and close every earlier one, to a corrected address if that was wrong. Out: the name.

    Errors: NotAllowed, NotFound, TooLate, Refused.
    """
    case, asked, who = _one(session, actor, number, invitation_id)
    address = email.strip()
    problems: dict[str, Reason] = {}
    check_address(problems, "email", address)
    if asked.state != INVITED:
        problems = {"": Reason("not_invited_now")}
    if problems:
        raise Refused(problems)
    who.email, who.undeliverable_since = address, None
    links.renew(asked)
    asked.not_us_at = None
    session.add_all([who, asked])
    session.flush()
    _ask(session, case, asked, office.of_case(session, case, now=now), now)
    return who.name


def reached(session: Session, actor: Actor, number: str, invitation_id: str, words: str) -> str:
    """Note how someone was reached whom no letter found: by post, by phone. Empty takes the note away. Out: the name.

    Errors: NotAllowed, NotFound, TooLate, Refused.
    """
    _case, asked, who = _one(session, actor, number, invitation_id)
    note = one_line(words)
    problems: dict[str, Reason] = {}
    check_length(problems, "reached", note, MAX_WORDS)
    if problems:
        raise Refused(problems)
    asked.reached_otherwise = note
    session.add(asked)
    return who.name


def _take_in(
    session: Session, case: Consultation, who: Organisation, why: str, links: Links, office: PostOffice, now: datetime
) -> Added:  # fmt: skip
    query = select(Invitation).where(
        Invitation.municipality_id == case.municipality_id,
        Invitation.consultation_id == case.id,
        Invitation.organisation_id == who.id,
        Invitation.purpose == "opinion",
    )
    asked = session.exec(query).first()
    if asked is None:
        asked = links.new_invitation(case.municipality_id, case.id, who.id, why=clean(why))
    elif asked.state == INVITED:
        return Added(asked.id, who.name, asked=True)
    elif asked.state == UNINVITED:
        links.renew(asked)
        asked.state, asked.why = PROPOSED, why or asked.why
    session.add(asked)
    session.flush()
    if not inviting.sent_before(session, case):
        return Added(asked.id, who.name, asked=False)
    asked.state, asked.invited_at = INVITED, now
    session.add(asked)
    session.flush()
    post = office.of_case(session, case, now=now)
    _ask(session, case, asked, post, now)
    for coming in _coming(session, case, now):
        seat = session.get(Attendance, (case.municipality_id, coming.id, asked.id)) or Attendance(
            municipality_id=case.municipality_id, meeting_id=coming.id, invitation_id=asked.id
        )
        seat.answer = "invited"
        session.add(seat)
        session.flush()
        post.meeting_set(coming, [seat])
    return Added(asked.id, who.name, asked=True)


def _ask(session: Session, case: Consultation, asked: Invitation, post: Post, now: datetime) -> None:
    """Post the invitation; while a round is open, its last day is the one to answer by."""
    gate = look(session, case, now, invited=True)
    last = local_day(gate.closes_at) if gate.state == OPEN and gate.closes_at else None
    post.invited(case, [asked], answer_by=last)


def _one(
    session: Session, actor: Actor, number: str, invitation_id: str
) -> tuple[Consultation, Invitation, Organisation]:
    case = planner_case.running(session, actor, number)
    query = select(Invitation).where(
        Invitation.municipality_id == case.municipality_id, Invitation.id == invitation_id
    )
    asked = session.exec(query.with_for_update()).first()
    if asked is None or asked.consultation_id != case.id:
        raise NotFound
    return case, asked, session.get_one(Organisation, (case.municipality_id, asked.organisation_id))


def _coming(session: Session, case: Consultation, now: datetime) -> list[Meeting]:
    query = select(Meeting).where(
        Meeting.municipality_id == case.municipality_id,
        Meeting.consultation_id == case.id,
        Meeting.state == meetings.PLANNED,
        col(Meeting.kind) != "committee",
        col(Meeting.ends_at) > now,
    )
    return list(session.exec(query.order_by(col(Meeting.starts_at))).all())


def _seats(session: Session, asked: Invitation, coming: list[Meeting]) -> list[Attendance]:
    query = select(Attendance).where(
        Attendance.municipality_id == asked.municipality_id,
        Attendance.invitation_id == asked.id,
        col(Attendance.meeting_id).in_([it.id for it in coming]),
        col(Attendance.answer) != "uninvited",
    )
    return list(session.exec(query).all())


def _named_alike(session: Session, municipality_id: str, name: str) -> Organisation | None:
    query = select(Organisation).where(
        Organisation.municipality_id == municipality_id, Organisation.name == name
    )
    return session.exec(query).first()
