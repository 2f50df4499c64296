"""Words by mail become an opinion in waiting: kept as they came, confirmed by a link or by an official.

Whose it is: the organisation whose token stands in the address, the author of an earlier opinion, the author of a
letter an official passed on, else whoever sent it. Which case: the token's, else the number it names. What cannot
be told waits for a person.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from engine.clock import ZONE
from notifications.inbound import mime
from notifications.inbound.classified import Classified
from processes.actions.giving import (
    MAX_FILES,
    MAX_NAME,
    MAX_TEXT,
    File,
    add_version,
    attach,
    check_address,
    check_files,
    clean,
    one_line,
)
from processes.actions.inbound_letter import Answered, Desk, place
from processes.actions.intake import LATE, Gate, look
from processes.actions.opinion import token_of
from processes.consultation import Consultation, get
from processes.errors import Reason
from processes.feedback import UNCONFIRMED, Feedback, next_receipt
from processes.inbound import IncomingMail
from processes.invitation import INVITED, Invitation
from processes.municipality import Municipality
from processes.organisation import Organisation
from processes.person import Person

ONE_ANSWER = timedelta(days=1)
"""We answer a sender by ourselves at most once in this time (RFC 3834)."""

_NUMBER = re.compile(r"(?<![\w-])[a-z]{1,12}-\d{4}-\d{1,6}(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True)
class Author:
    """Whose words they are, and where they can be asked to confirm them."""

    name: str
    email: str
    invitation: Invitation | None = None
    language: str = "et"


def taken(desk: Desk, mail: IncomingMail, read: Classified, raw: bytes) -> None:
    """Work on words by mail; the row says what was done."""
    letter, invitation = place(desk, mail)
    mail.author_name, mail.author_email = mail.sender_name, mail.sender
    official = _is_ours(desk.session, desk.municipality_id, mail.sender)
    if official and read.forwarded is not None:
        mail.author_name, mail.author_email = read.forwarded.author_name, read.forwarded.author_address
        mail.text, mail.cut = read.forwarded.text or mail.text, ""
        invitation = None
    elif official or (letter is not None and letter.id_of("person")):
        mail.outcome = "from_official"
        return
    elif letter is not None and letter.id_of("advice"):
        # An office's advice is no opinion: a planner enters it beside the point it is about.
        mail.outcome = "advice_by_mail"
        return
    elif letter is not None and letter.id_of("inner_round"):
        # What a member drafts is the association's until it is released, so it becomes no opinion here.
        mail.outcome = "draft_by_mail"
        return
    case = _case(desk, mail, read)
    if case is None:
        mail.outcome = "no_case"
        return
    mail.consultation_id = case.id
    author = _author(desk, mail, letter, invitation)
    if isinstance(author, str):
        mail.outcome = author
        return
    files, refused = files_of(raw, read)
    mail.note = ", ".join(refused)[:1000]
    mail.outcome = keep(desk, mail, case, author, files)
    if mail.outcome == "opinion_waits" and not official:
        _ask_to_confirm(desk, mail, case)


def keep(desk: Desk, mail: IncomingMail, case: Consultation, author: Author, files: tuple[File, ...]) -> str:
    """Make the opinion in waiting. Out: `opinion_waits`, or a short word why no opinion can be taken now."""
    words = clean(mail.text)
    if len(words) > MAX_TEXT:
        return "too_long"
    if not words and not files:
        return "no_words"
    asked = author.invitation
    gate = look(desk.session, case, desk.now, invited=asked is not None, lock=True)
    if not gate.takes and gate.state != LATE:
        return "no_round"
    said = _feedback(desk.session, case, author, gate, mail, desk.now)
    said.confirm_digest = desk.office.links.digest(token_of(desk.office.links, said))
    add_version(desk.session, said, words, said.submission_key, desk.now)
    attach(desk.session, desk.store, said, files, desk.now)
    desk.session.flush()
    mail.feedback_id, mail.consultation_id = said.id, case.id
    return "opinion_waits"


def files_of(raw: bytes, read: Classified) -> tuple[tuple[File, ...], list[str]]:
    """The files that came along, checked as uploads are. Out: those that may be kept, the names of the others."""
    kept: list[File] = []
    refused: list[str] = []
    for it in read.attached:
        if it.content_type == "message/rfc822" or it.name.lower().endswith(".eml"):
            continue  # the letter passed on: it stays in the original
        file = File(it.name, mime.content_at(raw, it.path), it.content_type)
        problems: dict[str, Reason] = {}
        check_files(problems, [file], len(kept))
        if problems or len(kept) >= MAX_FILES:
            refused.append(it.name)
        else:
            kept.append(file)
    return tuple(kept), refused


def _feedback(
    session: Session, case: Consultation, author: Author, gate: Gate, mail: IncomingMail, now: datetime
) -> Feedback:
    asked = author.invitation
    return Feedback(
        municipality_id=case.municipality_id,
        consultation_id=case.id,
        round_id=gate.round_id,
        receipt=next_receipt(session, case.municipality_id, now.astimezone(ZONE).year),
        submission_key=f"mail-{mail.digest[:48]}",
        invitation_id=asked.id if asked else None,
        author_kind="organisation" if asked else "person",
        author_name=author.name[:MAX_NAME],
        author_email=author.email,
        language=author.language,
        channel="mail",
        received_at=mail.received_at,
        state=UNCONFIRMED,
        may_publish=asked is not None,
    )


def _author(
    desk: Desk, mail: IncomingMail, letter: Answered | None, invitation: Invitation | None
) -> Author | str:
    """Whose words they are; a short word where that must be told by a person."""
    email = mail.author_email
    problems: dict[str, Reason] = {}
    check_address(problems, "email", email)
    language = letter.language if letter else "et"
    if invitation is not None and letter is not None:
        if invitation.state != INVITED or invitation.purpose != "opinion":
            return "not_invited" if invitation.state != INVITED else "approval_by_mail"
        who = desk.session.get_one(Organisation, (desk.municipality_id, invitation.organisation_id))
        known = email in letter.addresses and not problems
        # From another address: the organisation itself is asked whether these are its words.
        return Author(who.name, email if known else who.email, invitation, language)
    if problems:
        return "no_address"
    return Author(one_line(mail.author_name) or email.partition("@")[0], email, None, language)


def _case(desk: Desk, mail: IncomingMail, read: Classified) -> Consultation | None:
    if mail.consultation_id:
        return get(desk.session, desk.municipality_id, mail.consultation_id)
    subject = read.forwarded.subject if read.forwarded else ""
    numbers = {it.lower() for it in _NUMBER.findall(f"{mail.subject} {subject} {mail.text[:5000]}")}
    if not numbers:
        return None
    query = select(Consultation).where(
        Consultation.municipality_id == desk.municipality_id,
        col(Consultation.published_at).is_not(None),
        func.lower(Consultation.number).in_(sorted(numbers)[:20]),
    )
    found = desk.session.exec(query).all()
    return found[0] if len(found) == 1 else None


def _is_ours(session: Session, municipality_id: str, address: str) -> bool:
    """Whether a mail says that it comes from an official, or from the town's own mailbox. A claim, not a proof."""
    if not address:
        return False
    person = select(Person.id).where(
        Person.municipality_id == municipality_id, func.lower(Person.email) == address, Person.active
    )
    house = select(Municipality.municipality_id).where(
        Municipality.municipality_id == municipality_id, func.lower(Municipality.email) == address
    )
    return any(session.exec(query).first() is not None for query in (person, house))


def _ask_to_confirm(desk: Desk, mail: IncomingMail, case: Consultation) -> None:
    """The receipt: one letter that shows what came and asks to confirm it; one a sender a day."""
    said = desk.session.get_one(Feedback, (desk.municipality_id, mail.feedback_id))
    query = select(func.count()).where(
        IncomingMail.municipality_id == desk.municipality_id,
        IncomingMail.sender == mail.sender,
        col(IncomingMail.answered_at) > desk.now - ONE_ANSWER,
    )
    if not said.author_email or desk.session.exec(query).one():
        return
    post = desk.office.of_case(desk.session, case, now=desk.now)
    post.confirm_opinion(said, token_of(desk.office.links, said))
    mail.answered_at = desk.now
