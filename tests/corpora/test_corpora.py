"""The runner over files of our own: each outcome it can tell, and the walks that a second engine repeats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.corpora import kept
from tests.corpora.__main__ import main, run, table
from tests.corpora.differential import cases, differences
from tests.corpora.outcome import Outcome, isolated
from tests.engine.drawing import (
    END,
    START,
    catch,
    chain,
    draw,
    edge,
    gateway,
    message,
    sub,
    task,
    timer,
    user,
)

OVER, LATE = '<bpmn:endEvent id="over"/>', '<bpmn:endEvent id="late"/>'
INSIDE = ['<bpmn:startEvent id="in"/>', user("deep"), '<bpmn:endEvent id="out"/>']
HOUR = timer("PT1H", "timeDuration")
RUNS: dict[str, tuple[list[str], Any]] = {
    "line": ([START, user("a"), task("b", "x/y"), user("c"), END], chain("start", "a", "b", "c", "end")),
    "choice": (
        [START, gateway("way", default="way_b"), user("a"), user("b"), END, OVER],
        [("start", "way"), ("way", "a", "${amount > 3}"), ("way", "b"), ("a", "end"), ("b", "over")],
    ),
    "together": (
        [START, gateway("fork", "parallel"), user("a"), user("b"), gateway("join", "parallel"), END],
        [*chain("start", "fork", "a", "join", "end"), *chain("fork", "b", "join")],
    ),
    "loop": (
        [START, user("a"), gateway("way", default="way_a"), END],
        [*chain("start", "a", "way", "a"), ("way", "end", "#{done}")],
    ),
    "deadline": (
        [START, user("a"), edge("clock", "a", HOUR), user("b"), OVER, END],
        [*chain("start", "a", "end"), *chain("clock", "b", "over")],
    ),
    "reminder": (
        [START, user("a"), edge("clock", "a", HOUR, interrupting=False), user("b"), OVER, END],
        [*chain("start", "a", "end"), *chain("clock", "b", "over")],
    ),
    "inside": (
        [START, sub("s", INSIDE, chain("in", "deep", "out")), edge("clock", "s", HOUR), LATE, END],
        [*chain("start", "s", "end"), *chain("clock", "late")],
    ),
    "waiting": (
        [START, catch("hour", HOUR), catch("news", message("news")), user("a"), END],
        chain("start", "hour", "news", "a", "end"),
    ),
}  # fmt: skip
SCRIPT = '<bpmn:scriptTask id="a"><bpmn:script>while true: pass</bpmn:script></bpmn:scriptTask>'
LOST = [START, gateway("way", default="way_join"), user("a"), gateway("join", "parallel"), END]
REFUSED = {
    "scripted": draw("p", [START, SCRIPT, END], chain("start", "a", "end")),
    "lost": draw("p", LOST, [("start", "way"), ("way", "a", "x"), ("way", "join"), *chain("a", "join", "end")]),
    "torn": draw("p", [START, END], chain("start", "end"))[:-40],
    "bomb": '<!DOCTYPE a [<!ENTITY b "c">]><definitions>&b;</definitions>',
    "nothing": "",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, (nodes, arrows) in RUNS.items():
        drawn = draw(name, nodes, arrows, messages=["news"], lanes={})
        (tmp_path / f"{name}.bpmn").write_text(drawn.replace('isExecutable="true"', 'isExecutable="false"'))
    for name, text in REFUSED.items():
        (tmp_path / f"{name}.bpmn").write_text(text)
    (tmp_path / "table.dmn").write_text("<definitions/>")
    return tmp_path


def test_every_file_gets_an_outcome_and_every_refusal_a_sentence(folder: Path) -> None:
    results = run(folder, workers=1)
    runs = {name.partition(".")[0]: it for name, _, it in results if it}
    assert {name: it.kind for name, it in runs.items()} == dict.fromkeys(RUNS, "runs") | dict.fromkeys(
        REFUSED, "refused"
    ), {name: it.sentence for name, it in runs.items()}
    assert all(it.ends and it.walks for name, it in runs.items() if name in RUNS)
    assert all(it.sentence for _, *both in results for it in both if it and it.kind == "refused")
    assert "scripts are not run" in runs["scripted"].sentence
    assert f"as it runs: {len(RUNS)} runs" in table(results)


def test_a_file_that_harms_its_child_is_told_apart(tmp_path: Path) -> None:
    def forever(_path: Path) -> Outcome:
        while True:
            pass

    def much(_path: Path) -> Outcome:
        return Outcome(str(bytearray(2 << 30)))

    def wrong(_path: Path) -> Outcome:
        raise RuntimeError("nobody foresaw this")

    assert [isolated(it, tmp_path).kind for it in (forever, much, wrong)] == ["hang", "memory", "traceback"]


def test_the_command_prints_a_line_a_file_and_fails_on_harm_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder), "--json", "--workers", "1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(RUNS) + len(REFUSED) + 1


def test_a_second_engine_does_the_same_for_the_same_choices(folder: Path) -> None:
    found = [it for name in RUNS for it in cases(name, (folder / f"{name}.bpmn").read_bytes())]
    assert [it.name.partition("#")[0] for it in found] == list(RUNS)
    assert differences(found) == {it.name: "" for it in found}


def test_a_difference_between_the_engines_is_noticed(folder: Path) -> None:
    (case,) = cases("choice", (folder / "choice.bpmn").read_bytes())
    other = replace(case, source=case.source.replace('targetRef="a"', 'targetRef="b"'))
    assert "here" in differences([other])[case.name]


def test_a_run_that_was_broken_off_goes_on_where_it_was(folder: Path, tmp_path: Path) -> None:
    keep = tmp_path / "kept.json"
    whole = run(folder, 1, keep)
    lines = keep.read_bytes().splitlines(keepends=True)
    keep.write_bytes(b"".join(lines[:4]) + lines[4][:20])  # the version, three outcomes and half of one
    again = run(folder, 1, keep)
    assert [it[0] for it in again] == [it[0] for it in whole]
    same = [it for it in whole if it in again]  # done again, the seconds differ
    assert {orjson.loads(it)["file"] for it in lines[1:4]} <= {it[0] for it in same}
    assert len(keep.read_bytes().splitlines()) == len(lines)


def test_outcomes_of_two_versions_are_not_put_into_one_table(tmp_path: Path) -> None:
    keep = tmp_path / "kept.json"
    keep.write_bytes(b'{"version":"another"}\n')
    with pytest.raises(kept.OtherVersionError, match="another file"):
        run(tmp_path, 1, keep)
