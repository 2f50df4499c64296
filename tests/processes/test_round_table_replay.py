"""Round tables that were held, one invented and one real, played in the product: what stays open is seen to."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.clock import local_day
from processes import procedure
from processes.actions.rehearsal import rehearse
from processes.procedure import Procedure
from tests.processes.table_case import TableCase
from tests.processes.test_rehearsal import ROOT, of_kind

START = date(2027, 1, 11)
THERE = {path.stem: path for path in of_kind("round_table")}
SERIES = [
    slugs
    for slugs in (["umarlaud-proovivald"], ["parnu-umarlaud-2012-02-16", "parnu-umarlaud-2013-05-16"])
    if THERE.keys() >= set(slugs)  # real minutes lie beside the repository, never in it
]


def read(slugs: list[str]) -> list[Procedure]:
    """The files of a series."""
    return [procedure.read(THERE[slug].read_bytes()) for slug in slugs]


def held_on(case: Procedure) -> date:
    day = next(it.date for it in case.meetings if it.kind == "round_table")
    assert day is not None
    return day.first


class Replay(TableCase):
    """A series played from its files. A task is written down for each proposal, and for each older promise."""

    def __init__(self, url: str, cases: list[Procedure]) -> None:
        self.began = held_on(cases[0]) - timedelta(days=31)
        super().__init__(url)
        promises = [it for case in cases for it in case.events if it.kind == "earlier_proposal"]
        for place, case in enumerate(cases):
            if place:
                self.on_to_next()
            self._session(case)
            for it in promises if not place else []:
                self.promise = self.give(
                    it.text or "", "linnavalitsus", held_on(case) + timedelta(days=180),
                    since=it.date.first.isoformat(), by="ühenduste ümarlaud",
                )  # fmt: skip

    def _session(self, case: Procedure) -> None:
        day = held_on(case)
        self.call(day, "half_year")
        given = [
            (it.gist_et or "", self.topic(it.gist_et or "", called=it.organisation or ""))
            for it in case.opinions
        ]
        while "plan_meeting" not in self.open():
            self.go_to_next_timer()
        self.propose(*(f"f-{key}" for _words, key in given))
        self.agree()
        self.meet(day)
        self.numbers = [
            self.give(words, "linnavalitsus", day + timedelta(days=180), key) for words, key in given
        ]
        self.finish("record_tasks")
        if "finish_minutes" not in self.open():
            self.go_to_next_timer()
        self.finish("finish_minutes")


@pytest.fixture(scope="module", params=SERIES, ids=lambda slugs: slugs[0])
def replay(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("replay")
    cases = read(request.param)
    made = Replay(f"sqlite:///{folder / 'kaasa.db'}", cases)
    yield made, cases
    made.close()


def test_every_numbered_proposal_has_become_a_task_with_an_owner_and_a_term(replay) -> None:
    played, cases = replay
    followed = played.followed()
    proposed = [it.gist_et for case in cases for it in case.opinions]
    assert {it.what for it in followed.open} >= set(proposed)
    assert all(it.owner and it.due_on and it.proposed_by for it in followed.open)
    last = [it.what for it in followed.open if it.number in played.numbers]
    assert last == [it.gist_et for it in cases[-1].opinions]


def test_a_promise_still_open_sixteen_months_later_says_whose_it_is_and_since_when(replay) -> None:
    played, cases = replay
    promise = next(it for it in played.followed().open if it.number == played.promise)
    told = next(it for case in cases for it in case.events if it.kind == "earlier_proposal")
    assert (promise.since, promise.owner, promise.proposed_by) == (
        told.date.first, "linnavalitsus", "ühenduste ümarlaud",
    )  # fmt: skip
    assert round((held_on(cases[-1]) - promise.since).days / 30.44) == 16
    assert promise.months >= 16
    assert promise.sessions == len(cases)


def test_what_nobody_answered_is_shown_by_whom_and_since_when(replay) -> None:
    played, cases = replay
    waiting = played.followed().waiting
    assert [it.by for it in waiting] == [it.organisation for case in cases for it in case.opinions]
    assert all(it.since <= local_day(played.clock.now()) for it in waiting)


@pytest.mark.parametrize("path", of_kind("round_table"), ids=lambda path: path.stem)
def test_a_real_session_is_rehearsed_to_the_next_cycle(path: Path) -> None:
    case = procedure.read(path.read_bytes())
    result = rehearse(ROOT / "bpmn" / "round_table", case=path.read_bytes(), start=START)
    assert result.end == "cycle_closed"
    assert len(result.findings) == len(case.opinions)
    assert all(it.kept is None for it in result.findings), "what the file does not tell is not judged"
