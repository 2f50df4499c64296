"""Calendar objects that go out: invitations, their ends, deadlines and feeds.

Sources: RFC 5545 (iCalendar), RFC 5546 (iTIP), RFC 7986 (names and conferences), MS-STANOICAL for what
Outlook reads. The answer of a calendar program goes to ORGANIZER, so that is the invitee's own monitored
address, and each object names one attendee: nobody sees another's address.

SEQUENCE rises when time, place or status changes, never for words; the caller counts it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Timezone, vCalAddress, vDuration, vText, vUri
from icalendar import Event as Component

from notifications.address import plain
from notifications.errors import EventRefused

ZONE = ZoneInfo("Europe/Tallinn")
PRODID = "-//Kaasa//Post 1.0//ET"

# Rules, not a list of dates: Outlook reads only these (MS-STANOICAL 2.2.47) and ignores RDATE.
# True from 2002 on, when Estonia took up summer time again; the tests compare it with tzdata.
VTIMEZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Tallinn
BEGIN:STANDARD
TZNAME:EET
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
DTSTART:19701025T040000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
TZNAME:EEST
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
DTSTART:19700329T030000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
""".replace("\n", "\r\n")
_VTIMEZONE = Timezone.from_ical(VTIMEZONE)


@dataclass(frozen=True)
class Event:
    """A meeting as one invitee's calendar shall show it.

    Moments are aware; `stamp` is the moment of this version and newer in every message; `uid` is for life.
    `delegated_from` is the address of the invitee in whose stead this one comes.
    """

    uid: str
    sequence: int
    start: datetime
    end: datetime
    summary: str
    description: str
    location: str
    organiser_address: str
    organiser_name: str
    stamp: datetime
    attendee_address: str = ""
    attendee_name: str = ""
    url: str = ""
    conference_url: str = ""
    language: str = "et"
    cancelled: bool = False
    delegated_from: str = ""


@dataclass(frozen=True)
class Deadline:
    """A last day (a date) or a last moment (aware). It blocks nobody's time and invites nobody."""

    uid: str
    day: date | datetime
    summary: str
    organiser_address: str
    organiser_name: str
    stamp: datetime
    sequence: int = 0
    description: str = ""
    url: str = ""
    language: str = "et"
    cancelled: bool = False


def request(event: Event) -> bytes:
    """Out: an invitation, or its newer version (METHOD:REQUEST)."""
    return _calendar("REQUEST", [_meeting(event, invites=True)])


def cancel(event: Event) -> bytes:
    """Out: the end of an invitation, for all or for one invitee (METHOD:CANCEL).

    The event's sequence must be one above the last one sent.
    """
    if event.sequence < 1:
        raise EventRefused(f"Cancelling {event.uid} needs a sequence above the one sent: add one to it.")
    return _calendar("CANCEL", [_meeting(replace(event, cancelled=True), invites=True)])


def decline_counter(event: Event, comment: str) -> bytes:
    """Out: an organiser's no to another time (METHOD:DECLINECOUNTER, RFC 5546 3.2.8): the meeting stays as it is.

    It may hold only which meeting, who says it, when and why; time and place stand in the letter around it.
    """
    part = Component()
    part.add("uid", _line(event.uid))
    part.add("dtstamp", _stamp(event))
    part["ORGANIZER"] = _organiser(event)
    part.add("comment", _text(comment))
    return _calendar("DECLINECOUNTER", [part], zones=False)


def publish(
    uid: str,
    day: date | datetime,
    summary: str,
    *,
    organiser_address: str,
    organiser_name: str,
    stamp: datetime,
    sequence: int = 0,
    description: str = "",
    url: str = "",
    language: str = "et",
    cancelled: bool = False,
) -> bytes:
    """Out: a deadline to put into a calendar (METHOD:PUBLISH): transparent, without attendee or alarm."""
    deadline = Deadline(
        uid=uid, day=day, summary=summary, organiser_address=organiser_address, organiser_name=organiser_name,
        stamp=stamp, sequence=sequence, description=description, url=url, language=language, cancelled=cancelled,
    )  # fmt: skip
    return _calendar("PUBLISH", [_deadline(deadline)])


def feed(
    name: str, events: Iterable[Event | Deadline], *, url: str, refresh: timedelta = timedelta(hours=1)
) -> bytes:
    """In: what a subscriber sees, cancelled events among it. Out: a calendar to poll.

    The same events give the same bytes, so the caller's strong ETag holds; attendees are left out.
    """
    parts = [_deadline(e) if isinstance(e, Deadline) else _meeting(e, invites=False) for e in events]
    return _calendar("PUBLISH", parts, name=name, url=url, refresh=refresh)


def clean_name(name: str) -> str:
    """Out: a person's name that every calendar program shows as it is.

    Double quotes and `^` need the escapes of RFC 6868, which Outlook shows raw; a backslash, which has no
    meaning in a parameter, is taken for an escape by some parsers; long names break lines.
    """
    quoted = re.sub(r'"([^"]*)"', r"„\1“", name).replace('"', "“").replace("^", "").replace("\\", "/")
    return " ".join(re.sub("[\x00-\x1f\x7f\x85\u2028\u2029]", " ", quoted).split())[:80]


