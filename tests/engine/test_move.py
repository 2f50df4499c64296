"""Running cases moved to a revised drawing: carried along whole, or left where they are with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from engine import move, move_rehearsal
from engine.definition import Definition
from engine.errors import Conflict, MovedOn, MoveRefused, NotOpen
from engine.instance import Instance
from engine.move_plan import Plan, Refusal
from engine.wait import JOB, MESSAGE, TIMER
from tests.engine.conftest import MORNING, TENANT, Bench
from tests.engine.drawing import (
    END,
    START,
    call,
    catch,
    chain,
    draw,
    edge,
    folder,
    gateway,
    message,
    sub,
    task,
    timer,
    user,
)

FIELDS = {"x": "number", "ends_at": "datetime"}
SPLIT, JOIN = gateway("g", "parallel"), gateway("j", "parallel")


def files(
    nodes: Sequence[str],
    arrows: Iterable[tuple[str, ...]],
    fields: Mapping[str, str] | None = None,
    **more: str,
) -> dict[str, str]:
    drawn = draw("p", [START, *nodes, END], arrows, messages=["paper", "note"])
    return folder("p", drawn, fields=FIELDS if fields is None else fields, **more)


def row(*names: str, **kinds: str) -> dict[str, str]:
    """Steps one after the other."""
    return files([kinds.get(it, user(it)) for it in names], chain("start", *names, "end"))


class Mover:
    """Deploys two versions, and moves what runs by the first to the second."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def begin(self, first: Mapping[str, str], *done: str, **data: Any) -> Instance:
        self.bench.deploy(first)
        instance = self.bench.start("p", **data)
        for element in done:
            instance = self.bench.complete(instance, element)
        return instance

    def check(self, instance: Instance, second: Mapping[str, str], plan: Plan | None = None) -> move.Checked:
        to = self.bench.deploy(second)
        with self.bench.database.session() as session:
            now = move.read(session, TENANT, instance.id)
            old = self.bench.runtime.library.get(session, TENANT, now.definition_id)
            return move.check(now.state, old, to, plan or Plan(), now=self.bench.clock.now())

    def to(self, instance: Instance, second: Mapping[str, str], plan: Plan | None = None) -> Definition:
        """Move; the state is rehearsed before, as in earnest."""
        to = self.bench.deploy(second)
        checked = self.check(instance, second, plan)
        assert not checked.refusals
        assert move_rehearsal.rehearse(checked.state, to, now=self.bench.clock.now()) == ""
        before = {it.id: it.opened_at for it in self.bench.waits(instance)}
        self.bench.database.transaction(
            lambda s: move.apply(
                self.bench.runtime.library, s, TENANT, instance.id, to, plan or Plan(),
                now=self.bench.clock.now(), actor="haldi", reason="a slip of the pen",
            )
        )  # fmt: skip
        assert {it.id: it.opened_at for it in self.bench.waits(instance)} == before
        assert self.bench.sound(instance)
        return to

    def back(self, instance: Instance) -> None:
        self.bench.database.transaction(
            lambda s: move.revert(
                self.bench.runtime.library, s, TENANT, instance.id, now=self.bench.clock.now(), actor="haldi"
            )
        )
        assert self.bench.sound(instance)

    def finish(self, instance: Instance) -> list[str]:
        """Do every person's task until the end. Out: what was done, in order."""
        done = []
        for _ in range(20):
            tasks = self.bench.open(instance)
            if not tasks:
                break
            done.append(tasks[0])
            instance = self.bench.complete(instance, tasks[0])
        assert instance.status == "completed"
        assert self.bench.waits(instance) == []
        assert self.bench.sound(instance)
        return done


def codes(checked: move.Checked) -> list[tuple[str, str]]:
    return [(it.code, it.step) for it in checked.refusals]


@pytest.fixture
def mover(bench: Bench) -> Mover:
    return Mover(bench)


@pytest.fixture
def quick(quick_bench: Bench) -> Mover:
    return Mover(quick_bench)


