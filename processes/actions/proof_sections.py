"""The lists of a proof pack: notices, rounds, terms, whom was asked and heard, what was decided, every letter.

Rows come in a fixed order, so that the same case gives the same lists. A private person is never named here.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case as case_of
from sqlalchemy import type_coerce
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Session, col, func, select

from engine import history
from notifications.outbox import OutgoingLetter
from processes.consultation import Consultation
from processes.decision import Decision, DecisionItem
from processes.feedback import TO_ANSWER, UNCONFIRMED, Feedback
from processes.invitation import Approval, Invitation
from processes.item import Advice, Item
from processes.meeting import Attendance, Meeting
from processes.notice import Notice
from processes.obligation import Obligation
from processes.organisation import Organisation
from processes.person import Person
from processes.response import Response
from processes.round import Round
from processes.summary import Summary, Treatment

Value = str | int | bool | date | datetime | None
PRIVATE = "eraisik"
"""What stands for a private person."""
LOST = ("failed", "held")
"""Letters that did not arrive: refused for good or returned, or held back until a person looks."""


@dataclass(frozen=True)
class Section:
    """One list of facts: its code, the codes of its columns, its rows."""

    code: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def rows_of(session: Session, case: Consultation, table: Any) -> list[Any]:
    """The rows of a case in a table, in the order they were made."""
    query = select(table).where(
        table.municipality_id == case.municipality_id, table.consultation_id == case.id
    )
    return list(session.exec(query.order_by(col(table.id))).all())


def sections(session: Session, case: Consultation, events: Sequence[history.History]) -> Iterator[Section]:
    """Every list of a case in its order, empty ones too. In: the case's history."""
    people = _people(session, case)
    yield Section(
        "notices", ("occasion", "channel", "published_on", "number", "url", "note", "by", "at"),
        tuple((it.occasion, it.channel, it.published_on, it.number, it.url, it.note, people.get(it.recorded_by, ""), it.recorded_at)
              for it in rows_of(session, case, Notice)),
    )  # fmt: skip
    yield Section(
        "rounds", ("phase", "turn", "opens_at", "closes_at", "closed_at", "reason"),
        tuple((it.phase, it.turn, it.opens_at, it.closes_at, it.closed_at, it.interrupted_reason)
              for it in rows_of(session, case, Round)),
    )  # fmt: skip
    yield Section("extended", ("phase", "at", "from", "to"), tuple(extended(events)))
    yield Section(
        "terms", ("term", "counted_from", "first_due_at", "due_at", "met_at", "reason"),
        tuple((it.term or it.element, it.counted_from, it.first_due_at, it.due_at, it.met_at, it.moved_reason)
              for it in rows_of(session, case, Obligation)),
    )  # fmt: skip
    yield from _invited(session, case)
    yield from _heard(session, case)
    yield from _decided(session, case)
    yield Section(
        "letters", ("kind", "recipient", "language", "state", "sent_at", "message_id", "answer", "sha256"),
        tuple(_letters(session, case, people)),
    )  # fmt: skip


def extended(events: Sequence[history.History]) -> Iterator[tuple[Value, ...]]:
    """Rounds whose last day was put off: which, when, from and to which moment. Tasks put off stand among the terms."""
    for it in events:
        round_, _, element = it.element.rpartition("/")
        if it.what == "moved" and element == "round_closes":
            told = json.loads(it.details)
            before, after = (
                datetime.fromisoformat(told[key]) if told[key] else None for key in ("from", "to")
            )
            yield round_.removesuffix("_round"), it.at, before, after


def _people(session: Session, case: Consultation) -> dict[str, str]:
    query = select(Person.id, Person.name).where(Person.municipality_id == case.municipality_id)
    return dict(session.exec(query).all())


