"""What an invited organisation does through its personal link, without an account.

Opening shows everything and consumes nothing. One form answers what it likes to answer: the meeting, what
it needs to take part, its opinion or "no comments". Each can be changed or withdrawn until the deadline.
Whoever holds the link acts for the organisation and is told so; the organisation gets every receipt.
"""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from engine.clock import ZONE, local_day
from processes.actions import delegating, needs, pointing
from processes.actions.giving import (
    MAX_REASON,
    MAX_TEXT,
    File,
    add_version,
    attach,
    came_before,
    change_to,
    check_address,
    check_files,
    check_key,
    check_length,
    clean,
    detach,
)
from processes.actions.intake import LATE
from processes.actions.invitation_place import APPROVAL, Place, find, hold
from processes.actions.pointing import Pointed
from processes.document import Store
from processes.errors import Reason, Refused, TooLate
from processes.feedback import LATE_WAITING, RECEIVED, WITHDRAWN, Feedback, next_receipt
from processes.invitation import Invitation, Links
from processes.organisation import Organisation
from processes.post import Post

ATTENDING = ("accepted", "maybe", "declined")
APPROVALS = ("approved", "conditions", "refused")
WITH_WORDS = ("conditions", "refused")


class Answer(BaseModel):
    """What the form sends; every part is free, one must be given.

    `meeting` is one of ATTENDING or empty; `needs` are kinds of accommodation, `other` the words for
    OTHER; `approval` is asked of authorities only, its words are `text`.
    """

    model_config = ConfigDict(extra="forbid")

    key: str
    meeting: str = ""
    needs: tuple[str, ...] = ()
    other: str = ""
    text: str = ""
    no_comments: bool = False
    approval: str = ""
    remove: frozenset[str] = frozenset()
    late: bool = False
    late_reason: str = ""
    pointed: Pointed = Pointed()


@dataclass(frozen=True)
class Answered:
    """What was taken: `parts` of meeting, needs, opinion, no_comments, approval; the opinion's receipt."""

    parts: tuple[str, ...]
    receipt: str = ""
    late: bool = False


def opened(session: Session, municipality_id: str, token: str, *, links: Links, now: datetime) -> None:
    """Note that a person has seen the invitation, the first time only. Errors: LinkNotValid."""
    _seen(session, links.find(session, municipality_id, token), now)


def answer(
    session: Session,
    municipality_id: str,
    token: str,
    given: Answer,
    files: tuple[File, ...] = (),
    *,
    links: Links,
    store: Store,
    post: Post,
    now: datetime,
) -> Answered:
    """Take whatever parts were answered, all or none. The same form twice is one answer.

    Errors: LinkNotValid, Refused, TooLate (`late_open` says whether a late opinion is still read).
    """
    invitation = hold(session, municipality_id, token, links)
    check_key(given.key)
    place = find(session, invitation, now, lock=True)
    if place.opinion is not None and came_before(session, place.opinion, given.key):
        return Answered(("opinion",), place.opinion.receipt, place.opinion.state == LATE_WAITING)
    text = clean(given.text)
    speaks = _speaks(place, given, text, files)
    problems: dict[str, Reason] = {}
    places = pointing.read(problems, session, place.case, given.pointed, now=now) if given.pointed else []
    _check(problems, place, given, text, files, speaks=speaks, points=bool(places))
    if speaks or given.no_comments or given.approval:
        place.gate.require(late=given.late and speaks)
    _seen(session, invitation, now)
    parts = _meeting_parts(session, place, given, post, now)
    if given.approval:
        parts.append(_approve(session, place, given.approval, text, now))
    if given.no_comments:
        invitation.no_comments_at = now
        parts.append("no_comments")
    opinion = None
    if speaks:
        invitation.no_comments_at = None
        opinion = _speak(session, place, given, text, now)
        attach(session, store, opinion, files, now)
        parts.append("opinion")
    if (of := opinion or place.current) is not None:
        pointing.put(session, of, places)
    if parts:
        invitation.answered_at = now
    session.add(invitation)
    session.flush()
    if opinion is not None:
        post.receipt(opinion)
    late = opinion is not None and opinion.state == LATE_WAITING
    return Answered(tuple(parts), opinion.receipt if opinion else "", late)


def withdraw(
    session: Session, municipality_id: str, token: str, *, links: Links, post: Post, now: datetime
) -> str:
    """Take the opinion back until the deadline. Out: its receipt, empty when there was none to take.

    Errors: LinkNotValid, TooLate.
    """
    place = find(session, hold(session, municipality_id, token, links), now, lock=True)
    opinion, gate = place.opinion, place.gate
    if opinion is None:
        return ""
    if not place.can_change:
        raise TooLate(gate=gate.state, closes_at=gate.closes_at, late_open=False, late_until=gate.late_until)
    opinion.state = WITHDRAWN
    opinion.public_text = ""
    opinion.published_at = None
    session.add(opinion)
    session.flush()
    post.opinion_withdrawn(opinion)
    return opinion.receipt


