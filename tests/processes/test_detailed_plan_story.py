"""A detailed plan from the application to its end, on the real engine, on both databases."""

from datetime import timedelta

import pytest

from engine.clock import local_day
from engine.errors import GuardHolds
from processes.deadline import ends, latest_before
from processes.decision import Decision
from processes.errors import Refused
from processes.feedback import Feedback
from processes.invitation import Approval, Invitation
from processes.meeting import Attendance, Meeting
from processes.notice import Notice
from processes.obligation import Obligation
from processes.response import Response
from processes.round import Round
from processes.summary import Summary
from tests.processes.plan_case import APPLICATION, PlanCase, at


@pytest.fixture
def case(database_url):
    made = PlanCase(database_url)
    yield made
    made.close()


def test_the_whole_story_ends_closed_with_every_term_kept(case):
    assert case.open() == ["check_application"]
    assert case.due_on("check_application") == ends(APPLICATION, "P30D").ends_on
    case.initiate(sketch=True)
    assert case.row().published_at is not None
    assert {it.state for it in case.rows(Invitation, purpose="opinion")} == {"invited"}
    assert len(case.letters("invitation")) == 2

    case.complete(
        "plan_sketch", starts_on=case.today, ends_on=case.today + timedelta(days=14), place="raamatukogu"
    )
    assert len(case.letters("round")) == 2
    sketched = case.opinion("Panna pink peatusse.", organisation="Näidise Kurtide Ühing")
    case.go_to_next_timer()
    starts = case.clock.now() + timedelta(days=3)
    case.complete("plan_meeting", starts_at=starts, ends_at=starts + timedelta(hours=2), place="rahvamaja")
    assert len(case.rows(Attendance)) == 2
    assert len(case.letters("meeting")) == 2
    case.go_to(starts + timedelta(days=1))
    case.complete("record_minutes", minutes="Arutati eskiisi.")

    case.approve()
    assert {it.result for it in case.rows(Approval)} == {"silent"}
    case.committee()
    page = case.rows(Summary)[0]
    assert page.occasion == "acceptance"
    assert local_day(page.frozen_at) == latest_before(local_day(page_session(case, page)), "P7D").ends_on
    case.complete("treat_objections", by="committee")

    first, last = case.today + timedelta(days=20), case.today + timedelta(days=36)
    case.accept(first, last)
    assert case.due_on("display_web") == latest_before(first, "P14D").ends_on
    assert case.obligation("display_web").before
    case.notices("display")
    assert len(case.letters("display")) == 4  # two associations and two authorities
    case.go_to(first)
    shown = case.rows(Round, phase="display")[0]
    assert shown.is_open(case.clock.now())
    heard = case.opinion("Kaldtee on liiga järsk.", organisation="Näidise Kurtide Ühing")
    private = case.opinion("Jätke puud alles.")
    case.go_to_next_timer()
    late = case.opinion("Hilinesin.", state="late_accepted")
    assert case.open() == ["answer_opinions"]
    assert case.due_on("answer_opinions") == ends(local_day(shown.closes_at), "P30D").ends_on

    for given, outcome in ((sketched, "accepted"), (heard, "partly"), (private, "accepted")):
        case.answer(given, outcome)
    with pytest.raises(GuardHolds):
        case.complete("answer_opinions")
    case.answer(late, "noted")
    case.complete("answer_opinions")
    assert {it.sent_at for it in case.rows(Response)} == {case.clock.now()}
    assert len(case.letters("answer")) == 4
    data = case.data()
    assert (data["opinions"], data["discussion_required"]) == (3, True)

    starts = at(case.today + timedelta(days=16), 17)
    case.complete("plan_meeting", starts_at=starts, ends_at=starts + timedelta(hours=2), place="rahvamaja")
    case.notices("discussion", "web", "paper", "county_paper")
    case.go_to(starts + timedelta(days=1))
    case.complete("record_minutes", minutes="Arutati ja selgitati.")
    assert case.obligation("meeting_held").kept(case.clock.now())
    # Whoever was silent was reminded a week and two days ahead, and never the one who had answered.
    silent = {it.recipient_ref for it in case.letters("reminder")}
    answered = next(it for it in case.rows(Feedback) if it.id == heard).invitation_id
    assert len(silent) == 1
    assert f"invitation:{answered}" not in silent
    assert len(case.letters("reminder")) == 4  # sketch and display
    assert len(case.letters("approval_reminder")) == 4  # two authorities
    assert len(case.letters("meeting_reminder")) == 2  # the discussion; the sketch was met too soon
    case.complete("record_results", by="government", act="korraldus nr 77", decided_on=case.today)
    assert case.obligation("record_results").kept(case.clock.now())
    assert len(case.letters("results")) >= 3
    case.notices("results", "paper", "county_paper")

    case.committee()
    with pytest.raises(GuardHolds):
        case.complete("treat_objections", by="committee")
    case.treat(heard)
    case.complete("treat_objections", by="committee")
    case.complete(
        "decide_adoption", by="government", adoption="adopt", act="otsus nr 90", decided_on=case.today
    )
    adopted_on = case.today
    assert len(case.letters("decision")) >= 3
    case.notices("adoption", "official", "web", "paper", "personal")
    case.go_to(adopted_on + timedelta(days=12))
    case.notices("adoption", "county_paper")
    contest_ends = ends(adopted_on + timedelta(days=12), "P30D")
    assert case.data()["contest_ends_at"] == contest_ends.at
    case.complete("register_plan", plan_number="10199999", registered_on=case.today)
    case.go_to_next_timer()
    case.complete("close_contest", contested=False)
    case.complete("archive_case", reference="7-1/27/3")
    row = case.row()
    assert (row.state, row.end_element, row.plan_number) == ("ended", "closed", "10199999")
    assert row.ended_at == case.clock.now()
    assert case.instance().status == "completed"
    assert len(case.letters("closed")) >= 3
    late_terms = [it.element for it in case.rows(Obligation) if it.kept(case.clock.now()) is not True]
    assert late_terms == []


