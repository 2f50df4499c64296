"""Moving a case that is under way to a revised version of its kind, and taking the move back.

Nobody's work is lost by it: a case goes whole, or stays with the version it has and a reason. A case keeps the
terms it began with (HMS § 5 (5)), unless an official says otherwise with a reason.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from engine import move, move_rehearsal
from engine.clock import local_day
from engine.definition import Definition
from engine.errors import MoveRefused, NotOpen
from engine.instance import ACTIVE, Instance
from engine.move_plan import STUCK, Plan, Refusal
from engine.runtime import Runtime
from processes import obligation, terms
from processes.actions.moving_prospect import Why
from processes.actions.moving_versions import READERS, version_of
from processes.consultation import Consultation
from processes.errors import NotFound, Reason, Refused
from processes.obligation import Obligation
from processes.permission import Actor, require

MAX_REASON = 1_000


def apply(
    session: Session,
    actor: Actor,
    number: str,
    key: str,
    to: int,
    mapping: Mapping[str, str],
    *,
    runtime: Runtime,
    now: datetime,
    revision: int | None = None,
    new_terms: bool = False,
    reason: str = "",
    moments: Mapping[str, datetime] | None = None,
) -> None:
    """Move one case: checked and rehearsed again on what it is now. In: `revision` as it was looked at.

    Errors: NotAllowed, NotFound, NotOpen, Conflict (engine), MoveRefused, Refused when new terms lack a reason.
    """
    require(actor, *READERS)
    words = " ".join(reason.split())
    if len(words) > MAX_REASON:
        raise Refused({"reason": Reason("too_long", limit=MAX_REASON)})
    if new_terms and not words:
        raise Refused({"reason": Reason("move_reason_needed")})
    case = _case(session, actor, number)
    instance = move.read(session, case.municipality_id, str(case.instance_id))
    target = version_of(session, actor, key, to, runtime)
    old = runtime.library.get(session, case.municipality_id, instance.definition_id)
    plan = Plan(mapping, moments or {})
    if instance.definition_id != target.id and instance.status == ACTIVE:
        _rehearse(instance, old, target, plan, now)
    move.apply(
        runtime.library,
        session,
        case.municipality_id,
        instance.id,
        target,
        plan,
        now=now,
        actor=actor.person_id,
        reason=words,
        kept=json.dumps({"terms": case.terms if new_terms else None}),
        revision=instance.revision if revision is None else revision,
    )
    _rename_obligations(session, case, mapping)
    if new_terms:
        case.terms = json.dumps(terms.freeze(json.loads(target.files), local_day(now)), ensure_ascii=False)
        session.add(case)
    session.flush()


def revert(session: Session, actor: Actor, number: str, *, runtime: Runtime, now: datetime) -> None:
    """Take a move back, terms included, as long as no step was taken since.

    Errors: NotAllowed, NotFound, NotOpen, MovedOn.
    """
    require(actor, *READERS)
    case = _case(session, actor, number)
    migration = move.revert(
        runtime.library,
        session,
        case.municipality_id,
        str(case.instance_id),
        now=now,
        actor=actor.person_id,
    )
    mapping: Mapping[str, str] = json.loads(migration.plan)["mapping"]
    _rename_obligations(session, case, {after: before for before, after in mapping.items()})
    kept = json.loads(migration.kept).get("terms")
    if kept is not None:
        case.terms = kept
        session.add(case)
    session.flush()


def reasons_of(error: MoveRefused) -> list[Why]:
    """What a refused move says, with the ids of steps for names."""
    return [Why(it.code, it.step, {"come": "", "gone": "", "why": "", "kind": "", **it.details}) for it in error.refusals]  # fmt: skip


def _case(session: Session, actor: Actor, number: str) -> Consultation:
    query = select(Consultation).where(
        Consultation.municipality_id == actor.municipality_id, Consultation.number == number
    )
    found = session.exec(query).first()
    if found is None:
        raise NotFound
    if found.instance_id is None:
        raise NotOpen("this case has not begun; it will begin by the newest version.")
    return found


def _rehearse(instance: Instance, old: Definition, target: Definition, plan: Plan, now: datetime) -> None:
    checked = move.check(instance.state, old, target, plan, now=now)
    if checked.refusals:
        raise MoveRefused(checked.refusals)
    if stood := move_rehearsal.rehearse(checked.state, target, now=now):
        raise MoveRefused((Refusal(STUCK, "", {"why": stood}),))


def _rename_obligations(session: Session, case: Consultation, mapping: Mapping[str, str]) -> None:
    """A term that runs is found by its step's name; the name follows."""
    for before, after in mapping.items():
        query = select(Obligation).where(
            Obligation.municipality_id == case.municipality_id,
            Obligation.consultation_id == case.id,
            Obligation.element == obligation.plain_name(before),
            col(Obligation.met_at).is_(None),
            col(Obligation.withdrawn_at).is_(None),
        )
        for row in session.exec(query):
            row.element = obligation.plain_name(after)
            session.add(row)
