"""Measures of one case or of a whole municipality: who was reached, answered, heard, and how long it took.

Every figure is counted from rows in a fixed number of queries, however many opinions there are. What is
published has its small counts merged (`few`), so that nobody is known by being the only one of a kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Any

from sqlmodel import Session, col, func, select

from engine.clock import local_day
from notifications.outbox import OutgoingLetter
from processes.accommodation import Need, NeedCount
from processes.consultation import Consultation
from processes.feedback import COUNTED, LATE_ACCEPTED, LATE_RECORDED, TO_ANSWER, Feedback
from processes.invitation import INVITED, Invitation
from processes.obligation import Obligation
from processes.organisation import Organisation
from processes.response import Response

LEAST = 5
"""Counts below this are never published alone."""

FAVOURABLE = ("accepted", "partly")
ANSWERING = "answer_opinions"


@dataclass(frozen=True)
class Share:
    """So many of so many; `of` is 0 where there was nothing to count."""

    value: int
    of: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.value / self.of) if self.of else None


@dataclass(frozen=True)
class Measures:
    """`kinds` is of the invited, by kind of organisation: invited, answered. Days are whole days, the median."""

    cases: int
    reached: Share
    opened: Share
    answered: Share
    opinions: int
    late: int
    replied: Share
    in_time: Share
    favourable: Share
    days_to_answer: int | None
    needs_met: Share
    bounced: Share
    outcomes: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, Share] = field(default_factory=dict)

    @property
    def silent(self) -> Share:
        """Who was invited and said nothing."""
        return Share(self.answered.of - self.answered.value, self.answered.of)


def cases_of(session: Session, municipality_id: str, year: int | None = None) -> Sequence[Consultation]:
    """The cases that are or were public, the newest first; of one year, by the year they became public."""
    query = select(Consultation).where(
        Consultation.municipality_id == municipality_id,
        col(Consultation.published_at).is_not(None),
    )
    found = session.exec(query.order_by(col(Consultation.published_at).desc(), col(Consultation.id))).all()
    return [it for it in found if year is None or year_of(it) == year]


def year_of(case: Consultation) -> int:
    """The year a public case was opened to everyone."""
    return public_since(case).year


def public_since(case: Consultation) -> date:
    """The day a public case was opened to everyone."""
    return local_day(case.published_at or case.created_at)


def measure(session: Session, municipality_id: str, cases: Sequence[Consultation]) -> Measures:
    """Count everything of these cases. In: cases of one municipality."""
    ids = [it.id for it in cases]
    asked = _invited(session, municipality_id, ids)
    channels, late = _opinions(session, municipality_id, ids)
    pairs = _answers(session, municipality_id, ids)
    sent = [it for it in pairs if it.sent_at is not None]
    outcomes: dict[str, int] = {}
    for it in sent:
        outcomes[it.outcome] = outcomes.get(it.outcome, 0) + 1
    timed = [it for it in sent if it.due_at is not None]
    kinds = {
        kind: Share(
            sum(1 for it in asked if it.kind == kind and it.spoke), sum(1 for it in asked if it.kind == kind)
        )
        for kind in sorted({it.kind for it in asked})
    }
    return Measures(
        cases=len(ids),
        reached=Share(sum(it.reached for it in asked), len(asked)),
        opened=Share(sum(it.opened for it in asked), len(asked)),
        answered=Share(sum(it.spoke for it in asked), len(asked)),
        opinions=sum(channels.values()),
        late=late,
        replied=Share(len(sent), len(pairs)),
        in_time=Share(sum(it.sent_at <= it.due_at for it in timed), len(timed)),
        favourable=Share(sum(outcomes.get(it, 0) for it in FAVOURABLE), len(sent)),
        days_to_answer=round(median((it.sent_at - it.received_at).days for it in sent)) if sent else None,
        needs_met=_needs(session, municipality_id, ids),
        bounced=_letters(session, municipality_id, ids),
        outcomes=outcomes,
        channels=channels,
        kinds=kinds,
    )


def few(counts: Mapping[str, int], rest: str = "other", least: int = LEAST) -> dict[str, int | None]:
    """Counts as they may be published: those below `least` are added up under `rest`.

    Where the rest is itself below `least` the next smallest count joins it, and where nothing is left to join the
    rest is None: fewer than `least`, and nobody learns how many.
    """
    shown = sorted(((n, key) for key, n in counts.items() if n), reverse=True)
    kept, small = [it for it in shown if it[0] >= least], [it for it in shown if it[0] < least]
    together = sum(n for n, _ in small)
    if small and together < least and kept:
        together += kept.pop()[0]
    found: dict[str, int | None] = {key: n for n, key in kept}
    if small:
        found[rest] = together if together >= least else None
    return found


def hidden(value: int, least: int = LEAST) -> int | None:
    """One count as it may be published: nothing when it is between 1 and `least` - 1."""
    return None if 0 < value < least else value


@dataclass(frozen=True)
class _Asked:
    kind: str
    reached: bool
    opened: bool
    spoke: bool


@dataclass(frozen=True)
class _Answer:
    received_at: datetime
    outcome: str
    sent_at: Any
    due_at: Any


def _invited(session: Session, municipality_id: str, ids: list[str]) -> list[_Asked]:
    query = (
        select(Organisation.kind, Invitation)
        .join(Organisation, (col(Organisation.municipality_id) == Invitation.municipality_id) & (col(Organisation.id) == Invitation.organisation_id))
        .where(
            Invitation.municipality_id == municipality_id,
            col(Invitation.consultation_id).in_(ids),
            Invitation.purpose == "opinion",
            Invitation.state == INVITED,
        )
    )  # fmt: skip
    gone = select(OutgoingLetter.recipient_ref).where(
        OutgoingLetter.tenant_id == municipality_id,
        col(OutgoingLetter.business_key).in_(ids),
        col(OutgoingLetter.state) == "failed",
    )
    lost = set(session.exec(gone).all())
    return [
        _Asked(
            kind,
            reached=bool(it.opened_at or it.answered_at or it.no_comments_at or it.reached_otherwise)
            or (it.invited_at is not None and it.not_us_at is None and it.id not in lost),
            opened=it.opened_at is not None or it.answered_at is not None or it.no_comments_at is not None,
            spoke=it.answered_at is not None or it.no_comments_at is not None,
        )
        for kind, it in session.exec(query).all()
    ]


def _opinions(session: Session, municipality_id: str, ids: list[str]) -> tuple[dict[str, int], int]:
    mine = (Feedback.municipality_id == municipality_id, col(Feedback.consultation_id).in_(ids))
    query = select(Feedback.channel, func.count()).where(
        *mine, col(Feedback.state).in_((*COUNTED, LATE_RECORDED))
    )
    late = select(func.count()).where(*mine, col(Feedback.state).in_((LATE_ACCEPTED, LATE_RECORDED)))
    rows = session.exec(query.group_by(Feedback.channel).order_by(Feedback.channel)).all()
    return {row[0]: row[1] for row in rows}, session.exec(late).one()


def _answers(session: Session, municipality_id: str, ids: list[str]) -> list[_Answer]:
    """Every opinion that is to be answered, with its answer and the day it was due."""
    terms = select(Obligation.consultation_id, Obligation.due_at).where(
        Obligation.municipality_id == municipality_id,
        col(Obligation.consultation_id).in_(ids),
        Obligation.element == ANSWERING,
    )
    due: dict[str, datetime] = dict(session.exec(terms.order_by(col(Obligation.due_at))).all())
    query = (
        select(Feedback.consultation_id, Feedback.received_at, Response.outcome, Response.sent_at)
        .outerjoin(Response, (col(Response.municipality_id) == Feedback.municipality_id) & (col(Response.feedback_id) == Feedback.id))
        .where(
            Feedback.municipality_id == municipality_id,
            col(Feedback.consultation_id).in_(ids),
            col(Feedback.state).in_(TO_ANSWER),
        )
    )  # fmt: skip
    return [
        _Answer(received, outcome or "", sent, due.get(case_id))
        for case_id, received, outcome, sent in session.exec(query).all()
    ]


def _needs(session: Session, municipality_id: str, ids: list[str]) -> Share:
    """Needs that were arranged, of all that were asked; the deleted ones by the counts kept of them."""
    met, every = 0, 0
    for table, number in ((Need, func.count()), (NeedCount, func.sum(NeedCount.number))):
        query = select(table.state, number).where(
            table.municipality_id == municipality_id, col(table.consultation_id).in_(ids)
        )
        for state, many in session.exec(query.group_by(table.state)).all():
            every += int(many)
            met += int(many) if state == "booked" else 0
    return Share(met, every)


def _letters(session: Session, municipality_id: str, ids: list[str]) -> Share:
    query = select(OutgoingLetter.state, func.count()).where(
        OutgoingLetter.tenant_id == municipality_id, col(OutgoingLetter.business_key).in_(ids)
    )
    counts = {row[0]: row[1] for row in session.exec(query.group_by(OutgoingLetter.state)).all()}
    tried = sum(counts.get(it, 0) for it in ("sent", "failed", "held"))
    return Share(counts.get("failed", 0) + counts.get("held", 0), tried)
