"""Reminders go to the silent alone, at the case's own terms, and never after an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from engine.clock import ZONE
from notifications.delivery import Delivery
from notifications.outbox import OutgoingLetter
from notifications.verdict import Outcome, Verdict
from processes import digest, leaving, reminding, subscription
from processes.database import Database
from processes.inbound import IncomingMail
from processes.invitation import Approval
from processes.meeting import Attendance
from processes.organisation import Organisation
from tests.processes.test_post import HOME, LAST, NOW, Scene, read, text_of

TERMS = {"reminder.round.first": "P7D", "reminder.round.last": "P2D", "reminder.meeting": "P5D"}


@pytest.fixture
def scene(database_url: str) -> Iterator[Scene]:
    database = Database(database_url)
    with Session(database.engine, autoflush=True) as session:
        made = Scene(session)
        made.case.state = "running"
        made.case.terms = json.dumps({key: {"period": period} for key, period in TERMS.items()})
        yield made
        session.rollback()
    database.close()


@contextmanager
def _transaction(scene: Scene) -> Iterator[Session]:
    yield scene.session
    scene.session.commit()


def local(day: int, month: int = 12) -> datetime:
    return datetime(2026 if month == 12 else 2027, month, day, 9, tzinfo=ZONE)


def test_reminders_come_a_week_and_two_days_before_the_last_day_and_then_no_more(scene: Scene) -> None:
    round_ = scene.round()
    assert reminding.after_round(scene.case, round_, NOW) == local(23)
    assert reminding.after_round(scene.case, round_, local(23)) == local(28)
    assert reminding.after_round(scene.case, round_, local(28)) > LAST
    assert reminding.is_due(scene.case, reminding.OF_ROUND, LAST, local(23))
    later = LAST + timedelta(days=10)  # people were given more time: today's reminder waits for its new day
    assert not reminding.is_due(scene.case, reminding.OF_ROUND, later, local(23))


def test_a_case_whose_terms_know_no_reminder_reminds_nobody(scene: Scene) -> None:
    scene.case.terms = "{}"
    assert reminding.after_round(scene.case, scene.round(), NOW) > LAST
    assert not reminding.is_due(scene.case, reminding.OF_ROUND, LAST, local(23))


def test_whoever_has_answered_by_any_way_is_left_in_peace(scene: Scene) -> None:
    round_ = scene.round()
    more = [scene.invite(key, key) for key in ("clicked", "wrote", "elsewhere", "gone", "silent")]
    scene.opinion("o1", round_id="round", invitation_id="i-deaf", author_kind="organisation")
    scene.opinion(  # without its link, on the public page
        "o2", round_id="round", author_kind="organisation", author_email="Elsewhere@example.org"
    )
    scene.opinion(
        "o3", round_id="round", author_email=""
    )  # a resident who left no address answers for nobody
    more[0].no_comments_at = NOW + timedelta(hours=1)
    scene.keep(
        IncomingMail(
            digest="d", size=1, received_at=NOW + timedelta(days=1), kind="opinion", consultation_id="case",
            invitation_id="i-wrote",
        )
    )  # fmt: skip
    more[3].state = "uninvited"
    scene.session.flush()
    found = {it.id for it in reminding.silent(scene.session, round_)}
    assert found == {"i-easy", "i-russian", "i-silent"}
    assert scene.post.reminded(round_, [*scene.invitations, *more]).letters == 3


def test_a_reminder_is_written_in_the_readers_own_words(scene: Scene) -> None:
    scene.post.reminded(scene.round(), scene.invitations)
    assert "Te ei ole veel vastanud." in text_of(scene.mail("easy", "reminder"))
    assert "Вашего ответа мы пока не получили" in text_of(scene.mail("russian", "reminder"))


def test_whoever_was_asked_yesterday_is_not_yet_reminded(scene: Scene) -> None:
    for asked in scene.invitations:
        asked.invited_at = NOW
    scene.deaf.invited_at = NOW - timedelta(days=9)
    scene.session.flush()
    before = NOW - reminding.SETTLING
    assert [it.id for it in reminding.silent(scene.session, scene.round(), asked_before=before)] == ["i-deaf"]


def test_an_authority_is_reminded_until_it_answers_or_its_own_term_is_over(scene: Scene) -> None:
    round_ = scene.round("approval")
    for asked, result, due in (
        (scene.deaf, "waiting", 31),
        (scene.easy, "approved", 31),
        (scene.russian, "waiting", 1),
    ):
        asked.purpose = "approval"
        scene.keep(
            Approval(
                round_id="round",
                invitation_id=asked.id,
                result=result,
                due_on=datetime(2026, 12, due).date(),  # noqa: DTZ001
            )
        )
    scene.now = local(23)
    assert scene.post.approval_reminded(round_, scene.invitations).letters == 1
    assert "loeme planeeringu kooskõlastatuks" in text_of(scene.mail("deaf", "approval_reminder"))


def test_a_meeting_reminds_only_those_who_have_not_said_whether_they_come(scene: Scene) -> None:
    meeting = scene.meeting()
    assert reminding.after_meeting(scene.case, meeting, NOW) == local(14, 1)
    seats = scene.attendances()
    seats[0].answer = "declined"
    scene.session.flush()
    scene.now = local(14, 1)
    assert scene.post.meeting_reminded(meeting, seats).letters == 2
    letter = scene.mail("russian", "meeting_reminder")
    assert "18 января 2027" in text_of(letter)
    assert not [it for it in letter.walk() if it.get_content_type() == "text/calendar"]
    meeting.state = "cancelled"
    scene.session.flush()
    scene.now += timedelta(days=1)
    assert scene.post.meeting_reminded(meeting, seats).letters == 0


def test_an_answer_overtakes_a_reminder_that_has_not_left(scene: Scene) -> None:
    round_, meeting = scene.round(), scene.meeting()
    scene.post.reminded(round_, scene.invitations)
    scene.post.meeting_reminded(meeting, scene.attendances())
    scene.opinion("o1", round_id="round", invitation_id="i-deaf")
    seat = scene.session.get_one(Attendance, (HOME, "meeting", "i-easy"))
    seat.answer = "accepted"
    scene.session.commit()
    sent: list[str] = []

    class Carrier:
        def send(self, _sender: str, recipient: str, _raw: bytes) -> Verdict:
            sent.append(recipient)
            return Verdict(Outcome.SENT, "250")

        def close(self) -> None: ...

    now = NOW + timedelta(hours=1)
    Delivery(
        lambda: _transaction(scene),
        Carrier(),
        lambda: now,
        outdated=lambda session, letters: leaving.outdated(session, letters, now),
    ).drain()
    assert sorted(sent) == [
        "deaf@example.org", "easy@example.org", "russian@example.org", "russian@example.org",
    ]  # fmt: skip
    kept = select(OutgoingLetter.dedup_key).where(OutgoingLetter.state == "superseded")
    left = {key.rpartition(":")[0] for key in scene.session.exec(kept)}
    assert left == {"reminder:round:i-deaf", "meeting_reminder:meeting:i-easy"}


def test_a_digest_that_has_not_left_is_written_anew_without_what_was_answered_meanwhile(scene: Scene) -> None:
    who = scene.session.get_one(Organisation, (HOME, scene.deaf.organisation_id))
    subscription.choose(scene.session, who, subscription.DIGEST, by=subscription.PAGE, now=NOW)
    scene.post.reminded(scene.round(), [scene.deaf])
    scene.post.meeting_reminded(scene.meeting(), scene.attendances()[:1])
    at = digest.due(NOW)
    whole = _tell(scene, at)
    assert whole.state == "queued"
    seat = scene.session.get_one(Attendance, (HOME, "meeting", "i-deaf"))
    seat.answer = "accepted"
    scene.session.commit()
    assert _deliver(scene, at) == []
    assert whole.state == "superseded"
    rest = _tell(scene, at)
    assert rest.id != whole.id
    assert text_of(read(rest)).count("/et/i/") == 1
    subscription.choose(scene.session, who, subscription.NONE, by=subscription.ONE_CLICK, now=at)
    scene.session.commit()
    assert _deliver(scene, at) == []
    assert digest.claim(scene.session, at) == [], "what was refused is not put back"


def test_a_reminder_that_has_not_left_stays_when_its_reader_refuses_reminders(scene: Scene) -> None:
    scene.post.reminded(scene.round(), [scene.deaf, scene.easy])
    who = scene.session.get_one(Organisation, (HOME, scene.deaf.organisation_id))
    subscription.choose(scene.session, who, subscription.NONE, by=subscription.ONE_CLICK, now=NOW)
    scene.session.commit()
    assert _deliver(scene, NOW) == ["easy@example.org"]


def _tell(scene: Scene, at: datetime) -> OutgoingLetter:
    """Write the digest that is due, as its drain does. Out: the letter."""
    work = digest.claim(scene.session, at)
    left = digest.still_true(scene.session, work, at)
    who = scene.session.get_one(Organisation, (HOME, work[0].organisation_id))
    key, _ = scene.post.digest(who, left, at=at)
    for item in work:
        item.told_at, item.letter_key = at, key if item in left else ""
        scene.session.add(item)
    scene.session.commit()
    return scene.session.exec(select(OutgoingLetter).where(OutgoingLetter.dedup_key == key)).one()


def _deliver(scene: Scene, now: datetime) -> list[str]:
    """Let everything leave that may. Out: to whom."""
    sent: list[str] = []

    class Carrier:
        def send(self, _sender: str, recipient: str, _raw: bytes) -> Verdict:
            sent.append(recipient)
            return Verdict(Outcome.SENT, "250")

        def close(self) -> None: ...

    asked = lambda session, letters: leaving.outdated(session, letters, now)  # noqa: E731
    Delivery(lambda: _transaction(scene), Carrier(), lambda: now, outdated=asked).drain()
    return sent
