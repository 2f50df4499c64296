"""Who was asked to take part in a case, what became of each, and everything done about one of them.

A list of ten thousand is counted and cut by the database; what is shown of a letter is its newest try.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Table, case, cast, exists, func, literal, or_, select
from sqlmodel import Session, col

from notifications.outbox import OutgoingLetter
from processes.actions import planner_case
from processes.actions.planner_case import Head, OpenTask
from processes.consultation import Consultation
from processes.errors import NotFound
from processes.invitation import PROPOSED, UNINVITED, Invitation
from processes.organisation import Organisation
from processes.permission import Actor

_LETTER: Table = OutgoingLetter.__table__  # type: ignore[attr-defined]
PAGE = 20
TASK = "invite_organisations"
STATES = ("silent", "opened", "answered", "no_comments", "unreached", "proposed", "uninvited")
SILENT = ("silent", "opened")
TROUBLE = ("failed", "held")
ABOUT_BEING_ASKED = ("invitation", "approval")


@dataclass(frozen=True)
class Letter:
    """The newest letter that asked someone: its state, and what the mail server said."""

    id: str
    kind: str
    state: str
    words: str
    at: datetime


@dataclass(frozen=True)
class Asked:
    """One organisation in the case. `state` is one of STATES; `without_address` needs another way."""

    id: str
    organisation_id: str
    name: str
    kind: str
    language: str
    purpose: str
    state: str
    why: str
    email: str
    phone: str
    without_address: bool
    invited_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None
    no_comments_at: datetime | None
    not_us_at: datetime | None
    reached_otherwise: str
    letter: Letter | None


@dataclass(frozen=True)
class Sending:
    """How far the invitations have left: `sent` of `total`, `stuck` of them need a person."""

    sent: int = 0
    total: int = 0
    stuck: int = 0

    @property
    def under_way(self) -> bool:
        return self.sent + self.stuck < self.total


@dataclass(frozen=True)
class Participants:
    """The page: its slice of organisations, counts of every state over all, and what is being sent."""

    head: Head
    shown: tuple[Asked, ...]
    counts: dict[str, int]
    found: int
    page: int
    sending: Sending
    task: OpenTask | None

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))


def read(
    session: Session,
    actor: Actor,
    number: str,
    language: str,
    *,
    state: str = "",
    search: str = "",
    page: int = 1,
) -> Participants:
    """The organisations of a case. In: one of STATES or nothing; words of a name. Errors: NotAllowed, NotFound."""
    of = planner_case.find(session, actor, number)
    where = _where(of)
    query = _joined(select(_STATE, func.count())).where(*where).group_by(_STATE)
    counts: dict[str, int] = dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in session.execute(query)}
    if search.strip():
        where = (*where, _named(search))
    if state in STATES:
        where = (*where, _STATE == state)  # noqa: SIM300  the column decides
    found = session.execute(_joined(select(func.count())).where(*where)).scalar_one()
    shown = _joined(select(Invitation, Organisation, _STATE)).where(*where)
    shown = shown.order_by(func.lower(Organisation.name), col(Invitation.id))
    rows = session.execute(shown.limit(PAGE).offset((page - 1) * PAGE)).all()
    letters = letters_of(session, of, [row[0].id for row in rows])
    return Participants(
        head=planner_case.head(session, actor, of, language),
        shown=tuple(_asked(row[0], row[1], row[2], letters.get(row[0].id)) for row in rows),
        counts=counts,
        found=found,
        page=page,
        sending=sending(session, of),
        task=planner_case.task(session, of, TASK),
    )


def one(session: Session, actor: Actor, number: str, invitation_id: str, language: str) -> tuple[Head, Asked]:
    """One organisation of a case. Errors: NotAllowed, NotFound."""
    of = planner_case.find(session, actor, number)
    row = session.execute(
        _joined(select(Invitation, Organisation, _STATE)).where(
            *_where(of), col(Invitation.id) == invitation_id
        )
    ).first()
    if row is None:
        raise NotFound
    letter = letters_of(session, of, [invitation_id]).get(invitation_id)
    return planner_case.head(session, actor, of, language), _asked(row[0], row[1], row[2], letter)


def progress(session: Session, actor: Actor, number: str) -> Sending:
    """How far the invitations of a case have left. Errors: NotAllowed, NotFound."""
    return sending(session, planner_case.find(session, actor, number))


def sending(session: Session, of: Consultation) -> Sending:
    """How far the invitations of a case have left; those a newer one replaced do not count."""
    query = (
        select(_LETTER.c.state, func.count())
        .where(
            _LETTER.c.tenant_id == of.municipality_id,
            _LETTER.c.business_key == of.id,
            _LETTER.c.kind == "invitation",
            _LETTER.c.state != "superseded",
        )
        .group_by(_LETTER.c.state)
    )
    by_state: dict[str, int] = {row[0]: row[1] for row in session.execute(query)}
    stuck = sum(by_state.get(it, 0) for it in TROUBLE)
    return Sending(by_state.get("sent", 0), sum(by_state.values()), stuck)


def letters_of(session: Session, of: Consultation, invitation_ids: list[str]) -> dict[str, Letter]:
    """The newest letter that asked each of these, by invitation."""
    refs = [f"invitation:{it}" for it in invitation_ids]
    query = (
        select(
            _LETTER.c.recipient_ref, _LETTER.c.id, _LETTER.c.kind, _LETTER.c.state,
            _LETTER.c.answer, _LETTER.c.sent_at, _LETTER.c.created_at,
        )
        .where(
            _LETTER.c.tenant_id == of.municipality_id,
            _LETTER.c.business_key == of.id,
            _LETTER.c.recipient_ref.in_(refs),
            _LETTER.c.kind.in_(ABOUT_BEING_ASKED),
            _LETTER.c.state != "superseded",
        )
        .order_by(_LETTER.c.id)
    )  # fmt: skip
    return {
        row.recipient_ref.partition(":")[2]: Letter(row.id, row.kind, row.state, row.answer, row.sent_at or row.created_at)
        for row in session.execute(query)
    }  # fmt: skip


def _asked(it: Invitation, who: Organisation, state: str, letter: Letter | None) -> Asked:
    return Asked(
        id=it.id,
        organisation_id=who.id,
        name=who.name,
        kind=who.kind,
        language=who.language,
        purpose=it.purpose,
        state=state,
        why=it.why,
        email=who.email,
        phone=who.phone,
        without_address=not who.email or who.undeliverable_since is not None,
        invited_at=it.invited_at,
        opened_at=it.opened_at,
        answered_at=it.answered_at,
        no_comments_at=it.no_comments_at,
        not_us_at=it.not_us_at,
        reached_otherwise=it.reached_otherwise,
        letter=letter,
    )


def _in_trouble() -> ColumnElement[bool]:
    """Whether the letter with the link that holds now has failed; found by the letter's own key."""
    version = cast(col(Invitation.link_version), String)
    of_link = literal("invitation:") + col(Invitation.id) + literal(":") + version
    return exists().where(
        _LETTER.c.tenant_id == col(Invitation.municipality_id),
        _LETTER.c.dedup_key == of_link,
        _LETTER.c.state.in_(TROUBLE),
    )


_STATE = case(
    (col(Invitation.state) == PROPOSED, "proposed"),
    (col(Invitation.state) == UNINVITED, "uninvited"),
    (col(Invitation.no_comments_at).is_not(None), "no_comments"),
    (col(Invitation.answered_at).is_not(None), "answered"),
    (col(Invitation.not_us_at).is_not(None), "unreached"),
    (col(Invitation.opened_at).is_not(None), "opened"),
    (col(Invitation.reached_otherwise) != "", "silent"),
    (or_(col(Organisation.email) == "", col(Organisation.undeliverable_since).is_not(None)), "unreached"),
    (_in_trouble(), "unreached"),
    else_="silent",
)


def _joined(query: Select[Any]) -> Select[Any]:
    same = (col(Organisation.municipality_id) == col(Invitation.municipality_id)) & (
        col(Organisation.id) == col(Invitation.organisation_id)
    )
    return query.select_from(Invitation).join(Organisation, same)


def _where(of: Consultation) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Invitation.municipality_id) == of.municipality_id,
        col(Invitation.consultation_id) == of.id,
    )


def _named(search: str) -> ColumnElement[bool]:
    return func.lower(col(Organisation.name)).contains(search.strip().lower(), autoescape=True)
