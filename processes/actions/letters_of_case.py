"""The letters of a case: to whom, what became of each, in the mail server's own words, and sending again.

A letter is shown as it left, but for the secret part of personal links: those are its reader's alone.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from notifications import outbox, sources
from notifications.errors import LetterNotWaiting, LetterUnknown
from notifications.outbox import STATES, OutgoingLetter
from processes.actions import letter_writing, planner_case
from processes.actions.letter_writing import UnderWay
from processes.actions.planner_case import Head
from processes.consultation import Consultation
from processes.errors import NotFound, Reason, Refused
from processes.feedback import Feedback
from processes.invitation import Invitation
from processes.item import Advice
from processes.organisation import Organisation
from processes.permission import Actor
from processes.person import Person

PAGE = 25
UNDELIVERED = ("failed", "held")
_LETTER: Table = OutgoingLetter.__table__  # type: ignore[attr-defined]
_SECRET = re.compile(r"/(i|own|confirm|sign-in|advice|m)/[0-9A-Za-z_-]{20,}")


@dataclass(frozen=True)
class Line:
    """A letter in the list. `name` is whom it is for."""

    id: str
    kind: str
    name: str
    address: str
    language: str
    state: str
    words: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    due_at: datetime


@dataclass(frozen=True)
class Letters:
    """A slice of the list with counts by state and by kind over all, and what is still being written."""

    head: Head
    lines: tuple[Line, ...]
    by_state: dict[str, int]
    by_kind: tuple[tuple[str, int], ...]
    found: int
    page: int
    writing: tuple[UnderWay, ...]

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))


@dataclass(frozen=True)
class OneLetter:
    """A letter opened, its personal links blinded. `participant` is the invitation it was for, where it was for one."""

    head: Head
    line: Line
    subject: str
    sender: str
    text: str
    html: str
    has_calendar: bool
    participant: str = ""

    @property
    def can_repeat(self) -> bool:
        return self.line.state in ("failed", "held", "deferred")


def read(
    session: Session, actor: Actor, number: str, language: str, *, state: str = "", kind: str = "", page: int = 1
) -> Letters:  # fmt: skip
    """The letters of a case, the newest first. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    mine = (_LETTER.c.tenant_id == case.municipality_id, _LETTER.c.business_key == case.id)
    where: list[Any] = list(mine)
    if state in STATES:
        where.append(_LETTER.c.state == state)
    if kind:
        where.append(_LETTER.c.kind == kind)
    found = session.execute(select(func.count()).select_from(_LETTER).where(*where)).scalar_one()
    query = select(*_COLUMNS).where(*where).order_by(_LETTER.c.id.desc())
    rows = session.execute(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    names = _names(session, case, [row.recipient_ref for row in rows])
    by_kind = select(_LETTER.c.kind, func.count()).where(*mine).group_by(_LETTER.c.kind)
    return Letters(
        head=planner_case.head(session, actor, case, language),
        lines=tuple(_line(row, names) for row in rows),
        by_state=outbox.counts(session, case.municipality_id, case.id),
        by_kind=tuple((row[0], row[1]) for row in session.execute(by_kind.order_by(_LETTER.c.kind))),
        found=found,
        page=page,
        writing=tuple(letter_writing.under_way(session, actor, number)),
    )


def one(session: Session, actor: Actor, number: str, letter_id: str, language: str) -> OneLetter:
    """One letter of the case. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    row = _find(session, case, letter_id)
    raw = outbox.content(session, case.municipality_id, letter_id)
    opened = sources.opened("", raw)
    return OneLetter(
        head=planner_case.head(session, actor, case, language),
        line=_line(row, _names(session, case, [row.recipient_ref])),
        subject=opened.subject,
        sender=opened.sender,
        text=_blinded(opened.text),
        html=_blinded(opened.html),
        has_calendar=opened.calendar is not None,
        participant=_invitation(session, case, row.recipient_ref),
    )


def _invitation(session: Session, case: Consultation, ref: str) -> str:
    """The invitation a letter was for; for one to an organisation, its invitation in this case."""
    kind, _, key = ref.partition(":")
    if kind != "organisation":
        return key if kind == "invitation" else ""
    mine = (Invitation.municipality_id == case.municipality_id, Invitation.consultation_id == case.id)
    query = rows_of(Invitation.id).where(*mine, Invitation.organisation_id == key)
    return session.exec(query.order_by(col(Invitation.purpose).desc())).first() or ""


def again(session: Session, actor: Actor, number: str, letter_id: str, *, now: datetime) -> None:
    """Send the same bytes to the same address anew. Errors: NotAllowed, NotFound, Refused for one that has left."""
    case = planner_case.find(session, actor, number)
    _find(session, case, letter_id)
    try:
        outbox.again(session, case.municipality_id, letter_id, now=now)
    except LetterUnknown as error:
        raise NotFound from error
    except LetterNotWaiting as error:
        raise Refused({"": Reason("letter_not_waiting")}) from error


_COLUMNS = [
    _LETTER.c[name]
    for name in (
        "id", "kind", "recipient_ref", "recipient_address", "language", "state", "answer", "attempts", "created_at",
        "sent_at", "due_at",
    )
]  # fmt: skip


def _find(session: Session, case: Consultation, letter_id: str) -> Any:
    query = select(*_COLUMNS).where(
        _LETTER.c.tenant_id == case.municipality_id,
        _LETTER.c.business_key == case.id,
        _LETTER.c.id == letter_id,
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound
    return row


def _line(row: Any, names: dict[str, str]) -> Line:
    return Line(
        id=row.id,
        kind=row.kind,
        name=names.get(row.recipient_ref, ""),
        address=row.recipient_address,
        language=row.language,
        state=row.state,
        words=row.answer,
        attempts=row.attempts,
        created_at=row.created_at,
        sent_at=row.sent_at,
        due_at=row.due_at,
    )


def _names(session: Session, case: Consultation, refs: list[str]) -> dict[str, str]:
    """Whom our own names of recipients stand for."""
    by_kind: dict[str, list[str]] = {}
    for ref in refs:
        kind, _, key = ref.partition(":")
        by_kind.setdefault(kind, []).append(key)
    home = case.municipality_id
    found: dict[str, str] = {}
    if keys := by_kind.get("invitation"):
        query = (
            rows_of(Invitation.id, Organisation.name)
            .join(
                Organisation,
                (col(Organisation.municipality_id) == col(Invitation.municipality_id))
                & (col(Organisation.id) == col(Invitation.organisation_id)),
            )
            .where(Invitation.municipality_id == home, col(Invitation.id).in_(keys))
        )
        found |= {f"invitation:{row[0]}": row[1] for row in session.exec(query)}
    if keys := by_kind.get("organisation"):
        whole = rows_of(Organisation.id, Organisation.name).where(
            Organisation.municipality_id == home, col(Organisation.id).in_(keys)
        )
        found |= {f"organisation:{row[0]}": row[1] for row in session.exec(whole)}
    if keys := by_kind.get("person"):
        people = rows_of(Person.id, Person.name).where(
            Person.municipality_id == home, col(Person.id).in_(keys)
        )
        found |= {f"person:{row[0]}": row[1] for row in session.exec(people)}
    if keys := by_kind.get("advice"):
        asked = rows_of(Advice.id, Advice.adviser_name).where(
            Advice.municipality_id == home, col(Advice.id).in_(keys)
        )
        found |= {f"advice:{row[0]}": row[1] for row in session.exec(asked)}
    if keys := by_kind.get("feedback"):
        said = rows_of(Feedback.id, Feedback.author_name).where(
            Feedback.municipality_id == home, col(Feedback.id).in_(keys)
        )
        found |= {f"feedback:{row[0]}": row[1] for row in session.exec(said)}
    return found


def _blinded(text: str) -> str:
    return _SECRET.sub(r"/\1/…", text)
