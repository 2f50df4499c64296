"""What a real procedure kept, and what the product would not have let pass."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes import findings, procedure
from processes.findings import Finding

TERMS = {
    "dp.initiation.notice.web": "P14D",
    "dp.display.noticeBefore": "P14D",
    "dp.display.min": "P14D",
    "dp.reply.term": "P30D",
    "dp.discussion.latest": "P45D",
    "dp.results.notice": "P30D",
    "dp.adoption.max": "P3Y",
}
PLAIN = {
    "schema": "kaasa-case/1",
    "process": "detailed_plan",
    "title": "Kooli tänava detailplaneering",
    "events": [
        {"date": "2024-01-10", "kind": "initiation"},
        {"date": "2024-06-03", "kind": "positions"},
        {"date": "2024-07-01", "kind": "results"},
    ],
    "notices": [{"date": "2024-01-20", "channel": "veeb"}, {"date": "2024-04-12", "channel": "AT"}],
    "display": {"from": "2024-05-01", "to": "2024-05-15", "repeated": []},
    "opinions": [
        {"no": 1, "received": "2024-05-14", "from_kind": "association", "position": "not_accepted"},
    ],
    "meetings": [{"date": "2024-06-10", "kind": "public_discussion"}],
    "decision": {"date": "2024-09-01", "outcome": "kehtestatud"},
}


def judged(**changes: object) -> list[Finding]:
    return findings.of(procedure.read(json.dumps({**PLAIN, **changes})), TERMS)


def broken(found: list[Finding]) -> set[str]:
    return {it.term for it in found if it.kept is False}


def test_a_procedure_that_kept_every_term_has_nothing_broken() -> None:
    found = judged()
    assert broken(found) == set()
    assert {it.term for it in found if it.kept} >= {
        "dp.display.noticeBefore",
        "dp.display.min",
        "dp.reply.term",
    }


def test_an_opinion_sent_in_time_and_never_answered_is_found() -> None:
    lost = [{"no": 1, "received": "2024-05-15", "from_kind": "private_person", "position": None}]
    found = judged(opinions=lost)
    assert "dp.reply.term" in broken(found)
    assert any("ei oleks lasknud edasi minna" in it.sentence for it in found)


def test_an_answer_nobody_read_in_the_file_is_not_held_against_the_municipality() -> None:
    lost = [{"no": 1, "received": "2024-05-15", "from_kind": "private_person", "position": None}]
    found = judged(opinions=lost, unread=["linna seisukohad"])
    assert [it.kept for it in found if it.term == "dp.reply.term"] == [None]


def test_an_interrupted_display_is_found() -> None:
    again = {"from": "2024-06-01", "to": "2024-06-20", "reason_et": "Maja oli suletud."}
    found = judged(display={**PLAIN["display"], "repeated": [again]})  # type: ignore[dict-item]
    assert "dp.display.uninterrupted" in broken(found)


def test_a_plan_decided_before_the_discussion_is_found() -> None:
    assert "dp.decision.order" in broken(judged(decision={"date": "2024-06-01", "outcome": "kehtestatud"}))


def test_a_display_announced_a_day_too_late_is_found() -> None:
    late = [{"date": "2024-04-17", "channel": "AT"}]
    assert "dp.display.noticeBefore" in broken(judged(notices=late))
    in_time = [{"date": "2024-04-16", "channel": "AT"}]
    assert "dp.display.noticeBefore" not in broken(judged(notices=in_time))


def test_a_display_of_thirteen_days_is_too_short() -> None:
    assert "dp.display.min" in broken(judged(display={"from": "2024-05-01", "to": "2024-05-13"}))


def test_a_gap_in_the_file_is_told_and_not_judged() -> None:
    found = judged(notices=[], meetings=[{"date": None, "kind": "public_discussion"}])
    gaps = {it.term: it.kept for it in found}
    assert gaps["dp.display.noticeBefore"] is None
    assert gaps["dp.discussion.latest"] is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "null", '{"process": 3}', '{"process": "detailed_plan", "events": 7}']
)
def test_a_file_of_another_shape_gets_a_sentence(text: str) -> None:
    with pytest.raises(procedure.ProcedureUnreadable, match=r"\w+"):
        procedure.read(text)


@given(st.text(max_size=12))
def test_any_text_is_a_day_or_none(text: str) -> None:
    day = procedure.read_day(text)
    assert day is None or day.first <= day.last
