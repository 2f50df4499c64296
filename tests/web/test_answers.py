"""Answering opinions: nothing unanswered leaves, nothing written is lost, two planners see each other."""

import pytest

from processes.feedback import Feedback
from processes.response import Response
from tests.web.case_desk import Desk, hidden, words

REASONS = "Lisasime seletuskirja valgustuse ja näitasime selle joonisel."


@pytest.fixture
def desk(demo_visitor):
    return Desk(demo_visitor, "answer_opinions")


def unanswered(desk):
    answered = {it.feedback_id for it in desk.rows(Response)}
    said = desk.rows(Feedback, consultation_id=desk.id, state="received")
    return sorted((it for it in said if it.id not in answered), key=lambda it: (it.received_at, it.id))


def answer(desk, said, seen="", **fields):
    filled = {"outcome": "accepted", "reasons": REASONS, "then": "stay", "seen": seen, **fields}
    return desk.send(f"answers/{said.id}", filled)


def test_the_list_tells_how_far_it_is_and_until_when(desk):
    page = words(desk.open("answers"))
    assert "5 of 12 answered" in page
    assert "day" in page
    assert "1 late opinion waits for your decision" in page
    assert "7 opinions" in words(desk.open("answers?show=unanswered"))


def test_an_opinion_stands_beside_its_answer_with_who_gets_it(desk):
    said = unanswered(desk)[0]
    page = words(desk.open(f"answers/{said.id}"))
    assert said.text[:40] in page
    assert "Who gets this:" in page
    assert said.author_email in page


def test_a_saved_answer_stays_and_leads_to_the_next_without_one(desk):
    first, second = unanswered(desk)[:2]
    went = answer(desk, first, then="next")
    assert went.headers["location"].endswith(f"/answers/{second.id}")
    kept = desk.rows(Response, feedback_id=first.id)[0]
    assert (kept.outcome, kept.reasons, kept.sent_at) == ("accepted", REASONS, None)
    assert REASONS in desk.open(f"answers/{first.id}")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"outcome": ""}, "Choose what becomes of the opinion"),
        ({"outcome": "burned"}, "Choose what becomes of the opinion"),
        ({"reasons": "  "}, "Write the reasons"),
        ({"reasons": "x" * 10_001}, "too long"),
        ({"theme": "x" * 61}, "too long"),
    ],
)
def test_an_answer_that_cannot_be_taken_keeps_what_was_typed(desk, fields, sentence):
    said = unanswered(desk)[0]
    refused = answer(desk, said, **fields)
    assert refused.status_code == 422
    assert sentence in words(refused.text)
    assert (fields.get("reasons") or REASONS).strip() in refused.text
    assert desk.rows(Response, feedback_id=said.id) == []
    assert desk.rows(Feedback, id=said.id)[0].theme == said.theme


def test_two_planners_at_one_opinion_see_both_texts_and_lose_neither(desk):
    said = unanswered(desk)[0]
    seen = hidden(desk.open(f"answers/{said.id}"), "seen")
    desk.become(desk.another_planner())
    assert answer(desk, said, seen=seen, reasons="Teise planeerija sõnad.").status_code == 303
    desk.become(desk.planner_id)
    clash = answer(desk, said, seen=seen)
    assert clash.status_code == 409
    page = words(clash.text)
    assert "Teise planeerija sõnad." in page
    assert REASONS in page
    assert "a moment ago" in page
    assert desk.rows(Response, feedback_id=said.id)[0].reasons == "Teise planeerija sõnad."
    assert answer(desk, said, seen=hidden(clash.text, "seen")).status_code == 303
    assert desk.rows(Response, feedback_id=said.id)[0].reasons == REASONS


def test_the_same_answer_sent_twice_is_one(desk):
    said = unanswered(desk)[0]
    assert answer(desk, said).status_code == 303
    assert answer(desk, said).status_code == 303
    assert len(desk.rows(Response, feedback_id=said.id)) == 1


def test_the_step_cannot_be_closed_while_an_opinion_has_no_answer(desk):
    task = hidden(desk.open("answers"), "task")
    held = desk.send("answers/close", {"task": task})
    assert held.status_code == 409
    page = words(held.text)
    assert "Opinions without an answer: 7" in page
    assert "Late opinions that wait for a decision first: 1" in page
    assert desk.letters("answer") == []
    assert "answer_opinions" in desk.waits()


def test_closing_the_step_sends_every_answer_once_and_no_answer_changes_after(desk):
    late = desk.rows(Feedback, consultation_id=desk.id, state="late_waiting")[0]
    decided = desk.send(f"opinions/{late.id}/late", {"decision": "record", "reason": "Takistust ei olnud."})
    assert decided.status_code == 303
    for said in unanswered(desk):
        assert answer(desk, said).status_code == 303
    assert answer(desk, late).status_code == 303
    task = hidden(desk.open("answers"), "task")
    for _ in range(2):
        closed = desk.send("answers/close", {"task": task})
        assert "answers are on their way" in desk.done(closed)
    answered = desk.rows(Response)
    mine = {it.id for it in desk.rows(Feedback, consultation_id=desk.id)}
    assert all(it.sent_at for it in answered if it.feedback_id in mine)
    assert len({it.recipient_ref for it in desk.letters("answer")}) == len(desk.letters("answer")) > 5
    changed = answer(desk, late, reasons="Tagantjärele teisiti.")
    assert changed.status_code == 409
    assert desk.rows(Response, feedback_id=late.id)[0].reasons == REASONS
    assert "sent" in words(desk.open(f"answers/{late.id}"))


def test_words_written_to_one_can_begin_the_answer_to_another_of_the_theme(desk):
    first, second = unanswered(desk)[:2]
    for said in (first, second):
        desk.send(f"opinions/{said.id}/theme", {"theme": "Valgus & vari"})
    answer(desk, first, theme="Valgus & vari")
    assert "Begin with these words" in desk.open(f"answers/{second.id}")
    assert REASONS in desk.open(f"answers/{second.id}?use={first.id}").partition("<textarea")[2]
    assert "2 opinions" in words(desk.open("answers?theme=Valgus+%26+vari"))


def test_an_opinion_of_another_case_cannot_be_answered_here(desk):
    other = next(it for it in desk.rows(Feedback) if it.consultation_id != desk.id)
    assert answer(desk, other).status_code == 404
