"""An opinion that came on paper, by phone or in person, entered by a planner on its author's behalf.

It counts from the day it arrived, not from the day it was entered. What was said is read back to its author.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from engine.clock import ZONE, local_day
from processes.actions import planner_case
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
from processes.actions.intake import PUBLIC_PHASES
from processes.actions.opinion import token_of
from processes.consultation import Consultation
from processes.deadline import end_of_day
from processes.document import Store
from processes.errors import Reason, Refused
from processes.feedback import LATE_WAITING, RECEIVED, Feedback, next_receipt
from processes.invitation import INVITED, Invitation, Links
from processes.organisation import Organisation
from processes.permission import Actor
from processes.post import PostOffice
from processes.round import Round
from processes.words import LANGUAGES

CHANNELS = ("paper", "phone", "in_person", "mail")
SPOKEN = ("phone", "in_person")
AUTHORS = ("person", "organisation", "anonymous")


class Entry(BaseModel):
    """What the form sends. `invitation` names an invited organisation; `received_on` is an ISO day."""

    model_config = ConfigDict(extra="forbid")

    key: str
    channel: str = ""
    received_on: str = ""
    author: str = ""
    invitation: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    language: str = "et"
    text: str = ""
    read_back: bool = False
    may_publish: bool = False
    late_reason: str = ""


@dataclass(frozen=True)
class Entered:
    """What was kept. `posted` says whether a receipt left by mail; `late` that it waits for a decision."""

    id: str
    receipt: str
    late: bool
    posted: bool


def organisations(session: Session, actor: Actor, number: str) -> list[tuple[str, str]]:
    """The invited organisations somebody may speak for: (invitation id, name). Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    query = (
        select(Invitation.id, Organisation.name)
        .join(
            Organisation,
            (col(Organisation.municipality_id) == col(Invitation.municipality_id))
            & (col(Organisation.id) == col(Invitation.organisation_id)),
        )
        .where(
            Invitation.municipality_id == case.municipality_id,
            Invitation.consultation_id == case.id,
            Invitation.state == INVITED,
            Invitation.purpose == "opinion",
        )
    )
    return [(row[0], row[1]) for row in session.exec(query.order_by(Organisation.name))]


def enter(
    session: Session, actor: Actor, number: str, entry: Entry, files: tuple[File, ...] = (), *, links: Links, store: Store,
    office: PostOffice, now: datetime,
) -> Entered:  # fmt: skip
    """Keep an opinion for its author, and send its receipt where there is an address. The same key is one opinion.

    Errors: NotAllowed, NotFound, TooLate when the case has ended, Refused field by field.
    """
    case = planner_case.running(session, actor, number)
    key = check_key(entry.key)
    if (before := _by_key(session, case, key)) is not None:
        return Entered(before.id, before.receipt, before.state == LATE_WAITING, bool(before.author_email))
    day = _day(entry.received_on)
    asked = _asked(session, case, entry)
    of = _round(session, case, _moment(day, now)) if day else None
    late = of is not None and day is not None and end_of_day(day) > end_of_day(local_day(of.closes_at))
    _check(case, entry, files, day, now, late=late, asked=asked)
    said = _row(session, actor, case, entry, of, _moment(day or local_day(now), now), late=late, asked=asked)
    said.confirm_digest = links.digest(token_of(links, said))
    add_version(session, said, clean(entry.text), key, now)
    attach(session, store, said, files, now)
    if asked is not None:
        asked.answered_at, asked.no_comments_at = now, None
        session.add(asked)
    session.flush()
    posted = bool(said.author_email)
    if posted:
        token = "" if asked else token_of(links, said)
        office.of_case(session, case, now=now).receipt(said, token=token)
    return Entered(said.id, said.receipt, late, posted)


