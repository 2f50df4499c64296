"""How often stories are told: 300 in every run, 10,000 with at least 5,000 crashes in the long one."""

from __future__ import annotations

import logging
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test

from tests import postgres
from tests.engine.story.machine import Story
from tests.engine.story.world import TALLY

SHARES = {
    "detailed_plan": 35, "round_table": 15, "collect_round": 25, "meeting": 30, "committee_session": 25, "loop": 45,
    "events": 25, "signal": 15, "drawn": 85,
}  # fmt: skip
BEFELL = (
    "timers",
    "conflicts",
    "races",
    "messages",
    "signals",
    "stale",
    "incidents",
    "finished",
    "crashes",
    "letters",
    "letters twice",
    "crashes after sending",
)


@contextmanager
def quiet() -> Iterator[None]:
    """Thousands of services fail on purpose; nobody need read of each."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


def tell(
    only: str, runs: int, steps: int, *, server: str = "", whole: bool = True, fixed: bool = True
) -> Counter[str]:
    """Out: what befell the processes of that name. In: `fixed` for the same stories each time."""

    class Mine(Story):
        databases = []  # noqa: RUF012  a class variable of the machine

    Mine.only, Mine.server, Mine.whole = only, server, whole
    TALLY.clear()
    with quiet():
        for number in range(1_000):
            Mine._hypothesis_internal_use_seed = number if fixed else random.getrandbits(64)  # type: ignore[attr-defined]
            left = runs - TALLY["runs"]
            if left <= 0:
                break
            with suppress(
                FlakyStrategyDefinition
            ):  # two nodes at once: the same story need not end the same way
                _run(Mine, min(left, 1_000), steps)
    for it in Mine.databases:
        it.close()
    shutil.rmtree(Mine.home or "/nowhere", ignore_errors=True)
    return TALLY.copy()


def _run(machine: type[Story], runs: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs, stateful_step_count=steps, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # shrinking thousands of commits takes hours
        ),
    )  # fmt: skip


TOLD: Counter[str] = Counter()


@pytest.mark.parametrize("only", SHARES)
def test_stories_of_each_process_keep_every_promise(only: str) -> None:
    befell = tell(only, SHARES[only], 8, whole=False)
    print(dict(sorted(befell.items())))
    assert befell["runs"] >= SHARES[only]
    assert befell["crashes"]
    TOLD.update({**befell, only: 1})


def test_three_hundred_stories_tell_of_everything() -> None:
    for only, runs in SHARES.items():
        if not TOLD[only]:  # run by itself: the other test told none
            TOLD.update({**tell(only, runs, 8, whole=False), only: 1})
    assert TOLD["runs"] >= 300
    assert TOLD["crashes"] > 100
    assert all(TOLD[it] for it in BEFELL), TOLD


def test_stories_on_postgresql_keep_every_promise(postgres_server: postgres.Server) -> None:
    postgres_server.create("story")
    befell = tell("", 15, 8, server=postgres_server.url("story"), whole=False)
    postgres_server.drop("story")
    print(dict(sorted(befell.items())))
    assert befell["runs"] >= 15
    assert befell["races"]


@pytest.mark.long
def test_ten_thousand_stories_with_five_thousand_crashes_keep_every_promise() -> None:
    befell = Counter[str]()
    for only, share in SHARES.items():
        befell += tell(only, share * 34, 15, fixed=False)
        print(only, dict(sorted(befell.items())), flush=True)
    assert befell["runs"] >= 10_000
    assert befell["crashes"] >= 5_000


@pytest.mark.long
def test_five_hundred_stories_on_postgresql_keep_every_promise(postgres_server: postgres.Server) -> None:
    postgres_server.create("story")
    befell = tell("", 500, 12, server=postgres_server.url("story"), fixed=False)
    postgres_server.drop("story")
    print(dict(sorted(befell.items())))
    assert befell["runs"] >= 500
