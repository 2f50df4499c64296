"""Signing in: the same answer for everyone, a link that works once, a session that ends."""

from __future__ import annotations

import contextlib
import re
import threading

import pytest
from sqlmodel import select

from notifications.outbox import OutgoingLetter
from processes.actions import sign_in
from processes.errors import LinkNotValid
from processes.person import Person, Role, SignedIn, SignInLink
from tests.web.conftest import HOME, Visitor, found
from web.compose import Kaasa

AINO = "aino@naidisvald.example"


def letters(kaasa: Kaasa) -> list[OutgoingLetter]:
    with kaasa.database.session() as session:
        found = list(session.exec(select(OutgoingLetter).order_by(OutgoingLetter.id)).all())
        session.expunge_all()
    return found


def link_in(letter: OutgoingLetter) -> str:
    text = letter.content.decode().replace("=\r\n", "")
    return found(r"/(?:et|en|ru)/sign-in/([\w-]{43})", text)


def ask(visitor: Visitor, email: str = AINO) -> str:
    """Ask for a link. Out: its token."""
    assert visitor.post("/et/sign-in", {"email": email}).status_code == 200
    return link_in(letters(visitor.kaasa)[-1])


def test_the_answer_is_the_same_whether_there_is_an_account_or_not(visitor: Visitor) -> None:
    known = visitor.post("/et/sign-in", {"email": AINO})
    unknown = visitor.post("/et/sign-in", {"email": "oskar@elsewhere.example"})
    assert plain(known.text, AINO) == plain(unknown.text, "oskar@elsewhere.example")
    assert known.status_code == unknown.status_code == 200
    assert len(letters(visitor.kaasa)) == 1


def plain(text: str, email: str) -> str:
    text = re.sub(r'nonce="[^"]+"|value="[0-9a-f]{64,}"', "", text)
    return text.replace(email, "…")


def test_the_letter_goes_to_the_person_and_its_subject_names_nobody(visitor: Visitor) -> None:
    ask(visitor)
    (letter,) = letters(visitor.kaasa)
    assert letter.recipient_address == AINO
    subject = found(r"(?m)^Subject: (.+)$", letter.content.decode())
    assert "Aino" not in subject


