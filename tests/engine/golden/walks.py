"""The walks a set is recorded from: the shipped process in its turns, and drawn ones with what it does not use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.folder import read_folder
from tests.engine.drawing import (
    END,
    START,
    call,
    catch,
    chain,
    decide,
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
from tests.engine.golden.stage import Player

BPMN = Path(__file__).resolve().parents[3] / "bpmn"
Given = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Walk:
    """A process and how it is walked: what people answer, what is told at which action, what services give."""

    name: str
    files: Mapping[str, str]
    data: dict[str, Any]
    answers: Given
    gives: dict[str, dict[str, Any]]
    later: Sequence[str] = ()
    turns: Mapping[int, list[Any]] = field(default_factory=dict)

    def next(self, player: Player, number: int) -> list[Any]:
        """Out: the next action: a turn, else the first open task, else the next moment."""
        if number in self.turns:
            return list(self.turns[number])
        open_now = [it.element for it in player.open_tasks()]
        if not open_now:
            return ["next"]
        # Due work comes between the tasks, so that states with jobs and timers half done are kept as well.
        chosen = open_now[number % len(open_now)]
        return ["complete", chosen, dict(self._answer(chosen.rpartition("/")[2]))]

    def _answer(self, element: str) -> Mapping[str, Any]:
        channel = element.rpartition("_")[2] in {"official", "web", "paper", "personal"}
        return self.answers.get(element, {"published_on": "2027-03-12"} if channel else {})


DECIDED = {"act": "nr 1", "decided_on": "2027-03-10", "reasons": "Nii on hea."}
DISPLAY = {"display_from": "2027-09-01", "display_to": "2027-09-30", "reason": "Teade hilines."}
AGAIN = {**DISPLAY, "display_from": "2028-09-01", "display_to": "2028-09-30"}
SESSION = {"starts_at": "2027-07-01T17:00", "ends_at": "2027-07-01T18:00"}
PLAN: Given = {
    "check_application": {"application": "proceed"},
    "refuse_application": DECIDED,
    "assess_environment": {"environment": "not_needed"},
    "decide_initiation": {"initiation": "initiate", **DECIDED},
    "plan_sketch": {"starts_on": "2027-06-01", "ends_on": "2027-06-30"},
    "settle_approvals": {"approvals": "agreed"},
    "plan_session": {**SESSION, "question": "Kas toetada?"},
    "accept_plan": {"acceptance": "accept", **DECIDED, **DISPLAY},
    "move_display": AGAIN,
    "repeat_display": AGAIN,
    "plan_meeting": {"starts_at": "2027-10-20T17:00", "ends_at": "2027-10-20T18:00", "place": "Rahvamaja"},
    "record_minutes": {"minutes": "Räägiti."},
    "record_results": DECIDED,
    "submit_for_state_approval": {"submitted_on": "2027-11-01"},
    "state_approval": {"state_approval": "approved", **DECIDED},
    "decide_adoption": {"adoption": "adopt", **DECIDED},
    "register_plan": {"plan_number": "123456", "registered_on": "2027-12-10"},
    "archive_case": {"reference": "8-3/12"},
}
GIVES: dict[str, dict[str, Any]] = {
    "decision/record_initiation": {"initiated_on": "2027-03-10"},
    "round/plan_sketch": {"phase": "sketch", "round_opens_at": "+3", "round_closes_at": "+30"},
    "approval/send": {"phase": "approval", "round_opens_at": "+0", "round_closes_at": "+30"},
    "display/accept": {"display_starts_at": "+20", "display_ends_at": "+50"},
    "display/move": {"display_starts_at": "+30", "display_ends_at": "+60"},
    "display/schedule": {"display_notice_due_at": "+10"},
    "display/check": {"display_noticed": True},
    "round/prepare_display": {"phase": "display", "round_opens_at": "+1", "round_closes_at": "+31"},
    "response/send": {"opinions": 3, "discussion_required": True},
    "meeting/plan": {"meeting_ends_at": "+15"},
    "meeting/prepare": {"meeting_kind": "=kind", "meeting_latest_at": "+45"},
    "meeting/record_minutes": {"discussion_held_on": "2027-10-20"},
    "summary/plan": {"freeze_at": "+5", "session_ends_at": "+7"},
    "decision/record_adoption": {"adopted_on": "2027-12-01"},
    "contest/open": {"contest_ends_at": "+31"},
}


def plan_files() -> dict[str, str]:
    """Out: the shipped process without what only people read; a stored state depends on none of it."""
    found = read_folder(BPMN / "detailed_plan")
    return {
        path: text
        for path, text in found.items()
        if not any(part in path for part in ("letters/", "locale/", "decisions/", ".md"))
    }


def _plan(name: str, turns: Mapping[int, list[Any]] | None = None, **answers: Mapping[str, Any]) -> Walk:
    changed = {key: {**PLAN.get(key, {}), **it} for key, it in answers.items()}
    return Walk(
        f"detailed_plan: {name}", plan_files(), {"application_on": "2027-03-01"},
        {**PLAN, **changed}, deepcopy(GIVES), turns=turns or {},
    )  # fmt: skip


ROUND = draw(
    "round",
    [START, user("answer"), edge("over", "answer", timer("ends_at")), END, '<bpmn:endEvent id="late"/>'],
    [*chain("start", "answer", "end"), ("over", "late")],
)
BLOCK = sub(
    "block",
    ['<bpmn:startEvent id="bs"/>', gateway("split", "parallel"), user("left"), task("keep", "letter/keep"),
     gateway("join", "parallel"), user("right"), '<bpmn:endEvent id="be"/>'],
    [("bs", "split"), *chain("split", "left", "keep", "join"), *chain("split", "right", "join"), ("join", "be")],
)  # fmt: skip
LOOP = folder(
    "loop",
    draw(
        "loop",
        [
            START, task("date", "letter/schedule", days="3"), BLOCK, call("collect", "round"),
            edge("question", "collect", message("question"), interrupting=False), task("note", "letter/keep"),
            '<bpmn:endEvent id="noted"/>', task("send", "letter/post", kind='"x"'), gateway("race", "eventBased"),
            catch("paper", message("paper")), catch("waited", timer("P2D", "timeDuration")), user("again"),
            gateway("way", default="way_end"), END,
        ],
        [
            *chain("start", "date", "block", "collect", "send", "race", "paper", "again", "way", "end"),
            *chain("question", "note", "noted"), *chain("race", "waited", "again"), ("way", "date", "x < 2"),
        ],
        messages=["question", "paper"],
    ),
    fields={"x": "number", "ends_at": "datetime"},
    shared__round_dot_bpmn=ROUND,
)  # fmt: skip
LOOP_GIVES: dict[str, dict[str, Any]] = {"letter/schedule": {"ends_at": "+3"}, "letter/post": {"letters": 1}}
TABLE = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">'
    '<decision id="size" name="size"><decisionTable id="t" hitPolicy="FIRST">'
    '<input id="i"><inputExpression id="e" typeRef="number"><text>x</text></inputExpression></input>'
    '<output id="o" name="size" typeRef="string"/>'
    '<rule id="r1"><inputEntry id="a1"><text>&lt; 5</text></inputEntry><outputEntry id="b1"><text>"small"</text>'
    '</outputEntry></rule><rule id="r2"><inputEntry id="a2"><text>-</text></inputEntry><outputEntry id="b2">'
    '<text>"large"</text></outputEntry></rule></decisionTable></decision></definitions>'
)
EVENTS = folder(
    "events",
    draw(
        "events",
        [
            START, decide("weigh", "size"), gateway("split", "inclusive", default="split_c"), user("a"), user("b"),
            user("c"), gateway("join", "inclusive"),
            sub("work", ['<bpmn:startEvent id="ws"/>', user("inside"), '<bpmn:endEvent id="we"/>'],
                chain("ws", "inside", "we")),
            edge("stop", "work", message("stop")), edge("late", "work", timer("P5D", "timeDuration"), interrupting=False),
            user("remind"), '<bpmn:endEvent id="reminded"/>', user("stopped"), END,
        ],
        [
            *chain("start", "weigh", "split"), ("split", "a", "x < 9"), ("split", "b", 'size = "small"'),
            ("split", "c"), *chain("a", "join"), *chain("b", "join"), *chain("c", "join"), *chain("join", "work", "end"),
            *chain("stop", "stopped", "end"), *chain("late", "remind", "reminded"),
        ],
        messages=["stop"],
    ),
    fields={"x": "number", "size": "string"},
    decisions__size_dot_dmn=TABLE,
)  # fmt: skip

WALKS: tuple[Walk, ...] = (
    _plan("adopted"),
    _plan("refused", check_application={"application": "refuse"}),
    _plan("not initiated", decide_initiation={"initiation": "refuse"}),
    _plan("with a sketch", decide_initiation={"wants_sketch": "on"}),
    _plan("an early end, an interrupted display", {11: ["tell", "round_complete"], 24: ["tell", "display_interrupted"]}),
    _plan("a cancelled meeting", {28: ["tell", "meeting_cancelled"]}),
    Walk(
        "loop: two rounds", LOOP, {"x": 0}, {"again": {"x": 3}}, LOOP_GIVES, ["letter/post"],
        {5: ["complete", "again", {"x": 1}]},
    ),
    Walk(
        "loop: a question, an early message, a moved deadline", LOOP, {"x": 0}, {"again": {"x": 3}}, LOOP_GIVES,
        ["letter/post"], {1: ["tell", "paper"], 3: ["move", "collect/over", 1], 4: ["tell", "question"], 5: ["next"]},
    ),
    Walk("events: both ways", EVENTS, {"x": 3}, {}, {}),
    Walk("events: stopped after the reminder", EVENTS, {"x": 12}, {}, {}, turns={1: ["next"], 2: ["tell", "stop"]}),
)  # fmt: skip