def _calendar(
    method: str,
    parts: list[Component],
    *,
    name: str = "",
    url: str = "",
    refresh: timedelta | None = None,
    zones: bool = True,
) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if refresh is not None:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("x-wr-timezone", "Europe/Tallinn")
        calendar.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(refresh))
        calendar.add("source", vUri(url), parameters={"VALUE": "URI"})
    if zones:
        calendar.add_component(_VTIMEZONE)
    for part in parts:
        calendar.add_component(part)
    return bytes(calendar.to_ical(sorted=False))


def _meeting(event: Event, *, invites: bool) -> Component:
    part = _common(event)
    part.add("dtstart", _local(event.start, event.uid))
    part.add("dtend", _local(event.end, event.uid))
    if event.end <= event.start:
        raise EventRefused(f"{event.uid} ends before it begins: correct its times.")
    if event.location:
        part.add("location", _text(event.location))
    if event.conference_url:
        link = vUri(event.conference_url)
        part.add("conference", link, parameters={"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": "Video"})
    part.add("transp", "OPAQUE")
    if invites:
        if not event.attendee_address:
            raise EventRefused(f"{event.uid} invites nobody: give attendee_address.")
        asks = not event.cancelled
        attendee = vCalAddress.new(
            plain(event.attendee_address, where="attendee"),
            cn=clean_name(event.attendee_name) or None,
            cutype="INDIVIDUAL",
            role="REQ-PARTICIPANT",
            partstat="NEEDS-ACTION" if asks else None,
            rsvp=True if asks else None,
            language=event.language.removesuffix("-easy"),
        )
        sender = _delegator(event, attendee) if asks and event.delegated_from else None
        part.add("attendee", attendee)  # whoever is asked stands first: some programs look no further
        if sender is not None:
            part.add("attendee", sender)
    return part


def _delegator(event: Event, delegate: vCalAddress) -> vCalAddress:
    """The invitee who sends another, each naming the other (RFC 5546 3.2.2.3)."""
    address = plain(event.delegated_from, where="delegator")
    sender = vCalAddress.new(address, role="REQ-PARTICIPANT", partstat="DELEGATED")
    sender.params["DELEGATED-TO"] = str(delegate)
    delegate.params["DELEGATED-FROM"] = str(sender)
    return sender


def _deadline(deadline: Deadline) -> Component:
    part = _common(deadline)
    if isinstance(deadline.day, datetime):
        # A moment without DTEND ends when it begins (RFC 5545 3.6.1).
        part.add("dtstart", _local(deadline.day, deadline.uid))
    else:
        part.add("dtstart", deadline.day)
        part.add("dtend", deadline.day + timedelta(days=1))
    part.add("transp", "TRANSPARENT")
    return part


def _common(thing: Event | Deadline) -> Component:
    """What meetings and deadlines share; DTSTAMP and LAST-MODIFIED are one moment (stable bytes)."""
    stamp = _stamp(thing)
    if thing.sequence < 0 or not thing.uid.strip() or not thing.summary.strip():
        raise EventRefused(f"{thing.uid!r} needs a uid, a summary and a sequence of 0 or more.")
    part = Component()
    part.add("uid", _line(thing.uid))
    part.add("dtstamp", stamp)
    part.add("last-modified", stamp)
    part.add("sequence", thing.sequence)
    part.add(
        "summary", vText(_line(thing.summary)), parameters={"LANGUAGE": thing.language.removesuffix("-easy")}
    )
    if thing.description:
        part.add("description", _text(thing.description))
    part.add("status", "CANCELLED" if thing.cancelled else "CONFIRMED")
    part.add("class", "PUBLIC")
    if thing.url:
        part.add("url", vUri(thing.url))
    part["ORGANIZER"] = _organiser(thing)
    return part


def _stamp(thing: Event | Deadline) -> datetime:
    if thing.stamp.tzinfo is None:
        raise EventRefused(f"{thing.uid} has a stamp without a zone: give an aware moment.")
    return thing.stamp.astimezone(UTC)


def _organiser(thing: Event | Deadline) -> vCalAddress:
    address = plain(thing.organiser_address, where="organiser")
    return vCalAddress.new(address, cn=clean_name(thing.organiser_name) or None)


def _local(moment: datetime, uid: str) -> datetime:
    if moment.tzinfo is None:
        raise EventRefused(f"{uid} has a time without a zone: give an aware moment.")
    return moment.astimezone(ZONE).replace(microsecond=0)


def _text(text: str) -> str:
    r"""Out: text with `\n` as its only line end and no controls: what TEXT of RFC 5545 3.3.11 can carry."""
    unified = re.sub("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    return re.sub("[\x00-\x08\x0b\x0e-\x1b\x1f\x7f-\x9f]", "", unified)


def _line(text: str) -> str:
    return " ".join(_text(text).split("\n"))