def test_a_step_added_ahead_is_taken(mover: Mover) -> None:
    instance = mover.begin(row("a", "b"))
    mover.to(instance, row("a", "n", "b"))
    assert mover.finish(instance) == ["a", "n", "b"]


def test_a_step_added_behind_is_not_asked_for(mover: Mover) -> None:
    instance = mover.begin(row("a", "b"), "a")
    mover.to(instance, row("n", "a", "b"))
    assert mover.finish(instance) == ["b"]


def test_a_step_removed_ahead_is_not_taken(mover: Mover) -> None:
    instance = mover.begin(row("a", "n", "b"))
    mover.to(instance, row("a", "b"))
    assert mover.finish(instance) == ["a", "b"]


def test_a_step_removed_behind_leaves_the_case_whole(mover: Mover) -> None:
    instance = mover.begin(row("a", "n", "b"), "a", "n")
    mover.to(instance, row("a", "b"))
    assert mover.finish(instance) == ["b"]


def test_a_case_whose_open_step_is_gone_stays(mover: Mover) -> None:
    instance = mover.begin(row("a", "b"))
    checked = mover.check(instance, row("b"))
    assert codes(checked) == [("gone", "a")]
    to = mover.bench.deploy(row("b"))
    with pytest.raises(MoveRefused, match="gone a"):
        mover.bench.database.transaction(
            lambda s: move.apply(
                mover.bench.runtime.library, s, TENANT, instance.id, to, Plan(), now=MORNING, actor="haldi"
            )
        )
    assert mover.finish(instance) == ["a", "b"]


def test_a_plan_maps_an_open_step_to_another_of_its_kind(mover: Mover) -> None:
    instance = mover.begin(row("a", "b"))
    wait = mover.bench.wait(instance, "a").id
    mover.to(instance, row("asked", "b"), Plan({"a": "asked"}))
    assert mover.bench.wait(instance, "asked").id == wait
    assert mover.finish(instance) == ["asked", "b"]


def test_a_plan_maps_no_step_to_another_kind_or_to_nothing(quick: Mover) -> None:
    instance = quick.begin(row("a", "b"))
    paper = row("paper", "b", paper=catch("paper", message("paper")))
    assert codes(quick.check(instance, paper, Plan({"a": "paper"}))) == [("other_kind", "a")]
    assert ("target", "a") in codes(quick.check(instance, paper, Plan({"a": "nothing"})))
    assert ("source", "nothing") in codes(quick.check(instance, row("a", "b", "c"), Plan({"nothing": "a"})))


def test_a_step_renamed_on_the_page_is_renamed_for_whoever_has_it(mover: Mover) -> None:
    instance = mover.begin(row("a", "b"))
    mover.to(instance, row("a", "b", a=user("a", "Answer the letter")))
    assert mover.bench.wait(instance, "a").name == "Answer the letter"


def test_a_case_whose_open_step_became_another_kind_stays(quick: Mover) -> None:
    instance = quick.begin(row("a", "b"))
    changed = row("a", "b", a=task("a", "letter/keep"))
    assert codes(quick.check(instance, changed)) == [("other_kind", "a")]


def test_a_done_step_may_become_another_kind(mover: Mover) -> None:
    instance = mover.begin(row("a", "b"), "a")
    mover.to(instance, row("a", "b", a=task("a", "letter/keep")))
    assert mover.finish(instance) == ["b"]


def edged(*steps: str, due: str = "P30D", edges: Sequence[str] = ("late",)) -> dict[str, str]:
    drawn = [edge(it, "a", timer(due, "timeDuration")) for it in edges]
    return files(
        [*(user(it) for it in steps), user("b"), *drawn],
        [*chain("start", *steps, "end"), *((it, "b") for it in edges), ("b", "end")],
    )


