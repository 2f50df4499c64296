"""What a move of cases under way would do, before anything is done: what changed, who can go, and why not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from engine import move, move_difference, move_record, move_rehearsal
from engine.clock import local_day
from engine.definition import Definition
from engine.instance import ACTIVE, Instance
from engine.move_difference import Change
from engine.move_plan import STUCK, Plan, Refusal
from engine.runtime import Runtime
from processes import terms
from processes.actions.moving_versions import READERS, version_of
from processes.consultation import Consultation, ConsultationText
from processes.permission import Actor, require
from processes.task_words import words_of

PAGE = 20


@dataclass(frozen=True)
class Why:
    """A reason against a move; `name` is the step as people know it."""

    code: str
    name: str
    params: Mapping[str, str]


@dataclass(frozen=True)
class CaseMove:
    """One case and what a move would do to it. `terms` are the keys whose period differs by now."""

    number: str
    title: str
    title_language: str
    version: int
    revision: int
    now: tuple[str, ...]
    reasons: tuple[Why, ...]
    dropped: tuple[str, ...]
    terms: tuple[str, ...]

    @property
    def may(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Moved:
    """A case that was moved and may still be taken back."""

    number: str
    title: str
    title_language: str
    moved_at: datetime


@dataclass(frozen=True)
class Difference:
    """What changed from one older version, in the order of the page; `name` is the step as people know it."""

    version: int
    changes: tuple[tuple[Change, str], ...]


@dataclass(frozen=True)
class Prospect:
    """A move prepared: what changed, what may stand in for what is gone, and what becomes of each case."""

    key: str
    title: str
    to: int
    differences: tuple[Difference, ...]
    gone: tuple[tuple[str, str], ...]
    stand_ins: tuple[tuple[str, str], ...]
    mapping: Mapping[str, str]
    cases: tuple[CaseMove, ...]
    found: int
    page: int
    pages: int
    moved: tuple[Moved, ...]


def prospect(
    session: Session,
    actor: Actor,
    key: str,
    to: int,
    mapping: Mapping[str, str],
    language: str,
    *,
    runtime: Runtime,
    now: datetime,
    numbers: Sequence[str] = (),
    page: int = 1,
    size: int = PAGE,
    moments: Mapping[str, datetime] | None = None,
) -> Prospect:
    """What a move of the cases under way would do; nothing is changed. In: `numbers` limits it to those cases.

    Errors: NotAllowed, NotFound.
    """
    require(actor, *READERS)
    home = actor.municipality_id
    target = version_of(session, actor, key, to, runtime)
    query = (
        select(Consultation, Instance)
        .join(Instance, (col(Instance.tenant_id) == Consultation.municipality_id) & (col(Instance.id) == Consultation.instance_id))
        .join(Definition, (col(Definition.tenant_id) == Instance.tenant_id) & (col(Definition.id) == Instance.definition_id))
        .where(Consultation.municipality_id == home, Instance.status == ACTIVE)
        .where(Definition.key == key, Definition.version != to)
        .order_by(col(Consultation.created_at), col(Consultation.id))
    )  # fmt: skip
    if numbers:
        query = query.where(col(Consultation.number).in_(numbers))
    found = session.exec(select(func.count()).select_from(query.order_by(None).subquery())).one()
    pages = max(1, -(-found // size))
    page = min(max(page, 1), pages)
    rows = session.exec(query.offset((page - 1) * size).limit(size)).all()
    olds = {it.definition_id: runtime.library.get(session, home, it.definition_id) for _, it in rows}
    ordered = sorted(olds.values(), key=lambda it: -it.version)
    plan = Plan(mapping, moments or {})
    titles = _titles(session, home, [case.id for case, _ in rows], language)
    differences = tuple(
        Difference(it.version, tuple(_named(it, target, change, language) for change in move_difference.changes(it.process, target.process, mapping)))
        for it in ordered
    )  # fmt: skip
    fresh = terms.freeze(json.loads(target.files), local_day(now))
    gone, stand_ins = _gaps(ordered, target, language)
    return Prospect(
        key=key,
        title=target.translate(target.process.manifest.title, language),
        to=to,
        differences=differences,
        gone=gone,
        stand_ins=stand_ins,
        mapping=mapping,
        cases=tuple(
            _look(case, instance, olds[instance.definition_id], target, plan, titles, fresh, language, now)
            for case, instance in rows
        ),
        found=found,
        page=page,
        pages=pages,
        moved=_may_go_back(session, actor, target, language, numbers),
    )


def _titles(session: Session, home: str, ids: Sequence[str], language: str) -> dict[str, tuple[str, str]]:
    query = select(ConsultationText).where(
        ConsultationText.municipality_id == home,
        col(ConsultationText.consultation_id).in_(ids),
        col(ConsultationText.language).in_(("et", language)),
    )
    found: dict[str, tuple[str, str]] = {}
    for text in session.exec(query):
        if text.language == language or text.consultation_id not in found:
            found[text.consultation_id] = (text.title, text.language)
    return found


def _look(
    case: Consultation,
    instance: Instance,
    old: Definition,
    target: Definition,
    plan: Plan,
    titles: Mapping[str, tuple[str, str]],
    fresh: Mapping[str, Mapping[str, Any]],
    language: str,
    now: datetime,
) -> CaseMove:
    checked = move.check(instance.state, old, target, plan, now=now)
    refusals = list(checked.refusals)
    if not refusals and (stood := move_rehearsal.rehearse(checked.state, target, now=now)):
        refusals.append(Refusal(STUCK, "", {"why": stood}))
    title, said = titles.get(case.id, (case.number, language))
    open_now = [it for it in checked.before.values() if it.element.kind != "boundaryEvent"]
    return CaseMove(
        number=case.number,
        title=title,
        title_language=said,
        version=old.version,
        revision=instance.revision,
        now=tuple(dict.fromkeys(words_of(old, it.path, language).name or it.path for it in open_now)),
        reasons=tuple(_why(it, old, language) for it in refusals),
        dropped=checked.dropped,
        terms=_other_terms(case, fresh),
    )


def _why(refusal: Refusal, old: Definition, language: str) -> Why:
    params = {"come": "", "gone": "", "why": "", "kind": "", **refusal.details}
    return Why(refusal.code, _name(old, refusal.step, language), params)


def _name(definition: Definition, path: str, language: str) -> str:
    try:
        return definition.text_of(path, language).name or path
    except KeyError:
        return path


def _named(old: Definition, new: Definition, change: Change, language: str) -> tuple[Change, str]:
    definition = old if change.code == move_difference.REMOVED else new
    name = _name(definition, change.step, language)
    if change.code in (move_difference.WAY_ADDED, move_difference.WAY_REMOVED):
        change = Change(
            change.code,
            change.step,
            _name(new, change.before, language) if change.before else "",
            _name(new, change.after, language) if change.after else "",
        )
    elif change.code == move_difference.RENAMED:
        change = Change(
            change.code, change.step, old.translate(change.before, language), new.translate(change.after, language)
        )  # fmt: skip
    return change, name


def _gaps(
    olds: Sequence[Definition], new: Definition, language: str
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Steps that are gone and those that came, as (path, name): the plan may let one stand in for the other."""
    will = move_difference.named(new.process)
    gone: dict[str, str] = {}
    known: set[str] = set()
    for old in olds:
        was = move_difference.named(old.process)
        known |= was.keys()
        gone |= {it: _name(old, it, language) for it in was if it not in will}
    come = [(it, _name(new, it, language)) for it in will if it not in known]
    return tuple(gone.items()), tuple(come)


