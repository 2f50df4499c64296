"""What people told for a while is kept until its day and not a day longer."""

from datetime import timedelta

import pytest
from sqlmodel import select

from processes.accommodation import Need
from processes.actions import retention
from processes.actions.retention import Retention
from processes.consultation import ENDED
from processes.database import Database
from processes.document import Store
from processes.inner_round import InnerDraft, InnerRound
from processes.invitation import Invitation
from tests.processes.plan_case import HOME
from tests.processes.public_scene import AFTER, CLOSES, DURING, Scene
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


@pytest.fixture
def drafted(database_url, tmp_path):
    """An association whose member has drafted while the display was open. Out: the scene, how to change its round."""
    database = Database(database_url)
    scene = Scene(database, tmp_path)

    def change(**values) -> None:
        with scene.write() as session:
            row = session.exec(select(InnerRound)).one()
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)

    with scene.write() as session:
        made = InnerRound(
            municipality_id=HOME, invitation_id=scene.invitation_id, link_digest="d", opened_at=DURING
        )
        session.add(made)
        session.flush()
        session.add(
            InnerDraft(
                municipality_id=HOME, round_id=made.id, submission_key="k", member="Mari", text="Kaldtee!", written_at=DURING
            )
        )  # fmt: skip
    yield scene, change
    database.close()


def forgotten(scene: Scene, now) -> int:
    with scene.write() as session:
        return retention.forget_drafts(session, now=now)


MONTH = timedelta(days=30)


def test_members_drafts_are_deleted_a_month_after_the_association_has_spoken(drafted):
    scene, change = drafted
    change(released_at=DURING)
    assert forgotten(scene, DURING + MONTH - timedelta(seconds=1)) == 0
    assert forgotten(scene, DURING + MONTH) == 1
    assert forgotten(scene, DURING + MONTH) == 0
    with scene.database.session() as session:
        assert session.exec(select(InnerRound)).one().released_at == DURING


def test_drafts_nobody_released_are_deleted_a_month_after_the_last_chance(drafted):
    scene, change = drafted
    change(closes_at=CLOSES + MONTH)
    assert forgotten(scene, CLOSES + MONTH) == 0
    change(closes_at=None)
    assert forgotten(scene, CLOSES + MONTH - timedelta(seconds=1)) == 0
    with scene.write() as session:
        again = scene.add_round(session, turn=2, opens_at=AFTER, closes_at=AFTER + 2 * MONTH)
        assert again.id != scene.round_id
    assert forgotten(scene, CLOSES + MONTH) == 0  # a repeated display lets the association speak again
    assert forgotten(scene, AFTER + 3 * MONTH) == 1


def test_drafts_go_with_a_case_that_ended_early(drafted):
    scene, _change = drafted
    with scene.write() as session:
        case = scene.case(session)
        case.state, case.ended_at = ENDED, DURING
        session.add(case)
    assert forgotten(scene, DURING + MONTH) == 1
