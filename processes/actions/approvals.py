"""Approval by authorities: whom the plan is sent to, what each said, how long each may take.

Silence by the term is consent (PlanS § 133); the page says from which day on. An authority may ask for more
time, up to the longest the case's terms allow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from engine.clock import local_day
from engine.runtime import Runtime
from processes import obligation, terms
from processes import round as rounds
from processes.actions import planner_case, task
from processes.actions.giving import MAX_TEXT, check_length, clean
from processes.actions.participants import Letter, letters_of
from processes.actions.planner_case import Head, OpenTask
from processes.consultation import Consultation
from processes.deadline import end_of_day, ends, is_working_day
from processes.errors import NotFound, Reason, Refused, TooLate
from processes.invitation import Approval, Invitation
from processes.organisation import Organisation
from processes.permission import Actor
from processes.post import PostOffice
from processes.round import Round

TASK = "send_for_approval"
TERM, LONGEST = "dp.approval.term", "dp.approval.maxExtension"
CLOSES = "round_closes"
WAITING = "waiting"
RESULTS = ("approved", "conditions", "refused")
WITH_WORDS = ("conditions", "refused")


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
    turns = tuple(_turn(session, case, it, now) for it in _rounds(session, case))
    return Approvals(
        head=planner_case.head(session, actor, case, language),
        task=there,
        authorities=_authorities(session, case) if there else (),
        due_on=ends(local_day(now), terms.period_of(case, TERM)).ends_on if there else None,
        turns=turns,
    )


def send(
    session: Session, actor: Actor, number: str, wait_id: str, authorities: Sequence[str], sent_on: str, *,
    runtime: Runtime, now: datetime, key: str,
) -> None:  # fmt: skip
    """Ask the chosen authorities: finish the step. In: ids of organisations, an ISO day. The same key is one step.

    Errors: NotAllowed, NotFound, TooLate, NotOpen, Refused.
    """
    case = planner_case.running(session, actor, number)
    planner_case.require_open(session, case, TASK, wait_id)
    if (day := _day(sent_on)) is None:
        raise Refused({"sent_on": Reason("not_a_date")})
    if not authorities:
        raise Refused({"authorities": Reason("nobody_to_approve")})
    answers = {"sent_on": day.isoformat(), "authorities": sorted(set(authorities))}
    task.complete(session, actor, wait_id, answers, runtime=runtime, now=now, key=key)


def record(
    session: Session, actor: Actor, number: str, approval_id: str, result: str, answered_on: str, conditions: str, *,
    now: datetime,
) -> str:  # fmt: skip
    """Note what an authority said outside its own link. Out: its name.

    Errors: NotAllowed, NotFound, TooLate once the round is closed, Refused.
    """
    case, of, row, who = _one(session, actor, number, approval_id)
    if of.closed_at is not None:
        raise TooLate
    day, words = _day(answered_on), clean(conditions)
    problems: dict[str, Reason] = {}
    if result not in RESULTS:
        problems["result"] = Reason("not_a_choice")
    elif result in WITH_WORDS and not words:
        problems["conditions"] = Reason("conditions_wanted")
    check_length(problems, "conditions", words, MAX_TEXT)
    if day is None:
        problems["answered_on"] = Reason("not_a_date")
    elif day > local_day(now):
        problems["answered_on"] = Reason("in_the_future", today=local_day(now))
    elif day < local_day(of.opens_at):
        problems["answered_on"] = Reason("before_sent", sent_on=local_day(of.opens_at))
    if problems:
        raise Refused(problems)
    row.result, row.conditions, row.answered_on = result, words, day
    invitation = session.get_one(Invitation, (case.municipality_id, row.invitation_id))
    invitation.answered_at = invitation.answered_at or now
    session.add_all([row, invitation])
    return who.name


def extend(
    session: Session, actor: Actor, number: str, approval_id: str, until: str, *, runtime: Runtime, office: PostOffice,
    now: datetime,
) -> str:  # fmt: skip
    """Give an authority more time; the round stays open for it, and it is told. Out: its name.

    Errors: NotAllowed, NotFound, TooLate, Refused (not a later day, a day off, longer than allowed).
    """
    case, of, row, who = _one(session, actor, number, approval_id)
    if of.closed_at is not None or row.result != WAITING:
        raise TooLate
    day, latest, last = _day(until), _latest(case, of), row.extended_to or row.due_on
    problems: dict[str, Reason] = {}
    if day is None:
        problems["until"] = Reason("not_a_date")
    elif day <= last or day < local_day(now):
        problems["until"] = Reason("not_later", last=max(last, local_day(now)))
    elif day > latest:
        problems["until"] = Reason("extension_too_long", latest=latest)
    elif not is_working_day(day):
        problems["until"] = Reason("day_off")
    if day is None or problems:
        raise Refused(problems)
    row.extended_to = day
    session.add(row)
    if end_of_day(day) > of.closes_at:
        of.closes_at = end_of_day(day)
        session.add(of)
        runtime.move_deadline(
            session, case.municipality_id, str(case.instance_id), CLOSES, of.closes_at, now=now, actor=actor.person_id,
            reason="an authority asked for more time",
        )  # fmt: skip
        obligation.move(
            session,
            case.municipality_id,
            case.id,
            CLOSES,
            of.closes_at,
            reason="an authority asked for more time",
        )
    session.flush()
    invitation = session.get_one(Invitation, (case.municipality_id, row.invitation_id))
    office.of_case(session, case, now=now).approval_asked(of, [(invitation, row)])
    return who.name


def close_early(session: Session, actor: Actor, number: str, *, runtime: Runtime, now: datetime) -> None:
    """End the round before its last day, every authority having answered. Again is the same.

    Errors: NotAllowed, NotFound, TooLate, Refused while an authority has not answered.
    """
    case = planner_case.running(session, actor, number)
    of = rounds.current(session, case.municipality_id, case.id)
    if of is None or of.phase != "approval" or of.closed_at is not None:
        raise TooLate
    waiting = _turn(session, case, of, now).waiting(local_day(now))
    if waiting:
        raise Refused({"": Reason("still_waiting", count=waiting)})
    runtime.tell(
        session, case.municipality_id, str(case.instance_id), "round_complete", now=now, actor=actor.person_id,
        message_id=f"round_complete:{of.id}",
    )  # fmt: skip


def _one(
    session: Session, actor: Actor, number: str, approval_id: str
) -> tuple[Consultation, Round, Approval, Organisation]:
    case = planner_case.running(session, actor, number)
    query = select(Approval).where(
        Approval.municipality_id == case.municipality_id, Approval.id == approval_id
    )
    row = session.exec(query.with_for_update()).first()
    of = session.get(Round, (case.municipality_id, row.round_id)) if row else None
    if row is None or of is None or of.consultation_id != case.id:
        raise NotFound
    invitation = session.get_one(Invitation, (case.municipality_id, row.invitation_id))
    return case, of, row, session.get_one(Organisation, (case.municipality_id, invitation.organisation_id))


def _rounds(session: Session, case: Consultation) -> list[Round]:
    query = select(Round).where(
        Round.municipality_id == case.municipality_id,
        Round.consultation_id == case.id,
        Round.phase == "approval",
    )
    return list(session.exec(query.order_by(col(Round.id).desc())).all())


def _turn(session: Session, case: Consultation, of: Round, now: datetime) -> Turn:
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
        latest=_latest(case, of),
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


def _latest(case: Consultation, of: Round) -> date:
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


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