def test_a_moved_deadline_stays_moved(mover: Mover) -> None:
    instance = mover.begin(edged("a"))
    mover.bench.move(instance, "late", MORNING + timedelta(days=50))
    mover.to(instance, edged("a", "n", due="P60D"))
    assert mover.bench.wait(instance, "late").due_at == MORNING + timedelta(days=50)
    mover.bench.later(days=49)
    assert mover.bench.fire(instance).revision == 3
    mover.bench.later(days=2)
    mover.bench.fire(instance)
    assert mover.finish(instance) == ["b"]


def test_a_plan_moves_a_deadline_with_its_job(mover: Mover) -> None:
    instance = mover.begin(edged("a"))
    due = mover.bench.wait(instance, "late").due_at
    soon = MORNING + timedelta(days=5)
    mover.to(instance, edged("a", "n"), Plan(moments={"late": soon}))
    assert mover.bench.wait(instance, "late").due_at == soon
    (job,) = mover.bench.rows("select due_at from engine_job")
    assert str(job.due_at).startswith(f"{soon:%Y-%m-%d}")
    mover.back(instance)
    assert mover.bench.wait(instance, "late").due_at == due
    (job,) = mover.bench.rows("select due_at from engine_job")
    assert str(job.due_at).startswith(f"{due:%Y-%m-%d}")
    assert codes(mover.check(instance, edged("a", "n"), Plan(moments={"b": soon}))) == [("no_moment", "b")]


def test_a_timer_on_the_edge_keeps_its_moment_under_a_new_name(mover: Mover) -> None:
    instance = mover.begin(edged("a"))
    due = mover.bench.wait(instance, "late").due_at
    mover.to(instance, edged("a", edges=("over",)), Plan({"late": "over"}))
    assert mover.bench.wait(instance, "over").due_at == due
    mover.bench.later(days=31)
    mover.bench.fire(instance)
    assert mover.finish(instance) == ["b"]


def test_a_case_stays_when_events_came_or_went_on_the_edge_of_its_open_step(quick: Mover) -> None:
    instance = quick.begin(edged("a"))
    assert codes(quick.check(instance, edged("a", edges=("late", "later")))) == [("edge", "a")]
    without = files([user("a"), user("b")], chain("start", "a", "b", "end"))
    assert ("edge", "a") in codes(quick.check(instance, without))


def test_an_edge_may_change_before_and_after_the_step_is_open(mover: Mover) -> None:
    instance = mover.begin(edged("c", "a"))
    mover.to(instance, edged("c", "a", edges=("late", "later")))
    assert mover.bench.open(mover.bench.complete(instance, "c"), TIMER) == ["late", "later"]
    assert mover.finish(mover.bench.complete(instance, "a")) == []
    other = mover.begin(edged("a", "z"), "a")
    mover.to(other, files([user("a"), user("z"), user("b")], chain("start", "a", "z", "b", "end")))
    assert mover.finish(other) == ["z", "b"]


def branches(*names: str, after: Sequence[str] = ()) -> dict[str, str]:
    arrows = [("start", "g"), *chain("j", *after, "end")]
    for name in names:
        arrows += chain("g", *name.split("-"), "j")
    steps = [step for name in names for step in name.split("-")]
    return files([SPLIT, JOIN, *(user(it) for it in (*steps, *after))], arrows)


def test_a_step_added_after_a_join_is_taken_once_all_have_arrived(mover: Mover) -> None:
    instance = mover.begin(branches("a", "b"), "a")
    mover.to(instance, branches("a", "b", after=("n",)))
    assert mover.finish(instance) == ["b", "n"]


def test_a_step_added_in_a_branch_that_is_under_way_is_taken(mover: Mover) -> None:
    instance = mover.begin(branches("a", "b"), "a")
    mover.to(instance, branches("a", "b-n"))
    assert mover.finish(instance) == ["b", "n"]


def test_a_case_stays_when_a_branch_was_added_behind_it(quick: Mover) -> None:
    instance = quick.begin(branches("a", "b"), "a")
    checked = quick.check(instance, branches("a", "b", "n"))
    assert checked.refusals == (Refusal("branches", "g", {"gone": "", "come": "n"}),)


