"""libical sees in every calendar message of ours what was meant, and finds nothing wrong with it."""

from __future__ import annotations

import pytest

from tests.notifications.test_calendar_readers import MEANT, MESSAGES
from tests.real.libical import by_libical

pytestmark = pytest.mark.long


def test_libical_sees_what_was_meant_and_finds_nothing_wrong() -> None:
    seen = by_libical([content for content, _, _ in MESSAGES])
    for (_, method, _), ours, theirs in zip(MESSAGES, MEANT, seen, strict=True):
        assert theirs.pop("errors") == [], method
        assert theirs == ours


def test_libical_notices_what_a_method_may_not_hold() -> None:
    content, _, _ = MESSAGES[0]
    for broken in (
        content.replace(b"ORGANIZER", b"X-ORGANIZER"),
        content.replace(b"DTSTAMP:", b"X-DTSTAMP:"),
        content.replace(b"DTSTART;TZID=Europe/Tallinn:2", b"DTSTART;TZID=Europe/Tallinn:x"),
        b"BEGIN:VCALENDAR",
    ):
        (seen,) = by_libical([broken])
        assert seen["errors"], broken
