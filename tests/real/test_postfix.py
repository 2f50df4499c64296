"""Our letters through a real Postfix, and what it says of those it could not deliver, read by the product."""

from __future__ import annotations

import smtplib
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from notifications import clients
from notifications.delivery import SmtpTransport
from notifications.verdict import Outcome
from tests.notifications.cast import MART, REPLY, invitation
from tests.notifications.desk import Desk
from tests.notifications.doors import Database
from tests.notifications.servers import Certificates, Sink
from tests.real import postfix, town
from tests.real.town import ASSOCIATION

pytestmark = pytest.mark.long


def test_our_letters_leave_through_postfix_under_tls_and_arrive_unchanged(sqlite_url: str) -> None:
    certificates = Certificates()
    with (
        closing(Database(sqlite_url)) as database,
        Sink() as boxes,
        postfix.running(
            routes={"ngo.example": postfix.smtp(boxes.port)}, tls=certificates.pem,
            smtpd_tls_security_level="encrypt", smtpd_tls_loglevel="1",
        ) as server,
        closing(SmtpTransport("127.0.0.1", server.port, context=certificates.client)) as transport,
    ):  # fmt: skip
        desk = Desk(database, transport)
        desk.put(*range(20))
        assert desk.drain() == 20
        assert desk.states() == ["sent"] * 20
        server.wait_for("status=sent", count=20)
        assert "TLS connection established" in server.log
        sent = {row.recipient_address: row.content for row in desk.rows()}
        arrived = {recipient: raw for _, recipient, raw in boxes.received}
        assert arrived.keys() == sent.keys()
        for recipient, raw in arrived.items():
            assert raw.endswith(sent[recipient]), (
                "a mail server adds its lines on top; the rest is what we made"
            )


def test_a_server_that_offers_no_tls_gets_nothing() -> None:
    with postfix.running(routes={}) as server, closing(SmtpTransport("127.0.0.1", server.port)) as transport:
        verdict = transport.send(REPLY, MART, invitation())
        assert verdict.outcome is not Outcome.SENT
        assert " from=<" not in server.log


def test_an_answer_to_the_address_after_the_plus_reaches_the_one_it_was_made_for(tmp_path: Path) -> None:
    with Sink() as boxes, town.running(tmp_path, postfix.smtp(boxes.port)) as here:
        assert here.invite() == 1
        here.wait_for(lambda: boxes.received)
        sender, recipient, letter = boxes.received[0]
        assert recipient == ASSOCIATION
        assert "+" in sender
        reply = clients.answer(letter, "outlook", "accepted", now=here.kaasa.clock.now())
        with smtplib.SMTP("127.0.0.1", here.postfix.port) as client:
            client.sendmail(ASSOCIATION, [sender], reply)
        here.wait_for(here.mails)
        (mail,) = here.mails()
        assert (mail.kind, mail.outcome) == ("reply", "counted")
        assert mail.invitation_id == here.scene.invitation_id
        assert here.answer() == "accepted"


@pytest.mark.parametrize(
    ("where", "words", "left_alone"),
    [
        ("at_rcpt", "550 5.1.1 No such person here", True),
        ("at_rcpt", "550 5.2.1 This mailbox is closed", True),
        ("at_data", "554 5.7.1 We do not like these words", False),
    ],
)
def test_a_letter_postfix_returns_did_not_arrive(
    tmp_path: Path, where: str, words: str, *, left_alone: bool
) -> None:
    """An address that does not exist is not written to again; a refused content says nothing about the address."""
    with Sink() as boxes, town.running(tmp_path, postfix.smtp(boxes.port)) as here:
        setattr(boxes, where, lambda _recipient: words)
        assert here.invite() == 1
        here.postfix.wait_for("status=bounced")
        here.wait_for(here.mails)
        (mail,) = here.mails()
        assert (mail.kind, mail.outcome) == ("bounce", "bounced")
        assert mail.invitation_id == here.scene.invitation_id
        (letter,) = here.letters()
        assert letter.state == "failed"
        assert words[4:] in letter.answer, "the words are the server's"
        assert (here.society().undeliverable_since is not None) is left_alone


def test_a_letter_postfix_does_not_take_failed_with_its_words(tmp_path: Path) -> None:
    with (
        Sink() as boxes,
        town.running(tmp_path, postfix.smtp(boxes.port), association="mart@no.example") as here,
    ):
        here.invite()
        (letter,) = here.letters()
        assert (letter.state, letter.answer[:9]) == ("failed", "550 5.1.2")
        assert here.mails() == []


def test_a_letter_postfix_puts_off_is_on_its_way_until_postfix_gives_up(tmp_path: Path) -> None:
    """Its warning is no failure; a full mailbox is one at the end, and says nothing against the address."""
    patience = {"delay_warning_time": "1s", "maximal_queue_lifetime": "8s", "bounce_queue_lifetime": "8s"}
    with Sink() as boxes, town.running(tmp_path, postfix.smtp(boxes.port), **patience) as here:
        boxes.at_rcpt = lambda _recipient: "452 4.2.2 The mailbox is full"
        assert here.invite() == 1
        here.wait_for(here.mails)
        (warning,) = here.mails()
        assert (warning.kind, warning.outcome, warning.state) == ("bounce", "delayed", "done")
        assert here.letters()[0].state == "sent"
        here.wait_for(lambda: len(here.mails()) == 2, 60)
        assert here.mails()[1].outcome == "bounced"
        (letter,) = here.letters()
        assert (letter.state, letter.answer[:5]) == ("failed", "4.2.2")
        assert here.society().undeliverable_since is None


def test_mail_that_comes_while_the_database_is_down_waits_at_postfix_and_is_kept_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any) -> None:
        raise OSError("the database is away")

    with Sink() as boxes, town.running(tmp_path, postfix.smtp(boxes.port)) as here:
        assert here.invite() == 1
        here.wait_for(lambda: boxes.received)
        sender, _, letter = boxes.received[0]
        reply = clients.answer(letter, "gmail", "declined", now=here.kaasa.clock.now())
        with monkeypatch.context() as patched:
            patched.setattr(here.kaasa.database, "transaction", down)
            with smtplib.SMTP("127.0.0.1", here.postfix.port) as client:
                client.sendmail(ASSOCIATION, [sender], reply)
            here.postfix.wait_for("451 4.3.0", count=2)
            assert here.mails() == []
        here.wait_for(here.mails)
        time.sleep(2)
        assert [mail.outcome for mail in here.mails()] == ["counted"]
        assert here.answer() == "declined"
        assert here.postfix.log.count("250 2.0.0 Kept") == 1
