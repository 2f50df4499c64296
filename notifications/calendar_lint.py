"""The guard over calendar objects of our own: what no calendar parser notices, found before it leaves.

It reads bytes with an eye of its own, apart from the library that wrote them. Rules: RFC 5545 (form),
RFC 5546 (what each METHOD must and must not hold), and what Outlook, Gmail and Thunderbird trip over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_LINE = re.compile(
    r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)', re.DOTALL
)
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:]*)')
_ADDRESS = re.compile(r"mailto:[^\s@:,;<>\"]+@[^\s@:,;<>\"]+", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3])[0-5]\d[0-5]\dZ?)?")
_ONCE = ("UID", "DTSTAMP", "SEQUENCE", "DTSTART", "SUMMARY", "STATUS")
_IN_A_NO = ("UID", "DTSTAMP", "ORGANIZER", "COMMENT")


@dataclass
class Line:
    """One content line: its name, parameters and value."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass
class Part:
    """A component and what lies in it."""

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def all(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]

    def value(self, name: str) -> str:
        return next((line.value for line in self.all(name)), "")

    def walk(self, name: str) -> list[Part]:
        found = [self] if self.name == name else []
        return found + [inner for part in self.parts for inner in part.walk(name)]


def check_calendar(content: bytes, method: str | None = None) -> list[str]:
    """In: a calendar object, and the method its MIME part names. Out: a sentence for each fault."""
    findings = _form(content)
    try:
        root, junk = read(content)
    except UnicodeDecodeError:
        return [*findings, "The calendar is not UTF-8."]
    findings += junk
    if root is None:
        return [*findings, "There is no VCALENDAR."]
    stated = root.value("METHOD")
    if stated not in ("REQUEST", "CANCEL", "PUBLISH", "DECLINECOUNTER"):
        findings.append(
            f"METHOD is {stated or 'missing'}: it must be REQUEST, CANCEL, PUBLISH or DECLINECOUNTER."
        )
    if method is not None and method != stated:
        findings.append(f"The part says method={method}, the calendar METHOD:{stated}: Outlook rejects that.")
    if root.value("VERSION") != "2.0" or not root.value("PRODID"):
        findings.append("VERSION:2.0 and PRODID must be there.")
    findings += _zones(root)
    events = root.walk("VEVENT")
    if not events:
        findings.append("There is no VEVENT.")
    if stated != "PUBLISH" and len(events) > 1:
        findings.append("An invitation holds more than one VEVENT.")
    for event in events:
        findings += _no(event) if stated == "DECLINECOUNTER" else _event(event, stated)
    return findings


def read(content: bytes) -> tuple[Part | None, list[str]]:
    """Out: the VCALENDAR, and a sentence for each line that is not a content line of RFC 5545 3.1."""
    root = Part("")
    open_parts, junk = [root], []
    unfolded = re.sub(r"\r?\n[ \t]", "", content.decode("utf-8"))
    for text in re.split(r"\r?\n", unfolded):
        if not text:
            continue
        match = _LINE.fullmatch(text)
        if match is None:
            junk.append(f"{text[:40]!r} is not a calendar line.")
            continue
        found = {name.upper(): value.strip('"') for name, value in _PARAMETER.findall(match[2])}
        line = Line(match[1].upper(), found, match[3])
        if line.name == "BEGIN":
            part = Part(line.value)
            open_parts[-1].parts.append(part)
            open_parts.append(part)
        elif line.name == "END":
            if len(open_parts) == 1 or open_parts.pop().name != line.value:
                junk.append(f"END:{line.value[:40]} closes nothing.")
                break
        else:
            open_parts[-1].lines.append(line)
    if len(open_parts) > 1:
        junk.append(f"{open_parts[-1].name} is not closed.")
    return next((part for part in root.parts if part.name == "VCALENDAR"), None), junk


def _form(content: bytes) -> list[str]:
    findings = []
    bare = content.replace(b"\r\n", b"")
    if b"\n" in bare or b"\r" in bare:
        findings.append("A calendar line ends without CRLF.")
    if not content.endswith(b"END:VCALENDAR\r\n"):
        findings.append("The calendar does not end with END:VCALENDAR.")
    if any(len(line) > 75 for line in content.split(b"\r\n")):
        findings.append("A calendar line is longer than 75 octets: fold it.")
    if b"^'" in content:
        findings.append("A name is escaped as in RFC 6868, which Outlook shows raw: clean the name.")
    return findings


def _zones(root: Part) -> list[str]:
    findings = []
    known = {zone.value("TZID") for zone in root.walk("VTIMEZONE")}
    rules = [rule for zone in root.walk("VTIMEZONE") for rule in zone.parts]
    if any(rule.all("RDATE") for rule in rules):
        findings.append("A VTIMEZONE lists dates (RDATE), which Outlook does not read: give rules.")
    used = {line.parameters.get("TZID") for event in root.walk("VEVENT") for line in event.lines} - {None}
    if missing := used - known:
        findings.append(f"TZID {', '.join(sorted(map(str, missing)))} is not defined by a VTIMEZONE.")
    return findings