def page_session(case, page):
    return case.rows(Meeting, id=page.meeting_id)[0].starts_at


def test_a_refused_application_ends_with_reasons_and_no_notices(case):
    case.complete("check_application", application="refuse")
    with pytest.raises(Refused) as refusal:
        case.complete(
            "refuse_application",
            by="government",
            act="k 1",
            decided_on=case.today + timedelta(days=1),
            reasons="Vastuolus.",
        )
    assert refusal.value.problems["decided_on"].code == "in_the_future"
    case.complete(
        "refuse_application",
        by="government",
        act="k 1",
        decided_on=case.today,
        reasons="Vastuolus üldplaneeringuga.",
    )
    assert (case.row().state, case.row().end_element) == ("ended", "refused")
    assert case.rows(Notice) == []
    assert [it.kind for it in case.rows(Decision)] == ["refusal"]


def test_a_decision_not_to_initiate_also_ends_refused(case):
    case.complete("check_application", application="proceed")
    case.complete("assess_environment", environment="not_needed")
    with pytest.raises(Refused) as refusal:
        case.complete("decide_initiation", by="government", initiation="refuse", decided_on=case.today)
    assert refusal.value.problems["reasons"].code == "reasons_required"
    case.complete(
        "decide_initiation", by="government", initiation="refuse", decided_on=case.today, reasons="Ei sobi."
    )
    assert case.row().end_element == "refused"


def test_a_plan_with_grave_effects_leaves_for_the_general_procedure(case):
    case.complete("check_application", application="proceed")
    case.complete("assess_environment", environment="needed", reasons="Kaitseala kõrval.")
    assert case.row().end_element == "general_procedure"


