"""Around a committee's page: members' remarks before the session, and associations that ask to speak at it.

The page itself stays as it was frozen. A remark is for the committee and the planner; a request comes through an
organisation's personal link and is answered by the committee's chair or the case's planner, a refusal with reasons.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from processes import consultation as consultations
from processes import summary as summaries
from processes.actions.giving import check_key, check_length, clean, one_line
from processes.actions.invitation_place import hold
from processes.actions.summary_reading import is_member, leads, page_of
from processes.committee import Committee
from processes.errors import NotAllowed, NotFound, Reason, Refused, TooLate
from processes.feedback import UNCONFIRMED, WITHDRAWN, Feedback
from processes.invitation import Invitation, Links
from processes.meeting import PLANNED, Meeting
from processes.organisation import Organisation
from processes.permission import CLERK, COMMITTEE, PLANNER, Actor, require
from processes.person import Person
from processes.post import PostOffice
from processes.summary import Summary
from processes.summary_content import opinions_of
from processes.summary_hearing import GRANTED, LONGEST, REFUSED, Remark, SpeakRequest, requests_of
from processes.summary_hearing import WITHDRAWN as TAKEN_BACK

ANSWERS = (GRANTED, REFUSED)
LONGEST_NAME = 120


@dataclass(frozen=True)
class RemarkView:
    """A member's remark; `feedback_id` is empty when it is on the whole page."""

    by: str
    at: datetime
    text: str
    feedback_id: str


@dataclass(frozen=True)
class Speaker:
    """Who asks to speak: for which organisation, to which opinion (its receipt; empty: to the matter)."""

    id: str
    organisation: str
    speaker: str
    receipt: str
    words: str
    state: str
    answer: str
    asked_at: datetime


@dataclass(frozen=True)
class Hearing:
    """What stands beside a page, and whether this person may add to it."""

    remarks: tuple[RemarkView, ...]
    speakers: tuple[Speaker, ...]
    may_remark: bool
    may_answer: bool


@dataclass(frozen=True)
class Invited:
    """The page of an organisation that may ask to speak. `openness` is the committee's own rule."""

    organisation: str
    title: str
    title_language: str
    committee: str
    openness: str
    starts_at: datetime
    place: str
    question: str
    own: tuple[tuple[str, str], ...]
    asked: tuple[Speaker, ...]


def read(session: Session, actor: Actor, summary_id: str, *, now: datetime) -> Hearing:
    """In: a page. Out: what was said around it. Errors: NotFound, NotAllowed."""
    require(actor, COMMITTEE, CLERK, PLANNER)
    page = page_of(session, actor, summary_id)
    ahead = _ahead(session, page, now)
    return Hearing(
        remarks=tuple(_remarks(session, page)),
        speakers=tuple(_speakers(session, page)),
        may_remark=page.frozen_at is not None and ahead and is_member(session, actor, page),
        may_answer=_may_answer(session, actor, page),
    )


def remark(
    session: Session, actor: Actor, summary_id: str, text: str, feedback_id: str = "", *, now: datetime, key: str
) -> None:  # fmt: skip
    """Keep a member's remark, once for a form. Errors: Refused, NotFound, NotAllowed, TooLate."""
    page, said = page_of(session, actor, summary_id), clean(text)
    if not is_member(session, actor, page):
        raise NotAllowed
    if page.frozen_at is None or not _ahead(session, page, now):
        raise TooLate
    problems: dict[str, Reason] = {}
    check_length(problems, "text", said, LONGEST, required=True)
    if feedback_id and feedback_id not in opinions_of(page):
        problems["about"] = Reason("not_a_choice")
    if problems:
        raise Refused(problems)
    kept = f"{actor.person_id}:{check_key(key)}"
    if not _there(session, Remark, actor.municipality_id, kept):
        session.add(
            Remark(
                municipality_id=actor.municipality_id, summary_id=page.id, feedback_id=feedback_id or None,
                person_id=actor.person_id, text=said, written_at=now, submission_key=kept,
            )
        )  # fmt: skip


def session_ahead(session: Session, invitation: Invitation, now: datetime) -> Summary | None:
    """The page of the next session an invited organisation may ask to speak at; None when none is called."""
    if invitation.purpose != "opinion":
        return None
    page = summaries.newest(session, invitation.municipality_id, invitation.consultation_id)
    return page if page is not None and _ahead(session, page, now) else None


def invited(
    session: Session, municipality_id: str, token: str, language: str, *, links: Links, now: datetime
) -> Invited:
    """The page behind an organisation's link. Errors: LinkNotValid, NotFound when no session is called."""
    mine = links.find(session, municipality_id, token)
    page = session_ahead(session, mine, now)
    if page is None:
        raise NotFound
    case = consultations.get(session, municipality_id, mine.consultation_id)
    called = session.get_one(Meeting, (municipality_id, str(page.meeting_id)))
    board = session.get_one(Committee, (municipality_id, page.committee_id))
    text = consultations.text_of(session, case, language)
    return Invited(
        organisation=session.get_one(Organisation, (municipality_id, mine.organisation_id)).name,
        title=text.title,
        title_language=text.language,
        committee=board.name,
        openness=board.openness,
        starts_at=called.starts_at,
        place=called.place,
        question=page.question,
        own=tuple((it.id, it.receipt) for it in _own(session, mine)),
        asked=tuple(_speakers(session, page, mine.id)),
    )


