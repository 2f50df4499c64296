"""A signal sent to every case that waits for it: each in a transaction of its own, each once.

It runs many transactions, so it takes the way to open one instead of a session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import Session

from engine import incident, signal
from engine.errors import NotOpen
from engine.runtime import Runtime
from processes.permission import ADMINISTRATOR, Actor, require

Transaction = Callable[[Callable[[Session], Any]], Any]


@dataclass(frozen=True)
class Heard:
    """How many cases heard it, and of how many the next step failed; each of those is an incident."""

    cases: int
    failed: int


def send(
    transaction: Transaction, actor: Actor, name: str, *, signal_id: str, runtime: Runtime, now: datetime
) -> Heard:
    """Send a signal to every case that waits for it. Sent again under the same id, it is heard once.

    Errors: NotAllowed.
    """
    require(actor, ADMINISTRATOR)
    home = actor.municipality_id
    waiting: list[str] = transaction(lambda s: signal.listening(s, runtime.library, home, name))
    heard = failed = 0
    for instance in waiting:

        def deliver(session: Session, instance: str = instance) -> None:
            runtime.signal(session, home, instance, name, now=now, actor=actor.person_id, signal_id=signal_id)

        try:
            transaction(deliver)
            heard += 1
        except NotOpen:
            continue  # it went on meanwhile
        except Exception as error:
            if incident.place_of(error) is None:
                raise  # not of a step
            failed += 1
            transaction(partial(incident.note, error=error, now=now))
    return Heard(heard, failed)
