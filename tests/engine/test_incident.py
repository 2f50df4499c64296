"""Failures that need a person: seen once, gone past with checked data, and kept in the history without words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from engine import incident, skipping
from engine.errors import AnswersRefused, NotOpen, Problem
from engine.instance import Instance
from engine.worker import TRIES, Worker
from tests.engine.conftest import MORNING, TENANT, Bench
from tests.engine.drawing import END, START, chain, draw, edge, folder, task, timer, user

FIELDS = {"letters": "number", "outcome": "string", "ends_at": "datetime"}
LATER = folder(
    "later",
    draw(
        "later",
        [START, task("weigh", "letter/count_later_and_fail"), user("check"), END],
        chain("start", "weigh", "check", "end"),
    ),
    fields=FIELDS,
)
TIMED = folder(
    "timed",
    draw(
        "timed",
        [
            START,
            user("answer"),
            edge("over", "answer", timer("ends_at")),
            task("weigh", "letter/count_and_fail"),
            user("check"),
            END,
        ],
        [*chain("start", "answer", "end"), *chain("over", "weigh", "check", "end")],
    ),
    fields=FIELDS,
)
BY_HAND = folder(
    "by_hand",
    draw(
        "by_hand",
        [START, user("answer"), task("weigh", "letter/count_and_fail"), END],
        chain("start", "answer", "weigh", "end"),
    ),
    fields=FIELDS,
)


@pytest.fixture
def worker(bench: Bench) -> Worker:
    return Worker(bench.runtime, bench.database.open_transaction, bench.clock)


def fail(bench: Bench, worker: Worker) -> incident.Incident:
    for _ in range(TRIES):
        bench.later(hours=2)
        worker.drain()
    with bench.database.session() as session:
        (found,) = incident.unresolved(session, TENANT)
        session.expunge_all()
        return found


def skip(bench: Bench, instance: Instance, reason: str = "counted by hand", **given: object) -> Instance:
    return bench.database.transaction(
        lambda s: bench.runtime.skip(
            s, TENANT, instance.id, "weigh", given, now=bench.clock.now(), actor="aino", reason=reason
        )
    )


@pytest.mark.parametrize("files", [LATER, TIMED], ids=["a job", "a timer"])
def test_a_step_that_keeps_failing_is_gone_past_with_what_a_person_gives(
    bench: Bench, worker: Worker, files: dict[str, str]
) -> None:
    bench.deploy(files)
    key = "later" if files is LATER else "timed"
    instance = bench.start(
        key, **cast("dict[str, Any]", {} if files is LATER else {"ends_at": MORNING + timedelta(hours=1)})
    )
    found = fail(bench, worker)
    assert found.element in ("weigh", "")
    skip(bench, instance, letters="7", outcome="sent", ends_at="2026-05-01T10:00")
    assert bench.open(instance) == ["check"]
    data = bench.data(instance)
    assert (data["letters"], data["outcome"]) == (7, "sent")
    assert data["ends_at"] == datetime(2026, 5, 1, 7, 0, tzinfo=UTC), "what people type is local time"
    assert bench.rows("select * from engine_job") == [], "the stopped job went with what it was for"
    assert bench.sound(instance)
    (kept,) = bench.rows("select actor, details from engine_history where what = 'skipped'")
    assert kept.actor == "aino"
    assert json.loads(kept.details) == {
        "fields": ["ends_at", "letters", "outcome"],
        "reason_length": len("counted by hand"),
    }


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, {"letters": Problem("required"), "outcome": Problem("required")}),
        ({"letters": "seven", "outcome": "sent"}, {"letters": Problem("not_a_number")}),
        ({"letters": "7", "outcome": "lost"}, {"outcome": Problem("not_a_choice")}),
        ({"letters": "7", "outcome": "sent", "ends_at": "soon"}, {"ends_at": Problem("not_a_datetime")}),
        ({"letters": "7.5", "outcome": "sent"}, {"letters": Problem("not_a_choice")}),
        ({"letters": "7", "outcome": "sent", "planner": "x"}, {"planner": Problem("not_a_result")}),
    ],
)
def test_what_does_not_fit_the_declared_results_is_refused_and_changes_nothing(
    bench: Bench, worker: Worker, given: dict[str, str], refused: dict[str, Problem]
) -> None:
    bench.deploy(LATER)
    instance = bench.start("later")
    fail(bench, worker)
    before = bench.happened(instance)
    with pytest.raises(AnswersRefused) as error:
        skip(bench, instance, **given)
    assert error.value.errors == refused
    assert bench.happened(instance) == before
    assert bench.open(instance, "job") == ["weigh"]


def test_nothing_is_skipped_that_is_not_due(bench: Bench) -> None:
    bench.deploy(TIMED)
    instance = bench.start("timed", ends_at=MORNING + timedelta(hours=1))
    with pytest.raises(NotOpen):
        skip(bench, instance, letters="7", outcome="sent")
    assert bench.open(instance) == ["answer"]


def test_a_step_that_breaks_in_somebodys_hands_is_noted_once(bench: Bench) -> None:
    bench.deploy(BY_HAND)
    instance = bench.start("by_hand")
    for _ in range(3):
        with pytest.raises(RuntimeError) as error:
            bench.complete(instance, "answer")
        with bench.database.open_transaction() as session:
            incident.note(session, error.value, now=bench.clock.now())
    with bench.database.session() as session:
        (found,) = incident.unresolved(session, TENANT)
        assert (found.instance_id, found.element) == (instance.id, "weigh")
        assert "the scales are broken" in found.error
    wait = bench.wait(instance, "answer")
    with bench.database.open_transaction() as session:
        incident.settle_of_wait(session, TENANT, instance.id, wait.id, now=bench.clock.now())
    with bench.database.session() as session:
        assert list(incident.unresolved(session, TENANT)) == []


def test_an_error_that_belongs_to_no_step_is_no_incident(bench: Bench) -> None:
    with bench.database.open_transaction() as session:
        assert incident.note(session, ValueError("elsewhere"), now=MORNING) is None


FORM = json.dumps(
    {
        "schemaVersion": 16,
        "components": [
            {"type": "number", "key": "letters", "label": "Mitu kirja?", "validate": {"required": True}},
            {"type": "radio", "key": "outcome", "label": "Mis sai?", "validate": {"required": True},
             "values": [{"label": "Saadeti", "value": "sent"}, {"label": "Jäi alles", "value": "kept"}]},
            {"type": "textarea", "key": "words", "label": "Sõnad"},
        ],
    }
)  # fmt: skip
OWN = folder(
    "own",
    draw("own", [START, user("answer", page="", operation="letter/spoil"), user("check"), END],
         chain("start", "answer", "check", "end")),
    fields=FIELDS, forms__answer_dot_form=FORM,
)  # fmt: skip


def break_in_hands(bench: Bench, instance: Instance, **answers: Any) -> incident.Incident:
    with pytest.raises(RuntimeError) as error:
        bench.complete(instance, "answer", **answers)
    with bench.database.open_transaction() as session:
        incident.note(session, error.value, now=bench.clock.now())
    with bench.database.session() as session:
        (found,) = incident.unresolved(session, TENANT)
        session.expunge_all()
        return found


def skip_task(bench: Bench, found: incident.Incident, **given: object) -> Instance:
    return bench.database.transaction(
        lambda s: bench.runtime.skip(
            s, TENANT, found.instance_id, found.element, given, now=bench.clock.now(), actor="aino",
            reason="by hand", wait_id=found.job_id,
        )
    )  # fmt: skip


def test_a_task_that_breaks_in_its_own_operation_is_gone_past_with_what_its_form_asks(bench: Bench) -> None:
    definition = bench.deploy(OWN)
    instance = bench.start("own")
    found = break_in_hands(bench, instance, letters="3", outcome="sent", words="secret")
    assert found.element == "answer"
    asked = skipping.results(definition.process, bench.runtime.services, "answer", "answer")
    assert [(it.name, it.label, it.required) for it in asked] == [
        ("letters", "Mitu kirja?", True),
        ("outcome", "Mis sai?", True),
    ]
    assert asked[1].choices == (("sent", "Saadeti"), ("kept", "Jäi alles"))
    with pytest.raises(AnswersRefused) as error:
        skip_task(bench, found, letters="3", outcome="lost")
    assert error.value.errors == {"outcome": Problem("not_a_choice")}
    assert bench.open(instance) == ["answer"]
    spoiled = list(bench.postbox)
    skip_task(bench, found, letters="3", outcome="kept")
    assert bench.open(instance) == ["check"]
    assert bench.postbox == spoiled, "its operation is not run"
    assert bench.data(instance)["outcome"] == "kept"
    (kept,) = bench.rows("select actor, element from engine_history where what = 'skipped'")
    assert (kept.actor, kept.element) == ("aino", "answer")
    assert bench.sound(instance)
    with pytest.raises(NotOpen):
        skip_task(bench, found, letters="3", outcome="kept")


def test_a_task_is_done_and_the_service_behind_it_gone_past_at_once(bench: Bench) -> None:
    bench.deploy(BY_HAND)
    instance = bench.start("by_hand")
    found = break_in_hands(bench, instance)
    with pytest.raises(AnswersRefused):
        skip_task(bench, found)
    skip_task(bench, found, letters="7", outcome="sent")
    assert bench.data(instance)["letters"] == 7
    kept = bench.rows("select element from engine_history where what = 'skipped' order by seq")
    assert [it.element for it in kept] == ["answer", "weigh"]
    assert "end ended" in bench.happened(instance)
