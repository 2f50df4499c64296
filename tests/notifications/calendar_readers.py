"""What others' calendar readers see in a message of ours, told in one way: plain values, moments as seconds since 1970.

An event has `uid`, `sequence`, `status`, `starts`, `ends` (a day as a text, None when none is said), `summary`,
`description`, `place`, `organiser`, and `attendees` (each an address and a name).
"""

from __future__ import annotations

import json
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from ical.calendar_stream import IcsCalendarStream

from notifications.calendar import Deadline, Event
from tests.browser import chromium
from web.assets import node_environment

PEER = Path(__file__).parent / "calendar_peer.mjs"
Seen = dict[str, Any]


def meant(method: str, *things: Event | Deadline) -> Seen:
    """Out: what a reader shall see. In: what the message was made of."""
    return {"method": method, "events": [_meant(method, thing) for thing in things]}


def by_ical(content: bytes) -> Seen:
    """Out: what the package `ical` sees (pydantic; it refuses what RFC 5545 does)."""
    calendar = IcsCalendarStream.from_ics(content.decode()).calendars[0]
    return {
        "method": calendar.method,
        "events": [
            {
                "uid": it.uid, "sequence": it.sequence or 0, "status": it.status.value if it.status else "",
                "starts": _moment(it.dtstart) if it.dtstart else None, "ends": _moment(it.dtend) if it.dtend else None,
                "summary": it.summary or "", "description": it.description or "", "place": it.location or "",
                "organiser": str(it.organizer.uri) if it.organizer else "",
                "attendees": [[str(one.uri), one.common_name or ""] for one in it.attendees],
            }
            for it in calendar.events
        ],
    }  # fmt: skip


def by_ical_js(contents: list[bytes]) -> list[Seen]:
    """Out: what ical.js sees, of each message; Thunderbird and Nextcloud read with it."""
    chromium.ensure()
    asked = json.dumps([content.decode() for content in contents])
    done = subprocess.run(
        ["node", str(PEER)], input=asked, env=node_environment(), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def _meant(method: str, thing: Event | Deadline) -> Seen:
    meeting = isinstance(thing, Event)
    if method == "DECLINECOUNTER":  # which meeting and who says no; the rest stands in the letter
        nothing = {
            "sequence": 0,
            "status": "",
            "starts": None,
            "ends": None,
            "summary": "",
            "description": "",
        }
        organiser = f"mailto:{thing.organiser_address}"
        return {"uid": thing.uid, **nothing, "place": "", "organiser": organiser, "attendees": []}
    cancelled = thing.cancelled or method == "CANCEL"
    invites = meeting and method != "PUBLISH"
    return {
        "uid": thing.uid, "sequence": thing.sequence, "status": "CANCELLED" if cancelled else "CONFIRMED",
        "starts": _moment(thing.start if isinstance(thing, Event) else thing.day),
        "ends": _ends(thing),
        "summary": thing.summary, "description": thing.description,
        "place": thing.location if isinstance(thing, Event) else "",
        "organiser": f"mailto:{thing.organiser_address}",
        "attendees": [[f"mailto:{thing.attendee_address}", thing.attendee_name]] if invites else [],
    }  # fmt: skip


def _ends(thing: Event | Deadline) -> float | str | None:
    """A day ends with the next one (RFC 5545 3.6.1); a moment has no length."""
    if isinstance(thing, Event):
        return thing.end.timestamp()
    return None if isinstance(thing.day, datetime) else (thing.day + timedelta(days=1)).isoformat()


def _moment(value: date) -> float | str:
    return value.timestamp() if isinstance(value, datetime) else value.isoformat()
