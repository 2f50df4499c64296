"""Approval by authorities: sent once, answers entered, terms extended within bounds, silence counted as consent."""

from datetime import timedelta

import pytest

from engine.clock import local_day
from engine.wait import Wait
from processes.deadline import working_day_from
from processes.invitation import Approval
from processes.organisation import Organisation
from processes.round import Round
from tests.web.case_desk import Desk, hidden, words


@pytest.fixture
def asked(demo_visitor):
    return Desk(demo_visitor, "approval_round/round_closes")


@pytest.fixture
def sending(asked):
    """The same case, its authorities not agreed: the plan goes out again."""
    for it in approvals(asked):
        if it.result == "waiting":
            answer(asked, it, result="approved")
    asked.send("approvals/close")
    asked.do("settle_approvals", {"approvals": "redo"})
    return asked


def today(desk):
    return local_day(desk.kaasa.clock.now())


def approvals(desk):
    of = max(desk.rows(Round, consultation_id=desk.id, phase="approval"), key=lambda it: it.id)
    return desk.rows(Approval, round_id=of.id)


def waiting(desk):
    return next(it for it in approvals(desk) if it.result == "waiting")


def answer(desk, row, **fields):
    filled = {"result": "approved", "answered_on": today(desk).isoformat(), **fields}
    return desk.send(f"approvals/{row.id}/answer", filled)


def test_the_page_says_from_which_day_on_silence_is_consent(asked):
    page = words(asked.open("approvals"))
    assert "after that silence counts as consent" in page
    assert "1 authority has not answered" in page
    assert "Kooskõlastame tingimusel" in page


def test_an_answer_that_came_by_letter_is_entered(asked):
    row = waiting(asked)
    done = asked.done(answer(asked, row, result="conditions", conditions="Lisada kaldtee."))
    assert "is saved" in done
    kept = asked.rows(Approval, id=row.id)[0]
    assert (kept.result, kept.conditions, kept.answered_on) == ("conditions", "Lisada kaldtee.", today(asked))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"result": ""}, "choose one of the answers"),
        ({"result": "waiting"}, "choose one of the answers"),
        ({"result": "refused", "conditions": ""}, "Write what must be changed"),
        ({"answered_on": "homme"}, "Write a date"),
        ({"answered_on": "2999-01-01"}, "not come yet"),
        ({"answered_on": "2001-01-01"}, "cannot have been answered earlier"),
        ({"conditions": "x" * 20_001}, "too long"),
    ],
)
def test_an_answer_that_cannot_be_taken_comes_back_as_typed(asked, fields, sentence):
    row = waiting(asked)
    refused = answer(asked, row, **{"conditions": "Minu sõnad", **fields})
    assert refused.status_code == 422
    assert sentence in words(refused.text)
    if "conditions" not in fields:
        assert "Minu sõnad" in refused.text
    assert asked.rows(Approval, id=row.id)[0].result == "waiting"


def test_more_time_keeps_the_round_open_and_tells_that_authority_alone(asked):
    row, before = waiting(asked), len(asked.letters("approval"))
    day = working_day_from(row.due_on + timedelta(days=20))
    assert "has more time" in asked.done(asked.send(f"approvals/{row.id}/extend", {"until": day.isoformat()}))
    assert asked.rows(Approval, id=row.id)[0].extended_to == day
    timer = next(
        it for it in asked.rows(Wait, instance_id=asked.instance_id) if it.element.endswith("round_closes")
    )
    assert local_day(timer.due_at) == day
    letters = asked.letters("approval")[before:]
    assert [it.recipient_ref for it in letters] == [f"invitation:{row.invitation_id}"]


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (0, "Choose a day after"),
        (-30, "Choose a day after"),
        (90, "the term cannot be longer"),
        (None, "Write a date"),
    ],
)
def test_more_time_has_its_bounds(asked, days, sentence):
    row = waiting(asked)
    until = "kunagi" if days is None else working_day_from(row.due_on + timedelta(days=days)).isoformat()
    refused = asked.send(f"approvals/{row.id}/extend", {"until": until})
    assert refused.status_code == 422
    assert sentence in words(refused.text)
    assert asked.rows(Approval, id=row.id)[0].extended_to is None


def test_more_time_ends_on_a_working_day(asked):
    row = waiting(asked)
    day = row.due_on + timedelta(days=1)
    while day.weekday() != 5:
        day += timedelta(days=1)
    refused = asked.send(f"approvals/{row.id}/extend", {"until": day.isoformat()})
    assert "This is a day off" in words(refused.text)


def test_the_round_is_closed_early_only_once_everyone_has_answered(asked):
    refused = asked.send("approvals/close")
    assert refused.status_code == 422
    assert "Authorities that may still answer: 1" in words(refused.text)
    answer(asked, waiting(asked))
    assert "is closed" in asked.done(asked.send("approvals/close"))
    assert "settle_approvals" in asked.waits()
    assert asked.send("approvals/close").status_code == 409


def test_silence_until_the_last_day_is_shown_as_consent(asked):
    row = waiting(asked)
    asked.go_on(days=(row.due_on - today(asked)).days + 1)
    assert asked.rows(Approval, id=row.id)[0].result == "silent"
    assert "silent: counts as consent" in words(asked.open("approvals"))
    assert answer(asked, row).status_code == 409


def test_the_plan_is_sent_to_the_ticked_authorities_once(sending):
    page = sending.open("approvals")
    task = hidden(page, "task")
    chosen = [it.id for it in sending.rows(Organisation, kind="authority")][:2]
    before = len(sending.letters("approval"))
    for _ in range(2):
        sent = sending.send(
            "approvals/send", {"task": task, "authorities": chosen, "sent_on": today(sending).isoformat()}
        )
        assert "Authorities asked: 2" in sending.done(sent)
    assert len(sending.letters("approval")) == before + 2
    assert len(approvals(sending)) == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"authorities": []}, "Choose at least one authority"),
        ({"sent_on": "eile"}, "Write a date"),
        ({"sent_on": "2999-01-01"}, "not come yet"),
        ({"sent_on": "2001-01-01"}, "cannot have happened earlier"),
        ({"authorities": ["x"]}, "no longer in the registry"),
    ],
)
def test_a_sending_that_cannot_be_done_keeps_the_ticks(sending, fields, sentence):
    task = hidden(sending.open("approvals"), "task")
    one = sending.rows(Organisation, kind="authority")[0].id
    filled = {"task": task, "authorities": [one], "sent_on": today(sending).isoformat(), **fields}
    refused = sending.send("approvals/send", filled)
    assert refused.status_code == 422
    assert sentence in words(refused.text)
    if "authorities" not in fields:
        assert f'value="{one}" checked' in refused.text
    assert "send_for_approval" in sending.waits()
