"""A case keeps the terms it began with, whatever the table says later."""

from datetime import date

import pytest

from processes import catalogue, terms
from processes.consultation import Consultation
from processes.deadline import TermUnreadable, read_term
from processes.errors import NotFound
from processes.terms import TermMissing

FILES = catalogue.kind("detailed_plan").files()
BILL = """<?xml version="1.0"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
<decision id="terms"><decisionTable id="t" hitPolicy="UNIQUE">
<input id="k"><inputExpression id="ke" typeRef="string"><text>key</text></inputExpression></input>
<input id="o"><inputExpression id="oe" typeRef="date"><text>on</text></inputExpression></input>
<output id="p" name="period" typeRef="string"/><output id="n" name="direction" typeRef="string"/>
<rule id="r1"><inputEntry id="a"><text>"dp.display.noticeBefore"</text></inputEntry>
<inputEntry id="b"><text>&lt; date("2027-07-01")</text></inputEntry>
<outputEntry id="c"><text>"P14D"</text></outputEntry><outputEntry id="cc"><text>"before"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="e"><text>"dp.display.noticeBefore"</text></inputEntry>
<inputEntry id="f"><text>&gt;= date("2027-07-01")</text></inputEntry>
<outputEntry id="g"><text>"{period}"</text></outputEntry><outputEntry id="gg"><text>"before"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def test_every_term_of_the_plan_reads_and_names_source_and_certainty():
    frozen = terms.freeze(FILES, date(2027, 1, 4))
    assert {key for key in terms.keys_of(FILES) if key.startswith("dp.")} <= set(frozen)
    for term in frozen.values():
        assert read_term(term["period"]).count > 0
        assert term["source"]
        assert term["certainty"][0] in "CRUJ"


def test_a_case_runs_by_the_rules_in_force_when_it_began():
    files = {terms.TABLE: BILL.replace("{period}", "P1D")}
    before, after = (terms.freeze(files, day) for day in (date(2027, 6, 30), date(2027, 7, 1)))
    assert before["dp.display.noticeBefore"]["period"] == "P14D"
    assert after["dp.display.noticeBefore"]["period"] == "P1D"


def test_a_period_that_is_not_one_is_refused_when_the_case_begins():
    with pytest.raises(TermUnreadable):
        terms.freeze({terms.TABLE: BILL.replace("{period}", "kaks nädalat")}, date(2027, 7, 1))


def test_a_before_term_counts_backwards():
    case = Consultation(
        municipality_id="1",
        number="n",
        planner_id="p",
        created_at=None,
        terms='{"x": {"period": "P14D", "direction": "before"}}',
    )
    assert terms.deadline_of(case, "x", date(2023, 4, 6)).ends_on == date(2023, 3, 22)


def test_a_missing_term_is_named_with_the_remedy():
    case = Consultation(municipality_id="1", number="n", planner_id="p", created_at=None)
    with pytest.raises(TermMissing, match=r"'dp\.reply\.term'.*terms\.dmn"):
        terms.period_of(case, "dp.reply.term")


def test_a_definition_without_the_table_has_no_terms():
    assert terms.freeze({}, date(2027, 1, 4)) == {}


def test_the_catalogue_finds_kinds_by_their_folders(tmp_path):
    assert [kind.key for kind in catalogue.kinds()] == ["detailed_plan", "round_table"]
    assert catalogue.kind("detailed_plan").title == "Detailplaneering"
    other = tmp_path / "round_table"
    other.mkdir()
    (other / "process.toml").write_text('key = "round_table"\ntitle = "Ümarlaud"\n')
    assert [kind.key for kind in catalogue.kinds(tmp_path)] == ["round_table"]
    with pytest.raises(NotFound, match="round_table"):
        catalogue.kind("detailed_plan", tmp_path)
