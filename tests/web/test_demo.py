"""The demonstration: its time moves by hand, everyone's place can be taken, its letters can be read here alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from litestar.testing import TestClient

from processes.actions import postbox
from processes.errors import NotFound
from tests.web.conftest import Visitor
from web.app import create_app
from web.compose import compose
from web.demo import KeptClock
from web.demonstrate import occupied


def test_the_next_thing_that_happens_is_gone_to_and_done(demo_visitor: Visitor) -> None:
    kaasa = demo_visitor.kaasa
    ahead = kaasa.next_due()
    assert ahead is not None
    answer = demo_visitor.post("/et/demo/next", {"back": "/et/accessibility"})
    assert answer.headers["location"] == "/et/accessibility"
    assert kaasa.clock.now() == ahead
    assert "Nüüd on" in demo_visitor.follow(answer).text
    again = kaasa.next_due()
    assert again is None or again > ahead


def test_a_day_passes_and_nothing_due_in_it_is_left(demo_visitor: Visitor) -> None:
    kaasa = demo_visitor.kaasa
    goal = kaasa.clock.now() + timedelta(days=1)
    demo_visitor.post("/et/demo/day")
    assert kaasa.clock.now() == goal
    again = kaasa.next_due()
    assert again is None or again > goal


def test_a_year_can_be_walked_without_an_error(demo_visitor: Visitor) -> None:
    kaasa = demo_visitor.kaasa
    began = kaasa.clock.now()
    for _ in range(60):
        answer = demo_visitor.post("/et/demo/next")
        assert answer.status_code == 303
        if kaasa.next_due() is None:
            break
    assert kaasa.clock.now() > began
    assert demo_visitor.get("/et/").status_code == 200


@pytest.mark.parametrize("days", [0, 2])
def test_the_demonstrations_moment_survives_a_restart(demo_visitor: Visitor, days: int) -> None:
    kaasa = demo_visitor.kaasa
    for _ in range(days):
        demo_visitor.post("/et/demo/day")
    again = KeptClock(kaasa.settings.folder / "clock", datetime(2030, 1, 1, tzinfo=UTC))
    assert again.now() == kaasa.clock.now()


def test_moving_time_signs_nobody_out(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("planner")
    for _ in range(3):
        demo_visitor.post("/et/demo/next")
    assert "Logi välja" in demo_visitor.get("/et/accessibility").text


@pytest.mark.parametrize(
    "role", ["planner", "colleague", "government", "committee", "clerk", "administrator"]
)
def test_every_role_can_be_taken_and_left_again(demo_visitor: Visitor, role: str) -> None:
    answer = demo_visitor.post("/et/demo/role", {"role": role})
    assert answer.status_code == 303
    page = demo_visitor.get("/et/accessibility").text
    assert "Logi välja" in page
    assert f'value="{role}" selected' in page
    demo_visitor.post("/et/demo/role", {"role": "visitor"})
    assert "Logi välja" not in demo_visitor.get("/et/accessibility").text


def test_an_invited_associations_page_can_be_opened(demo_visitor: Visitor) -> None:
    answer = demo_visitor.post("/et/demo/role", {"role": "association"})
    assert answer.headers["location"].startswith("/et/i/")
    assert demo_visitor.follow(answer).status_code == 200


def test_every_letter_can_be_read_with_its_calendar_entry(demo_visitor: Visitor) -> None:
    kaasa = demo_visitor.kaasa
    letters = postbox.letters(kaasa.postbox, local=True)
    assert len(letters) > 50
    with_entry = next(it for it in letters if it.has_calendar)
    for letter in (letters[0], letters[-1], with_entry):
        page = demo_visitor.get(f"/et/postbox/{letter.key}")
        assert page.status_code == 200
    assert "Kalendrikutse" in page.text
    entry = demo_visitor.get(f"/et/postbox/{with_entry.key}/calendar")
    assert entry.text.startswith("BEGIN:VCALENDAR")
    assert "attachment" in entry.headers["content-disposition"]


def test_a_letters_own_markup_can_run_and_fetch_nothing(demo_visitor: Visitor) -> None:
    key = postbox.letters(demo_visitor.kaasa.postbox, local=True)[0].key
    policy = demo_visitor.get(f"/et/postbox/{key}/body").headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("key", ["none", "%2e%2e%2fsecret", "a" * 300])
def test_a_key_that_is_no_letter_is_not_found(demo_visitor: Visitor, key: str) -> None:
    assert demo_visitor.get(f"/et/postbox/{key}").status_code == 404


def test_the_postbox_is_refused_where_others_can_reach_the_server(demo_visitor: Visitor) -> None:
    kaasa = demo_visitor.kaasa
    with pytest.raises(NotFound):
        postbox.letters(kaasa.postbox, local=False)
    open_to_all = compose(kaasa.settings.model_copy(update={"host": "0.0.0.0"}))
    with TestClient(create_app(open_to_all, loop=False), base_url="http://127.0.0.1:8000") as client:
        assert client.get("/et/postbox").status_code == 404
    open_to_all.close()


def test_a_page_elsewhere_cannot_read_the_demonstration_under_another_name(demo_visitor: Visitor) -> None:
    answer = demo_visitor.get("/et/postbox", headers={"host": "evil.example"})
    assert answer.status_code == 404


def test_a_person_of_the_demonstration_gets_a_link_in_the_postbox(demo_visitor: Visitor) -> None:
    kaasa = demo_visitor.kaasa
    demo_visitor.post("/et/sign-in", {"email": "aino@naidisvald.example"})
    kaasa.loop.settle()
    newest = max(postbox.letters(kaasa.postbox, local=True), key=lambda it: it.date)
    assert re.search(
        r"/et/sign-in/[\w-]{43}", postbox.open_letter(kaasa.postbox, newest.key, local=True).text
    )


def test_seeding_a_database_that_is_in_use_is_refused(demo_visitor: Visitor) -> None:
    assert "already holds a municipality" in occupied(demo_visitor.kaasa)
