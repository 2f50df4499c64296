"""Advice on a point: asked of a colleague or a specialist office, given by them, decided on by the planner alone.

Whoever is asked gets a letter. An office without an account gets in it a link to the one point it is asked about; the
link shows the author's words, never who the author is, and no note of ours.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from processes.actions import planner_case
from processes.actions.giving import (
    MAX_NAME,
    MAX_REASON,
    check_address,
    check_length,
    clean,
    one_line,
)
from processes.actions.points import MAX_POSITION, colleagues
from processes.actions.themes import find
from processes.consultation import RUNNING, Consultation, text_of
from processes.errors import LinkNotValid, NotAllowed, NotFound, Reason, Refused, TooLate
from processes.feedback import Feedback
from processes.inbound import IncomingMail
from processes.invitation import Links
from processes.item import ADVICE, Advice, Item
from processes.permission import Actor
from processes.post import PostOffice
from processes.words import LANGUAGES


@dataclass(frozen=True)
class Asked:
    """A point as its adviser sees it: the author's words, the question, what was advised. No author, no notes."""

    number: str
    title: str
    title_language: str
    language: str
    text: str
    question: str
    adviser: str
    due_on: date | None
    advice: str
    said: str
    given_at: datetime | None
    open: bool


def ask(
    session: Session, actor: Actor, number: str, feedback_id: str, item_id: str, *, key: str, adviser: str, office: str = "",
    email: str = "", language: str = "et", question: str = "", due_on: str = "", links: Links, mail: PostOffice,
    now: datetime,
) -> bool:  # fmt: skip
    """Ask a colleague (`adviser`, an id) or an office (its name, address and language). The same key asks once.

    Out: whether a letter went; without one, the planner sends the office's link on. Errors: NotAllowed, NotFound,
    TooLate, Refused.
    """
    case = planner_case.running(session, actor, number)
    said = find(session, case, feedback_id)
    item = session.get(Item, (case.municipality_id, item_id))
    if item is None or item.feedback_id != said.id or not planner_case.is_id(key):
        raise NotFound
    problems: dict[str, Reason] = {}
    people = dict(colleagues(session, actor.municipality_id))
    name, words, due = one_line(office), clean(question), None
    if adviser and adviser not in people:
        problems["adviser"] = Reason("not_a_choice")
    if not adviser:
        check_length(problems, "office", name, MAX_NAME, required=True, missing="adviser_or_office")
        if email.strip():
            check_address(problems, "email", email.strip())
        if language not in LANGUAGES:
            problems["language"] = Reason("not_a_choice")
    check_length(problems, "question", words, MAX_REASON)
    if due_on.strip():
        try:
            due = date.fromisoformat(due_on.strip())
        except ValueError:
            problems["due_on"] = Reason("not_a_date")
    if problems:
        raise Refused(problems)
    row = session.get(Advice, (case.municipality_id, key))
    if row is None:
        row = Advice(
            municipality_id=case.municipality_id, id=key, item_id=item.id, adviser_id=adviser,
            adviser_name=people.get(adviser, name), adviser_email="" if adviser else email.strip(), question=words,
            due_on=due, asked_by=actor.person_id, asked_at=now,
            link_digest="" if adviser else links.digest(links.token("advice", key)),
        )  # fmt: skip
        session.add(row)
        session.flush()
    token = "" if row.adviser_id else link_of(links, row.id)
    post = mail.of_case(session, case, now=now)
    told = post.advice_asked(case, row, feedback_id=said.id, token=token, language=language)
    return not told.without_address


def link_of(links: Links, advice_id: str) -> str:
    """The secret part of an office's link; without an address of the office, the planner sends it on."""
    return links.token("advice", advice_id)


def last_asked(session: Session, mail: IncomingMail) -> str:
    """The opinion on a point of which the sender of a mail was asked last; empty when no such office is known."""
    query = (
        select(Item.feedback_id)
        .join(
            Advice, (col(Advice.municipality_id) == Item.municipality_id) & (col(Advice.item_id) == Item.id)
        )
        .where(
            Item.municipality_id == mail.municipality_id,
            Item.consultation_id == mail.consultation_id,
            func.lower(Advice.adviser_email) == mail.sender.lower(),
        )
    )
    return session.exec(query.order_by(col(Advice.asked_at).desc())).first() or ""


def give(
    session: Session, actor: Actor, number: str, advice_id: str, advice: str, text: str, *, now: datetime
) -> None:
    """A colleague's advice, or an office's that came another way and is entered for it.

    Errors: NotAllowed for advice another colleague was asked for, NotFound, TooLate, Refused.
    """
    case = planner_case.running(session, actor, number)
    row, item = _find(session, case, advice_id)
    if row.adviser_id not in ("", actor.person_id):
        raise NotAllowed
    del item
    _set(session, row, advice, text, now)


def asked(session: Session, municipality_id: str, token: str, language: str, *, links: Links) -> Asked:
    """What an office's link opens. Errors: LinkNotValid."""
    row, item, said, case = _by_link(session, municipality_id, token, links)
    words = text_of(session, case, language)
    return Asked(
        number=case.number,
        title=words.title,
        title_language=words.language,
        language=said.language,
        text=item.text,
        question=row.question,
        adviser=row.adviser_name,
        due_on=row.due_on,
        advice=row.advice,
        said=row.text,
        given_at=row.given_at,
        open=case.state == RUNNING and not item.outcome,
    )


def give_by_link(
    session: Session, municipality_id: str, token: str, advice: str, text: str, *, links: Links, now: datetime
) -> None:
    """An office's advice; it may be changed until the planner has decided. Errors: LinkNotValid, TooLate, Refused."""
    row, item, _said, case = _by_link(session, municipality_id, token, links)
    if case.state != RUNNING or item.outcome:
        raise TooLate("point_decided")
    _set(session, row, advice, text, now)


def _set(session: Session, row: Advice, advice: str, text: str, now: datetime) -> None:
    words, problems = clean(text), dict[str, Reason]()
    if advice not in ADVICE:
        problems["advice"] = Reason("choose_advice")
    check_length(problems, "text", words, MAX_POSITION, required=advice in ("partly", "reject"))
    if problems:
        raise Refused(problems)
    row.advice, row.text, row.given_at = advice, words, now
    session.add(row)


def _find(session: Session, case: Consultation, advice_id: str) -> tuple[Advice, Item]:
    row = session.get(Advice, (case.municipality_id, advice_id), with_for_update=True)
    item = session.get(Item, (case.municipality_id, row.item_id)) if row else None
    if row is None or item is None or item.consultation_id != case.id:
        raise NotFound
    return row, item


def _by_link(
    session: Session, municipality_id: str, token: str, links: Links
) -> tuple[Advice, Item, Feedback, Consultation]:
    query = select(Advice).where(
        Advice.municipality_id == municipality_id, Advice.link_digest == links.digest(token)
    )
    row = session.exec(query).first()
    if row is None or not token:
        raise LinkNotValid
    item = session.get_one(Item, (municipality_id, row.item_id))
    said = session.get_one(Feedback, (municipality_id, item.feedback_id))
    return row, item, said, session.get_one(Consultation, (municipality_id, item.consultation_id))
