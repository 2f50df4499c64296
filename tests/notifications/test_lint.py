from __future__ import annotations

import base64
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.calendar_lint import check_calendar
from notifications.lint import check
from tests.notifications.cast import MART, REPLY, cancellation, invitation, mail

Change = Callable[[bytes], bytes]


def swap(old: str, new: str, *, count: int = 1) -> Change:
    """Change words of the mail as it stands."""

    def change(raw: bytes) -> bytes:
        assert old.encode() in raw, old
        return raw.replace(old.encode(), new.encode(), count)

    return change


def calendar(old: str, new: str, *, attachment: bool = True) -> Change:
    """Change words of the calendar object, in its part and, if wanted, in the attached copy."""

    def change(raw: bytes) -> bytes:
        found = re.findall(rb"base64\r\n\r\n(.*?)\r\n--", raw, re.DOTALL)
        before = base64.b64decode(found[0])
        unfolded = before.replace(b"\r\n ", b"").decode()
        assert old in unfolded, old
        after = unfolded.replace(old, new, 1).encode()
        folded = b"\r\n".join(_fold(line) for line in after.split(b"\r\n"))
        encoded = base64.encodebytes(folded).replace(b"\n", b"\r\n")
        return raw.replace(found[0] + b"\r\n", encoded + b"\r\n", 2 if attachment else 1)

    return change


def _fold(line: bytes) -> bytes:
    return (
        b"\r\n ".join(line[start : start + 60] for start in range(0, len(line), 60))
        if len(line) > 75
        else line
    )


ATTENDEE = f"mailto:{MART}"
BROKEN: list[tuple[str, Change, str]] = [
    # The mail
    ("bare line feed", swap("\r\nTo:", "\nTo:"), "CRLF"),
    ("bare carriage return", swap("Tere", "Te\rre"), "CRLF"),
    ("NUL", swap("Tere", "Te\0re"), "NUL"),
    ("raw letters in a header", swap("Mart Mets", "Märt Mets"), "not ASCII"),
    ("line too long", swap("Tere", "Tere" * 300), "998"),
    ("no Date", swap("Date:", "X-Date:"), "Date is there 0"),
    ("a Date that is none", swap("Mon, 11 Jan 2027", "eile"), "Date is not"),
    ("no Message-ID", swap("Message-ID:", "X-Message-ID:"), "Message-ID is there 0"),
    ("Message-ID without domain", swap("@kaasa.example>\r\nAuto", ">\r\nAuto"), "Message-ID is not"),
    (
        "two Message-IDs",
        swap("Message-ID:", "Message-ID: <a@b.example>\r\nMessage-ID:"),
        "Message-ID is there 2",
    ),
    (
        "empty subject",
        lambda raw: re.sub(rb"Subject: [^\r]*", b"Subject: ", raw, count=1),
        "Subject is empty",
    ),
    (
        "subject of two lines",
        lambda raw: re.sub(rb"Subject: [^\r]*", b"Subject: =?utf-8?q?a=0D=0Ab?=", raw, count=1),
        "Subject is empty or more",
    ),
    ("two recipients", swap(f"<{MART}>", f"<{MART}>, leida@naidisvald.example"), "To must name one"),
    ("a copy to somebody", swap("Auto-Submitted", "Cc: a@b.example\r\nAuto-Submitted"), "Cc must not"),
    ("a blind copy", swap("Auto-Submitted", "Bcc: a@b.example\r\nAuto-Submitted"), "Bcc must not"),
    ("answers refused", swap(f"<{REPLY}>", "<no-reply@kaasa.example>"), "refuses answers"),
    ("answered by absence notes", swap("Auto-Submitted: auto-generated", "Auto-Submitted: no"), "absence"),
    ("Exchange not told", swap("X-Auto-Response-Suppress", "X-Other"), "X-Auto-Response-Suppress"),
    ("Reply-To elsewhere", swap("Reply-To: osalus", "Reply-To: muu"), "not Reply-To"),
    ("From elsewhere", swap(f"<{REPLY}>", "<muu@kaasa.example>"), "not the sender"),
    ("To elsewhere", swap(f"<{MART}>", "<leida@naidisvald.example>"), "not the one the mail goes to"),
    ("no text part", swap("text/plain", "text/x-other"), "in order"),
    ("no HTML part", swap("text/html", "text/x-other"), "in order"),
    ("not alternatives", swap("multipart/alternative", "multipart/related"), "alternatives"),
    ("HTML without language", swap('<html lang=3D"et">', "<html>"), "language"),
    ("two main headings", swap("<h1", "<h1>x</h1><h1"), "one main heading"),
    ("tracking pixel", swap("</main>", '<img src=3D"x"></main>'), "<img>"),
    ("script", swap("</main>", "<script>x</script></main>"), "<script>"),
    ("script link", swap('href=3D"https:', 'href=3D"javascript:'), "link that is not"),
    (
        "unsubscribing from an invitation",
        swap(
            "Auto-S",
            "List-Unsubscribe: <https://x.example>\r\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nAuto-S",
        ),
        "must not offer",
    ),
    (
        "one-click line missing",
        swap("Auto-S", "List-Unsubscribe: <https://x.example>\r\nAuto-S"),
        "go together",
    ),
    # The calendar part
    ("method of the part differs", swap("method=REQUEST", "method=PUBLISH"), "Outlook rejects"),
    ("part without method", swap(" method=REQUEST;", ""), "Outlook rejects"),
    ("no calendar part", swap("text/calendar", "text/x-other"), "no invitation would be shown"),
    ("calendar not UTF-8 by its word", swap("charset=UTF-8", "charset=ISO-8859-1"), "charset=UTF-8"),
    ("attachment differs", calendar("SEQUENCE:0", "SEQUENCE:1", attachment=False), "same bytes"),
    ("METHOD missing", calendar("METHOD:REQUEST\r\n", ""), "METHOD is missing"),
    ("METHOD unknown", calendar("METHOD:REQUEST", "METHOD:INVITE"), "METHOD is INVITE"),
    ("PARTSTAT=ACCEPTED", calendar("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED"), "Outlook deletes"),
    ("nothing asked", calendar(";RSVP=TRUE", ""), "must ask"),
    ("two attendees", calendar("ATTENDEE;", "ATTENDEE:mailto:a@b.example\r\nATTENDEE;"), "2 ATTENDEE"),
    ("no attendee", calendar("ATTENDEE;", "X-ATTENDEE;"), "0 ATTENDEE"),
    ("two addresses in one", calendar(ATTENDEE, f"{ATTENDEE},a@b.example"), "not one mailto"),
    ("no organiser", calendar("ORGANIZER;", "X-ORGANIZER;"), "one ORGANIZER"),
    ("sent by another", calendar("ORGANIZER;", 'ORGANIZER;SENT-BY="mailto:a@b.example";'), "SENT-BY"),
    ("no UID", calendar("UID:", "X-UID:"), "UID is there 0"),
    ("empty UID", calendar("UID:0190-meeting@kaasa.example", "UID:"), "UID is empty"),
    ("no DTSTAMP", calendar("DTSTAMP:", "X-DTSTAMP:"), "DTSTAMP is there 0"),
    ("local DTSTAMP", calendar("DTSTAMP:20270111T080000Z", "DTSTAMP:20270111T080000"), "DTSTAMP"),
    ("no SEQUENCE", calendar("SEQUENCE:0\r\n", ""), "SEQUENCE is there 0"),
    ("SEQUENCE not a number", calendar("SEQUENCE:0", "SEQUENCE:-1"), "whole number"),
    ("two summaries", calendar("SUMMARY;", "SUMMARY:x\r\nSUMMARY;"), "SUMMARY is there 2"),
    ("TZID without definition", calendar("TZID:Europe/Tallinn", "TZID:Europe/Riga"), "not defined"),
    (
        "dates instead of rules",
        calendar("BEGIN:DAYLIGHT", "BEGIN:DAYLIGHT\r\nRDATE:20270328T030000"),
        "RDATE",
    ),
    ("floating time", calendar("DTSTART;TZID=Europe/Tallinn:", "DTSTART:"), "floats"),
    ("no such day", calendar("20270203T160000", "20271303T160000"), "not a moment"),
    ("end before start", calendar("20270203T180000", "20270203T150000"), "not after DTSTART"),
    ("alarm", calendar("END:VEVENT", "BEGIN:VALARM\r\nEND:VALARM\r\nEND:VEVENT"), "alarm"),
    ("repeating", calendar("CLASS:PUBLIC", "CLASS:PUBLIC\r\nRRULE:FREQ=WEEKLY"), "repeating"),
    ("cancelled but not CANCEL", calendar("STATUS:CONFIRMED", "STATUS:CANCELLED"), "STATUS:CONFIRMED"),
    ("name that Outlook shows raw", calendar("Mart Mets, K", "Mart ^'Mets, K"), "RFC 6868"),
    ("junk line", calendar("CLASS:PUBLIC", "CLASS PUBLIC"), "not a calendar line"),
    ("not closed", calendar("END:VEVENT\r\n", ""), "closes nothing"),
    (
        "two events",
        calendar("END:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT\r\nEND:VEVENT"),
        "more than one VEVENT",
    ),
    ("no event", calendar("BEGIN:VEVENT", "BEGIN:VTODO"), "closes nothing"),
    ("no PRODID", calendar("PRODID:", "X-PRODID:"), "PRODID"),
]


