"""Answers to our invitations as Outlook, Gmail, Apple and Thunderbird write them, quirks and all.

For the demonstration's postbox and for tests: whoever has no second mailbox sees what an invitee's program would
send. What each leaves out or adds follows its makers' documents and answers seen in public; see
docs/decisions/0020. The bytes go the same way as real mail.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from notifications.errors import LetterUnknown
from notifications.inbound import address, mime, reply
from notifications.inbound.reply import Event, Property

PROGRAMS = ("outlook", "gmail", "apple", "thunderbird")
PARTSTATS = {"accepted": "ACCEPTED", "maybe": "TENTATIVE", "declined": "DECLINED"}
_PRODID = {
    "outlook": "Microsoft Exchange Server 2010",
    "gmail": "-//Google Inc//Google Calendar 70.9054//EN",
    "apple": "-//Apple Inc.//iOS 17.4//EN",
    "thunderbird": "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
}
_SUBJECTS = {"ACCEPTED": "Accepted", "TENTATIVE": "Tentative", "DECLINED": "Declined"}
_COUNTERED = "COUNTER"


def answer(
    letter: bytes,
    program: str,
    said: str,
    *,
    now: datetime,
    comment: str = "",
    later_by: timedelta | None = None,
    sender: str = "",
) -> bytes:
    """In: an invitation of ours as it was sent, one of PROGRAMS, a key of PARTSTATS. Out: the answer's bytes.

    `later_by` proposes another time instead (METHOD:COUNTER); `sender` answers from another address than the
    one invited. Raises LetterUnknown when the letter invites to nothing, KeyError for an unknown program.
    """
    event = _invitation(letter)
    partstat = PARTSTATS[said]
    attendee = address.bare(event["ATTENDEE"][0].value)
    organiser = address.bare(event["ORGANIZER"][0].value)
    method = _COUNTERED if later_by else "REPLY"
    lines = _lines(event, program, partstat, comment, now, later_by)
    body = [
        "BEGIN:VCALENDAR",
        f"METHOD:{method}",
        f"PRODID:{_PRODID[program]}",
        "VERSION:2.0",
        "BEGIN:VEVENT",
        *lines,
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    calendar = "\r\n".join(_folded(line) for line in body) + "\r\n"
    summary = event["SUMMARY"][0].value.replace("\\", "") if "SUMMARY" in event else ""
    subject = f"{'New Time Proposed' if later_by else _SUBJECTS[partstat]}: {summary}"
    return _mail(program, sender or attendee, organiser, subject, calendar, method, now)


def _invitation(letter: bytes) -> Event:
    for part in mime.parse(letter).walk():
        if part.content_type == "text/calendar":
            found = reply.events(part.content().decode("utf-8", "replace"))
            if (
                found.method == "REQUEST"
                and found.events
                and {"ATTENDEE", "ORGANIZER"} <= found.events[0].keys()
            ):
                return found.events[0]
    raise LetterUnknown("without an invitation")


def _lines(
    event: Event, program: str, partstat: str, comment: str, now: datetime, later_by: timedelta | None
) -> list[str]:
    attendee, organiser = event["ATTENDEE"][0], event["ORGANIZER"][0]
    who = address.bare(attendee.value)
    name = attendee.parameters.get("CN", "")
    named = f';CN="{name}"' if name else ""
    note = f';X-RESPONSE-COMMENT="{comment}"' if comment and program == "gmail" else ""
    scheme = "MAILTO:" if program == "outlook" else "mailto:"
    lines = [f"UID:{event['UID'][0].value}", f"ATTENDEE{named};PARTSTAT={partstat}{note}:{scheme}{who}"]
    if program == "gmail":
        lines[1] = f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{lines[1][8:]}"
    if program != "outlook":  # Exchange leaves ORGANIZER out
        lines.append(f"ORGANIZER:mailto:{address.bare(organiser.value)}")
    if program != "apple":  # and Apple may leave SEQUENCE out
        lines.append(f"SEQUENCE:{event['SEQUENCE'][0].value}")
    if program != "outlook":
        lines.append(f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    if comment and program != "gmail":
        lines.append(f"COMMENT:{_escaped(comment)}")
    lines += [
        _time(name, event[name][0], program, later_by) for name in ("DTSTART", "DTEND") if name in event
    ]
    if "RECURRENCE-ID" in event:
        lines.append(_time("RECURRENCE-ID", event["RECURRENCE-ID"][0], program, None))
    return [*lines, f"SUMMARY:{event['SUMMARY'][0].value}"] if "SUMMARY" in event else lines


def _time(name: str, line: Property, program: str, later_by: timedelta | None) -> str:
    at = reply.moment({name: [line]}, name)
    if not isinstance(at, datetime):
        return f"{name};VALUE=DATE:{line.value}"
    at += later_by or timedelta()
    if program == "gmail":
        return f"{name}:{at:%Y%m%dT%H%M%SZ}"
    zone = "FLE Standard Time" if program == "outlook" else "Europe/Tallinn"
    return f"{name};TZID={zone}:{at.astimezone(reply.HOME):%Y%m%dT%H%M%S}"


def _mail(
    program: str, sender: str, organiser: str, subject: str, calendar: str, method: str, now: datetime
) -> bytes:
    number = hashlib.sha256(f"{program}{sender}{calendar}".encode()).hexdigest()[:24]
    encoded = base64.b64encode(subject.encode()).decode()
    head = [
        f"From: {sender}",
        f"To: {organiser}",
        f"Subject: =?utf-8?b?{encoded}?=",
        f"Date: {format_datetime(now)}",
        f"Message-ID: <{number}@{program}.example>",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{number}"',
    ]
    if program == "gmail":  # on every answer, which is why calendars are read before this header
        head += [
            "Auto-Submitted: auto-generated",
            "Sender: Google Calendar <calendar-notification@google.com>",
        ]
    wrapped = base64.encodebytes(calendar.encode()).decode().replace("\n", "\r\n")
    parts = [
        f"--{number}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{_SUBJECTS.get(method, '')}\r\n",
        (
            f"--{number}\r\nContent-Type: text/calendar; charset=utf-8; method={method}\r\n"
            f"Content-Transfer-Encoding: base64\r\n\r\n{wrapped}"
        ),
        f"--{number}--\r\n",
    ]
    return ("\r\n".join(head) + "\r\n\r\n" + "".join(parts)).encode()


def _escaped(text: str) -> str:
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r\n", "\\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Out: a content line of at most 75 octets a row (RFC 5545 3.1)."""
    rows, row = [], ""
    for letter in line:
        if len((row + letter).encode()) > 73:
            rows.append(row)
            row = ""
        row += letter
    return "\r\n ".join([*rows, row])
