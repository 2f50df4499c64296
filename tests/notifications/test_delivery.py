from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from notifications import outbox
from notifications.delivery import Delivery, SmtpTransport
from notifications.verdict import WAITS, Outcome, Verdict, wait
from tests.notifications.cast import NOW, REPLY, envelope
from tests.notifications.desk import Desk, Scripted, desk, smtp
from tests.notifications.doors import Database
from tests.notifications.servers import Certificates, Sink


def test_letters_leave_over_one_connection_with_the_bytes_they_were_put_out_with(
    database: Database, sink: Sink
) -> None:
    with desk(database, sink) as post:
        post.put(*range(30))
        assert post.drain() == 30
        assert post.drain() == 0
        assert post.states() == ["sent"] * 30
        assert sink.connections == 1
        assert sink.received == [(REPLY, f"guest{n}@ngo.example", envelope(n).content) for n in range(30)]
        row = post.rows()[0]
        assert (row.sent_at, row.answer, row.attempts) == (NOW, "250 2.0.0 Ok: kept", 1)
        assert (row.leased_until, row.lease_token) == (None, None)


def test_a_connection_is_renewed_after_two_hundred_letters(database: Database, sink: Sink) -> None:
    with desk(database, sink) as post:
        post.put(*range(220))
        assert post.drain() == 220
        assert sink.connections == 2


def test_a_connection_the_server_dropped_in_a_pause_costs_no_letter_a_try(
    database: Database, sink: Sink
) -> None:
    with desk(database, sink) as post:
        post.put(0)
        post.drain()
        sink.hang_up()
        time.sleep(1.1)
        post.put(1)
        assert post.drain() == 1
        assert post.states() == ["sent", "sent"]


def test_a_limit_is_kept(database: Database) -> None:
    post = Desk(database, Scripted(lambda _: Verdict(Outcome.SENT)), batch=2)
    post.put(*range(7))
    assert post.delivery.drain(limit=5) == 5
    assert sorted(post.states()) == ["queued"] * 2 + ["sent"] * 5


# --- Ways in


@pytest.mark.parametrize("at_once", [False, True])
def test_letters_leave_under_tls_with_a_login(
    database: Database, certificates: Certificates, *, at_once: bool
) -> None:
    security = "tls" if at_once else "starttls"
    with Sink(tls=certificates.server, at_once=at_once, users=not at_once) as sink:
        login = {} if at_once else {"username": "kaasa", "password": "right"}
        with desk(database, sink, security=security, context=certificates.client, **login) as post:
            post.put(0, 1)
            assert post.drain() == 2
            assert post.states() == ["sent", "sent"]
            assert sink.connections == 1
            assert len(sink.logins) == len(login) // 2


def test_an_oauth_token_is_asked_for_with_each_connection(
    database: Database, certificates: Certificates
) -> None:
    asked: list[str] = []

    def token() -> str:
        asked.append("asked")
        return "token-1"

    with (
        Sink(tls=certificates.server, users=True) as sink,
        desk(
            database, sink, security="starttls", context=certificates.client, username="kaasa", token=token
        ) as post,
    ):
        post.put(0, 1)
        post.drain()
        assert post.states() == ["sent", "sent"]
        assert (sink.logins, asked) == (["XOAUTH2"], ["asked"])


def test_a_wrong_password_stops_the_run_and_loses_nothing(
    database: Database, certificates: Certificates
) -> None:
    with Sink(tls=certificates.server, users=True) as sink:
        way: dict[str, Any] = {"security": "starttls", "context": certificates.client, "username": "kaasa"}
        with desk(database, sink, password="wrong", **way) as post:
            post.put(*range(5))
            post.drain()
            assert post.delivery.stopped is not None
            assert post.delivery.stopped.startswith("535")
            assert [(row.state, row.attempts) for row in post.rows()] == [("queued", 0)] * 5
            tried = len(sink.logins)
            assert post.drain(after=timedelta(seconds=30)) == 0
            assert len(sink.logins) == tried > 0
        with desk(database, sink, password="right", **way) as post:
            assert post.drain(after=timedelta(seconds=61)) == 5
            assert post.states() == ["sent"] * 5


@pytest.mark.parametrize("context", ["untrusted", "no starttls"])
def test_a_server_that_does_not_prove_itself_gets_no_letter(
    database: Database, certificates: Certificates, context: str
) -> None:
    trusting = certificates.client if context == "no starttls" else ssl.create_default_context()
    with (
        Sink(tls=None if context == "no starttls" else certificates.server) as sink,
        desk(database, sink, security="starttls", context=trusting) as post,
    ):
        post.put(0)
        post.drain()
        assert post.delivery.stopped is not None
        assert sink.received == []
        assert [(row.state, row.attempts) for row in post.rows()] == [("queued", 0)]


