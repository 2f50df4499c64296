"""The association's chair and the agenda: read on the personal link, agreed by one press, or sent back with words."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from engine.runtime import Runtime
from processes import agenda, consultation
from processes.actions.giving import MAX_REASON, check_length, clean
from processes.actions.invitation_place import hold
from processes.actions.public_case import Words, words_of
from processes.agenda import BY_LINK, Agenda, AgendaItem
from processes.consultation import Consultation
from processes.errors import NotFound, Reason, Refused, TooLate
from processes.invitation import Invitation, Links
from processes.organisation import Organisation

AGREED, RETURNED = "agenda_agreed", "agenda_returned"


@dataclass(frozen=True)
class Line:
    """A topic and who brought it (`side` where it was no organisation)."""

    title: str
    by: str
    side: str


@dataclass(frozen=True)
class AgendaView:
    """The page of the chair. `waits` says whether an answer is wanted now."""

    organisation: str
    words: Words
    session_on: date | None
    due_at: datetime | None
    lines: tuple[Line, ...]
    waits: bool
    agreed_at: datetime | None
    comment: str


def view(session: Session, municipality_id: str, token: str, language: str, *, links: Links) -> AgendaView:
    """The agenda as the chair sees it. Errors: LinkNotValid, NotFound for anyone but the chair."""
    case, mine = _find(session, links.find(session, municipality_id, token))
    organisation = session.get_one(Organisation, (municipality_id, str(mine.cochair_id)))
    return AgendaView(
        organisation=organisation.name,
        words=words_of(session, case, language),
        session_on=mine.session_on,
        due_at=mine.due_at,
        lines=lines(agenda.items(session, municipality_id, case.id)),
        waits=mine.waits,
        agreed_at=mine.agreed_at,
        comment=mine.comment,
    )


def agree(
    session: Session, municipality_id: str, token: str, *, links: Links, runtime: Runtime, now: datetime
) -> None:
    """Agree to the agenda. Again is the same. Errors: LinkNotValid, NotFound, TooLate when nobody is asked now."""
    case, mine = _find(session, hold(session, municipality_id, token, links))
    if mine.agreed_at is not None:
        return
    _require_waiting(mine)
    mine.agreed_at, mine.agreed_how, mine.comment = now, BY_LINK, ""
    session.add(mine)
    _tell(session, case, AGREED, mine, runtime, now)


def send_back(
    session: Session, municipality_id: str, token: str, comment: str, *, links: Links, runtime: Runtime, now: datetime
) -> None:  # fmt: skip
    """Send the agenda back with what to change. Errors: LinkNotValid, NotFound, TooLate, Refused without words."""
    case, mine = _find(session, hold(session, municipality_id, token, links))
    _require_waiting(mine)
    text, problems = clean(comment), dict[str, Reason]()
    check_length(problems, "comment", text, MAX_REASON, required=True, missing="say_what_to_change")
    if problems:
        raise Refused(problems)
    mine.returned_at, mine.comment = now, text
    session.add(mine)
    _tell(session, case, RETURNED, mine, runtime, now)


def asked_of(session: Session, invitation: Invitation) -> Agenda | None:
    """The agenda whose chair an invited organisation is; None when it is no chair, or nothing was proposed yet."""
    key = (invitation.municipality_id, invitation.consultation_id)
    mine = session.get(Agenda, key)
    asked = mine is not None and mine.proposed_at is not None
    return mine if asked and mine and mine.cochair_id == invitation.organisation_id else None


def lines(items: list[AgendaItem]) -> tuple[Line, ...]:
    """Topics as people read them."""
    return tuple(Line(it.title, it.by, it.side) for it in items)


def _find(session: Session, invitation: Invitation) -> tuple[Consultation, Agenda]:
    mine = asked_of(session, invitation)
    if mine is None:
        raise NotFound
    return consultation.get(session, invitation.municipality_id, invitation.consultation_id), mine


def _require_waiting(mine: Agenda) -> None:
    if not mine.waits:
        raise TooLate("agenda_not_asked")


def _tell(
    session: Session, case: Consultation, message: str, mine: Agenda, runtime: Runtime, now: datetime
) -> None:
    session.flush()
    runtime.tell(
        session, case.municipality_id, str(case.instance_id), message, now=now,
        actor=f"organisation:{mine.cochair_id}", message_id=f"{message}:{mine.proposed_at}",
    )  # fmt: skip
