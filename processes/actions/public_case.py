"""A case as anyone sees it: in plain words first, then its days, documents, opinions and answers, steps."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from engine.runtime import Runtime
from processes import municipality as municipalities
from processes.actions import pointing
from processes.actions.decider import Decider, decider_of
from processes.actions.intake import Gate, look, public_case
from processes.actions.pointing import Ground
from processes.actions.public_opinions import Opinions, opinions
from processes.actions.public_progress import NONE, Progress, definition_of, progress
from processes.actions.public_story import SILENT, Happening, story
from processes.committee import Committee
from processes.consultation import Consultation, ConsultationText, text_of
from processes.document import Document, Store
from processes.errors import NotFound
from processes.feedback import TO_ANSWER, Feedback
from processes.meeting import Meeting
from processes.municipality import Municipality
from processes.person import Person
from processes.publication import PUBLISHED, FileCopy, Publication

EASY = "et-easy"


@dataclass(frozen=True)
class Words:
    """The plain box. `language` is the one it is written in, which may not be the one asked for."""

    language: str
    title: str
    what: str
    open_points: str
    already_decided: str


@dataclass(frozen=True)
class Contact:
    """Who to turn to: the planner in charge, by work contacts alone, and the municipality's house."""

    name: str
    title: str
    email: str
    phone: str
    municipality: str
    office_email: str
    office_phone: str
    address: str
    opening_hours: str


@dataclass(frozen=True)
class Paper:
    """A published document. `size` is in bytes."""

    id: str
    title: str
    kind: str
    language: str
    ending: str
    size: int
    pages: int | None
    accessible: bool
    version: int
    published_at: datetime


@dataclass(frozen=True)
class Minutes:
    """What was said at a meeting, as it was written down."""

    kind: str
    held_on: datetime
    text: str


@dataclass(frozen=True)
class CaseView:
    """Everything the public page of a case shows."""

    number: str
    kind: str
    state: str
    words: Words
    easy: bool
    place: str
    decided_by: Decider
    committee: str
    contact: Contact
    gate: Gate
    progress: Progress
    story: tuple[Happening, ...]
    documents: tuple[Paper, ...]
    minutes: tuple[Minutes, ...]
    opinions: Opinions
    recurring: bool = False


@dataclass(frozen=True)
class Heading:
    """A case in short, for the pages beside its own."""

    number: str
    words: Words
    contact: Contact
    gate: Gate


@dataclass(frozen=True)
class EasyView:
    """The same matter in easy Estonian: fewer things, whole sentences."""

    number: str
    words: Words
    decided_by: Decider
    contact: Contact
    gate: Gate
    meeting: Happening | None
    documents: tuple[Paper, ...]


@dataclass(frozen=True)
class Download:
    """The bytes of a document, and the name and type to serve it with."""

    filename: str
    media_type: str
    content: bytes


def case_view(
    session: Session,
    municipality_id: str,
    number: str,
    language: str,
    *,
    runtime: Runtime | None,
    now: datetime,
    page: int = 1,
) -> CaseView:
    """The public page of a case, opinions by `page`. Errors: NotFound."""
    case = public_case(session, municipality_id, number)
    home = municipalities.get(session, municipality_id)
    return CaseView(
        number=case.number,
        kind=case.kind,
        state=case.state,
        words=words_of(session, case, language),
        easy=session.get(ConsultationText, (municipality_id, case.id, EASY)) is not None,
        place=case.place,
        decided_by=decider_of(case, home),
        committee=_committee(session, case),
        contact=contact_of(session, case, home),
        gate=look(session, case, now),
        progress=progress(session, case, language, runtime=runtime) if runtime else NONE,
        story=tuple(story(session, case)),
        documents=documents_of(session, case),
        minutes=_minutes(session, case),
        opinions=opinions(session, case, page),
        recurring=case.series_id is not None,
    )


def heading(session: Session, municipality_id: str, number: str, language: str, *, now: datetime) -> Heading:
    """What a form about a case says above itself. Errors: NotFound."""
    case = public_case(session, municipality_id, number)
    home = municipalities.get(session, municipality_id)
    return Heading(
        case.number,
        words_of(session, case, language),
        contact_of(session, case, home),
        look(session, case, now),
    )


def ground(session: Session, municipality_id: str, number: str) -> Ground:
    """What an opinion can point to in the plan. Errors: NotFound."""
    return pointing.ground(session, public_case(session, municipality_id, number))


