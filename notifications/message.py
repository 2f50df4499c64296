"""The finished mail: a letter, perhaps a calendar object and attachments, as the bytes that will leave.

The tree is the one that Thunderbird, Outlook and Gmail all show as an invitation: text, HTML and
`text/calendar` as alternatives, and the same calendar bytes as an attachment beside them.

The tree is written here, not by `EmailMessage`: its boundaries then follow from the content, so that a
preview is byte for byte what leaves, and 10,000 letters take seconds. Headers with people's words in them
(names, subject, file names) are encoded by the standard library.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import MIMEPart
from email.utils import format_datetime

from notifications.address import plain
from notifications.errors import AddressRefused
from notifications.letter import Letter, clean

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+=-]{1,80}@[A-Za-z0-9.-]{1,100}>")
_WORD_OCTETS = 39  # 52 characters of base64: its line stays under the 76 of RFC 2047, section 2
_UNSUBSCRIBE = re.compile(r"https://[!-;=?-~]+")


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter. `content_type` is "type/subtype"."""

    name: str
    content_type: str
    content: bytes


def build(
    letter: Letter,
    *,
    sender_name: str,
    sender_address: str,
    recipient_name: str,
    recipient_address: str,
    message_id: str,
    date: datetime,
    reply_to: str | None = None,
    calendar: bytes | None = None,
    calendar_method: str | None = None,
    unsubscribe: str | None = None,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Out: the mail, CRLF and all; the same bytes for the same input.

    In: `reply_to` is an address alone (with a calendar object it must be the sender's);
    `calendar_method` the METHOD of `calendar`; `unsubscribe` an https address that takes the one-click
    POST of RFC 8058, for digests and reminders only. Raises AddressRefused, ValueError for our own slips.
    """
    if (calendar is None) != (calendar_method is None):
        raise ValueError("A calendar object and its method go together.")
    if not _MESSAGE_ID.fullmatch(message_id) or "\n" in letter.subject or "\r" in letter.subject:
        raise ValueError("A mail needs a Message-ID of the form <name@domain> and a subject of one line.")
    seed = hashlib.sha256(f"{message_id}\0{letter.text}".encode()).hexdigest()[:24]
    body = _multipart("alternative", f"{seed}-1", _alternatives(letter, calendar, calendar_method))
    files = (
        []
        if calendar is None
        else [_base64_part('application/ics; name="invite.ics"', calendar, "invite.ics")]
    )
    files += [_attachment(attachment) for attachment in attachments]
    if files:
        body = _multipart("mixed", f"{seed}-0", [body, *files])
    head = [
        f"From: {_address(sender_name, sender_address, 'sender')}\r\n",
        f"To: {_address(recipient_name, recipient_address, 'recipient')}\r\n",
        _folded("Subject", letter.subject),
        f"Date: {format_datetime(date)}\r\n",
        # Written whole: the standard library wraps a long id or link, and may encode it.
        f"Message-ID: {message_id}\r\n",
        # RFC 3834, and what Exchange reads: an absence note must not answer us.
        "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: OOF, AutoReply\r\n",
        f"Content-Language: {letter.language.removesuffix('-easy')}\r\n",
        "MIME-Version: 1.0\r\n",
    ]
    if reply_to is not None:
        head.append(f"Reply-To: {plain(reply_to, where='reply-to')}\r\n")
    if unsubscribe is not None:
        if not _UNSUBSCRIBE.fullmatch(unsubscribe):
            raise ValueError("Unsubscribing needs an https link without spaces.")
        head.append(f"List-Unsubscribe: <{unsubscribe}>\r\n")
        head.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
    return "".join(head).encode("ascii") + body


def _alternatives(letter: Letter, calendar: bytes | None, method: str | None) -> list[bytes]:
    """Out: the parts from the plainest to the richest; mail programs show the last one they know."""
    parts = [_text_part("plain", letter.text), _text_part("html", letter.html)]
    if calendar is not None:
        # No Content-Disposition, and base64, so that no gateway can refold the lines.
        parts.append(
            _base64_part(f"text/calendar; method={method}; charset=UTF-8; component=VEVENT", calendar)
        )
    return parts


def _address(name: str, address: str, where: str) -> str:
    plain(address, where=where)
    local, _, domain = address.rpartition("@")
    shown = " ".join(clean(name).split())
    try:
        quoted = str(Address(shown, local, domain))
    except ValueError as error:
        raise AddressRefused(where, str(error)) from error
    return quoted if shown.isascii() and len(quoted) < 900 else f"{_encoded(shown)}\r\n <{address}>"


def _folded(name: str, value: str) -> str:
    if value.isascii() and len(value) < 900:
        # Left whole (RFC 5322 2.1.1 allows 998): the library would begin a long one on an empty line.
        return f"{name}: {value}\r\n"
    return f"{name}: {_encoded(value)}\r\n"


def _encoded(text: str) -> str:
    """Out: words of RFC 2047, each whole characters. The library's own folding loses a space between two."""
    words, start, size = [], 0, 0
    for end, letter in enumerate(text):
        width = len(letter.encode())
        if size + width > _WORD_OCTETS:
            words.append(text[start:end])
            start, size = end, 0
        size += width
    words.append(text[start:])
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word.encode()).decode()}?=" for word in words)


def _text_part(subtype: str, text: str) -> bytes:
    lines = "\r\n".join(clean(text).split("\n"))
    head = (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode() + binascii.b2a_qp(lines.encode(), istext=True)


def _base64_part(content_type: str, content: bytes, filename: str | None = None) -> bytes:
    place = f'Content-Disposition: attachment; filename="{filename}"\r\n' if filename else ""
    head = f"Content-Type: {content_type}\r\n{place}Content-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _attachment(attachment: Attachment) -> bytes:
    maintype, _, subtype = attachment.content_type.partition("/")
    name = " ".join(clean(attachment.name).split())
    part = MIMEPart(policy=policy.SMTP)
    part.set_content(
        attachment.content, maintype, subtype, disposition="attachment", filename=name, cte="base64"
    )
    return part.as_bytes()


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    # "=_" cannot occur in base64 or quoted-printable (RFC 2045 6.7), so no content can end a part.
    line = f"--=_{boundary}".encode()
    head = f'Content-Type: multipart/{subtype}; boundary="=_{boundary}"\r\n\r\n'.encode()
    return head + b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
