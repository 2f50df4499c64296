"""The papers of a case: checked and kept as they came, taken away while nobody has seen them, opened to everyone.

Bytes lie in the store by their digest; what is taken away is the row, which alone leads to them.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from engine.upload import Upload, check_upload, content_type
from processes.actions import planner_case
from processes.actions.giving import File, check_length, one_line
from processes.actions.planner_case import Head
from processes.consultation import CANCELLED, DRAFT, ENDED, Consultation
from processes.database import new_id
from processes.document import KINDS, Document, Store
from processes.errors import NotFound, Reason, Refused, TooLate
from processes.permission import Actor
from processes.words import LANGUAGES

MAX_TITLE = 200
MAX_PAPERS = 100


@dataclass(frozen=True)
class Paper:
    """A document as a planner sees it; `published_at` is None while only officials see it."""

    id: str
    title: str
    kind: str
    language: str
    filename: str
    media_type: str
    size: int
    accessible: bool
    added_at: datetime
    published_at: datetime | None


@dataclass(frozen=True)
class NewPaper:
    """What the form says of a document; `accessible` is the planner's own word after a check."""

    title: str
    kind: str
    language: str
    accessible: bool = False
    file: File | None = field(default=None, repr=False)


def listed(session: Session, actor: Actor, number: str, language: str) -> tuple[Head, tuple[Paper, ...]]:
    """The documents of a case in the order they came. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    query = select(Document).where(
        Document.municipality_id == case.municipality_id, Document.consultation_id == case.id
    )
    rows = session.exec(query.order_by(col(Document.added_at), col(Document.id)))
    return planner_case.head(session, actor, case, language), tuple(_paper(it) for it in rows)


def add(
    session: Session, actor: Actor, number: str, new: NewPaper, *, store: Store, now: datetime, key: str = ""
) -> Paper:
    """Keep a document; nobody outside sees it yet. The same key (an id) is one document.

    Errors: NotAllowed, NotFound, TooLate when the case has ended, Refused.
    """
    case = _open(session, actor, number)
    document_id = key if planner_case.is_id(key) else new_id()
    if (before := session.get(Document, (case.municipality_id, document_id))) is not None:
        if before.consultation_id != case.id:
            raise NotFound
        return _paper(before)
    file = _checked(session, case, new)
    row = Document(
        municipality_id=case.municipality_id,
        id=document_id,
        consultation_id=case.id,
        title=one_line(new.title),
        kind=new.kind,
        language=new.language,
        filename=file.filename,
        media_type=content_type(file.filename),
        size=len(file.content),
        digest=store.put(case.municipality_id, file.content),
        accessible=new.accessible,
        added_at=now,
    )
    session.add(row)
    session.flush()
    return _paper(row)


def remove(session: Session, actor: Actor, number: str, document_id: str) -> str:
    """Take away a document nobody outside has seen. Again is the same. Out: its title, empty when it was gone.

    Errors: NotAllowed, NotFound (no such case), TooLate once it is published or the case has ended.
    """
    case = _open(session, actor, number)
    row = session.get(Document, (case.municipality_id, document_id))
    if row is None or row.consultation_id != case.id:
        return ""
    if row.published_at is not None:
        raise TooLate
    session.delete(row)
    return row.title


def publish(session: Session, actor: Actor, number: str, document_id: str, *, now: datetime) -> str:
    """Open a document of a running case to everyone; once open it stays open. Out: its title.

    Errors: NotAllowed, NotFound, TooLate while the case is a draft or when it has ended.
    """
    case = _open(session, actor, number)
    if case.state == DRAFT:
        raise TooLate
    row = _row(session, case, document_id)
    row.published_at = row.published_at or now
    session.add(row)
    return row.title


def content(
    session: Session, actor: Actor, number: str, document_id: str, *, store: Store
) -> tuple[Paper, bytes]:
    """A document and its bytes as they came. Errors: NotAllowed, NotFound."""
    row = _row(session, planner_case.find(session, actor, number), document_id)
    return _paper(row), store.get(row.municipality_id, row.digest)


def _open(session: Session, actor: Actor, number: str) -> Consultation:
    case = planner_case.find(session, actor, number, lock=True)
    if case.state in (ENDED, CANCELLED):
        raise TooLate
    return case


def _checked(session: Session, case: Consultation, new: NewPaper) -> File:
    """Out: the file to keep. Errors: Refused with a reason for every field that is wrong."""
    problems: dict[str, Reason] = {}
    check_length(
        problems, "title", one_line(new.title), MAX_TITLE, required=True, missing="paper_title_missing"
    )
    if new.kind not in KINDS:
        problems["kind"] = Reason("not_a_choice")
    if new.language not in LANGUAGES:
        problems["language"] = Reason("not_a_choice")
    there = select(Document.id).where(
        Document.municipality_id == case.municipality_id, Document.consultation_id == case.id
    )
    if len(session.exec(there).all()) >= MAX_PAPERS:
        problems["file"] = Reason("too_many_files", limit=MAX_PAPERS)
    elif new.file is None:
        problems["file"] = Reason("not_a_file")
    elif wrong := check_upload(Upload(new.file.filename, new.file.content_type, new.file.content)):
        problems["file"] = Reason(wrong.code, **wrong.params)
    if problems or new.file is None:
        raise Refused(problems)
    return new.file


def _row(session: Session, case: Consultation, document_id: str) -> Document:
    row = session.get(Document, (case.municipality_id, document_id))
    if row is None or row.consultation_id != case.id:
        raise NotFound
    return row


def _paper(row: Document) -> Paper:
    return Paper(
        row.id, row.title, row.kind, row.language, row.filename, row.media_type, row.size, row.accessible,
        row.added_at, row.published_at,
    )  # fmt: skip
