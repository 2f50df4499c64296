"""Letters to many: the step stays short, each is written once, in its own words, and people hold the reins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlmodel import Session, col, func, select

from engine.clock import HeldClock
from engine.definition import Definition
from engine.folder import read_folder
from engine.instance import Instance
from notifications.outbox import OutgoingLetter
from processes import round as rounds
from processes.actions import letter_writing
from processes.actions.letter_writing import LetterWriting
from processes.batches import AT_ONCE
from processes.consultation import Consultation
from processes.database import Database
from processes.invitation import INVITED, UNINVITED, Invitation
from processes.mass_mailing import TRIES, MassMailing
from processes.meeting import Attendance, Meeting
from processes.organisation import Organisation
from processes.permission import Actor
from processes.post import Post
from tests.processes.public_scene import DURING, HOME
from tests.processes.public_scene import Scene as House

BPMN = Path(__file__).resolve().parents[2] / "bpmn"
MANY = 2 * AT_ONCE + 30


class Scene:
    """A case whose planner asks more organisations than a step writes to."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.house = House(database, folder)
        self.clock = HeldClock(DURING)
        self.writing = LetterWriting(database.open_transaction, self.house.office, self.clock)
        with self.house.write() as session:
            self.case = session.get_one(Consultation, (HOME, self.house.case_id))
            self.case.instance_id = _running(session, self.case)
            session.add(self.case)
            self.actor = Actor(HOME, self.case.planner_id, frozenset({"planner"}))
            made = [
                Organisation(municipality_id=HOME, name=f"Ühing {it}", email=f"selts{it}@selts.example")
                for it in range(MANY)
            ]
            session.add_all(made)
            session.flush()
            self.asked = [self.house.links.new_invitation(HOME, self.case.id, it.id) for it in made]
            for invitation in self.asked:
                invitation.state, invitation.invited_at = INVITED, DURING
            session.add_all(self.asked)
        self.before = self.letters()

    @contextmanager
    def post(self) -> Iterator[Post]:
        with self.house.write() as session:
            yield self.house.post(session, self.clock.now())

    def letters(self, kind: str = "") -> int:
        with self.house.database.session() as session:
            query = select(func.count()).select_from(OutgoingLetter)
            return session.exec(query.where(OutgoingLetter.kind == kind) if kind else query).one()

    def mailing(self) -> MassMailing:
        with self.house.database.session() as session:
            newest = session.exec(select(MassMailing).order_by(col(MassMailing.id).desc())).first()
            assert newest is not None
            session.expunge(newest)
            return newest

    def meeting(self, session: Session) -> tuple[Meeting, list[Attendance]]:
        made = Meeting(
            municipality_id=HOME, consultation_id=self.case.id, kind="discussion", uid="u@kaasa", place="Rahvamaja",
            starts_at=DURING + timedelta(days=30), ends_at=DURING + timedelta(days=30, hours=2),
        )  # fmt: skip
        session.add(made)
        session.flush()
        seats = [
            Attendance(municipality_id=HOME, meeting_id=made.id, invitation_id=it.id) for it in self.asked
        ]
        session.add_all(seats)
        session.flush()
        return made, seats


def _running(session: Session, case: Consultation) -> str:
    """An instance that carries the letters of a detailed plan."""
    files = orjson.dumps(read_folder(BPMN / "detailed_plan")).decode()
    session.add(
        Definition(
            tenant_id=HOME, id="d1", key="detailed_plan", version=1, digest="d1", files=files, specification="{}",
            library_version="", created_at=DURING,
        )
    )  # fmt: skip
    session.flush()
    session.add(
        Instance(
            tenant_id=HOME, id="i1", definition_id="d1", business_key=case.id, revision=1, status="active", state="{}",
            created_at=DURING, updated_at=DURING,
        )
    )  # fmt: skip
    session.flush()
    return "i1"


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    database = Database(database_url)
    yield Scene(database, tmp_path)
    database.close()


def test_many_are_left_by_the_step_and_written_afterwards_each_once(scene: Scene) -> None:
    with scene.post() as post:
        posted = post.invited(scene.case, scene.asked)
    assert (posted.letters, posted.waiting) == (0, MANY)
    assert scene.letters() == scene.before
    assert scene.writing.drain(1) == 1
    assert scene.letters("invitation") == AT_ONCE
    scene.writing.drain()
    assert scene.letters("invitation") == MANY
    assert scene.mailing().done_at is not None
    assert scene.writing.drain() == 0


