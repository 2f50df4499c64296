"""The letters a story's steps write, the mail server they are carried to, and what must hold of both.

Every service of a story also writes a letter, through the product's own outbox and in the step's own transaction;
its delivery carries them. The server is the world outside: it outlives every node, and a node may die right after it
took a letter and before that is noted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from notifications import outbox
from notifications.delivery import Delivery
from notifications.outbox import Envelope, OutgoingLetter
from notifications.verdict import WAITS, Outcome, Verdict
from processes.database import new_id
from tests.notifications.cast import envelope

NAMED = re.compile(rb"^Message-ID: (<[^>]+>)", re.MULTILINE)
ONE = envelope()


class Relay:
    """A mail server. `dies` is called once, after the next letter it takes; while it is `away` it takes none."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.away = False
        self.dies: Callable[[], None] | None = None

    def send(self, _sender: str, _recipient: str, raw: bytes) -> Verdict:
        if self.away:
            return Verdict(Outcome.LATER, "450 come back later")
        found = NAMED.search(raw)
        assert found is not None
        self.taken[found[1].decode()] += 1
        if self.dies is not None:
            dies, self.dies = self.dies, None
            dies()
        return Verdict(Outcome.SENT, "250 taken")

    def close(self) -> None:
        """A connection of one node; the server stays."""


def write(session: Session, tenant: str, instance: str, element: str, now: datetime) -> None:
    """Write a letter as a service does, with the step or not at all."""
    key = f"{instance}:{element}:{new_id()}"
    identity = outbox.message_id(tenant, key, "kaasa.example")
    content = ONE.content.replace(ONE.message_id.encode(), identity.encode())
    changed = {"dedup_key": key, "business_key": instance, "message_id": identity, "content": content}
    outbox.put_many(session, tenant, [Envelope(**(vars(ONE) | changed))], now=now)


def check(session: Session, relay: Relay, written: Counter[str]) -> None:
    """What holds at any moment. In: how many letters the steps of each instance wrote."""
    rows = _rows(session)
    assert Counter(it.business_key for it in rows) == written, (
        "a step without its letter, or the other way round"
    )
    assert relay.taken.keys() <= {it.message_id for it in rows}, "a letter left that nobody wrote"
    assert all(relay.taken[it.message_id] for it in rows if it.state == "sent"), "noted as sent, and was not"


def check_all_arrived(session: Session, relay: Relay) -> None:
    """What holds in the end: every letter came at least once, under one Message-ID, or people are told of it."""
    for it in _rows(session):
        assert it.state == "sent" or (it.state == "failed" and it.attempts > len(WAITS)), it.state
        assert it.state == "failed" or relay.taken[it.message_id]


def _rows(session: Session) -> list[Any]:
    columns = (OutgoingLetter.business_key, col(OutgoingLetter.message_id), col(OutgoingLetter.state))
    return list(session.exec(select(*columns, col(OutgoingLetter.attempts))).all())


def delivery(open_transaction: Any, relay: Relay, now: Callable[[], datetime]) -> Delivery:
    """Out: the product's delivery, carrying to that server."""
    return Delivery(open_transaction, relay, now)