def ask(
    session: Session, municipality_id: str, token: str, speaker: str, words: str, feedback_id: str = "", *,
    links: Links, now: datetime, key: str,
) -> None:  # fmt: skip
    """Ask to speak at the session, once for a form. Errors: LinkNotValid, TooLate, Refused."""
    mine = hold(session, municipality_id, token, links)
    page = session_ahead(session, mine, now)
    if page is None:
        raise TooLate
    who, said, problems = one_line(speaker), clean(words), dict[str, Reason]()
    check_length(problems, "speaker", who, LONGEST_NAME, required=True)
    check_length(problems, "words", said, LONGEST)
    if feedback_id and feedback_id not in {it.id for it in _own(session, mine)}:
        problems["about"] = Reason("not_a_choice")
    if problems:
        raise Refused(problems)
    kept = f"{mine.id}:{check_key(key)}"
    if not _there(session, SpeakRequest, municipality_id, kept):
        session.add(
            SpeakRequest(
                municipality_id=municipality_id, summary_id=page.id, invitation_id=mine.id,
                feedback_id=feedback_id or None, speaker=who, words=said, asked_at=now, submission_key=kept,
            )
        )  # fmt: skip


def take_back(
    session: Session, municipality_id: str, token: str, request_id: str, *, links: Links, now: datetime
) -> None:
    """Take a request back. Again is the same. Errors: LinkNotValid, NotFound, TooLate."""
    mine = hold(session, municipality_id, token, links)
    asked = session.get(SpeakRequest, (municipality_id, request_id))
    if asked is None or asked.invitation_id != mine.id:
        raise NotFound
    if session_ahead(session, mine, now) is None:
        raise TooLate
    asked.state = TAKEN_BACK
    session.add(asked)


def answer(
    session: Session, actor: Actor, summary_id: str, request_id: str, said: str, words: str, *,
    office: PostOffice, now: datetime,
) -> None:  # fmt: skip
    """Grant or refuse a request, and tell the organisation. Errors: Refused, NotFound, NotAllowed, TooLate."""
    page = page_of(session, actor, summary_id)
    if not _may_answer(session, actor, page):
        raise NotAllowed
    asked = session.get(SpeakRequest, (actor.municipality_id, request_id))
    if asked is None or asked.summary_id != page.id or asked.state == TAKEN_BACK:
        raise NotFound
    if not _ahead(session, page, now):
        raise TooLate
    reasons, problems = clean(words), dict[str, Reason]()
    if said not in ANSWERS:
        problems["said"] = Reason("not_a_choice")
    check_length(problems, "answer", reasons, LONGEST, required=said == REFUSED, missing="reasons_required")
    if problems:
        raise Refused(problems)
    if (asked.state, asked.answer) == (said, reasons):
        return
    asked.state, asked.answer, asked.answered_by, asked.answered_at = said, reasons, actor.person_id, now
    session.add(asked)
    session.flush()
    case = consultations.get(session, actor.municipality_id, page.consultation_id)
    office.of_case(session, case, now=now).speaking_answered(asked, page)


def _may_answer(session: Session, actor: Actor, page: Summary) -> bool:
    """The case's planners, and the committee's chair; any member where it has none."""
    return actor.holds(PLANNER) or leads(session, actor, page)


def _ahead(session: Session, page: Summary, now: datetime) -> bool:
    called = session.get(Meeting, (page.municipality_id, page.meeting_id)) if page.meeting_id else None
    return called is not None and called.state == PLANNED and now < called.starts_at


def _own(session: Session, mine: Invitation) -> list[Feedback]:
    query = select(Feedback).where(
        Feedback.municipality_id == mine.municipality_id,
        Feedback.invitation_id == mine.id,
        col(Feedback.state).not_in((UNCONFIRMED, WITHDRAWN)),
    )
    return list(session.exec(query.order_by(col(Feedback.received_at), Feedback.id)))


def _remarks(session: Session, page: Summary) -> list[RemarkView]:
    query = (
        select(Remark, Person.name)
        .join(
            Person,
            (col(Person.municipality_id) == Remark.municipality_id) & (col(Person.id) == Remark.person_id),
        )
        .where(Remark.municipality_id == page.municipality_id, Remark.summary_id == page.id)
        .order_by(col(Remark.id))
    )
    return [
        RemarkView(name, it.written_at, it.text, it.feedback_id or "") for it, name in session.exec(query)
    ]


def _speakers(session: Session, page: Summary, invitation_id: str = "") -> list[Speaker]:
    asked = requests_of(session, page.municipality_id, page.id)
    mine = [it for it in asked if not invitation_id or it.invitation_id == invitation_id]
    if not mine:
        return []
    names = (
        select(Invitation.id, Organisation.name)
        .join(
            Organisation,
            (col(Organisation.municipality_id) == Invitation.municipality_id)
            & (col(Organisation.id) == Invitation.organisation_id),
        )
        .where(
            Invitation.municipality_id == page.municipality_id,
            col(Invitation.id).in_({it.invitation_id for it in mine}),
        )
    )
    of, numbers = dict(session.exec(names).all()), _receipts(session, page, mine)
    return [
        Speaker(
            it.id, of[it.invitation_id], it.speaker, numbers.get(it.feedback_id or "", ""), it.words, it.state,
            it.answer, it.asked_at,
        )
        for it in mine
    ]  # fmt: skip


def _receipts(session: Session, page: Summary, asked: list[SpeakRequest]) -> dict[str, str]:
    query = select(Feedback.id, Feedback.receipt).where(
        Feedback.municipality_id == page.municipality_id,
        col(Feedback.id).in_({it.feedback_id for it in asked if it.feedback_id}),
    )
    return dict(session.exec(query).all())


def _there(
    session: Session, table: type[Remark] | type[SpeakRequest], municipality_id: str, key: str
) -> bool:
    query = select(table.id).where(table.municipality_id == municipality_id, table.submission_key == key)
    return session.exec(query).first() is not None
