"""Calendar answers as Exchange, Google, Apple and Thunderbird write them (RFC 5545, 5546), read tolerantly.

Exchange leaves out ORGANIZER and sometimes DTSTAMP, writes `MAILTO:` and "FLE Standard Time"; Google puts the
note into X-RESPONSE-COMMENT and RECURRENCE-ID into UTC; Apple may leave out SEQUENCE; Thunderbird may send
rows that answer nothing (NEEDS-ACTION). A library that insists on the standard loses these answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.inbound import address, charset
from notifications.inbound.classified import Answer, Proposed

CALENDAR_BYTES = 256 * 1024
LINES = 6000
EVENTS = 50
DEPTH = 8
ATTENDEES = 200
COMMENT = 4000
PARTSTATS = {"ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED", "NEEDS-ACTION"}
_WINDOWS = {
    "fle standard time": "Europe/Tallinn",
    "e. europe standard time": "Europe/Chisinau",
    "gtb standard time": "Europe/Bucharest",
    "w. europe standard time": "Europe/Berlin",
    "central europe standard time": "Europe/Budapest",
    "central european standard time": "Europe/Warsaw",
    "romance standard time": "Europe/Paris",
    "gmt standard time": "Europe/London",
    "greenwich standard time": "Atlantic/Reykjavik",
    "russian standard time": "Europe/Moscow",
    "kaliningrad standard time": "Europe/Kaliningrad",
    "belarus standard time": "Europe/Minsk",
    "turkey standard time": "Europe/Istanbul",
    "eastern standard time": "America/New_York",
    "utc": "UTC",
    "z": "UTC",
}
HOME = ZoneInfo("Europe/Tallinn")
_LINE = re.compile(r"([A-Za-z0-9-]{1,60})")
_PARAMETER = re.compile(r';([A-Za-z0-9-]{1,60})=("[^"]{0,1000}"|[^;:"]{0,1000})(?:,"[^"]{0,500}"){0,20}')
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z?))?")
_DURATION = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?")
_ESCAPED = re.compile(r"\\([\\;,nN:])")


@dataclass(frozen=True)
class Property:
    """One content line: its parameters (names in upper case) and its value as it stands."""

    parameters: dict[str, str]
    value: str


Event = dict[str, list[Property]]


@dataclass
class Calendar:
    """What a calendar part says. `problem` is a short word when it cannot be used, else empty."""

    method: str = ""
    events: list[Event] = field(default_factory=list)
    problem: str = ""
    answers: list[Answer] = field(default_factory=list)
    organisers: list[str] = field(default_factory=list)


def read(content: bytes, claimed_charset: str, claimed_method: str) -> Calendar:
    """In: a calendar part. Out: its method, events and answers, in the order they stand. Never an error."""
    if len(content) >= CALENDAR_BYTES:
        return Calendar(problem="calendar_too_large")
    calendar = events(charset.decode(content, claimed_charset or "utf-8"))
    calendar.method = (calendar.method or claimed_method).strip().upper()[:40]
    if calendar.problem:
        return calendar
    if not calendar.events:
        calendar.problem = "calendar_without_event"
    for event in calendar.events:
        calendar.organisers += [line.value for line in event.get("ORGANIZER", [])[:1]]
    if calendar.method not in {"REPLY", "COUNTER"}:
        calendar.problem = calendar.problem or "calendar_is_no_answer"
        return calendar
    for event in calendar.events:
        calendar.answers += _answers(event, countered=calendar.method == "COUNTER")
    if not calendar.answers:
        calendar.problem = calendar.problem or "calendar_answers_nothing"
    return calendar


def order(answers: list[Answer], sender: str) -> list[Answer]:
    """Out: the answer that counts first: a real one, of who sent it, of the newest version, the latest said."""

    def rank(numbered: tuple[int, Answer]) -> tuple[bool, bool, int, datetime, int]:
        number, answer = numbered
        said = answer.partstat != "NEEDS-ACTION"
        stamp = answer.dtstamp or datetime.min.replace(tzinfo=UTC)
        sequence = -1 if answer.sequence is None else answer.sequence
        return said, answer.attendee == sender, sequence, stamp, number

    ranked = [answer for _, answer in sorted(enumerate(answers), key=rank, reverse=True)]
    said = [answer for answer in ranked if answer.partstat != "NEEDS-ACTION"]
    return said or ranked[:1]


def events(text: str) -> Calendar:
    """The lines of a calendar: METHOD and the events, what is nested in an event (alarms) left out."""
    found, inside, seen = Calendar(), list[str](), False
    unfolded = re.sub(r"\r?\n[ \t]", "", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = unfolded.split("\n", LINES)
    if len(lines) > LINES:
        return Calendar(problem="calendar_too_long")
    for line in lines:
        if (match := _LINE.match(line)) is None:
            continue
        name = match[1].upper()
        parameters, value = _split(line[match.end() :])
        if name == "BEGIN":
            inside.append(value.strip().upper()[:40])
            seen = seen or inside[-1] == "VCALENDAR"
            if len(inside) > DEPTH or len(found.events) >= EVENTS:
                return Calendar(problem="calendar_too_deep")
            found.events += [{}] if inside[-1] == "VEVENT" else []
        elif name == "END":
            del inside[-1:]
        else:
            _take(found, inside, name, Property(parameters, value))
    found.problem = "" if seen else "calendar_broken"
    return found


def _take(found: Calendar, inside: list[str], name: str, line: Property) -> None:
    if inside == ["VCALENDAR"] and name == "METHOD":
        found.method = line.value
    elif inside and inside[-1] == "VEVENT":
        lines = found.events[-1].setdefault(name, [])
        if len(lines) < ATTENDEES:
            lines.append(line)


def _split(rest: str) -> tuple[dict[str, str], str]:
    parameters: dict[str, str] = {}
    at = 0
    while len(parameters) < 40 and (match := _PARAMETER.match(rest, at)):
        parameters.setdefault(match[1].upper(), match[2].strip('"'))
        at = match.end()
    colon = rest.find(":", at)
    return parameters, rest[colon + 1 :] if colon >= 0 else ""


def _answers(event: Event, *, countered: bool) -> list[Answer]:
    uid = _first(event, "UID").strip()[:500]
    if not uid:
        return []
    comment = " ".join(_words(line.value) for line in event.get("COMMENT", [])[:5]).strip()
    proposed = _proposed(event) if countered else None
    return [
        Answer(
            attendee=address.bare(line.value) or address.bare(line.parameters.get("EMAIL", "")),
            partstat=_partstat(line.parameters.get("PARTSTAT", "NEEDS-ACTION")),
            uid=uid,
            sequence=_number(_first(event, "SEQUENCE")),
            recurrence_id=moment(event, "RECURRENCE-ID"),
            comment=(comment or _words(line.parameters.get("X-RESPONSE-COMMENT", "")))[:COMMENT],
            proposed=proposed,
            dtstamp=_stamp(event),
            delegated_to=address.bare(line.parameters.get("DELEGATED-TO", "")),
        )
        for line in event.get("ATTENDEE", [])
    ]


def _partstat(value: str) -> str:
    # RFC 5545 3.2.12: a value nobody knows is treated as NEEDS-ACTION.
    said = value.strip().upper()
    return said if said in PARTSTATS else "NEEDS-ACTION"


def _proposed(event: Event) -> Proposed | None:
    start, end = moment(event, "DTSTART"), moment(event, "DTEND")
    if start is None:
        return None
    if end is None and (length := _DURATION.fullmatch(_first(event, "DURATION").strip())):
        weeks, days, hours, minutes, seconds = (int(number or 0) for number in length.groups())
        span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        try:
            end = start + span
        except OverflowError:
            end = None
    return Proposed(start, end)


def _stamp(event: Event) -> datetime | None:
    found = moment(event, "DTSTAMP")
    return found if isinstance(found, datetime) else None


def moment(event: Event, name: str) -> datetime | date | None:
    """Out: a time of an event in UTC, a whole day as a date; None where it is missing or no time at all."""
    line = next(iter(event.get(name, [])), None)
    match = _MOMENT.fullmatch(line.value.strip()) if line else None
    if line is None or match is None:
        return None
    year, month, day, hour, minute, second, utc = match.groups()
    try:
        on = date(int(year), int(month), int(day))
        if hour is None:
            return on
        at = time(int(hour), int(minute), min(int(second or 0), 59))
        zone = UTC if utc else _zone(line.parameters.get("TZID", ""))
        return datetime.combine(on, at, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(name: str) -> ZoneInfo:
    """Out: the zone of this name; a floating time and a name of a program's own is the town's time."""
    wanted = _WINDOWS.get(name.strip().lower(), name.strip().lstrip("/"))
    found = re.search(
        r"(Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_/+-]{2,40}$|^UTC$", wanted
    )
    if not found:
        return HOME
    try:
        return ZoneInfo(found[0])
    except (ValueError, OSError, KeyError):
        return HOME


def _first(event: Event, name: str) -> str:
    return next((line.value for line in event.get(name, [])), "")


def _number(value: str) -> int | None:
    found = re.fullmatch(r"\s*(\d{1,9})\s*", value)
    return int(found[1]) if found and found[1].isascii() else None


def _words(value: str) -> str:
    raw = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
    return charset.lines(raw.replace("^n", "\n").replace("^'", '"')).strip()
