"""Readers others wrote see in every calendar message of ours what was meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from notifications.calendar import Deadline, Event, cancel, decline_counter, feed, publish, request
from notifications.calendar_lint import check_calendar
from tests.notifications.calendar_readers import Seen, by_ical, by_ical_js, meant
from tests.notifications.cast import EVENT, NOW

TEXTS = {
    "plain": "Avalik arutelu: Metsa tee 4",
    "marks": 'Saal; trepp, "lift" \\ uks: 5/7 %20 =C3 ^n',
    "lines": "Esimene rida.\nTeine rida.\n\nNeljas, ja pikk: " + "ligipääsetav " * 30 + "saal",
    "letters": "Õäöüšž Äärelinna tänav – „ruum“ … Встреча 😀🏳️‍🌈 e\u0301",
}
# No end lies in the hour that comes twice in October: there a local time cannot say which, and readers guess.
STARTS = {
    "winter": datetime(2027, 2, 3, 14, 0, tzinfo=UTC),
    "summer": datetime(2027, 7, 5, 6, 30, tzinfo=UTC),
    "over the change": datetime(2027, 10, 30, 22, 0, tzinfo=UTC),
    "before the spring": datetime(2027, 3, 27, 23, 30, tzinfo=UTC),
    "leap day": datetime(2028, 2, 29, 15, 0, tzinfo=UTC),
}
EVENTS = [
    replace(
        EVENT, uid=f"{text}-{number}@kaasa.example", sequence=number % 3 + 1, start=starts,
        end=starts + timedelta(hours=2 + 4 * (number % 2 or starts.month == 10)), summary=TEXTS[text].replace("\n", " "), description=TEXTS[text],
        location="" if number % 4 == 0 else TEXTS[text].replace("\n", " "),
        attendee_name="" if number % 5 == 0 else "Mart Mets, Kurtide; Selts: 1",
        conference_url="https://koosolek.example/a?b=c&d=e" if number % 2 else "", language=("et", "en", "ru")[number % 3],
    )
    for number, (text, starts) in enumerate(product(TEXTS, STARTS.values()))
]  # fmt: skip
DEADLINES = [
    Deadline(
        uid=f"{text}-{number}@kaasa.example", day=day, summary=TEXTS[text].replace("\n", " "), stamp=NOW,
        organiser_address="osalus@kaasa.example", organiser_name="Näidisvald", description=TEXTS[text],
        cancelled=number % 2 == 1,
    )
    for number, (text, day) in enumerate(product(TEXTS, (date(2027, 2, 28), datetime(2027, 6, 30, 20, 59, tzinfo=UTC))))
]  # fmt: skip


def published(it: Deadline) -> bytes:
    return publish(
        it.uid, it.day, it.summary, organiser_address=it.organiser_address, organiser_name=it.organiser_name,
        stamp=it.stamp, sequence=it.sequence, description=it.description, url=it.url, language=it.language,
        cancelled=it.cancelled,
    )  # fmt: skip


def messages() -> list[tuple[bytes, str, tuple[Event | Deadline, ...]]]:
    """Out: every kind of message we build, of every kind of event: its bytes, its method, what it was made of."""
    made: list[tuple[bytes, str, tuple[Event | Deadline, ...]]] = []
    for it in EVENTS:
        made += [(request(it), "REQUEST", (it,)), (cancel(it), "CANCEL", (it,))]
        made.append((decline_counter(it, "Saal on siis kinni."), "DECLINECOUNTER", (it,)))
    made += [(published(it), "PUBLISH", (it,)) for it in DEADLINES]
    everything = (*EVENTS, replace(EVENTS[0], uid="off@kaasa.example", cancelled=True), *DEADLINES)
    made.append((feed("Näidisvald", everything, url="https://kaasa.example/k.ics"), "PUBLISH", everything))
    return made


MESSAGES = messages()
MEANT = [meant(method, *things) for _, method, things in MESSAGES]


def test_our_own_lint_lets_every_message_pass() -> None:
    assert [check_calendar(content, method) for content, method, _ in MESSAGES] == [[]] * len(MESSAGES)


@pytest.mark.parametrize("reader", ["ical", "ical.js"])
def test_readers_others_wrote_see_what_was_meant(reader: str) -> None:
    contents = [content for content, _, _ in MESSAGES]
    seen = by_ical_js(contents) if reader == "ical.js" else [by_ical(content) for content in contents]
    differences = [(ours, theirs) for ours, theirs in zip(MEANT, seen, strict=True) if ours != theirs]
    assert differences == []


def test_a_reader_that_sees_something_else_is_noticed() -> None:
    """The comparison itself can fail: another hour, another name."""
    moved = replace(EVENTS[0], start=EVENTS[0].start - timedelta(hours=1))
    other: Seen = by_ical(request(moved))
    assert other != MEANT[0]
    assert other == meant("REQUEST", moved)
