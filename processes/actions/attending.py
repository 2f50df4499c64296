"""What a planner does about who comes to a meeting: notes an answer told by phone or letter, decides places."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from processes.actions import delegating, planner_case
from processes.actions.giving import check_length, one_line
from processes.actions.meetings_of_case import find
from processes.attendance import MEMBER, ORGANISATION, SAID
from processes.errors import NotAllowed, Reason, Refused, TooLate
from processes.invitation import Invitation
from processes.meeting import CANCELLED, CHANNELS, Attendance
from processes.permission import Actor
from processes.post import PostOffice
from processes.seating import HALL, LINK

TOLD = tuple(it for it in CHANNELS if it not in ("web", "calendar"))
"""How somebody may tell an official; the other ways note themselves."""

MAX_NOTE = 200


def note(
    session: Session, actor: Actor, number: str, meeting_id: str, key: str, answer: str, channel: str, *, office: PostOffice,
    now: datetime,
) -> None:  # fmt: skip
    """Note an answer that somebody told us. In: `key` of who was asked, the answer, how it came.

    Errors: NotAllowed, NotFound, TooLate for a meeting called off, Refused.
    """
    case = planner_case.running(session, actor, number)
    row = find(session, case, meeting_id)
    if row.state == CANCELLED:
        raise TooLate
    kind, _, of = key.partition(":")
    problems: dict[str, Reason] = {}
    if kind not in (ORGANISATION, MEMBER):
        problems["who"] = Reason("not_a_choice")
    if answer not in SAID:
        problems["answer"] = Reason("not_a_choice")
    if channel not in TOLD:
        problems["channel"] = Reason("choose_channel")
    if problems:
        raise Refused(problems)
    counts = delegating.record(
        session, row, answer, channel, post=office.of_case(session, case, now=now), now=now, entered_by=actor.person_id,
        invitation_id=of if kind == ORGANISATION else None, person_id=of if kind == MEMBER else None,
    )  # fmt: skip
    if not counts:
        raise Refused({"who": Reason("not_a_choice")})
    invitation = session.get(Invitation, (case.municipality_id, of))
    if invitation is not None:
        invitation.answered_at = invitation.answered_at or now
        session.add(invitation)


def seat(
    session: Session, actor: Actor, number: str, meeting_id: str, places: Mapping[str, tuple[str, str]]
) -> None:
    """Decide who sits in the hall and who takes part by the link. In: by invitation, the place and a note.

    An empty place leaves it to the proposal. Errors: NotAllowed for anyone but the case's planner, NotFound, TooLate,
    Refused.
    """
    case = planner_case.running(session, actor, number)
    if case.planner_id != actor.person_id:
        raise NotAllowed
    row = find(session, case, meeting_id)
    problems: dict[str, Reason] = {}
    for key, (where, words) in places.items():
        if where not in ("", HALL, LINK):
            problems[f"seat-{key}"] = Reason("not_a_choice")
        check_length(problems, f"note-{key}", one_line(words), MAX_NOTE)
    if problems:
        raise Refused(problems)
    for key, (where, words) in places.items():
        held = session.get(Attendance, (case.municipality_id, row.id, key))
        if held is not None:
            held.seat, held.seat_note = where, one_line(words)
            session.add(held)
