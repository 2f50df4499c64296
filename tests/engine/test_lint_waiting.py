"""Points 7, 11 and 12 of what is refused when it is deployed: what comes from outside, and how long it is waited for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from engine import lint_waiting
from engine.errors import ManifestRefused
from engine.lint import check_files
from engine.manifest import read_manifest
from engine.process import Process
from engine.service import Services
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
    timer,
    user,
)

SERVICES = Services("tests.engine.clerk")
DAY = timer("P1D", "timeDuration")
OVER = '<bpmn:endEvent id="over"/>'
SIGNAL = '<bpmn:signal id="sig" name="storm"/>'
ALONE: Any = ([START, catch("news", message("m")), END], chain("start", "news", "end"))
RECEIVE = '<bpmn:receiveTask id="news" name="news" messageRef="message_m"/>'


def said(nodes: list[str], arrows: Iterable[tuple[str, ...]], excuse: str = "", **others: Any) -> list[str]:
    """What is said of a process that waits; the excuses a test's folder brings along are left out."""
    files = folder("p", draw("p", nodes, arrows, messages=["m"], extra=SIGNAL), **others)
    manifest = files["process.toml"].partition("[open_ended]")[0] + f"[open_ended]\n{excuse}\n"
    process = Process({**files, "process.toml": manifest})
    return [f"{element}: {it}" for element, it in lint_waiting.findings(process, None)]


@pytest.mark.parametrize(
    "node",
    [
        catch("news", message("m")),
        catch("news", '<bpmn:signalEventDefinition signalRef="sig"/>'),
        RECEIVE,
    ],
    ids=["message", "signal", "receive task"],
)
def test_a_wait_for_what_comes_from_outside_needs_a_moment_beside_it(node: str) -> None:
    (found,) = said([START, node, END], chain("start", "news", "end"))
    assert found.startswith("news: it waits for the ")
    assert "put a timer beside it" in found


BOUNDED: dict[str, Any] = {
    "a race with a moment": (
        [START, gateway("g", "eventBased"), catch("news", message("m")), catch("late", DAY), END, OVER],
        [*chain("start", "g", "news", "end"), *chain("g", "late", "over")],
    ),
    "a moment at its edge": (
        [START, RECEIVE, edge("late", "news", DAY, interrupting=False), END, OVER],
        [*chain("start", "news", "end"), *chain("late", "over")],
    ),
    "a moment at the edge of what it is in": (
        [START, sub("s", ['<bpmn:startEvent id="in"/>', catch("news", message("m")), '<bpmn:endEvent id="out"/>'],
                    chain("in", "news", "out")), edge("late", "s", DAY), END, OVER],
        [*chain("start", "s", "end"), *chain("late", "over")],
    ),
    "an event subprocess that begins at a moment": (
        [START, catch("news", message("m")), END,
         sub("h", [f'<bpmn:startEvent id="hs">{DAY}</bpmn:startEvent>', user("h_do")], chain("hs", "h_do"),
             triggered=True)],
        chain("start", "news", "end"),
    ),
    "a message at the edge of a task": (
        [START, user("a"), edge("news", "a", message("m")), END, OVER],
        [*chain("start", "a", "end"), *chain("news", "over")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOUNDED)
def test_a_wait_that_a_moment_ends_or_reminds_of_is_not_refused(name: str) -> None:
    assert said(*BOUNDED[name]) == []


def test_a_wait_in_a_called_process_is_bounded_by_its_caller() -> None:
    inner = draw("q", ALONE[0], ALONE[1], messages=["m"])
    timed = [START, call("on", "q"), edge("late", "on", DAY), END, OVER]
    assert said(timed, [*chain("start", "on", "end"), *chain("late", "over")], shared__q_dot_bpmn=inner) == []
    (found,) = said([START, call("on", "q"), END], chain("start", "on", "end"), shared__q_dot_bpmn=inner)
    assert found.startswith("on/news: ")


def test_a_reason_excuses_a_wait_and_only_one_that_is_there() -> None:
    nodes, arrows = ALONE
    assert said(nodes, arrows, 'news = "the court decides when"') == []
    nodes, arrows = BOUNDED["a race with a moment"]
    (found,) = said(nodes, arrows, 'old = "it was there once"')
    assert found.startswith("old: [open_ended] names it")
    with pytest.raises(ManifestRefused, match="no reason"):
        read_manifest('key = "p"\ntitle = "p"\n[open_ended]\nnews = " "\n')


def test_a_message_nothing_sends_is_refused_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    files = folder("p", draw("p", *ALONE, messages=["m"]))
    assert check_files(files, SERVICES, try_out=lambda *_: []) == []
    monkeypatch.setattr(Services, "messages", lambda _self: frozenset({"mm", "other"}))
    (found,) = check_files(files, SERVICES, try_out=lambda *_: [])
    assert found.sentence == "nothing sends the message 'm'; did you mean mm?"


def test_a_start_by_message_or_signal_is_refused() -> None:
    for definition in (message("m"), '<bpmn:signalEventDefinition signalRef="sig"/>'):
        nodes = [f'<bpmn:startEvent id="start">{definition}</bpmn:startEvent>', user("a"), END]
        files = folder("p", draw("p", nodes, chain("start", "a", "end"), messages=["m"], extra=SIGNAL))
        found = check_files(files, SERVICES, try_out=lambda *_: [])
        assert any(it.element == "start" and "is not run" in it.sentence for it in found)
