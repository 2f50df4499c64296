"""A need of a person is kept until its day and not a day longer."""

from datetime import timedelta

import pytest
from sqlmodel import select

from processes.accommodation import Need
from processes.actions.retention import Retention
from processes.document import Store
from processes.invitation import Invitation
from tests.processes.plan_case import HOME
from tests.processes.room import Room


@pytest.fixture
def room(database_url):
    made = Room(database_url)
    yield made
    made.close()


def kinds(room: Room) -> set[str]:
    with room.database.session() as session:
        return {need.kind for need in session.exec(select(Need)).all()}


def test_a_need_is_forgotten_on_its_day_and_no_other_goes_with_it(room, tmp_path):
    with room.database.open_transaction() as session:
        asked = session.exec(select(Invitation)).first()
        assert asked is not None
        for kind, day in (
            ("SIGN", room.today + timedelta(days=1)),
            ("LOOP", room.today + timedelta(days=2)),
            ("DOG", None),
        ):
            session.add(
                Need(
                    municipality_id=HOME, consultation_id=room.id, invitation_id=asked.id, kind=kind,
                    asked_at=room.clock.now(), delete_on=day,
                )
            )  # fmt: skip
    retention = Retention(room.database.open_transaction, room.clock, Store(tmp_path))
    assert retention.drain() == 0
    assert kinds(room) == {"SIGN", "LOOP", "DOG"}
    room.clock.move_to(room.clock.now() + timedelta(days=1))
    assert retention.drain() == 1
    assert retention.drain() == 0
    assert kinds(room) == {"LOOP", "DOG"}
