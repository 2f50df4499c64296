"""Moves a running instance to another version of its process: check, apply, take back. One step each.

Nothing runs while a case is moved: the same people, messages and moments are waited for before and after, under
the new version's names. The caller commits. A step taken meanwhile is a Conflict: check again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

import orjson
import sqlalchemy as sa
import uuid_utils
from sqlmodel import Session

from engine import field, ledger, move_difference, move_record
from engine.definition import Definition, Library
from engine.errors import (
    Conflict,
    EngineError,
    MovedOn,
    MoveRefused,
    NotOpen,
    StateUnreadable,
    UnknownInstance,
    ValueRefused,
)
from engine.feel.expression import Expression
from engine.history import Event
from engine.incident import Incident
from engine.instance import ACTIVE, Instance
from engine.move_plan import (
    FIELD,
    NO_MOMENT,
    SOURCE,
    TARGET,
    UNREADABLE,
    Plan,
    Refusal,
)
from engine.move_record import Migration
from engine.process import Process
from engine.spiff import moving
from engine.spiff.machine import Machine, Open
from engine.timer import moment_of
from engine.wait import Wait

_instance: sa.Table = Instance.__table__  # type: ignore[attr-defined]
_wait: sa.Table = Wait.__table__  # type: ignore[attr-defined]
_incident: sa.Table = Incident.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Checked:
    """What a move would do: the state it would leave, what is open before and after, or why not.

    `dropped` are fields with a value the new version does not know; the value stays in the record of the move.
    """

    state: str
    before: Mapping[str, Open]
    after: Mapping[str, Open]
    refusals: tuple[Refusal, ...]
    dropped: tuple[str, ...] = ()


class _Standing:
    """Lends a machine its moment and data; nothing is done while a case is moved."""

    expressions: Mapping[str, Expression] = {}

    def __init__(self, now: datetime, values: Mapping[str, Any]) -> None:
        self.now = now
        self.values = values

    def perform(self, task: Any) -> NoReturn:
        raise StateUnreadable(f"{task.task_spec.name} was about to run while its case was moved.")

    def moment(self, kind: str, text: str) -> datetime:
        return moment_of(kind, text, self.values, self.now)

    def done(self, path: str) -> None:
        """Nothing is done."""

    def threw(self, name: str) -> None:
        """Nothing is thrown."""


def check(state: str, old: Definition, new: Definition, plan: Plan, *, now: datetime) -> Checked:
    """Say what a move would do to a stored state. Nothing is written. Errors: StateUnreadable."""
    stored = orjson.loads(state)["data"]
    values = field.thaw(old.process.fields, stored)
    machine, _ = Machine.load(old.blueprint, state, _Standing(now, values))
    before = machine.open()
    refusals = list(_plan_faults(old.process, new.process, plan))
    fields = new.process.fields
    carried: dict[str, Any] = {}
    for name, value in values.items():
        if name not in fields or value is None:
            continue
        try:
            carried[name] = field.coerce(name, fields[name], value)
        except ValueRefused:
            refusals.append(Refusal(FIELD, name, {"kind": fields[name]}))
    dropped = tuple(sorted(name for name in values if name not in fields and values[name] is not None))
    data = field.freeze(fields, carried)
    moved, found = moving.move(state, data, old.blueprint, new.blueprint, plan, _Standing(now, carried))
    refusals += found
    if refusals:
        return Checked("", before, {}, tuple(refusals), dropped)
    try:
        moved, after = _with_moments(moved, data, new, plan, _Standing(now, carried), refusals)
    except EngineError as error:
        return Checked("", before, {}, (Refusal(UNREADABLE, "", {"why": str(error)[:200]}),), dropped)
    if not refusals and after.keys() != before.keys():
        refusals.append(Refusal(UNREADABLE, "", {"why": "other things would be waited for"}))
    return Checked("" if refusals else moved, before, after, tuple(refusals), dropped)


def _plan_faults(old: Process, new: Process, plan: Plan) -> list[Refusal]:
    was, will = move_difference.named(old), move_difference.named(new)
    faults = [Refusal(SOURCE, it) for it in plan.mapping if it not in was]
    return faults + [Refusal(TARGET, a, {"come": b}) for a, b in plan.mapping.items() if b not in will]


def _with_moments(
    state: str, data: str, new: Definition, plan: Plan, standing: _Standing, refusals: list[Refusal]
) -> tuple[str, Mapping[str, Open]]:
    machine, _ = Machine.load(new.blueprint, state, standing)
    for path, moment in plan.moments.items():
        named = [it for it in machine.open().values() if it.path == path and it.due_at is not None]
        if not named:
            refusals.append(Refusal(NO_MOMENT, path))
        for it in named:
            machine.set_due(it.id, moment)
    text = machine.freeze(data)
    again, _ = Machine.load(new.blueprint, text, standing)
    if again.freeze(data) != text or again.open() != machine.open():
        raise StateUnreadable("it does not read back as it was")
    return text, again.open()


def apply(
    library: Library,
    session: Session,
    tenant_id: str,
    instance_id: str,
    to: Definition,
    plan: Plan,
    *,
    now: datetime,
    actor: str,
    reason: str = "",
    kept: str = "{}",
    revision: int | None = None,
) -> Migration:
    """Move an instance. In: `revision` is the one that was checked, if any; `kept` comes back with a revert.

    Errors: UnknownInstance, NotOpen when it has ended or runs by that version, Conflict, MoveRefused.
    """
    row = ledger.lock(session, tenant_id, instance_id)
    if row["status"] != ACTIVE:
        raise NotOpen("this case has ended; it stays with the version it ended with.")
    if row["definition_id"] == to.id:
        raise NotOpen("this case runs by that version already.")
    if revision is not None and row["revision"] != revision:
        raise Conflict("a step was taken in this case meanwhile; check the move again.")
    old = library.get(session, tenant_id, row["definition_id"])
    new = library.get(session, tenant_id, to.id)
    if old.key != new.key:
        raise NotOpen(f"this case is a {old.key}; it cannot become a {new.key}.")
    checked = check(row["state"], old, new, plan, now=now)
    if checked.refusals:
        raise MoveRefused(checked.refusals)
    details = {"from_version": old.version, "to_version": new.version, "reason_length": len(reason)}
    moved = _write(session, row, new, checked, Event(actor, "", "moved_version", details), now)
    _rename_incidents(session, row, checked)
    migration = Migration(
        tenant_id=tenant_id,
        id=str(uuid_utils.uuid7()),
        instance_id=instance_id,
        from_id=old.id,
        to_id=new.id,
        plan=plan.text(),
        state_before=row["state"],
        kept=kept,
        reason=reason,
        revision=moved.revision,
        moved_by=actor,
        moved_at=now,
    )
    session.add(migration)
    session.flush()
    return migration


def revert(
    library: Library, session: Session, tenant_id: str, instance_id: str, *, now: datetime, actor: str
) -> Migration:
    """Take the last move of an instance back. Errors: UnknownInstance, NotOpen when it was not moved, MovedOn."""
    row = ledger.lock(session, tenant_id, instance_id)
    migration = move_record.newest(session, tenant_id, instance_id)
    if migration is None or row["definition_id"] != migration.to_id:
        raise NotOpen("this case was not moved, or the move was taken back already.")
    if row["revision"] != migration.revision or row["status"] != ACTIVE:
        raise MovedOn("a step was taken since the move; move the case again instead of taking it back.")
    old = library.get(session, tenant_id, migration.from_id)
    new = library.get(session, tenant_id, migration.to_id)
    before = _open(row["state"], new, now)
    after = _open(migration.state_before, old, now)
    checked = Checked(migration.state_before, before, after, ())
    details = {"from_version": new.version, "to_version": old.version}
    _write(session, row, old, checked, Event(actor, "", "moved_back", details), now)
    _rename_incidents(session, row, checked)
    migration.reverted_at, migration.reverted_by = now, actor
    session.add(migration)
    session.flush()
    return migration


def read(session: Session, tenant_id: str, instance_id: str) -> Instance:
    """Out: an instance as the database holds it now. Errors: UnknownInstance."""
    query = sa.select(_instance).where(_instance.c.tenant_id == tenant_id, _instance.c.id == instance_id)
    row = session.connection().execute(query).mappings().one_or_none()
    if row is None:
        raise UnknownInstance(f"there is no instance {instance_id}.")
    return Instance(**row)


def _open(state: str, definition: Definition, now: datetime) -> Mapping[str, Open]:
    values = field.thaw(definition.process.fields, orjson.loads(state)["data"])
    machine, _ = Machine.load(definition.blueprint, state, _Standing(now, values))
    return machine.open()


def _write(
    session: Session, row: ledger.Row, to: Definition, checked: Checked, event: Event, now: datetime
) -> Instance:
    """State, deadlines, job, history and revision as any step writes them; then what only a move changes."""
    moved = ledger.write_step(
        session,
        ledger.Written(
            row=row,
            status=ACTIVE,
            end_element=None,
            state=checked.state,
            now=now,
            events=[event],
            before=checked.before,
            after=checked.after,
            waits=[],
        ),
    )
    connection = session.connection()
    mine = sa.and_(_instance.c.tenant_id == row["tenant_id"], _instance.c.id == row["id"])
    connection.execute(sa.update(_instance).where(mine).values(definition_id=to.id))
    for key, it in checked.after.items():
        connection.execute(
            sa.update(_wait)
            .where(_wait.c.tenant_id == row["tenant_id"], _wait.c.id == key)
            .values(
                kind=it.kind,
                element=it.path,
                name=it.element.name,
                lane=to.process.lane(it.path),
                role=to.process.role(it.path),
                due_at=it.due_at,
            )
        )
    moved.definition_id = to.id
    return moved


def _rename_incidents(session: Session, row: ledger.Row, checked: Checked) -> None:
    renamed = {
        it.path: checked.after[key].path
        for key, it in checked.before.items()
        if checked.after[key].path != it.path
    }
    for before, after in renamed.items():
        session.connection().execute(
            sa.update(_incident)
            .where(
                _incident.c.tenant_id == row["tenant_id"],
                _incident.c.instance_id == row["id"],
                _incident.c.element == before,
                _incident.c.resolved_at.is_(None),
            )
            .values(element=after)
        )
