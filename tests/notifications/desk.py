"""A delivery at work: with its database, a clock in hand, and a transport real or scripted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from notifications import outbox
from notifications.delivery import Delivery, SmtpTransport
from notifications.outbox import OutgoingLetter
from notifications.verdict import Verdict
from tests.notifications.cast import NOW, envelope
from tests.notifications.doors import Database
from tests.notifications.servers import Sink


class Scripted:
    """A transport that answers as it is told, and remembers what it was given."""

    def __init__(self, answer: Callable[[str], Verdict]) -> None:
        self.answer = answer
        self.sent: list[str] = []

    def send(self, sender: str, recipient: str, raw: bytes) -> Verdict:
        self.sent.append(recipient)
        return self.answer(recipient)


class Desk:
    """A delivery with its database and a clock in hand."""

    def __init__(self, database: Database, transport: Any, **options: Any) -> None:
        self.database = database
        self.now = NOW
        self.delivery = Delivery(database.open_transaction, transport, lambda: self.now, **options)

    def put(self, *numbers: int, **changed: Any) -> None:
        with self.database.open_transaction() as session:
            outbox.put_many(session, "t1", [envelope(n, **changed) for n in numbers], now=self.now)

    def drain(self, *, after: timedelta = timedelta()) -> int:
        self.now += after
        return self.delivery.drain()

    def rows(self) -> list[OutgoingLetter]:
        with self.database.open_transaction() as session:
            return list(session.exec(select(OutgoingLetter).order_by(col(OutgoingLetter.id))).all())

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]


def smtp(sink: Sink, **options: Any) -> closing[SmtpTransport]:
    defaults: dict[str, Any] = {"security": "none", "timeout": 5, "hello": "kaasa.example"}
    return closing(SmtpTransport("127.0.0.1", sink.port, **(defaults | options)))


@contextmanager
def desk(database: Database, sink: Sink, **options: Any) -> Iterator[Desk]:
    with smtp(sink, **options) as transport:
        yield Desk(database, transport)
