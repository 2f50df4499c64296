"""A case moved to a revised procedure keeps its terms, its days and its people, unless an official says otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from engine import history
from engine.errors import MovedOn, MoveRefused, NotOpen
from engine.wait import TIMER
from processes import catalogue
from processes.actions import moving, moving_prospect, moving_versions
from processes.deadline import end_of_day
from processes.errors import NotAllowed, NotFound, Refused
from processes.permission import Actor
from tests.processes.plan_case import HOME, PlanCase

KEY = "detailed_plan"


@pytest.fixture
def plan(database_url: str) -> Iterator[PlanCase]:
    made = PlanCase(database_url)
    yield made
    made.close()


@pytest.fixture
def quick(sqlite_url: str) -> Iterator[PlanCase]:
    """A case on SQLite alone, for what does not depend on the database."""
    made = PlanCase(sqlite_url)
    yield made
    made.close()


def actor(plan: PlanCase, role: str = "planner", home: str = HOME) -> Actor:
    return Actor(municipality_id=home, person_id=plan.people["planner"], roles=frozenset({role}), name="")


def revise(plan: PlanCase, *changes: tuple[str, str, str]) -> int:
    """Deploy another text of the procedure. In: file, what is replaced, by what. Out: its version."""
    files = dict(catalogue.kind(KEY).files())
    for name, before, after in changes:
        assert before in files[name]
        files[name] = files[name].replace(before, after)
    now = plan.clock.now()
    return plan.database.transaction(lambda s: plan.runtime.library.deploy(s, HOME, files, now=now).version)


def go(plan: PlanCase, to: int, mapping: dict[str, str] | None = None, **more: object) -> None:
    plan.database.transaction(
        partial(
            moving.apply, actor=actor(plan), number=plan.row().number, key=KEY, to=to, mapping=mapping or {},
            runtime=plan.runtime, now=plan.clock.now(), **more,
        )
    )  # fmt: skip


def look(plan: PlanCase, to: int, mapping: dict[str, str] | None = None) -> moving_prospect.Prospect:
    with plan.database.session() as session:
        return moving_prospect.prospect(
            session, actor(plan), KEY, to, mapping or {}, "et", runtime=plan.runtime, now=plan.clock.now()
        )


def back(plan: PlanCase) -> None:
    plan.database.transaction(
        lambda s: moving.revert(s, actor(plan), plan.row().number, runtime=plan.runtime, now=plan.clock.now())
    )


def test_a_case_keeps_its_terms_and_its_moved_day_unless_an_official_says_otherwise(plan: PlanCase) -> None:
    plan.to_display()
    with plan.step() as session:
        wait = next(it for it in plan.runtime.waits(session, HOME, plan.instance_id) if it.kind == TIMER)
        later = end_of_day(plan.today + timedelta(days=90))
        plan.runtime.move_deadline(
            session,
            HOME,
            plan.instance_id,
            wait.id,
            later,
            now=plan.clock.now(),
            actor="aino",
            reason="pikem",
        )
    terms = plan.row().terms
    to = revise(plan, ("decisions/terms.dmn", '"P30D"', '"P31D"'))
    (line,) = look(plan, to).cases
    assert line.may
    assert line.terms
    go(plan, to)
    assert plan.row().terms == terms
    with plan.step() as session:
        waits = {it.id: it.due_at for it in plan.runtime.waits(session, HOME, plan.instance_id)}
        assert waits[wait.id] == later
        assert history.verify(session, HOME, plan.instance_id)
    back(plan)
    with pytest.raises(Refused):
        go(plan, to, new_terms=True)
    go(plan, to, new_terms=True, reason="RT I, 2027, 1")
    assert any(it["period"] == "P31D" for it in json.loads(plan.row().terms).values())
    assert look(plan, to).found == 0
    back(plan)
    assert plan.row().terms == terms


def test_a_case_whose_open_task_is_gone_stays_until_the_plan_names_another(quick: PlanCase) -> None:
    plan = quick
    (first,) = (it for it in look(plan, revise(plan, (f"{KEY}.bpmn", "<bpmn:definitions", "<!-- 2 -->\n<bpmn:definitions"))).cases)  # fmt: skip
    assert first.may
    with plan.step() as session:
        element = next(
            it.element for it in plan.runtime.waits(session, HOME, plan.instance_id) if "/" not in it.element
        )
    files = dict(catalogue.kind(KEY).files())
    renamed = {
        name.replace(f"/{element}.", f"/{element}_again."): text.replace(f'"{element}"', f'"{element}_again"')
        .replace(f">{element}<", f">{element}_again<")
        for name, text in files.items()
    }  # fmt: skip
    now = plan.clock.now()
    to = plan.database.transaction(lambda s: plan.runtime.library.deploy(s, HOME, renamed, now=now).version)
    found = look(plan, to)
    assert [(it.code, it.name != "") for it in found.cases[0].reasons] == [("gone", True)]
    assert (element, f"{element}_again") in {(a, b) for a, _ in found.gone for b, _ in found.stand_ins}
    with pytest.raises(MoveRefused) as refused:
        go(plan, to)
    assert [it.code for it in moving.reasons_of(refused.value)] == ["gone"]
    go(plan, to, {element: f"{element}_again"})
    with plan.step() as session:
        names = {it.element for it in plan.runtime.waits(session, HOME, plan.instance_id)}
    assert f"{element}_again" in names


def test_a_move_is_taken_back_only_before_the_next_step_and_only_once(plan: PlanCase) -> None:
    to = revise(plan, (f"{KEY}.bpmn", "<bpmn:definitions", "<!-- 2 -->\n<bpmn:definitions"))
    go(plan, to)
    with pytest.raises(NotOpen):
        go(plan, to)
    back(plan)
    with pytest.raises(NotOpen):
        back(plan)
    go(plan, to)
    plan.tell("nobody_waits_for_this")
    with pytest.raises(MovedOn):
        back(plan)


def test_only_planners_and_administrators_of_this_municipality_move_its_cases(quick: PlanCase) -> None:
    plan = quick
    to = revise(plan, (f"{KEY}.bpmn", "<bpmn:definitions", "<!-- 2 -->\n<bpmn:definitions"))
    number = plan.row().number
    with plan.step() as session:
        for who, error in (
            (actor(plan, "committee"), NotAllowed),
            (actor(plan, "government"), NotAllowed),
            (actor(plan, "planner", "8888"), NotFound),
        ):
            given = {"runtime": plan.runtime, "now": plan.clock.now()}
            with pytest.raises(error):
                moving.apply(session, who, number, KEY, to, {}, **given)
            with pytest.raises(error):
                moving.revert(session, who, number, **given)
        with pytest.raises(NotAllowed):
            moving_versions.kinds(session, actor(plan, "committee"), runtime=plan.runtime)
        (kind,) = moving_versions.kinds(session, actor(plan), runtime=plan.runtime)
    assert [(it.number, it.running) for it in kind.versions] == [(2, 0), (1, 1)]
    assert kind.behind == 1