def test_a_notice_counts_on_the_day_it_appeared_not_the_day_it_was_entered(case):
    case.complete("check_application", application="proceed")
    case.complete("assess_environment", environment="not_needed")
    case.complete("decide_initiation", by="government", initiation="initiate", decided_on=case.today)
    appeared = case.today + timedelta(days=5)
    case.go_to(case.today + timedelta(days=40))
    case.notices("initiation", "web", on=appeared)
    case.notices("initiation", "official")
    assert case.obligation("initiation_web").kept(case.clock.now()) is True
    assert local_day(case.obligation("initiation_web").met_at) == appeared
    assert case.obligation("initiation_official").kept(case.clock.now()) is False


def test_a_display_whose_notices_came_late_is_moved_and_announced_again(case):
    case.initiate()
    case.approve()
    case.committee()
    case.complete("treat_objections", by="committee")
    first = case.today + timedelta(days=20)
    case.accept(first, first + timedelta(days=15))
    case.notices("display", "official", "web", "paper", "personal")
    case.go_to(case.due_on("display_county_paper") + timedelta(days=1))
    case.notices("display", "county_paper")
    assert case.open() == ["move_display"]
    assert case.obligation("display_county_paper").kept(case.clock.now()) is False

    with pytest.raises(Refused) as refusal:
        case.complete(
            "move_display", display_from=first, display_to=first + timedelta(days=15), reason="Leht hilines."
        )
    assert refusal.value.problems["display_from"].params["earliest"] == case.today + timedelta(days=15)
    again = case.today + timedelta(days=15)
    case.complete(
        "move_display", display_from=again, display_to=again + timedelta(days=20), reason="Leht hilines."
    )
    assert len(case.open()) == 5, "every notice is asked for again, for the other days"
    case.notices("display")
    case.go_to(again)
    moved, shown = case.rows(Round, phase="display")
    assert moved.interrupted_reason == "Leht hilines."
    assert not moved.is_open(case.clock.now())
    assert shown.is_open(case.clock.now())
    assert len(case.letters("display")) == 8


def test_an_interrupted_display_is_repeated_and_what_was_said_stands(case):
    case.to_display()
    said = case.opinion("Kaldtee on liiga järsk.", organisation="Näidise Kurtide Ühing")
    with case.step() as session:
        shown = session.get_one(Round, ("9999", case.rows(Round, phase="display")[0].id))
        shown.interrupted_reason = "Eriolukord: maja suleti."
        session.add(shown)
    case.tell("display_interrupted")
    assert len(case.letters("display_interrupted")) == 4
    assert case.open() == ["repeat_display"]
    again = case.today + timedelta(days=15)
    case.complete(
        "repeat_display", display_from=again, display_to=again + timedelta(days=20), reason="Kordus."
    )
    case.notices("display")
    case.go_to(again)
    first, second = case.rows(Round, phase="display")
    assert first.interrupted_reason == "Eriolukord: maja suleti."
    assert second.turn == 2
    assert second.is_open(case.clock.now())
    case.go_to_next_timer()
    case.answer(said, "accepted")
    case.complete("answer_opinions")
    assert case.data()["opinions"] == 1
    assert case.open() == ["decide_discussion"]


@pytest.mark.parametrize("asked_days", [13, 14])
def test_a_display_shorter_than_its_term_is_refused(case, asked_days):
    case.initiate()
    case.approve()
    case.committee()
    case.complete("treat_objections", by="committee")
    first = case.today + timedelta(days=20)
    last = first + timedelta(days=asked_days - 1)
    if asked_days < 14:
        with pytest.raises(Refused) as refusal:
            case.accept(first, last)
        assert refusal.value.problems["display_to"].code == "display_too_short"
        assert case.rows(Decision, kind="acceptance") == [], "a refused form leaves nothing behind"
    else:
        case.accept(first, last)
        assert len(case.rows(Round, phase="display")) == 1


def test_a_plan_sent_back_goes_through_approval_and_committee_again(case):
    case.initiate()
    case.approve()
    case.committee()
    case.complete("treat_objections", by="committee")
    case.complete(
        "accept_plan", by="government", acceptance="send_back", decided_on=case.today, reasons="Parandada."
    )
    assert case.open() == ["send_for_approval"]
    case.approve()
    assert [it.turn for it in case.rows(Round, phase="approval")] == [1, 2]
    case.committee()
    assert [it.occasion for it in case.rows(Summary)] == ["acceptance", "acceptance"]
    assert case.open() == ["treat_objections"]


