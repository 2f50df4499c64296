"""Our reading of a mailbox, at a real Dovecot: at once where it tells of mail, by looking where it does not."""

from __future__ import annotations

import itertools
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from engine.clock import HeldClock
from notifications.imap import ImapAccount, Mailbox
from processes.inbound import IncomingMail
from tests.notifications.servers import Certificates
from tests.processes.public_scene import DURING, Scene
from tests.real import dovecot
from tests.real.dovecot import Dovecot
from web.compose import Kaasa, compose
from web.settings import Settings

pytestmark = pytest.mark.long
WITHOUT_IDLE = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE SORT UIDPLUS LITERAL+"


def letter(number: int) -> bytes:
    return (
        f"From: mart@selts.example\r\nSubject: Arvamus\r\n\r\nSoovin kaldteed, {number}. korda.\r\n".encode()
    )


def bring(boxes: Dovecot, *numbers: int) -> None:
    """Mail comes into the mailbox, as a mail server hands it over."""
    with smtplib.LMTP("127.0.0.1", boxes.lmtp) as client:
        for number in numbers:
            client.sendmail("mart@selts.example", ["osalus+abc@kaasa.example"], letter(number))


@contextmanager
def product(folder: Path, boxes: Dovecot, *, mail_every: float) -> Iterator[Kaasa]:
    folder.mkdir()
    settings = Settings(folder=folder, imap_url=boxes.url("osalus"), mail_every=mail_every)
    kaasa = compose(settings, clock=HeldClock(DURING))
    Scene(kaasa.database, folder)
    try:
        yield kaasa
    finally:
        kaasa.close()


def kept(kaasa: Kaasa) -> list[bytes]:
    """Out: every mail that was kept, the oldest first."""
    with kaasa.database.session() as session:
        digests = session.exec(select(IncomingMail.digest).order_by(IncomingMail.id)).all()
    return [kaasa.store.get(kaasa.municipality_id, one) for one in digests]


def numbers(kaasa: Kaasa) -> list[int]:
    return [int(raw.rpartition(b", ")[2].partition(b".")[0]) for raw in kept(kaasa)]


def wait_for(what: Callable[[], object], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.05)


def test_mail_is_taken_at_once_where_the_server_tells_of_it(tmp_path: Path) -> None:
    with dovecot.running() as boxes, product(tmp_path / "var", boxes, mail_every=600) as kaasa:
        bring(boxes, 1)
        kaasa.receiving.start()
        for number in range(2, 8):
            bring(boxes, number)
            wait_for(lambda number=number: len(kept(kaasa)) == number)
        assert numbers(kaasa) == list(range(1, 8))
        assert unread(boxes) == 7, "unread marks are people's"


def test_mail_is_looked_for_where_the_server_does_not_tell_of_it(tmp_path: Path) -> None:
    with (
        dovecot.running(capability=WITHOUT_IDLE) as boxes,
        product(tmp_path / "var", boxes, mail_every=1) as kaasa,
    ):
        kaasa.receiving.start()
        for number in range(1, 4):
            bring(boxes, number)
            wait_for(lambda number=number: len(kept(kaasa)) == number)


def test_without_its_word_the_next_look_waits_its_time() -> None:
    with dovecot.running(capability=WITHOUT_IDLE) as boxes:
        box = Mailbox(ImapAccount(boxes.url("osalus")))
        assert box.collect(set(), lambda _raw, _key: None) == 0
        later = threading.Timer(0.3, bring, [boxes, 1])
        later.start()
        began = time.monotonic()
        box.wait(2, threading.Event())
        assert time.monotonic() - began >= 2
        assert box.collect(set(), lambda _raw, _key: None) == 1
        later.join()
        box.close()


def test_nothing_is_read_twice_or_never_while_the_database_and_the_server_come_and_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mail comes all the time; the database is down at every third mail, the server hangs up three times."""
    with dovecot.running() as boxes, product(tmp_path / "var", boxes, mail_every=1) as kaasa:
        works, calls = kaasa.database.transaction, itertools.count()

        def moody(*arguments: Any) -> Any:
            if next(calls) % 3 == 2:
                raise OSError("the database is away")
            return works(*arguments)

        monkeypatch.setattr(kaasa.database, "transaction", moody)
        kaasa.receiving.start()
        sending = threading.Thread(target=lambda: [bring(boxes, number) for number in range(1, 61)])
        sending.start()
        for _ in range(3):
            time.sleep(0.7)
            boxes.hang_up()
        sending.join(30)
        wait_for(lambda: len(kept(kaasa)) == 60, 120)
        assert sorted(numbers(kaasa)) == list(range(1, 61))
        assert kaasa.receiving.look() == 0
        assert unread(boxes) == 60


def test_a_mailbox_that_is_made_anew_is_read_again_and_nothing_counts_twice(tmp_path: Path) -> None:
    """Its UIDs mean other mail then (RFC 9051 2.3.1.1); the bytes tell that we know it."""
    with dovecot.running() as boxes, product(tmp_path / "var", boxes, mail_every=600) as kaasa:
        bring(boxes, 1, 2, 3)
        assert [kaasa.receiving.look(), kaasa.receiving.look()] == [3, 0]
        kaasa.receiving.stop()
        time.sleep(1.1)  # a new UIDVALIDITY is the second it is made in
        boxes.forget("osalus")
        bring(boxes, 4)
        assert kaasa.receiving.look() == 4
        assert numbers(kaasa) == [1, 2, 3, 4]


def test_a_mailbox_behind_tls_is_read_and_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = Certificates()
    monkeypatch.setattr(ssl, "create_default_context", lambda *_a, **_k: certificates.client)
    heard: list[bytes] = []
    with dovecot.running(tls=certificates.pem) as boxes:
        account = ImapAccount(f"imaps://osalus:{dovecot.PASSWORD}@127.0.0.1:{boxes.imaps}/INBOX")
        box, stopping = Mailbox(account), threading.Event()
        bring(boxes, 1)
        assert box.collect(set(), lambda raw, _key: heard.append(raw)) == 1
        later = threading.Timer(1, bring, [boxes, 2])
        later.start()
        began = time.monotonic()
        box.wait(60, stopping)
        assert 0.5 < time.monotonic() - began < 20
        assert box.collect(set(), lambda raw, _key: heard.append(raw)) == 2
        later.join()
        box.close()
    assert all(b"Soovin kaldteed" in raw for raw in heard)


def unread(boxes: Dovecot) -> int:
    """Out: how many mails nobody has read yet."""
    box = ImapAccount(boxes.url("osalus")).open()
    try:
        return len(box.uids("UNSEEN"))
    finally:
        box.logout()
