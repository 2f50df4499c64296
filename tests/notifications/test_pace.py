"""Letters leave as fast as the limits let them, none earlier and none lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from notifications.delivery import Delivery
from notifications.outbox import Envelope, put_many
from notifications.pace import MINUTE, Pace
from notifications.verdict import Outcome, Verdict
from tests.notifications.cast import NOW, envelope
from tests.notifications.doors import Database

START = datetime(2026, 12, 1, 9, tzinfo=UTC)


class _Bag:
    """Takes every letter, and keeps to whom and when."""

    def __init__(self) -> None:
        self.now = NOW
        self.taken: list[tuple[str, datetime]] = []

    def send(self, _sender: str, recipient: str, _raw: bytes) -> Verdict:
        self.taken.append((recipient, self.now))
        return Verdict(Outcome.SENT)


def test_what_left_by_a_clock_that_was_ahead_holds_nothing_up() -> None:
    pace = Pace(1)
    pace.note("a@ngo.example", START + timedelta(days=3653))
    assert pace.free_at("b@ngo.example", START) == START


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), max_size=60),
    st.integers(1, 6),
    st.integers(1, 6),
)
def test_no_minute_holds_more_than_its_limit(tries: list[tuple[str, int]], most: int, to_one: int) -> None:
    pace, now, left = Pace(most, to_one), START, []
    for domain, seconds in tries:
        now += timedelta(seconds=seconds)
        if pace.free_at(f"x@{domain}.example", now) == now:
            pace.note(f"x@{domain}.example", now)
            left.append((domain, now))
    for _, moment in left:
        minute = [it for it in left if moment - MINUTE < it[1] <= moment]
        assert len(minute) <= most
        assert all(sum(it[0] == domain for it in minute) <= to_one for domain in "abc")


@given(st.integers(1, 5), st.integers(0, 100))
def test_what_may_not_leave_now_may_at_the_moment_it_is_told(most: int, seconds: int) -> None:
    pace = Pace(a_minute_to_a_domain=most)
    for _ in range(most):
        pace.note("x@a.example", START)
    then = pace.free_at("y@A.example", START + timedelta(seconds=seconds))
    assert pace.free_at("y@a.example", then) == then
    assert pace.free_at("y@b.example", START) == START


def test_letters_beyond_the_limit_wait_uncounted_and_other_domains_go_on(database: Database) -> None:
    bag = _Bag()
    letters = [*(_to(f"n{it}@slow.example", it) for it in range(5)), _to("x@other.example", 5)]
    with database.open_transaction() as session:
        put_many(session, "t1", letters, now=NOW)
    delivery = Delivery(database.open_transaction, bag, lambda: bag.now, pace=Pace(a_minute_to_a_domain=2))
    delivery.drain()
    assert sorted(it[0].partition("@")[2] for it in bag.taken) == [
        "other.example",
        "slow.example",
        "slow.example",
    ]
    for _ in range(4):
        bag.now += MINUTE
        delivery.drain()
    assert len(bag.taken) == len({it[0] for it in bag.taken}) == 6
    assert max(it[1] for it in bag.taken) <= NOW + 2 * MINUTE


def _to(address: str, number: int) -> Envelope:
    return envelope(number, recipient_address=address)
