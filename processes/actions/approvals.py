"""Approval by authorities: whom the plan is sent to, what each said, how long each may take.

Silence by the term is consent (PlanS § 133); the page says from which day on.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from engine.clock import local_day
from processes import terms
from processes.actions import planner_case
from processes.actions.participants import Letter, letters_of
from processes.actions.planner_case import Head, OpenTask
from processes.consultation import Consultation
from processes.deadline import ends
from processes.invitation import Approval, Invitation
from processes.organisation import Organisation
from processes.permission import Actor
from processes.round import Round

TASK = "send_for_approval"
TERM, LONGEST = "dp.approval.term", "dp.approval.maxExtension"
WAITING = "waiting"


@dataclass(frozen=True)
class Authority:
    """An authority that may be asked. `ticked` when it was asked before, or is one by kind and place."""

    organisation_id: str
    name: str
    kind: str
    has_address: bool
    ticked: bool


@dataclass(frozen=True)
class Asked:
    """One authority's answer. `last` is the day its silence becomes consent; `latest` how far that may be moved."""

    id: str
    invitation_id: str
    name: str
    result: str
    due_on: date
    extended_to: date | None
    answered_on: date | None
    conditions: str
    opened_at: datetime | None
    letter: Letter | None

    @property
    def last(self) -> date:
        return self.extended_to or self.due_on


@dataclass(frozen=True)
class Turn:
    """One sending-out. `open` while answers are awaited; `latest` is the longest any authority may take."""

    id: str
    number: int
    sent_on: date
    closes_at: datetime
    open: bool
    latest: date
    asked: tuple[Asked, ...]

    def waiting(self, today: date) -> int:
        """How many may still answer: silent ones whose last day has not passed."""
        return sum(it.result == WAITING and it.last >= today for it in self.asked)


@dataclass(frozen=True)
class Approvals:
    """The page: the step while it is open, and every sending-out, the newest first."""

    head: Head
    task: OpenTask | None
    authorities: tuple[Authority, ...]
    due_on: date | None
    turns: tuple[Turn, ...]


def read(session: Session, actor: Actor, number: str, language: str, *, now: datetime) -> Approvals:
    """The approvals of a case. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    there = planner_case.task(session, case, TASK)
    turns = tuple(turn(session, case, it, now) for it in _rounds(session, case))
    return Approvals(
        head=planner_case.head(session, actor, case, language),
        task=there,
        authorities=_authorities(session, case) if there else (),
        due_on=ends(local_day(now), terms.period_of(case, TERM)).ends_on if there else None,
        turns=turns,
    )


def _rounds(session: Session, case: Consultation) -> list[Round]:
    query = select(Round).where(
        Round.municipality_id == case.municipality_id,
        Round.consultation_id == case.id,
        Round.phase == "approval",
    )
    return list(session.exec(query.order_by(col(Round.id).desc())).all())


def turn(session: Session, case: Consultation, of: Round, now: datetime) -> Turn:
    """One sending-out with what every authority said."""
    query = (
        select(Approval, Invitation, Organisation.name)
        .join(
            Invitation,
            (col(Invitation.municipality_id) == col(Approval.municipality_id))
            & (col(Invitation.id) == col(Approval.invitation_id)),
        )
        .join(
            Organisation,
            (col(Organisation.municipality_id) == col(Invitation.municipality_id))
            & (col(Organisation.id) == col(Invitation.organisation_id)),
        )
        .where(Approval.municipality_id == case.municipality_id, Approval.round_id == of.id)
    )
    rows = session.exec(query.order_by(Organisation.name)).all()
    letters = letters_of(session, case, [invitation.id for _, invitation, _ in rows])
    return Turn(
        id=of.id,
        number=of.turn,
        sent_on=local_day(of.opens_at),
        closes_at=of.closes_at,
        open=of.is_open(now),
        latest=latest(case, of),
        asked=tuple(
            Asked(
                id=row.id,
                invitation_id=invitation.id,
                name=name,
                result=row.result,
                due_on=row.due_on,
                extended_to=row.extended_to,
                answered_on=row.answered_on,
                conditions=row.conditions,
                opened_at=invitation.opened_at,
                letter=letters.get(invitation.id),
            )
            for row, invitation, name in rows
        ),
    )


def latest(case: Consultation, of: Round) -> date:
    """The last day an authority may take in all; a term that ends on a day off ends after it."""
    frozen = case.frozen_terms()
    if LONGEST in frozen:
        return ends(local_day(of.opens_at), terms.period_of(case, LONGEST)).ends_on
    return local_day(of.opens_at) + timedelta(days=90)


def _authorities(session: Session, case: Consultation) -> tuple[Authority, ...]:
    before = select(Invitation.organisation_id).where(
        Invitation.municipality_id == case.municipality_id,
        Invitation.consultation_id == case.id,
        Invitation.purpose == "approval",
    )
    asked = set(session.exec(before).all())
    query = select(Organisation).where(
        Organisation.municipality_id == case.municipality_id, col(Organisation.active)
    )
    found = [
        Authority(
            organisation_id=it.id,
            name=it.name,
            kind=it.kind,
            has_address=bool(it.email) and it.undeliverable_since is None,
            ticked=it.id in asked if asked else it.kind == "authority",
        )
        for it in session.exec(query.order_by(Organisation.name))
    ]
    return tuple(sorted(found, key=lambda it: (it.kind != "authority", not it.ticked)))