def test_a_case_stays_when_who_arrived_is_not_expected_any_more(quick: Mover) -> None:
    instance = quick.begin(branches("a", "b"), "a")
    checked = quick.check(instance, branches("a-n", "b"))
    assert codes(checked) == [("join", "j")]


def test_a_branch_added_to_a_split_that_is_joined_again_does_not_matter(mover: Mover) -> None:
    instance = mover.begin(branches("a", "b", after=("c",)), "a", "b")
    mover.to(instance, branches("a", "b", "n", after=("c",)))
    assert mover.finish(instance) == ["c"]


def block(*steps: str, after: Sequence[str] = (), name: str = "block") -> dict[str, str]:
    inner = sub(
        name,
        ['<bpmn:startEvent id="bs"/>', *(user(it) for it in steps), '<bpmn:endEvent id="be"/>'],
        chain("bs", *steps, "be"),
    )
    return files([inner, *(user(it) for it in after)], chain("start", name, *after, "end"))


def test_a_step_added_inside_an_open_subprocess_is_taken(mover: Mover) -> None:
    instance = mover.begin(block("a"))
    mover.to(instance, block("a", "n"))
    assert mover.finish(instance) == ["a", "n"]


def test_a_step_added_after_an_open_subprocess_is_taken(mover: Mover) -> None:
    instance = mover.begin(block("a"))
    mover.to(instance, block("a", after=("n",)))
    assert mover.finish(instance) == ["a", "n"]


def test_an_open_subprocess_may_be_renamed_by_the_plan(mover: Mover) -> None:
    instance = mover.begin(block("a"))
    assert codes(mover.check(instance, block("a", name="part"))) == [("gone", "block")]
    mover.to(instance, block("a", "n", name="part"), Plan({"block": "part"}))
    assert mover.finish(instance) == ["a", "n"]


def test_a_case_stays_when_its_open_step_was_put_into_a_subprocess(quick: Mover) -> None:
    instance = quick.begin(row("a"))
    assert codes(quick.check(instance, block("a"))) == [("elsewhere", "a")]


def calling(*steps: str, holder: str = "collect") -> dict[str, str]:
    called = draw(
        "round",
        [START, *(user(it) for it in steps), edge("over", steps[0], timer("ends_at")), END, '<bpmn:endEvent id="late"/>'],
        [*chain("start", *steps, "end"), ("over", "late")],
    )  # fmt: skip
    made = files(
        [task("date", "letter/schedule", days="3"), call(holder, "round"), user("z")],
        chain("start", "date", holder, "z", "end"),
    )
    return {**made, "shared/round.bpmn": called}


def test_a_step_added_inside_an_open_call_is_taken_and_its_deadline_kept(mover: Mover) -> None:
    instance = mover.begin(calling("answer"))
    due = mover.bench.wait(instance, "collect/over").due_at
    mover.to(instance, calling("answer", "sum"))
    assert mover.bench.wait(instance, "collect/over").due_at == due
    assert mover.finish(instance) == ["collect/answer", "collect/sum", "z"]


def test_an_open_call_may_be_renamed_with_everything_in_it(mover: Mover) -> None:
    instance = mover.begin(calling("answer"))
    mover.to(instance, calling("answer", "sum", holder="gather"), Plan({"collect": "gather"}))
    assert mover.bench.open(instance, TIMER) == ["gather/over"]
    mover.bench.later(days=4)
    mover.bench.fire(instance)
    assert mover.finish(instance) == ["z"]


def looped(*steps: str) -> dict[str, str]:
    return files(
        [user("a"), *(user(it) for it in steps), gateway("w", default="w_end")],
        [*chain("start", "a", *steps, "w", "end"), ("w", "a", "x < 1")],
    )


def test_a_case_in_a_loop_goes_round_the_new_way(mover: Mover) -> None:
    instance = mover.begin(looped("b"), "a", "b", x=0)
    assert mover.bench.open(instance) == ["a"]
    mover.to(instance, looped("n", "b"))
    for element in ("a", "n", "b", "a", "n"):
        instance = mover.bench.complete(instance, element)
    assert mover.bench.open(instance) == ["b"]


