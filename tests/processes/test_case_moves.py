"""What a planner may change of a running case, and what is refused: past days, no reason, ended, another's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.clock import local_day
from engine.wait import HUMAN
from processes.actions import case_file, case_moves
from processes.consultation import CANCELLED
from processes.deadline import working_day_from
from processes.errors import NotAllowed, NotFound, Refused, TooLate
from processes.permission import Actor
from processes.round import Round
from tests.processes.plan_case import HOME, PlanCase

REASON = "Kutsutud palusid lisaaega."


@pytest.fixture
def plan(tmp_path: Path) -> Iterator[PlanCase]:
    made = PlanCase(f"sqlite:///{tmp_path / 'kaasa.db'}")
    yield made
    made.close()


@pytest.fixture
def displayed(plan: PlanCase) -> PlanCase:
    plan.to_display()
    return plan


def actor(plan: PlanCase, role: str = "planner", home: str = HOME) -> Actor:
    return Actor(municipality_id=home, person_id=plan.people[role], roles=frozenset({role}), name="")


def number(plan: PlanCase) -> str:
    return plan.row().number


def shown(plan: PlanCase) -> Round:
    found: list[Round] = plan.rows(Round, phase="display")
    return found[-1]


def move(plan: PlanCase, day: str, reason: str = REASON, *, who: Actor | None = None) -> date:
    with plan.step() as session:
        return case_moves.move_round(
            session, who or actor(plan), number(plan), day, reason, runtime=plan.runtime, office=plan.office,
            now=plan.clock.now(),
        )  # fmt: skip


def call_off(plan: PlanCase, reason: str = REASON, *, sure: str | None = None) -> None:
    with plan.step() as session:
        case_moves.cancel(
            session, actor(plan), number(plan), reason, number(plan) if sure is None else sure,
            runtime=plan.runtime, office=plan.office, now=plan.clock.now(),
        )  # fmt: skip


def break_off(plan: PlanCase, reason: str = REASON) -> None:
    with plan.step() as session:
        case_moves.interrupt(
            session, actor(plan), number(plan), reason, runtime=plan.runtime, now=plan.clock.now()
        )


def test_a_later_last_day_moves_the_round_its_timer_and_tells_the_invited(displayed: PlanCase) -> None:
    wanted = working_day_from(local_day(shown(displayed).closes_at) + timedelta(days=7))
    assert move(displayed, wanted.isoformat()) == wanted
    assert local_day(shown(displayed).closes_at) == wanted
    with displayed.database.session() as session:
        due = {
            it.element.rpartition("/")[2]: it.due_at
            for it in displayed.runtime.waits(session, HOME, displayed.instance_id)
        }
    assert due["round_closes"] == shown(displayed).closes_at
    assert displayed.letters("deadline_moved")


@pytest.mark.parametrize(
    ("day", "reason", "field", "code"),
    [
        ("2020-01-02", REASON, "until", "in_the_past"),
        ("homme", REASON, "until", "not_a_date"),
        ("", REASON, "until", "required"),
        ("2030-01-02", "  ", "reason", "reason_for_all"),
        ("2030-01-02", "x" * 1001, "reason", "too_long"),
    ],
)
def test_a_bad_day_or_reason_is_refused_and_nothing_is_told(
    displayed: PlanCase, day: str, reason: str, field: str, code: str
) -> None:
    before = shown(displayed).closes_at
    with pytest.raises(Refused) as refused:
        move(displayed, day, reason)
    assert refused.value.problems[field].code == code
    assert shown(displayed).closes_at == before
    assert displayed.letters("deadline_moved") == []


def test_a_day_people_were_told_is_never_brought_forward(displayed: PlanCase) -> None:
    sooner = local_day(shown(displayed).closes_at) - timedelta(days=1)
    with pytest.raises(Refused) as refused:
        move(displayed, sooner.isoformat())
    assert refused.value.problems["until"].code == "only_later"


def test_nobody_but_this_municipalitys_planner_moves_a_day(displayed: PlanCase) -> None:
    with pytest.raises(NotAllowed):
        move(displayed, "2030-01-02", who=actor(displayed, "committee"))
    with pytest.raises(NotFound):
        move(displayed, "2030-01-02", who=actor(displayed, home="8888"))


def test_without_an_open_round_there_is_no_day_to_move_and_nothing_to_break_off(plan: PlanCase) -> None:
    with pytest.raises(TooLate):
        move(plan, "2030-01-02")
    with pytest.raises(TooLate):
        break_off(plan)


def test_a_term_is_put_off_up_to_the_longest_the_law_knows(plan: PlanCase) -> None:
    with plan.step() as session:
        found = plan.runtime.waits(session, HOME, plan.instance_id)
        wait = next(it for it in found if it.kind == HUMAN and it.element == "check_application")
    latest = date(2027, 4, 5)  # 90 days from the 4th of January end on a Sunday, so on the Monday after

    def put_off(day: date) -> date:
        with plan.step() as session:
            return case_moves.move_task(
                session, actor(plan), number(plan), wait.id, day.isoformat(), REASON, runtime=plan.runtime,
                now=plan.clock.now(),
            )  # fmt: skip

    with pytest.raises(Refused) as refused:
        put_off(latest + timedelta(days=1))
    assert refused.value.problems["until"].code == "term_at_most"
    assert refused.value.problems["until"].params["latest"] == latest
    put_off(latest)
    kept = plan.obligation("check_application")
    assert (local_day(kept.due_at), kept.moved_reason) == (latest, REASON)
    assert kept.first_due_at < kept.due_at


def test_a_display_broken_off_takes_a_reason_and_is_to_be_repeated(displayed: PlanCase) -> None:
    with pytest.raises(Refused):
        break_off(displayed, "")
    assert shown(displayed).interrupted_at is None
    break_off(displayed)
    assert shown(displayed).interrupted_reason == REASON
    assert displayed.open() == ["repeat_display"]
    assert displayed.letters("display_interrupted")


def test_a_case_called_off_leaves_nothing_open_tells_everyone_and_stays_so(displayed: PlanCase) -> None:
    for reason, sure in (("", None), (REASON, "dp-2027-9")):
        with pytest.raises(Refused):
            call_off(displayed, reason, sure=sure)
    assert displayed.row().state == "running"
    call_off(displayed)
    assert (displayed.row().state, displayed.row().cancel_reason) == (CANCELLED, REASON)
    assert displayed.open() == []
    assert shown(displayed).closed_at is not None
    assert (
        displayed.rows(type(displayed.obligation("check_application")), met_at=None, withdrawn_at=None) == []
    )
    with pytest.raises(TooLate):
        call_off(displayed)
    with pytest.raises(TooLate):
        move(displayed, "2030-01-02")


def test_the_file_says_what_is_open_what_is_awaited_and_that_its_history_is_whole(
    displayed: PlanCase,
) -> None:
    with displayed.database.session() as session:
        found = case_file.read(
            session, actor(displayed), number(displayed), "et", runtime=displayed.runtime,
            now=displayed.clock.now(),
        )  # fmt: skip
    assert found.whole
    assert found.display_open
    assert [it.element for it in found.awaited] == ["round_closes"]
    assert all(it.name for it in found.terms)
    assert found.happened_count > len(found.happened) > 0
