"""Measures: the same counts on the page, in the table and as data; nobody is known by being one of few."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.actions import measuring
from processes.actions.measuring import LEAST, few, hidden
from processes.consultation import Consultation
from processes.feedback import Feedback
from tests.web.case_desk import Desk, words
from tests.web.conftest import HOME


@pytest.fixture
def desk(demo_visitor):
    return Desk(demo_visitor, "answer_opinions")


def test_a_planner_sees_each_count_as_it_is_and_takes_it_along_as_a_table(desk):
    page = words(desk.open("measures"))
    received = len(
        [
            it
            for it in desk.rows(Feedback, consultation_id=desk.id)
            if it.state in ("received", "late_accepted", "late_recorded")
        ]
    )
    assert f"{received} opinions" in page
    assert "The way in dates against its terms" in page
    table = desk.visitor.get(desk.path("measures/table.csv"))
    assert table.headers["content-type"].startswith("text/csv")
    assert "Invited organisations that answered" in table.text


def test_the_public_page_and_the_data_tell_the_same_and_hide_small_counts(desk):
    desk.visitor.client.cookies.clear()
    page = words(desk.visitor.get(f"/en/case/{desk.number}/measures").text)
    assert "Counts that could give somebody away" in page
    assert (
        f'href="/en/case/{desk.number}/measures.csv"'
        in desk.visitor.get(f"/en/case/{desk.number}/measures").text
    )
    assert "Opinions answered" in desk.visitor.get(f"/en/case/{desk.number}/measures.csv").text
    data = desk.visitor.get(f"/api/v1/cases/{desk.number}?language=en").json()
    figures = data["figures"]
    assert data["case"]["number"] == desk.number
    assert f"{figures['opinions']} opinions" in page
    for name in ("outcomes", "channels", "invited_by_kind"):
        assert all(n is None or n >= LEAST for n in figures[name].values()), name
    for name in ("reached", "opened", "answered", "silent", "replied", "in_time", "favourable", "needs_met"):
        part = figures[name]
        assert part["value"] is None or part["value"] == 0 or part["value"] >= LEAST
    assert {"due_at", "met_at", "key"} <= data["terms"][0].keys()


def test_the_municipality_is_the_sum_of_its_cases(desk):
    with desk.kaasa.database.session() as session:
        cases = measuring.cases_of(session, HOME)
        whole = measuring.measure(session, HOME, cases)
        each = [measuring.measure(session, HOME, [it]) for it in cases]
    assert whole.opinions == sum(it.opinions for it in each)
    assert whole.answered.of == sum(it.answered.of for it in each)
    assert whole.bounced.of == sum(it.bounced.of for it in each)
    listed = desk.visitor.get("/api/v1/cases").json()
    assert {it["number"] for it in listed["cases"]} == {it.number for it in cases}
    assert desk.visitor.get("/api/v1/measures").json()["cases"] == len(cases)
    assert desk.visitor.get("/api/v1/measures?year=1999").json()["cases"] == 0
    assert desk.visitor.get("/en/measures?year=1999").status_code == 200
    assert desk.visitor.get("/et/measures.csv").status_code == 200


def test_a_draft_is_no_open_data(desk):
    row = desk.rows(Consultation, id=desk.id)[0]
    desk.change(row, published_at=None)
    assert desk.visitor.get(f"/api/v1/cases/{desk.number}").status_code == 404
    assert desk.visitor.get(f"/et/case/{desk.number}/measures").status_code == 404


def test_the_description_names_every_door_of_the_data_and_no_other(desk):
    answer = desk.visitor.get("/api/openapi.json")
    described = json.loads(answer.text)
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {"/api/v1/measures", "/api/v1/cases", "/api/v1/cases/{number}"}
    assert desk.visitor.get("/api/v1/cases").headers["access-control-allow-origin"] == "*"


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 30), max_size=8))
def test_no_small_count_is_ever_published_and_none_can_be_worked_out(counts):
    given_out = few(counts)
    assert all(n is None or n >= LEAST for n in given_out.values())
    small = [n for n in counts.values() if 0 < n < LEAST]
    if small and given_out.get("other") is not None:
        kept = sum(n for key, n in given_out.items() if key != "other")
        assert given_out["other"] == sum(counts.values()) - kept
    if not small:
        assert given_out == {key: n for key, n in counts.items() if n}
    assert all(hidden(n) is None for n in range(1, LEAST))
