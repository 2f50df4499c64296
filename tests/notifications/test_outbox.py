from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlmodel import Session, select

from notifications import outbox
from notifications.errors import LetterNotWaiting, LetterUnknown, MailRefused
from notifications.lease import Claimed, claim, outcome, record
from notifications.outbox import OutgoingLetter
from tests.notifications.cast import NOW, envelope, mail
from tests.notifications.doors import Database

LEASE = timedelta(seconds=60)


def put(session: Session, number: int = 0, tenant_id: str = "t1", **changed: Any) -> OutgoingLetter:
    return outbox.put(session, tenant_id=tenant_id, now=NOW, **asdict(envelope(number, **changed)))


def take(database: Database, limit: int = 100, *, after: timedelta = timedelta()) -> list[Claimed]:
    with database.open_transaction() as session:
        return claim(session, now=NOW + after, limit=limit, lease=LEASE)


def test_a_letter_is_kept_with_the_step_or_not_at_all(database: Database) -> None:
    def step() -> None:
        with database.open_transaction() as session:
            put(session)
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        step()
    with database.open_transaction() as session:
        assert outbox.waiting_count(session) == 0
        put(session)
    with database.open_transaction() as session:
        assert outbox.waiting_count(session) == 1


def test_the_same_step_twice_is_one_letter(database: Database) -> None:
    with database.open_transaction() as session:
        first = put(session)
        second = put(session, content=mail(message_id="<other@kaasa.example>"))
        assert (second.id, second.content) == (first.id, first.content)
        assert outbox.put_many(session, "t1", [envelope(0), envelope(1), envelope(1)], now=NOW) == 1
        assert outbox.put_many(session, "t2", [envelope(0)], now=NOW) == 1


def test_the_bytes_that_went_in_are_the_bytes_that_leave(database: Database) -> None:
    letter = envelope()
    with database.open_transaction() as session:
        row = put(session)
    (taken,) = take(database)
    assert taken.content == letter.content
    with database.open_transaction() as session:
        assert outbox.content(session, "t1", row.id) == letter.content
        with pytest.raises(LetterUnknown):
            outbox.content(session, "t2", row.id)


def test_a_faulty_mail_is_refused_with_its_faults_and_nothing_is_put_out(database: Database) -> None:
    broken = envelope(1, content=envelope(1).content.replace(b"\r\nTo:", b"\nTo:"))
    with database.open_transaction() as session:
        with pytest.raises(MailRefused, match=r"invite:1.*CRLF"):
            outbox.put_many(session, "t1", [envelope(0), broken], now=NOW)
        assert outbox.waiting_count(session) == 0


def test_ten_thousand_letters_go_in_as_they_are_made(database: Database) -> None:
    one = envelope()
    made = (replace(one, dedup_key=f"k{n}", message_id=f"<{n}@kaasa.example>") for n in range(10_000))
    with database.open_transaction() as session:
        assert outbox.put_many(session, "t1", made, now=NOW) == 10_000
        assert outbox.counts(session, "t1", "case-1")["queued"] == 10_000


def test_the_oldest_due_letters_are_claimed_first_and_only_once(database: Database) -> None:
    with database.open_transaction() as session:
        put(session, 1, due_at=NOW - timedelta(hours=1))
        put(session, 2)
        put(session, 3, due_at=NOW - timedelta(hours=2))
        put(session, 4, due_at=NOW + timedelta(hours=1))
    first, second = take(database, 2), take(database, 2)
    assert [letter.recipient_address for letter in first] == ["guest3@ngo.example", "guest1@ngo.example"]
    assert [letter.recipient_address for letter in second] == ["guest2@ngo.example"]
    assert take(database) == []
    assert [letter.attempts for letter in first] == [1, 1]


def test_a_lease_that_ran_out_lets_the_letter_be_claimed_again(database: Database) -> None:
    with database.open_transaction() as session:
        put(session)
    (dead,) = take(database)
    assert take(database, after=LEASE) == []
    (alive,) = take(database, after=LEASE + timedelta(seconds=1))
    assert (alive.message_id, alive.content, alive.attempts) == (dead.message_id, dead.content, 2)
    with database.open_transaction() as session:
        record(session, [outcome(dead, state="failed")])
        assert outbox.counts(session, "t1", "case-1")["sending"] == 1
        record(session, [outcome(alive, state="sent", sent_at=NOW)])
        record(session, [outcome(alive, state="failed")])
        assert outbox.counts(session, "t1", "case-1")["sent"] == 1


def test_a_clock_that_was_ahead_makes_no_letter_wait_for_the_moment_it_had_shown(database: Database) -> None:
    years = timedelta(days=3653)
    with database.open_transaction() as session:
        for number in range(3):
            put(session, number)
    dead, put_off, back = take(database, after=years)
    with database.open_transaction() as session:
        later = NOW + years + timedelta(hours=20)
        record(session, [outcome(put_off, state="deferred", due_at=later), outcome(back, state="queued")])
        letter = envelope(3, due_at=NOW + years)
        outbox.put_many(session, "t1", [letter], now=NOW + years)
    assert {it.id for it in take(database)} >= {dead.id, put_off.id, back.id}
    assert take(database) == []
    with database.open_transaction() as session:
        assert outbox.counts(session, "t1", "case-1")["sending"] == 4


