"""An association reads its mail in Thunderbird, presses a button, and the planner sees it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from processes.meeting import Meeting
from tests.real import dovecot, postfix, thunderbird, town
from tests.real.town import ASSOCIATION


def later(meeting: Meeting) -> None:
    """Hold it a day later and elsewhere."""
    meeting.starts_at += timedelta(days=1)
    meeting.ends_at += timedelta(days=1)
    meeting.place = "Raamatukogu"
    meeting.sequence += 1


@pytest.mark.long
def test_thunderbird_accepts_and_follows_the_meeting_to_its_new_date_and_its_end(tmp_path: Path) -> None:
    """Everything over the wire: our outbox, Postfix, Dovecot, Thunderbird, and back through Postfix to our door."""
    with (
        dovecot.running() as boxes,
        town.running(tmp_path, postfix.lmtp(boxes.lmtp)) as here,
        thunderbird.running() as program,
    ):
        program.sign_in(ASSOCIATION, imap=boxes.imap, smtp=here.postfix.port, password=dovecot.PASSWORD)
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
