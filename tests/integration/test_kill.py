"""The power goes, thirty times: the server and the worker are killed at any moment of the story.

People keep giving opinions with the key of their form, a planner does task after task, time is moved, timers fire, letters leave. Whoever was
told "received" must be in the database once; whatever was doubled is mail with the same Message-ID.
"""

from __future__ import annotations

import random
import re
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from engine.history import verify
from engine.instance import Instance
from notifications.outbox import OutgoingLetter
from processes.database import Database
from processes.feedback import Feedback, FeedbackVersion
from tests import seeded
from tests.browser import pages
from tests.chaos import town
from tests.chaos.people import Planner
from tests.forked import Command
from web.compose import compose
from web.settings import Settings

KILLS = 30
CASE = "/et/case/{}/opinion"


class Process:
    """A server or a worker of one installation, started again after each kill."""

    def __init__(self, folder: Path, port: int, *arguments: str) -> None:
        self._arguments = list(arguments)
        self._environment = {"KAASA_FOLDER": str(folder), "KAASA_DEMO": "true", "KAASA_PORT": str(port)}
        self._log = folder.parent / f"{arguments[0]}.log"
        self.start()

    def start(self) -> None:
        self._command = Command(self._arguments, self._environment, self._log)

    def kill(self) -> None:
        self._command.kill()


class People:
    """Residents who send their opinion until they are told it was received."""

    def __init__(self, url: str, number: str) -> None:
        self.url, self.number = url, number
        self.told: dict[str, str] = {}
        self.tried = 0
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self.stopping.is_set():
            with suppress(httpx.HTTPError):
                self._one()
            time.sleep(0.02)

    def _one(self) -> None:
        with httpx.Client(base_url=self.url, timeout=5) as browser:
            page = browser.get(CASE.format(self.number))
            if page.status_code != 200:
                return
            key, token = _hidden("key", page.text), _hidden("_csrf_token", page.text)
            self.tried += 1
            text = f"Arvamus number {self.tried}"
            fields = {
                "_csrf_token": token, "key": key, "author": "person", "text": text,
                "name": "Oskar Katse", "email": f"oskar{self.tried}@example.org",
            }  # fmt: skip
            for _ in range(200):
                if self.stopping.is_set():
                    return
                with suppress(httpx.HTTPError):
                    answer = browser.post(CASE.format(self.number), data=fields)
                    if answer.status_code == 303:
                        self.told[key] = text
                        return
                    assert answer.status_code in (409, 500, 502, 503), answer.text[:1000]
                time.sleep(0.05)


def _hidden(name: str, html: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', html) or re.search(
        rf'value="([^"]+)"[^>]*name="{name}"', html
    )
    assert found is not None, f"{name} is not on the page"
    return found[1]


@pytest.fixture
def folder(tmp_path: Path, demo_folder: Path) -> Path:
    """A demonstration's folder, with its cases, and nobody serving it."""
    seeded.copy(demo_folder, tmp_path / "var")
    return tmp_path / "var"


def test_thirty_kills_lose_nothing_and_double_nothing_but_recognisable_mail(folder: Path) -> None:
    chance = random.Random(20261124)
    port = pages.free_port()
    with_database = Database(f"sqlite:///{folder / 'kaasa.db'}")
    with with_database.session() as session:
        number = _open_case(session)
    kaasa = compose(Settings(folder=folder, demo=True))
    token = town.more(kaasa, 60)
    kaasa.close()
    server = Process(folder, port, "serve", "--no-loop")
    worker = Process(folder, port, "work")
    people = People(f"http://127.0.0.1:{port}", number)
    planner = Planner([f"http://127.0.0.1:{port}"], 1, token, lambda: _tasks(with_database))
    try:
        pages.wait_for(f"http://127.0.0.1:{port}/health/ready")
        planner.sign_in()
        planner.start()
        for turn in range(KILLS):
            victim = server if turn % 2 == 0 else worker
            pages.wait_for(f"http://127.0.0.1:{port}/health/ready")
            time.sleep(chance.uniform(0.0, 1.5))
            victim.kill()
            victim.start()
        pages.wait_for(f"http://127.0.0.1:{port}/health/ready")
        time.sleep(2)
    finally:
        people.stop()
        planner.stop()
        server.kill()
        worker.kill()
    assert len(people.told) > 30, people.tried
    assert len(planner.told) > 5, planner.statuses
    _settled(folder)
    with with_database.session() as session:
        _nothing_lost_or_doubled(session, people.told)
        _each_task_done_once(session, planner.told)
        _every_case_loads(session, folder)
        _letters_are_recognisable(session, folder)
    with_database.close()


