"""The storm: nodes and the database are killed at random moments while people act; then everything is counted."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from engine.clock import HeldClock, SystemClock
from processes.database import Database
from tests import postgres
from tests.browser.pages import free_port
from tests.chaos import figures, town
from tests.chaos.figures import Figures
from tests.chaos.node import Node
from tests.chaos.people import Association, People, Planner, Resident
from tests.chaos.sink import Sink
from web.compose import compose
from web.settings import Settings

NODES = 3
OPEN_TASKS = sa.text(
    "select id, element from engine_wait where kind = 'human' and element in ('check_application', 'assess_environment')"
)


def storm(
    folder: Path, *, seconds: float, seed: int, database_kills: int = 2, node_every: float = 3.0
) -> Figures:
    """Run it. In: an empty folder, how long, the seed, how often the database dies and how often a node. Out: figures."""
    folder.chmod(0o755)
    sink = Sink(folder / "sink")
    sink.start()
    try:
        with postgres.server(durable=True) as server:
            server.create("kaasa")
            return _Storm(folder, server, sink, seed).run(seconds, database_kills, node_every)
    finally:
        sink.stop()


class _Storm:
    def __init__(self, folder: Path, server: postgres.Server, sink: Sink, seed: int) -> None:
        self.folder, self.server, self.sink, self.seed = folder, server, sink, seed
        self.chance = random.Random(seed)
        self.it = Figures()
        self.environment = {
            "KAASA_FOLDER": str(folder / "var"),
            "KAASA_DATABASE_URL": server.url("kaasa"),
            "KAASA_SMTP_URL": f"smtp://127.0.0.1:{sink.port}",
            "KAASA_SENDER_ADDRESS": "kaasamine@naidisvald.example",
            "KAASA_HEARTBEAT": "1",
        }
        self.settings = Settings(
            folder=folder / "var",
            database_url=server.url("kaasa"),
            smtp_url=self.environment["KAASA_SMTP_URL"],
        )
        self.database = Database(server.url("kaasa"))

    def run(self, seconds: float, database_kills: int, node_every: float) -> Figures:
        size = min(300, max(20, int(seconds * 4)))
        made = town.build(self.settings, cases=size, associations=size, planners=2)
        ports = [free_port() for _ in range(NODES)]
        nodes = [Node(f"node-{n}", port, self.environment, self.folder) for n, port in enumerate(ports)]
        try:
            for node in nodes:
                node.wait_until_ready()
            people = self._people([node.url for node in nodes], made)
            began = time.monotonic()
            self._kill(nodes, seconds, database_kills, node_every)
            self.it.seconds = round(time.monotonic() - began, 1)
            for node in nodes:
                node.wait_until_ready()
            calm = time.monotonic()
            time.sleep(2)
            for person in people:
                person.stop()
            self._drained()
            self.it.seconds_to_settle = round(time.monotonic() - calm, 1)
        finally:
            for node in nodes:
                node.end()
        self.it.node_kills = sum(node.kills for node in nodes)
        self.it.restarts_by_the_service_manager = sum(node.restarts for node in nodes)
        self._count(people)
        return self.it

    def _people(self, urls: list[str], made: town.Town) -> list[People]:
        planners = [Planner(urls, self.seed + n, token, self._tasks) for n, token in enumerate(made.sign_in)]
        for planner in planners:
            planner.sign_in()
        half = len(made.links) // 2
        people: list[People] = [
            *planners,
            Association(urls, self.seed + 10, made.links[:half]),
            Association(urls, self.seed + 11, made.links[half:]),
            Resident(urls, self.seed + 20, made.number),
            Resident(urls, self.seed + 21, made.number),
        ]
        for person in people:
            person.start()
        return people

    def _tasks(self) -> list[tuple[str, str]]:
        try:
            with self.database.session() as session:
                return [(row[0], row[1]) for row in session.connection().execute(OPEN_TASKS)]
        except sa.exc.DBAPIError:
            return []

    def _kill(self, nodes: list[Node], seconds: float, database_kills: int, node_every: float) -> None:
        """Kill until the time is over and each kind of victim died; a node is killed while it serves."""
        strikes = sorted(self.chance.uniform(0.15, 0.85) * seconds for _ in range(database_kills))
        began = time.monotonic()
        while strikes or time.monotonic() - began < seconds or not all(node.kills for node in nodes):
            if strikes and time.monotonic() - began >= strikes[0]:
                strikes.pop(0)
                self.server.kill()
                self.it.database_kills += 1
                time.sleep(self.chance.uniform(0.1, 1.0))
                self.server.start()
            spared = (
                [node for node in nodes if not node.kills] if time.monotonic() - began > seconds else nodes
            )
            victim = self.chance.choice(spared or nodes)
            victim.wait_until_ready()
            time.sleep(self.chance.uniform(0.3, 1.5) * node_every)
            for node in nodes:
                node.keep()
            victim.kill()
            time.sleep(self.chance.uniform(0.0, 0.5))
            victim.start()

    def _drained(self, patience: float = 25.0) -> None:
        """Let the nodes themselves send what is queued; what a dead node holds is for its lease."""
        until = time.monotonic() + patience
        query = sa.text("select count(*) from outgoing_letter where state in ('queued', 'deferred')")
        while time.monotonic() < until:
            with self.database.session() as session:
                if not session.connection().execute(query).scalar_one():
                    return
            time.sleep(0.2)
        raise AssertionError("the nodes left letters in the outbox")

    def _count(self, people: list[People]) -> None:
        # Leases of the dead run out after two minutes; the clock goes there at once.
        now = SystemClock().now()
        kaasa = compose(self.settings, clock=HeldClock(now + timedelta(minutes=10)))
        try:
            kaasa.loop.settle()
            opinions = {k: v for it in people if not isinstance(it, Planner) for k, v in it.told.items()}
            steps = {k: v for it in people if isinstance(it, Planner) for k, v in it.told.items()}
            statuses: Counter[int] = sum((it.statuses for it in people), Counter())
            self.it.answers = ", ".join(f"{number} x {status}" for status, number in sorted(statuses.items()))
            figures.count(self.it, kaasa, opinions, steps, self.sink.received())
        finally:
            kaasa.close()
            self.database.close()