def test_a_password_never_crosses_the_network_in_the_open() -> None:
    with pytest.raises(ValueError, match="TLS"):
        SmtpTransport("mail.example", 25, "kaasa", "secret", security="none")


# --- Faults


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("450 4.2.0 greylisted", "deferred"),
        ("421 4.3.2 closing", "deferred"),
        ("452 4.2.2 full", "deferred"),
        ("550 5.1.1 no such user", "failed"),
        ("552 5.3.4 too large", "failed"),
        ("550 5.7.1 looks like spam", "deferred"),
    ],
)
@pytest.mark.parametrize("place", ["at_rcpt", "at_data"])
def test_one_letter_refused_is_judged_alone(
    database: Database, sink: Sink, place: str, answer: str, state: str
) -> None:
    setattr(sink, place, lambda address: answer if address == "guest1@ngo.example" else None)
    with desk(database, sink) as post:
        post.put(0, 1, 2)
        assert post.drain() == 3
        assert post.states() == ["sent", state, "sent"]
        row = post.rows()[1]
        assert row.answer == answer
        if state == "deferred":
            assert timedelta(seconds=48) <= row.due_at - NOW <= timedelta(seconds=72)


def test_a_letter_blocked_for_what_it_is_is_held_after_two_tries_until_a_person_frees_it(
    database: Database, sink: Sink
) -> None:
    sink.at_data = lambda _: "554 5.7.1 blocked"
    with desk(database, sink) as post:
        post.put(0)
        post.drain()
        post.drain(after=timedelta(seconds=80))
        assert post.states() == ["held"]
        assert post.drain(after=timedelta(days=9)) == 0
        sink.at_data = lambda _: None
        with database.open_transaction() as session:
            (slip,) = outbox.find_undelivered(session, "t1")
            outbox.again(session, "t1", slip.id, now=post.now)
        assert post.drain() == 1
        assert post.states() == ["sent"]


def test_a_letter_put_off_comes_back_after_growing_waits_and_fails_after_two_days(database: Database) -> None:
    post = Desk(database, Scripted(lambda _: Verdict(Outcome.LATER, "450 busy")))
    post.put(0)
    for number, seconds in enumerate(WAITS, start=1):
        before = post.now
        assert post.drain() == 1
        (row,) = post.rows()
        assert (row.state, row.attempts) == ("deferred", number)
        assert 0.8 * seconds <= (row.due_at - before).total_seconds() <= 1.2 * seconds
        assert post.drain(after=row.due_at - before - timedelta(seconds=1)) == 0
        post.now = row.due_at
    assert post.drain() == 1
    assert post.states() == ["failed"]
    assert timedelta(hours=36) < post.now - NOW < timedelta(hours=58)


def test_waits_are_spread_so_that_a_crowd_does_not_come_back_at_once() -> None:
    spread = [wait(f"<{n}@kaasa.example>", 1).total_seconds() for n in range(1000)]
    assert min(spread) < 50
    assert max(spread) > 70
    assert len(set(spread)) > 900


def test_a_connection_cut_after_the_letter_was_taken_sends_it_twice_recognisably(
    database: Database, sink: Sink
) -> None:
    sink.cut_after_data = {"guest1@ngo.example"}
    with desk(database, sink) as post:
        post.put(0, 1, 2)
        post.drain()
        assert post.states() == ["sent", "deferred", "sent"]
        post.drain(after=timedelta(seconds=80))
        assert post.states() == ["sent"] * 3
        twice = [raw for _, recipient, raw in sink.received if recipient == "guest1@ngo.example"]
        assert len(twice) == 2
        assert twice[0] == twice[1]


def test_a_sender_refused_stops_the_run_and_loses_nothing(database: Database, sink: Sink) -> None:
    sink.at_mail = lambda _: "550 5.7.1 not your domain"
    with desk(database, sink) as post:
        post.put(*range(5))
        assert post.drain() == 0
        assert [(row.state, row.attempts) for row in post.rows()] == [("queued", 0)] * 5
        sink.at_mail = lambda _: None
        assert post.drain(after=timedelta(seconds=61)) == 5


def test_a_clock_that_is_set_back_makes_delivery_rest_no_longer(database: Database, sink: Sink) -> None:
    sink.at_mail = lambda _: "550 5.7.1 not your domain"
    with desk(database, sink) as post:
        post.put(*range(2))
        assert post.drain(after=timedelta(days=400)) == 0
        sink.at_mail = lambda _: None
        assert post.drain(after=timedelta(days=-400)) == 2


