"""The proof of one case for the document register: what was done, when, towards whom, and what shows it.

Everything is read from rows, in a fixed order, and nothing in it depends on when it is read: the same case gives
the same pack. A private person's name, contact and words are not in it; receipts lead to them in the register.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from engine import history
from notifications.outbox import OutgoingLetter
from processes.actions import planner_case
from processes.consultation import Consultation, text_of
from processes.decision import Decision
from processes.document import Document, Store
from processes.feedback import TO_ANSWER, UNCONFIRMED, Feedback
from processes.invitation import Approval, Invitation
from processes.meeting import Attendance, Meeting
from processes.notice import Notice
from processes.obligation import Obligation
from processes.organisation import Organisation
from processes.permission import Actor
from processes.person import Person
from processes.response import Response
from processes.round import Round
from processes.summary import Summary, Treatment

Value = str | int | bool | date | datetime | None
PRIVATE = "eraisik"
"""What stands for a private person."""


@dataclass(frozen=True)
class Section:
    """One list of facts: its code, the codes of its columns, its rows."""

    code: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class File:
    """A file of the pack. Its bytes are in the store under `digest`, or given here."""

    path: str
    digest: str
    size: int
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Pack:
    """What the pack of a case holds. `as_of` is the moment of the last thing in it; `whole` that the chain holds."""

    number: str
    title: str
    municipality_id: str
    as_of: datetime
    whole: bool
    summaries: tuple[str, ...]
    sections: tuple[Section, ...]
    files: tuple[File, ...]


def read(session: Session, actor: Actor, number: str) -> Pack:
    """Read everything of a case that proves something. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    events = history.of_instance(session, case.municipality_id, case.instance_id) if case.instance_id else []
    sections = tuple(it for it in _sections(session, case) if it.rows)
    moments = [value for it in sections for row in it.rows for value in row if isinstance(value, datetime)]
    frozen = _of(session, case, Summary)
    return Pack(
        number=case.number,
        title=text_of(session, case, "et").title,
        municipality_id=case.municipality_id,
        as_of=max(
            [case.created_at, *(it.at for it in events), *(it for it in moments if it <= _last(events, case))]
        ),
        whole=bool(case.instance_id) and history.verify(session, case.municipality_id, str(case.instance_id)),
        summaries=tuple(it.id for it in frozen if it.frozen_at is not None),
        sections=sections,
        files=tuple(_files(session, case, events, frozen)),
    )


def content(file: File, store: Store, municipality_id: str) -> bytes:
    """The bytes of a file of the pack."""
    return file.content if file.content is not None else store.get(municipality_id, file.digest)


def _last(events: Sequence[history.History], case: Consultation) -> datetime:
    return events[-1].at if events else case.created_at


def _of(session: Session, case: Consultation, table: Any) -> list[Any]:
    """The rows of a case in a table, in the order they were made."""
    query = select(table).where(
        table.municipality_id == case.municipality_id, table.consultation_id == case.id
    )
    return list(session.exec(query.order_by(col(table.id))).all())


def _sections(session: Session, case: Consultation) -> Iterator[Section]:
    people = _people(session, case)
    yield Section(
        "notices", ("occasion", "channel", "published_on", "number", "url", "by", "at"),
        tuple((it.occasion, it.channel, it.published_on, it.number, it.url, people.get(it.recorded_by, ""), it.recorded_at)
              for it in _of(session, case, Notice)),
    )  # fmt: skip
    yield Section(
        "rounds", ("phase", "turn", "opens_at", "closes_at", "closed_at", "reason"),
        tuple((it.phase, it.turn, it.opens_at, it.closes_at, it.closed_at, it.interrupted_reason)
              for it in _of(session, case, Round)),
    )  # fmt: skip
    yield Section(
        "terms", ("term", "counted_from", "first_due_at", "due_at", "met_at", "reason"),
        tuple((it.term or it.element, it.counted_from, it.first_due_at, it.due_at, it.met_at, it.moved_reason)
              for it in _of(session, case, Obligation)),
    )  # fmt: skip
    yield from _invited(session, case)
    yield from _heard(session, case)
    yield from _decided(session, case)
    yield Section(
        "letters", ("kind", "language", "state", "sent_at", "message_id", "answer", "sha256"),
        tuple(_letters(session, case)),
    )  # fmt: skip


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
    yield Section(
        "invited", ("organisation", "kind", "purpose", "state", "why", "invited_at", "opened_at", "answered_at", "no_comments_at", "reached_otherwise"),
        tuple((body.name, body.kind, it.purpose, it.state, it.why, it.invited_at, it.opened_at, it.answered_at, it.no_comments_at, it.reached_otherwise)
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
    meetings = _of(session, case, Meeting)
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
    summaries = _of(session, case, Summary)
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
    yield Section(
        "decisions", ("kind", "outcome", "body", "act", "decided_on", "reasons", "at"),
        tuple((it.kind, it.outcome, it.body, it.act, it.decided_on, it.reasons, it.recorded_at) for it in _of(session, case, Decision)),
    )  # fmt: skip


def _letters(session: Session, case: Consultation) -> Iterator[tuple[Value, ...]]:
    query = select(OutgoingLetter).where(
        OutgoingLetter.tenant_id == case.municipality_id, OutgoingLetter.business_key == case.id
    )
    for it in session.exec(query.order_by(col(OutgoingLetter.created_at), col(OutgoingLetter.id))):
        # A server's words may name the address it could not reach: only its code is kept here.
        yield (
            it.kind,
            it.language,
            it.state,
            it.sent_at,
            it.message_id,
            it.answer[:9].strip(),
            _sha(it.content),
        )


def _files(
    session: Session, case: Consultation, events: Sequence[history.History], frozen: Sequence[Summary]
) -> Iterator[File]:
    for number, paper in enumerate(_of(session, case, Document), 1):
        if paper.published_at is not None:
            ending = paper.filename.rpartition(".")[2].lower()
            yield File(f"documents/{number:03d}-{paper.kind}.{ending}", paper.digest, paper.size)
    for number, held in enumerate(_of(session, case, Meeting), 1):
        if held.minutes:
            yield _given(f"minutes/{number:02d}-{held.kind}.txt", held.minutes)
    for number, page in enumerate(frozen, 1):
        if page.content:
            yield _given(f"summaries/{number:02d}.json", page.content)
    yield _given("rules.json", case.terms)
    if events:
        yield _given("history.jsonl", "".join(_line(it) for it in events))


def _line(event: SQLModel) -> str:
    """One event as it was sealed: whoever has the file can count the chain of hashes again."""
    row = event.model_dump()
    row["at"] = row["at"].isoformat(timespec="microseconds")
    return json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n"


def _given(path: str, text: str) -> File:
    made = text.encode()
    return File(path, _sha(made), len(made), made)


def _sha(made: bytes) -> str:
    return hashlib.sha256(made).hexdigest()