@pytest.mark.parametrize(("change", "finding"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_a_broken_invitation_is_found(change: Change, finding: str) -> None:
    broken = change(invitation())
    assert broken != invitation()
    assert any(finding in found for found in check(broken)), check(broken)


def test_the_ways_to_break_our_mails_are_at_least_those_of_the_design() -> None:
    assert len(BROKEN) >= 28


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (calendar("STATUS:CANCELLED", "STATUS:CONFIRMED"), "STATUS:CANCELLED"),
        (calendar("SEQUENCE:1", "SEQUENCE:0"), "SEQUENCE above"),
        (calendar("ATTENDEE;", "X-ATTENDEE;"), "0 ATTENDEE"),
    ],
)
def test_a_broken_cancellation_is_found(change: Change, finding: str) -> None:
    assert any(finding in found for found in check(change(cancellation())))


def test_a_published_deadline_that_names_a_guest_is_found() -> None:
    content = b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:a@b.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    assert any("nobody is invited" in found for found in check_calendar(content))


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "without CRLF"),
        (b"BEGIN:VCALENDAR\r\n" + b"X" * 76 + b":\r\nEND:VCALENDAR\r\n", "75 octets"),
        (b"\xff", "not UTF-8"),
        (b"", "no VCALENDAR"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nx", "does not end"),
    ],
)
def test_a_calendar_that_is_none_is_found(content: bytes, finding: str) -> None:
    assert any(finding in found for found in check_calendar(content))


@given(st.binary(max_size=400), st.integers(0, 4000), st.integers(0, 200))
def test_the_guard_never_breaks_and_lets_no_torn_mail_pass(noise: bytes, place: int, length: int) -> None:
    raw = invitation()
    assert isinstance(check(noise), list)
    torn = raw[:place] + noise + raw[place + length :]
    assert isinstance(check(torn), list)
    assert check(raw[: place + 1]) != [] or place + 1 >= len(raw)


def test_a_plain_letter_needs_no_calendar() -> None:
    assert check(mail()) == []
