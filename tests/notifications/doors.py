"""A database that holds nothing but the outbox, with transactions as the product opens them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import create_engine, event
from sqlmodel import Session

from notifications.outbox import OutgoingLetter


class Database:
    """One database; `open_transaction` commits when it is left and rolls back on an error."""

    def __init__(self, url: str) -> None:
        sqlite = url.startswith("sqlite")
        options: dict[str, Any] = (
            {"connect_args": {"timeout": 30, "check_same_thread": False}} if sqlite else {}
        )
        self.engine = create_engine(url, **options)
        if sqlite:
            event.listen(self.engine, "connect", _prepare)
            event.listen(self.engine, "begin", _begin)
        OutgoingLetter.metadata.create_all(self.engine, tables=[OutgoingLetter.__table__])  # type: ignore[attr-defined]

    @contextmanager
    def open_transaction(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    def close(self) -> None:
        self.engine.dispose()


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
