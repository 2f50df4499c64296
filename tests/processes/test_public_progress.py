"""Where a case stands, told in stages: done, current, ahead or not needed, also when a procedure turns back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select, text

from engine.diagram import Diagram
from engine.folder import read_folder
from engine.process import Process
from engine.progress import Place
from processes.actions import opinion as opinions
from processes.actions.opinion import Opinion
from processes.actions.public_progress import STAGES, marks, stages
from processes.database import Database
from processes.round import Round
from tests.processes.public_scene import DURING, HOME, Scene

PLAN = Path(__file__).parents[2] / "bpmn" / "detailed_plan"
BEGAN = datetime(2027, 1, 4, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def diagram() -> Diagram:
    return Process(read_folder(PLAN)).diagram


def place(element: str, state: str, day: int = 0) -> Place:
    done = BEGAN + timedelta(days=day) if state == "done" else None
    return Place(element=element, kind="x", lane=None, name=element, state=state, done_at=done)


def told(diagram: Diagram, *places: Place) -> dict[str, str]:
    return {it.code: it.state for it in stages("detailed_plan", places, diagram)}


def test_every_step_named_in_a_stage_is_drawn_and_every_task_and_call_has_a_stage(diagram: Diagram) -> None:
    named = {element for elements in STAGES["detailed_plan"].values() for element in elements}
    assert named <= diagram.elements.keys()
    outermost = {
        it.id
        for it in diagram.elements.values()
        if it.scope == diagram.process and it.kind in {"userTask", "callActivity", "subProcess"}
    }
    assert outermost - named <= {"refuse_application"}


def test_what_lies_before_the_current_stage_is_done_or_was_not_needed_and_the_rest_is_ahead(
    diagram: Diagram,
) -> None:
    found = told(
        diagram,
        place("decide_initiation", "done", 1),
        place("plan_sketch", "skipped"),
        place("send_for_approval", "done", 3),
        place("display_round/round_closes", "current"),
        place("answer_opinions", "ahead"),
    )
    assert found == {
        "initiation": "done",
        "preparation": "skipped",
        "approval": "done",
        "display": "current",
        "answers": "ahead",
        "decision": "ahead",
        "closing": "ahead",
    }


def test_a_step_inside_a_subprocess_stands_for_its_stage(diagram: Diagram) -> None:
    assert told(diagram, place("initiation_web", "current"))["initiation"] == "current"


def test_a_plan_sent_back_stands_where_it_was_sent_and_what_was_reached_is_ahead_again(
    diagram: Diagram,
) -> None:
    found = told(
        diagram,
        place("decide_initiation", "done", 1),
        place("send_for_approval", "current"),
        place("accept_plan", "done", 5),
        place("display_round", "done", 9),
    )
    assert (found["approval"], found["display"]) == ("current", "ahead")


def test_an_ended_procedure_has_no_current_stage_and_stands_at_its_end(diagram: Diagram) -> None:
    reached = [
        place("decide_initiation", "done", 1),
        place("archive_case", "done", 90),
        place("closed", "done", 90),
    ]
    assert set(told(diagram, *reached).values()) == {"done", "skipped"}
    assert marks(reached, diagram)["current"] == ("closed",)


def test_a_place_in_a_called_drawing_marks_its_call_and_a_waiting_edge_marks_nothing(
    diagram: Diagram,
) -> None:
    found = marks(
        [place("display_round/round_closes", "current"), place("display_interrupted", "current")], diagram
    )
    assert found["current"] == ("display_round",)


@pytest.fixture
def scene(postgresql_url: str, tmp_path: Path) -> Iterator[Scene]:
    database = Database(postgresql_url)
    yield Scene(database, tmp_path)
    database.close()


def test_a_round_does_not_close_under_an_opinion_that_is_being_taken(scene: Scene) -> None:
    given = Opinion(key="k" * 24, author="anonymous", text="Napilt jõudsin.")
    closing = select(Round).where(Round.municipality_id == HOME, Round.id == scene.round_id).with_for_update()
    with scene.database.open_transaction() as taking:
        opinions.give(
            taking, HOME, "dp-2027-1", given, links=scene.links, store=scene.store,
            post=scene.post(taking, DURING), now=DURING,
        )  # fmt: skip
        with scene.database.session() as other:
            other.execute(text("SET LOCAL lock_timeout = '200ms'"))
            with pytest.raises(OperationalError):
                other.exec(closing).one()
    with scene.database.session() as other:
        assert other.exec(closing).one().closed_at is None
