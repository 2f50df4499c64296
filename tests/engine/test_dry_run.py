"""The dry run: what no rule sees is met by walking, and nothing a definition does reaches whoever asked."""

from __future__ import annotations

import os
import signal
from io import BytesIO
from typing import Any

import orjson
import pytest

from engine import dry_run, dry_run_child, walk
from engine.lint import check_files
from engine.process import Process
from engine.service import Services
from tests.engine.drawing import (
    END,
    START,
    catch,
    chain,
    draw,
    edge,
    folder,
    gateway,
    message,
    task,
    timer,
    user,
)

SERVICES = Services("tests.engine.clerk")
LOST = folder(
    "p",
    draw(
        "p",
        [START, gateway("way", default="way_join"), user("a"), gateway("join", "parallel"), END],
        [("start", "way"), ("way", "a", "letters = 1"), ("way", "join"), *chain("a", "join", "end")],
    ),
)
SOUND = folder(
    "p",
    draw(
        "p",
        [START, user("a"), gateway("way", default="way_end"), catch("m", message("news")),
         catch("t", timer("P1D", "timeDuration")), task("later", "letter/post", kind='"x"'), END],
        [*chain("start", "a", "way", "end"), ("way", "m", "letters = 1"), *chain("m", "t", "later", "a")],
        messages=["news"],
    ),
)  # fmt: skip
QUESTION = orjson.dumps({"files": SOUND, "later": ["letter/post"]})


def test_a_branch_that_waits_for_another_that_never_comes_is_refused_with_the_way_there() -> None:
    (found,) = check_files(LOST, SERVICES)
    assert "Nothing is open any more and the process has not ended" in found.sentence
    assert "The way there: " in found.sentence


def test_a_process_that_ends_or_waits_is_not_refused() -> None:
    assert check_files(SOUND, SERVICES) == []


def test_a_task_that_two_branches_would_open_at_once_is_refused() -> None:
    nodes = [START, gateway("fork", "parallel"), user("a"), user("b"), gateway("meet"), user("c"), END]
    arrows = [*chain("start", "fork", "a", "meet", "c", "end"), *chain("fork", "b", "meet")]
    (found,) = check_files(folder("p", draw("p", nodes, arrows)), SERVICES)
    assert (found.element, "done twice" in found.sentence) == ("c", True)


def test_a_task_behind_an_event_that_may_come_again_may_be_open_more_than_once() -> None:
    nodes = [START, user("a"), edge("asked", "a", message("question"), interrupting=False), user("answer"),
             END, '<bpmn:endEvent id="answered"/>']  # fmt: skip
    arrows = [*chain("start", "a", "end"), *chain("asked", "answer", "answered")]
    assert check_files(folder("p", draw("p", nodes, arrows, messages=["question"])), SERVICES) == []


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"])
def test_a_moment_nobody_lives_to_see_is_refused(moment: str) -> None:
    files = folder("p", draw("p", [START, catch("t", timer(moment)), END], chain("start", "t", "end")))
    (found,) = check_files(files, SERVICES)
    assert "the timer reads" in found.sentence


def test_a_file_of_more_elements_than_a_drawing_needs_is_refused_at_once() -> None:
    extra = "".join(f'<bpmn:message id="m{number}" name="m"/>' for number in range(5_000))
    (found,) = check_files(folder("p", draw("p", [START, END], chain("start", "end"), extra=extra)), SERVICES)
    assert "over 5000 elements" in found.sentence


def test_no_two_walks_are_the_same_and_every_kind_of_wait_is_answered() -> None:
    walked = list(walk.walks(Process(SOUND), frozenset({"letter/post"}), longest=0.3))
    ways = {tuple((deed.kind, deed.element, str(deed.choices)) for deed in it.deeds) for it in walked}
    assert len(ways) == len(walked) > 5
    assert {deed.kind for it in walked for deed in it.deeds} == {"start", "human", "message", "timer", "job"}
    assert any(it.ended for it in walked)


def test_a_process_with_one_way_is_walked_once() -> None:
    line = draw("p", [START, user("a"), END], chain("start", "a", "end"))
    assert len(list(walk.walks(Process(folder("p", line))))) == 1


def test_a_definition_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def forever(_question: bytes) -> Any:
        while True:
            pass

    monkeypatch.setattr(dry_run_child, "PROCESSOR", 1)
    monkeypatch.setattr(dry_run_child, "try_out", forever)
    assert dry_run_child._in_fork(QUESTION) == [("", dry_run.TOO_SLOW)]


def test_a_definition_that_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry_run_child, "try_out", lambda _: bytearray(2 << 30))
    assert dry_run_child._in_fork(QUESTION) == [("", dry_run.TOO_LARGE)]


def test_a_definition_that_kills_its_walker_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry_run_child, "try_out", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    ((_, said),) = dry_run_child._in_fork(QUESTION)
    assert "signal" in said


def test_a_lost_child_is_begun_again() -> None:
    assert dry_run.findings(Process(LOST), SERVICES)
    first = dry_run._child._process
    assert first is not None
    first.kill()
    first.wait()
    dry_run._child._kept.clear()
    assert dry_run.findings(Process(LOST), SERVICES)
    assert dry_run._child._process is not first


def test_a_child_that_does_not_answer_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry_run, "_PATIENCE", 0.0)
    child = dry_run._Child()
    assert child.ask(QUESTION) == [("", dry_run.TOO_SLOW)]
    assert child._process is None


def test_where_nothing_can_fork_it_answers_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    answers = BytesIO()
    dry_run_child.main(
        BytesIO(QUESTION + b"\n" + orjson.dumps({"files": LOST, "later": []}) + b"\n"), answers
    )
    first, second = map(orjson.loads, answers.getvalue().splitlines())
    assert first == []
    assert "Nothing is open" in second[0][1]
