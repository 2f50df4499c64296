"""A process is played with the clock in hand: plainly, and as real procedures went."""

import json
from datetime import date
from pathlib import Path

import pytest

from processes import procedure
from processes.actions.rehearsal import RehearsalFailed, Result, rehearse

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "bpmn" / "detailed_plan"
MADE_UP = Path(__file__).parent / "cases"
REAL = ROOT.parent / "shared" / "data" / "cases"
START = date(2027, 1, 11)


def of_kind(kind: str) -> list[Path]:
    """The invented case, and beside it every real one that lies on this machine."""
    found = [*sorted(MADE_UP.glob("*.json")), *sorted(REAL.glob("*.json"))]
    return [path for path in found if procedure.read(path.read_bytes()).process == kind]


def played(slug: str) -> Result:
    path = next(it for it in of_kind("detailed_plan") if it.stem == slug)
    return rehearse(PLAN, case=path.read_bytes(), start=START)


def test_a_plain_rehearsal_reaches_the_register_and_the_archive() -> None:
    result = rehearse(PLAN, start=START)
    assert (result.ended, result.end) == (True, "closed")
    done = {it.element for it in result.steps if it.what == "done"}
    assert {
        "decide_initiation",
        "answer_opinions",
        "decide_adoption",
        "register_plan",
        "archive_case",
    } <= done
    assert result.letters
    assert result.findings
    assert all(it.kept for it in result.findings)
    moments = [it.at for it in result.steps]
    assert moments == sorted(moments)


def test_a_rehearsal_stops_on_the_day_it_is_told_to() -> None:
    result = rehearse(PLAN, start=START, until=date(2027, 3, 20))
    assert not result.ended
    assert "display_round/round_closes" in result.waits


@pytest.mark.parametrize("path", of_kind("detailed_plan"), ids=lambda path: path.stem)
def test_every_real_procedure_is_replayed_to_where_it_really_came(path: Path) -> None:
    case = procedure.read(path.read_bytes())
    result = rehearse(PLAN, case=path.read_bytes(), start=START)
    if case.decision or any(it.kind == "adoption" for it in case.events):
        assert result.end == "closed"
    else:
        assert (result.ended, result.waits) == (False, ["decide_adoption"])
    json.loads(result.as_json())
    assert result.as_text()


def test_the_lost_opinion_and_the_hasty_decision_are_both_found() -> None:
    found = {it.term: it for it in played("lost-opinion").findings if it.kept is False}
    assert "vastuseta" in found["dp.reply.term"].sentence
    assert "liiga vara" in found["dp.decision.order"].sentence


def test_a_case_of_another_kind_is_refused_with_a_sentence() -> None:
    other = json.dumps({"schema": "kaasa-case/1", "process": "round_table"})
    with pytest.raises(RehearsalFailed, match="round_table"):
        rehearse(PLAN, case=other, start=START)
