"""One door to SQLite or PostgreSQL: sessions in threads, a transaction a step, retries on conflict.

SQLite: our own BEGIN IMMEDIATE, WAL, full synchronisation (an accepted answer is on disk).
PostgreSQL: READ COMMITTED with row locks and a revision; a conflict runs the step again.
"""

import errno
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import uuid_utils
from sqlalchemy import Engine, ForeignKeyConstraint, create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlmodel import Field, Session, SQLModel

SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

from engine.errors import Conflict as EngineConflict  # noqa: E402  tables must see the convention first

T = TypeVar("T")
SERIALIZATION_FAILURES = {"40001", "40P01"}
PATIENCE = 10.0
# SQLite's primary codes: busy, locked, read-only, I/O error, full, cannot open.
SQLITE_OUTAGES = {5, 6, 8, 10, 13, 14}
DISK_OUTAGES = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
# PostgreSQL's classes and codes: connection, resources (disk full), operator's intervention, read-only.
POSTGRES_OUTAGES = ("08", "53", "57P", "25006")


def new_id() -> str:
    """Give a UUIDv7: sortable by time, unguessable enough for a key, never a secret."""
    return str(uuid_utils.uuid7())


class Row(SQLModel):
    """What every table of this floor begins with: the municipality in the key."""

    municipality_id: str = Field(primary_key=True)
    id: str = Field(default_factory=new_id, primary_key=True)


def belongs_to(table: str, column: str | None = None) -> ForeignKeyConstraint:
    """A foreign key that cannot leave the municipality. In: the table, its column here."""
    key = column or f"{table}_id"
    return ForeignKeyConstraint(["municipality_id", key], [f"{table}.municipality_id", f"{table}.id"])


class Database:
    """A database by its URL (`sqlite:///file.db`, `postgresql+psycopg://…`).

    `patience` is how many seconds a step waits for a database that another program holds before it gives up.
    """

    def __init__(self, url: str, *, patience: float | None = None) -> None:
        self.url = url
        self.patience = PATIENCE if patience is None else patience
        self.engine, self._reading = _engines(url, self.patience)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session for reading; whatever was changed in it is rolled back."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session  # closing it rolls back

    @contextmanager
    def open_transaction(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back when anything was raised. No retry."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    def transaction(self, work: Callable[[Session], T], retries: int = 8) -> T:
        """Run `work` in one transaction; a conflict with another step runs it again.

        Out: what `work` returned, after the commit. Errors: what `work` raised; the conflict
        itself when it still stands after `retries` tries.
        """
        began = time.monotonic()
        for attempt in range(1, retries + 1):
            try:
                with self.open_transaction() as session:
                    return work(session)
            except (EngineConflict, DBAPIError, sqlite3.Error) as problem:
                late = time.monotonic() - began > self.patience
                if attempt == retries or not _may_repeat(problem) or (late and unavailable(problem)):
                    raise
                time.sleep(random.uniform(0.002, 0.01) * attempt)  # noqa: S311  jitter, not a secret
        raise AssertionError("unreachable")

    def ask(self) -> None:
        """Make sure the database answers. Errors: whatever the driver raises when it does not."""
        with self.engine.connect() as connection:
            connection.execute(text("select 1"))

    def close(self) -> None:
        self.engine.dispose()
        self._reading.dispose()


def _may_repeat(problem: Exception) -> bool:
    if isinstance(problem, EngineConflict):
        return True
    if isinstance(problem, IntegrityError):
        return True  # two steps inserted the same key: the second run sees the first one's row
    original = getattr(problem, "orig", problem)
    state = getattr(original, "sqlstate", None)
    return state in SERIALIZATION_FAILURES or "database is locked" in str(original)


def unavailable(problem: Exception) -> bool:
    """Whether the database or its disk is in trouble (away, locked, full, read-only), so that trying later helps."""
    if isinstance(problem, PoolExhausted):
        return True
    if isinstance(problem, OSError):
        return problem.errno in DISK_OUTAGES
    # Where no statement of SQLAlchemy runs, an error comes as the driver raises it.
    original = problem.orig if isinstance(problem, DBAPIError) else problem
    if isinstance(original, sqlite3.Error):
        return getattr(original, "sqlite_errorcode", 0) & 0xFF in SQLITE_OUTAGES
    if not isinstance(problem, DBAPIError):
        return False
    state = getattr(original, "sqlstate", None)
    if state is None:
        return problem.connection_invalidated or type(original).__name__ == "OperationalError"
    return str(state).startswith(POSTGRES_OUTAGES)


def _engines(url: str, patience: float) -> tuple[Engine, Engine]:
    """Out: one that begins to write, and one of the same connections that begins to read."""
    if not url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_size=10,
            max_overflow=10,
            pool_pre_ping=True,
            pool_timeout=patience,
            connect_args={"connect_timeout": max(2, round(patience))},
        )
        return engine, engine
    writing = create_engine(url, connect_args={"timeout": patience, "check_same_thread": False})

    @event.listens_for(writing, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        # WAL is a property of the file: asking for it again would need to write, which a read-only disk refuses.
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode=WAL")
        for pragma in ("synchronous=FULL", "foreign_keys=ON", f"busy_timeout={round(patience * 1000)}"):
            connection.execute(f"PRAGMA {pragma}")

    # Readers see a snapshot and wait for nobody; whoever will write takes the one writer's place at once. Two
    # dialects instead of a listener: an engine that is listened to asks its listeners at every turn.
    reading = create_engine(url, pool=writing.pool)
    vars(writing.dialect)["do_begin"] = lambda connection: connection.execute("BEGIN IMMEDIATE")
    vars(reading.dialect)["do_begin"] = lambda connection: connection.execute("BEGIN")
    return writing, reading
