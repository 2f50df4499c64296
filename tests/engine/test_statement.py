"""Statements run on the driver's own cursor: types, errors and counts are as SQLAlchemy's, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy_utc import UtcDateTime

from engine.statement import Insertion, Statement
from processes.database import Database

TABLE = sa.Table(
    "written",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("word", sa.String),
)
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


@pytest.fixture
def laid(database: Database) -> Iterator[Database]:
    TABLE.create(database.engine)
    yield database
    TABLE.drop(database.engine)


def _rows(count: int) -> list[dict[str, object]]:
    return [
        {"number": n, "at": MORNING + timedelta(hours=n), "word": None if n % 2 else f"% {n}"}
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [1, 2, Insertion.FEW, Insertion.FEW + 1, 40])
def test_however_many_rows_come_as_they_were_given(laid: Database, count: int) -> None:
    add, read = Insertion(TABLE), Statement(sa.select(TABLE).order_by(TABLE.c.number))
    with laid.open_transaction() as session:
        add.run_each(session, _rows(count))
    with laid.session() as session:
        assert read.rows(session, {}) == _rows(count)


def test_a_few_rows_are_one_statement(laid: Database) -> None:
    asked: list[str] = []
    sa.event.listen(laid.engine, "before_cursor_execute", lambda *it: asked.append(it[2]))
    with laid.open_transaction() as session:
        Insertion(TABLE).run_each(session, _rows(3))
    assert len(asked) == 1


@pytest.mark.parametrize("count", [2, Insertion.FEW + 1])
def test_a_refused_row_raises_what_sqlalchemy_raises_and_nothing_is_kept(laid: Database, count: int) -> None:
    rows = [*_rows(count - 1), _rows(1)[0]]
    with pytest.raises(sa.exc.IntegrityError), laid.open_transaction() as session:
        Insertion(TABLE).run_each(session, rows)
    with laid.session() as session:
        assert session.connection().execute(sa.select(TABLE)).all() == []


def test_a_row_that_is_there_is_refused_as_sqlalchemy_refuses_it(laid: Database) -> None:
    add, row = Insertion(TABLE), _rows(1)[0]
    with laid.open_transaction() as session:
        assert add.run(session, row) == 1
    with pytest.raises(sa.exc.IntegrityError), laid.open_transaction() as session:
        add.run(session, row)
