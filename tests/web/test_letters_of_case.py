"""Letters of a case: every one is seen with its fate, none gives its reader's secret away."""

import pytest

from processes.mass_mailing import MassMailing
from tests.web.case_desk import Desk, words
from tests.web.conftest import HOME


@pytest.fixture
def desk(demo_visitor):
    return Desk(demo_visitor, "public_discussion/meeting_over")


def test_letters_are_listed_by_state_and_kind_with_whom_they_are_for(desk):
    page = words(desk.open("letters?kind=invitation"))
    assert f"{len(desk.letters('invitation'))} letters" in page
    assert "Näidise Kurtide Ühing" in page
    assert "No letters here" in desk.open("letters?state=failed")
    assert desk.open("letters?page=2") != desk.open("letters?page=1")


def test_a_letter_is_shown_as_it_left_without_its_secret_link(desk):
    asked = desk.invitation("Näidise Kurtide Ühing")
    secret = desk.kaasa.links.of(asked)
    letter = next(it for it in desk.letters("invitation") if it.recipient_ref == f"invitation:{asked.id}")
    assert secret.encode() in letter.content.replace(b"=\r\n", b"")
    page = desk.open(f"letters/{letter.id}")
    body = desk.visitor.get(desk.path(f"letters/{letter.id}/body"))
    assert "Näidise Kurtide Ühing" in page
    assert secret not in page
    assert secret not in body.text
    assert "sandbox" in body.headers["content-security-policy"]
    assert body.headers["cache-control"] == "no-store"


def test_a_failed_letter_shows_the_servers_words_and_goes_again_as_it_was(desk):
    letter = desk.letters("invitation")[0]
    desk.change(letter, state="failed", attempts=1, answer="550 5.1.1 user unknown")
    assert "550 5.1.1 user unknown" in desk.open(f"letters/{letter.id}")
    assert "550 5.1.1 user unknown" in desk.open("letters?state=failed")
    assert "on its way again" in desk.done(desk.send(f"letters/{letter.id}/again"))
    again = next(it for it in desk.letters("invitation") if it.id == letter.id)
    assert (again.state, again.content, again.message_id) == ("queued", letter.content, letter.message_id)


def test_a_letter_that_did_not_arrive_says_what_to_do_and_its_planner_is_written_to_once_a_day(desk):
    letter = desk.letters("invitation")[0]
    desk.change(letter, state="failed", attempts=1, answer="550 5.1.1 user unknown")
    page = desk.open(f"letters/{letter.id}")
    assert "What you can do" in page
    assert f"participants/{letter.recipient_ref.partition(':')[2]}" in page
    desk.kaasa.loop.settle()
    desk.kaasa.loop.settle()
    told = desk.letters("undelivered")
    assert len(told) == 1
    assert b"letters?state=3Dfailed" in told[0].content.replace(b"=\r\n", b"")
    desk.change(desk.letters("invitation")[1], state="failed", answer="552 5.2.2 mailbox full")
    desk.kaasa.loop.settle()
    assert len(desk.letters("undelivered")) == 1


def test_a_letter_that_has_left_is_not_sent_again(desk):
    letter = next(it for it in desk.letters("invitation") if it.state == "sent")
    assert "Send again" not in desk.open(f"letters/{letter.id}")
    refused = desk.send(f"letters/{letter.id}/again")
    assert refused.status_code == 422
    assert "already left" in words(refused.text)


def test_another_cases_letter_is_not_found_here(desk):
    other = Desk(desk.visitor, "answer_opinions")
    desk.become(desk.planner_id)
    letter = other.letters("invitation")[0]
    desk.open(f"letters/{letter.id}", 404)
    assert desk.send(f"letters/{letter.id}/again").status_code == 404


def test_a_sending_to_many_shows_how_far_it_is_and_is_paused_and_goes_on(desk):
    mailing = _mailing(desk, total=300, written=100)
    page = words(desk.open("letters"))
    assert "Being written: reminder" in page
    assert "100 of 300 letters are written" in page
    done = desk.done(desk.send(f"letters/writing/{mailing.id}/pause"))
    assert "No further letters are written" in done
    assert "the rest waits for you" in words(desk.open("letters/writing"))
    assert "being written again" in desk.done(desk.send(f"letters/writing/{mailing.id}/resume"))
    assert "hx-trigger" not in desk.open("letters")
    assert "hx-trigger" in desk.open("letters?watch=1")


def test_a_sending_that_failed_says_so_and_what_to_do(desk):
    _mailing(desk, total=300, written=100, error="RuntimeError", attempts=8, paused=True)
    assert "tell whoever runs the system" in words(desk.open("letters")).lower()


def test_another_cases_sending_is_not_found_here(desk):
    mailing = _mailing(desk, total=300, written=100)
    other = Desk(desk.visitor, "answer_opinions")
    desk.become(desk.planner_id)
    assert other.send(f"letters/writing/{mailing.id}/pause").status_code == 404


def _mailing(desk, *, total, written, paused=False, **more):
    now = desk.kaasa.clock.now()
    made = MassMailing(
        municipality_id=HOME, consultation_id=desk.id, letter="reminded", about=desk.id, arguments="{}",
        recipients="[]", total=total, written=written, begun_at=now, due_at=now, paused_at=now if paused else None, **more,
    )  # fmt: skip
    desk.change(made)
    return made
