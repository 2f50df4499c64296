"""The dates of a plan before it begins, and what may be made longer."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from processes import catalogue, terms, timeline
from processes.deadline import is_working_day

DAY = date(2027, 1, 4)
LAW = terms.freeze(catalogue.kind("detailed_plan").files(), DAY)


def on(code: str, changed: dict[str, str] | None = None) -> date:
    given_terms = {
        key: {**row, "period": (changed or {}).get(key, row["period"])} for key, row in LAW.items()
    }
    return next(it.on for it in timeline.expected(given_terms, DAY) if it.code == code)


def test_the_decision_to_initiate_is_due_thirty_days_after_the_application() -> None:
    assert on("initiation") == date(2027, 2, 3)


def test_every_step_has_a_date_and_every_term_is_one_of_the_case() -> None:
    rows = timeline.expected(LAW, DAY)
    assert len(rows) == 23
    assert len({it.code for it in rows}) == len(rows)
    assert {it.term for it in rows if it.term} <= LAW.keys()


def test_a_longer_display_moves_what_comes_after_it_and_nothing_before() -> None:
    longer = {"dp.display.min": "P30D"}
    assert on("display_opens", longer) == on("display_opens")
    assert on("display_closes", longer) > on("display_closes")
    assert on("answers", longer) > on("answers")


def test_a_term_the_case_does_not_have_gives_no_row() -> None:
    fewer = {key: row for key, row in LAW.items() if key != "dp.reply.term"}
    rows = [it.code for it in timeline.expected(fewer, DAY)]
    assert "answers" not in rows
    assert "discussion" in rows


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(14, 120), st.integers(1, 36))
def test_fourteen_full_days_always_lie_before_a_display_that_lasts_as_long_as_it_must(
    day: date, days: int, months: int
) -> None:
    given_terms = {**LAW, "dp.display.min": {**LAW["dp.display.min"], "period": f"P{days}D"}}
    rows = {it.code: it.on for it in timeline.expected(given_terms, day, preparation=f"P{months}M")}
    assert (rows["display_opens"] - rows["display_notices"]).days >= 15
    assert rows["acceptance"] < rows["display_notices"] < rows["display_opens"]
    assert rows["display_closes"] - rows["display_opens"] >= timedelta(days=days - 1)
    assert rows["initiation"] < rows["sent_for_approval"] < rows["acceptance"]
    assert (
        rows["discussion_notice"] < rows["discussion"] < rows["results"] < rows["adoption"] < rows["contest"]
    )
    assert is_working_day(rows["display_opens"])


@given(st.integers(1, 365), st.integers(1, 365))
def test_longer_compares_days(chosen: int, least: int) -> None:
    assert timeline.longer(f"P{chosen}D", f"P{least}D") is (chosen >= least)
