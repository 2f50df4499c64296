"""Reminding those who are silent: when, and who still is.

When is data of the process (`reminder.*` in its table of terms, kept from the day the case began); a process
whose table holds no such row reminds nobody. Who is silent is asked anew each time: as the letters are written,
and once more as they leave. Each question is one statement, however many are asked.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from engine.clock import ZONE, local_day
from notifications.outbox import OutgoingLetter
from processes.consultation import RUNNING, Consultation
from processes.deadline import latest_before
from processes.feedback import Feedback
from processes.inbound import IncomingMail
from processes.invitation import INVITED, Approval, Invitation
from processes.meeting import PLANNED, Attendance, Meeting
from processes.organisation import Organisation
from processes.round import Round

OF_ROUND = ("reminder.round.first", "reminder.round.last")
OF_MEETING = ("reminder.meeting",)
REMINDER, APPROVAL_REMINDER, MEETING_REMINDER = "reminder", "approval_reminder", "meeting_reminder"
STEMS = (REMINDER, APPROVAL_REMINDER, MEETING_REMINDER)
"""The letters that remind; they alone may be refused by their reader."""
AT = time(9)
"""On the clocks of Tallinn: when people read their post."""
SETTLING = timedelta(days=2)
"""Whoever was asked less than this ago has hardly read the letter, and is not reminded of it."""
AFTER = timedelta(minutes=1)


class Leaving(Protocol):
    """What is asked of a letter about to leave."""

    @property
    def tenant_id(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...


# When.


def after_round(case: Consultation, round_: Round, now: datetime) -> datetime:
    """When to remind next of a round's last day; just after its end when no reminder is left to send."""
    return _next(case, OF_ROUND, round_.closes_at, now)


def after_meeting(case: Consultation, meeting: Meeting, now: datetime) -> datetime:
    """When to remind next of a meeting; just after its end when no reminder is left to send."""
    left = _next(case, OF_MEETING, meeting.starts_at, now)
    return left if left < meeting.starts_at else meeting.ends_at + AFTER


def is_due(case: Consultation, keys: Sequence[str], end: datetime, now: datetime) -> bool:
    """Whether a reminder's time has just come; an end that was moved since the timer was set brings none yet."""
    return any(it <= now < it + SETTLING for it in _moments(case, keys, end))


def _next(case: Consultation, keys: Sequence[str], end: datetime, now: datetime) -> datetime:
    return min((it for it in _moments(case, keys, end) if now < it < end), default=end + AFTER)


def _moments(case: Consultation, keys: Sequence[str], end: datetime) -> list[datetime]:
    terms = case.frozen_terms()
    days = [latest_before(local_day(end), str(terms[key]["period"])).ends_on for key in keys if key in terms]
    return [datetime.combine(day, AT, ZONE).astimezone(UTC) for day in days]


# Who.


def silent(
    session: Session,
    round_: Round,
    *,
    asked_before: datetime | None = None,
    among: Sequence[str] | None = None,
) -> list[Invitation]:
    """Organisations that have said nothing in a round, by whatever way: page, mail, telephone, without their link.

    In: `asked_before` leaves out the newly invited; `among` asks about these invitations alone.
    """
    said = (Feedback.municipality_id == round_.municipality_id, Feedback.round_id == round_.id)
    query = (
        select(Invitation)
        .join(
            Organisation,
            (col(Organisation.municipality_id) == col(Invitation.municipality_id))
            & (col(Organisation.id) == col(Invitation.organisation_id)),
        )
        .where(
            *_asked(round_.municipality_id, round_.consultation_id, "opinion"),
            or_(
                col(Invitation.no_comments_at).is_(None),
                col(Invitation.no_comments_at) < round_.opens_at,
            ),
            # Also what was taken back: its author has been heard.
            col(Invitation.id).not_in(
                select(Feedback.invitation_id).where(*said, col(Feedback.invitation_id).is_not(None))
            ),
            func.lower(Organisation.email).not_in(select(func.lower(Feedback.author_email)).where(*said)),
            col(Invitation.id).not_in(_wrote(round_)),
        )
    )
    if asked_before is not None:
        query = query.where(col(Invitation.invited_at) <= asked_before)
    if among is not None:
        query = query.where(col(Invitation.id).in_(among))
    return list(session.exec(query.order_by(Invitation.id)).all())


