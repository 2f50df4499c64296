"""May an opinion be taken now? The one rule behind both doors, the resident's and the organisation's.

A round takes opinions from its opening to its deadline. For LATE_DAYS after it, while nobody has been
answered yet, an opinion may still be sent with a reason (compare HMS § 34); the planner decides on it.
An invited organisation may also speak before the first round, while the plan is being prepared.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, select

from processes.consultation import ENDED, RUNNING, Consultation
from processes.errors import NotFound, NotYet, TooLate
from processes.obligation import Obligation
from processes.round import Round

LATE_DAYS = 14
PUBLIC_PHASES = ("sketch", "display", "topics", "minutes")
OPEN, EARLY, NOT_YET, LATE, CLOSED, INTERRUPTED, OVER = (
    "open",
    "early",
    "not_yet",
    "late",
    "closed",
    "interrupted",
    "over",
)
TAKING = (OPEN, EARLY)


@dataclass(frozen=True)
class Gate:
    """Whether an opinion is taken now. `late_until` is when even a late one is no longer read."""

    state: str
    round_id: str | None = None
    phase: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    late_until: datetime | None = None
    place: str = ""

    @property
    def takes(self) -> bool:
        return self.state in TAKING

    def require(self, *, late: bool) -> None:
        """Let an opinion in, or say why not. In: whether it was sent knowingly late, with a reason.

        Errors: NotYet before the round, TooLate after it (`late_open` says whether the late path is open).
        """
        if self.takes or (late and self.state == LATE):
            return
        if self.state == NOT_YET:
            raise NotYet(opens_at=self.opens_at)
        raise TooLate(
            gate=self.state,
            closes_at=self.closes_at,
            late_open=self.state == LATE,
            late_until=self.late_until,
        )


def public_case(session: Session, municipality_id: str, number: str) -> Consultation:
    """Find a case anyone may see, by its public number. Errors: NotFound, also for one not yet published."""
    query = select(Consultation).where(
        Consultation.municipality_id == municipality_id,
        Consultation.number == number,
        Consultation.published_at.is_not(None),  # type: ignore[union-attr]
    )
    if (found := session.exec(query).first()) is None:
        raise NotFound
    return found


def look(
    session: Session,
    case: Consultation,
    now: datetime,
    *,
    phases: tuple[str, ...] = PUBLIC_PHASES,
    invited: bool = False,
    lock: bool = False,
) -> Gate:
    """Where the newest round of a case stands. `lock` keeps it from closing until the commit (FOR SHARE)."""
    query = select(Round).where(
        Round.municipality_id == case.municipality_id,
        Round.consultation_id == case.id,
        Round.phase.in_(phases),  # type: ignore[attr-defined]
    )
    query = query.order_by(Round.id.desc()).limit(1)  # type: ignore[attr-defined]
    if lock:
        query = query.with_for_update(read=True)
    newest = session.exec(query).first()
    if case.state != RUNNING:
        return Gate(OVER if case.state == ENDED else CLOSED)
    if newest is None:
        return Gate(EARLY if invited else NOT_YET)
    answered = newest.closes_at <= now and _answered(session, case, newest.closes_at)
    return gate(newest, now, answered=answered, invited=invited)


def gate(of: Round, now: datetime, *, answered: bool, invited: bool = False) -> Gate:
    """The rule itself. In: whether everyone has already been answered; whether an invitee asks."""
    late_until = of.closes_at + timedelta(days=LATE_DAYS)
    if of.interrupted_at is not None:
        state = INTERRUPTED
    elif of.is_open(now):
        state = OPEN
    elif of.closed_at is None and now < of.opens_at:
        state = EARLY if invited else NOT_YET
    elif now <= late_until and not answered:
        state = LATE
    else:
        state = CLOSED
    return Gate(state, of.id, of.phase, of.opens_at, of.closes_at, late_until, of.place)


def _answered(session: Session, case: Consultation, since: datetime) -> bool:
    query = select(func.count()).where(
        Obligation.municipality_id == case.municipality_id,
        Obligation.consultation_id == case.id,
        Obligation.element == "answer_opinions",
        Obligation.met_at > since,  # type: ignore[operator]
    )
    return session.exec(query).one() > 0
