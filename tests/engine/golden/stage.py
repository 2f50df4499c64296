"""A stage on which a recorded walk is played: services give what the walk holds, and the clock is held in hand.

Nothing here knows more of the engine than its verbs and its tables, so that one script records with an old engine
and plays with a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy_utc import UtcDateTime
from sqlmodel import Session, SQLModel, col, select

from engine.clock import HeldClock
from engine.definition import Definition, Library
from engine.history import History
from engine.instance import Instance
from engine.job import Job
from engine.message import Message
from engine.runtime import Runtime
from engine.service import Binding, Services
from engine.wait import HUMAN, Wait
from engine.worker import Worker
from processes.database import Database

TENANT = "golden"
MORNING = datetime(2027, 3, 1, 8, tzinfo=UTC)
KEPT: tuple[type[Any], ...] = (Instance, Wait, Job, Message)
Row = dict[str, Any]


class _Line(Binding):
    def call(self, values: Mapping[str, Any], step: Any, tools: Any) -> Any:
        return self.function(values, step)


class Stage(Services):
    """Every operation exists. In: what each gives (`=x` its input x, `+3` three days on), facts, and the jobs."""

    def __init__(self, gives: Mapping[str, Row], later: Sequence[str] = ()) -> None:
        super().__init__("processes.services")
        self._gives, self._later = gives, later

    def find(self, name: str) -> Binding:
        def give(values: Mapping[str, Any], step: Any) -> Any:
            given = {key: _value(it, values, step.now) for key, it in self._gives.get(name, {}).items()}
            return SimpleNamespace(model_dump=lambda: given)

        return _Line(name, give, None, None, {}, later=name in self._later)

    def fact(self, name: str) -> Binding:
        return _Line(name, lambda _values, _step: 0, None, None, {}, gives=int)


def _value(given: Any, values: Mapping[str, Any], now: datetime) -> Any:
    if isinstance(given, str) and given.startswith("="):
        return values[given[1:]]
    if isinstance(given, str) and given.startswith("+"):
        return now + timedelta(days=int(given))
    return given


class Player:
    """Plays one walk, action by action: `["complete", element, answers]`, `["tell", name]`, `["next"]`, `["move", element, days]`."""

    def __init__(self, database: Database, stage: Stage, now: datetime = MORNING) -> None:
        self.database, self.clock = database, HeldClock(now)
        self.runtime = Runtime(stage, library=Library())
        self.worker = Worker(self.runtime, database.open_transaction, self.clock)
        self.instance_id = ""

    def start(self, files: Mapping[str, str], data: Row) -> Definition:
        """Deploy and begin."""
        with self.database.open_transaction() as session:
            definition = self.runtime.library.deploy(session, TENANT, files, now=self.clock.now())
            begun = self.runtime.start(
                session,
                TENANT,
                definition.key,
                business_key="case",
                data=data,
                now=self.clock.now(),
                actor="aino",
            )
            self.instance_id = begun.id
            return Definition(**{name: getattr(definition, name) for name in Definition.model_fields})

    def act(self, action: Sequence[Any]) -> None:
        """Do one action, in one transaction."""
        verb, *rest = action
        now = self.clock.now()
        if verb == "next":
            self._next()
            return
        with self.database.open_transaction() as session:
            if verb == "complete":
                wait = next(it for it in self.open_tasks() if it.element == rest[0])
                self.runtime.complete(session, TENANT, wait.id, rest[1], now=now, actor="aino")
            elif verb == "tell":
                self.runtime.tell(session, TENANT, self.instance_id, rest[0], now=now, actor="mart")
            else:
                due = now + timedelta(days=rest[1])
                self.runtime.move_deadline(
                    session, TENANT, self.instance_id, rest[0], due, now=now, actor="aino", reason="moved"
                )

    def _next(self) -> None:
        with self.database.session() as session:
            due = self.worker.next_due(session)
        assert due is not None, "nothing is due"
        self.clock.move_to(max(due, self.clock.now()))
        self.worker.drain(1)

    def open_tasks(self) -> list[Wait]:
        """Out: what people could do now."""
        with self.database.session() as session:
            waits = self.runtime.waits(session, TENANT, self.instance_id)
        return sorted((it for it in waits if it.kind == HUMAN), key=lambda it: it.element)

    def due(self) -> bool:
        """Whether anything will happen by itself."""
        with self.database.session() as session:
            return self.worker.next_due(session) is not None

    def instance(self) -> Instance:
        """Out: the instance as it is stored."""
        with self.database.session() as session:
            found = session.exec(select(Instance).where(col(Instance.id) == self.instance_id)).one()
            return Instance(**found.model_dump())

    def happened(self) -> list[Row]:
        """Out: the history, oldest first."""
        with self.database.session() as session:
            query = select(History).where(col(History.instance_id) == self.instance_id)
            return [plain(it) for it in session.exec(query.order_by(col(History.seq)))]

    def point(self) -> dict[str, list[Row]]:
        """Out: everything stored of the instance but its history, by table."""
        with self.database.session() as session:
            return {
                model.__tablename__: [plain(it) for it in session.exec(select(model)).all()] for model in KEPT
            }


def plain(row: SQLModel) -> Row:
    """Out: a row as JSON can hold it."""
    found = row.model_dump()
    return {k: it.astimezone(UTC).isoformat() if isinstance(it, datetime) else it for k, it in found.items()}


def put(session: Session, model: type[Any], rows: Sequence[Row]) -> None:
    """Store recorded rows. Columns that came later get what the class gives them."""
    moments = {it.name for it in model.__table__.columns if isinstance(it.type, UtcDateTime)}
    for row in rows:
        kept = {name: value for name, value in row.items() if name in model.model_fields}
        typed = {
            name: datetime.fromisoformat(value) if name in moments and value is not None else value
            for name, value in kept.items()
        }
        session.add(model(**typed))
    session.flush()
