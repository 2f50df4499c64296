"""A bench for the engine's tests: a database with its tables, a runtime, a clock in hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from engine.clock import HeldClock
from engine.definition import Definition
from engine.history import verify
from engine.instance import Instance
from engine.runtime import Runtime
from engine.service import Services
from engine.wait import HUMAN, Wait
from processes import tables
from processes.database import Database
from tests.engine.clerk.letter import Postbox

T = TypeVar("T")
TENANT = "t1"
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


class Bench:
    """Plays instances: each verb is one committed transaction."""

    def __init__(self, database: Database, listeners: tuple[Any, ...] = ()) -> None:
        self.database = database
        self.postbox = Postbox()
        self.clock = HeldClock(MORNING)
        self.runtime = Runtime(
            Services("tests.engine.clerk"), tools={Postbox: lambda _step: self.postbox}, listeners=listeners
        )

    def deploy(self, files: Mapping[str, str]) -> Definition:
        return self._do(lambda s: self.runtime.library.deploy(s, TENANT, files, now=self.clock.now()))

    def start(self, key: str, key_of_step: str | None = None, **data: Any) -> Instance:
        return self._do(
            lambda s: self.runtime.start(
                s,
                TENANT,
                key,
                business_key="b1",
                data=data,
                now=self.clock.now(),
                actor="aino",
                idempotency_key=key_of_step,
            )
        )

    def complete(
        self, instance: Instance, element: str, key_of_step: str | None = None, **answers: Any
    ) -> Instance:
        wait = self.wait(instance, element)
        return self.complete_wait(wait.id, key_of_step, **answers)

    def complete_wait(self, wait_id: str, key_of_step: str | None = None, **answers: Any) -> Instance:
        return self._do(
            lambda s: self.runtime.complete(
                s, TENANT, wait_id, answers, now=self.clock.now(), actor="aino", idempotency_key=key_of_step
            )
        )

    def tell(self, instance: Instance, name: str, message_id: str | None = None, **payload: Any) -> Instance:
        return self._do(
            lambda s: self.runtime.tell(
                s,
                TENANT,
                instance.id,
                name,
                payload=payload,
                now=self.clock.now(),
                actor="mart",
                message_id=message_id,
            )
        )

    def fire(self, instance: Instance) -> Instance:
        return self._do(lambda s: self.runtime.fire(s, TENANT, instance.id, now=self.clock.now()))

    def cancel(self, instance: Instance) -> Instance:
        return self._do(
            lambda s: self.runtime.cancel(
                s, TENANT, instance.id, now=self.clock.now(), actor="aino", reason="withdrawn"
            )
        )

    def move(self, instance: Instance, element: str, due: datetime) -> Instance:
        return self._do(
            lambda s: self.runtime.move_deadline(
                s, TENANT, instance.id, element, due, now=self.clock.now(), actor="aino", reason="a holiday"
            )
        )

    def later(self, **delta: float) -> None:
        self.clock.move_to(self.clock.now() + timedelta(**delta))

    def waits(self, instance: Instance) -> list[Wait]:
        with self.database.session() as session:
            return self.runtime.waits(session, TENANT, instance.id)

    def open(self, instance: Instance, kind: str = HUMAN) -> list[str]:
        return sorted(it.element for it in self.waits(instance) if it.kind == kind)

    def wait(self, instance: Instance, element: str) -> Wait:
        return next(it for it in self.waits(instance) if it.element == element)

    def data(self, instance: Instance) -> dict[str, Any]:
        with self.database.session() as session:
            return self.runtime.data(session, TENANT, instance.id)

    def happened(self, instance: Instance) -> list[str]:
        rows = self.rows(
            "select element, what from engine_history where instance_id = :i order by seq", i=instance.id
        )
        return [f"{it.element} {it.what}".strip() for it in rows]

    def sound(self, instance: Instance) -> bool:
        with self.database.session() as session:
            return verify(session, TENANT, instance.id)

    def rows(self, query: str, **values: Any) -> list[Any]:
        with self.database.session() as session:
            return list(session.connection().execute(sa.text(query), values))

    def _do(self, work: Callable[[Session], T]) -> T:
        return self.database.transaction(work)


@pytest.fixture(scope="session")
def prepare_database() -> Callable[[str], None]:
    def prepare(url: str) -> None:
        engine = sa.create_engine(url)
        tables.metadata().create_all(engine)
        with engine.begin() as connection:
            connection.execute(sa.text("create table engine_test_row(instance_id text, element text)"))
        engine.dispose()

    return prepare


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


@pytest.fixture
def quick_bench(sqlite_url: str) -> Iterator[Bench]:
    """A bench on SQLite alone, for what does not depend on the database."""
    opened = Database(sqlite_url)
    yield Bench(opened)
    opened.close()