def test_a_case_that_waits_for_a_message_still_hears_it(mover: Mover) -> None:
    paper = catch("paper", message("paper"))
    instance = mover.begin(row("paper", "b", paper=paper))
    mover.to(instance, row("paper", "n", "b", paper=paper))
    mover.bench.tell(instance, "paper")
    assert mover.finish(instance) == ["n", "b"]


def test_a_message_kept_before_the_move_is_delivered_after_it(mover: Mover) -> None:
    paper = catch("paper", message("paper"))
    instance = mover.begin(row("a", "paper", paper=paper))
    mover.bench.tell(instance, "paper")
    mover.to(instance, row("a", "n", "paper", paper=paper))
    assert mover.finish(instance) == ["a", "n"]


def racing(*events: str, after: Sequence[str] = ()) -> dict[str, str]:
    drawn = {"paper": catch("paper", message("paper")), "note": catch("note", message("note")),
             "waited": catch("waited", timer("P2D", "timeDuration"))}  # fmt: skip
    arrows = [("start", "r")]
    for it in events:
        arrows += chain("r", it, *after, "end")
    return files(
        [gateway("r", "eventBased"), *(drawn[it] for it in events), *(user(it) for it in after)],
        list(dict.fromkeys(arrows)),
    )


def test_an_open_race_goes_on_with_the_same_events_alone(mover: Mover) -> None:
    instance = mover.begin(racing("paper", "waited"))
    assert codes(mover.check(instance, racing("paper", "note", "waited"))) == [("race", "r")]
    mover.to(instance, racing("paper", "waited", after=("n",)))
    assert mover.bench.open(instance, MESSAGE) == ["paper"]
    mover.bench.later(days=3)
    mover.bench.fire(instance)
    assert mover.finish(instance) == ["n"]


def test_a_job_that_waits_to_run_runs_after_the_move(mover: Mover) -> None:
    instance = mover.begin(row("send", "b", send=task("send", "letter/post", kind='"x"')))
    assert mover.bench.open(instance, JOB) == ["send"]
    mover.to(instance, row("send", "n", "b", send=task("send", "letter/post", kind='"y"')))
    (job,) = mover.bench.rows("select id from engine_job")
    mover.bench.database.transaction(
        lambda s: mover.bench.runtime.run_job(s, TENANT, job.id, now=mover.bench.clock.now())
    )
    assert mover.finish(instance) == ["n", "b"]


def test_a_case_is_moved_over_many_versions_at_once(mover: Mover) -> None:
    instance = mover.begin(row("a", "b"))
    for steps in (("a", "n", "b"), ("a", "n", "m", "b"), ("a", "m", "b")):
        mover.bench.deploy(row(*steps))
    mover.to(instance, row("a", "m", "b", "c"))
    (migration,) = mover.bench.rows("select plan, reason, moved_by from engine_migration")
    assert (migration.reason, migration.moved_by) == ("a slip of the pen", "haldi")
    (event,) = mover.bench.rows("select details from engine_history where what = 'moved_version'")
    assert '"from_version":1' in event.details
    assert '"to_version":5' in event.details
    assert mover.finish(instance) == ["a", "m", "b", "c"]


def with_subprocess(*steps: str, name: str = "asked") -> dict[str, str]:
    event = sub(
        "during",
        [f'<bpmn:startEvent id="{name}" isInterrupting="false">{message("note")}</bpmn:startEvent>', user("hear"),
         '<bpmn:endEvent id="heard"/>'],
        chain(name, "hear", "heard"),
        triggered=True,
    )  # fmt: skip
    return files([*(user(it) for it in steps), event], chain("start", *steps, "end"))


def test_an_event_subprocess_goes_on_listening_after_the_move(mover: Mover) -> None:
    instance = mover.begin(with_subprocess("a", "b"), "a")
    mover.to(instance, with_subprocess("a", "b", "n"))
    mover.bench.tell(instance, "note")
    assert mover.finish(instance) == ["b", "hear", "n"]


