"""What an organisation needs to take part in a meeting: said on the link, never public, deleted after it."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from engine.clock import local_day
from processes.accommodation import KEEP_DAYS, KINDS, Need
from processes.actions.invitation_place import Place
from processes.errors import Reason
from processes.meeting import Meeting

MAX_DETAILS = 500
ASKED, BOOKED, WITHDRAWN = "asked", "booked", "withdrawn"
OTHER = "OTHER"


def check(problems: dict[str, Reason], kinds: tuple[str, ...], details: str) -> None:
    """Add what is wrong with the needs; "other" must be told in words."""
    if not set(kinds) <= KINDS.keys():
        problems["needs"] = Reason("not_a_choice")
    if len(details) > MAX_DETAILS:
        problems["other"] = Reason("too_long", limit=MAX_DETAILS, length=len(details))
    elif OTHER in kinds and not details:
        problems["other"] = Reason("other_needed")


def order_by(kind: str, meeting: Meeting) -> date:
    """The last day to order what meets a need, before that meeting."""
    return local_day(meeting.starts_at) - timedelta(days=KINDS[kind].lead_days)


def of(place: Place) -> dict[str, Need]:
    """The standing needs of an invitation, by kind."""
    return {need.kind: need for need in place.needs if need.state != WITHDRAWN}


def change(session: Session, place: Place, kinds: tuple[str, ...], details: str, now: datetime) -> bool:
    """Make the needs these and no others. Out: whether anything changed.

    One not yet arranged is deleted when it is no longer needed; an arranged one is marked withdrawn, so
    that whoever ordered it can cancel the order. Errors: none (see `check`).
    """
    meeting = place.meeting
    if meeting is None:
        return False
    standing = of(place)
    changed = False
    for kind in dict.fromkeys(kinds):
        words = details if kind == OTHER else ""
        need = standing.get(kind)
        if need is not None and need.details == words:
            continue
        need = need or Need(
            municipality_id=place.invitation.municipality_id,
            consultation_id=place.case.id,
            invitation_id=place.invitation.id,
            kind=kind,
            asked_at=now,
        )
        need.details, need.state, need.answer = words, ASKED, ""
        need.arrange_by = order_by(kind, meeting)
        need.delete_on = local_day(meeting.ends_at) + timedelta(days=KEEP_DAYS)
        session.add(need)
        changed = True
    for kind in standing.keys() - set(kinds):
        _drop(session, standing[kind])
        changed = True
    return changed


def _drop(session: Session, need: Need) -> None:
    if need.state == BOOKED:
        need.state = WITHDRAWN
        session.add(need)
    else:
        session.delete(need)
