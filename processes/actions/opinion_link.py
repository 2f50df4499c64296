"""An author's own link: an opinion is confirmed by it, changed or withdrawn until the deadline.

The rule of time: an opinion counts from the moment it arrived, provided its address is confirmed before
the round ends; confirmed later, it waits as a late one for the planner, and is not lost. One that an invited
organisation gave before the first round counts whenever it is confirmed until then, or while that round is open.
Opening the link changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, select

from processes import inbound
from processes.actions.giving import (
    MAX_TEXT,
    File,
    Kept,
    attach,
    attached,
    came_before,
    change_to,
    check_files,
    check_key,
    check_length,
    clean,
    detach,
)
from processes.actions.intake import LATE, Gate, look
from processes.actions.opinion import token_of
from processes.consultation import Consultation, get, text_of
from processes.document import Store
from processes.errors import LinkNotValid, Reason, Refused, TooLate
from processes.feedback import LATE_WAITING, RECEIVED, UNCONFIRMED, WITHDRAWN, Feedback
from processes.invitation import Links
from processes.post import Post
from processes.publication import overtaken

CONFIRMED_LATE = "confirmed_after_deadline"
"""The late reason we write ourselves; pages word it."""


class Change(BaseModel):
    """What the form for changing sends: the new words, and which files are taken off."""

    model_config = ConfigDict(extra="forbid")

    key: str
    text: str = ""
    may_publish: bool = False
    remove: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Mine:
    """An opinion as its author sees it through the link: every word, and whether it can still be changed."""

    receipt: str
    received_at: datetime
    state: str
    late_reason: str
    author: str
    name: str
    text: str
    version: int
    may_publish: bool
    published: bool
    files: tuple[Kept, ...]
    number: str
    title: str
    title_language: str
    gate: Gate
    can_change: bool


def open_link(
    session: Session, municipality_id: str, token: str, language: str, *, links: Links, now: datetime
) -> Mine:
    """An opinion by its author's link. Changes nothing. Errors: LinkNotValid."""
    feedback = _by_token(session, municipality_id, token, links)
    case = get(session, municipality_id, feedback.consultation_id)
    return _mine(session, case, feedback, language, now)


def confirm(
    session: Session,
    municipality_id: str,
    token: str,
    language: str,
    *,
    links: Links,
    post: Post,
    now: datetime,
) -> Mine:
    """Confirm the address an opinion came from; again is the same. Errors: LinkNotValid, TooLate."""
    feedback = _by_token(session, municipality_id, token, links, lock=True)
    case = get(session, municipality_id, feedback.consultation_id)
    if feedback.state == UNCONFIRMED:
        gate = _gate(session, case, feedback, now)
        in_time = is_in_time(feedback, gate)
        if not in_time and gate.state != LATE:
            raise TooLate(
                gate=gate.state, closes_at=gate.closes_at, late_open=False, late_until=gate.late_until
            )
        late = not in_time or bool(feedback.late_reason)
        feedback.state = LATE_WAITING if late else RECEIVED
        feedback.late_reason = feedback.late_reason or (CONFIRMED_LATE if late else "")
        session.add(feedback)
        session.flush()
        inbound.settle(session, municipality_id, feedback.id)
        post.receipt(feedback, token=token_of(links, feedback))
    return _mine(session, case, feedback, language, now)


def change(
    session: Session,
    municipality_id: str,
    token: str,
    wanted: Change,
    files: tuple[File, ...] = (),
    *,
    links: Links,
    store: Store,
    now: datetime,
) -> None:
    """Replace the words or files of an opinion while it can be changed; the earlier version stays on record.

    Errors: LinkNotValid, Refused, TooLate.
    """
    feedback = _by_token(session, municipality_id, token, links, lock=True)
    key = check_key(wanted.key)
    if came_before(session, feedback, key):
        return
    case = get(session, municipality_id, feedback.consultation_id)
    _require_changeable(feedback, _gate(session, case, feedback, now))
    problems: dict[str, Reason] = {}
    text = clean(wanted.text)
    check_length(problems, "text", text, MAX_TEXT)
    staying = detach(session, feedback, wanted.remove)
    check_files(problems, files, staying)
    if not text and not staying and not files:
        problems.setdefault("text", Reason("text_or_file"))
    if problems:
        raise Refused(problems)
    feedback.may_publish = wanted.may_publish
    change_to(session, feedback, text, key, now)
    attach(session, store, feedback, files, now)