def test_a_case_stays_when_an_event_subprocess_came_around_it(quick: Mover) -> None:
    instance = quick.begin(row("a"))
    (refusal,) = quick.check(instance, with_subprocess("a")).refusals
    assert refusal.step == "a"


def test_values_follow_and_one_that_does_not_fit_keeps_the_case(quick: Mover) -> None:
    instance = quick.begin(row("a"), x=3)
    nodes, arrows = [user("a"), user("n")], chain("start", "a", "n", "end")
    assert codes(quick.check(instance, files(nodes, arrows, {"x": "string"}))) == [("field", "x")]
    assert quick.check(instance, files(nodes, arrows, {})).dropped == ("x",)
    quick.to(instance, files(nodes, arrows, {"x": "number", "y": "string"}))
    assert quick.bench.data(instance)["x"] == 3


def test_a_move_is_taken_back_until_the_next_step(mover: Mover) -> None:
    instance = mover.begin(row("a", "b"))
    mover.to(instance, row("asked", "n", "b"), Plan({"a": "asked"}))
    mover.back(instance)
    assert mover.bench.open(instance) == ["a"]
    with pytest.raises(NotOpen):
        mover.back(instance)
    mover.to(instance, row("asked", "n", "b"), Plan({"a": "asked"}))
    mover.bench.complete(instance, "asked")
    with pytest.raises(MovedOn):
        mover.back(instance)
    assert mover.finish(instance) == ["n", "b"]


def test_a_step_taken_since_the_check_is_a_conflict(mover: Mover) -> None:
    instance = mover.begin(row("a", "b"))
    to = mover.bench.deploy(row("a", "b", "c"))
    mover.bench.complete(instance, "a")

    def late(session: Any) -> None:
        move.apply(
            mover.bench.runtime.library, session, TENANT, instance.id, to, Plan(), now=MORNING, actor="haldi",
            revision=instance.revision,
        )  # fmt: skip

    with pytest.raises(Conflict), mover.bench.database.open_transaction() as session:
        late(session)
    assert mover.finish(instance) == ["b"]


def test_a_case_that_ended_or_runs_by_that_version_is_not_moved(quick: Mover) -> None:
    instance = quick.begin(row("a"))
    to = quick.bench.deploy(row("a"))

    def apply(to: Definition) -> Any:
        return quick.bench.database.transaction(
            lambda s: move.apply(
                quick.bench.runtime.library, s, TENANT, instance.id, to, Plan(), now=MORNING, actor="haldi"
            )
        )

    with pytest.raises(NotOpen, match="already"):
        apply(to)
    quick.finish(instance)
    with pytest.raises(NotOpen, match="ended"):
        apply(quick.bench.deploy(row("a", "b")))


def test_a_drawing_without_a_way_out_is_found_in_the_rehearsal(quick: Mover) -> None:
    instance = quick.begin(row("a", "b"))
    # The join waits for a branch nothing leads to any more.
    deaf = files(
        [user("a"), gateway("w", default="w_b"), user("b"), user("c"), JOIN],
        [*chain("start", "a", "w", "b", "j"), ("w", "c", "x > 1"), ("c", "j"), ("j", "end")],
    )
    try:
        to = quick.bench.deploy(deaf)
    except Exception:  # noqa: BLE001  the check before deployment may find it first
        return
    checked = quick.check(instance, deaf)
    assert move_rehearsal.rehearse(checked.state, to, now=MORNING)


def test_moving_to_the_same_drawing_changes_no_token(quick: Mover) -> None:
    """What is live or finished is written as it was; only predictions may differ."""
    made = calling("answer", "sum")
    instance = quick.begin(made)
    checked = quick.check(instance, made)
    assert _definite(checked.state) == _definite(instance.state)


def _definite(state: str) -> list[Any]:
    import orjson

    tokens = orjson.loads(state)["tokens"]
    return [[it for it in part["tasks"] if it[3] >= 8] for part in (tokens["top"], *tokens["inner"])]
