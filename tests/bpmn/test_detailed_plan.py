"""The detailed plan's procedure, walked path by path with services that only say yes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.errors import GuardHolds
from tests.bpmn.conftest import AFTER_ALL, MET, OPENS, SHOWN, Story


def done_in(story: Story) -> set[str]:
    return {it.element.rpartition("/")[2] for it in story.play.log if it.what == "done"}


def test_a_plan_goes_from_application_to_archive(story: Story) -> None:
    assert story.to_end() == "closed"
    assert story.done[:3] == ["check_application", "assess_environment", "decide_initiation"]
    assert story.done[-3:] == ["register_plan", "close_contest", "archive_case"]
    assert [it for it in story.services.ran if it.endswith("/send")] == [
        "invitation/send", "approval/send", "response/send",
    ]  # fmt: skip
    assert story.services.ran.count("summary/freeze") == 2


def test_organisations_are_invited_beside_the_first_notices_and_not_after_them(story: Story) -> None:
    story.on_to("invite_organisations")
    assert set(story.open_tasks()) == {
        "initiation_official", "initiation_web", "initiation_paper", "initiation_county_paper",
        "initiation_personal", "invite_organisations",
    }  # fmt: skip


def test_an_unfit_application_ends_with_a_reasoned_refusal(story: Story) -> None:
    story.do("check_application", application="refuse")
    assert story.open_tasks() == ["refuse_application"]
    assert story.to_end() == "refused"
    assert story.services.ran == ["decision/record_refusal", "decision/tell_refusal"]


def test_a_plan_that_needs_an_environmental_assessment_leaves_for_the_general_procedure(story: Story) -> None:
    story.answers["assess_environment"] = {"environment": "needed"}
    assert story.to_end() == "general_procedure"


def test_a_refused_initiation_is_told_to_the_applicant(story: Story) -> None:
    story.answers["decide_initiation"] |= {"initiation": "refuse"}
    assert story.to_end() == "refused"
    assert "consultation/publish" not in story.services.ran


def test_a_sketch_is_shown_and_discussed_before_approvals_when_wanted(story: Story) -> None:
    story.answers["decide_initiation"] = {**story.answers["decide_initiation"], "wants_sketch": "on"}
    story.on_to("record_minutes")
    assert "plan_sketch" in story.done
    assert "send_for_approval" not in story.done
    assert not [it for it in story.done if it.startswith("discussion_")]  # a sketch needs no notices


def test_approvals_are_asked_again_when_the_solution_must_change(story: Story) -> None:
    story.on_to("settle_approvals")
    story.do("settle_approvals", approvals="redo")
    assert story.open_tasks() == ["send_for_approval"]
    assert story.to_end() == "closed"


def test_a_plan_sent_back_at_acceptance_goes_through_approvals_again(story: Story) -> None:
    story.on_to("accept_plan")
    story.do("accept_plan", acceptance="send_back", act="nr 1", decided_on="2027-07-02", reasons="Pooleli.")
    assert story.open_tasks() == ["send_for_approval"]
    assert story.to_end() == "closed"


def test_a_display_with_a_late_notice_is_moved_and_announced_again(story: Story) -> None:
    story.services.gives["display/check"] = {"display_noticed": False}
    story.on_to("move_display")
    story.services.gives["display/check"] = {"display_noticed": True}
    story.do("move_display")
    assert "display_web" in story.open_tasks()
    assert story.to_end() == "closed"
    assert story.services.ran.count("display/tell") == 2


def test_an_interrupted_display_is_repeated_with_its_notices(story: Story) -> None:
    story.on_to("display_personal")
    for task in list(story.open_tasks()):
        story.do(task)
    story.play.until(SHOWN)
    story.play.tell("display_interrupted")
    assert story.open_tasks() == ["repeat_display"]
    assert "round/interrupt" in story.services.ran
    assert story.to_end() == "closed"
    assert story.services.ran.count("round/prepare_display") == 2


def test_a_round_closes_early_when_everyone_has_answered(story: Story) -> None:
    story.on_to("send_for_approval")
    story.do("send_for_approval")
    story.play.advance_to_next()
    before = story.play.clock.now()
    story.play.tell("round_complete")
    assert story.open_tasks() == ["settle_approvals"]
    assert story.play.clock.now() == before


def test_reminders_go_out_while_a_round_and_a_meeting_are_waited_for_and_change_nothing_else(
    story: Story,
) -> None:
    story.services.gives["round/open"] = {"round_reminds_at": OPENS + timedelta(days=20)}
    story.services.gives["meeting/invite"] = {"meeting_reminds_at": MET - timedelta(days=6)}
    assert story.to_end() == "closed"
    assert story.services.ran.count("round/remind") == 2  # approvals and display, once each
    assert story.services.ran.count("meeting/remind") == 1


@pytest.mark.parametrize("fact", ["feedback.unanswered", "feedback.late_waiting"])
def test_answering_cannot_end_while_an_opinion_waits(story: Story, fact: str) -> None:
    story.on_to("answer_opinions")
    story.services.counts[fact] = 1
    with pytest.raises(GuardHolds):
        story.do("answer_opinions")
    story.services.counts[fact] = 0
    story.do("answer_opinions")
    assert "answer_opinions" not in story.open_tasks()


def test_the_committee_cannot_leave_an_objection_untreated(story: Story) -> None:
    story.on_to("treat_objections")
    story.services.counts["summary.untreated"] = 1
    with pytest.raises(GuardHolds):
        story.do("treat_objections")


@pytest.mark.parametrize("written", [True, False])
def test_an_easy_page_is_asked_of_a_person_until_the_summary_is_frozen(story: Story, written: bool) -> None:
    story.services.gives["summary/plan"] = {"freeze_at": AFTER_ALL, "session_ends_at": AFTER_ALL}
    story.on_to("write_easy_summary")
    if written:
        story.do("write_easy_summary")
        assert story.services.ran[-1] == "summary/write_easy"
    story.play.advance_to_next()
    assert "summary/freeze" in story.services.ran
    assert "write_easy_summary" not in [it.rpartition("/")[2] for it in story.open_tasks()]


@pytest.mark.parametrize(("held", "discussed"), [("on", True), ("", False)])
def test_a_discussion_that_is_not_required_may_still_be_held(
    story: Story, held: str, discussed: bool
) -> None:
    story.services.gives["response/send"] = {"opinions": 0, "discussion_required": False}
    story.answers["decide_discussion"] = {"hold_discussion": held}
    assert story.to_end() == "closed"
    assert ("record_minutes" in story.done) is discussed
    assert ("results_paper" in story.done) is False  # nobody wrote, so the papers need not tell


def test_a_required_discussion_is_announced_and_minuted(story: Story) -> None:
    story.on_to("record_minutes")
    assert {"discussion_web", "discussion_paper", "discussion_county_paper"} <= set(story.done)
    assert "decide_discussion" not in story.done
    assert story.play.clock.now() >= MET


@pytest.mark.parametrize("announced", [False, True])
def test_a_cancelled_discussion_is_planned_again(story: Story, announced: bool) -> None:
    story.on_to("discussion_web")
    if announced:
        for task in list(story.open_tasks()):
            story.do(task)
    story.play.tell("meeting_cancelled")
    assert story.open_tasks() == ["public_discussion/plan_meeting"]
    assert story.to_end() == "closed"


def test_a_changed_basic_solution_is_approved_and_displayed_again(story: Story) -> None:
    story.on_to("record_results")
    story.do("record_results", decided_on="2027-08-10", changes_solution="on")
    story.on_to("results_paper")
    story.on_to("send_for_approval")
    assert story.to_end() == "closed"
    assert story.services.ran.count("display/schedule") == 2


@pytest.mark.parametrize(("outcome", "again"), [("approved", 1), ("returned", 2)])
def test_the_state_approves_or_the_plan_goes_back(story: Story, outcome: str, again: int) -> None:
    story.on_to("record_results")
    story.do("record_results", decided_on="2027-08-10", state_approval_needed="on")
    story.on_to("state_approval")
    story.do("state_approval", state_approval=outcome, decided_on="2027-08-20")
    assert story.to_end() == "closed"
    assert story.services.ran.count("approval/send") == again


@pytest.mark.parametrize(
    ("adoption", "end", "asked"), [("reject", "not_adopted", 1), ("send_back", "closed", 2)]
)
def test_a_plan_may_be_rejected_or_sent_back(story: Story, adoption: str, end: str, asked: int) -> None:
    story.on_to("decide_adoption")
    story.do("decide_adoption", **{**story.answers["decide_adoption"], "adoption": adoption})
    assert story.to_end() == end
    assert story.services.ran.count("approval/send") == asked
    assert "decision/tell" in story.services.ran


def test_every_drawn_step_is_walked_by_some_story(sqlite_url: str, story: Story) -> None:
    """The two longest ways together pass everything but the short ends that have their own stories."""
    story.answers["decide_initiation"] = {**story.answers["decide_initiation"], "wants_sketch": "on"}
    answers: dict[str, Any] = story.answers["record_results"]
    story.answers["record_results"] = {**answers, "state_approval_needed": "on"}
    story.to_end()
    not_walked = {it.element.rpartition("/")[2] for it in story.play.progress()} - done_in(story)
    assert not_walked == {
        "refuse_application", "not_initiated", "tell_refusal", "refused", "tell_general_procedure",
        "general_procedure", "move_display", "close_interrupted_round", "repeat_display", "display_interrupted",
        "decide_discussion", "discussion_chosen", "tell_not_adopted", "not_adopted", "round_completed_early",
        "meeting_cancelled", "cancelled_while_announcing", "round_reminds", "remind_silent", "meeting_reminds",
        "remind_of_meeting", "write_easy_summary", "freeze_due",
    }  # fmt: skip
