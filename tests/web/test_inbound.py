"""Mail that came in, as a planner meets it; the postbox answers as four programs would; the sources over the wire."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlmodel import select

from notifications.imap import ImapAccount
from notifications.outbox import OutgoingLetter
from processes.inbound import IncomingKey, IncomingMail
from processes.meeting import Attendance
from tests.web.conftest import Visitor


def invitation(kaasa) -> tuple[str, bytes]:
    """The key and bytes of an invitation to a coming meeting, put into the postbox."""
    with kaasa.database.session() as session:
        rows = session.exec(
            select(OutgoingLetter.content)
            .where(OutgoingLetter.kind.in_(["meeting", "meeting_moved"]))
            .order_by(OutgoingLetter.id.desc())
        )
        raw = next(content for content in rows if b"method=REQUEST" in content)
    new = kaasa.postbox.path / "new"
    new.mkdir(parents=True, exist_ok=True)
    (new / "1.invitation").write_bytes(raw)
    return "1.invitation", raw


@pytest.mark.parametrize("program", ["outlook", "gmail", "apple", "thunderbird"])
def test_the_postbox_answers_as_a_program_and_the_planner_sees_it(demo_visitor: Visitor, program):
    key, _ = invitation(demo_visitor.kaasa)
    page = demo_visitor.get(f"/et/postbox/{key}")
    assert "Vastake kutsutuna" in page.text
    done = demo_visitor.post(
        f"/et/postbox/{key}/answer", {"program": program, "said": "accepted", "comment": "Vajan tõlki"}
    )
    assert done.status_code == 303
    with demo_visitor.kaasa.database.session() as session:
        mail = session.exec(select(IncomingMail)).one()
        assert (mail.kind, mail.outcome) == ("reply", "counted")
        attending = session.get_one(Attendance, (mail.municipality_id, mail.meeting_id, mail.invitation_id))
        assert attending.answer == "accepted"
        address = f"/mails/{mail.id}"
    demo_visitor.sign_in("planner")
    for language in ("et", "en", "ru"):
        assert "Vajan tõlki" in demo_visitor.get(f"/{language}{address}").text
        assert address in demo_visitor.get(f"/{language}/mails").text
        assert demo_visitor.get(f"/{language}/mails?show=all").status_code == 200


def test_the_postbox_does_not_answer_what_invites_to_nothing(demo_visitor: Visitor):
    key, raw = invitation(demo_visitor.kaasa)
    (demo_visitor.kaasa.postbox.path / "new" / "2.other").write_bytes(
        raw.replace(b"text/calendar", b"text/x-other")
    )
    assert (
        demo_visitor.post("/et/postbox/2.other/answer", {"program": "gmail", "said": "accepted"}).status_code
        == 404
    )
    assert (
        demo_visitor.post(f"/et/postbox/{key}/answer", {"program": "lotus", "said": "accepted"}).status_code
        == 404
    )


def test_mail_nobody_can_place_is_registered_or_put_aside(demo_visitor: Visitor):
    raw = b"From: Leida <leida@kodu.example>\r\nTo: vald@example.ee\r\nSubject: Pink\r\n\r\nSoovin <b>pinki</b>."
    first = demo_visitor.kaasa.receiving.keep(raw)
    second = demo_visitor.kaasa.receiving.keep(raw + b" Palun.")
    demo_visitor.sign_in("planner")
    page = demo_visitor.get(f"/et/mails/{first.id}")
    assert "&lt;b&gt;pinki" in page.text
    refused = demo_visitor.post(
        f"/et/mails/{first.id}/register",
        {"number": "", "name": "", "email": "x", "text": "Soovin pinki."},
    )
    assert refused.status_code == 422
    original = demo_visitor.get(f"/et/mails/{first.id}/download")
    assert original.content == raw
    assert "attachment" in original.headers["content-disposition"]
    assert demo_visitor.post(f"/et/mails/{second.id}/aside", {"note": "Loetud"}).status_code == 303
    assert second.id not in demo_visitor.get("/et/mails").text
    assert second.id in demo_visitor.get("/et/mails?show=all").text


LETTER = b"From: mart@selts.example\r\nSubject: Tere\r\n\r\nSoovin kaldteed.\r\n"


@pytest.fixture
def door(kaasa, unused_tcp_port):
    object.__setattr__(kaasa, "settings", kaasa.settings.model_copy(update={"lmtp_port": unused_tcp_port}))
    kaasa.receiving.start()
    yield unused_tcp_port
    kaasa.receiving.stop()


@pytest.fixture
def unused_tcp_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def mails(kaasa, table=IncomingMail) -> list:
    with kaasa.database.session() as session:
        found = list(session.exec(select(table)))
        session.expunge_all()
    return found


def test_lmtp_keeps_a_mail_before_it_says_so_and_tells_whom_it_was_for(kaasa, door):
    token = "abcdefghijklmnopqrstuvwx"
    with smtplib.LMTP("127.0.0.1", door) as client:
        refused = client.sendmail("mart@selts.example", [f"osalus+{token}@kaasa.example"], LETTER)
    assert refused == {}
    (mail,) = mails(kaasa)
    assert mail.token == token
    assert kaasa.store.get(mail.municipality_id, mail.digest) == LETTER


def test_lmtp_answers_451_while_the_database_is_down_and_nothing_is_lost(kaasa, door, monkeypatch):
    def down(*_):
        raise OSError("the database is away")

    with monkeypatch.context() as patched, smtplib.LMTP("127.0.0.1", door) as client:
        patched.setattr(kaasa.database, "transaction", down)
        with pytest.raises(smtplib.SMTPDataError) as told:
            client.sendmail("mart@selts.example", ["osalus@kaasa.example"], LETTER)
        assert told.value.smtp_code == 451
    assert mails(kaasa) == []
    with smtplib.LMTP("127.0.0.1", door) as client:
        client.sendmail("mart@selts.example", ["osalus@kaasa.example"], LETTER)
        client.sendmail("mart@selts.example", ["osalus@kaasa.example"], LETTER)
    assert len(mails(kaasa)) == 1


def test_a_maildir_is_emptied_into_the_record_once(kaasa, tmp_path: Path, monkeypatch):
    new = tmp_path / "mail" / "new"
    new.mkdir(parents=True)
    (new / "1.a").write_bytes(LETTER)
    (new / "2.b").write_bytes(LETTER + b"Teine.\r\n")
    object.__setattr__(kaasa, "settings", kaasa.settings.model_copy(update={"maildir": tmp_path / "mail"}))
    with monkeypatch.context() as patched:
        patched.setattr(kaasa.database, "transaction", lambda *_: 1 / 0)
        assert kaasa.receiving.look() == 0
    assert len(list(new.iterdir())) == 2, "what was not kept stays"
    assert kaasa.receiving.look() == 2
    assert kaasa.receiving.look() == 0
    assert list(new.iterdir()) == []
    assert len(mails(kaasa)) == 2
    assert len(mails(kaasa, IncomingKey)) == 2


def test_the_command_takes_a_mail_from_a_pipe(kaasa):
    folder = str(kaasa.settings.folder)
    run = [sys.executable, "-m", "web", "receive", "--to", "osalus+abc@kaasa.example"]
    env = {"KAASA_FOLDER": folder, "KAASA_NO_BOOTSTRAP": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(run, input=LETTER, capture_output=True, env=env, check=False)
    assert (done.returncode, b"opinion" in done.stdout) == (0, True), done.stderr
    assert mails(kaasa)[0].token == "abc"
    env["KAASA_FOLDER"] = folder + "/empty"
    assert subprocess.run(run, input=LETTER, capture_output=True, env=env, check=False).returncode == 75


def test_lmtp_answers_once_for_each_recipient(kaasa, door):
    with socket.create_connection(("127.0.0.1", door), timeout=5) as line, line.makefile("rwb") as told:

        def say(text: str) -> bytes:
            told.write(text.encode() + b"\r\n")
            told.flush()
            return told.readline()

        told.readline()
        say("LHLO mx.example")
        while not told.readline().startswith(b"250 "):
            pass
        for text in (
            "MAIL FROM:<a@selts.example>",
            "RCPT TO:<osalus@kaasa.example>",
            "RCPT TO:<b@kaasa.example>",
        ):
            assert say(text).startswith(b"250")
        assert say("DATA").startswith(b"354")
        assert say(LETTER.decode() + ".").startswith(b"250")
        assert told.readline().startswith(b"250")


@pytest.fixture
def imap_server(unused_tcp_port):
    """A real IMAP server (pymap), its mail in memory."""
    command = [str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(unused_tcp_port), "--no-tls",
               "--no-service", "admin", "--no-service", "managesieve", "dict"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", unused_tcp_port), 0.2):
                break
            time.sleep(0.1)
        yield f"imap://demouser:demopass@127.0.0.1:{unused_tcp_port}/INBOX"
        running.terminate()


def test_an_imap_mailbox_is_read_once_and_left_as_it_was(kaasa, imap_server, monkeypatch):
    object.__setattr__(kaasa, "settings", kaasa.settings.model_copy(update={"imap_url": imap_server}))
    box = ImapAccount(imap_server).open()
    box.append(LETTER, "INBOX")
    box.append(LETTER + b"Teine.\r\n", "INBOX")
    with monkeypatch.context() as patched:
        patched.setattr(kaasa.database, "transaction", lambda *_: 1 / 0)
        assert kaasa.receiving.look() == 0, "the database is down: the mail stays"
    assert [kaasa.receiving.look(), kaasa.receiving.look()] == [2, 0]
    box.append(LETTER + b"Kolmas.\r\n", "INBOX")
    assert [kaasa.receiving.look(), kaasa.receiving.look()] == [1, 0]
    assert len(mails(kaasa)) == 3
    flags = [message.flags for message in box.fetch(mark_seen=False)]
    assert len(flags) == 3
    assert not any("\\Seen" in one for one in flags), "unread marks are people's"
    box.logout()


def test_mail_is_taken_at_once_where_the_server_tells_of_it(kaasa, imap_server):
    changed = {"imap_url": imap_server, "mail_every": 600}
    object.__setattr__(kaasa, "settings", kaasa.settings.model_copy(update=changed))
    box = ImapAccount(imap_server).open()
    kaasa.receiving.start()
    for number in range(1, 4):
        box.append(LETTER + f"{number}. kiri.\r\n".encode(), "INBOX")
        until = time.monotonic() + 20
        while len(mails(kaasa)) < number:
            assert time.monotonic() < until, "the server's word was not heard"
            time.sleep(0.02)
    box.logout()
