"""Whether one opinion costs the same among ten thousand invited organisations as among ten, and closing their round.

The real action of the personal link, committed to durable SQLite files. Rounds take turns, so that a noisy
machine is noisy for both; CPU and the time of the commit are counted together. Then everybody has spoken and the
last day is over: the step of the engine that closes the round, with the product's service and listener, in CPU time.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import select

from engine.runtime import Runtime
from engine.service import Services
from processes.actions import invitation_answer
from processes.actions.invitation_answer import Answer
from processes.database import Database, new_id
from processes.feedback import Feedback
from processes.invitation import INVITED, Invitation
from processes.listener import CaseListener
from processes.organisation import Organisation
from tests.engine.drawing import END, START, catch, chain, draw, folder, task, timer, user
from tests.processes.public_scene import AFTER, CLOSES, DURING, HOME, OPENS, Scene

CLOSING = draw(
    "closing",
    [START, catch("last_day", timer("closes_at")), task("close", "round/close"), user("answer"), END],
    chain("start", "last_day", "close", "answer", "end"),
)
FEW, SIZES = 10, (10, 100, 1_000, 10_000)
ROUNDS = 60
WARM_UP, CLOSINGS = 10, 25


class Crowd:
    """A case whose round is open, with so many invited. Ten of them speak in turn, so both crowds do the same."""

    def __init__(self, folder: Path, invited: int) -> None:
        folder.mkdir()
        self.scene = Scene(Database(f"sqlite:///{folder}/kaasa.db"), folder)
        self.tokens = self._invite(invited)
        self._turn = 0

    def speak(self) -> float:
        """Out: seconds of one opinion, its commit included."""
        turn, self._turn = self._turn, self._turn + 1
        given = Answer(key=f"turn-{turn:06}-{'x' * 16}", text=f"Palume {turn}. pinki peatusesse.")
        now = DURING + timedelta(seconds=turn)
        begun = time.perf_counter()
        with self.scene.write() as session:
            invitation_answer.answer(
                session,
                HOME,
                self.tokens[turn % len(self.tokens)],
                given,
                links=self.scene.links,
                store=self.scene.store,
                post=self.scene.post(session, now),
                now=now,
            )
        return time.perf_counter() - begun

    def closings(self) -> list[float]:
        """Out: CPU-seconds of closing the round after everybody spoke; all but the last are taken back."""
        runtime = Runtime(Services("processes.services"), listeners=[CaseListener()])
        fields = {"closes_at": "datetime", "round_closes_at": "datetime", "display_ends_at": "datetime"}
        with self.scene.write() as session:
            self._everybody_speaks(session.connection())
            runtime.library.deploy(session, HOME, folder("closing", CLOSING, fields=fields), now=OPENS)
            instance = runtime.start(
                session,
                HOME,
                "closing",
                business_key=self.scene.case_id,
                data={"closes_at": CLOSES},
                now=OPENS,
                actor="aino",
            )
        took = []
        for number in range(CLOSINGS):
            with self.scene.write() as session:
                begun = time.process_time()
                runtime.fire(session, HOME, instance.id, now=AFTER)
                session.flush()
                took.append(time.process_time() - begun)
                if number < CLOSINGS - 1:
                    session.rollback()
        with self.scene.write() as session:
            waits = [it.element for it in runtime.waits(session, HOME, instance.id)]
            if waits != ["answer"] or self.scene.round(session).closed_at is None:
                raise RuntimeError("The round was not closed: its numbers mean nothing.")
        return took

    def _everybody_speaks(self, connection: sa.Connection) -> None:
        table: sa.Table = Feedback.__table__  # type: ignore[attr-defined]
        like = dict(connection.execute(sa.select(table).limit(1)).mappings().one())
        asked = connection.execute(sa.select(Invitation.id)).scalars()  # type: ignore[call-overload]
        rows = [
            {**like, "id": new_id(), "receipt": f"r{it}", "submission_key": f"{it:024}", "invitation_id": key}
            for it, key in enumerate(asked)
        ]
        connection.execute(sa.insert(table), rows)

    def _invite(self, number: int) -> list[str]:
        links, case = self.scene.links, self.scene.case_id
        with self.scene.write() as session:
            made = [
                Organisation(municipality_id=HOME, name=f"Selts {it}", email=f"selts{it}@selts.example")
                for it in range(number)
            ]
            session.add_all(made)
            session.flush()
            asked = [links.new_invitation(HOME, case, it.id) for it in made]
            for it in asked:
                it.state, it.invited_at = INVITED, OPENS
            session.add_all(asked)
        with self.scene.database.session() as session:
            found = session.exec(select(Invitation).where(Invitation.municipality_id == HOME)).all()
            return [links.of(it) for it in found][:: number // FEW]


def run() -> dict[str, float]:
    """Out: one opinion's cost among 10,000 over among 10, the dearest size over the cheapest, seconds; closing, in ms."""
    with tempfile.TemporaryDirectory() as folder:
        crowds = {size: Crowd(Path(folder) / str(size), size) for size in SIZES}
        try:
            for _ in range(WARM_UP):
                for crowd in crowds.values():
                    crowd.speak()
            costs: dict[int, list[float]] = {size: [] for size in SIZES}
            for _ in range(ROUNDS):
                for size, crowd in crowds.items():
                    costs[size].append(crowd.speak())
            closing = {size: statistics.median(crowd.closings()) * 1e3 for size, crowd in crowds.items()}
        finally:
            for crowd in crowds.values():
                crowd.scene.database.close()
    found = {size: statistics.median(it) for size, it in costs.items()}
    spread = max(found.values()) / min(found.values())
    return (
        {"ratio": found[SIZES[-1]] / found[FEW], "spread": spread}
        | {f"among_{size}": it for size, it in found.items()}
        | {f"closing_{size}_milliseconds": it for size, it in closing.items()}
    )


if __name__ == "__main__":
    print(run())