def _other_terms(case: Consultation, fresh: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    kept: Mapping[str, Mapping[str, Any]] = case.frozen_terms()
    differ = (it for it in {*fresh, *kept} if _period(fresh, it) != _period(kept, it))
    return tuple(sorted(differ))


def _period(held: Mapping[str, Mapping[str, Any]], key: str) -> object:
    return held.get(key, {}).get("period")


def _may_go_back(
    session: Session, actor: Actor, target: Definition, language: str, numbers: Sequence[str]
) -> tuple[Moved, ...]:
    """Cases moved to this version in which no step was taken since; the latest first, one page of them."""
    record = move_record.Migration
    query = (
        select(Consultation, record.moved_at)
        .join(Instance, (col(Instance.tenant_id) == Consultation.municipality_id) & (col(Instance.id) == Consultation.instance_id))
        .join(record, (col(record.tenant_id) == Instance.tenant_id) & (col(record.instance_id) == Instance.id))
        .where(Consultation.municipality_id == actor.municipality_id, Instance.status == ACTIVE)
        .where(Instance.definition_id == target.id, record.to_id == target.id)
        .where(col(record.reverted_at).is_(None), record.revision == Instance.revision)
        .order_by(col(record.moved_at).desc(), col(Consultation.id))
        .limit(PAGE)
    )  # fmt: skip
    if numbers:
        query = query.where(col(Consultation.number).in_(numbers))
    rows = session.exec(query).all()
    titles = _titles(session, actor.municipality_id, [case.id for case, _ in rows], language)
    return tuple(
        Moved(case.number, *titles.get(case.id, (case.number, language)), moved_at) for case, moved_at in rows
    )
