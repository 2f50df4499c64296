"""The round table from topics to the next cycle, on the real engine, on both databases."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from engine.clock import local_day
from engine.errors import GuardHolds
from engine.wait import Wait
from processes.consultation import Consultation
from processes.deadline import ends, latest_before
from processes.errors import NotFound, Refused, TooLate
from processes.invitation import Invitation
from processes.meeting import Meeting
from processes.round import Round
from processes.summary import Summary
from tests.processes.plan_case import at
from tests.processes.table_case import CHAMBER, UNION, TableCase


@pytest.fixture
def table(database_url):
    made = TableCase(database_url)
    yield made
    made.close()


def test_one_cycle_from_topics_to_the_next_carries_what_is_not_done(table):
    assert table.row().published_at is not None
    with pytest.raises(Refused) as refusal:
        table.complete("plan_cycle", session_on=table.today + timedelta(days=20), rhythm="quarter")
    assert refusal.value.problems["session_on"].params["earliest"] >= table.today + timedelta(days=29)
    session_on = table.today + timedelta(days=35)
    table.call(session_on)
    assert len(table.letters("invitation")) == 2
    asked = message_from_bytes(table.letters("invitation")[0].content, policy=policy.default)
    last_day = next(it for it in asked.walk() if it.get_content_type() == "text/calendar")
    assert last_day.get_param("method") == "PUBLISH"
    topics = table.rows(Round, phase="topics")[0]
    assert local_day(topics.closes_at) == latest_before(session_on, "P21D").ends_on
    heard = table.topic("Viipekeeletõlk vallamajas.\nKord nädalas.")
    table.go_to_next_timer()
    assert table.open() == ["arrange_session", "plan_meeting", "propose_agenda"]
    assert table.due_on("propose_agenda") == latest_before(session_on, "P14D").ends_on
    assert table.due_on("arrange_session") == latest_before(session_on, "P7D").ends_on

    table.propose(f"f-{heard}", own=("Sotsiaaltransport",))
    assert [it.recipient_address for it in table.letters("agenda")] == [
        it.recipient_address for it in table.letters("invitation") if CHAMBER in _name(table, it)
    ]
    table.send_back("Lisage koduhooldus.")
    assert "propose_agenda" in table.open()
    table.propose(f"f-{heard}", own=("Koduhooldus",))
    table.agree()
    table.agree()  # twice is once
    assert [it.title for it in table.followed().agenda] == ["Viipekeeletõlk vallamajas.", "Koduhooldus"]
    assert len(table.letters("agenda_agreed")) == 2

    table.meet(session_on)
    assert len(table.letters("meeting")) == 2
    assert table.rows(Meeting)[0].minutes_at is None, "a draft is not public"
    assert table.due_on("record_tasks") == ends(session_on, "P7D").ends_on
    first = table.give("Tellida viipekeeletõlk", "sotsiaalosakond", session_on + timedelta(days=60), heard)
    second = table.give("Koostada koduhoolduse ülevaade", "sotsiaalosakond", session_on + timedelta(days=30))
    assert (first, second) == (1, 2)
    table.finish("record_tasks")
    assert len(table.letters("minutes_draft")) == 2
    comment = table.topic("Protokollis on vale kuupäev.", CHAMBER)
    table.go_to_next_timer()
    table.finish("finish_minutes", "Lõplik protokoll.")
    assert table.rows(Meeting)[0].minutes_at == table.clock.now()
    assert len(table.letters("minutes")) == 2
    assert table.due_on("answer_opinions") == ends(session_on, "P30D").ends_on
    assert [it.by for it in table.followed().waiting] == [UNION, CHAMBER]

    table.answer(heard, "accepted")
    with pytest.raises(GuardHolds):
        table.complete("answer_opinions")
    table.answer(comment, "accepted")
    table.complete("answer_opinions")
    assert len(table.letters("answer")) == 2
    assert table.followed().waiting == ()
    table.report()
    assert [it.occasion for it in table.rows(Summary)] == ["round_table"]
    table.complete("treat_objections", by="committee")
    table.close_task(second)

    began, ended = table.row(), table.instance_id
    table.on_to_next()
    assert table.row().turn == 2
    assert table.row().number == "rt-2027-1"
    assert table.today == ends(began.application_on, "P3M").ends_on
    assert [(it.number, it.owner) for it in table.followed_of(began).open] == [(1, "sotsiaalosakond")]
    assert table.instance_of(ended).status == "completed"
    table.call(table.today + timedelta(days=35))
    assert len(table.letters("invitation")) == 4, "those of the last cycle were proposed again"
    assert "Tellida viipekeeletõlk" in table.text_of("invitation")
    assert [(it.number, it.since) for it in table.followed().open] == [(1, session_on)]


def test_a_silent_chair_is_called_and_what_was_agreed_is_noted(table):
    table.call(table.today + timedelta(days=35))
    table.go_to_next_timer()
    with pytest.raises(Refused) as refusal:
        table.propose()
    assert refusal.value.problems["topics"].code == "agenda_empty"
    table.propose(own=("Eelarve",))
    table.go_to_next_timer()
    assert "settle_agenda" in table.open()
    table.complete("settle_agenda", agenda_agreed="again")
    assert "propose_agenda" in table.open()
    table.propose(own=("Eelarve", "Transport"))
    table.complete("settle_agenda", agenda_agreed="agreed")
    assert [it.title for it in table.followed().agenda] == ["Eelarve", "Transport"]
    with pytest.raises(TooLate):
        table.send_back("Hilja.")
    with table.step() as session:
        case = session.get_one(Consultation, ("9999", table.id))
        case.series_id = None
        session.add(case)
    with pytest.raises(NotFound):
        table.followed()  # a case that stands alone has nothing to follow


def test_the_next_cycle_begins_on_its_day_however_late_the_minutes_are(table):
    first, session_on = table.row(), table.today + timedelta(days=35)
    table.call(session_on)
    table.go_to_next_timer()
    table.propose(own=("Eelarve",))
    table.agree()
    table.meet(session_on)
    table.give("Avaldada eelarve", "rahandusosakond", session_on + timedelta(days=200))
    day = ends(first.application_on, "P3M").ends_on
    table.go_to(at(day, 8))
    following = table.rows(Consultation, turn=2)[0]
    assert (following.application_on, following.series_id, following.state) == (day, first.id, "running")
    assert [(it.number, it.owner) for it in table.followed_of(following).open] == [(1, "rahandusosakond")]
    assert table.open() == ["record_tasks"], "the first cycle goes on with what it owes"
    table.finish("record_tasks")
    table.go_to_next_timer()
    table.finish("finish_minutes")
    table.complete("answer_opinions")
    table.report()
    table.complete("treat_objections", by="committee")
    assert table.instance_of(table.instance_id).status == "completed"
    assert len(table.rows(Consultation)) == 2, "nothing begins twice"


def test_the_next_cycle_never_begins_before_the_session_of_this_one(table):
    session_on = table.today + timedelta(days=150)
    table.call(session_on)
    due = [
        it.due_at for it in table.rows(Wait, instance_id=table.instance_id) if it.element == "next_cycle_due"
    ]
    assert [local_day(it) for it in due] == [session_on + timedelta(days=1)]


def _name(table, letter):
    ids = {key: name for name, key in table.organisations.items()}
    found = table.rows(Invitation, id=letter.recipient_ref.partition(":")[2])[0]
    return ids[found.organisation_id]
