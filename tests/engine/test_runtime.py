"""Stories of one instance, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine import ledger
from engine.errors import Conflict, NotOpen, StateUnreadable, UnknownDefinition
from engine.spiff import codec
from tests.engine.conftest import MORNING, TENANT, Bench
from tests.engine.drawing import END, START, chain, draw, edge, folder, gateway, task, timer, user

SIMPLE = folder(
    "simple",
    draw("simple", [START, user("plan"), user("check"), END], chain("start", "plan", "check", "end")),
    fields={"note": "string", "count": "number"},
)


def test_an_instance_walks_from_task_to_task_to_its_end(bench: Bench) -> None:
    bench.deploy(SIMPLE)
    instance = bench.start("simple", count=3)
    assert bench.open(instance) == ["plan"]
    instance = bench.complete(instance, "plan", note="short")
    assert (instance.status, instance.revision, bench.open(instance)) == ("active", 2, ["check"])
    instance = bench.complete(instance, "check")
    assert (instance.status, instance.end_element) == ("completed", "end")
    assert bench.waits(instance) == []
    assert bench.data(instance) == {"note": "short", "count": 3}
    assert bench.sound(instance)


def test_the_same_text_is_the_same_version_and_a_changed_text_the_next(bench: Bench) -> None:
    first, again = bench.deploy(SIMPLE), bench.deploy(SIMPLE)
    changed = bench.deploy({**SIMPLE, "README.md": "more"})
    assert (first.id, first.version, changed.version) == (again.id, 1, 2)


def test_an_instance_ends_with_the_text_it_began_with(bench: Bench) -> None:
    bench.deploy(SIMPLE)
    old = bench.start("simple")
    bench.deploy(
        folder("simple", draw("simple", [START, user("other"), END], chain("start", "other", "end")))
    )
    assert bench.open(bench.start("simple")) == ["other"]
    bench.complete(old, "plan")
    assert bench.complete(old, "check").status == "completed"


def test_a_task_done_once_is_not_done_again(bench: Bench) -> None:
    bench.deploy(SIMPLE)
    instance = bench.start("simple")
    wait = bench.wait(instance, "plan")
    bench.complete_wait(wait.id)
    with pytest.raises(NotOpen):
        bench.complete_wait(wait.id)
    assert bench.open(instance) == ["check"]


def test_the_same_idempotency_key_twice_is_one_step(bench: Bench) -> None:
    bench.deploy(SIMPLE)
    one, two = bench.start("simple", "k1"), bench.start("simple", "k1")
    assert one.id == two.id
    wait = bench.wait(one, "plan")
    first, second = bench.complete_wait(wait.id, "k2"), bench.complete_wait(wait.id, "k2")
    assert (first.revision, second.revision) == (2, 2)


def test_a_step_that_lost_the_race_conflicts_and_changes_nothing(bench: Bench) -> None:
    bench.deploy(SIMPLE)
    instance = bench.start("simple")
    wait = bench.wait(instance, "plan")
    database, runtime, now = bench.database, bench.runtime, bench.clock.now()
    with database.open_transaction() as session:
        row = dict(ledger.lock(session, TENANT, instance.id))
    bench.complete_wait(wait.id)
    with database.session() as session:
        stale = runtime._take_up(session, row, now, "aino")
        stale.complete(wait.id, by="aino")
        stale.run()
        with pytest.raises(Conflict):
            stale.save()
    assert bench.open(instance) == ["check"]
    assert bench.sound(instance)


def test_an_unknown_process_says_so(bench: Bench) -> None:
    with pytest.raises(UnknownDefinition):
        bench.start("nothing")


def test_a_failing_service_leaves_nothing_behind(bench: Bench) -> None:
    nodes = [START, user("plan"), task("note", "letter/keep"), task("burn", "letter/spoil"), END]
    bench.deploy(folder("p", draw("p", nodes, chain("start", "plan", "note", "burn", "end"))))
    instance = bench.start("p")
    with pytest.raises(RuntimeError):
        bench.complete(instance, "plan")
    assert bench.open(instance) == ["plan"]
    assert bench.rows("select * from engine_test_row") == []
    assert bench.happened(instance) == ["started", "start done", "plan opened"]


def test_branches_join_and_each_sees_what_the_other_wrote(bench: Bench) -> None:
    nodes = [
        START,
        gateway("split", "parallel"),
        user("a"),
        user("b"),
        gateway("join", "parallel"),
        user("c"),
        END,
    ]
    arrows = [*chain("start", "split", "a", "join", "c", "end"), *chain("split", "b", "join")]
    bench.deploy(folder("p", draw("p", nodes, arrows), fields={"x": "string"}))
    instance = bench.start("p", x="old")
    bench.complete(instance, "a", x="new")
    bench.complete(instance, "b")
    assert bench.open(instance) == ["c"]
    assert bench.data(instance) == {"x": "new"}


def test_a_condition_chooses_the_arrow_and_the_default_takes_the_rest(bench: Bench) -> None:
    nodes = [START, gateway("way", default="way_b"), user("a"), user("b"), END]
    arrows = [("start", "way"), ("way", "a", 'note = "yes"'), ("way", "b"), ("a", "end"), ("b", "end")]
    bench.deploy(folder("p", draw("p", nodes, arrows), fields={"note": "string"}))
    assert bench.open(bench.start("p", note="yes")) == ["a"]
    assert bench.open(bench.start("p", note="no")) == ["b"]


def test_a_timer_fires_once_at_its_moment_and_can_be_moved(bench: Bench) -> None:
    nodes = [START, user("answer"), edge("late", "answer", timer("ends_at")), user("remind"), END]
    arrows = [*chain("start", "answer", "end"), *chain("late", "remind", "end")]
    bench.deploy(folder("p", draw("p", nodes, arrows), fields={"ends_at": "datetime"}))
    instance = bench.start("p", ends_at=MORNING + timedelta(days=3))
    assert bench.wait(instance, "late").due_at == MORNING + timedelta(days=3)
    bench.move(instance, "late", MORNING + timedelta(days=5))
    bench.later(days=4)
    assert bench.open(bench.fire(instance)) == ["answer"]
    bench.later(days=2)
    bench.fire(instance)
    assert bench.open(instance) == ["remind"]
    assert bench.open(bench.fire(instance)) == ["remind"]
    assert bench.complete(instance, "remind").status == "completed"
    assert bench.rows("select * from engine_job") == []


def test_a_reminder_does_not_interrupt(bench: Bench) -> None:
    nodes = [START, user("answer"), edge("soon", "answer", timer("P1D", "timeDuration"), interrupting=False),
             task("remind", "letter/write", kind='"reminder"'), '<bpmn:endEvent id="sent"/>', END]  # fmt: skip
    arrows = [*chain("start", "answer", "end"), *chain("soon", "remind", "sent")]
    bench.deploy(folder("p", draw("p", nodes, arrows)))
    instance = bench.start("p")
    bench.later(days=1)
    bench.fire(instance)
    assert bench.postbox == ["remind:reminder"]
    assert bench.open(instance) == ["answer"]
    instance = bench.complete(instance, "answer")
    assert (instance.status, instance.end_element) == ("completed", "end")


def test_a_cancelled_instance_waits_for_nothing_and_accepts_nothing(bench: Bench) -> None:
    nodes = [START, user("answer"), edge("late", "answer", timer("P1D", "timeDuration")), END]
    bench.deploy(folder("p", draw("p", nodes, [*chain("start", "answer", "end"), ("late", "end")])))
    instance = bench.start("p")
    wait = bench.wait(instance, "answer")
    assert bench.cancel(instance).status == "cancelled"
    assert bench.waits(instance) == []
    assert bench.rows("select * from engine_job") == []
    with pytest.raises(NotOpen):
        bench.complete_wait(wait.id)
    with pytest.raises(NotOpen):
        bench.cancel(instance)
    assert bench.sound(instance)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-1],
        lambda text: text.replace('"a"', '"ghost"'),
        lambda text: text.replace('"tasks":[[', '"tasks":[[0,-1,"Start",64],['),
        lambda text: text.replace(",16]", ",64]"),
        lambda text: text.replace('"format":1', '"format":2'),
    ],
)
def test_a_state_that_does_not_read_back_is_never_stored(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, damage: Callable[[str], str]
) -> None:
    bench.deploy(
        folder("p", draw("p", [START, user("plan"), user("a"), END], chain("start", "plan", "a", "end")))
    )
    instance = bench.start("p")
    whole = codec.freeze
    with monkeypatch.context() as patch:
        patch.setattr(codec, "freeze", lambda *given: damage(whole(*given)))
        with pytest.raises(StateUnreadable):
            bench.complete(instance, "plan")
    assert bench.open(bench.complete(instance, "plan")) == ["a"]
