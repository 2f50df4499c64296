"""A stage for the process alone: services that only give back what the story tells them to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from engine.folder import read_folder
from engine.process import Process
from engine.rehearsal import Rehearsal
from engine.service import Binding, Services
from processes import tables
from processes.database import Database

FOLDER = Path(__file__).resolve().parents[2] / "bpmn" / "detailed_plan"
BEGIN = datetime(2027, 3, 1, 8, tzinfo=UTC)
OPENS, CLOSES = datetime(2027, 6, 1, tzinfo=UTC), datetime(2027, 6, 30, 20, 59, 59, tzinfo=UTC)
SHOWN, TAKEN_DOWN = datetime(2027, 9, 1, tzinfo=UTC), datetime(2027, 9, 30, 20, 59, 59, tzinfo=UTC)
AGAIN, AGAIN_TO = datetime(2028, 9, 1, tzinfo=UTC), datetime(2028, 9, 30, 20, 59, 59, tzinfo=UTC)
MET = datetime(2027, 10, 20, 15, tzinfo=UTC)
AFTER_ALL = datetime(2030, 1, 1, tzinfo=UTC)
GIVES: Mapping[str, dict[str, Any]] = {
    "decision/record_initiation": {"initiated_on": date(2027, 3, 10)},
    "round/open": {"round_reminds_at": AFTER_ALL},
    "round/remind": {"round_reminds_at": AFTER_ALL},
    "meeting/invite": {"meeting_reminds_at": AFTER_ALL},
    "meeting/remind": {"meeting_reminds_at": AFTER_ALL},
    "round/plan_sketch": {"phase": "sketch", "round_opens_at": OPENS, "round_closes_at": CLOSES},
    "approval/send": {"phase": "approval", "round_opens_at": OPENS, "round_closes_at": CLOSES},
    "display/accept": {"display_starts_at": SHOWN, "display_ends_at": TAKEN_DOWN},
    "display/move": {"display_starts_at": AGAIN, "display_ends_at": AGAIN_TO},
    "display/schedule": {"display_notice_due_at": SHOWN},
    "display/check": {"display_noticed": True},
    "round/prepare_display": {"phase": "display", "round_opens_at": SHOWN, "round_closes_at": TAKEN_DOWN},
    "response/send": {"opinions": 3, "discussion_required": True},
    "meeting/plan": {"meeting_ends_at": MET},
    "meeting/record_minutes": {"discussion_held_on": MET.date()},
    "summary/plan": {"freeze_at": BEGIN, "session_ends_at": BEGIN},
    "decision/record_adoption": {"adopted_on": date(2027, 12, 1)},
    "contest/open": {"contest_ends_at": datetime(2028, 1, 30, tzinfo=UTC)},
}


class StageServices(Services):
    """Every operation exists, notes that it ran, and gives what `gives` holds; facts are 0 unless told.

    `counts` is shared: the engine keeps the guards of one text, with the facts bound to them, in memory.
    """

    counts: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        super().__init__("processes.services")
        self.gives = dict(GIVES)
        self.ran: list[str] = []
        self.counts.clear()

    def find(self, name: str) -> Binding:
        bound = super().find(name)  # an operation that does not exist stays an error

        def run(values: Mapping[str, Any]) -> Any:
            self.ran.append(name)
            given = self.gives.get(name)
            if name == "meeting/prepare":
                given = {"meeting_kind": values["kind"], "meeting_latest_at": MET}
            return None if given is None else SimpleNamespace(model_dump=lambda: given)

        return _Stub(name, bound.function, bound.inputs, bound.outputs, {}).doing(run)

    def fact(self, name: str) -> Binding:
        super().fact(name)

        def count() -> int:
            return StageServices.counts.get(name, 0)

        return Binding(name, count, None, None, {}, gives=int)


class _Stub(Binding):
    def doing(self, run: Callable[[Mapping[str, Any]], Any]) -> _Stub:
        object.__setattr__(self, "run", run)
        return self

    def call(self, values: Mapping[str, Any], step: Any, tools: Any) -> Any:
        return self.run(values)  # type: ignore[attr-defined]


class Story:
    """A rehearsal told in few words; tasks that are not named are answered the plain way."""

    def __init__(self, database: Database) -> None:
        self.services = StageServices()
        self.play = Rehearsal(read_folder(FOLDER), self.services, {}, (), database.open_transaction, BEGIN)
        self.play.start("case", {"application_on": BEGIN.date()})
        self.done: list[str] = []
        self.answers: dict[str, dict[str, Any]] = deepcopy(PLAIN)

    def open_tasks(self) -> list[str]:
        return [it.element for it in self.play.waits() if it.kind == "human"]

    def do(self, element: str, **answers: Any) -> None:
        self.play.complete(element, answers or self.answer(element))
        self.done.append(element.rpartition("/")[2])

    def answer(self, element: str) -> dict[str, Any]:
        task = element.rpartition("/")[2]
        if task not in self.answers and task.rpartition("_")[2] in CHANNEL_ENDS:
            return {"published_on": "2027-03-12"}
        return self.answers.get(task, {})

    def on_to(self, element: str) -> None:
        """Do whatever is open until a task of that id is; time goes on by itself."""
        for _ in range(200):
            if element in [it.rpartition("/")[2] for it in self.open_tasks()]:
                return
            self._move()
        raise AssertionError(f"{element} never opened; open are {self.open_tasks()}")

    def to_end(self) -> str:
        for _ in range(400):
            if self.play.instance.status != "active":
                return self.play.instance.end_element or ""
            self._move()
        raise AssertionError(f"no end; open are {self.open_tasks()}")

    def _move(self) -> None:
        if tasks := self.open_tasks():
            self.do(tasks[0])
        elif self.play.advance_to_next() is None:
            raise AssertionError("nothing is open and nothing will happen")


CHANNEL_ENDS = {"official", "web", "paper", "personal"}
DECIDED = {"act": "Vallavalitsuse korraldus nr 1", "decided_on": "2027-03-10", "reasons": "Nii on hea."}
DISPLAY = {"display_from": "2027-09-01", "display_to": "2027-09-30", "reason": "Teade hilines."}
PLAIN: dict[str, dict[str, Any]] = {
    "check_application": {"application": "proceed"},
    "refuse_application": DECIDED,
    "assess_environment": {"environment": "not_needed"},
    "decide_initiation": {"initiation": "initiate", **DECIDED},
    "plan_sketch": {"starts_on": "2027-06-01", "ends_on": "2027-06-30"},
    "settle_approvals": {"approvals": "agreed"},
    "plan_session": {
        "starts_at": "2027-07-01T17:00",
        "ends_at": "2027-07-01T18:00",
        "question": "Kas toetada?",
    },
    "write_easy_summary": {"easy_text": "Vald teeb uue plaani."},
    "accept_plan": {"acceptance": "accept", **DECIDED, **DISPLAY},
    "move_display": {**DISPLAY, "display_from": "2028-09-01", "display_to": "2028-09-30"},
    "repeat_display": {**DISPLAY, "display_from": "2028-09-01", "display_to": "2028-09-30"},
    "plan_meeting": {"starts_at": "2027-10-20T17:00", "ends_at": "2027-10-20T18:00", "place": "Rahvamaja"},
    "record_minutes": {"minutes": "Räägiti."},
    "record_results": DECIDED,
    "submit_for_state_approval": {"submitted_on": "2027-11-01"},
    "state_approval": {"state_approval": "approved", **DECIDED},
    "decide_adoption": {"adoption": "adopt", **DECIDED},
    "register_plan": {"plan_number": "123456", "registered_on": "2027-12-10"},
    "archive_case": {"reference": "8-3/12"},
}


@pytest.fixture
def story(sqlite_url: str) -> Iterator[Story]:
    database = Database(sqlite_url)
    tables.metadata().create_all(database.engine)
    yield Story(database)
    database.engine.dispose()


@pytest.fixture(scope="session")
def process() -> Process:
    return Process(read_folder(FOLDER))