def test_a_server_away_for_three_days_costs_no_letter(database: Database) -> None:
    with Sink() as gone:
        port = gone.port
    transport = SmtpTransport("127.0.0.1", port, security="none", timeout=2, hello="kaasa.example")
    with closing(transport):
        post = Desk(database, transport)
        post.put(*range(3))
        for _ in range(72):
            assert post.drain(after=timedelta(hours=1)) == 0
            assert post.delivery.stopped is not None
        back = Sink()
        back.port = port
        with back:
            assert post.drain(after=timedelta(seconds=61)) == 3
            assert post.delivery.stopped is None
            assert post.states() == ["sent"] * 3


def test_a_server_that_is_too_slow_is_left_and_tried_again_later(database: Database, sink: Sink) -> None:
    sink.slow = 1.0
    with desk(database, sink, timeout=0.2) as post:
        post.put(0)
        post.drain()
        assert post.states() == ["deferred"]
        sink.slow = 0.0
        post.drain(after=timedelta(seconds=80))
        assert post.states() == ["sent"]


def test_three_lost_connections_in_a_row_end_the_run(database: Database) -> None:
    transport = Scripted(lambda _: Verdict(Outcome.LATER, "lost", broken=True))
    post = Desk(database, transport)
    post.put(*range(10))
    post.drain()
    assert len(transport.sent) == 3
    assert sorted(post.states()) == ["deferred"] * 3 + ["queued"] * 7
    assert post.drain(after=timedelta(seconds=30)) == 0


def test_a_superseded_letter_caught_in_the_act_is_not_tried_again(database: Database) -> None:
    def answer(_: str) -> Verdict:
        with database.open_transaction() as session:
            outbox.supersede(session, "t1", "invite:")
        return Verdict(Outcome.LATER, "450 busy")

    post = Desk(database, Scripted(answer))
    post.put(0)
    post.drain()
    post.drain(after=timedelta(minutes=5))
    post.drain(after=timedelta(minutes=5))
    assert post.states() == ["superseded"]


def test_letters_not_reached_within_half_the_lease_go_back_untried(database: Database) -> None:
    def slowly(_: str) -> Verdict:
        time.sleep(0.15)
        return Verdict(Outcome.SENT)

    transport = Scripted(slowly)
    post = Desk(database, transport, lease=timedelta(seconds=0.2))
    post.put(*range(4))
    assert post.drain() == 4
    assert sorted(transport.sent) == [f"guest{n}@ngo.example" for n in range(4)]
    assert [(row.state, row.attempts) for row in post.rows()] == [("sent", 1)] * 4


def test_a_try_that_breaks_stops_no_other_letter(database: Database) -> None:
    def answer(recipient: str) -> Verdict:
        if recipient == "guest0@ngo.example":
            raise KeyError(recipient)
        return Verdict(Outcome.SENT)

    post = Desk(database, Scripted(answer))
    post.put(0, 1)
    post.drain()
    assert post.states() == ["deferred", "sent"]
    assert post.rows()[0].answer == "KeyError: the try broke"


def test_a_database_that_fails_after_the_sending_lets_the_letter_go_again(
    database: Database, sink: Sink
) -> None:
    opened = 0

    @contextmanager
    def failing() -> Iterator[Session]:
        nonlocal opened
        opened += 1
        with database.open_transaction() as session:
            yield session
            if opened == 2:
                raise ConnectionError

    now: list[datetime] = [NOW]
    with smtp(sink) as transport:
        post = Desk(database, transport)
        post.put(0)
        broken = Delivery(failing, transport, lambda: now[0])
        with pytest.raises(ConnectionError):
            broken.drain()
        assert post.states() == ["sending"]
        now[0] += timedelta(seconds=121)
        assert broken.drain() == 1
        assert post.states() == ["sent"]
        assert list(sink.message_ids().values()) == [2]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_no_address_can_smuggle_a_second_recipient_past_the_server(sink: Sink, end: str) -> None:
    smuggled = f"guest@ngo.example>{end}RCPT TO:<other@ngo.example"
    with smtp(sink) as transport:
        for sender, recipient in ((REPLY, smuggled), (smuggled, "guest@ngo.example")):
            transport.send(sender, recipient, envelope().content)
        assert transport.send(REPLY, "guest@ngo.example", envelope().content).outcome is Outcome.SENT
    assert {recipient for _, recipient, _ in sink.received} <= {"guest@ngo.example", smuggled}
    assert "other@ngo.example" not in {recipient for _, recipient, _ in sink.received}


def test_a_line_that_is_a_single_dot_does_not_end_a_letter(sink: Sink) -> None:
    raw = envelope().content.replace(b"Tere,", b".\r\nTere,")
    with smtp(sink) as transport:
        transport.send(REPLY, "guest@ngo.example", raw)
    assert sink.received[0][2] == raw
