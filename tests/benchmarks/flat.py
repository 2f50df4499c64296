"""Whether one opinion costs the same among ten thousand invited organisations as among ten.

The real action of the personal link, committed to durable SQLite files. Rounds take turns, so that a noisy
machine is noisy for both; CPU and the time of the commit are counted together.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlmodel import select

from processes.actions import invitation_answer
from processes.actions.invitation_answer import Answer
from processes.database import Database
from processes.invitation import INVITED, Invitation
from processes.organisation import Organisation
from tests.processes.public_scene import DURING, HOME, OPENS, Scene

FEW, SIZES = 10, (10, 100, 1_000, 10_000)
ROUNDS = 60
WARM_UP = 10


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
    """Out: one opinion's cost among ten thousand over among ten, the dearest size over the cheapest, and seconds."""
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
        finally:
            for crowd in crowds.values():
                crowd.scene.database.close()
    found = {size: statistics.median(it) for size, it in costs.items()}
    spread = max(found.values()) / min(found.values())
    return {"ratio": found[SIZES[-1]] / found[FEW], "spread": spread} | {
        f"among_{size}": it for size, it in found.items()
    }


if __name__ == "__main__":
    print(run())
