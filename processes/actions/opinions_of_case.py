"""Every opinion of a case as officials read it: whatever door it came through, in whatever state.

The words and files are as received and are never changed here; a resident's name stays inside these pages.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select

from processes.actions import beside_opinion, inner_rounds, planner_case, said_of, scanning
from processes.actions.beside_opinion import OnDisplay
from processes.actions.planner_case import Head
from processes.actions.themes import find, of_case, offered
from processes.anchor import Anchor
from processes.consultation import Consultation
from processes.document import Attachment, Store
from processes.errors import NotFound
from processes.feedback import CHANNELS, Feedback, FeedbackVersion
from processes.inbound import IncomingMail
from processes.permission import Actor
from processes.person import Person
from processes.response import OUTCOMES, Response
from processes.round import Round

PAGE = 20
STATES = (
    "received",
    "late_waiting",
    "late_accepted",
    "late_recorded",
    "unconfirmed",
    "withdrawn",
)


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; empty means all. `outcome` may be `none`: not answered yet."""

    state: str = ""
    channel: str = ""
    theme: str = ""
    outcome: str = ""
    search: str = ""


@dataclass(frozen=True)
class Line:
    """An opinion in the list."""

    id: str
    receipt: str
    author: str
    author_kind: str
    channel: str
    state: str
    theme: str
    language: str
    received_at: datetime
    beginning: str
    outcome: str
    published: bool


@dataclass(frozen=True)
class Opinions:
    """A slice of the list, and what it can be narrowed to: counts by state, the themes there are."""

    head: Head
    lines: tuple[Line, ...]
    counts: dict[str, int]
    themes: tuple[tuple[str, int], ...]
    found: int
    page: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))


@dataclass(frozen=True)
class Version:
    """What an opinion said in one of its versions."""

    version: int
    text: str
    written_at: datetime


@dataclass(frozen=True)
class OneOpinion:
    """An opinion with everything that is known of it."""

    head: Head
    id: str
    receipt: str
    author: str
    author_kind: str
    email: str
    phone: str
    address: str
    reply: str
    language: str
    channel: str
    entered_by: str
    read_back: bool
    received_at: datetime
    phase: str
    round_closed_at: datetime | None
    state: str
    late_reason: str
    late_decision: str
    theme: str
    text: str
    versions: tuple[Version, ...]
    files: tuple[said_of.File, ...]
    outcome: str
    reasons: str
    answered_at: datetime | None
    sent_at: datetime | None
    may_publish: bool
    public_text: str
    published_at: datetime | None
    themes: tuple[str, ...]
    documents: tuple[OnDisplay, ...]
    views: tuple[tuple[str, str], ...]
    places: int
    mail: str


def read(
    session: Session, actor: Actor, number: str, language: str, wanted: Wanted, *, page: int = 1
) -> Opinions:
    """The opinions of a case, the newest first. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    where = [*_mine(case), *_narrowed(wanted)]
    found = session.exec(_with_answers(select(func.count()).select_from(Feedback)).where(*where)).one()
    query = _with_answers(select(Feedback, Response.outcome)).where(*where)
    query = query.order_by(col(Feedback.received_at).desc(), col(Feedback.id).desc())
    rows = session.exec(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    return Opinions(
        head=planner_case.head(session, actor, case, language),
        lines=tuple(_line(said, outcome or "") for said, outcome in rows),
        counts=_counts(session, case),
        themes=of_case(session, case),
        found=found,
        page=page,
    )


def one(session: Session, actor: Actor, number: str, feedback_id: str, language: str) -> OneOpinion:
    """One opinion. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id)
    answer = session.get(Response, (case.municipality_id, said.id))
    of = session.get(Round, (case.municipality_id, said.round_id)) if said.round_id else None
    entered = session.get(Person, (case.municipality_id, said.entered_by)) if said.entered_by else None
    return OneOpinion(
        head=planner_case.head(session, actor, case, language),
        id=said.id,
        receipt=said.receipt,
        author=said.author_name,
        author_kind=said.author_kind,
        email=said.author_email,
        phone=said.author_phone,
        address=said.author_address,
        reply=said_of.reply_way(said),
        language=said.language,
        channel=said.channel,
        entered_by=entered.name if entered else "",
        read_back=said.read_back,
        received_at=said.received_at,
        phase=of.phase if of else "",
        round_closed_at=of.closes_at if of else None,
        state=said.state,
        late_reason=said.late_reason,
        late_decision=said.late_decision,
        theme=said.theme,
        text=said.text,
        versions=_versions(session, said),
        files=said_of.files(session, said),
        outcome=answer.outcome if answer else "",
        reasons=answer.reasons if answer else "",
        answered_at=answer.written_at if answer else None,
        sent_at=answer.sent_at if answer else None,
        may_publish=said.may_publish,
        public_text=said.public_text,
        published_at=said.published_at,
        themes=offered(session, case),
        documents=beside_opinion.on_display(session, case, said),
        views=tuple((it.member, it.text) for it in inner_rounds.views(session, said)),
        places=_places(session, said),
        mail=_mail(session, said),
    )


