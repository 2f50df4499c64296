"""A statement compiled once per kind of database and run on the driver's own cursor.

A step runs some eight statements. Through the general road of SQLAlchemy each costs more time to prepare than the
database needs to run it, so the hot ones are compiled once: the text, the order of its parameters, and how each
value is written and read. Types, dialects and errors are SQLAlchemy's own; only the road is shorter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn, TypeVar, cast

import sqlalchemy as sa
from sqlmodel import Session

Processor = Callable[[Any], Any]
_remembered = lru_cache(256, typed=True)  # a step writes one moment in many rows
T = TypeVar("T")


class _Compiled:
    """One statement for one dialect."""

    def __init__(self, statement: sa.sql.ClauseElement, names: Sequence[str], dialect: sa.Dialect) -> None:
        columns = list(names) if isinstance(statement, sa.Insert) else None
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        self.text: str = str(compiled)
        self.positions: list[str] | None = list(compiled.positiontup) if compiled.positional else None
        own: Mapping[str, Processor] = compiled._bind_processors  # noqa: SLF001  as its own executor does
        processors = {name: _remembered(it) for name, it in own.items()}
        self.fixed: dict[str, Any] = {
            name: processors[name](value) if name in processors else value
            for name, value in compiled.params.items()
            if name not in names
        }
        self.written = [(name, processors.get(name)) for name in names if name in compiled.params]
        self.columns: tuple[str, ...] = ()
        self.read: list[tuple[int, Processor]] = []
        if isinstance(statement, sa.Select):
            self.columns = tuple(it.name for it in statement.selected_columns)
            for place, column in enumerate(statement.selected_columns):
                processor = column.type.dialect_impl(dialect).result_processor(dialect, None)
                if processor is not None:
                    self.read.append((place, _remembered(processor)))

    def bound(self, values: Mapping[str, Any]) -> Any:
        """Out: values as the driver takes them."""
        found = dict(self.fixed)
        for name, process in self.written:
            value = values[name]
            found[name] = value if process is None else process(value)
        return found if self.positions is None else tuple([found[name] for name in self.positions])


class Statement:
    """A statement with named parameters. In: `sa` Core with `bindparam`s, and the names of all that vary."""

    def __init__(self, statement: sa.sql.ClauseElement, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._compiled: dict[str, _Compiled] = {}

    def run(self, session: Session, values: Mapping[str, Any]) -> int:
        """Run it once. Out: how many rows it changed. Errors: those of SQLAlchemy."""
        connection = session.connection()
        compiled = self._for(connection.dialect)
        return _run(connection, compiled.text, compiled.bound(values), _count)

    def run_each(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it once for each of many. Errors: those of SQLAlchemy."""
        connection = session.connection()
        compiled = self._for(connection.dialect)
        given = [compiled.bound(it) for it in rows]
        _run(connection, compiled.text, given if len(given) > 1 else given[0], _count)

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Out: what it selects, as rows by column. Errors: those of SQLAlchemy."""
        connection = session.connection()
        compiled = self._for(connection.dialect)
        rows = []
        for it in _run(connection, compiled.text, compiled.bound(values), _all):
            row = list(it)
            for place, process in compiled.read:
                row[place] = process(row[place])
            rows.append(dict(zip(compiled.columns, row, strict=True)))
        return rows

    def _for(self, dialect: sa.Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement, self._names, dialect)
        return compiled


class Insertion(Statement):
    """Rows of one table. A few go in one statement where each way to the database counts: SQLite is in the process."""

    FEW = 8

    def __init__(self, table: sa.Table) -> None:
        self._table = table
        self._columns = tuple(it.name for it in table.columns)
        self._several: dict[int, Statement] = {}
        super().__init__(sa.insert(table).inline(), *self._columns)

    def run_each(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert them. Errors: those of SQLAlchemy."""
        if not 1 < len(rows) <= self.FEW or session.connection().dialect.name == "sqlite":
            super().run_each(session, rows)
            return
        together = self._several.get(len(rows)) or self._of(len(rows))
        together.run(
            session, {f"{name}_{n}": row[name] for n, row in enumerate(rows) for name in self._columns}
        )

    def _of(self, count: int) -> Statement:
        values = [
            {it.name: sa.bindparam(f"{it.name}_{n}", type_=it.type) for it in self._table.columns}
            for n in range(count)
        ]
        names = (f"{name}_{n}" for n in range(count) for name in self._columns)
        made = self._several[count] = Statement(sa.insert(self._table).inline().values(values), *names)
        return made


def _count(cursor: Any) -> int:
    return int(cursor.rowcount)


def _all(cursor: Any) -> Sequence[Sequence[Any]]:
    return cast("Sequence[Sequence[Any]]", cursor.fetchall())


def _run(connection: sa.Connection, text: str, given: Any, take: Callable[[Any], T]) -> T:
    if _is_watched(connection):
        return take(connection.exec_driver_sql(text, given))
    cursor = connection.connection.cursor()
    try:
        (cursor.executemany if isinstance(given, list) else cursor.execute)(text, given)
        return take(cursor)
    except Exception as error:  # noqa: BLE001  sorted out and raised again
        _fail(connection, text, given, error)
    finally:
        cursor.close()


def _is_watched(connection: sa.Connection) -> bool:
    """Whether somebody wants to see every statement."""
    listened_to = connection._has_events or connection.engine._has_events  # noqa: SLF001  as its own executor asks
    dispatch = connection.dispatch
    return listened_to and bool(dispatch.before_cursor_execute or dispatch.after_cursor_execute)


def _fail(connection: sa.Connection, text: str, given: Any, error: Exception) -> NoReturn:
    """Raise the driver's error as SQLAlchemy would, so that retries and callers know it."""
    dialect: Any = connection.dialect
    driver = dialect.loaded_dbapi
    if not isinstance(error, driver.Error):
        raise error
    lost = bool(dialect.is_disconnect(error, connection.connection.dbapi_connection, None))
    wrapped = sa.exc.DBAPIError.instance(
        text, given, error, driver.Error, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )
    if lost:
        connection.invalidate(error)
    raise wrapped from error
