"""An association reads its mail in Thunderbird, presses a button, and the planner sees it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from litestar.testing import TestClient

from notifications import clients
from processes import feed_key, subscription
from processes.actions import inbound_proposal, own_page
from processes.meeting import Meeting
from processes.permission import Actor
from tests.processes.public_scene import HOME
from tests.processes.test_inbound import planner
from tests.real import dovecot, postfix, thunderbird, town
from tests.real.thunderbird import Thunderbird
from tests.real.town import ASSOCIATION, Town
from web.app import create_app
from web.compose import Kaasa


def later(meeting: Meeting) -> None:
    """Hold it a day later and elsewhere."""
    meeting.starts_at += timedelta(days=1)
    meeting.ends_at += timedelta(days=1)
    meeting.place = "Raamatukogu"
    meeting.sequence += 1


pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Desk:
    """The product, and the program of the one it invites."""

    town: Town
    program: Thunderbird


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Everything over the wire: our outbox, Postfix, Dovecot, Thunderbird, and back through Postfix to our door."""
    with (
        dovecot.running() as boxes,
        town.running(tmp_path, postfix.lmtp(boxes.lmtp)) as here,
        thunderbird.running() as program,
    ):
        program.sign_in(ASSOCIATION, imap=boxes.imap, smtp=here.postfix.port, password=dovecot.PASSWORD)
        yield Desk(here, program)


def test_thunderbird_accepts_and_follows_the_meeting_to_its_new_date_and_its_end(desk: Desk) -> None:
    here, program = desk.town, desk.program
    assert here.invite() == 1
    shown = program.open()
    assert {"imipAcceptButton", "imipTentativeButton", "imipDeclineButton"} <= set(shown.buttons)
    assert here.answer() == "invited"
    program.press("imipAcceptButton")
    here.wait_for(here.mails)
    (mail,) = here.mails()
    assert (mail.kind, mail.outcome, mail.state) == ("reply", "counted", "done")
    assert here.answer() == "accepted"

    (entry,) = program.calendar()
    meeting = here.meeting()
    assert (entry.uid, entry.starts, entry.ends) == (meeting.uid, meeting.starts_at, meeting.ends_at)
    assert entry.said == [[f"mailto:{ASSOCIATION}", "ACCEPTED"]]

    here.wait(hours=1)
    assert here.invite(later) == 1
    shown = program.open()
    program.press("imipAcceptButton" if "imipAcceptButton" in shown.buttons else "imipUpdateButton")
    moved, meeting = program.calendar(), here.meeting()
    assert [(it.uid, it.starts, it.sequence) for it in moved] == [(meeting.uid, meeting.starts_at, 1)]
    assert "Raamatukogu" in moved[0].place
    here.wait_for(lambda: len(here.mails()) == 2)
    assert [mail.outcome for mail in here.mails()] == ["counted", "counted"]

    here.wait(hours=1)
    assert here.cancel() == 1
    shown = program.open()
    assert "imipDeleteButton" in shown.buttons
    program.press("imipDeleteButton")
    assert program.calendar() == []


def test_thunderbird_answers_maybe_then_the_old_date_then_no(desk: Desk) -> None:
    here, program = desk.town, desk.program
    here.invite()
    program.open()
    program.press("imipTentativeButton")
    here.wait_for(here.mails)
    assert here.answer() == "maybe"

    for _ in range(2):
        here.wait(hours=1)
        here.invite(later)
    program.open()
    program.press("imipDeclineButton")
    here.wait_for(lambda: len(here.mails()) == 2)
    assert here.mails()[1].outcome == "old_date", "the meeting had moved on when this was sent"
    assert here.answer() != "declined"

    program.open()
    program.press("imipDeclineButton")
    here.wait_for(lambda: len(here.mails()) == 3)
    assert here.mails()[2].outcome == "counted"
    assert here.answer() == "declined"


def test_thunderbird_shows_that_another_time_was_declined_and_keeps_the_meeting(desk: Desk) -> None:
    here, program = desk.town, desk.program
    here.invite()
    program.open()
    program.press("imipAcceptButton")
    here.wait_for(here.mails)
    here.wait(hours=1)
    now, letter = here.kaasa.clock.now(), here.letters()[0]
    asks = clients.answer(letter.content, "outlook", "declined", now=now, later_by=timedelta(hours=2))
    here.kaasa.receiving.keep(asks)
    mail = here.mails()[-1]
    assert mail.outcome == "countered"
    who: Actor = planner(here.scene)
    here.kaasa.database.transaction(
        lambda s: inbound_proposal.decline(
            s, who, mail.id, "Saal on kinni.", office=here.kaasa.post_office, now=now
        )
    )
    assert here.kaasa.delivery.drain() == 1
    shown = program.read()
    assert "jääb samale ajale" in shown["subject"]
    assert shown["said"] == "This message contains an invitation to an event."
    assert not {"imipAcceptButton", "imipDeclineButton", "imipDeleteButton"} & set(shown["buttons"])
    (entry,) = program.calendar()
    assert (entry.uid, entry.starts) == (here.meeting().uid, here.meeting().starts_at)


def test_thunderbird_follows_an_organisations_calendar_and_asks_only_for_news(desk: Desk) -> None:
    here, program = desk.town, desk.program
    here.invite()
    kaasa, who = here.kaasa, here.society()
    own = subscription.token(kaasa.links, who)
    kaasa.database.transaction(
        lambda s: own_page.renew_feed(s, HOME, own, links=kaasa.links, now=kaasa.clock.now())
    )
    with kaasa.database.session() as session:
        key = feed_key.current(session, HOME, feed_key.ORGANISATION, who.id, kaasa.links)
    with over_http(kaasa) as (port, answered):
        address = f"://127.0.0.1:{port}/et/feed/{key}/calendar.ics"
        found = program.subscribe(f"webcal{address}")
        assert here.meeting().uid in {it["uid"] for it in found}
        assert answered == [200]
        program.subscribe(f"http{address}")
        program.look_again()
        # It sends the mark of what it has to an http address alone; by a webcal one it reads everything anew.
        assert sorted(answered) == [200, 200, 200, 304]
        here.invite(later)
        program.look_again()
        assert sorted(answered) == [200, 200, 200, 200, 200, 304]
        assert {entry.place for entry in program.calendar()} >= {"Raamatukogu"}


@contextmanager
def over_http(kaasa: Kaasa) -> Iterator[tuple[int, list[int]]]:
    """The product's pages on a port of this machine. Out: the port, and the status of each answer given."""
    answered: list[int] = []
    with TestClient(create_app(kaasa, loop=False), base_url="https://kaasa.example") as pages:

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # an ETag is nothing to a program that hears an older one

            def do_GET(self) -> None:
                asked = (
                    {"If-None-Match": self.headers["If-None-Match"]} if self.headers["If-None-Match"] else {}
                )
                answer = pages.get(self.path, headers=asked)
                answered.append(answer.status_code)
                self.send_response(answer.status_code)
                for name in ("content-type", "etag", "cache-control"):
                    if name in answer.headers:
                        self.send_header(name, answer.headers[name])
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port, answered
        finally:
            server.shutdown()
            server.server_close()
