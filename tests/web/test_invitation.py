"""The personal link: everything an invited organisation may do on it, and every wrong turn told in a sentence."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from sqlmodel import select

from processes.accommodation import Need
from processes.feedback import LATE_WAITING, RECEIVED, WITHDRAWN
from processes.invitation import Approval
from processes.meeting import Attendance
from tests.processes.public_scene import AFTER, CLOSES, DURING, HOME, PDF
from tests.web.public_house import House, house, one


@pytest.fixture
def public(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def page(public: House, language: str = "et") -> str:
    return f"/{language}/i/{public.scene.token}"


def send(public: House, values: dict[str, Any], *, language: str = "et", **more: Any) -> Any:
    return public.send(page(public, language), page(public, language), values, **more)


def rows(public: House, table: Any) -> Any:
    with public.scene.database.session() as session:
        found = list(session.exec(select(table)).all())
        session.expunge_all()
        return found


def opinions(public: House) -> Any:
    with public.scene.database.session() as session:
        found = public.scene.opinions(session)
        session.expunge_all()
        return found


def meet(public: House) -> None:
    with public.scene.write() as session:
        public.scene.add_meeting(session, access="Kaldtee on olemas.")


def test_the_page_says_for_whom_one_acts_and_gives_away_no_address(public: House) -> None:
    text = public.get(page(public))
    assert "Näidisvalla Kurtide Selts" in text
    assert "m…@selts.example" in text
    assert "mart@selts.example" not in text


def test_opening_changes_nothing_and_the_page_itself_tells_that_it_was_seen(public: House) -> None:
    text = public.get(page(public))
    with public.scene.database.session() as session:
        assert public.scene.invitation(session).opened_at is None
    token = one(r'name="_csrf_token" value="([^"]+)"', text)
    answer = public.client.post(f"{page(public)}/opened", data={"_csrf_token": token})
    assert answer.status_code == 204
    with public.scene.database.session() as session:
        assert public.scene.invitation(session).opened_at == DURING


def test_one_form_takes_coming_needs_and_opinion_and_gives_the_number(public: House) -> None:
    meet(public)
    answer = send(
        public,
        {"meeting": "accepted", "needs": ["SIGN", "LOOP"], "text": "Kõnnitee laiemaks."},
        files=[("joonis.pdf", PDF, "application/pdf")],
    )
    assert answer.status_code == 200
    assert "Teie arvamuse number on 2027-1" in answer.text
    assert "joonis.pdf" in answer.text
    assert [row.answer for row in rows(public, Attendance)] == ["accepted"]
    assert {need.kind for need in rows(public, Need)} == {"SIGN", "LOOP"}
    assert "uurime võimalusi" in answer.text


def test_access_comes_first_among_the_meetings_facts_after_its_time(public: House) -> None:
    meet(public)
    text = public.get(page(public))
    assert text.index("Kaldtee on olemas.") < text.index("Rahvamaja")


def test_every_kind_of_need_says_by_when_it_must_be_asked(public: House) -> None:
    meet(public)
    text = public.get(page(public))
    assert "viipekeeletõlge (eesti viipekeel)" in text
    assert "teatage hiljemalt 14.01.2027" in text
    assert "перевод на жестовый язык" in public.get(page(public, "ru"))


@pytest.mark.parametrize(
    ("language", "values", "sentence"),
    [
        ("et", {}, "Midagi ei ole veel vastatud."),
        ("ru", {"text": ""}, "Пока нет ни одного ответа."),
        ("en", {"text": "õ" * 20_001}, "This is too long; the most is 20000 characters."),
        ("et", {"meeting": "vist"}, "Palun valige üks pakutud vastustest."),
        ("et", {"needs": ["OTHER"], "other": ""}, "Kirjutage, mida veel vajate."),
        ("et", {"no_comments": "true", "text": "aga siiski"}, "Märkisite „Meil ei ole märkusi“"),
    ],
)
def test_what_cannot_be_taken_is_said_in_the_readers_language_and_nothing_is_lost(
    public: House, language: str, values: dict[str, Any], sentence: str
) -> None:
    meet(public)
    answer = send(public, values, language=language)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert values.get("text", "") in answer.text
    assert opinions(public) == []
    assert rows(public, Attendance)[0].answer == "invited"


def test_what_was_ticked_and_typed_stays_when_a_file_is_refused(public: House) -> None:
    meet(public)
    answer = send(
        public,
        {
            "meeting": "maybe",
            "needs": ["SIGN", "OTHER"],
            "other": "Eesistuja ees",
            "text": "Kõnnitee laiemaks.",
        },
        files=[("kiri.exe", b"MZ", "application/pdf")],
    )
    assert answer.status_code == 422
    assert "kiri.exe: Faili liiki „exe“" in answer.text
    assert 'value="maybe" checked' in answer.text
    assert 'value="SIGN" checked' in answer.text
    assert 'value="Eesistuja ees"' in answer.text
    assert "Kõnnitee laiemaks." in answer.text
    assert rows(public, Need) == []


def test_a_double_click_is_one_answer(public: House) -> None:
    for _ in range(2):
        answer = send(public, {"text": "Kõnnitee laiemaks."}, key="k" * 24)
        assert "2027-1" in answer.text
    assert len(opinions(public)) == 1
    assert opinions(public)[0].version == 1


def test_words_are_changed_and_withdrawn_until_the_deadline(public: House) -> None:
    send(public, {"text": "Kõnnitee laiemaks."})
    text = public.get(page(public))
    assert "Muutke oma arvamust" in text
    answer = send(public, {"text": "Kõnnitee kolm meetrit."})
    assert "versioon 2" in answer.text
    answer = public.send(page(public), f"{page(public)}/withdraw", {})
    assert "Arvamus on tagasi võetud." in answer.text
    assert opinions(public)[0].state == WITHDRAWN


def test_a_form_sent_after_the_step_closed_keeps_everything_and_offers_the_late_path(public: House) -> None:
    meet(public)
    text = public.get(page(public))
    hidden = {name: one(rf'name="{name}" value="([^"]+)"', text) for name in ("_csrf_token", "key")}
    public.at(AFTER)
    typed = {"text": "Kõnnitee laiemaks.", "meeting": "accepted", "needs": ["SIGN"]}
    answer = public.client.post(page(public), data={**hidden, **typed})
    assert answer.status_code == 409
    assert "Arvamuse avaldamise viimane hetk oli esmaspäev, 18. jaanuar 2027" in answer.text
    assert "Kõnnitee laiemaks." in answer.text
    assert 'value="accepted" checked' in answer.text
    assert 'name="late_reason"' in answer.text
    answer = public.client.post(
        page(public), data={**hidden, **typed, "late": "true", "late_reason": "Juhatus kogunes hiljem."}
    )
    assert "Hilinenud arvamus on käes, selle number on 2027-1." in answer.text
    assert opinions(public)[0].state == LATE_WAITING


def test_after_the_deadline_the_meeting_can_still_be_answered(public: House) -> None:
    meet(public)
    public.at(AFTER)
    answer = send(public, {"meeting": "declined"})
    assert "Täname, vastus on käes." in answer.text
    assert rows(public, Attendance)[0].answer == "declined"


def test_no_comments_is_noted_and_shown(public: House) -> None:
    answer = send(public, {"no_comments": "true"})
    assert "Märkusi ei ole" in answer.text
    assert opinions(public) == []


def test_unknown_revoked_and_other_links_say_the_same_words(public: House) -> Any:
    def said(token: str) -> str:
        text = public.get(f"/et/i/{token}", 404)
        return text[text.index("<main") : text.index("</main")]

    old = public.scene.token
    with public.scene.write() as session:
        invitation = public.scene.invitation(session)
        public.kaasa.links.renew(invitation)
        session.add(invitation)
    other_purpose = public.kaasa.links.token("opinion", public.scene.invitation_id)
    assert said(old) == said("0" * 64) == said(other_purpose) == said("x")
    assert "See link enam ei kehti" in said(old)


def test_passing_on_and_saying_that_it_is_not_us(public: House) -> None:
    answer = public.send(page(public), f"{page(public)}/forward", {"address": "tiina@"})
    assert answer.status_code == 422
    assert 'value="tiina@"' in answer.text
    answer = public.send(page(public), f"{page(public)}/forward", {"address": "tiina@selts.example"})
    assert "Link saadeti aadressile tiina@selts.example." in answer.text
    answer = public.send(page(public), f"{page(public)}/not-us", {})
    assert "Täname, et andsite teada" in answer.text
    public.get(page(public), 404)


def test_the_meeting_goes_into_ones_own_calendar(public: House) -> None:
    public.get(f"{page(public)}/calendar.ics", 404)
    meet(public)
    answer = public.client.get(f"{page(public)}/calendar.ics")
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["UID"] == "one@naidisvald.example"
    assert public.scene.token.encode() not in answer.content.replace(b"\r\n ", b"")


def test_an_authority_is_asked_for_its_approval(public: House) -> None:
    with public.scene.write() as session:
        invitation = public.scene.invitation(session)
        invitation.purpose = "approval"
        row = public.scene.add_round(session, phase="approval")
        session.add(
            Approval(
                municipality_id=HOME, round_id=row.id, invitation_id=invitation.id, due_on=date(2027, 2, 1)
            )
        )
        session.add(invitation)
    assert "Kas kooskõlastate planeeringu?" in public.get(page(public))
    answer = send(public, {"approval": "conditions", "text": ""})
    assert "Kirjutage, mida tuleb muuta" in answer.text
    send(public, {"approval": "conditions", "text": "Lisage veevõtukoht."})
    assert [(it.result, it.conditions) for it in rows(public, Approval)] == [
        ("conditions", "Lisage veevõtukoht.")
    ]


def test_the_page_is_not_kept_in_any_cache(public: House) -> None:
    answer = public.client.get(page(public))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_before_the_first_round_the_organisation_is_heard_already(public: House) -> None:
    with public.scene.write() as session:
        session.delete(public.scene.round(session))
    assert "teie arvamus on juba teretulnud" in public.get(page(public))
    send(public, {"text": "Mõelge varakult."})
    assert [(row.round_id, row.state) for row in opinions(public)] == [(None, RECEIVED)]


def test_long_after_the_deadline_nothing_can_be_sent_but_everything_is_read(public: House) -> None:
    send(public, {"text": "Kõnnitee laiemaks."})
    public.at(CLOSES + timedelta(days=60))
    text = public.get(page(public))
    assert "Kõnnitee laiemaks." in text
    assert 'name="text"' not in text