def test_a_clock_that_was_ahead_makes_no_mailing_wait_for_the_moment_it_had_shown(scene: Scene) -> None:
    scene.clock.move_to(DURING + timedelta(days=3653))
    with scene.post() as post:
        post.invited(scene.case, scene.asked)
    scene.clock.move_to(DURING)
    scene.writing.drain()
    assert scene.letters("invitation") == MANY


def test_a_hundred_are_written_in_the_step(scene: Scene) -> None:
    with scene.post() as post:
        assert post.invited(scene.case, scene.asked[:AT_ONCE]).letters == AT_ONCE
    assert scene.writing.drain() == 0


def test_letters_written_later_bear_the_day_of_their_step(scene: Scene) -> None:
    with scene.house.write() as session:
        round_ = rounds.current(session, HOME, scene.case.id)
        assert round_ is not None
        scene.house.post(session, scene.clock.now()).reminded(round_, scene.asked)
    scene.clock.move_to(DURING + timedelta(days=2))
    scene.writing.drain()
    with scene.house.database.session() as session:
        keys = session.exec(select(OutgoingLetter.dedup_key).where(OutgoingLetter.kind == "reminder")).all()
    assert {key.rpartition(":")[2] for key in keys} == {str(DURING.date())}


def test_whoever_was_taken_out_meanwhile_gets_no_invitation(scene: Scene) -> None:
    with scene.post() as post:
        post.invited(scene.case, scene.asked)
    with scene.house.write() as session:
        gone = session.get_one(Invitation, (HOME, scene.asked[-1].id))
        gone.state = UNINVITED
        session.add(gone)
    scene.writing.drain()
    assert scene.letters("invitation") == MANY - 1


def test_a_cancelled_meeting_is_not_announced_any_more_but_its_end_is(scene: Scene) -> None:
    with scene.house.write() as session:
        meeting, seats = scene.meeting(session)
        scene.house.post(session, scene.clock.now()).meeting_set(meeting, seats)
    scene.writing.drain(1)
    assert scene.letters("meeting") == AT_ONCE
    with scene.house.write() as session:
        meeting.sequence += 1
        meeting = session.merge(meeting)
        scene.house.post(session, scene.clock.now()).meeting_cancelled(meeting, seats)
    scene.writing.drain()
    assert scene.letters("meeting") == AT_ONCE
    assert scene.letters("meeting_cancelled") == MANY


def test_the_end_of_a_case_is_told_to_all_and_ends_what_was_still_to_be_written(scene: Scene) -> None:
    with scene.post() as post:
        post.invited(scene.case, scene.asked)
        assert post.case_cancelled(scene.case, "Planeerimine lõpetati.").waiting >= MANY
    scene.writing.drain()
    assert scene.letters("invitation") == 0
    assert scene.letters("closed") >= MANY


def test_a_planner_pauses_and_goes_on(scene: Scene) -> None:
    with scene.post() as post:
        post.invited(scene.case, scene.asked)
    scene.writing.drain(1)
    number, key = scene.case.number, scene.mailing().id
    with scene.house.write() as session:
        assert letter_writing.pause(session, scene.actor, number, key, now=scene.clock.now()).paused
    assert scene.writing.drain() == 0
    with scene.house.database.session() as session:
        shown = letter_writing.under_way(session, scene.actor, number)
    assert [(it.written, it.total, it.paused) for it in shown] == [(AT_ONCE, MANY, True)]
    with scene.house.write() as session:
        letter_writing.resume(session, scene.actor, number, key, now=scene.clock.now())
    scene.writing.drain()
    assert scene.letters("invitation") == MANY


def test_a_batch_that_fails_waits_longer_each_time_and_then_for_a_person(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scene.post() as post:
        post.invited(scene.case, scene.asked)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(Post, "invited", broken)
        for _ in range(TRIES):
            assert scene.writing.drain() == 1
            assert scene.writing.drain() == 0
            scene.clock.move_to(scene.mailing().due_at)
    assert scene.mailing().paused_at is not None
    with scene.house.write() as session:
        letter_writing.resume(
            session, scene.actor, scene.case.number, scene.mailing().id, now=scene.clock.now()
        )
    scene.writing.drain()
    assert scene.letters("invitation") == MANY
