"""Whatever the bytes, `classify` gives an answer: mutations of real forms, and what Hypothesis thinks of."""

from __future__ import annotations

import base64
import json
import random
import time
from collections import Counter
from datetime import timedelta
from email import message_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications import clients
from notifications.inbound.classified import as_json
from notifications.inbound.classify import classify
from tests.notifications.cast import NOW
from tests.notifications.room import taken
from tests.notifications.test_inbound import HEAD, INVITATION, QUOTES, calendar, event, letter

KINDS = {"reply", "counter", "delegate", "bounce", "receipt", "auto_reply", "loop", "opinion", "unreadable"}
SEEDS = [
    *(clients.answer(INVITATION, program, "accepted", now=NOW, comment="Tulen") for program in clients.PROGRAMS),
    clients.answer(INVITATION, "gmail", "maybe", now=NOW, later_by=timedelta(hours=1)),
    INVITATION,
    *(letter(f"Soovin kaldteed.\n\n{quoted}") for quoted in QUOTES.values()),
    calendar(*event("SEQUENCE:1", "RECURRENCE-ID;TZID=FLE Standard Time:20270203T160000", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.ee")),
    b"From: mailer-daemon@a.ee\r\nSubject: failure notice\r\n\r\n<mart@selts.example>: 550 5.1.1 unknown\r\n",
    (b"From: mailer-daemon@a.ee\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;a\r\n\r\nFinal-Recipient: rfc822;m@b.ee\r\nAction: failed\r\n"
    b"Status: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: osalus+abc@a.ee\r\n\r\nTere\r\n--b--\r\n"),
    b'Content-Type: text/html; charset="utf-8"\r\n\r\n<p>Tere<blockquote>a</blockquote>&amp;</p>',
]  # fmt: skip
MARKS = [
    b"\0", b"\r", b"\n", b"\r\n\r\n", b":", b";", b'"', b"=?utf-8?b?", b"?=", b"--b", b"\xff\xfe", b"<", b">", b"BEGIN:VEVENT\r\n",
    b"END:VCALENDAR\r\n", b"DTSTART:99999999T999999Z\r\n", b"TZID=../../etc", b"Content-Type: multipart/mixed; boundary=\r\n",
    b"charset=utf-16", b"Content-Transfer-Encoding: base64\r\n", b"SEQUENCE:-99999999999999999999\r\n", b"\xed\xa0\x80", b"=3D=",
    b"DURATION:P9999W\r\n", b"00000101T000000Z", b"&#99999999999;", b"filename*0*=utf-8''%ff", b"+ADw-", b"\xe2\x80\xae",
]  # fmt: skip


CALENDARS = [
    next(
        part.get_payload(decode=True)
        for part in message_from_bytes(raw).walk()
        if part.get_content_type() == "text/calendar"
    )
    for raw in SEEDS
    if b"text/calendar" in raw
]
"""What programs answer, out of its wrapping: a mutation of a mail seldom reaches what base64 hides."""


def mutated(chance: random.Random) -> bytes:
    """Half are mutated mails; half are mutated calendars in a mail as it should be."""
    if chance.random() < 0.5:
        return changed(chance, SEEDS)
    how, inside = "8bit", changed(chance, CALENDARS)
    if chance.random() < 0.5:
        how, inside = "base64", base64.encodebytes(inside)
    head = f"{HEAD}Content-Type: text/calendar; method=REPLY\r\nContent-Transfer-Encoding: {how}\r\n\r\n"
    return head.encode() + inside


def changed(chance: random.Random, seeds: list[bytes]) -> bytes:
    raw = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 12)):
        at, far = chance.randrange(len(raw) + 1), chance.randrange(1, 60)
        match chance.randrange(5):
            case 0:
                raw[at : at + far] = b""
            case 1:
                raw[at:at] = chance.choice(MARKS)
            case 2:
                raw[at : at + 1] = bytes([chance.randrange(256)])
            case 3:
                raw[at:at] = raw[at : at + far] * chance.randint(1, 8)
            case _:
                other = chance.choice(seeds)
                raw[at:at] = other[chance.randrange(len(other)) :][: chance.randrange(400)]
    return bytes(raw)


def run(count: int, seed: int) -> tuple[float, float]:
    """Classify so many mutations. Out: seconds of the slowest, MB that this process grew by at its highest."""
    chance, slowest = random.Random(seed), 0.0

    def classify_them() -> None:
        nonlocal slowest
        for number in range(count):
            raw = mutated(chance)
            began = time.process_time()
            said = as_json(classify(raw))
            slowest = max(slowest, time.process_time() - began)
            assert said["kind"] in KINDS, (seed, number)
            json.dumps(said).encode()

    grown = taken(classify_them)
    return slowest, grown


def test_ten_thousand_mutations_are_all_classified_in_time_and_room():
    slowest, grown = run(10_000, 1)
    assert slowest < 0.5
    assert grown < 64


@pytest.mark.long
def test_a_million_mutations_are_all_classified_in_time_and_room():
    slowest, grown = run(1_000_000, 2)
    print(f"\n1,000,000 mutations: the slowest took {slowest * 1000:.0f} ms, {grown:.1f} MB were added")
    assert slowest < 0.5
    assert grown < 64


@settings(max_examples=150, deadline=500)
@given(st.binary(max_size=3000), st.sampled_from(SEEDS), st.integers(0, 2000))
def test_bytes_nobody_thought_of_are_classified(junk, seed, at):
    for raw in (junk, seed[:at] + junk + seed[at:]):
        assert as_json(classify(raw))["kind"] in KINDS


@settings(max_examples=150, deadline=500)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=1500))
def test_words_are_never_lost_only_cut(words):
    read = classify(letter(words))
    if read.kind == "opinion":
        shown = read.text + read.cut
        assert Counter(filter(str.isalnum, shown)) == Counter(filter(str.isalnum, words))