def _event(event: Part, method: str) -> list[str]:
    findings = [
        f"{name} is there {len(event.all(name))} times: it must be there once."
        for name in _ONCE
        if len(event.all(name)) != 1
    ]
    findings += _times(event)
    if event.value("SEQUENCE") and not event.value("SEQUENCE").isdigit():
        findings.append("SEQUENCE is not a whole number.")
    if not event.value("UID").strip():
        findings.append("UID is empty.")
    findings += _people(event)
    if len(event.all("ORGANIZER")) != 1:
        findings.append("There must be one ORGANIZER.")
    if event.walk("VALARM"):
        findings.append("There is an alarm: the reader decides about alarms.")
    if event.all("RRULE") and method != "PUBLISH":
        findings.append("A repeating invitation: one UID per meeting, rules only in the feed.")
    return findings + _method(event, method)


def _people(event: Part) -> list[str]:
    findings = []
    for line in event.all("ATTENDEE") + event.all("ORGANIZER"):
        if not _ADDRESS.fullmatch(line.value):
            findings.append(f"{line.name} is not one mailto: address.")
        if "SENT-BY" in line.parameters:
            findings.append(f"{line.name} has SENT-BY: answers would go astray.")
    return findings


def _times(event: Part) -> list[str]:
    findings = []
    for name in ("DTSTAMP", "DTSTART", "DTEND"):
        for line in event.all(name):
            dated = line.parameters.get("VALUE") == "DATE"
            if not _MOMENT.fullmatch(line.value) or dated != (len(line.value) == 8):
                findings.append(f"{name} {line.value[:20]!r} is not a moment, or a date without VALUE=DATE.")
            elif len(line.value) == 15 and "TZID" not in line.parameters:
                findings.append(f"{name} floats: it needs a TZID or UTC.")
    if event.value("DTSTAMP") and not event.value("DTSTAMP").endswith("Z"):
        findings.append("DTSTAMP must be in UTC.")
    if event.value("DTEND") and event.value("DTEND") <= event.value("DTSTART"):
        findings.append("DTEND is not after DTSTART.")
    return findings


def _method(event: Part, method: str) -> list[str]:
    findings = []
    attendees = event.all("ATTENDEE")
    if method == "PUBLISH" and attendees:
        findings.append("A published event names an ATTENDEE: nobody is invited by it.")
    asked = [line for line in attendees if not (method == "REQUEST" and sends(line, attendees))]
    if method in ("REQUEST", "CANCEL") and len(asked) != 1:
        findings.append(f"There are {len(asked)} ATTENDEE lines: one mail invites one person.")
    for line in asked:
        state = line.parameters.get("PARTSTAT", "")
        if state == "ACCEPTED":
            findings.append("PARTSTAT=ACCEPTED: Outlook deletes such an invitation.")
        elif method == "REQUEST" and (state != "NEEDS-ACTION" or line.parameters.get("RSVP") != "TRUE"):
            findings.append("An invitation must ask: PARTSTAT=NEEDS-ACTION and RSVP=TRUE.")
    status = event.value("STATUS")
    if method == "CANCEL" and status != "CANCELLED":
        findings.append("A CANCEL needs STATUS:CANCELLED.")
    if method == "CANCEL" and event.value("SEQUENCE") in ("", "0"):
        findings.append("A CANCEL needs a SEQUENCE above the invitation's.")
    if method == "REQUEST" and status != "CONFIRMED":
        findings.append("A REQUEST needs STATUS:CONFIRMED.")
    return findings


def sends(line: Line, attendees: list[Line]) -> bool:
    """Whether an ATTENDEE is the one in whose stead another comes, each naming the other (RFC 5546 3.2.2.3)."""
    return line.parameters.get("PARTSTAT") == "DELEGATED" and any(
        line.parameters.get("DELEGATED-TO", "").lower() == other.value.lower()
        and other.parameters.get("DELEGATED-FROM", "").lower() == line.value.lower()
        for other in attendees
    )


def _no(event: Part) -> list[str]:
    """An organiser's no to another time says which meeting, who, when and why, and nothing else (RFC 5546 3.2.8)."""
    findings = [
        f"{name} is there {len(event.all(name))} times: a DECLINECOUNTER holds it once."
        for name in _IN_A_NO
        if len(event.all(name)) != 1
    ]
    held = {line.name for line in event.lines if not line.name.startswith("X-")}
    if strange := held - {*_IN_A_NO, "RECURRENCE-ID", "REQUEST-STATUS"}:
        findings.append(f"A DECLINECOUNTER holds {', '.join(sorted(strange))}: it must not.")
    if not event.value("COMMENT").strip():
        findings.append("A DECLINECOUNTER without a COMMENT says no and not why.")
    return findings + _people(event) + _times(event)
