"""What officials keep beside an opinion: a working copy of its words, and notes that never leave."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from processes.actions import planner_case
from processes.actions.giving import MAX_REASON, MAX_TEXT, check_length, clean
from processes.actions.points import names_of
from processes.actions.themes import find
from processes.consultation import Consultation
from processes.database import new_id
from processes.document import Document
from processes.errors import Conflict, NotFound, Reason, Refused
from processes.feedback import Feedback
from processes.item import Note, WorkingCopy
from processes.permission import Actor


class CopyChanged(Conflict):
    """Somebody else changed the working copy first. `text`, `by` and `revision` are theirs."""

    code = "copy_changed"


@dataclass(frozen=True)
class Copy:
    """The copy officials work on; `revision` 0 while it says what the opinion says."""

    text: str
    revision: int
    by: str
    at: datetime | None


@dataclass(frozen=True)
class Noted:
    """A note among officials."""

    id: str
    text: str
    by: str
    at: datetime
    own: bool


@dataclass(frozen=True)
class OnDisplay:
    """A document that was public when an opinion came, by the first of its digest."""

    id: str
    title: str
    version: int
    digest: str


def working(session: Session, said: Feedback) -> Copy:
    """The working copy of an opinion."""
    row = session.get(WorkingCopy, (said.municipality_id, said.id))
    if row is None:
        return Copy(said.text, 0, "", None)
    names = names_of(session, said.municipality_id)
    return Copy(row.text, row.revision, names.get(row.written_by, ""), row.written_at)


def save_copy(
    session: Session, actor: Actor, number: str, feedback_id: str, text: str, *, seen: int, now: datetime
) -> str:
    """Change the working copy; the opinion as received is not touched. Out: the receipt.

    Errors: NotAllowed, NotFound, TooLate, Refused, CopyChanged.
    """
    case = planner_case.running(session, actor, number)
    said = find(session, case, feedback_id, lock=True)
    words, problems = clean(text), dict[str, Reason]()
    check_length(problems, "copy", words, MAX_TEXT, required=True)
    if problems:
        raise Refused(problems)
    now_says = working(session, said)
    if now_says.text == words:
        return said.receipt
    if now_says.revision != seen:
        raise CopyChanged("", text=now_says.text, by=now_says.by, revision=now_says.revision)
    row = session.get(WorkingCopy, (said.municipality_id, said.id)) or WorkingCopy(
        municipality_id=said.municipality_id, id=said.id, text="", revision=0, written_by="", written_at=now
    )
    row.text, row.revision, row.written_by, row.written_at = words, row.revision + 1, actor.person_id, now
    session.add(row)
    return said.receipt


def notes(session: Session, actor: Actor, said: Feedback) -> tuple[Noted, ...]:
    """The notes on an opinion, the oldest first."""
    query = select(Note).where(Note.municipality_id == said.municipality_id, Note.feedback_id == said.id)
    names = names_of(session, said.municipality_id)
    return tuple(
        Noted(it.id, it.text, names.get(it.written_by, ""), it.written_at, it.written_by == actor.person_id)
        for it in session.exec(query.order_by(col(Note.written_at), col(Note.id)))
    )


def note(
    session: Session, actor: Actor, number: str, feedback_id: str, text: str, *, key: str, now: datetime
) -> str:
    """Leave a note for colleagues. The same key is one note. Errors: NotAllowed, NotFound, Refused."""
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id)
    words, problems = clean(text), dict[str, Reason]()
    check_length(problems, "note", words, MAX_REASON, required=True)
    if problems:
        raise Refused(problems)
    identity = key if planner_case.is_id(key) else new_id()
    if session.get(Note, (case.municipality_id, identity)) is None:
        session.add(
            Note(
                municipality_id=case.municipality_id, id=identity, feedback_id=said.id, text=words,
                written_by=actor.person_id, written_at=now,
            )
        )  # fmt: skip
    return said.receipt


def take_back_note(session: Session, actor: Actor, number: str, feedback_id: str, note_id: str) -> str:
    """Remove one's own note. Errors: NotAllowed, NotFound, also for another's."""
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id)
    row = session.get(Note, (case.municipality_id, note_id))
    if row is None or row.feedback_id != said.id or row.written_by != actor.person_id:
        raise NotFound
    session.delete(row)
    return said.receipt


def on_display(session: Session, case: Consultation, said: Feedback) -> tuple[OnDisplay, ...]:
    """The documents that were public when an opinion came: what its author could have read.

    A published document is never taken away or changed, so this can be told at any later time.
    """
    query = select(Document).where(
        Document.municipality_id == case.municipality_id,
        Document.consultation_id == case.id,
        col(Document.published_at) <= said.received_at,
    )
    rows = session.exec(query.order_by(col(Document.published_at), col(Document.id)))
    return tuple(OnDisplay(it.id, it.title, it.version, it.digest[:12]) for it in rows)