def forward(
    session: Session,
    municipality_id: str,
    token: str,
    address: str,
    *,
    links: Links,
    post: Post,
    now: datetime,
) -> None:
    """Send the same link to someone who shall act for the organisation too. Errors: LinkNotValid, Refused."""
    invitation = hold(session, municipality_id, token, links)
    problems: dict[str, Reason] = {}
    check_address(problems, "address", address.strip())
    if problems:
        raise Refused(problems)
    _seen(session, invitation, now)
    post.forwarded(invitation, address.strip())


def not_us(
    session: Session, municipality_id: str, token: str, *, links: Links, post: Post, now: datetime
) -> None:
    """Say that the invitation reached the wrong one: the link dies at once, the planner is told.

    Errors: LinkNotValid, also when it was said before.
    """
    invitation = hold(session, municipality_id, token, links)
    links.renew(invitation)
    invitation.not_us_at = now
    session.add(invitation)
    session.flush()
    post.not_us(invitation)


def _seen(session: Session, invitation: Invitation, now: datetime) -> None:
    if invitation.opened_at is None:
        invitation.opened_at = now
        session.add(invitation)


def _speaks(place: Place, given: Answer, text: str, files: tuple[File, ...]) -> bool:
    """Whether the form says something new as an opinion; the same words sent back are no new version."""
    if given.approval:
        return False
    if place.current is None:
        return bool(text or files)
    return bool(text != place.current.text or files or given.remove)


def _check(
    problems: dict[str, Reason], place: Place, given: Answer, text: str, files: tuple[File, ...], *, speaks: bool,
    points: bool,
) -> None:  # fmt: skip
    check_length(problems, "text", text, MAX_TEXT)
    if given.meeting and given.meeting not in ATTENDING:
        problems["meeting"] = Reason("not_a_choice")
    needs.check(problems, given.needs, clean(given.other))
    staying = place.staying(given.remove)
    check_files(problems, files, staying)
    if speaks and not (text or files or staying):
        problems.setdefault("text", Reason("withdraw_instead"))
    if points and not speaks and place.current is None:
        problems.setdefault("text", Reason("text_or_file"))
    if given.no_comments and (text or files or place.opinion is not None):
        problems["no_comments"] = Reason("comments_and_none")
    _check_approval(problems, place, given, text)
    if given.late and speaks and place.current is None:
        check_length(
            problems,
            "late_reason",
            clean(given.late_reason),
            MAX_REASON,
            required=True,
            missing="late_reason_needed",
        )
    if not (
        given.meeting or given.needs or speaks or points or given.no_comments or given.approval or place.needs
    ):
        problems.setdefault("", Reason("nothing_answered"))
    if problems:
        raise Refused(problems)


def _check_approval(problems: dict[str, Reason], place: Place, given: Answer, text: str) -> None:
    if not given.approval:
        return
    if place.invitation.purpose != APPROVAL or given.approval not in APPROVALS:
        problems["approval"] = Reason("not_a_choice")
    elif given.approval in WITH_WORDS and not text:
        problems["text"] = Reason("conditions_wanted")


def _meeting_parts(session: Session, place: Place, given: Answer, post: Post, now: datetime) -> list[str]:
    if place.meeting is None or place.attendance is None:
        return []
    parts = []
    if given.meeting:
        asked = place.attendance.invitation_id
        delegating.record(
            session, place.meeting, given.meeting, "web", post=post, now=now, invitation_id=asked
        )
        parts.append("meeting")
    if needs.change(session, place, given.needs, clean(given.other), now):
        parts.append("needs")
    return parts


def _approve(session: Session, place: Place, result: str, words: str, now: datetime) -> str:
    if (row := place.approval) is not None:
        row.result, row.conditions, row.answered_on = result, words, local_day(now)
        session.add(row)
    return "approval"


def _speak(session: Session, place: Place, given: Answer, text: str, now: datetime) -> Feedback:
    """The organisation's words: a new version of its standing opinion, else a new opinion."""
    if (current := place.current) is not None:
        detach(session, current, given.remove)
        change_to(session, current, text, given.key, now)
        return current
    organisation = session.get_one(
        Organisation, (place.case.municipality_id, place.invitation.organisation_id)
    )
    late = place.gate.state == LATE
    opinion = Feedback(
        municipality_id=place.case.municipality_id,
        consultation_id=place.case.id,
        round_id=place.gate.round_id,
        receipt=next_receipt(session, place.case.municipality_id, now.astimezone(ZONE).year),
        submission_key=given.key,
        invitation_id=place.invitation.id,
        author_kind="organisation",
        author_name=organisation.name,
        author_email=organisation.email,
        language=organisation.language,
        received_at=now,
        state=LATE_WAITING if late else RECEIVED,
        late_reason=clean(given.late_reason) if late else "",
        may_publish=True,
    )
    add_version(session, opinion, text, given.key, now)
    return opinion
