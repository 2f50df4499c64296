"""The desk: what to do by urgency, why, and what lies beside it; for each role its own."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from engine.clock import local_day
from engine.wait import HUMAN, Wait
from processes.actions import desk, desk_beside
from processes.consultation import Consultation
from processes.errors import NotAllowed
from processes.feedback import Feedback
from processes.inbound import IncomingMail
from processes.meeting import MeetingAnswer
from processes.permission import Actor, actor_of
from processes.suggestion import Suggestion
from tests.web.conftest import HOME, Visitor, found
from web.compose import Kaasa


def planner(kaasa: Kaasa, person_id: str) -> Actor:
    with kaasa.database.session() as session:
        return actor_of(session, HOME, person_id)


def looked(kaasa: Kaasa, actor: Actor, **wanted: object) -> desk.Desk:
    now = wanted.pop("now", kaasa.clock.now())
    with kaasa.database.session() as session:
        return desk.desk(session, actor, "et", runtime=kaasa.runtime, now=now, **wanted)  # type: ignore[arg-type]


def dues(kaasa: Kaasa) -> list[datetime]:
    with kaasa.database.session() as session:
        query = select(Wait.due_at).where(Wait.tenant_id == HOME, Wait.kind == HUMAN, Wait.role == "planner")
        return sorted(it for it in session.exec(query) if it is not None)


def test_the_desk_says_what_why_until_when_and_by_which_law(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("planner")
    page = demo_visitor.get("/et/desk").text
    assert "Vasta arvamustele" in page
    assert "Koosta igale arvamusele põhjendatud vastus" in page
    assert "vastamata 7 / 12" in page
    assert "tööpäeva)" in page
    assert "vajab omavalitsuse juristi kinnitust" in page


def test_what_is_due_first_comes_first_whatever_day_it_is(demo_kaasa: Kaasa, demo_visitor: Visitor) -> None:
    actor = planner(demo_kaasa, demo_visitor.sign_in("planner"))
    first = dues(demo_kaasa)[0]
    for now, urgency in (
        (first + timedelta(seconds=1), desk.OVERDUE),
        (first, desk.TODAY),
        (first - timedelta(days=3), desk.WEEK),
        (first - timedelta(days=30), desk.LATER),
    ):
        found = looked(demo_kaasa, actor, now=now)
        assert found.tasks[0].due_at == first
        assert found.tasks[0].urgency == urgency
        assert found.counts[urgency] >= 1
        assert sum(found.counts.values()) == len(found.tasks) == found.found
        only = looked(demo_kaasa, actor, now=now, urgency=urgency)
        assert [it.wait_id for it in only.tasks] == [
            it.wait_id for it in found.tasks if it.urgency == urgency
        ]


def test_the_filter_lives_in_the_address_and_nonsense_in_it_shows_everything(
    demo_kaasa: Kaasa, demo_visitor: Visitor
) -> None:
    actor = planner(demo_kaasa, demo_visitor.sign_in("planner"))
    number = next(it.number for it in looked(demo_kaasa, actor).tasks if it.name == "Vasta arvamustele")
    assert "Vasta arvamustele" in demo_visitor.get(f"/et/desk?case={number}").text
    assert "Kontrolli taotlust" not in demo_visitor.get(f"/et/desk?case={number}").text
    assert "Selle valikuga ülesandeid ei ole" in demo_visitor.get("/et/desk?case=keegi-muu").text
    assert "Vasta arvamustele" in demo_visitor.get("/et/desk?urgency=<b>").text
    assert "Vasta arvamustele" in demo_visitor.get("/et/desk?page=esimene").text
    assert "Vasta arvamustele" in demo_visitor.get("/et/desk?page=99").text


def test_only_the_cases_one_leads_can_be_asked_for(demo_kaasa: Kaasa, demo_visitor: Visitor) -> None:
    actor = planner(demo_kaasa, demo_visitor.sign_in("planner"))
    stranger = Actor(HOME, "somebody-else", actor.roles)
    assert looked(demo_kaasa, actor, mine=True).found == 3
    assert looked(demo_kaasa, stranger, mine=True).found == 0
    assert looked(demo_kaasa, stranger).found == 3


def test_nobody_sees_the_tasks_of_another_municipality_or_role(
    demo_kaasa: Kaasa, demo_visitor: Visitor
) -> None:
    actor = planner(demo_kaasa, demo_visitor.sign_in("planner"))
    assert looked(demo_kaasa, Actor("1111", actor.person_id, actor.roles)).found == 0
    assert looked(demo_kaasa, Actor(HOME, actor.person_id, frozenset({"committee"}))).found == 0
    with pytest.raises(NotAllowed):
        looked(demo_kaasa, Actor(HOME, actor.person_id, frozenset({"administrator"})))


def test_pages_of_twenty_hold_every_task_once(
    demo_kaasa: Kaasa, demo_visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dated tasks and undated ones come from two statements; no page loses or repeats one where they meet."""
    actor = planner(demo_kaasa, demo_visitor.sign_in("planner"))
    with demo_kaasa.database.open_transaction() as session:
        model = session.exec(select(Wait).where(Wait.tenant_id == HOME, Wait.kind == HUMAN)).first()
        assert model is not None
        for number in range(6):
            copy = {**model.model_dump(), "id": f"copy-{number}", "role": "planner"}
            session.add(Wait(**copy | {"due_at": None if number % 2 else model.due_at}))
    monkeypatch.setattr(desk, "PAGE", 3)
    pages = [looked(demo_kaasa, actor, page=number) for number in (1, 2, 3)]
    shown = [task.wait_id for page in pages for task in page.tasks]
    assert [page.pages for page in pages] == [3, 3, 3]
    assert len(shown) == len(set(shown)) == 9
    assert [task.due_at is None for page in pages for task in page.tasks] == [False] * 6 + [True] * 3