def _invited(session: Session, case: Consultation) -> Iterator[Section]:
    query = (
        select(Invitation, Organisation)
        .join(Organisation, (col(Organisation.municipality_id) == Invitation.municipality_id) & (col(Organisation.id) == Invitation.organisation_id))
        .where(Invitation.municipality_id == case.municipality_id, Invitation.consultation_id == case.id)
        .order_by(col(Invitation.id))
    )  # fmt: skip
    rows = session.exec(query).all()
    post = _delivered(session, case)
    yield Section(
        "invited", ("organisation", "kind", "purpose", "state", "why", "invited_at", "delivered_at", "undelivered", "opened_at", "answered_at",
                    "no_comments_at", "reached_otherwise"),
        tuple((body.name, body.kind, it.purpose, it.state, it.why, it.invited_at, *post.get(f"invitation:{it.id}", (None, 0)), it.opened_at,
               it.answered_at, it.no_comments_at, it.reached_otherwise)
              for it, body in rows),
    )  # fmt: skip
    names = {it.id: body.name for it, body in rows}
    asked = select(Approval).where(
        Approval.municipality_id == case.municipality_id, col(Approval.invitation_id).in_(names)
    )
    yield Section(
        "approvals", ("organisation", "due_on", "extended_to", "result", "answered_on", "conditions"),
        tuple((names[it.invitation_id], it.due_on, it.extended_to, it.result, it.answered_on, it.conditions)
              for it in session.exec(asked.order_by(col(Approval.id)))),
    )  # fmt: skip


def _delivered(session: Session, case: Consultation) -> dict[str, tuple[datetime | None, int]]:
    """By our name of a recipient: when the first letter was taken over by a mail server, and how many did not arrive."""
    arrived = case_of((col(OutgoingLetter.state) == "sent", OutgoingLetter.sent_at), else_=None)
    query = (
        select(
            OutgoingLetter.recipient_ref,
            type_coerce(func.min(arrived), UtcDateTime()),
            func.count().filter(col(OutgoingLetter.state).in_(LOST)),
        )
        .where(OutgoingLetter.tenant_id == case.municipality_id, OutgoingLetter.business_key == case.id)
        .group_by(OutgoingLetter.recipient_ref)
    )
    return {ref: (at, lost) for ref, at, lost in session.exec(query)}


def _heard(session: Session, case: Consultation) -> Iterator[Section]:
    query = (
        select(Feedback, Response)
        .outerjoin(Response, (col(Response.municipality_id) == Feedback.municipality_id) & (col(Response.feedback_id) == Feedback.id))
        .where(Feedback.municipality_id == case.municipality_id, Feedback.consultation_id == case.id, Feedback.state != UNCONFIRMED)
        .order_by(col(Feedback.received_at), col(Feedback.id))
    )  # fmt: skip
    yield Section(
        "opinions", ("receipt", "author", "channel", "received_at", "state", "late_decision", "outcome", "sent_at"),
        tuple((it.receipt, it.author_name if it.author_kind == "organisation" else PRIVATE, it.channel, it.received_at, it.state,
               it.late_decision, said.outcome if said and it.state in TO_ANSWER else "", said.sent_at if said else None)
              for it, said in session.exec(query).all()),
    )  # fmt: skip


