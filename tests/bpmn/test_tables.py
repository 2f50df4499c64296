"""The two tables of the detailed plan: how long each term is, and whom to invite and why."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.process import Process
from processes import terms

TERM_NAMES = {"key": "string", "on": "date"}
AUDIENCE_NAMES = {
    "kind": "string",
    "wants_involvement": "boolean",
    "place_match": "boolean",
    "topic_match": "boolean",
    "impact": "list<string>",
}
TODAY = date(2027, 3, 1)
LAW = {
    "dp.initiation.decision": "P30D", "dp.initiation.notice.at": "P14D", "dp.initiation.notice.web": "P14D",
    "dp.initiation.notice.paper": "P30D", "dp.initiation.notice.personal": "P30D", "dp.approval.term": "P30D",
    "dp.approval.maxExtension": "P90D", "dp.display.noticeBefore": "P14D", "dp.display.min": "P14D",
    "dp.displayUpChanging.min": "P30D", "dp.reply.term": "P30D", "dp.discussion.latest": "P45D",
    "dp.discussion.noticeBefore": "P14D", "dp.results.notice": "P30D", "dp.heakskiit.term": "P60D",
    "dp.adoption.max": "P3Y", "dp.adoption.notice.at": "P14D", "dp.adoption.notice.web": "P14D",
    "dp.adoption.notice.paper": "P30D", "dp.contest": "P30D", "up.display.min": "P30D",
    "up.discussion.latest": "P45D", "hms.open.min": "P14D", "hms.hearing.invite": "P10D", "msvs.reply": "P30D",
    "kht.consult.min": "P28D", "kht.summary": "P30D", "koks.initiative.council": "P3M",
    "koks.initiative.forward": "P1M", "avts.request": "P5D working",
    "reminder.round.first": "P7D", "reminder.round.last": "P2D", "reminder.meeting": "P5D",
    "dp.representative": "P30D",
}  # fmt: skip


def audience(process: Process, **values: Any) -> dict[str, Any]:
    given = {"wants_involvement": False, "place_match": False, "topic_match": False, "impact": [], **values}
    found = process.decisions["audience"].evaluate(given, TODAY, AUDIENCE_NAMES)
    assert isinstance(found, dict)
    return found


def test_every_term_has_the_length_the_law_gives(process: Process) -> None:
    frozen = terms.freeze(process.files, TODAY)
    assert {key: row["period"] for key, row in frozen.items()} == LAW
    assert frozen["dp.initiation.decision"]["max"] == "P90D"


def test_only_notices_ahead_of_something_count_backwards(process: Process) -> None:
    frozen = terms.freeze(process.files, TODAY)
    before = {key for key, row in frozen.items() if row["direction"] == "before"}
    notices = {"dp.display.noticeBefore", "dp.discussion.noticeBefore", "hms.hearing.invite"}
    assert before == notices | {"reminder.round.first", "reminder.round.last", "reminder.meeting"}


def test_every_term_says_where_it_is_from_and_how_sure_that_is(process: Process) -> None:
    for key, row in terms.freeze(process.files, TODAY).items():
        assert row["source"], key
        assert row["certainty"].split()[0] in ("C", "R"), key
        assert row["valid_from"] == "2015-07-01", key
        assert ("§" in row["source"]) <= (row["certainty"] == "C"), key  # numbers only where they were read


def test_a_threshold_is_in_the_table_and_is_no_term(process: Process) -> None:
    row = process.decisions["terms"].evaluate(
        {"key": "koks.initiative.threshold", "on": TODAY}, TODAY, TERM_NAMES
    )
    assert isinstance(row, dict)
    assert row["period"] is None
    assert "1 %" in row["max"]


def test_no_term_is_known_before_the_planning_act(process: Process) -> None:
    assert terms.freeze(process.files, date(2015, 6, 30)) == {}


@pytest.mark.parametrize("table", ["terms", "audience"])
def test_a_table_has_nothing_to_mend(process: Process, table: str) -> None:
    names = TERM_NAMES if table == "terms" else AUDIENCE_NAMES
    assert process.decisions[table].check(names) == []


def test_the_chamber_of_the_area_is_always_invited(process: Process) -> None:
    assert audience(process, kind="regional_chamber", place_match=True)["strength"] == "must"
    assert audience(process, kind="regional_chamber", place_match=False)["invite"] is False


@pytest.mark.parametrize("impact", ["roads", "public_building", "public_space", "transport"])
def test_unions_are_invited_where_their_members_would_have_to_manage(process: Process, impact: str) -> None:
    found = audience(process, kind="union", impact=["nature", impact])
    assert (found["invite"], found["strength"]) == (True, "must")
    assert "teie liikmed" in found["why"].lower() or "teie liikmete" in found["why"]


def test_a_union_is_left_in_peace_when_nothing_concerns_it(process: Process) -> None:
    assert audience(process, kind="union", impact=["nature"])["invite"] is False


def test_who_asked_to_be_involved_is_told_of_every_matching_plan(process: Process) -> None:
    asked = {"kind": "association", "wants_involvement": True, "place_match": True}
    assert audience(process, **asked, topic_match=True)["strength"] == "must"
    assert audience(process, **asked)["strength"] == "should"


def test_those_who_speak_for_the_residents_are_invited(process: Process) -> None:
    assert audience(process, kind="village_society", place_match=True)["strength"] == "must"
    assert audience(process, kind="congregation", place_match=True)["invite"] is True


@pytest.mark.parametrize("kind", ["association", "village_society", "congregation", "company", "authority"])
def test_whoever_has_nothing_to_do_with_it_is_not_proposed(process: Process, kind: str) -> None:
    assert audience(process, kind=kind)["invite"] is False


def test_every_reason_speaks_to_the_organisation_itself(process: Process) -> None:
    table = process.decisions["audience"]
    why = [it.name for it in table.outputs].index("why")
    for rule in table.rules:
        reason = rule.outputs[why].strip('"')
        assert reason.endswith("."), reason
        assert any(word in reason.lower() for word in ("teie", "olete", "tegutsete", "esindate")), reason
