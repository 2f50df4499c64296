"""Many letters, a mail server that fails at random, and a process that is killed: nothing is lost.

The seeds are fixed, so a failure can be looked at again.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from notifications import outbox
from tests.notifications.cast import NOW, envelope
from tests.notifications.desk import Desk, desk
from tests.notifications.doors import Database
from tests.notifications.servers import Sink

ROOT = Path(__file__).parents[2]
ANSWERS = [None] * 6 + ["450 4.2.0 later", "421 4.3.2 closing", "550 5.1.1 unknown", "550 5.7.1 blocked"]


def settle(post: Desk) -> None:
    """Let the days pass until every letter has come to an end."""
    for _ in range(200):
        post.drain(after=timedelta(hours=6))
        with post.database.open_transaction() as session:
            if outbox.waiting_count(session) == 0:
                return
    raise AssertionError("some letters never came to an end")


@pytest.mark.parametrize("seed", [1, 2])
def test_random_faults_lose_no_letter_and_double_none_unrecognisably(
    database: Database, sink: Sink, seed: int
) -> None:
    chance = random.Random(seed)
    letters = [envelope(n) for n in range(150)]
    refused: dict[str, set[str]] = {}

    def fault(address: str) -> str | None:
        if answer := chance.choice(ANSWERS):
            refused.setdefault(address, set()).add(answer[:3])
        return answer

    sink.at_rcpt = sink.at_data = fault
    sink.cut_after_data = cut = {letter.recipient_address for letter in chance.sample(letters, 15)}
    may_double = set(cut)
    with desk(database, sink) as post:
        post.put(*range(150))
        settle(post)
        came = sink.message_ids()
        for row in post.rows():
            times = came[row.message_id]
            doubled = row.recipient_address in may_double and row.recipient_address not in cut
            assert times <= 1 + doubled
            assert (row.state == "sent") <= (times >= 1)
            if row.state != "sent":
                assert row.state in ("failed", "held")
                assert "550" in refused[row.recipient_address]
        assert {raw for _, _, raw in sink.received} <= {letter.content for letter in letters}
        assert Counter(post.states())["sent"] > 50


def test_a_process_killed_between_sending_and_noting_loses_nothing(database_url: str, sink: Sink) -> None:
    """The chaos run: a deliverer is killed (SIGKILL) again and again, mostly right after the server's "250"."""
    database = Database(database_url)
    letters = [envelope(n) for n in range(120)]
    with database.open_transaction() as session:
        outbox.put_many(session, "t1", letters, now=NOW)
    command = [
        sys.executable,
        "-m",
        "tests.notifications.deliverer",
        database.engine.url.render_as_string(False),
    ]
    kills, ends = 0, []
    for run in range(20):
        # Each run finds the leases of the one before it run out.
        moment = (NOW + timedelta(minutes=5 * run)).isoformat()
        done = subprocess.run([*command, str(sink.port), moment, str(run)], cwd=ROOT, check=False, timeout=60)
        ends.append(done.returncode)
        kills += done.returncode == -signal.SIGKILL
        if done.returncode == 0:
            break
    assert ends[-1] == 0
    assert set(ends[:-1]) == {-signal.SIGKILL}
    assert kills >= 5
    with database.open_transaction() as session:
        assert outbox.counts(session, "t1", "case-1")["sent"] == 120
    came = sink.message_ids()
    assert set(came) == {letter.message_id for letter in letters}
    assert {raw for _, _, raw in sink.received} == {letter.content for letter in letters}
    doubled = sum(times - 1 for times in came.values())
    assert kills <= doubled <= 100 * kills
    database.close()