def hide(session: Session, municipality_id: str, token: str, *, links: Links, now: datetime) -> None:
    """Take the consent to publish back, at any time: what was public is so no longer. Errors: LinkNotValid."""
    feedback = _by_token(session, municipality_id, token, links, lock=True)
    feedback.may_publish = False
    overtaken(session, feedback, now)


def withdraw(
    session: Session,
    municipality_id: str,
    token: str,
    language: str,
    *,
    links: Links,
    post: Post,
    now: datetime,
) -> Mine:
    """Take an opinion back while it can be changed; again is the same. Errors: LinkNotValid, TooLate."""
    feedback = _by_token(session, municipality_id, token, links, lock=True)
    case = get(session, municipality_id, feedback.consultation_id)
    if feedback.state != WITHDRAWN:
        _require_changeable(feedback, _gate(session, case, feedback, now))
        known = feedback.state != UNCONFIRMED
        feedback.state = WITHDRAWN
        overtaken(session, feedback, now)
        session.add(feedback)
        session.flush()
        if known and feedback.author_email:
            post.opinion_withdrawn(feedback)
    return _mine(session, case, feedback, language, now)


def _by_token(
    session: Session, municipality_id: str, token: str, links: Links, *, lock: bool = False
) -> Feedback:
    query = select(Feedback).where(
        Feedback.municipality_id == municipality_id, Feedback.confirm_digest == links.digest(token)
    )
    found = session.exec(query.with_for_update() if lock else query).first()
    if found is None:
        raise LinkNotValid
    return found


def _require_changeable(feedback: Feedback, gate: Gate) -> None:
    if not _changeable(feedback, gate):
        raise TooLate(gate=gate.state, closes_at=gate.closes_at, late_open=False, late_until=gate.late_until)


def _gate(session: Session, case: Consultation, feedback: Feedback, now: datetime) -> Gate:
    return look(session, case, now, invited=feedback.invitation_id is not None, lock=True)


def _changeable(feedback: Feedback, gate: Gate) -> bool:
    """An opinion in time until its round's deadline; a late one while late ones are still read."""
    if feedback.state == UNCONFIRMED:
        return is_in_time(feedback, gate)
    if gate.round_id != feedback.round_id:
        return False
    if feedback.state == RECEIVED:
        return gate.takes
    return feedback.state == LATE_WAITING and gate.state == LATE


def is_in_time(feedback: Feedback, gate: Gate) -> bool:
    """Whether an opinion is still one of the round that takes opinions now, or of the time before the first."""
    return gate.takes and (gate.round_id == feedback.round_id or feedback.round_id is None)


def _mine(session: Session, case: Consultation, feedback: Feedback, language: str, now: datetime) -> Mine:
    words = text_of(session, case, language)
    gate = look(session, case, now, invited=feedback.invitation_id is not None)
    return Mine(
        receipt=feedback.receipt,
        received_at=feedback.received_at,
        state=feedback.state,
        late_reason=feedback.late_reason,
        author=feedback.author_kind,
        name=feedback.author_name,
        text=feedback.text,
        version=feedback.version,
        may_publish=feedback.may_publish,
        published=feedback.published_at is not None,
        files=tuple(Kept(it.id, it.filename, it.size) for it in attached(session, feedback)),
        number=case.number,
        title=words.title,
        title_language=words.language,
        gate=gate,
        can_change=_changeable(feedback, gate),
    )
