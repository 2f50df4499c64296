"""When timers are due: calendar days stay calendar days across a clock change, and nothing is endless."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import NoMoment
from engine.timer import fault, moment_of

TALLINN = ZoneInfo("Europe/Tallinn")


def test_days_keep_the_hand_of_the_clock_across_a_clock_change() -> None:
    before = datetime(2026, 3, 10, 9, 0, tzinfo=TALLINN)
    after = moment_of("timeDuration", "P30D", {}, before.astimezone(UTC))
    assert after.astimezone(TALLINN) == datetime(2026, 4, 9, 9, 0, tzinfo=TALLINN)
    assert after - before.astimezone(UTC) == timedelta(days=30, hours=-1)


def test_hours_are_real_hours() -> None:
    before = datetime(2026, 3, 28, 12, 0, tzinfo=TALLINN)
    assert moment_of("timeDuration", "PT24H", {}, before) - before.astimezone(UTC) == timedelta(hours=24)


def test_a_field_gives_its_moment_and_an_empty_one_refuses() -> None:
    due = datetime(2026, 5, 1, tzinfo=UTC)
    assert moment_of("timeDate", "ends_at", {"ends_at": due}, due) == due
    assert moment_of("timeDate", "2026-05-01T03:00:00+03:00", {}, due) == due
    for values in ({}, {"ends_at": None}):
        with pytest.raises(NoMoment):
            moment_of("timeDate", "ends_at", values, due)


@pytest.mark.parametrize(
    "text",
    [
        "P",
        "PT",
        "P1Y",
        "P1M",
        "P0D",
        "P999999999Y",
        "P9999D",
        "P0.5D",
        "-P1D",
        "1D",
        "P1D\n",
        "",
        "P1DT",
        "p1d",
    ],
)
def test_a_duration_that_is_unclear_or_endless_is_named(text: str) -> None:
    assert fault("timeDuration", text, {})
    with pytest.raises(NoMoment):
        moment_of("timeDuration", text, {}, datetime(2026, 1, 1, tzinfo=UTC))


@given(st.integers(0, 99), st.integers(0, 700), st.integers(0, 48), st.integers(1, 600))
def test_every_written_duration_leads_into_the_future(
    weeks: int, days: int, hours: int, minutes: int
) -> None:
    now = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    text = f"P{weeks}W{days}DT{hours}H{minutes}M"
    assert fault("timeDuration", text, {}) is None
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    assert abs(moment_of("timeDuration", text, {}, now) - now - length) <= timedelta(hours=1)


@given(st.text(max_size=30), st.sampled_from(["timeDate", "timeDuration", "timeCycle"]))
def test_what_has_no_fault_has_a_moment(text: str, kind: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    if fault(kind, text, {"ends_at": "datetime"}) is None:
        assert moment_of(kind, text, {"ends_at": now}, now).tzinfo is not None
