"""What the process does for people: the laws of single services, each called as the engine calls it."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import delete

from engine.clock import local_day
from processes import summary_content
from processes.deadline import is_working_day, latest_before
from processes.decision import Decision
from processes.errors import Refused
from processes.feedback import Feedback
from processes.invitation import Approval, Invitation
from processes.meeting import Attendance, Meeting
from processes.notice import CHANNELS, Notice
from processes.obligation import Obligation
from processes.response import OUTCOMES, Response
from processes.round import Round
from processes.services import (
    approval,
    consultation,
    contest,
    decision,
    display,
    feedback,
    invitation,
    meeting,
    notice,
    response,
    summary,
)
from processes.services import round as rounds
from processes.summary import Summary
from tests.processes.plan_case import APPLICATION, HOME, at
from tests.processes.room import Room


@pytest.fixture
def room(database_url):
    made = Room(database_url)
    yield made
    made.close()


@pytest.fixture
def quick(sqlite_url):
    made = Room(sqlite_url)
    yield made
    made.close()


# Invitations


def test_the_chosen_stay_the_others_go_and_new_ones_come(room):
    deaf, chamber, rescue, _ = room.organisations.values()
    with room.working() as step:
        invitation.confirm(invitation.Confirm(organisations=[deaf, rescue]), step=step, links=room.links)
    assert {it.organisation_id for it in room.rows(Invitation)} == {deaf, rescue}
    assert chamber not in {it.organisation_id for it in room.rows(Invitation)}


def test_inviting_nobody_takes_a_reason_and_unknown_organisations_are_refused(room):
    with room.working() as step, pytest.raises(Refused) as refusal:
        invitation.confirm(invitation.Confirm(organisations=["nobody"]), step=step, links=room.links)
    assert refusal.value.problems["organisations"].code == "unknown_organisation"
    with room.working() as step, pytest.raises(Refused) as refusal:
        invitation.confirm(invitation.Confirm(organisations=[]), step=step, links=room.links)
    assert refusal.value.problems["organisations"].code == "nobody_chosen"
    with room.working() as step:
        invitation.confirm(
            invitation.Confirm(organisations=[], note="Ühendusi ei ole."), step=step, links=room.links
        )


def test_sending_twice_invites_once(room):
    for _ in range(2):
        with room.working() as step:
            invitation.send(step=step, post=room.post(step))
    assert {it.state for it in room.rows(Invitation)} == {"invited"}
    assert len(room.letters("invitation")) == 2


# Notices and terms


@pytest.mark.parametrize(("day", "code"), [(1, "in_the_future"), (-1, "before_application")])
def test_a_notice_outside_the_case_is_refused(room, day, code):
    with room.working("announce/initiation_web") as step, pytest.raises(Refused) as refusal:
        notice.record(notice.Record(published_on=APPLICATION + timedelta(days=day)), step=step)
    assert refusal.value.problems["published_on"].code == code


def test_a_notice_keeps_what_its_task_is_named_after(room):
    with room.working("sub/initiation_county_paper") as step:
        notice.record(notice.Record(published_on=room.today, number=" 12 "), step=step)
    kept = room.rows(Notice)[0]
    assert (kept.occasion, kept.channel, kept.number) == ("initiation", "county_paper", "12")


def test_a_link_to_a_notice_is_a_web_address(room):
    with room.working("initiation_web") as step, pytest.raises(Refused) as refusal:
        notice.record(notice.Record(published_on=room.today, url="javascript:alert(1)"), step=step)
    assert refusal.value.problems["url"].code == "not_a_web_address"


def test_contesting_is_counted_from_the_last_of_all_notices(room):
    for days, channel in ((3, "web"), (12, "paper"), (5, "official")):
        room.add(
            Notice(
                municipality_id=HOME,
                consultation_id=room.id,
                occasion="adoption",
                channel=channel,
                published_on=APPLICATION + timedelta(days=days),
                recorded_at=room.clock.now(),
            )
        )
    with room.working() as step:
        ended = contest.open(step=step).contest_ends_at
    assert local_day(ended) == date(2027, 2, 15)  # 16.01 + 30 days


def test_a_withdrawn_term_is_neither_kept_nor_broken_unless_it_was_over():
    due = at(date(2027, 3, 1))
    term = Obligation(
        municipality_id=HOME, consultation_id="c", element="e", term="t", due_at=due, first_due_at=due
    )
    assert term.kept(due) is None
    assert term.kept(due + timedelta(seconds=1)) is False
    term.withdrawn_at = due - timedelta(days=1)
    assert term.kept(due + timedelta(days=90)) is None
    term.withdrawn_at = due + timedelta(days=1)
    assert term.kept(due + timedelta(days=90)) is False


# The display


def accepted(room, first, last, decided_on=None):
    with room.working("accept_plan") as step:
        return display.accept(
            display.Accept(
                acceptance="accept",
                decided_on=decided_on or room.today,
                display_from=first,
                display_to=last,
                display_place="vallamaja",
            ),
            step=step,
        )


def wipe(room):
    with room.step() as session:
        for table in (Notice, Round, Decision):
            session.exec(delete(table))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 40), st.integers(0, 30))
def test_whatever_display_is_accepted_leaves_the_notice_its_term_and_people_theirs(quick, ahead, length):
    wipe(quick)
    first = quick.today + timedelta(days=ahead)
    last = first + timedelta(days=length)
    try:
        made = accepted(quick, first, last)
    except Refused:
        assert ahead < 15 or length < 13
        assert quick.rows(Round) == []
        return
    assert ahead >= 15
    closes = local_day(made.display_ends_at)
    assert (closes - first).days + 1 >= 14
    assert closes >= last
    assert is_working_day(closes)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-3, 3), min_size=5, max_size=5))
def test_a_display_is_noticed_only_when_every_channel_was_in_time(quick, offsets):
    wipe(quick)
    first = quick.today + timedelta(days=20)
    accepted(quick, first, first + timedelta(days=15))
    shown = quick.rows(Round)[0]
    latest = latest_before(first, "P14D").ends_on
    quick.add(
        *(
            Notice(
                municipality_id=HOME,
                consultation_id=quick.id,
                round_id=shown.id,
                occasion="display",
                channel=channel,
                published_on=latest + timedelta(days=offset),
                recorded_at=quick.clock.now(),
            )
            for channel, offset in zip(CHANNELS, offsets, strict=True)
        )
    )
    with quick.working() as step:
        assert display.check(step=step).display_noticed == all(offset <= 0 for offset in offsets)


def test_a_display_without_one_channels_notice_is_not_noticed(room):
    first = room.today + timedelta(days=20)
    accepted(room, first, first + timedelta(days=15))
    for channel in CHANNELS[1:]:
        with room.working(f"display_{channel}") as step:
            notice.record(notice.Record(published_on=room.today), step=step)
    with room.working() as step:
        assert display.check(step=step).display_noticed is False


def test_moving_a_display_asks_why_and_sets_its_earlier_notices_aside(room):
    first = room.today + timedelta(days=20)
    accepted(room, first, first + timedelta(days=15))
    for channel in CHANNELS:
        with room.working(f"display_{channel}") as step:
            notice.record(notice.Record(published_on=room.today), step=step)
    later = first + timedelta(days=7)
    with room.working() as step, pytest.raises(Refused) as refusal:
        display.move(display.Move(display_from=later, display_to=later + timedelta(days=15)), step=step)
    assert set(refusal.value.problems) == {"reason"}
    with room.working() as step:
        display.move(
            display.Move(display_from=later, display_to=later + timedelta(days=15), reason="Saal."), step=step
        )
    with room.working() as step:
        assert display.check(step=step).display_noticed is False
        assert (
            local_day(display.schedule(step=step).display_notice_due_at)
            == latest_before(later, "P14D").ends_on
        )


def test_a_plan_is_sent_back_only_with_reasons(room):
    with room.working("accept_plan") as step, pytest.raises(Refused) as refusal:
        display.accept(display.Accept(acceptance="send_back", decided_on=room.today), step=step)
    assert set(refusal.value.problems) == {"reasons"}


# Approvals


def test_silence_is_consent_and_an_answer_stays_an_answer(room):
    authorities = list(room.organisations.values())[2:]
    with room.working() as step:
        planned = approval.send(
            approval.Send(sent_on=room.today, authorities=authorities),
            step=step,
            links=room.links,
            post=room.post(step),
        )
    assert planned.phase == "approval"
    assert len(room.letters("approval")) == 2
    first = room.rows(Approval)[0]
    with room.step() as session:
        answered = session.get_one(Approval, (HOME, first.id))
        answered.result, answered.answered_on = "approved", room.today
        session.add(answered)
    with room.working() as step:
        approval.close(step=step, session=step.session)
    assert sorted(it.result for it in room.rows(Approval)) == ["approved", "silent"]


def test_a_plan_is_not_sent_to_nobody_or_in_a_term_long_over(room):
    room.clock.move_to(room.clock.now() + timedelta(days=60))
    authorities = list(room.organisations.values())[2:]
    for sent_on, asked, field in (
        (room.today, [], "authorities"),
        (room.today, ["x"], "authorities"),
        (APPLICATION, authorities, "sent_on"),
    ):
        with room.working() as step, pytest.raises(Refused) as refusal:
            approval.send(
                approval.Send(sent_on=sent_on, authorities=asked),
                step=step,
                links=room.links,
                post=room.post(step),
            )
        assert set(refusal.value.problems) == {field}


# Opinions and answers


@pytest.mark.parametrize(
    ("outcomes", "required"),
    [((), False), (("accepted", "accepted"), False), (("accepted", "partly"), True), (("outside",), True)],
)
def test_a_discussion_is_a_must_when_not_every_opinion_was_accepted(room, outcomes, required):
    assert set(outcomes) <= set(OUTCOMES)
    for number, outcome in enumerate(outcomes):
        room.answer(room.opinion(f"Arvamus {number}."), outcome)
    with room.working() as step:
        sent = response.send(step=step, post=room.post(step))
    assert (sent.opinions, sent.discussion_required) == (len(outcomes), required)
    assert all(it.sent_at == room.clock.now() for it in room.rows(Response))


def test_answers_are_sent_once_and_only_this_cases(room):
    room.answer(room.opinion("Üks."), "accepted")
    with room.working() as step:
        response.send(step=step, post=room.post(step))
    first = room.clock.now()
    room.clock.move_to(first + timedelta(hours=1))
    room.answer(room.opinion("Kaks."), "accepted")
    with room.working() as step:
        assert response.send(step=step, post=room.post(step)).opinions == 1
    assert len(room.letters("answer")) == 2
    assert [it.sent_at for it in room.rows(Response)] == [first, room.clock.now()]


def test_an_answer_written_after_the_answers_went_out_goes_with_the_next_decision(room):
    first = room.today
    with room.step() as session:
        session.add(
            Round(
                municipality_id=HOME,
                consultation_id=room.id,
                phase="display",
                opens_at=room.clock.now(),
                closes_at=room.clock.now() + timedelta(hours=1),
                closed_at=room.clock.now() + timedelta(hours=1),
            )
        )
    room.answer(room.opinion("Hilinenud.", state="late_recorded"), "noted")
    room.clock.move_to(room.clock.now() + timedelta(days=2))
    with room.working("record_results") as step:
        decision.record_results(
            decision.RecordResults(decided_on=first + timedelta(days=1)), step=step, post=room.post(step)
        )
    assert room.rows(Response)[0].sent_at == room.clock.now()
    assert len(room.letters("answer")) == 1


def test_what_must_be_answered_and_what_waits_are_counted(room):
    room.opinion("Õigel ajal.")
    room.opinion("Hiljem.", state="late_waiting")
    room.opinion("Tagasi võetud.", state="withdrawn")
    with room.working() as step:
        assert (feedback.unanswered(step=step), feedback.late_waiting(step=step)) == (1, 1)


# Rounds, meetings, the case


def test_closing_a_round_twice_keeps_its_first_end(room):
    with room.working() as step:
        rounds.plan_sketch(
            rounds.PlanSketch(starts_on=room.today, ends_on=room.today + timedelta(days=5)), step=step
        )
    with room.working() as step:
        rounds.close(step=step)
    ended = room.clock.now()
    room.clock.move_to(ended + timedelta(days=1))
    with room.working() as step:
        rounds.close(step=step)
    assert room.rows(Round)[0].closed_at == ended


def test_a_sketch_is_shown_from_today_on_and_to_the_end_of_a_working_day(room):
    for starts, ends, field in ((-1, 3, "starts_on"), (3, 2, "ends_on")):
        with room.working() as step, pytest.raises(Refused) as refusal:
            rounds.plan_sketch(
                rounds.PlanSketch(
                    starts_on=room.today + timedelta(days=starts), ends_on=room.today + timedelta(days=ends)
                ),
                step=step,
            )
        assert set(refusal.value.problems) == {field}
    with room.working() as step:
        planned = rounds.plan_sketch(
            rounds.PlanSketch(starts_on=room.today, ends_on=date(2027, 1, 9)),
            step=step,  # a Saturday
        )
    assert local_day(planned.round_closes_at) == date(2027, 1, 11)


def test_everyone_invited_has_one_place_in_a_meeting(room):
    with room.working() as step:
        invitation.send(step=step, post=room.post(step))
    starts = room.clock.now() + timedelta(days=5)
    with room.working() as step:
        planned = meeting.plan(
            meeting.Plan(starts_at=starts, ends_at=starts + timedelta(hours=1), place="saal"), step=step
        )
    assert planned.meeting_ends_at == starts + timedelta(hours=1)
    with room.working() as step:
        meeting.invite(step=step, post=room.post(step))
    assert {it.invitation_id for it in room.rows(Attendance, meeting_id=room.rows(Meeting)[0].id)} == {
        it.id for it in room.rows(Invitation)
    }


@pytest.mark.parametrize(
    ("starts", "hours", "place", "field"),
    [(-1, 1, "saal", "starts_at"), (5, 0, "saal", "ends_at"), (5, 1, "", "place")],
)
def test_a_meeting_has_a_future_an_end_and_a_place(room, starts, hours, place, field):
    begins = room.clock.now() + timedelta(days=starts)
    with room.working() as step, pytest.raises(Refused) as refusal:
        meeting.plan(
            meeting.Plan(starts_at=begins, ends_at=begins + timedelta(hours=hours), place=place), step=step
        )
    assert set(refusal.value.problems) == {field}


def test_a_page_once_open_keeps_its_first_day(room):
    with room.working() as step:
        consultation.publish(step=step)
    first = room.clock.now()
    room.clock.move_to(first + timedelta(days=1))
    with room.working() as step:
        consultation.publish(step=step)
    assert room.row().published_at == first


def test_a_plan_is_registered_under_a_number(room):
    with room.working() as step, pytest.raises(Refused) as refusal:
        decision.record_register(
            decision.RecordRegister(plan_number=" ", registered_on=room.today), step=step
        )
    assert set(refusal.value.problems) == {"plan_number"}


# The committee's page


def test_a_session_leaves_the_committee_its_days_with_the_frozen_page(room):
    with room.working() as step:
        summary.prepare(summary.Prepare(occasion="acceptance"), step=step)
    starts = at(room.today + timedelta(days=7), 14)
    with room.working() as step, pytest.raises(Refused) as refusal:
        summary.plan(summary.Plan(starts_at=starts, ends_at=starts + timedelta(hours=1)), step=step)
    earliest = refusal.value.problems["starts_at"].params["earliest"]
    starts = at(earliest, 14)
    with room.working() as step:
        planned = summary.plan(summary.Plan(starts_at=starts, ends_at=starts + timedelta(hours=1)), step=step)
    assert (earliest - local_day(planned.freeze_at)).days - 1 == 7


def test_a_frozen_page_keeps_its_words_and_hides_private_names(room):
    with room.working() as step:
        summary.prepare(summary.Prepare(occasion="adoption"), step=step)
    given_id = room.opinion("Kaldtee on järsk.")
    room.answer(given_id, "not_accepted", "Ruumi ei ole.")
    late = room.opinion("Hilinenud.", state="late_accepted")
    starts = at(room.today + timedelta(days=10), 14)
    with room.working() as step:
        summary.plan(summary.Plan(starts_at=starts, ends_at=starts + timedelta(hours=1)), step=step)
    with room.working() as step:
        summary.freeze(step=step, post=room.post(step))
    page = room.rows(Summary)[0]
    content = page.read()
    assert len(page.digest) == 64
    assert summary_content.unresolved(page) == [given_id]
    assert [it["source"] for it in content["late"]] == [f"feedback:{late}"]
    assert content["counts"]["silent"] == 0  # none was invited yet
    assert "Eraisik Näidis" not in page.content
    with room.step() as session:
        changed = session.get_one(Feedback, (HOME, given_id))
        changed.text = "Muudetud."
        session.add(changed)
    assert "Kaldtee on järsk." in room.rows(Summary)[0].content
    with room.working() as step:
        assert summary.untreated(step=step) == 1
    room.treat(given_id)
    with room.working() as step:
        assert summary.untreated(step=step) == 0
