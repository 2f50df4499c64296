"""Terms end as the law counts them (law.md 1.4); examples are real dates, laws hold for any date."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.deadline import (
    TermUnreadable,
    end_of_day,
    ends,
    is_working_day,
    last_day_open,
    latest_before,
    read_term,
    start_of_day,
)
from processes.deadline_words import sentence

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
PERIODS = st.builds(
    lambda n, unit: f"P{n}{unit}", st.integers(1, 400), st.sampled_from(["D", "W", "M", "Y", "D working"])
).filter(lambda text: read_term(text).unit != "Y" or read_term(text).count < 50)


@pytest.mark.parametrize(
    ("start", "period", "last"),
    [
        ((2027, 1, 4), "P14D", (2027, 1, 18)),
        ((2026, 12, 10), "P14D", (2026, 12, 28)),  # 24.12 to 26.12 are holidays, 27.12 a Sunday
        ((2027, 6, 9), "P14D", (2027, 6, 25)),  # 23.06 and 24.06 are holidays
        ((2027, 1, 31), "P1M", (2027, 3, 1)),  # 28.02 is a Sunday
        ((2028, 1, 31), "P1M", (2028, 2, 29)),
        ((2024, 2, 29), "P3Y", (2027, 3, 1)),
        ((2027, 2, 19), "P5D working", (2027, 3, 1)),  # 24.02 is a holiday
        ((2027, 4, 30), "P1D", (2027, 5, 3)),  # 01.05 is a Saturday and gives no substitute day off
    ],
)
def test_a_term_ends_as_the_law_counts_it(start, period, last):
    assert ends(date(*start), period).ends_on == date(*last)


def test_fourteen_full_days_lie_between_a_notice_and_the_display():
    assert latest_before(date(2023, 4, 6), "P14D").ends_on == date(2023, 3, 22)  # Narva
    assert latest_before(date(2027, 3, 1), "P3D working").ends_on == date(2027, 2, 22)


def test_a_display_counts_its_first_day_and_never_ends_on_a_day_off():
    assert last_day_open(date(2021, 7, 15), "P30D") == date(2021, 8, 13)  # Haapsalu
    assert last_day_open(date(2027, 3, 13), "P14D") == date(2027, 3, 29)  # 26.03 and 28.03: holidays


def test_a_day_ends_when_it_ends_in_tallinn():
    assert end_of_day(date(2027, 1, 18)) == datetime(2027, 1, 18, 21, 59, 59, tzinfo=UTC)
    assert end_of_day(date(2027, 7, 18)) == datetime(2027, 7, 18, 20, 59, 59, tzinfo=UTC)
    assert end_of_day(date(2027, 3, 28)) - start_of_day(date(2027, 3, 28)) == timedelta(
        hours=22, minutes=59, seconds=59
    )


@given(DAYS, PERIODS)
def test_a_term_ends_on_a_working_day_and_no_working_day_was_skipped(start, period):
    deadline = ends(start, period)
    full = deadline.steps[1].on
    assert start < full <= deadline.ends_on
    assert is_working_day(deadline.ends_on)
    between = (full + timedelta(days=n) for n in range((deadline.ends_on - full).days))
    assert not any(is_working_day(day) for day in between)


@given(DAYS, PERIODS)
def test_a_later_start_never_ends_a_term_earlier(start, period):
    assert ends(start, period).ends_on <= ends(start + timedelta(days=1), period).ends_on


@given(DAYS, st.integers(1, 400))
def test_before_leaves_exactly_that_many_full_days_whatever_they_are(day, count):
    latest = latest_before(day, f"P{count}D").ends_on
    assert (day - latest).days - 1 == count


@given(DAYS, st.sampled_from(["P1M", "P3M", "P1Y", "P5D working", "P2W"]))
def test_before_is_the_last_day_that_still_keeps_the_term(day, period):
    latest = latest_before(day, period).ends_on
    assert ends(latest, period).steps[1].on < day
    assert ends(latest + timedelta(days=1), period).steps[1].on >= day


@given(DAYS, PERIODS, st.sampled_from(["et", "et-easy", "en", "ru", "xx"]))
def test_the_reason_names_the_day_it_ends(start, period, language):
    said = sentence(ends(start, period), language)
    end = ends(start, period).ends_on
    assert (f"{end.day} " if language == "en" else f"{end:%d.%m.%Y}") in said
    assert "{" not in said


def test_the_reason_names_the_holiday_in_the_readers_language():
    deadline = ends(date(2026, 12, 10), "P14D")
    assert "jõululaupäev" in sentence(deadline, "et")
    assert "Christmas Eve" in sentence(deadline, "en")
    assert "сочельник" in sentence(deadline, "ru")


@pytest.mark.parametrize(
    "text", ["", "14", "P0D", "P14", "P-3D", "PT5H", "P99999D", "P2W working", "P14D\nx"]
)
def test_what_is_not_a_term_is_refused_with_the_way_to_write_it(text):
    with pytest.raises(TermUnreadable, match="write it like P14D"):
        ends(date(2027, 1, 1), text)


def test_a_term_beyond_the_calendar_is_refused():
    with pytest.raises(TermUnreadable):
        ends(date(9999, 12, 31), "P14D")
    with pytest.raises(TermUnreadable):
        latest_before(date(1, 1, 1), "P14D")
