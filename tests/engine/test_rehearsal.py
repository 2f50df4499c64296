"""A process played in memory, clock in hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import SQLModel

from engine.errors import NotOpen
from engine.rehearsal import Rehearsal
from engine.service import Services
from processes.database import Database
from tests.engine.clerk.letter import Postbox
from tests.engine.conftest import MORNING
from tests.engine.drawing import END, START, catch, chain, draw, edge, folder, message, task, timer, user

FILES = folder(
    "p",
    draw(
        "p",
        [
            START, user("plan"), user("answer"), edge("late", "answer", timer("P14D", "timeDuration")),
            task("post", "letter/post", kind='"over"'), catch("stamp", message("stamp")), END,
        ],
        [*chain("start", "plan", "answer", "stamp", "end"), *chain("late", "post", "stamp")],
        messages=["stamp"],
    ),
)  # fmt: skip


@pytest.fixture
def rehearsal() -> Iterator[Rehearsal]:
    database = Database("sqlite://")
    tables = [it for name, it in SQLModel.metadata.tables.items() if name.startswith("engine_")]
    SQLModel.metadata.create_all(database.engine, tables=tables)
    postbox = Postbox()
    yield Rehearsal(
        FILES,
        Services("tests.engine.clerk"),
        {Postbox: lambda _: postbox},
        (),
        database.open_transaction,
        MORNING,
    )
    database.close()


def test_a_rehearsal_jumps_from_event_to_event(rehearsal: Rehearsal) -> None:
    rehearsal.start("case", {})
    rehearsal.complete("plan")
    assert rehearsal.advance_to_next() == MORNING + timedelta(days=14)
    assert [it.element for it in rehearsal.waits()] == ["stamp"]
    assert rehearsal.advance_to_next() is None
    assert rehearsal.tell("stamp").end_element == "end"
    assert [(it.element, it.what) for it in rehearsal.log if it.what == "fired"] == [("late", "fired")]
    assert {it.state for it in rehearsal.progress() if it.element in ("late", "post")} == {"done"}


def test_a_rehearsal_waits_until_a_moment_and_no_longer(rehearsal: Rehearsal) -> None:
    rehearsal.start("case", {})
    rehearsal.complete("plan")
    rehearsal.until(MORNING + timedelta(days=13))
    assert {it.element for it in rehearsal.waits()} == {"answer", "late"}
    rehearsal.until(MORNING + timedelta(days=15))
    assert rehearsal.clock.now() == MORNING + timedelta(days=15)
    assert [it.element for it in rehearsal.waits()] == ["stamp"]


def test_a_rehearsal_refuses_what_is_not_open(rehearsal: Rehearsal) -> None:
    with pytest.raises(NotOpen):
        rehearsal.instance  # noqa: B018
    rehearsal.start("case", {})
    with pytest.raises(NotOpen, match="answer"):
        rehearsal.complete("answer")