def test_approvals_that_must_be_redone_are_asked_again(case):
    case.initiate()
    authorities = list(case.organisations.values())[2:]
    case.complete("send_for_approval", sent_on=case.today, authorities=authorities)
    case.tell("round_complete")
    case.complete("settle_approvals", approvals="redo")
    case.complete("send_for_approval", sent_on=case.today, authorities=authorities)
    assert len(case.rows(Invitation, purpose="approval")) == 2, (
        "an authority has one place, however often asked"
    )
    assert len(case.rows(Approval)) == 4


def test_a_changed_solution_goes_back_and_a_second_display_counts_its_own_opinions(case):
    case.to_display()
    given = case.opinion("Muutke.")
    case.go_to_next_timer()
    case.answer(given, "accepted")
    case.complete("answer_opinions")
    case.complete("decide_discussion", hold_discussion=False)
    case.go_to(case.today + timedelta(days=1))
    case.complete("record_results", by="government", decided_on=case.today, changes_solution=True)
    case.notices("results", "paper", "county_paper")
    assert case.open() == ["send_for_approval"]
    case.approve()
    case.committee()
    case.complete("treat_objections", by="committee")
    first = case.today + timedelta(days=20)
    case.accept(first, first + timedelta(days=15))
    case.notices("display")
    case.go_to(first + timedelta(days=20))
    case.complete("answer_opinions")
    assert case.data()["opinions"] == 0
    case.complete("decide_discussion", hold_discussion=False)
    case.complete("record_results", by="government", decided_on=case.today, state_approval_needed=True)
    case.complete("submit_for_state_approval", submitted_on=case.today)
    assert case.due_on("state_approval") == ends(case.today, "P60D").ends_on
    case.complete("state_approval", state_approval="approved", decided_on=case.today)
    case.committee()
    case.complete("treat_objections", by="committee")
    case.complete("decide_adoption", by="government", adoption="reject", decided_on=case.today, reasons="Ei.")
    assert case.row().end_element == "not_adopted"
    assert len(case.letters("not_adopted")) >= 2


def test_a_plan_cannot_be_decided_before_its_display_was_over(case):
    _, last = case.to_display()
    case.go_to_next_timer()
    case.complete("answer_opinions")
    case.complete("decide_discussion", hold_discussion=False)
    with pytest.raises(Refused) as refusal:
        case.complete("record_results", by="government", decided_on=last - timedelta(days=1))
    assert refusal.value.problems["decided_on"].code == "before_display_end"


def test_a_discussion_is_not_called_at_shorter_notice_than_its_term(case):
    case.to_display()
    given = case.opinion("Ei nõustu.")
    case.go_to_next_timer()
    case.answer(given, "not_accepted")
    case.complete("answer_opinions")
    soon = at(case.today + timedelta(days=14), 17)
    with pytest.raises(Refused) as refusal:
        case.complete("plan_meeting", starts_at=soon, ends_at=soon + timedelta(hours=1), place="saal")
    assert refusal.value.problems["starts_at"].params["earliest"] == case.today + timedelta(days=15)


def test_a_cancelled_discussion_is_planned_again_with_another_uid(case):
    case.to_display()
    given = case.opinion("Ei nõustu.")
    case.go_to_next_timer()
    case.answer(given, "not_accepted")
    case.complete("answer_opinions")
    starts = at(case.today + timedelta(days=16), 17)
    case.complete("plan_meeting", starts_at=starts, ends_at=starts + timedelta(hours=1), place="saal")
    case.tell("meeting_cancelled")
    assert case.open() == ["plan_meeting"]
    case.complete("plan_meeting", starts_at=starts, ends_at=starts + timedelta(hours=1), place="saal")
    meetings = case.rows(Meeting, kind="discussion")
    assert len({it.uid for it in meetings}) == 2
