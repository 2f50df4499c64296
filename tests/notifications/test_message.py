from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.calendar import request
from notifications.errors import AddressRefused
from notifications.letter import Letter, clean
from notifications.lint import check
from notifications.message import Attachment
from tests.notifications.cast import EVENT, LETTER, MART, NOW, REPLY, cancellation, invitation, mail

LINE_ENDS = ["\n", "\r", "\r\n", "\x85", "\u2028", "\u2029"]


def parsed(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.default)
    assert [part.defects for part in found.walk() if part.defects] == []
    return found


def content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


def test_an_invitation_is_the_tree_that_every_mail_program_shows() -> None:
    found = parsed(invitation())
    tree = [(part.get_content_type(), part.get_content_disposition()) for part in found.walk()]
    assert tree == [
        ("multipart/mixed", None),
        ("multipart/alternative", None),
        ("text/plain", None),
        ("text/html", None),
        ("text/calendar", None),
        ("application/ics", "attachment"),
    ]
    calendar, file = list(found.walk())[4:]
    assert dict(calendar["content-type"].params) == {
        "method": "REQUEST",
        "charset": "UTF-8",
        "component": "VEVENT",
    }
    assert calendar["content-transfer-encoding"] == "base64"
    assert content(calendar) == content(file) == request(EVENT)
    assert file.get_filename() == "invite.ics"


def test_a_plain_letter_is_text_and_html_that_come_back_whole() -> None:
    found = parsed(mail())
    assert found.get_content_type() == "multipart/alternative"
    bodies = [content(part) for part in found.iter_parts()]
    assert [body.decode().replace("\r\n", "\n") for body in bodies] == [LETTER.text, LETTER.html]


def test_our_mails_say_who_they_are_from_and_that_a_machine_sent_them() -> None:
    found = parsed(invitation())
    assert found["from"].addresses[0].addr_spec == found["reply-to"].addresses[0].addr_spec == REPLY
    assert found["from"].addresses[0].display_name == "Aino Kask, planeerija"
    assert [address.addr_spec for address in found["to"].addresses] == [MART]
    assert found["auto-submitted"] == "auto-generated"
    assert found["x-auto-response-suppress"] == "OOF, AutoReply"
    assert found["content-language"] == "et"
    assert found["date"].datetime == NOW
    assert found["message-id"] == "<0123456789abcdef@kaasa.example>"
    assert found["subject"] == LETTER.subject


def test_the_same_letter_is_the_same_bytes_so_a_preview_is_what_leaves() -> None:
    assert invitation() == invitation()
    assert invitation() != cancellation()


def test_every_mail_of_ours_passes_our_own_guard() -> None:
    assert check(mail()) == check(invitation()) == check(cancellation()) == []


def test_unsubscribing_is_one_click_and_its_long_link_is_left_whole() -> None:
    link = "https://kaasa.example/loobu/" + "a" * 300
    raw = mail(unsubscribe=link)
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert check(raw) == []
    with pytest.raises(ValueError, match="https"):
        mail(unsubscribe="https://kaasa.example/x>\r\nBcc: a@b.example")


def test_attachments_travel_with_their_names_and_bytes() -> None:
    files = [
        Attachment("Joonis õ – 1.pdf", "application/pdf", b"%PDF\r\n\0\xff"),
        Attachment('märkus"\r\n.txt', "text/plain", "Üks\nkaks".encode()),
    ]
    raw = mail(attachments=files)
    found = list(parsed(raw).iter_attachments())
    assert [part.get_filename() for part in found] == ["Joonis õ – 1.pdf", 'märkus" .txt']
    assert [content(part) for part in found] == [file.content for file in files]
    assert check(raw) == []


@given(st.text(max_size=200), st.text(max_size=80), st.text(max_size=500))
def test_no_name_subject_or_text_can_add_a_header(subject: str, name: str, text: str) -> None:
    title = f"x {' '.join(clean(subject).split())}".strip()
    letter = Letter(title, text + "\nx\n", LETTER.html, "en")
    raw = mail(letter=letter, sender_name=name, recipient_name=name)
    assert check(raw) == []
    found = parsed(raw)
    assert len(found.keys()) == len(parsed(mail()).keys())
    assert found["subject"].split() == title.split()
    assert [address.addr_spec for address in found["to"].addresses] == [MART]
    body = found.get_body(("plain",))
    assert body is not None
    assert content(body).decode().replace("\r\n", "\n") == clean(letter.text)


@given(st.text(st.sampled_from("abc õäöü йЖ 漢🙂 ,;?_="), max_size=150))
def test_words_in_any_alphabet_come_back_whole_with_every_space(text: str) -> None:
    words = f"Ž {' '.join(text.split())}".strip()
    raw = mail(letter=Letter(words, "a\n", LETTER.html, "ru"), recipient_name=words)
    found = message_from_bytes(raw)
    assert str(make_header(decode_header(str(found["subject"])))) == words
    assert str(make_header(decode_header(str(found["to"])))).startswith(f"{words} <")
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(len(line) for line in head if b"=?utf-8" in line) <= 76  # RFC 2047, section 2


@pytest.mark.parametrize("end", LINE_ENDS)
def test_a_line_end_in_a_name_becomes_a_space(end: str) -> None:
    found = parsed(mail(sender_name=f"Aino{end}Bcc: x@y.example"))
    assert found["from"].addresses[0].display_name == "Aino Bcc: x@y.example"
    assert found["bcc"] is None


@pytest.mark.parametrize("end", LINE_ENDS)
@pytest.mark.parametrize("field", ["sender_address", "recipient_address", "reply_to"])
def test_a_line_end_in_an_address_is_refused(field: str, end: str) -> None:
    changed: dict[str, Any] = {field: f"a@b.example{end}Bcc: x@y.example"}
    with pytest.raises(AddressRefused):
        mail(**changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"message_id": "<a@b>\r\nBcc: x@y.example"},
        {"message_id": "a@b"},
        {"letter": Letter("two\nlines", "x", "x", "et")},
        {"calendar": b"x"},
        {"calendar_method": "REQUEST"},
    ],
)
def test_our_own_slips_are_refused_before_there_is_a_mail(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"Message-ID|go together"):
        mail(changed.pop("calendar", None), changed.pop("calendar_method", None), **changed)