def easy_view(session: Session, municipality_id: str, number: str, *, now: datetime) -> EasyView:
    """The matter in easy Estonian. Errors: NotFound, also when no such text was written."""
    case = public_case(session, municipality_id, number)
    text = session.get(ConsultationText, (municipality_id, case.id, EASY))
    if text is None:
        raise NotFound
    home = municipalities.get(session, municipality_id)
    coming = [it for it in story(session, case) if it.kind == "meeting" and it.at > now]
    return EasyView(
        number=case.number,
        words=Words("et", text.title, text.what, text.open_points, text.already_decided),
        decided_by=decider_of(case, home),
        contact=contact_of(session, case, home),
        gate=look(session, case, now),
        meeting=coming[0] if coming else None,
        documents=tuple(it for it in documents_of(session, case) if it.kind == "easy"),
    )


def words_of(session: Session, case: Consultation, language: str) -> Words:
    """The plain box in a language, else in Estonian."""
    text = text_of(session, case, language)
    return Words(text.language, text.title, text.what, text.open_points, text.already_decided)


def contact_of(session: Session, case: Consultation, home: Municipality) -> Contact:
    """Whom to ask about a case."""
    planner = session.get_one(Person, (case.municipality_id, case.planner_id))
    return Contact(
        name=planner.name,
        title=planner.title,
        email=planner.email,
        phone=planner.phone,
        municipality=home.name,
        office_email=home.email,
        office_phone=home.phone,
        address=home.address,
        opening_hours=home.opening_hours,
    )


def documents_of(session: Session, case: Consultation) -> tuple[Paper, ...]:
    """The published documents, those in easy language first, then by title."""
    query = select(Document).where(
        Document.municipality_id == case.municipality_id,
        Document.consultation_id == case.id,
        col(Document.published_at).is_not(None),
    )
    rows = sorted(session.exec(query), key=lambda it: (it.kind != "easy", it.title, it.version))
    return tuple(
        Paper(
            id=row.id,
            title=row.title,
            kind=row.kind,
            language=row.language,
            ending=row.filename.rpartition(".")[2].upper()[:5],
            size=row.size,
            pages=row.pages,
            accessible=row.accessible,
            version=row.version,
            published_at=row.published_at,
        )
        for row in rows
        if row.published_at is not None
    )


def _minutes(session: Session, case: Consultation) -> tuple[Minutes, ...]:
    query = select(Meeting).where(
        Meeting.municipality_id == case.municipality_id,
        Meeting.consultation_id == case.id,
        Meeting.kind != SILENT,
        col(Meeting.minutes_at).is_not(None),
    )
    rows = session.exec(query.order_by(col(Meeting.starts_at)))
    return tuple(Minutes(it.kind, it.starts_at, it.minutes) for it in rows if it.minutes.strip())


def download(
    session: Session, municipality_id: str, number: str, document_id: str, *, store: Store
) -> Download:
    """A published document of a public case. Errors: NotFound."""
    case = public_case(session, municipality_id, number)
    row = session.get(Document, (municipality_id, document_id))
    if row is None or row.consultation_id != case.id or row.published_at is None:
        raise NotFound
    return Download(row.filename, row.media_type, store.get(municipality_id, row.digest))


def drawn(session: Session, municipality_id: str, number: str, copy_id: str, *, store: Store) -> Download:
    """An attachment as the pictures an official let out. Errors: NotFound, also once it is taken back."""
    case = public_case(session, municipality_id, number)
    row = session.get(FileCopy, (municipality_id, copy_id))
    made = session.get(Publication, (municipality_id, row.publication_id)) if row else None
    said = session.get(Feedback, (municipality_id, made.feedback_id)) if made else None
    if row is None or made is None or said is None or said.consultation_id != case.id:
        raise NotFound
    if made.state != PUBLISHED or said.published_at is None or said.state not in TO_ANSWER:
        raise NotFound
    return Download(f"{said.receipt}-{row.title}", "application/pdf", store.get(municipality_id, row.digest))


def drawing(session: Session, municipality_id: str, number: str, *, runtime: Runtime) -> str:
    """The BPMN of the version a case runs on, as it was drawn. Errors: NotFound."""
    case = public_case(session, municipality_id, number)
    definition = definition_of(session, case, runtime)
    if definition is None:
        raise NotFound
    return definition.file(f"{definition.key}.bpmn")


def _committee(session: Session, case: Consultation) -> str:
    if case.committee_id is None:
        return ""
    return session.get_one(Committee, (case.municipality_id, case.committee_id)).name