def test_opening_the_link_uses_nothing_up_and_pressing_its_button_signs_in(visitor: Visitor) -> None:
    token = ask(visitor)
    for _ in range(20):  # mail scanners
        assert visitor.get(f"/et/sign-in/{token}").status_code == 200
    answer = visitor.post(f"/et/sign-in/{token}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/et/desk"
    assert "Aino Planeerija" in visitor.get("/et/accessibility").text


def test_a_link_works_once(visitor: Visitor) -> None:
    token = ask(visitor)
    assert visitor.post(f"/et/sign-in/{token}").status_code == 303
    assert visitor.post(f"/et/sign-in/{token}").status_code == 404


def test_used_expired_and_unknown_links_are_told_alike(visitor: Visitor) -> None:
    used = ask(visitor)
    visitor.post(f"/et/sign-in/{used}")
    visitor.sign_out()
    late = ask(visitor)
    visitor.wait(minutes=15)
    answers = [visitor.post(f"/et/sign-in/{token}") for token in (used, late, "x" * 43)]
    texts = {plain(it.text, it.request.url.path.rpartition("/")[2]) for it in answers}
    assert {it.status_code for it in answers} == {404}
    assert len(texts) == 1


def test_of_many_presses_at_once_exactly_one_signs_in(kaasa: Kaasa) -> None:
    with kaasa.database.open_transaction() as session:
        person = session.exec(select(Person).where(Person.email == AINO)).one()
        token = sign_in.new_link(session, municipality_id=HOME, person_id=person.id, now=kaasa.wall.now())
    won: list[str] = []

    def press() -> None:
        with contextlib.suppress(LinkNotValid):
            won.append(
                kaasa.database.transaction(
                    lambda s: sign_in.open_link(s, municipality_id=HOME, token=token, now=kaasa.wall.now())
                )
            )

    pressing = [threading.Thread(target=press) for _ in range(12)]
    for it in pressing:
        it.start()
    for it in pressing:
        it.join()
    assert len(won) == 1


def test_a_link_of_another_municipality_opens_nothing(kaasa: Kaasa) -> None:
    with kaasa.database.open_transaction() as session:
        person = session.exec(select(Person).where(Person.email == AINO)).one()
        token = sign_in.new_link(session, municipality_id=HOME, person_id=person.id, now=kaasa.wall.now())
    with pytest.raises(LinkNotValid), kaasa.database.open_transaction() as session:
        sign_in.open_link(session, municipality_id="0001", token=token, now=kaasa.wall.now())


def test_nothing_secret_is_kept(visitor: Visitor) -> None:
    token = ask(visitor)
    visitor.post(f"/et/sign-in/{token}")
    cookie = visitor.client.cookies["kaasa"]
    with visitor.kaasa.database.session() as session:
        kept = [it.digest for it in (*session.exec(select(SignInLink)), *session.exec(select(SignedIn)))]
    assert token not in kept
    assert cookie not in kept
    assert len(kept) == 2


def test_asking_again_and_again_stops_after_five_letters_an_hour(visitor: Visitor) -> None:
    for _ in range(9):
        visitor.post("/et/sign-in", {"email": AINO})
    assert len(letters(visitor.kaasa)) == 5
    visitor.wait(hours=1, minutes=1)
    visitor.post("/et/sign-in", {"email": AINO})
    assert len(letters(visitor.kaasa)) == 6


def test_a_session_ends_after_thirty_idle_minutes(visitor: Visitor) -> None:
    visitor.sign_in("planner")
    visitor.wait(minutes=29)
    assert "Aino" in visitor.get("/et/accessibility").text
    visitor.wait(minutes=29)  # counted from the last use
    assert "Aino" in visitor.get("/et/accessibility").text
    visitor.wait(minutes=31)
    assert "Aino" not in visitor.get("/et/accessibility").text


def test_a_session_ends_after_ten_hours_however_busy(visitor: Visitor) -> None:
    visitor.sign_in("planner")
    for _ in range(30):
        visitor.wait(minutes=20)
        assert "Aino" in visitor.get("/et/accessibility").text
    visitor.wait(minutes=20)
    assert "Aino" not in visitor.get("/et/accessibility").text


def test_signing_out_ends_the_session_on_the_server(visitor: Visitor) -> None:
    visitor.sign_in("planner")
    stolen = visitor.client.cookies["kaasa"]
    assert visitor.post("/et/sign-out").status_code == 303
    visitor.client.cookies.set("kaasa", stolen)
    assert "Aino" not in visitor.get("/et/accessibility").text


def test_signing_in_anew_gives_another_session_and_ends_the_one_before(visitor: Visitor) -> None:
    visitor.client.cookies.set("kaasa", "chosen-by-an-attacker")
    token = ask(visitor)
    answer = visitor.post(f"/et/sign-in/{token}")
    fresh = found(r"kaasa=([\w-]+)", answer.headers["set-cookie"])
    assert fresh != "chosen-by-an-attacker"
    assert len(fresh) >= 43


def test_a_closed_account_and_a_role_taken_away_count_at_the_next_request(visitor: Visitor) -> None:
    person_id = visitor.sign_in("planner")
    assert "Algata kaasamine" in visitor.get("/et/accessibility").text
    with visitor.kaasa.database.open_transaction() as session:
        session.delete(session.get(Role, (HOME, person_id, "planner")))
    assert "Algata kaasamine" not in visitor.get("/et/accessibility").text
    with visitor.kaasa.database.open_transaction() as session:
        session.exec(select(Person).where(Person.id == person_id)).one().active = False
    assert "Aino" not in visitor.get("/et/accessibility").text


@pytest.mark.parametrize(
    "goal", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"]
)
def test_after_signing_in_nobody_is_led_to_another_site(visitor: Visitor, goal: str) -> None:
    token = ask(visitor)
    answer = visitor.post(f"/et/sign-in/{token}", {"next": goal})
    assert answer.headers["location"] == "/et/desk"


def test_after_signing_in_one_comes_where_one_wanted_to_go(visitor: Visitor) -> None:
    token = ask(visitor)
    answer = visitor.post(f"/ru/sign-in/{token}", {"next": "/ru/cases?page=2"})
    assert answer.headers["location"] == "/ru/cases?page=2"


def test_an_address_that_is_none_is_asked_for_again_and_kept(visitor: Visitor) -> None:
    answer = visitor.post("/et/sign-in", {"email": "aino"})
    assert answer.status_code == 422
    assert 'value="aino"' in answer.text
    assert 'href="#email"' in answer.text
