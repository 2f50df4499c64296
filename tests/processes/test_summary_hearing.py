"""Around the frozen page: members' remarks, and associations that ask to speak; the page itself never changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from processes.actions import summary_hearing
from processes.errors import NotAllowed, NotFound, Refused, TooLate
from processes.invitation import Invitation
from processes.summary import Summary
from processes.summary_hearing import Remark, SpeakRequest
from tests.processes.plan_case import HOME, PlanCase
from tests.processes.test_post import read as parsed
from tests.processes.test_post import text_of
from tests.processes.test_summary import actor, called

KEY = "k" * 24


@pytest.fixture
def case(database_url):
    made = PlanCase(database_url)
    yield made
    made.close()


def token(case: PlanCase, organisation: str = "Näidise Kurtide Ühing") -> str:
    with case.database.session() as session:
        wanted = select(Invitation).where(
            Invitation.organisation_id == case.organisations[organisation], Invitation.purpose == "opinion"
        )
        return case.links.of(session.exec(wanted).one())


def hearing(case: PlanCase, page: Summary, role: str = "committee") -> summary_hearing.Hearing:
    with case.database.session() as session:
        return summary_hearing.read(session, actor(case, role), page.id, now=case.clock.now())


def remark(case, page, text, about="", *, role="committee", key=KEY):
    with case.step() as session:
        summary_hearing.remark(
            session, actor(case, role), page.id, text, about, now=case.clock.now(), key=key
        )


def ask(case, link, speaker="Mart Mets", words="Räägime kaldteest.", about="", *, key=KEY):
    with case.step() as session:
        summary_hearing.ask(
            session, HOME, link, speaker, words, about, links=case.links, now=case.clock.now(), key=key
        )


def answer(case, page, request, said, words="", *, role="committee"):
    with case.step() as session:
        summary_hearing.answer(
            session,
            actor(case, role),
            page.id,
            request,
            said,
            words,
            office=case.office,
            now=case.clock.now(),
        )


def test_members_remark_before_the_session_and_the_page_stays_as_frozen(case):
    page = called(case)
    remark(case, page, " Vaatasin kaldtee üle. ", case.heard)
    remark(case, page, "Sama vorm teist korda.", case.heard)
    remark(case, page, "Kogu kokkuvõttest.", key="m" * 24)
    said = hearing(case, page, "planner").remarks
    assert [(it.by, it.text, it.feedback_id) for it in said] == [
        ("Leida Saar", "Vaatasin kaldtee üle.", case.heard), ("Leida Saar", "Kogu kokkuvõttest.", ""),
    ]  # fmt: skip
    assert case.rows(Summary, id=page.id)[0].content == page.content
    for text, about, field in (("  ", "", "text"), ("x" * 4001, "", "text"), ("Tere.", "vale", "about")):
        with pytest.raises(Refused) as refusal:
            remark(case, page, text, about, key="n" * 24)
        assert list(refusal.value.problems) == [field]
    for role in ("planner", "government"):
        with pytest.raises(NotAllowed):
            remark(case, page, "Tere.", role=role)
    case.go_to(case.starts)
    assert not hearing(case, page).may_remark
    with pytest.raises(TooLate):
        remark(case, page, "Hiljaks jäin.", key="o" * 24)
    assert len(case.rows(Remark)) == 2


def test_an_association_asks_to_speak_to_its_own_opinion_and_gets_an_answer_with_reasons(case):
    page, link = called(case), token(case)
    ask(case, link, about=case.heard)
    ask(case, link, about=case.heard)
    with pytest.raises(Refused) as foreign:
        ask(case, link, about=case.private, key="p" * 24)
    assert list(foreign.value.problems) == ["about"]
    with pytest.raises(Refused) as nameless:
        ask(case, link, speaker=" ", key="p" * 24)
    assert list(nameless.value.problems) == ["speaker"]
    asked = hearing(case, page).speakers
    assert [(it.organisation, it.speaker, it.receipt, it.state) for it in asked] == [
        ("Näidise Kurtide Ühing", "Mart Mets", "2027-1", "asked")
    ]
    with pytest.raises(Refused) as bare:
        answer(case, page, asked[0].id, "refused")
    assert list(bare.value.problems) == ["answer"]
    answer(case, page, asked[0].id, "refused", "Aeg on piiratud.")
    answer(case, page, asked[0].id, "refused", "Aeg on piiratud.")
    answer(case, page, asked[0].id, "granted", role="planner")
    letters = [text_of(parsed(it)) for it in case.letters("speak")]
    assert len(letters) == 2
    assert "istungil sõna anda ei saa" in letters[0]
    assert "Aeg on piiratud." in letters[0]
    assert "saate istungil sõna" in letters[1]
    assert f"/i/{link}/speak" in letters[1]


def test_a_wish_to_speak_can_be_taken_back_by_whoever_made_it_until_the_session_begins(case):
    page = called(case)
    link, stranger = token(case), token(case, "Näidismaa Puuetega Inimeste Koda")
    ask(case, link)
    mine = case.rows(SpeakRequest)[0].id

    def take_back(by: str) -> None:
        with case.step() as session:
            summary_hearing.take_back(session, HOME, by, mine, links=case.links, now=case.clock.now())

    with pytest.raises(NotFound):
        take_back(stranger)
    take_back(link)
    take_back(link)
    assert hearing(case, page).speakers == ()
    with pytest.raises(NotFound):
        answer(case, page, mine, "granted")
    case.go_to(case.starts + timedelta(minutes=1))
    with pytest.raises(TooLate):
        take_back(link)
    with pytest.raises(TooLate):
        ask(case, link, key="q" * 24)
    with case.database.session() as session, pytest.raises(NotFound):
        summary_hearing.invited(session, HOME, link, "et", links=case.links, now=case.clock.now())


def test_the_letter_and_the_calendar_of_a_member_lead_to_the_page(case):
    page = called(case)
    for kind in ("committee", "summary"):
        letter = parsed(case.letters(kind)[-1])
        entry = next(it for it in letter.walk() if it.get_content_type() == "text/calendar").get_content()
        assert f"/et/summary/{page.id}" in entry.replace("\r\n ", "").replace("\n ", ""), kind
        assert f"/et/summary/{page.id}" in text_of(letter)