def silent_authorities(
    session: Session, round_: Round, today: date, *, among: Sequence[str] | None = None
) -> list[tuple[Invitation, Approval]]:
    """Authorities that have not answered a request for approval whose last day is still to come."""
    query = (
        select(Invitation, Approval)
        .join(
            Approval,
            (col(Approval.municipality_id) == col(Invitation.municipality_id))
            & (col(Approval.invitation_id) == col(Invitation.id)),
        )
        .where(
            *_asked(round_.municipality_id, round_.consultation_id, "approval"),
            Approval.round_id == round_.id,
            Approval.result == "waiting",
            func.coalesce(Approval.extended_to, Approval.due_on) >= today,
            col(Invitation.id).not_in(_wrote(round_)),
        )
    )
    if among is not None:
        query = query.where(col(Invitation.id).in_(among))
    return list(session.exec(query.order_by(Invitation.id)).all())


def undecided(session: Session, meeting: Meeting, *, among: Sequence[str] | None = None) -> list[Attendance]:
    """Places in a meeting whose holders have not said whether they come."""
    query = (
        select(Attendance)
        .join(
            Invitation,
            (col(Invitation.municipality_id) == col(Attendance.municipality_id))
            & (col(Invitation.id) == col(Attendance.invitation_id)),
        )
        .where(
            Attendance.municipality_id == meeting.municipality_id,
            Attendance.meeting_id == meeting.id,
            Attendance.answer == "invited",
            Invitation.state == INVITED,
            col(Invitation.not_us_at).is_(None),
        )
    )
    if among is not None:
        query = query.where(col(Attendance.invitation_id).in_(among))
    return list(session.exec(query.order_by(Attendance.invitation_id)).all())


def still_silent(
    session: Session, municipality_id: str, kind: str, about: str, among: Sequence[str], now: datetime
) -> set[str]:
    """Which of these invitations a reminder would still be right for. In: its kind, and the round or meeting.

    A reminder of what is over, cancelled or interrupted is right for nobody.
    """
    if kind == MEETING_REMINDER:
        meeting = session.get(Meeting, (municipality_id, about))
        if meeting is None or meeting.state != PLANNED or meeting.starts_at <= now:
            return set()
        return {it.invitation_id for it in undecided(session, meeting, among=among)}
    round_ = session.get(Round, (municipality_id, about))
    if round_ is None or not round_.is_open(now) or not _runs(session, round_):
        return set()
    if kind == APPROVAL_REMINDER:
        return {it.id for it, _ in silent_authorities(session, round_, local_day(now), among=among)}
    return {it.id for it in silent(session, round_, among=among)}


def _runs(session: Session, round_: Round) -> bool:
    case = session.get(Consultation, (round_.municipality_id, round_.consultation_id))
    return case is not None and case.state == RUNNING


def _asked(municipality_id: str, consultation_id: str, purpose: str) -> tuple[Any, ...]:
    return (
        Invitation.municipality_id == municipality_id,
        Invitation.consultation_id == consultation_id,
        Invitation.purpose == purpose,
        Invitation.state == INVITED,
        col(Invitation.not_us_at).is_(None),
    )


def _wrote(round_: Round) -> Any:
    """Whose letter came in since the round began and waits for an official: it may be the answer."""
    return select(IncomingMail.invitation_id).where(
        IncomingMail.municipality_id == round_.municipality_id,
        IncomingMail.consultation_id == round_.consultation_id,
        IncomingMail.kind == "opinion",
        IncomingMail.received_at >= round_.opens_at,
        col(IncomingMail.invitation_id).is_not(None),
    )


# As they leave.


def outdated(session: Session, letters: Sequence[Leaving], now: datetime) -> set[tuple[str, str]]:
    """Reminders on their way out that an answer, or the end of what they remind of, has overtaken.

    In: letters about to leave. Out: tenant and id of those that must stay. A question for each thing reminded of.
    """
    ours = {(it.tenant_id, it.id) for it in letters if it.kind in STEMS}
    about: dict[tuple[str, str, str], dict[str, str]] = {}
    for home in {tenant for tenant, _ in ours}:
        query = select(OutgoingLetter.id, OutgoingLetter.dedup_key).where(
            OutgoingLetter.tenant_id == home,
            col(OutgoingLetter.id).in_([key for it, key in ours if it == home]),
        )
        for letter_id, key in session.exec(query):
            kind, *rest = key.split(":")
            if len(rest) == 3:  # what it reminds of, whom, and the day
                about.setdefault((home, kind, rest[0]), {})[letter_id] = rest[1]
    gone = set()
    for (home, kind, thing), asked in about.items():
        left = still_silent(session, home, kind, thing, list(asked.values()), now)
        gone |= {(home, letter_id) for letter_id, invitation_id in asked.items() if invitation_id not in left}
    return gone
