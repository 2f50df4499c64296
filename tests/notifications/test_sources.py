from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from notifications.calendar import request
from notifications.errors import LetterUnknown
from notifications.maildir import MaildirTransport
from notifications.message import Attachment
from notifications.sources import Postbox
from notifications.verdict import Outcome
from tests.notifications.cast import EVENT, LETTER, MART, NOW, REPLY, envelope, invitation, mail
from tests.notifications.desk import Desk
from tests.notifications.doors import Database


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    return tmp_path / "post"


def test_letters_delivered_into_a_maildir_lie_in_the_postbox(database: Database, maildir: Path) -> None:
    post = Desk(database, MaildirTransport(maildir))
    post.put(*range(3))
    assert post.drain() == 3
    assert post.states() == ["sent"] * 3
    recipients = {letter.recipient for letter in Postbox(maildir).letters()}
    assert recipients == {f"Mart Mets <guest{n}@ngo.example>" for n in range(3)}


def test_a_letter_that_comes_twice_lies_there_once_even_after_it_was_read(maildir: Path) -> None:
    transport = MaildirTransport(maildir)
    for _ in range(2):
        assert transport.send(REPLY, MART, mail()).outcome is Outcome.SENT
    (file,) = (maildir / "new").iterdir()
    assert file.name == "0123456789abcdef@kaasa.example"
    assert file.read_bytes() == mail()
    file.rename(maildir / "cur" / f"{file.name}:2,S")
    transport.send(REPLY, MART, mail())
    assert [letter.key for letter in Postbox(maildir).letters()] == [file.name]
    assert Postbox(maildir).open(file.name).subject == LETTER.subject
    assert list((maildir / "tmp").iterdir()) == []


def test_the_postbox_lists_the_newest_letter_first(maildir: Path) -> None:
    transport = MaildirTransport(maildir)
    for day in (2, 3, 1):
        identity = f"<day{day}@kaasa.example>"
        transport.send(REPLY, MART, mail(message_id=identity, date=NOW + timedelta(days=day)))
    transport.send(REPLY, MART, invitation())
    letters = Postbox(maildir).letters()
    keys = [
        "day3@kaasa.example",
        "day2@kaasa.example",
        "day1@kaasa.example",
        "0123456789abcdef@kaasa.example",
    ]
    assert [letter.key for letter in letters] == keys
    assert [letter.has_calendar for letter in letters] == [False, False, False, True]
    assert letters[0].date == NOW + timedelta(days=3)


def test_an_opened_letter_shows_all_that_was_sent(maildir: Path) -> None:
    file = Attachment("märkus.txt", "text/plain", b"tere")
    raw = mail(request(EVENT), "REQUEST", reply_to=REPLY, attachments=[file])
    MaildirTransport(maildir).send(REPLY, MART, raw)
    (listed,) = Postbox(maildir).letters()
    opened = Postbox(maildir).open(listed.key)
    assert (opened.subject, opened.text, opened.html) == (LETTER.subject, LETTER.text, LETTER.html)
    assert (opened.date, opened.recipient) == (NOW, f"Mart Mets <{MART}>")
    assert REPLY in opened.sender
    assert opened.calendar == request(EVENT)
    assert [(f.name, f.content) for f in opened.attachments] == [
        ("invite.ics", request(EVENT)),
        ("märkus.txt", b"tere"),
    ]


def test_a_letter_without_a_calendar_has_none(maildir: Path) -> None:
    MaildirTransport(maildir).send(REPLY, MART, mail())
    assert Postbox(maildir).open("0123456789abcdef@kaasa.example").calendar is None


@pytest.mark.parametrize(
    "key", ["", "x", "../secret", "..", "a/b", "new", "/etc/passwd", "x\0", ".hidden", "a\n"]
)
def test_a_key_that_is_no_letter_opens_nothing(maildir: Path, key: str) -> None:
    MaildirTransport(maildir).send(REPLY, MART, mail())
    (maildir / "secret").write_text("secret")
    (maildir / "new" / ".hidden").write_text("secret")
    with pytest.raises(LetterUnknown):
        Postbox(maildir).open(key)


def test_a_postbox_nothing_was_ever_put_into_is_empty(maildir: Path) -> None:
    assert Postbox(maildir).letters() == []


def test_a_strange_message_id_cannot_leave_the_maildir(maildir: Path) -> None:
    raw = envelope().content.replace(b"Message-ID: <", b"Message-ID: <../../")
    MaildirTransport(maildir).send(REPLY, MART, raw)
    (file,) = (maildir / "new").iterdir()
    assert Postbox(maildir).open(file.name).subject == LETTER.subject
