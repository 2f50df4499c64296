"""Terms begin when their task does, count from the latest of their days, and end with it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.clock import local_day
from engine.wait import Wait
from processes import obligation
from processes.deadline import end_of_day, ends
from processes.listener import CaseListener
from processes.obligation import Obligation
from processes.terms import TermMissing
from tests.processes.plan_case import HOME, at
from tests.processes.room import Room

LISTENER = CaseListener()


@pytest.fixture
def room(sqlite_url):
    made = Room(sqlite_url)
    yield made
    made.close()


def wait(element="sub/answer_opinions"):
    return Wait(
        tenant_id=HOME,
        id="w1",
        instance_id="none",
        kind="human",
        element=element,
        name="x",
        opened_at=datetime(2027, 1, 4, tzinfo=UTC),
    )


def opened(room, properties, data):
    with room.working() as step:
        return LISTENER.opened(step, wait(), properties, data)


def test_a_term_counts_from_the_latest_of_the_days_it_names(room):
    properties = {"term": "dp.results.notice", "since": "discussion_held_on, display_ends_at"}
    stale, display = date(2027, 1, 10), end_of_day(date(2027, 3, 1))
    due = opened(room, properties, {"discussion_held_on": stale, "display_ends_at": display})
    assert local_day(due) == ends(date(2027, 3, 1), "P30D").ends_on
    due = opened(room, properties, {"discussion_held_on": date(2027, 4, 1), "display_ends_at": display})
    assert local_day(due) == ends(date(2027, 4, 1), "P30D").ends_on


def test_a_term_whose_day_is_not_known_yet_is_not_running(room):
    assert (
        opened(room, {"term": "dp.reply.term", "since": "display_ends_at"}, {"display_ends_at": None}) is None
    )
    assert opened(room, {}, {}) is None
    assert room.rows(Obligation) == []


def test_a_day_given_as_due_lasts_to_its_end(room):
    due = opened(room, {"due": "initiated_on"}, {"initiated_on": date(2027, 1, 4)})
    assert due == end_of_day(date(2027, 1, 4))
    assert room.rows(Obligation)[0].before is False


def test_a_term_the_case_did_not_begin_with_is_named(room):
    with pytest.raises(TermMissing, match=r"x\.y"):
        opened(room, {"term": "x.y", "since": "application_on"}, {"application_on": date(2027, 1, 4)})


def test_a_term_is_met_by_the_click_unless_evidence_named_an_earlier_day(room):
    opened(room, {"due": "d"}, {"d": date(2027, 1, 4)})
    with room.working() as step:
        obligation.meet(step.session, HOME, room.id, "elsewhere/answer_opinions", at(date(2027, 1, 3)))
        LISTENER.closed(step, wait(), "completed")
    assert room.rows(Obligation)[0].met_at == at(date(2027, 1, 3))


def test_a_task_taken_away_withdraws_its_term(room):
    opened(room, {"due": "d"}, {"d": date(2027, 1, 4)})
    with room.working() as step:
        LISTENER.closed(step, wait(), "cancelled")
    row = room.rows(Obligation)[0]
    assert (row.met_at, row.withdrawn_at) == (None, room.clock.now())


def test_a_moved_term_remembers_its_first_day_and_why(room):
    first = opened(room, {"due": "d"}, {"d": date(2027, 1, 4)})
    with room.working() as step:
        obligation.move(
            step.session, HOME, room.id, "answer_opinions", first + timedelta(days=5), reason="Haigus."
        )
    row = room.rows(Obligation)[0]
    assert (row.first_due_at, row.due_at, row.moved_reason) == (first, first + timedelta(days=5), "Haigus.")


def test_the_end_of_the_process_is_the_end_of_the_case(room):
    with room.working() as step:
        LISTENER.ended(step, "not_adopted")
    row = room.row()
    assert (row.state, row.end_element, row.ended_at) == ("ended", "not_adopted", room.clock.now())