def attachment(
    session: Session, actor: Actor, number: str, feedback_id: str, file_id: str, *, store: Store
) -> tuple[str, str, bytes]:
    """A file of an opinion. Out: its name, its type as found when it came, its bytes.

    Errors: NotAllowed, NotFound, FileWaits, FileInfected.
    """
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id)
    row = session.get(Attachment, (case.municipality_id, file_id))
    if row is None or row.feedback_id != said.id:
        raise NotFound
    scanning.require(row.scan)
    return row.filename, row.media_type, store.get(case.municipality_id, row.digest)


def _mine(case: Consultation) -> list[Any]:
    return [Feedback.municipality_id == case.municipality_id, Feedback.consultation_id == case.id]


def _narrowed(wanted: Wanted) -> list[Any]:
    found: list[Any] = []
    if wanted.state in STATES:
        found.append(Feedback.state == wanted.state)
    if wanted.channel in CHANNELS:
        found.append(Feedback.channel == wanted.channel)
    if wanted.theme:
        found.append(Feedback.theme == wanted.theme)
    if wanted.outcome == "none":
        found.append(col(Response.outcome).is_(None))
    elif wanted.outcome in OUTCOMES:
        found.append(Response.outcome == wanted.outcome)
    if words := wanted.search.strip():
        found.append(
            or_(
                func.lower(col(Feedback.text)).contains(words.lower(), autoescape=True),
                func.lower(col(Feedback.author_name)).contains(words.lower(), autoescape=True),
                col(Feedback.text).contains(words, autoescape=True),
                col(Feedback.author_name).contains(words, autoescape=True),
                Feedback.receipt == words,
            )
        )
    return found


def _with_answers(query: Any) -> Any:
    same = (col(Response.municipality_id) == col(Feedback.municipality_id)) & (
        col(Response.feedback_id) == col(Feedback.id)
    )
    return query.outerjoin(Response, same)


def _counts(session: Session, case: Consultation) -> dict[str, int]:
    query = select(Feedback.state, func.count()).where(*_mine(case)).group_by(Feedback.state)
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in session.exec(query)}


def _line(said: Feedback, outcome: str) -> Line:
    return Line(
        id=said.id,
        receipt=said.receipt,
        author=said.author_name,
        author_kind=said.author_kind,
        channel=said.channel,
        state=said.state,
        theme=said.theme,
        language=said.language,
        received_at=said.received_at,
        beginning=said_of.beginning(said.text),
        outcome=outcome,
        published=said.published_at is not None,
    )


def _places(session: Session, said: Feedback) -> int:
    query = select(func.count()).where(
        Anchor.municipality_id == said.municipality_id, Anchor.feedback_id == said.id
    )
    return session.exec(query).one()


def _mail(session: Session, said: Feedback) -> str:
    """The mail an opinion came by, kept byte for byte; empty for other channels."""
    query = select(IncomingMail.id).where(
        IncomingMail.municipality_id == said.municipality_id, IncomingMail.feedback_id == said.id
    )
    return session.exec(query).first() or ""


def _versions(session: Session, said: Feedback) -> tuple[Version, ...]:
    query = select(FeedbackVersion).where(
        FeedbackVersion.municipality_id == said.municipality_id, FeedbackVersion.feedback_id == said.id
    )
    rows = session.exec(query.order_by(col(FeedbackVersion.version)))
    return tuple(Version(it.version, it.text, it.written_at) for it in rows)
