"""What is to be answered in a case and what already is: the list, one opinion beside its answer, how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import tuple_
from sqlmodel import Session, col, func, select

from processes import municipality
from processes.actions import planner_case, said_of
from processes.actions.planner_case import Head, OpenTask
from processes.actions.themes import offered
from processes.actions.written import Written, writers, written
from processes.consultation import Consultation
from processes.errors import NotFound
from processes.feedback import LATE_WAITING, TO_ANSWER, Feedback, count
from processes.permission import Actor
from processes.response import Response, waits_for_approval

PAGE = 20
TASK = "answer_opinions"
SHOWN = ("unanswered", "answered", "unapproved", "late", "")
LATE = ("late_accepted", "late_recorded")


@dataclass(frozen=True)
class Line:
    """An opinion in the list."""

    id: str
    receipt: str
    author: str
    author_kind: str
    language: str
    theme: str
    state: str
    received_at: datetime
    beginning: str
    answer: Written | None


@dataclass(frozen=True)
class Progress:
    """`answered` of `total`, `late_waiting` of which nobody has decided; `outcomes` as they stand.

    `unapproved` are unsent answers without a second person's word, counted where the municipality asks for one.
    """

    answered: int
    total: int
    late_waiting: int
    unsent: int
    outcomes: dict[str, int]
    unapproved: int = 0

    @property
    def left(self) -> int:
        return self.total - self.answered


@dataclass(frozen=True)
class Answering:
    """The page of the step: how far it is, a slice of the opinions, and the task while it is open."""

    head: Head
    progress: Progress
    lines: tuple[Line, ...]
    found: int
    page: int
    task: OpenTask | None

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))


@dataclass(frozen=True)
class OneAnswer:
    """One opinion beside its answer. `previous`, `following` are neighbours; `reply` says how the answer goes."""

    head: Head
    progress: Progress
    id: str
    receipt: str
    author: str
    author_kind: str
    contact: str
    reply: str
    language: str
    channel: str
    state: str
    late_reason: str
    theme: str
    text: str
    version: int
    received_at: datetime
    files: tuple[said_of.File, ...]
    answer: Written | None
    place: int
    previous: str
    following: str
    next_unanswered: str
    alike: tuple[tuple[str, str, str], ...]
    themes: tuple[str, ...]
    open: bool


def read(
    session: Session, actor: Actor, number: str, language: str, *, show: str = "", theme: str = "", page: int = 1
) -> Answering:  # fmt: skip
    """The opinions to answer. In: one of SHOWN, a theme, a page. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    where = [*_mine(case), *_shown(show)]
    if theme:
        where.append(Feedback.theme == theme)
    found = session.exec(_with_answers(select(func.count()).select_from(Feedback)).where(*where)).one()
    query = _with_answers(select(Feedback, Response)).where(*where).order_by(*_ORDER)
    rows = session.exec(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    people = [it for _, answer in rows if answer for it in (answer.written_by, answer.approved_by)]
    names = writers(session, case, people)
    return Answering(
        head=planner_case.head(session, actor, case, language),
        progress=progress(session, case),
        lines=tuple(_line(said, answer, names) for said, answer in rows),
        found=found,
        page=page,
        task=planner_case.task(session, case, TASK),
    )


def one(session: Session, actor: Actor, number: str, feedback_id: str, language: str) -> OneAnswer:
    """One opinion to answer, with its neighbours in the list. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id)
    answer = session.get(Response, (case.municipality_id, said.id))
    people = [answer.written_by, answer.approved_by] if answer else []
    stands = written(answer, writers(session, case, people)) if answer else None
    return OneAnswer(
        head=planner_case.head(session, actor, case, language),
        progress=progress(session, case),
        id=said.id,
        receipt=said.receipt,
        author=said.author_name,
        author_kind=said.author_kind,
        contact=", ".join(filter(None, (said.author_email, said.author_phone, said.author_address))),
        reply=said_of.reply_way(said),
        language=said.language,
        channel=said.channel,
        state=said.state,
        late_reason=said.late_reason,
        theme=said.theme,
        text=said.text,
        version=said.version,
        received_at=said.received_at,
        files=said_of.files(session, said),
        answer=stands,
        place=_before(session, case, said) + 1,
        previous=_beside(session, case, said, back=True),
        following=_beside(session, case, said),
        next_unanswered=_beside(session, case, said, only=[col(Response.outcome).is_(None)])
        or _first_unanswered(session, case, said),
        alike=_alike(session, case, said),
        themes=offered(session, case),
        open=planner_case.task(session, case, TASK) is not None,
    )


def _before(session: Session, case: Consultation, said: Feedback) -> int:
    query = (
        select(func.count()).select_from(Feedback).where(*_mine(case), (said.received_at, said.id) > _HERE)
    )
    return session.exec(query).one()


def _beside(
    session: Session, case: Consultation, said: Feedback, *, back: bool = False, only: Sequence[Any] = ()
) -> str:
    """The opinion before or after this one in the list; empty at its end."""
    here = (said.received_at, said.id)
    query = _with_answers(select(Feedback.id)).where(
        *_mine(case), here > _HERE if back else here < _HERE, *only
    )
    order = (it.desc() for it in _ORDER) if back else _ORDER
    return session.exec(query.order_by(*order).limit(1)).first() or ""


def _first_unanswered(session: Session, case: Consultation, said: Feedback) -> str:
    query = _with_answers(select(Feedback.id)).where(
        *_mine(case), col(Response.outcome).is_(None), Feedback.id != said.id
    )
    return session.exec(query.order_by(*_ORDER).limit(1)).first() or ""


def progress(session: Session, case: Consultation) -> Progress:
    """How far the answering of a case is."""
    query = _with_answers(
        select(Response.outcome, func.count(), func.count(col(Response.sent_at))).select_from(Feedback)
    )
    rows = session.exec(query.where(*_mine(case)).group_by(col(Response.outcome))).all()
    outcomes = {row[0]: row[1] for row in rows if row[0] is not None}
    return Progress(
        answered=sum(outcomes.values()),
        total=sum(row[1] for row in rows),
        late_waiting=count(session, case.municipality_id, case.id, (LATE_WAITING,)),
        unsent=sum(row[1] - row[2] for row in rows if row[0] is not None),
        outcomes=outcomes,
        unapproved=waits_for_approval(session, case.municipality_id, case.id)
        if municipality.get(session, case.municipality_id).two_approve_answers
        else 0,
    )


_ORDER: tuple[Any, ...] = (col(Feedback.received_at), col(Feedback.id))
_HERE: Any = tuple_(*_ORDER)


def _with_answers(query: Any) -> Any:
    same = (col(Response.municipality_id) == col(Feedback.municipality_id)) & (
        col(Response.feedback_id) == col(Feedback.id)
    )
    return query.outerjoin(Response, same)


def _mine(case: Consultation) -> list[Any]:
    return [
        Feedback.municipality_id == case.municipality_id,
        Feedback.consultation_id == case.id,
        col(Feedback.state).in_(TO_ANSWER),
    ]


def _shown(show: str) -> list[Any]:
    if show == "unanswered":
        return [col(Response.outcome).is_(None)]
    if show == "answered":
        return [col(Response.outcome).is_not(None)]
    if show == "unapproved":
        return [
            col(Response.outcome).is_not(None),
            col(Response.sent_at).is_(None),
            col(Response.approved_at).is_(None),
        ]
    if show == "late":
        return [col(Feedback.state).in_(LATE)]
    return []


def find(session: Session, case: Consultation, feedback_id: str, *, lock: bool = False) -> Feedback:
    """An opinion of this case that must be answered. Errors: NotFound."""
    query = select(Feedback).where(*_mine(case), Feedback.id == feedback_id)
    found = session.exec(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound
    return found


def _line(said: Feedback, answer: Response | None, names: dict[str, str]) -> Line:
    return Line(
        id=said.id,
        receipt=said.receipt,
        author=said.author_name,
        author_kind=said.author_kind,
        language=said.language,
        theme=said.theme,
        state=said.state,
        received_at=said.received_at,
        beginning=said_of.beginning(said.text),
        answer=written(answer, names) if answer else None,
    )


def _alike(session: Session, case: Consultation, said: Feedback) -> tuple[tuple[str, str, str], ...]:
    """Answers already written to others of the same theme, to begin from: (id, receipt, reasons), newest first."""
    if not said.theme:
        return ()
    query = (
        _with_answers(select(Feedback.id, Feedback.receipt, Response.reasons))
        .where(
            *_mine(case),
            Feedback.theme == said.theme,
            Feedback.id != said.id,
            col(Response.reasons).is_not(None),
        )
        .order_by(col(Response.written_at).desc())
    )
    return tuple((row[0], row[1], row[2]) for row in session.exec(query.limit(3)))
