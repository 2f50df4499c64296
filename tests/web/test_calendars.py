"""Every calendar that leaves the demonstration, by letter or by feed, is seen alike by readers others wrote."""

from __future__ import annotations

from email import message_from_bytes

import pytest
from sqlmodel import select

from notifications.outbox import OutgoingLetter
from processes.consultation import Consultation
from processes.invitation import Invitation
from tests.notifications.calendar_readers import by_ical, by_ical_js
from tests.real.libical import by_libical
from tests.web.conftest import Visitor


def letters(visitor: Visitor) -> list[bytes]:
    """Out: the calendar of every letter that was written."""
    with visitor.kaasa.database.session() as session:
        written = session.exec(select(OutgoingLetter.content)).all()
    parts = (part for raw in written if b"text/calendar" in raw for part in message_from_bytes(raw).walk())
    return [part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/calendar"]


def feeds(visitor: Visitor) -> list[bytes]:
    """Out: every calendar that can be followed or kept."""
    with visitor.kaasa.database.session() as session:
        paths = [f"/et/case/{one}/calendar.ics" for one in session.exec(select(Consultation.number))]
        invited = session.exec(select(Invitation)).all()
        paths += [f"/et/i/{visitor.kaasa.links.of(one)}/calendar.ics" for one in invited]
    answers = [visitor.get(path) for path in ["/et/calendar.ics", "/en/calendar.ics", *paths]]
    return [it.content for it in answers if it.status_code == 200]


def test_readers_others_wrote_see_the_same_in_all_that_leaves(demo_visitor: Visitor) -> None:
    sent, followed = letters(demo_visitor), feeds(demo_visitor)
    assert len(sent) > 10
    assert len(followed) > 5
    every = sorted({*sent, *followed})
    theirs = by_ical_js(every)
    assert [by_ical(content) for content in every] == theirs
    assert all(it["events"] for content, it in zip(every, theirs, strict=True) if content in set(sent))


@pytest.mark.long
def test_libical_sees_the_same_and_finds_nothing_wrong_in_all_that_leaves(demo_visitor: Visitor) -> None:
    every = sorted({*letters(demo_visitor), *feeds(demo_visitor)})
    for content, theirs in zip(every, by_libical(every), strict=True):
        assert theirs.pop("errors") == [], content
        assert theirs == by_ical(content)
