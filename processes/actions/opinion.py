"""A resident's opinion, given on the public page of a case.

Whoever wants an answer leaves a mail address and confirms it by the link we send (`opinion_link`); an
opinion without a name gets a number but no answer, and counts at once.
"""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, select

from engine.clock import ZONE
from processes.actions import pointing
from processes.actions.giving import (
    MAX_NAME,
    MAX_REASON,
    MAX_TEXT,
    File,
    add_version,
    attach,
    check_address,
    check_files,
    check_key,
    check_length,
    clean,
    one_line,
)
from processes.actions.intake import LATE, Gate, look, public_case
from processes.actions.pointing import Pointed
from processes.consultation import Consultation, text_of
from processes.document import Store
from processes.errors import NotFound, Reason, Refused
from processes.feedback import (
    LATE_WAITING,
    RECEIVED,
    UNCONFIRMED,
    Feedback,
    next_receipt,
)
from processes.invitation import Links
from processes.post import Post

AUTHORS = ("person", "organisation", "anonymous")


class Opinion(BaseModel):
    """What the form sends. `author` is person, organisation or anonymous; `late` is the knowing choice."""

    model_config = ConfigDict(extra="forbid")

    key: str
    author: str = ""
    name: str = ""
    email: str = ""
    text: str = ""
    may_publish: bool = False
    late: bool = False
    late_reason: str = ""
    language: str = "et"
    pointed: Pointed = Pointed()


@dataclass(frozen=True)
class Receipt:
    """What an author is told: the number to keep, when it arrived, what happens with it.

    `token` opens the link for changing and is given only where no mail carries it (no name, no address).
    """

    key: str
    receipt: str
    received_at: datetime
    state: str
    author: str
    number: str
    title: str
    title_language: str
    gate: Gate
    token: str = ""


def give(
    session: Session,
    municipality_id: str,
    number: str,
    opinion: Opinion,
    files: tuple[File, ...] = (),
    *,
    links: Links,
    store: Store,
    post: Post,
    now: datetime,
) -> Receipt:
    """Take an opinion on a case. The same key twice is one opinion, and the same receipt.

    Errors: Refused (field by field), NotYet, TooLate (with `late_open`), NotFound.
    """
    case = public_case(session, municipality_id, number)
    key = check_key(opinion.key)
    if (before := _by_key(session, case, key)) is not None:
        return _receipt(session, case, before, opinion.language, links=links, now=now)
    problems: dict[str, Reason] = {}
    places = pointing.read(problems, session, case, opinion.pointed, now=now) if opinion.pointed else []
    checked = _checked(opinion, files, problems)
    gate = look(session, case, now, lock=True)
    gate.require(late=checked.late)
    feedback = _row(session, case, checked, gate, now)
    feedback.confirm_digest = links.digest(token_of(links, feedback))
    add_version(session, feedback, checked.text, key, now)
    attach(session, store, feedback, files, now)
    pointing.put(session, feedback, places)
    if feedback.state == UNCONFIRMED:
        post.confirm_opinion(feedback, token_of(links, feedback))
    return _receipt(session, case, feedback, opinion.language, links=links, now=now)


def receipt(
    session: Session,
    municipality_id: str,
    number: str,
    key: str,
    language: str,
    *,
    links: Links,
    now: datetime,
) -> Receipt:
    """The page an author lands on after sending; only the browser that sent it knows the key. Errors: NotFound."""
    case = public_case(session, municipality_id, number)
    found = _by_key(session, case, key)
    if found is None or found.invitation_id is not None:
        raise NotFound
    return _receipt(session, case, found, language, links=links, now=now)


@dataclass(frozen=True)
class _Checked:
    author: str
    name: str
    email: str
    text: str
    may_publish: bool
    late: bool
    late_reason: str
    language: str
    key: str


def _checked(opinion: Opinion, files: tuple[File, ...], problems: dict[str, Reason]) -> _Checked:
    """Clean what was typed. Errors: Refused with every problem at once, so that nobody fixes one at a time."""
    nameless = opinion.author == "anonymous"
    made = _Checked(
        author=opinion.author,
        name="" if nameless else one_line(opinion.name),
        email="" if nameless else opinion.email.strip(),
        text=clean(opinion.text),
        may_publish=opinion.may_publish,
        late=opinion.late,
        late_reason=clean(opinion.late_reason) if opinion.late else "",
        language=opinion.language,
        key=opinion.key,
    )
    check_length(problems, "text", made.text, MAX_TEXT)
    check_files(problems, files)
    if not made.text and not files:
        problems.setdefault("text", Reason("text_or_file"))
    if made.author not in AUTHORS:
        problems["author"] = Reason("not_a_choice")
    elif not nameless:
        check_length(problems, "name", made.name, MAX_NAME, required=True, missing="name_needed")
        check_address(problems, "email", made.email)
    if made.late:
        check_length(
            problems, "late_reason", made.late_reason, MAX_REASON, required=True, missing="late_reason_needed"
        )
    if problems:
        raise Refused(problems)
    return made


def _row(session: Session, case: Consultation, checked: _Checked, gate: Gate, now: datetime) -> Feedback:
    late = gate.state == LATE
    counts = LATE_WAITING if late else RECEIVED
    state = counts if checked.author == "anonymous" else UNCONFIRMED
    return Feedback(
        municipality_id=case.municipality_id,
        consultation_id=case.id,
        round_id=gate.round_id,
        receipt=next_receipt(session, case.municipality_id, now.astimezone(ZONE).year),
        submission_key=checked.key,
        author_kind=checked.author,
        author_name=checked.name,
        author_email=checked.email,
        wants_reply=checked.author != "anonymous",
        language=checked.language,
        received_at=now,
        state=state,
        late_reason=checked.late_reason if late else "",
        may_publish=checked.may_publish,
    )


def token_of(links: Links, feedback: Feedback) -> str:
    """The secret part of the link by which an author opens the opinion again."""
    return links.token("opinion", feedback.id)


def _by_key(session: Session, case: Consultation, key: str) -> Feedback | None:
    query = select(Feedback).where(
        Feedback.municipality_id == case.municipality_id,
        Feedback.consultation_id == case.id,
        Feedback.submission_key == key,
    )
    return session.exec(query).first()


def _receipt(
    session: Session, case: Consultation, feedback: Feedback, language: str, *, links: Links, now: datetime
) -> Receipt:
    words = text_of(session, case, language)
    return Receipt(
        key=feedback.submission_key,
        receipt=feedback.receipt,
        received_at=feedback.received_at,
        state=feedback.state,
        author=feedback.author_kind,
        number=case.number,
        title=words.title,
        title_language=words.language,
        gate=look(session, case, now),
        token=token_of(links, feedback) if feedback.author_kind == "anonymous" else "",
    )