def _decided(session: Session, case: Consultation) -> Iterator[Section]:
    meetings = rows_of(session, case, Meeting)
    here = select(Attendance).where(
        Attendance.municipality_id == case.municipality_id,
        col(Attendance.meeting_id).in_([it.id for it in meetings]),
    )
    answers = [(it.meeting_id, it.answer) for it in session.exec(here)]
    yield Section(
        "meetings", ("kind", "title", "starts_at", "place", "state", "invited", "accepted", "minutes_at"),
        tuple((it.kind, it.title, it.starts_at, it.place, it.state, sum(of == it.id for of, _ in answers),
               sum((of, answer) == (it.id, "accepted") for of, answer in answers), it.minutes_at) for it in meetings),
    )  # fmt: skip
    summaries = rows_of(session, case, Summary)
    yield Section(
        "summaries", ("occasion", "question", "frozen_at", "closed_at", "sha256"),
        tuple((it.occasion, it.question, it.frozen_at, it.closed_at, it.digest) for it in summaries),
    )  # fmt: skip
    treated = (
        select(Treatment, Feedback.receipt)
        .join(Feedback, (col(Feedback.municipality_id) == Treatment.municipality_id) & (col(Feedback.id) == Treatment.feedback_id))
        .where(Treatment.municipality_id == case.municipality_id, col(Treatment.summary_id).in_([it.id for it in summaries]))
        .order_by(Feedback.receipt)
    )  # fmt: skip
    yield Section(
        "positions", ("receipt", "stance", "words", "at"),
        tuple((receipt, it.stance, it.words, it.recorded_at) for it, receipt in session.exec(treated).all()),
    )  # fmt: skip
    digests = {it.id: it.digest for it in summaries}
    decisions = rows_of(session, case, Decision)
    yield Section(
        "decisions", ("kind", "outcome", "body", "act", "decided_on", "reasons", "at", "summary_sha256"),
        tuple((it.kind, it.outcome, it.body, it.act, it.decided_on, it.reasons, it.recorded_at, digests.get(it.summary_id or "", ""))
              for it in decisions),
    )  # fmt: skip
    items = (
        select(DecisionItem, Feedback.receipt)
        .join(Feedback, (col(Feedback.municipality_id) == DecisionItem.municipality_id) & (col(Feedback.id) == DecisionItem.feedback_id))
        .where(DecisionItem.municipality_id == case.municipality_id, col(DecisionItem.decision_id).in_([it.id for it in decisions]))
        .order_by(col(DecisionItem.decision_id), col(Feedback.receipt))
    )  # fmt: skip
    kinds = {it.id: it.kind for it in decisions}
    yield Section(
        "decided", ("kind", "receipt", "outcome", "stance", "words"),
        tuple((kinds[it.decision_id], receipt, it.outcome, it.committee, it.words) for it, receipt in session.exec(items).all()),
    )  # fmt: skip


def _letters(session: Session, case: Consultation, people: Mapping[str, str]) -> Iterator[tuple[Value, ...]]:
    names = _recipients(session, case, people)
    query = select(OutgoingLetter).where(
        OutgoingLetter.tenant_id == case.municipality_id, OutgoingLetter.business_key == case.id
    )
    for it in session.exec(query.order_by(col(OutgoingLetter.created_at), col(OutgoingLetter.id))):
        # A server's words may name the address it could not reach: only its code is kept here.
        yield (
            it.kind,
            names.get(it.recipient_ref, ""),
            it.language,
            it.state,
            it.sent_at,
            it.message_id,
            it.answer[:9].strip(),
            hashlib.sha256(it.content).hexdigest(),
        )


def _recipients(session: Session, case: Consultation, people: Mapping[str, str]) -> dict[str, str]:
    """Whom our names of recipients stand for: organisations and officials by name, authors by their opinion's number."""
    asked = (
        select(Invitation.id, Organisation.name)
        .join(Organisation, (col(Organisation.municipality_id) == Invitation.municipality_id) & (col(Organisation.id) == Invitation.organisation_id))
        .where(Invitation.municipality_id == case.municipality_id, Invitation.consultation_id == case.id)
    )  # fmt: skip
    said = select(Feedback.id, Feedback.receipt).where(
        Feedback.municipality_id == case.municipality_id, Feedback.consultation_id == case.id
    )
    advised = (
        select(Advice.id, Advice.adviser_name)
        .join(Item, (col(Item.municipality_id) == Advice.municipality_id) & (col(Item.id) == Advice.item_id))
        .where(Advice.municipality_id == case.municipality_id, Item.consultation_id == case.id)
    )
    found = {f"person:{key}": name for key, name in people.items()}
    for kind, query in (("invitation", asked), ("feedback", said), ("advice", advised)):
        found |= {f"{kind}:{key}": name for key, name in session.exec(query).all()}
    return found
