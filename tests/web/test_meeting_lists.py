"""A meeting with a crowd asked: the screen shows a page, paper and files hold everyone, and nothing is slow."""

from __future__ import annotations

import os
import re

import pytest
from sqlalchemy import insert
from sqlmodel import select

from processes.database import new_id
from processes.invitation import INVITED, Invitation
from processes.meeting import Attendance, Meeting
from processes.organisation import Organisation
from tests.web.case_desk import HOME, Desk
from tests.web.conftest import found

MANY = int(os.environ.get("KAASA_TEST_CROWD", "1000"))
"""Ten thousand take ten times as long and show the same: set it to see."""


@pytest.fixture
def crowd(demo_visitor) -> tuple[Desk, str]:
    desk = Desk(demo_visitor, "public_discussion/meeting_over")
    (row,) = [it for it in desk.rows(Meeting, consultation_id=desk.id) if it.state == "planned"]
    kaasa = demo_visitor.kaasa
    organisations, invitations, seats = [], [], []
    like = kaasa.links.new_invitation(HOME, desk.id, "").model_dump()
    for number in range(MANY):
        who, asked = new_id(), new_id()
        organisations.append(
            {
                **Organisation(
                    municipality_id=HOME, id=who, name=f"Ühing {number:05}", kind="village_society"
                ).model_dump()
            }
        )
        invitations.append(
            {**like, "id": asked, "organisation_id": who, "link_digest": asked, "state": INVITED}
        )
        answer = ("accepted", "declined", "invited", "maybe")[number % 4]
        seats.append(
            Attendance(
                municipality_id=HOME, meeting_id=row.id, invitation_id=asked, answer=answer
            ).model_dump()
        )
    with kaasa.database.open_transaction() as session:
        connection = session.connection()
        for table, rows in ((Organisation, organisations), (Invitation, invitations), (Attendance, seats)):
            connection.execute(insert(table), rows)
    return desk, row.id


def test_the_screen_shows_a_page_and_paper_and_files_hold_everyone(crowd) -> None:
    desk, meeting = crowd
    page = desk.open(f"meetings/{meeting}")
    assert len(re.findall(r"Ühing \d{5}</th>", page)) <= 50
    assert len(page) < 120_000
    assert "page=2" in page
    assert int(found(r"Page 1 of (\d+)", page)) >= MANY / 50
    named = desk.open(f"meetings/{meeting}?q=ühing 00999")
    assert re.findall(r"Ühing (\d{5})</th>", named) == ["00999"]
    assert re.findall(r"Ühing (\d{5})</option>", named) == ["00999"]
    door = desk.open(f"meetings/{meeting}/door")
    assert len(re.findall(r"Ühing \d{5}", door)) <= 50
    whole = desk.open(f"meetings/{meeting}/door?whole=1")
    coming = {f"{number:05}" for number in range(MANY) if number % 4 != 1}
    assert set(re.findall(r"Ühing (\d{5})", whole)) == coming
    seating = desk.open(f"meetings/{meeting}/seating?page=2")
    assert 0 < len(re.findall(r'name="note-', seating)) <= 50
    sheet = desk.visitor.get(desk.path(f"meetings/{meeting}/sheet/answers.csv")).content.decode("utf-8-sig")
    assert len(sheet.splitlines()) > MANY
    assert desk.visitor.get(desk.path(f"meetings/{meeting}/sheet/all.xlsx")).content[:2] == b"PK"

    # A note about somebody on a later page keeps whom it was about when it is refused.
    with desk.kaasa.database.session() as session:
        query = select(Attendance.invitation_id).where(
            Attendance.meeting_id == meeting, Attendance.answer == "invited"
        )
        late = max(session.exec(query))
    sent = {"who": f"organisation:{late}", "answer": "accepted", "channel": ""}
    refused = desk.send(f"meetings/{meeting}/note", sent)
    assert refused.status_code == 422
    assert f'<option value="organisation:{late}" selected>' in refused.text
