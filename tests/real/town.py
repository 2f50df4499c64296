"""The product beside a real Postfix: its letters leave through it, and what is written to us comes back by LMTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from sqlmodel import Session, select

from engine.clock import HeldClock
from notifications.outbox import OutgoingLetter
from processes.inbound import IncomingMail
from processes.meeting import Attendance, Meeting
from processes.organisation import Organisation
from tests.processes.public_scene import DURING, HOME, Scene
from tests.real import debian, postfix
from tests.real.postfix import Postfix
from web.compose import Kaasa, compose
from web.settings import Settings

DOMAIN = "naidisvald.example"
ASSOCIATION = "mart@selts.example"
Table = TypeVar("Table")


@dataclass
class Town:
    """One case with one meeting and one invited association, and the mail server."""

    kaasa: Kaasa
    scene: Scene
    postfix: Postfix

    def invite(self, change: Callable[[Meeting], None] = lambda _meeting: None) -> int:
        """Set the meeting, or move it, and send what that takes. Out: how many letters left."""
        with self.scene.write() as session:
            meeting = self._meeting(session)
            change(meeting)
            session.add(meeting)
            session.flush()
            self._post(session).meeting_set(meeting, session.exec(select(Attendance)).all())
        return self.kaasa.delivery.drain()

    def cancel(self) -> int:
        """Call the meeting off. Out: how many letters left."""
        with self.scene.write() as session:
            meeting = self._meeting(session)
            meeting.sequence += 1
            meeting.state = "cancelled"
            session.add(meeting)
            session.flush()
            rows = session.exec(select(Attendance)).all()
            self._post(session).meeting_cancelled(meeting, rows, reason="Haigus.")
        return self.kaasa.delivery.drain()

    def answer(self) -> str:
        """Out: what the association answered, as the planner sees it."""
        return self.read(Attendance)[0].answer

    def meeting(self) -> Meeting:
        return self.read(Meeting)[0]

    def mails(self) -> list[IncomingMail]:
        """Out: every mail that came in, the oldest first."""
        return sorted(self.read(IncomingMail), key=lambda mail: mail.id)

    def letters(self) -> list[OutgoingLetter]:
        """Out: every letter that was written, the oldest first."""
        return sorted(self.read(OutgoingLetter), key=lambda letter: letter.id)

    def society(self) -> Organisation:
        return self.read(Organisation)[0]

    def read(self, table: type[Table]) -> list[Table]:
        """Out: all rows of a table, to look at."""
        with self.kaasa.database.session() as session:
            found = list(session.exec(select(table)))
            session.expunge_all()
        return found

    def wait_for(self, what: Callable[[], object], seconds: float = 30) -> None:
        """Wait until something came to be. Errors: AssertionError with the server's words."""
        until = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < until, self.postfix.log[-6000:]
            time.sleep(0.1)

    def wait(self, **span: float) -> None:
        """Let time pass on the product's clock. In: as for timedelta."""
        clock = self.kaasa.clock
        assert isinstance(clock, HeldClock)
        clock.move_to(clock.now() + timedelta(**span))

    def _meeting(self, session: Session) -> Meeting:
        return session.get_one(Meeting, (HOME, self.scene.meeting_id))

    def _post(self, session: Session):
        return self.kaasa.post_office.at(session, HOME, now=self.kaasa.clock.now())


@contextmanager
def running(home: Path, route: str, *, association: str = ASSOCIATION, **settings: str) -> Iterator[Town]:
    """Everything started, nothing sent. In: the product's folder, who takes the association's mail, its address.

    Postfix is set up as docs/how-to/run-in-production.md says; further settings are its own. Errors: NotToBeHad.
    """
    door = debian.free_port()
    routes = {f"osalus@{DOMAIN}": postfix.lmtp(door), ASSOCIATION.partition("@")[2]: route}
    with postfix.running(routes=routes, **settings) as server:
        kaasa = compose(
            Settings(
                folder=home, base_url="https://kaasa.example", smtp_url=f"smtp://127.0.0.1:{server.port}",
                lmtp_port=door, sender_address=f"kaasamine@{DOMAIN}",
            ),
            clock=HeldClock(DURING),
        )  # fmt: skip
        scene = Scene(kaasa.database, home)
        scene.store, scene.links = kaasa.store, kaasa.links
        with scene.write() as session:
            scene.add_meeting(session)
            who = session.exec(select(Organisation)).one()
            who.email = association
            session.add(who)
        kaasa.receiving.start()
        try:
            yield Town(kaasa, scene, server)
        finally:
            kaasa.close()
