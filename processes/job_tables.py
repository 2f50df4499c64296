"""The job library's own tables (procrastinate, PostgreSQL only): applied from the files it comes with, each once.

They are not ours: Alembic does not look at them, and their names begin with `NOT_OURS`. A table of our own says
which of the library's migrations are there, because the library does not.
"""

from __future__ import annotations

from pathlib import Path

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, inspect, text

APPLIED = "procrastinate_applied"
_TABLES = "select tablename from pg_tables where schemaname = current_schema() and tablename like 'procrastinate\\_%'"
_FUNCTIONS = (
    "select oid::regprocedure::text from pg_proc "
    "where pronamespace = current_schema()::regnamespace and proname like 'procrastinate\\_%'"
)
_TYPES = (
    "select t.typname from pg_type t left join pg_class c on c.oid = t.typrelid "
    "where t.typnamespace = current_schema()::regnamespace and t.typname like 'procrastinate\\_%' "
    "and (t.typtype = 'e' or (t.typtype = 'c' and c.relkind = 'c'))"
)


def apply(connection: Connection) -> int:
    """Bring the library's tables to the installed version, in the caller's transaction. Out: files applied.

    On SQLite there is nothing to do. Running it again changes nothing.
    """
    if connection.dialect.name != "postgresql":
        return 0
    there = inspect(connection)
    fresh = not there.has_table("procrastinate_jobs")
    if fresh:
        _run(connection, SchemaManager.get_schema())
    known = _applied(connection) if there.has_table(APPLIED) else None
    if known is None:
        connection.execute(text(f"create table {APPLIED} (name text primary key)"))
        # The library's whole schema holds all its migrations.
        _note(connection, [it.name for it in _files()])
        return 1 if fresh else 0
    todo = [it for it in _files() if it.name not in known]
    for file in todo:
        if not fresh:
            _run(connection, file.read_text())
    _note(connection, [it.name for it in todo])
    return len(todo)


def complete(connection: Connection) -> bool:
    """Whether the library's tables are there in the installed version; on SQLite none are needed."""
    if connection.dialect.name != "postgresql":
        return True
    return inspect(connection).has_table(APPLIED) and {it.name for it in _files()} <= _applied(connection)


def drop(connection: Connection) -> None:
    """Take the library's tables, functions and types away."""
    if connection.dialect.name != "postgresql":
        return
    for kind, query in (("table", _TABLES), ("function", _FUNCTIONS), ("type", _TYPES)):
        for name in connection.execute(text(query)).scalars().all():
            connection.execute(text(f"drop {kind} if exists {name} cascade"))


def _files() -> list[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _applied(connection: Connection) -> set[str]:
    return set(connection.execute(text(f"select name from {APPLIED}")).scalars())  # noqa: S608  our own constant


def _note(connection: Connection, names: list[str]) -> None:
    if names:
        insert = text(f"insert into {APPLIED} (name) values (:name) on conflict do nothing")  # noqa: S608  as above
        connection.execute(insert, [{"name": it} for it in names])


def _run(connection: Connection, script: str) -> None:
    """Several statements at once, which only the driver itself takes; still in the caller's transaction."""
    driver = connection.connection.driver_connection
    assert driver is not None, "the connection is open"  # noqa: S101  for the type checker
    driver.execute(script)