def _check(
    case: Consultation, entry: Entry, files: tuple[File, ...], day: date | None, now: datetime, *, late: bool,
    asked: Invitation | None,
) -> None:  # fmt: skip
    problems: dict[str, Reason] = {}
    if entry.channel not in CHANNELS:
        problems["channel"] = Reason("choose_channel")
    if day is None:
        problems["received_on"] = Reason("not_a_date")
    elif day > local_day(now):
        problems["received_on"] = Reason("in_the_future", today=local_day(now))
    elif case.application_on is not None and day < case.application_on:
        problems["received_on"] = Reason("before_application", application_on=case.application_on)
    _check_author(problems, entry, asked)
    if entry.language not in LANGUAGES:
        problems["language"] = Reason("not_a_choice")
    check_length(problems, "text", clean(entry.text), MAX_TEXT)
    if not clean(entry.text) and not files:
        problems.setdefault("text", Reason("text_or_file"))
    if entry.channel in SPOKEN and not entry.read_back:
        problems["read_back"] = Reason("read_back_required")
    check_length(problems, "late_reason", clean(entry.late_reason), MAX_REASON)
    if late and not clean(entry.late_reason):
        problems["late_reason"] = Reason("late_reason_required")
    check_files(problems, files)
    if problems:
        raise Refused(problems)


def _check_author(problems: dict[str, Reason], entry: Entry, asked: Invitation | None) -> None:
    if entry.author not in AUTHORS:
        problems["author"] = Reason("not_a_choice")
        return
    if entry.author == "anonymous":
        return
    if entry.author == "organisation" and entry.invitation and asked is None:
        problems["invitation"] = Reason("not_a_choice")
    check_length(problems, "name", one_line(entry.name), MAX_NAME, required=asked is None)
    if entry.email.strip():
        check_address(problems, "email", entry.email.strip())
    check_length(problems, "phone", one_line(entry.phone), MAX_NAME)
    check_length(problems, "address", one_line(entry.address), 300)
    if asked is None and not (entry.email.strip() or one_line(entry.phone) or one_line(entry.address)):
        problems.setdefault("email", Reason("contact_required"))


def _row(
    session: Session, actor: Actor, case: Consultation, entry: Entry, of: Round | None, received_at: datetime, *,
    late: bool, asked: Invitation | None,
) -> Feedback:  # fmt: skip
    named = entry.author != "anonymous"
    who = session.get(Organisation, (case.municipality_id, asked.organisation_id)) if asked else None
    email = entry.email.strip() or (who.email if who and who.undeliverable_since is None else "")
    return Feedback(
        municipality_id=case.municipality_id,
        consultation_id=case.id,
        round_id=of.id if of else None,
        receipt=next_receipt(session, case.municipality_id, received_at.astimezone(ZONE).year),
        submission_key=entry.key,
        invitation_id=asked.id if asked else None,
        author_kind=entry.author,
        author_name=(who.name if who else one_line(entry.name)) if named else "",
        author_email=email if named else "",
        author_phone=one_line(entry.phone) if named else "",
        author_address=one_line(entry.address) if named else "",
        wants_reply=named,
        language=entry.language,
        channel=entry.channel,
        entered_by=actor.person_id,
        read_back=entry.read_back,
        received_at=received_at,
        state=LATE_WAITING if late else RECEIVED,
        late_reason=clean(entry.late_reason) if late else "",
        may_publish=entry.may_publish,
    )


def _asked(session: Session, case: Consultation, entry: Entry) -> Invitation | None:
    if entry.author != "organisation" or not entry.invitation:
        return None
    found = session.get(Invitation, (case.municipality_id, entry.invitation))
    return found if found and found.consultation_id == case.id and found.state == INVITED else None


def _round(session: Session, case: Consultation, at: datetime) -> Round | None:
    """The newest round that had begun when it arrived; None before the first."""
    query = select(Round).where(
        Round.municipality_id == case.municipality_id,
        Round.consultation_id == case.id,
        col(Round.phase).in_(PUBLIC_PHASES),
        col(Round.opens_at) <= at,
    )
    return session.exec(query.order_by(col(Round.id).desc())).first()


def _moment(day: date, now: datetime) -> datetime:
    """A day's arrival as a moment: now if it is today, else noon, since the hour of a letter is not known."""
    if day == local_day(now):
        return now
    return datetime.combine(day, time(12), ZONE).astimezone(UTC)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _by_key(session: Session, case: Consultation, key: str) -> Feedback | None:
    query = select(Feedback).where(
        Feedback.municipality_id == case.municipality_id, Feedback.submission_key == key
    )
    return session.exec(query).first()
