"""The guard before the outbox: faults of our own mails, found while the step can still be taken back."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from notifications.calendar_lint import check_calendar, read, sends

_ONCE = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Type",
)
_NO_REPLY = re.compile(r"(no|do-?not|ara)-?_?\.?(reply|vasta)", re.IGNORECASE)
_BAD_HTML = re.compile(
    r"<\s*(img|script|iframe|object|embed|link|form|input|meta\s+http-equiv)\b", re.IGNORECASE
)


def check(raw: bytes) -> list[str]:
    """In: a finished mail. Out: a sentence for each fault; an empty list lets it pass."""
    findings = _bytes(raw)
    mail = message_from_bytes(raw)
    findings += _headers(mail) + _people(mail)
    parts = [part for part in mail.walk() if not part.is_multipart()]
    findings += _bodies(mail, parts)
    calendars = [part for part in parts if part.get_content_type() == "text/calendar"]
    if len(calendars) > 1:
        findings.append("There is more than one calendar part.")
    elif calendars:
        findings += _calendar(mail, calendars[0], parts)
    elif any(part.get_content_type() == "application/ics" for part in parts):
        findings.append("A calendar file without a text/calendar part: no invitation would be shown.")
    return findings


def _bytes(raw: bytes) -> list[str]:
    findings = []
    bare = raw.replace(b"\r\n", b"")
    if b"\n" in bare or b"\r" in bare:
        findings.append("A line ends without CRLF.")
    if b"\0" in raw:
        findings.append("There is a NUL byte.")
    head, gap, _ = raw.partition(b"\r\n\r\n")
    if not gap:
        findings.append("There is no empty line after the headers.")
    if not head.isascii():
        findings.append("A header is not ASCII: encode it (RFC 2047).")
    # A line over the limit is as long as the longest run between two line ends (RFC 5322 2.1.1).
    if len(raw) > 998 and max(map(len, raw.split(b"\r\n"))) > 998:
        findings.append("A line is longer than 998 octets.")
    return findings


def _headers(mail: Message) -> list[str]:
    findings = []
    for name in _ONCE:
        found = len(mail.get_all(name, []))
        if found != 1:
            findings.append(f"{name} is there {found} times: it must be there once.")
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", str(mail.get("Message-ID", "")).strip()):
        findings.append("Message-ID is not <name@domain>.")
    subject = _decoded(mail, "Subject")
    if not subject.strip() or re.search("[\r\n\v\f\x85\u2028\u2029]", subject):
        findings.append("Subject is empty or more than one line.")
    try:
        if parsedate_to_datetime(str(mail.get("Date", ""))).tzinfo is None:
            findings.append("Date has no zone.")
    except ValueError:
        findings.append("Date is not a date (RFC 5322 3.3).")
    if str(mail.get("Auto-Submitted", "")) != "auto-generated":
        findings.append("Auto-Submitted must be auto-generated, or absence notes will answer.")
    if ("List-Unsubscribe" in mail) != ("List-Unsubscribe-Post" in mail):
        findings.append("List-Unsubscribe and List-Unsubscribe-Post go together (RFC 8058).")
    return findings


def _people(mail: Message) -> list[str]:
    findings = [
        f"{name} must not be there: one mail, one recipient."
        for name in ("Cc", "Bcc", "Sender")
        if name in mail
    ]
    if len(_addresses(mail, "To")) != 1:
        findings.append("To must name one address: nobody sees another's.")
    senders = _addresses(mail, "From")
    if len(senders) != 1:
        findings.append("From must name one address.")
    if any(_NO_REPLY.search(address.split("@")[0]) for address in senders):
        findings.append("From refuses answers: give an address that is read.")
    return findings


def _bodies(mail: Message, parts: list[Message]) -> list[str]:
    findings = []
    shown = [p for p in parts if p.get_content_disposition() != "attachment"]
    kinds = [p.get_content_type() for p in shown]
    if kinds not in (["text/plain", "text/html"], ["text/plain", "text/html", "text/calendar"]):
        findings.append(
            f"The mail shows {', '.join(kinds)}: it must be text, HTML and at most one calendar, in order."
        )
    inner = next((p for p in mail.walk() if p.get_content_type() == "multipart/alternative"), None)
    if inner is None or len(inner.get_payload()) != len(shown):
        findings.append("Text, HTML and calendar must be alternatives of one part.")
    if mail.is_multipart() and any(p.defects for p in mail.walk()):
        findings.append("The parts of the mail do not fit together.")
    for part in shown:
        if part.get_content_type() == "text/plain" and not _text(part).strip():
            findings.append("The text part is empty.")
        if part.get_content_type() == "text/html":
            findings += _html(_text(part))
    return findings


def _html(html: str) -> list[str]:
    findings = []
    if not re.search(r"<html[^>]*\slang=\"[a-z]{2,3}(-[A-Za-z]+)?\"", html):
        findings.append("The HTML part does not say its language.")
    if len(re.findall(r"<h1[\s>]", html)) != 1:
        findings.append("The HTML part must have one main heading.")
    if bad := _BAD_HTML.search(html):
        findings.append(f"The HTML part holds <{bad[1]}>: a letter loads and asks nothing.")
    if re.search(r"\son[a-z]+\s*=|href=\"(?!https?:|mailto:|tel:)", re.sub(r">[^<]*<", "><", html)):
        findings.append("The HTML part holds a script or a link that is not web, mail or telephone.")
    return findings


def _calendar(mail: Message, part: Message, parts: list[Message]) -> list[str]:
    content = _payload(part)
    method = part.get_param("method")
    findings = check_calendar(content, str(method) if method is not None else "(none)")
    if str(part.get("Content-Transfer-Encoding", "")).lower() != "base64" or "Content-Disposition" in part:
        findings.append("The calendar part must be base64 and without Content-Disposition.")
    if str(part.get_content_charset()) != "utf-8":
        findings.append("The calendar part must say charset=UTF-8.")
    copies = [_payload(p) for p in parts if p.get_content_type() == "application/ics"]
    if copies != [content]:
        findings.append("The attached calendar file must be there once, with the same bytes.")
    calendar = read(content)[0] if _is_utf8(content) else None
    events = calendar.walk("VEVENT") if calendar else []
    for event in events:
        organiser = event.value("ORGANIZER").lower().removeprefix("mailto:")
        if organiser != next(iter(_addresses(mail, "From")), ""):
            findings.append("ORGANIZER is not the sender: the answer would go astray.")
        if any(organiser != address for address in _addresses(mail, "Reply-To")):
            findings.append("ORGANIZER is not Reply-To: the answer would go astray.")
        attendees = event.all("ATTENDEE")
        for attendee in (line for line in attendees if not sends(line, attendees)):
            if attendee.value.lower().removeprefix("mailto:") not in _addresses(mail, "To"):
                findings.append("ATTENDEE is not the one the mail goes to.")
    if method in ("REQUEST", "CANCEL", "DECLINECOUNTER") and "List-Unsubscribe" in mail:
        findings.append("A personal invitation must not offer to unsubscribe.")
    return findings


def _addresses(mail: Message, name: str) -> list[str]:
    values = [str(value)[:2000] for value in mail.get_all(name, [])]
    return [address.lower() for _, address in getaddresses(values) if address]


def _decoded(mail: Message, name: str) -> str:
    try:
        return str(make_header(decode_header(re.sub(r"\r\n(?=[ \t])", "", str(mail.get(name, ""))))))
    except (HeaderParseError, LookupError, UnicodeDecodeError):
        return ""


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message) -> str:
    return _payload(part).decode("utf-8", "replace")


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
