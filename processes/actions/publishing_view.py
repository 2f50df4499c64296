"""What an official sees before an opinion is public: what to look at, what was prepared, and which wait."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from processes.actions import planner_case, said_of
from processes.actions.planner_case import Head
from processes.actions.publishing import alone, found_in
from processes.actions.themes import find
from processes.consultation import Consultation
from processes.document import Attachment, Store
from processes.errors import NotFound
from processes.feedback import TO_ANSWER, Feedback
from processes.permission import Actor
from processes.person import Person
from processes.publication import PREPARED, PUBLISHED, FileCopy, Publication, copies, versions
from processes.rendered import KINDS
from processes.sensitive import Finding

PAGE = 25
TODO, WAITING, SHOWN, WITHOUT = "todo", "waiting", "shown", "without"
STATES = (TODO, WAITING, SHOWN, WITHOUT)


@dataclass(frozen=True)
class Made:
    """One version of a public copy, with the names of who did what, and the files in it."""

    version: int
    state: str
    text: str
    reason: str
    kept: str
    by: str
    at: datetime
    decided_by: str
    decided_at: datetime | None
    note: str
    taken_by: str
    taken_at: datetime | None
    taken_why: str
    files: tuple[FileCopy, ...]


@dataclass(frozen=True)
class File:
    """An attachment, and whether its pages can be drawn."""

    id: str
    filename: str
    size: int
    drawable: bool


@dataclass(frozen=True)
class View:
    """One opinion before it is public. `mine` says that the reader prepared the newest copy, `alone` that nobody else could look."""

    head: Head
    id: str
    receipt: str
    author: str
    author_kind: str
    language: str
    text: str
    findings: tuple[Finding, ...]
    may_publish: bool
    can_publish: bool
    published_at: datetime | None
    files: tuple[File, ...]
    made: tuple[Made, ...]
    in_copy: tuple[Finding, ...]
    mine: bool
    alone: bool


@dataclass(frozen=True)
class Line:
    """One opinion in the list."""

    id: str
    receipt: str
    author: str
    author_kind: str
    language: str
    beginning: str
    state: str


@dataclass(frozen=True)
class Listed:
    """The opinions of a case by how far they are on the way to the public page."""

    head: Head
    lines: tuple[Line, ...]
    counts: dict[str, int]
    page: int
    pages: int


def one(session: Session, actor: Actor, number: str, feedback_id: str, language: str) -> View:
    """One opinion with its copies. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id)
    rows = versions(session, said)
    names = _names(session, case, rows)
    return View(
        head=planner_case.head(session, actor, case, language),
        id=said.id,
        receipt=said.receipt,
        author=said.author_name,
        author_kind=said.author_kind,
        language=said.language,
        text=said.text,
        findings=found_in(said, said.text),
        may_publish=said.may_publish,
        can_publish=said.may_publish and said.state in TO_ANSWER,
        published_at=said.published_at,
        files=_files(session, said),
        made=tuple(_made(session, it, names) for it in rows),
        in_copy=found_in(said, rows[0].text) if rows else (),
        mine=bool(rows) and rows[0].prepared_by == actor.person_id,
        alone=alone(session, actor),
    )


def copy(
    session: Session, actor: Actor, number: str, feedback_id: str, copy_id: str, *, store: Store
) -> bytes:
    """A drawn attachment as it would be public. Errors: NotAllowed, NotFound."""
    said = find(session, planner_case.find(session, actor, number), feedback_id)
    row = session.get(FileCopy, (said.municipality_id, copy_id))
    made = session.get(Publication, (said.municipality_id, row.publication_id)) if row else None
    if row is None or made is None or made.feedback_id != said.id:
        raise NotFound
    return store.get(said.municipality_id, row.digest)


def listed(
    session: Session, actor: Actor, number: str, language: str, state: str = TODO, *, page: int = 1
) -> Listed:
    """The opinions of a case in one of STATES, the oldest first. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    counts = {
        it: session.exec(select(func.count()).select_from(Feedback).where(*_where(case, it))).one()
        for it in STATES
    }
    wanted = state if state in STATES else TODO
    pages = max(1, -(-counts[wanted] // PAGE))
    here = min(max(page, 1), pages)
    query = (
        select(Feedback).where(*_where(case, wanted)).order_by(col(Feedback.received_at), col(Feedback.id))
    )
    rows = session.exec(query.limit(PAGE).offset((here - 1) * PAGE)).all()
    return Listed(
        head=planner_case.head(session, actor, case, language),
        lines=tuple(
            Line(
                it.id,
                it.receipt,
                it.author_name,
                it.author_kind,
                it.language,
                said_of.beginning(it.text),
                wanted,
            )
            for it in rows
        ),
        counts=counts,
        page=here,
        pages=pages,
    )


def _where(case: Consultation, state: str) -> list[Any]:
    waits = (
        select(Publication.id)
        .where(
            Publication.municipality_id == Feedback.municipality_id,
            Publication.feedback_id == Feedback.id,
            Publication.state == PREPARED,
        )
        .exists()
    )
    mine = [
        Feedback.municipality_id == case.municipality_id,
        Feedback.consultation_id == case.id,
        col(Feedback.state).in_(TO_ANSWER),
    ]
    if state == WITHOUT:
        return [*mine, col(Feedback.may_publish).is_(False)]
    mine.append(col(Feedback.may_publish).is_(True))
    if state == WAITING:
        return [*mine, waits]
    return [
        *mine,
        ~waits,
        col(Feedback.published_at).is_(None) if state == TODO else col(Feedback.published_at).is_not(None),
    ]


def _names(session: Session, case: Consultation, rows: list[Publication]) -> dict[str, str]:
    ids = {person for it in rows for person in (it.prepared_by, it.decided_by, it.taken_by) if person}
    query = select(Person.id, Person.name).where(
        Person.municipality_id == case.municipality_id, col(Person.id).in_(ids)
    )
    return dict(session.exec(query).all())


def _files(session: Session, said: Feedback) -> tuple[File, ...]:
    query = select(Attachment).where(
        Attachment.municipality_id == said.municipality_id, Attachment.feedback_id == said.id
    )
    rows = session.exec(query.order_by(col(Attachment.id)))
    return tuple(File(it.id, it.filename, it.size, it.media_type in KINDS) for it in rows)


def _made(session: Session, row: Publication, names: dict[str, str]) -> Made:
    return Made(
        version=row.version,
        state=row.state,
        text=row.text,
        reason=row.reason,
        kept=row.kept,
        by=names.get(row.prepared_by, ""),
        at=row.prepared_at,
        decided_by=names.get(row.decided_by, ""),
        decided_at=row.decided_at,
        note=row.note,
        taken_by=names.get(row.taken_by, ""),
        taken_at=row.taken_at,
        taken_why=row.taken_why,
        files=tuple(copies(session, row.municipality_id, row.id)),
    )


def public_files(
    session: Session, municipality_id: str, feedback_ids: list[str]
) -> dict[str, list[FileCopy]]:
    """The drawn attachments everyone may see, by opinion."""
    query = (
        select(Publication.feedback_id, FileCopy)
        .join(
            FileCopy,
            (col(FileCopy.municipality_id) == Publication.municipality_id)
            & (col(FileCopy.publication_id) == Publication.id),
        )
        .where(
            Publication.municipality_id == municipality_id,
            col(Publication.feedback_id).in_(feedback_ids),
            Publication.state == PUBLISHED,
        )
        .order_by(col(FileCopy.id))
    )
    found: dict[str, list[FileCopy]] = {}
    for feedback_id, row in session.exec(query).all():
        found.setdefault(feedback_id, []).append(row)
    return found