def _open_case(session: Session) -> str:
    from processes.consultation import Consultation
    from processes.round import Round

    query = (
        select(Consultation.number)
        .join(
            Round,
            (Round.municipality_id == Consultation.municipality_id)
            & (Round.consultation_id == Consultation.id),
        )  # type: ignore[arg-type]
        .where(Round.phase == "display", Round.closed_at.is_(None), Round.interrupted_at.is_(None))  # type: ignore[union-attr]
        .order_by(Round.opens_at)  # type: ignore[arg-type]
    )
    return session.exec(query).first() or pytest.fail("the demonstration has no case on display")


def _settled(folder: Path) -> None:
    """Let leases of killed workers run out and the rest be done."""
    from datetime import timedelta

    from engine.clock import HeldClock

    settings = Settings(folder=folder, demo=True)
    moment = compose(settings).clock.now() + timedelta(minutes=10)
    kaasa = compose(settings, clock=HeldClock(moment))
    kaasa.loop.settle()
    kaasa.close()


def _nothing_lost_or_doubled(session: Session, told: dict[str, str]) -> None:
    rows = session.exec(select(Feedback).where(Feedback.submission_key.in_(list(told)))).all()  # type: ignore[attr-defined]
    assert {row.submission_key: row.text for row in rows} == told
    receipts = session.exec(select(Feedback.receipt)).all()
    assert len(receipts) == len(set(receipts))
    first = session.exec(select(FeedbackVersion.feedback_id).where(FeedbackVersion.version == 1)).all()
    assert len(first) == len(receipts)


def _tasks(database: Database) -> list[tuple[str, str]]:
    """The open tasks of the cases that were begun for this test."""
    query = sa.text(
        "select w.id, w.element from engine_wait w join consultation c on c.instance_id = w.instance_id "
        "where c.number like 'dp-begun-%' and w.element in ('check_application', 'assess_environment')"
    )
    with database.session() as session:
        return [(row[0], row[1]) for row in session.connection().execute(query)]


def _each_task_done_once(session: Session, told: dict[str, str]) -> None:
    """What the planner was told is done is closed, and no step of these cases happened twice."""
    still_open = set(session.connection().execute(sa.text("select id from engine_wait")).scalars())
    assert not still_open & set(told)
    query = sa.text(
        "select h.element, count(*), count(distinct h.instance_id) from engine_history h join consultation c "
        "on c.instance_id = h.instance_id where c.number like 'dp-begun-%' and h.what = 'done' group by h.element"
    )
    done = {row[0]: (row[1], row[2]) for row in session.connection().execute(query)}
    assert all(steps == cases for steps, cases in done.values()), done
    for element in set(told.values()):
        assert done[element][0] >= sum(it == element for it in told.values())


def _every_case_loads(session: Session, folder: Path) -> None:
    kaasa = compose(Settings(folder=folder, demo=True))
    instances = session.exec(select(Instance)).all()
    assert instances
    for instance in instances:
        kaasa.runtime.data(session, instance.tenant_id, instance.id)
        assert verify(session, instance.tenant_id, instance.id)
    kaasa.close()


def _letters_are_recognisable(session: Session, folder: Path) -> None:
    sent = session.exec(select(OutgoingLetter.message_id).where(OutgoingLetter.state == "sent")).all()
    assert len(sent) == len(set(sent))
    arrived = [path.read_bytes() for path in (folder / "postbox").rglob("*") if path.is_file()]
    known = {found[1].decode() for raw in arrived if (found := re.search(rb"(?im)^message-id:\s*(\S+)", raw))}
    assert set(sent) <= known
    waiting = session.exec(
        select(sa.func.count()).where(OutgoingLetter.state.in_(("queued", "sending")))  # type: ignore[attr-defined]
    ).one()
    assert waiting == 0
