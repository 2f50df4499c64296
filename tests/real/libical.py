"""libical, the reader of many desktop calendars: what it sees, what it misses, and RFC 5546's table of methods.

Run as a program it answers a JSON array of texts with one of what it saw; `by_libical` runs it so, where its libraries are.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from ctypes import c_char_p, c_int, c_long, c_void_p
from pathlib import Path
from typing import Any

VEVENT, ATTENDEE, DTEND, DTSTART, ORGANIZER = 4, 5, 30, 32, 52
"""Kinds of components and properties in libical 3's ical.h."""


class Time(ctypes.Structure):
    """`struct icaltimetype` of libical 3."""

    _fields_ = (
        *((name, c_int) for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "is_daylight")),
        ("zone", c_void_p),
    )  # fmt: skip


FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "icalparser_parse_string": (c_void_p, [c_char_p]),
    "icalrestriction_check": (c_int, [c_void_p]),
    "icalcomponent_count_errors": (c_int, [c_void_p]),
    "icalcomponent_as_ical_string": (c_char_p, [c_void_p]),
    "icalcomponent_free": (None, [c_void_p]),
    "icalcomponent_get_method": (c_int, [c_void_p]),
    "icalcomponent_get_first_component": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_next_component": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_first_property": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_next_property": (c_void_p, [c_void_p, c_int]),
    "icalcomponent_get_uid": (c_char_p, [c_void_p]),
    "icalcomponent_get_summary": (c_char_p, [c_void_p]),
    "icalcomponent_get_description": (c_char_p, [c_void_p]),
    "icalcomponent_get_location": (c_char_p, [c_void_p]),
    "icalcomponent_get_sequence": (c_int, [c_void_p]),
    "icalcomponent_get_status": (c_int, [c_void_p]),
    "icalcomponent_get_dtstart": (Time, [c_void_p]),
    "icalcomponent_get_dtend": (Time, [c_void_p]),
    "icalproperty_method_to_string": (c_char_p, [c_int]),
    "icalproperty_status_to_string": (c_char_p, [c_int]),
    "icalproperty_get_attendee": (c_char_p, [c_void_p]),
    "icalproperty_get_organizer": (c_char_p, [c_void_p]),
    "icalproperty_get_parameter_as_string": (c_char_p, [c_void_p, c_char_p]),
    "icaltime_as_timet_with_zone": (c_long, [Time, c_void_p]),
}


def by_libical(contents: list[bytes]) -> list[dict[str, Any]]:
    """Out: what it sees in each message, as `calendar_readers` tells it, and `errors`. Errors: NotToBeHad."""
    from tests.real import debian

    packages = debian.unpacked("libical3")
    library = packages.library("libical.so.3")
    asked = json.dumps([content.decode() for content in contents])
    done = subprocess.run(
        [sys.executable, Path(__file__), library], input=asked, env=packages.environment(), capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)  # type: ignore[no-any-return]


class Reader:
    """In: the library's file."""

    def __init__(self, library: str) -> None:
        self._library = ctypes.CDLL(library)
        for name, (result, arguments) in FUNCTIONS.items():
            function = getattr(self._library, name)
            function.restype, function.argtypes = result, arguments

    def read(self, content: bytes) -> dict[str, Any]:
        """Out: a message as it is seen; `errors` are what the parser and the table of methods found wrong."""
        call = self._library
        root = call.icalparser_parse_string(content)
        if not root:
            return {"errors": ["it is no calendar"]}
        try:
            fits = call.icalrestriction_check(root)
            whole = call.icalcomponent_as_ical_string(root).decode().replace("\r\n ", "")
            errors = [line for line in whole.splitlines() if "X-LIC-ERROR" in line]
            if call.icalcomponent_count_errors(root) or not fits:
                errors = errors or ["it breaks the table of methods"]
            method = call.icalproperty_method_to_string(call.icalcomponent_get_method(root)).decode()
            events = [self._event(it) for it in self._parts(root, "component", VEVENT)]
            return {"method": method, "events": events, "errors": errors}
        finally:
            call.icalcomponent_free(root)

    def _event(self, part: int) -> dict[str, Any]:
        call = self._library
        organisers = [call.icalproperty_get_organizer(it) for it in self._parts(part, "property", ORGANIZER)]
        return {
            "uid": _text(call.icalcomponent_get_uid(part)), "sequence": call.icalcomponent_get_sequence(part),
            "status": _text(call.icalproperty_status_to_string(call.icalcomponent_get_status(part))),
            "starts": self._moment(call.icalcomponent_get_dtstart(part)) if self._parts(part, "property", DTSTART) else None,
            "ends": self._moment(call.icalcomponent_get_dtend(part)) if self._parts(part, "property", DTEND) else None,
            "summary": _text(call.icalcomponent_get_summary(part)),
            "description": _text(call.icalcomponent_get_description(part)),
            "place": _text(call.icalcomponent_get_location(part)), "organiser": _text(*organisers),
            "attendees": [
                [_text(call.icalproperty_get_attendee(it)), _text(call.icalproperty_get_parameter_as_string(it, b"CN"))]
                for it in self._parts(part, "property", ATTENDEE)
            ],
        }  # fmt: skip

    def _parts(self, within: int, what: str, kind: int) -> list[int]:
        first = getattr(self._library, f"icalcomponent_get_first_{what}")
        following = getattr(self._library, f"icalcomponent_get_next_{what}")
        found, part = [], first(within, kind)
        while part:
            found.append(part)
            part = following(within, kind)
        return found

    def _moment(self, time: Time) -> float | str:
        if time.is_date:
            return f"{time.year:04}-{time.month:02}-{time.day:02}"
        return float(self._library.icaltime_as_timet_with_zone(time, time.zone))


def _text(raw: bytes | None = None) -> str:
    return (raw or b"").decode()


if __name__ == "__main__":
    reader = Reader(sys.argv[1])
    print(json.dumps([reader.read(text.encode()) for text in json.load(sys.stdin)]))
