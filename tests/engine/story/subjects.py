"""The processes whose stories are told: every shipped one, drawn ones with what those do not use, generated ones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.clock import local_day
from engine.folder import read_folder
from tests.engine.drawing import END, START, catch, chain, draw, folder, gateway, user
from tests.engine.golden import walks
from tests.engine.story.generated import MESSAGES, generate

Answers = Mapping[str, Sequence[Mapping[str, Any]]]
SHIPPED = ("collect_round", "meeting", "committee_session")
GENERATED = 40
PLAN: Answers = {**walks.PLAN, "write_easy_summary": {"easy_text": "Vald teeb plaani."}}
# What was drawn after the golden walks: a reminder before the end, and the next one long after it.
GIVES: dict[str, dict[str, Any]] = {
    **walks.GIVES,
    "round/open": {"round_reminds_at": "+5"},
    "round/remind": {"round_reminds_at": "+400"},
    "meeting/invite": {"meeting_reminds_at": "+2"},
    "meeting/remind": {"meeting_reminds_at": "+400"},
}


@dataclass(frozen=True)
class Subject:
    """A process with what is needed to tell its story. `answers` by task: the first is the one that leads to the end."""

    key: str
    files: Mapping[str, str]
    data: Mapping[str, Any]
    answers: Answers = field(default_factory=dict)
    messages: Sequence[str] = ()
    gives: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    later: Sequence[str] = ("letter/post",)

    def choices(self, element: str, now: datetime) -> list[dict[str, Any]]:
        """Out: what may be answered to a task, with days that are not past."""
        task = element.rpartition("/")[2]
        channel = task.rpartition("_")[2] in {"official", "web", "paper", "personal"}
        plain = [{"published_on": "2027-03-12"}] if channel else [{"x": 3}, {"x": 0}, {"x": 1}]
        return [_fresh(it, now) for it in self.answers.get(task, plain)]


def _fresh(answers: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    tomorrow = (local_day(now) + timedelta(days=1)).isoformat()
    return {
        name: re.sub(r"^\d{4}-\d\d-\d\d", tomorrow, it) if isinstance(it, str) else it
        for name, it in answers.items()
    }


def _plan() -> Subject:
    plain = PLAN
    turns = {
        "check_application": {"application": "refuse"},
        "decide_initiation": {**plain["decide_initiation"], "wants_sketch": "on"},
        "settle_approvals": {"approvals": "redo"},
        "accept_plan": {**plain["accept_plan"], "acceptance": "send_back"},
        "decide_adoption": {**plain["decide_adoption"], "adoption": "reject"},
    }
    answers = {task: [it, *([turns[task]] if task in turns else [])] for task, it in plain.items()}
    return Subject(
        "detailed_plan", walks.plan_files(), {"application_on": "2027-03-01"}, answers,
        ("round_complete", "display_interrupted", "meeting_cancelled"), GIVES, (),
    )  # fmt: skip


def _table() -> Subject:
    """The round table: a cycle of weeks, with an agenda two people agree on."""
    files = {
        path: text
        for path, text in read_folder(walks.BPMN / "round_table").items()
        if not any(part in path for part in ("letters/", "locale/", "decisions/", ".md"))
    }
    agenda = [{"agenda_agreed": "agreed"}, {"agenda_agreed": "again"}]
    answers: Answers = {
        **{task: [it] for task, it in PLAN.items()},
        "plan_cycle": [{"session_on": "2027-06-01", "rhythm": "quarter"}],
        "settle_agenda": agenda,
        "arrange_session": [{"hall_ready": "on", "interpreter_ready": "on", "papers_ready": "on"}],
    }
    gives = {
        **GIVES,
        "cycle/plan": {
            "phase": "sketch", "round_opens_at": "+1", "round_closes_at": "+15", "agenda_due_at": "+25",
            "arranged_due_at": "+30", "next_cycle_at": "+90",
        },
        "agenda/settle": {"agenda_agreed": "=agenda_agreed"},
        "minutes/circulate": {"phase": "sketch", "round_opens_at": "+0", "round_closes_at": "+14"},
    }  # fmt: skip
    messages = ("agenda_agreed", "agenda_returned", "meeting_cancelled", "round_complete")
    return Subject("round_table", files, {"application_on": "2027-03-01"}, answers, messages, gives, ())


def _shared(key: str) -> Subject:
    """A process that others call, alone."""
    shared = walks.BPMN / "shared"
    forms = {f"forms/{it.name}": it.read_text() for it in (shared / "forms").glob("*.form")}
    diagram, manifest = (shared / f"{key}.bpmn").read_text(), (shared / f"{key}.toml").read_text()
    tasks = {f"forms/{it}.form" for it in re.findall(r'<bpmn:userTask id="(\w+)"', diagram)}
    files = {
        f"{key}.bpmn": diagram,
        "process.toml": manifest,
        **{k: v for k, v in forms.items() if k in tasks},
    }
    moments = dict.fromkeys(
        re.findall(r'^(\w+) = "datetime"', manifest, re.MULTILINE), "2027-04-01T00:00:00+00:00"
    )
    texts = {"phase": "display", "occasion": "acceptance", "meeting_kind": "discussion"}
    data = moments | {name: it for name, it in texts.items() if f"\n{name} = " in manifest}
    answers = {task: [it] for task, it in PLAN.items()}
    return Subject(key, files, data, answers, ("round_complete", "meeting_cancelled"), GIVES, ())


SIGNAL = folder(
    "signal",
    draw(
        "signal",
        [
            START, gateway("split", "parallel"), user("a"),
            '<bpmn:intermediateThrowEvent id="call"><bpmn:signalEventDefinition signalRef="go"/></bpmn:intermediateThrowEvent>',
            catch("heard", '<bpmn:signalEventDefinition signalRef="go"/>'), user("b"), gateway("join", "parallel"), END,
        ],
        [*chain("start", "split", "a", "call", "join", "end"), *chain("split", "heard", "b", "join")],
        extra='<bpmn:signal id="go" name="go"/>',
    ),
)  # fmt: skip


def subjects() -> list[Subject]:
    """Out: all of them; those that show most come more often."""
    again: Answers = {"again": [{"x": 3}, {"x": 0}]}
    loop = Subject("loop", walks.LOOP, {"x": 0}, again, ("question", "paper"), walks.LOOP_GIVES)
    events = [Subject("events", walks.EVENTS, {"x": x}, {}, ("stop",)) for x in (3, 12)]
    made = [Subject(f"drawn{seed}", generate(seed), {"x": 0}, {}, MESSAGES) for seed in range(GENERATED)]
    shipped = [_plan(), _table(), *(_shared(key) for key in SHIPPED)]
    assert {it.key for it in shipped} == {it.stem for it in walks.BPMN.glob("*/*.bpmn")}, (
        "a shipped process is missing"
    )
    return [*shipped, loop, *events, Subject("signal", SIGNAL, {}), *made]