def test_two_deliveries_at_once_never_claim_the_same_letter(database: Database) -> None:
    with database.open_transaction() as session:
        outbox.put_many(session, "t1", [envelope(n) for n in range(20)], now=NOW)
    if database.engine.dialect.name == "sqlite":
        taken = [letter.id for _ in range(2) for letter in take(database, 10)]
    else:
        with database.open_transaction() as one, database.open_transaction() as two:
            taken = [letter.id for s in (one, two) for letter in claim(s, now=NOW, limit=10, lease=LEASE)]
    assert len(set(taken)) == 20


def test_a_newer_letter_takes_the_place_of_older_ones_that_have_not_left(database: Database) -> None:
    with database.open_transaction() as session:
        gone, held, waiting, other = (
            put(session, dedup_key=key).id for key in ("i:a_1:0", "i:a_1:1", "i:a_1:2", "i:ab1:0")
        )
        session.get_one(OutgoingLetter, ("t1", gone)).state = "sent"
        session.get_one(OutgoingLetter, ("t1", held)).state = "held"
        put(session, tenant_id="t2", dedup_key="i:a_1:0")
    with database.open_transaction() as session:
        assert outbox.supersede(session, "t1", "i:a_1:") == 2
    with database.open_transaction() as session:
        states = {
            row.id: row.state for row in session.exec(select(OutgoingLetter)).all() if row.tenant_id == "t1"
        }
        assert states == {gone: "sent", held: "superseded", waiting: "superseded", other: "queued"}
        assert outbox.waiting_count(session, tenant_id="t2") == 1


def test_a_letter_being_sent_is_marked_when_it_is_superseded(database: Database) -> None:
    with database.open_transaction() as session:
        put(session)
    take(database)
    with database.open_transaction() as session:
        outbox.supersede(session, "t1", "invite:")
    (again,) = take(database, after=timedelta(minutes=5))
    assert again.recalled


def test_a_failed_letter_can_be_sent_again_from_the_first_try(database: Database) -> None:
    with database.open_transaction() as session:
        put(session)
    (letter,) = take(database)
    with database.open_transaction() as session:
        record(session, [outcome(letter, state="failed", answer="550 no such user")])
        (slip,) = outbox.find_undelivered(session, "t1")
        assert (slip.id, slip.answer) == (letter.id, "550 no such user")
        outbox.again(session, "t1", letter.id, now=NOW)
        assert outbox.find_undelivered(session, "t1") == []
    (retried,) = take(database)
    assert (retried.attempts, retried.message_id) == (1, letter.message_id)


@pytest.mark.parametrize("state", ["sent", "sending", "superseded"])
def test_a_letter_that_has_left_or_was_replaced_cannot_be_sent_again(database: Database, state: str) -> None:
    with database.open_transaction() as session:
        row = put(session)
        row.state = state
        session.add(row)
        session.flush()
        with pytest.raises(LetterNotWaiting, match=state):
            outbox.again(session, "t1", row.id, now=NOW)
        with pytest.raises(LetterUnknown):
            outbox.again(session, "t2", row.id, now=NOW)


def test_a_matter_shows_its_letters_newest_first_and_counts_them_by_state(database: Database) -> None:
    with database.open_transaction() as session:
        for number in range(3):
            put(session, number)
        put(session, 3, business_key="case-2")
        put(session, 4, kind="receipt")
        put(session, 0, tenant_id="t2")
        assert outbox.counts(session, "t1", "case-1", kind="invitation") == dict.fromkeys(
            outbox.STATES, 0
        ) | {"queued": 3}
        refs = [slip.recipient_ref for slip in outbox.by_business_key(session, "t1", "case-1")]
        assert refs == ["org-4", "org-2", "org-1", "org-0"]
        page = outbox.by_business_key(session, "t1", "case-1", limit=1, offset=1)
        assert [slip.recipient_ref for slip in page] == ["org-2"]


def test_a_message_id_follows_from_the_dedup_key_alone() -> None:
    assert outbox.message_id("t1", "a", "x.example") == outbox.message_id("t1", "a", "x.example")
    ids = {outbox.message_id(tenant, key, "x.example") for tenant in ("t1", "t2") for key in ("a", "b")}
    assert len(ids) == 4


def test_every_key_begins_with_the_tenant_and_has_a_name(database: Database) -> None:
    found = inspect(database.engine)
    assert found.get_pk_constraint("outgoing_letter")["constrained_columns"][0] == "tenant_id"
    assert [u["column_names"] for u in found.get_unique_constraints("outgoing_letter")] == [
        ["tenant_id", "dedup_key"]
    ]
    assert {i["name"] for i in found.get_indexes("outgoing_letter")} >= {"ix_outgoing_letter_due_at"}
