"""What the desk costs beside a bare Litestar page: processor time of both servers, in one run.

Each application is served by Granian in a process of its own, as the product is. Both are asked the same number of
times over one connection, in turns, so that a noisy machine is noisy for both; each tells the processor time its
whole process has used, threads included, and what the asking costs is not counted. The desk shows 20 of 200 open
tasks to a planner who is signed in.
"""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from litestar import Litestar, get

from engine.clock import HeldClock
from processes import catalogue, migrate, terms
from processes.actions import sign_in
from processes.consultation import RUNNING, Consultation, ConsultationText
from processes.municipality import Municipality
from processes.person import Person, Role
from web import auth, serving
from web.app import create_app
from web.compose import Kaasa, compose
from web.settings import Settings

HOME = "9999"
NOW = datetime(2027, 1, 14, 10, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
TASKS, SHOWN = 200, 20
ROUNDS, CALLS = 15, 60
USED = "/-/used"


def run() -> dict[str, float]:
    """Out: `ratio` of the desk to the bare page, and the microseconds of processor time of each."""
    with tempfile.TemporaryDirectory() as folder:
        cookie = _install(Path(folder))
        with _server("desk", folder) as desk, _server("bare", folder) as bare:
            shown = desk.ask("/et/desk", cookie)
            if shown.count(b"kaasa-todo__item ") != SHOWN or f"({TASKS})".encode() not in shown:
                raise RuntimeError("The desk does not show 20 of its tasks: its numbers mean nothing.")
            ours, theirs = [], []
            for turn in range(ROUNDS + 2):
                plain, mine = bare.cost("/hello", ""), desk.cost("/et/desk", cookie)
                if turn >= 2:  # whatever is made once has been made by then
                    theirs.append(plain)
                    ours.append(mine)
    return {
        "ratio": statistics.median(mine / plain for mine, plain in zip(ours, theirs, strict=True)),
        "desk_microseconds": statistics.median(ours) * 1e6,
        "bare_microseconds": statistics.median(theirs) * 1e6,
    }


@get("/hello", sync_to_thread=False)
def hello() -> str:
    """The bare page."""
    return "Hello"


class _Server:
    """A server of our own to ask. In: its port."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, path: str, cookie: str = "") -> bytes:
        self._connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: its numbers mean nothing.")
        return body

    def cost(self, path: str, cookie: str, calls: int = CALLS) -> float:
        """Seconds of processor time an answer takes."""
        began = float(self.ask(USED))
        for _ in range(calls):
            self.ask(path, cookie)
        return (float(self.ask(USED)) - began) / calls

    def close(self) -> None:
        self._connection.close()


@contextmanager
def _server(kind: str, folder: str) -> Iterator[_Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tests.benchmarks.page", kind, folder, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            process.stdout.readline()
            server = _Server(port)
            yield server
            server.close()
        finally:
            process.terminate()


def serve(kind: str, folder: str, port: int) -> None:
    """Serve one of the two until stopped, in a process of its own."""
    app: Any
    if kind == "bare":
        app = Litestar([hello], openapi_config=None, logging_config=None)
    else:
        app = create_app(
            compose(Settings(folder=Path(folder)), clock=HeldClock(NOW), wall=HeldClock(NOW)), loop=False
        )

    async def metered(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == USED:
            text = repr(time.process_time()).encode()
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [(b"content-length", str(len(text)).encode())],
                }
            )
            await send({"type": "http.response.body", "body": text})
        else:
            await app(scope, receive, send)

    wrapped: Any = metered  # Granian takes any ASGI application
    serving.serve(wrapped, "127.0.0.1", port, ready=lambda: print("ready", flush=True))


def _install(folder: Path) -> str:
    """A municipality with 200 running cases, each at its first task. Out: its planner's cookie."""
    kaasa = compose(Settings(folder=folder), clock=HeldClock(NOW), wall=HeldClock(NOW))
    try:
        migrate.upgrade(kaasa.settings.database())
        return f"{auth.cookie_name(kaasa.settings)}={_fill(kaasa)}"
    finally:
        kaasa.close()


def _fill(kaasa: Kaasa) -> str:
    files = catalogue.kind("detailed_plan").files()
    frozen = terms.freeze(files, NOW.date())

    with kaasa.database.open_transaction() as session:
        planner = Person(municipality_id=HOME, name="Aino Planeerija", email="aino@naidisvald.example")
        session.add(Municipality(municipality_id=HOME, name="Näidisvald"))
        session.add(planner)
        session.flush()
        session.add(Role(municipality_id=HOME, person_id=planner.id, role="planner"))
        kaasa.library.deploy(session, HOME, files, now=NOW)
        for number in range(TASKS):
            applied_on = (NOW - timedelta(days=number % 60)).date()
            case = Consultation(
                municipality_id=HOME, number=f"dp-2027-{number}", planner_id=planner.id, state=RUNNING,
                application_on=applied_on, terms=json.dumps(frozen), created_at=NOW, launched_at=NOW,
            )  # fmt: skip
            session.add(case)
            session.flush()
            session.add(
                ConsultationText(
                    municipality_id=HOME,
                    consultation_id=case.id,
                    language="et",
                    title=f"{number}. kvartali planeering",
                )
            )
            case.instance_id = kaasa.runtime.start(
                session, HOME, "detailed_plan", business_key=case.id, data={"application_on": applied_on}, now=NOW,
                actor=planner.id,
            ).id  # fmt: skip
        return sign_in.begin(session, municipality_id=HOME, person_id=planner.id, now=NOW)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        print(run())