def test_what_needs_a_hand_and_who_is_silent_lies_beside_the_tasks(
    demo_kaasa: Kaasa, demo_visitor: Visitor
) -> None:
    actor = planner(demo_kaasa, demo_visitor.sign_in("planner"))
    with demo_kaasa.database.session() as session:
        query = select(Feedback.consultation_id).where(col(Feedback.state) == "late_waiting")
        late = list(session.exec(query))
        found = desk_beside.beside(
            session, actor, "et", runtime=demo_kaasa.runtime, now=demo_kaasa.clock.now()
        )
        told = {(it.what, it.number): it.count for it in found.hands}
        cases = {it.id: it.number for it in session.exec(select(Consultation))}
    assert sum(n for (what, _), n in told.items() if what == desk_beside.LATE) == len(late) > 0
    assert all((desk_beside.LATE, cases[case_id]) in told for case_id in late)
    assert [it.what for it in found.silent] == [desk_beside.SILENT]
    assert found.waiting_count >= len(found.waiting) > 0
    page = demo_visitor.get("/et/desk").text
    assert "Vajab tähelepanu" in page
    assert "Ootan teistelt" in page


def test_only_a_planner_has_things_beside_the_tasks(demo_kaasa: Kaasa, demo_visitor: Visitor) -> None:
    actor = Actor(HOME, demo_visitor.sign_in("government"), frozenset({"government"}))
    with demo_kaasa.database.session() as session:
        found = desk_beside.beside(
            session, actor, "et", runtime=demo_kaasa.runtime, now=demo_kaasa.clock.now()
        )
    assert found == desk_beside.NOTHING
    assert "Teie järel ei oota midagi" in demo_visitor.get("/et/desk").text


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_desk_speaks_the_readers_language(demo_visitor: Visitor, language: str) -> None:
    demo_visitor.sign_in("planner")
    page = demo_visitor.get(f"/{language}/desk").text
    assert {"en": "Answer the opinions", "ru": "Ответить"}[language][:7] in page
    assert "Vasta arvamustele" not in page


def test_a_desk_without_tasks_says_what_will_appear_there(visitor: Visitor) -> None:
    visitor.sign_in("planner")
    assert "Teie järel ei oota midagi" in visitor.get("/et/desk").text


def test_mail_that_waits_for_a_decision_stands_on_the_planners_desk(
    demo_kaasa: Kaasa, demo_visitor: Visitor
) -> None:
    demo_visitor.sign_in("planner")
    assert "Kirjad, mis ootavad teie otsust" not in demo_visitor.get("/et/desk").text
    now = demo_kaasa.clock.now()
    for number, state in enumerate(("waiting", "waiting", "done")):
        made = IncomingMail(
            municipality_id=HOME, digest=f"d{number}", size=1, received_at=now, kind="unreadable", state=state
        )
        demo_kaasa.database.transaction(lambda s, it=made: s.add(it))
    page = demo_visitor.get("/et/desk").text
    assert "Kirjad, mis ootavad teie otsust: 2" in page
    assert 'href="/et/mails"' in page


def test_what_an_association_proposed_stands_on_the_planners_desk_until_it_is_answered(
    demo_kaasa: Kaasa, demo_visitor: Visitor
) -> None:
    demo_visitor.sign_in("planner")
    page = demo_visitor.get("/et/desk").text
    assert "Ühenduste ettepanekud, mis ootavad teie vastust: 1" in page
    assert 'href="/et/suggestions"' in page
    with demo_kaasa.database.open_transaction() as session:
        made = session.exec(select(Suggestion)).one()
        made.answer_due_on = local_day(demo_kaasa.clock.now()) - timedelta(days=1)
        session.add(made)
    assert "vastus on hilinenud" in demo_visitor.get("/et/desk").text
    with demo_kaasa.database.open_transaction() as session:
        made = session.exec(select(Suggestion)).one()
        made.state = "declined"
        session.add(made)
    assert "Ühenduste ettepanekud" not in demo_visitor.get("/et/desk").text


def test_a_committee_member_says_from_the_desk_whether_they_come_to_their_session(
    demo_kaasa: Kaasa, demo_visitor: Visitor
) -> None:
    demo_visitor.sign_in("committee")
    place = found(r'href="(/et/s/[0-9a-f]+)"', demo_visitor.get("/et/desk").text)
    demo_visitor.client.cookies.clear()
    assert "Kas te tulete istungile?" in demo_visitor.get(place).text
    assert demo_visitor.post(place, {"meeting": "perhaps"}).status_code == 422
    said = demo_visitor.post(place, {"meeting": "declined"})
    assert said.status_code == 303
    assert "ei tule" in demo_visitor.get(place).text
    with demo_kaasa.database.session() as session:
        assert [
            it.answer
            for it in session.exec(select(MeetingAnswer).where(col(MeetingAnswer.person_id).is_not(None)))
        ] == ["declined"]
    assert demo_visitor.get(place[:-1] + ("0" if place[-1] != "0" else "1")).status_code == 404
