"""An association reads its mail in Thunderbird, presses a button, and the planner sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from processes.meeting import Meeting
from tests.real import dovecot, postfix, thunderbird, town
from tests.real.thunderbird import Thunderbird
from tests.real.town import ASSOCIATION, Town


def later(meeting: Meeting) -> None:
    """Hold it a day later and elsewhere."""
    meeting.starts_at += timedelta(days=1)
    meeting.ends_at += timedelta(days=1)
    meeting.place = "Raamatukogu"
    meeting.sequence += 1


pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Desk:
    """The product, and the program of the one it invites."""

    town: Town
    program: Thunderbird


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Everything over the wire: our outbox, Postfix, Dovecot, Thunderbird, and back through Postfix to our door."""
    with (
        dovecot.running() as boxes,
        town.running(tmp_path, postfix.lmtp(boxes.lmtp)) as here,
        thunderbird.running() as program,
    ):
        program.sign_in(ASSOCIATION, imap=boxes.imap, smtp=here.postfix.port, password=dovecot.PASSWORD)
        yield Desk(here, program)


def test_thunderbird_accepts_and_follows_the_meeting_to_its_new_date_and_its_end(desk: Desk) -> None:
    here, program = desk.town, desk.program
    assert here.invite() == 1
    shown = program.open()
    assert {"imipAcceptButton", "imipTentativeButton", "imipDeclineButton"} <= set(shown.buttons)
    assert here.answer() == "invited"
    program.press("imipAcceptButton")
    here.wait_for(here.mails)
    (mail,) = here.mails()
    assert (mail.kind, mail.outcome, mail.state) == ("reply", "counted", "done")
    assert here.answer() == "accepted"

    (entry,) = program.calendar()
    meeting = here.meeting()
    assert (entry.uid, entry.starts, entry.ends) == (meeting.uid, meeting.starts_at, meeting.ends_at)
    assert entry.said == [[f"mailto:{ASSOCIATION}", "ACCEPTED"]]

    here.wait(hours=1)
    assert here.invite(later) == 1
    shown = program.open()
    program.press("imipAcceptButton" if "imipAcceptButton" in shown.buttons else "imipUpdateButton")
    moved, meeting = program.calendar(), here.meeting()
    assert [(it.uid, it.starts, it.sequence) for it in moved] == [(meeting.uid, meeting.starts_at, 1)]
    assert "Raamatukogu" in moved[0].place
    here.wait_for(lambda: len(here.mails()) == 2)
    assert [mail.outcome for mail in here.mails()] == ["counted", "counted"]

    here.wait(hours=1)
    assert here.cancel() == 1
    shown = program.open()
    assert "imipDeleteButton" in shown.buttons
    program.press("imipDeleteButton")
    assert program.calendar() == []


def test_thunderbird_answers_maybe_then_the_old_date_then_no(desk: Desk) -> None:
    here, program = desk.town, desk.program
    here.invite()
    program.open()
    program.press("imipTentativeButton")
    here.wait_for(here.mails)
    assert here.answer() == "maybe"

    for _ in range(2):
        here.wait(hours=1)
        here.invite(later)
    program.open()
    program.press("imipDeclineButton")
    here.wait_for(lambda: len(here.mails()) == 2)
    assert here.mails()[1].outcome == "old_date", "the meeting had moved on when this was sent"
    assert here.answer() != "declined"

    program.open()
    program.press("imipDeclineButton")
    here.wait_for(lambda: len(here.mails()) == 3)
    assert here.mails()[2].outcome == "counted"
    assert here.answer() == "declined"
