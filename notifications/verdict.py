"""What became of a try to send, and what follows from it: the rules of retrying.

Outcomes follow RFC 5321 4.2.1 and RFC 3463: what is wrong with a letter concerns that letter alone; what
is wrong with us or the relay stops the run and costs no letter a try.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog

from notifications.lease import Claimed, outcome

# After these waits, about two days, a letter that is still put off has failed.
WAITS = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
BLOCKED_TRIES = 2

log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What a try came to."""

    SENT = "sent"  # the next server took it over
    FAILED = "failed"  # it never will: no such mailbox, too large
    BLOCKED = "blocked"  # refused for what it is or where it is from (5.7.x): people must look
    LATER = "later"  # not now: busy, greylisted, cut off
    STOP = "stop"  # not this letter's fault: we are not let in, or nobody is there


@dataclass(frozen=True)
class Verdict:
    """An outcome and the server's own words. `broken` says the connection was lost on the way."""

    outcome: Outcome
    answer: str = ""
    broken: bool = False


def note(letter: Claimed, verdict: Verdict, now: datetime) -> dict[str, Any]:
    """Out: what the outbox shall hold after this try (the rules of the backoff)."""
    if letter.recalled and verdict.outcome is not Outcome.SENT:
        return outcome(letter, state="superseded", attempts=letter.attempts - 1)
    if verdict.outcome is Outcome.SENT:
        return outcome(letter, state="sent", sent_at=now, answer=verdict.answer)
    if verdict.outcome is Outcome.FAILED or letter.attempts > len(WAITS):
        log.warning("letter_failed", letter=letter.id, tenant=letter.tenant_id, kind=letter.kind)
        return outcome(letter, state="failed", answer=verdict.answer)
    if verdict.outcome is Outcome.BLOCKED and letter.attempts >= BLOCKED_TRIES:
        log.error("letter_held", letter=letter.id, tenant=letter.tenant_id, kind=letter.kind)
        return outcome(letter, state="held", answer=verdict.answer)
    due_at = now + wait(letter.message_id, letter.attempts)
    return outcome(letter, state="deferred", due_at=due_at, answer=verdict.answer)


def back(letter: Claimed, due_at: datetime) -> dict[str, Any]:
    """Out: the note that puts an untried letter back as it was."""
    return outcome(letter, state="queued", due_at=due_at, attempts=letter.attempts - 1)


def wait(message_id: str, attempts: int) -> timedelta:
    """Out: how long to wait after this many tries, spread by ±20 % so that a crowd does not come back at once.

    The spread follows from the Message-ID: the same in every run.
    """
    spread = int.from_bytes(hashlib.sha256(f"{message_id}{attempts}".encode()).digest()[:4]) / 2**32
    return timedelta(seconds=WAITS[min(attempts, len(WAITS)) - 1] * (0.8 + 0.4 * spread))
