"""How often stories are told: 300 in every run, 10,000 with at least 5,000 crashes in the long one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.engine.story.machine import Story
from tests.engine.story.world import TALLY


def tell(machine: type[Any], runs: int, steps: int) -> None:
    TALLY.clear()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # shrinking thousands of commits takes hours
        ),
    )
    print(dict(sorted(TALLY.items())))


@pytest.fixture
def story() -> Iterator[type[Story]]:
    class Mine(Story):
        home = ""

    yield Mine
    shutil.rmtree(Mine.home, ignore_errors=True)


def test_three_hundred_stories_keep_every_promise(story: type[Story]) -> None:
    story.whole = False
    tell(story, 300, 8)
    assert TALLY["runs"] >= 300
    assert TALLY["crashes"] > 100
    assert all(
        TALLY[it] for it in ("timers", "conflicts", "races", "messages", "stale", "incidents", "finished")
    )


@pytest.mark.long
def test_ten_thousand_stories_with_five_thousand_crashes_keep_every_promise(story: type[Story]) -> None:
    tell(story, 10_000, 15)
    assert TALLY["runs"] >= 10_000
    assert TALLY["crashes"] >= 5_000
