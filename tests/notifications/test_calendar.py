# ruff: noqa: DTZ001  local moments without a zone are what some of these tests are about
from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import icalendar
import pytest
from dateutil.tz import tzical  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from notifications.calendar import (
    VTIMEZONE,
    ZONE,
    Deadline,
    cancel,
    clean_name,
    feed,
    publish,
    request,
)
from notifications.calendar_lint import check_calendar, read
from notifications.errors import AddressRefused, EventRefused
from tests.notifications.cast import EVENT, MART, NOW, REPLY

LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
texts = st.text(
    st.one_of(st.sampled_from('\n\r;,:\\"^😀Ṍ \t\u2028'), st.characters(exclude_categories=["Cs", "Cc"])),
    max_size=300,
)


def parsed(content: bytes) -> Any:
    """The one event in it, read by the library."""
    return icalendar.Calendar.from_ical(content).walk("VEVENT")[0]


def every(content: bytes) -> list[Any]:
    """Every event in it, read by the library."""
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def lines(content: bytes) -> list[str]:
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def test_our_time_zone_agrees_with_tzdata_at_every_hour_that_matters_from_2003_to_2037() -> None:
    sent = re.search("BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", request(EVENT).decode(), re.DOTALL)
    assert sent is not None
    ours = tzical(io.StringIO(f"BEGIN:VCALENDAR\r\n{sent[0]}END:VCALENDAR\r\n")).get()
    assert ours is not None
    # Every seventh hour, and every minute beside the changes themselves.
    moments = [datetime(2003, 1, 1) + timedelta(hours=7 * n) for n in range(35 * 366 * 24 // 7)]
    for year in range(2003, 2038):
        for month in (3, 10):
            sunday = max(day for day in range(25, 32) if date(year, month, day).weekday() == 6)
            moments += [datetime(year, month, sunday, hour, minute) for hour in (2, 5) for minute in (0, 59)]
    compared = [moment for moment in moments if moment.year <= 2037]
    assert len(compared) > 43_000
    assert [
        m for m in compared if m.replace(tzinfo=ours).utcoffset() != m.replace(tzinfo=ZONE).utcoffset()
    ] == []


def test_our_time_zone_holds_rules_and_no_list_of_dates() -> None:
    assert VTIMEZONE.count("RRULE:FREQ=YEARLY") == 2
    assert "RDATE" not in VTIMEZONE
    assert re.findall("(?<!\r)\n", VTIMEZONE) == []


def test_an_invitation_asks_one_person_and_says_everything_once() -> None:
    found = lines(request(EVENT))
    attendee = (
        'ATTENDEE;CN="Mart Mets, Kurtide Selts";CUTYPE=INDIVIDUAL;LANGUAGE=et;PARTSTAT=NEEDS-ACTION;'
        f"ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:{MART}"
    )
    for line in (
        "METHOD:REQUEST",
        "UID:0190-meeting@kaasa.example",
        "SEQUENCE:0",
        "DTSTAMP:20270111T080000Z",
        "LAST-MODIFIED:20270111T080000Z",
        "DTSTART;TZID=Europe/Tallinn:20270203T160000",
        "DTEND;TZID=Europe/Tallinn:20270203T180000",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        f'ORGANIZER;CN="Näidisvalla planeeringud":mailto:{REPLY}',
        "LOCATION:Vallamaja\\, Kase 1\\, Näidisvald",
        "DESCRIPTION:Saal on esimesel korrusel.\\nLift on olemas\\; viipekeele tõlk tuleb.",
        "URL:https://kaasa.example/k/abc",
        "CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=Video:https://koosolek.example/metsa",
        attendee,
    ):
        assert found.count(line) == 1, line
    assert not [line for line in found if line.startswith(("BEGIN:VALARM", "RRULE:FREQ=W"))]
    assert check_calendar(request(EVENT), "REQUEST") == []


def test_a_moved_meeting_keeps_its_uid_and_counts_up() -> None:
    moved = replace(
        EVENT, sequence=1, start=EVENT.start + timedelta(days=7), end=EVENT.end + timedelta(days=7)
    )
    before, after = parsed(request(EVENT)), parsed(request(moved))
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1


def test_a_cancellation_says_so_twice_and_asks_nothing() -> None:
    content = cancel(replace(EVENT, sequence=3))
    event = parsed(content)
    assert icalendar.Calendar.from_ical(content)["METHOD"] == "CANCEL"
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CANCELLED", 3, EVENT.uid)
    assert "RSVP" not in event["ATTENDEE"].params
    assert check_calendar(content, "CANCEL") == []


def test_a_cancellation_that_does_not_count_up_is_refused() -> None:
    with pytest.raises(EventRefused, match="sequence"):
        cancel(EVENT)


@pytest.mark.parametrize(
    ("day", "start"),
    [
        (date(2027, 2, 3), "DTSTART;VALUE=DATE:20270203"),
        (datetime(2027, 2, 3, 21, 59, tzinfo=UTC), "DTSTART;TZID=Europe/Tallinn:20270203T235900"),
    ],
)
def test_a_deadline_blocks_no_time_and_invites_nobody(day: date | datetime, start: str) -> None:
    content = publish(
        "d1@kaasa.example", day, "Viimane päev", organiser_address=REPLY, organiser_name="Vald", stamp=NOW
    )
    found = lines(content)
    assert start in found
    assert "TRANSP:TRANSPARENT" in found
    assert "METHOD:PUBLISH" in found
    assert not [line for line in found if line.startswith(("ATTENDEE", "BEGIN:VALARM"))]
    assert check_calendar(content, "PUBLISH") == []


def test_a_feed_names_itself_keeps_what_was_cancelled_and_gives_the_same_bytes() -> None:
    gone = replace(EVENT, uid="2@kaasa.example", cancelled=True, sequence=1)
    last_day = Deadline("d1@kaasa.example", date(2027, 2, 3), "Viimane päev", REPLY, "Vald", NOW)
    content = feed("Näidisvalla kaasamine", [EVENT, gone, last_day], url="https://kaasa.example/k.ics")
    found = lines(content)
    for line in (
        "METHOD:PUBLISH",
        "NAME:Näidisvalla kaasamine",
        "X-WR-CALNAME:Näidisvalla kaasamine",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "SOURCE;VALUE=URI:https://kaasa.example/k.ics",
    ):
        assert found.count(line) == 1, line
    assert found.count("STATUS:CANCELLED") == 1
    assert found.count("BEGIN:VTIMEZONE") == 1
    assert MART not in content.decode()
    stamps = [(event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt) for event in every(content)]
    assert stamps == [(NOW, NOW)] * 3
    assert content == feed(
        "Näidisvalla kaasamine", [EVENT, gone, last_day], url="https://kaasa.example/k.ics"
    )
    assert check_calendar(content, "PUBLISH") == []


@given(texts, texts, texts)
def test_any_words_come_back_from_the_calendar_as_they_went_in(
    summary: str, description: str, location: str
) -> None:
    event = replace(EVENT, summary=f"x{summary}", description=description, location=location)
    content = request(event)
    assert check_calendar(content, "REQUEST") == []
    found = parsed(content)
    assert str(found["SUMMARY"]) == LINE_ENDS.sub("\n", f"x{summary}").replace("\n", " ")
    assert str(found.get("DESCRIPTION", "")) == LINE_ENDS.sub("\n", description)
    assert str(found.get("LOCATION", "")) == LINE_ENDS.sub("\n", location)


@given(st.text())
def test_any_name_stands_in_an_invitation_without_breaking_it(name: str) -> None:
    content = request(replace(EVENT, attendee_name=name, organiser_name=name))
    assert check_calendar(content, "REQUEST") == []
    assert len(read(content)[0].walk("VEVENT")[0].all("ATTENDEE")) == 1  # type: ignore[union-attr]
    assert parsed(content)["ATTENDEE"].params.get("CN", "") == clean_name(name)


def test_quotes_in_a_name_become_typographic_ones_that_outlook_shows() -> None:
    assert clean_name('Selts "Vaikus" ^2') == "Selts „Vaikus“ 2"
    assert len(clean_name("n" * 300)) == 80


@given(st.datetimes(datetime(2003, 1, 1), datetime(2036, 12, 31)), st.integers(-720, 840))
def test_a_moment_is_the_same_moment_in_the_calendar(naive: datetime, minutes: int) -> None:
    start = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    event = replace(EVENT, start=start, end=start + timedelta(hours=2))
    local = start.astimezone(ZONE)
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        assert parsed(request(event))["DTSTART"].dt == start


@pytest.mark.parametrize(
    "changed",
    [
        {"end": EVENT.start},
        {"start": datetime(2027, 2, 3, 14, 0)},
        {"stamp": datetime(2027, 2, 3, 14, 0)},
        {"sequence": -1},
        {"uid": " "},
        {"summary": ""},
        {"attendee_address": ""},
    ],
)
def test_an_event_no_calendar_understands_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(EventRefused):
        request(replace(EVENT, **changed))


@pytest.mark.parametrize("field", ["attendee_address", "organiser_address"])
def test_an_address_that_is_two_is_refused(field: str) -> None:
    changed: dict[str, Any] = {field: "a@b.example,c@d.example"}
    event = replace(EVENT, **changed)
    with pytest.raises(AddressRefused):
        request(event)


def test_whoever_comes_in_anothers_stead_is_asked_and_both_are_named_in_one_invitation() -> None:
    made = request(replace(EVENT, attendee_address="liis@selts.example", delegated_from=MART))
    assert check_calendar(made, "REQUEST") == []
    asked, sender = [it for it in lines(made) if it.startswith("ATTENDEE")]
    assert asked.endswith(":mailto:liis@selts.example")
    assert f'DELEGATED-FROM="mailto:{MART}"' in asked
    assert "PARTSTAT=NEEDS-ACTION" in asked
    assert sender == (
        f'ATTENDEE;PARTSTAT=DELEGATED;ROLE=REQ-PARTICIPANT;DELEGATED-TO="mailto:liis@selts.example":mailto:{MART}'
    )
    other = made.replace(b"DELEGATED-FROM", b"X-FROM-DELEGE")
    assert any("one mail invites one" in it for it in check_calendar(other, "REQUEST"))
    gone = cancel(replace(EVENT, attendee_address="liis@selts.example", delegated_from=MART, sequence=1))
    assert len([it for it in lines(gone) if it.startswith("ATTENDEE")]) == 1
