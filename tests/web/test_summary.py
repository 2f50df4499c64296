"""The committee's page, the positions it takes and the call to its session, as a browser meets them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from engine.wait import Wait
from processes.consultation import Consultation
from processes.feedback import Feedback
from processes.summary import Summary, Treatment
from tests.web.conftest import HOME, Visitor
from web import i18n, summary_sentences, summary_sources
from web.summary_sheet import SECTIONS, sheet_of


def pages(visitor: Visitor) -> list[Summary]:
    with visitor.kaasa.database.session() as session:
        found = list(session.exec(select(Summary).order_by(col(Summary.id))).all())
        session.expunge_all()
    return found


def waiting(visitor: Visitor) -> Summary:
    """The page that is frozen and whose session is still to come."""
    return next(it for it in pages(visitor) if it.frozen_at is not None and it.closed_at is None)


def after_the_session(visitor: Visitor) -> Summary:
    page = waiting(visitor)
    visitor.kaasa.clock.move_to(visitor.kaasa.clock.now() + timedelta(days=4))
    visitor.kaasa.loop.settle()
    return page


def objections(page: Summary) -> list[str]:
    return [it["feedback_id"] for it in page.read()["unresolved"]]


def positions(page: Summary, **more: str) -> dict[str, str]:
    chosen = {f"stance-{it}": "rejected" for it in objections(page)}
    return {**chosen, **{f"words-{it}": "Komisjon kaalus." for it in objections(page)}, **more}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("role", ["committee", "planner", "government"])
def test_the_page_says_each_frozen_sentence_with_links_to_its_sources(
    demo_visitor: Visitor, language: str, role: str
) -> None:
    demo_visitor.sign_in(role)
    page = waiting(demo_visitor)
    text = demo_visitor.get(f"/{language}/summary/{page.id}").text
    content = page.read()
    assert set(re.findall(r'id="line-(\d+)"', text)) == {str(it["number"]) for it in content["statements"]}
    linked, there = (
        set(re.findall(r'href="#source-(\d+)"', text)),
        set(re.findall(r'id="source-(\d+)"', text)),
    )
    assert linked == there == {str(it["order"]) for it in content["sources"]}
    assert set(re.findall(r'href="#line-(\d+)"', text)) <= set(re.findall(r'id="line-(\d+)"', text))
    assert page.digest in text
    assert "style=" not in text


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_page_of_the_demonstration_can_be_read_and_none_names_a_private_person(
    demo_visitor: Visitor, language: str
) -> None:
    demo_visitor.sign_in("committee")
    with demo_visitor.kaasa.database.session() as session:
        query = select(Feedback.author_name).where(Feedback.author_kind == "person")
        names = {name for name in session.exec(query) if name}
    assert names
    for page in pages(demo_visitor):
        for path in (f"/summary/{page.id}", f"/summary/{page.id}.txt", f"/summary/{page.id}/treatment"):
            answer = demo_visitor.get(f"/{language}{path}")
            assert answer.status_code == 200, path
            assert not [name for name in names if name in answer.text]


def test_words_of_authors_keep_their_own_language(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("committee")
    text = demo_visitor.get(f"/ru/summary/{waiting(demo_visitor).id}").text
    assert re.search(
        r'<blockquote class="kaasa-opinions__said" lang="et">\s*<p class="govuk-body">Vanad pärnad', text
    )
    assert 'lang="ru"' in text


def test_the_text_says_the_same_sentences_as_the_page(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("committee")
    page = waiting(demo_visitor)
    answer = demo_visitor.get(f"/et/summary/{page.id}.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    numbers = [int(it) for it in re.findall(r"^(\d+)\. ", answer.text, re.MULTILINE)]
    assert sorted(numbers) == [it["number"] for it in page.read()["statements"]]
    sources = re.findall(r"^\[(\d+)\] ", answer.text, re.MULTILINE)
    assert sources == [str(it["order"]) for it in page.read()["sources"]]
    assert max(len(line) for line in answer.text.splitlines() if "http" not in line) <= 78


def test_every_code_a_page_may_hold_is_worded_and_has_a_section() -> None:
    import inspect

    from processes import (
        summary_content,
        summary_course,
        summary_facts,
        summary_points,
        summary_unknown,
        summary_ways,
    )

    source = "".join(
        inspect.getsource(it)
        for it in (
            summary_content,
            summary_course,
            summary_facts,
            summary_points,
            summary_unknown,
            summary_ways,
        )
    )
    said = set(re.findall(r'\.say\(\s*(?:SECTION|"(\w+)"),\s*(?:f?"(\w+)")', source))
    assert {"never_offered", "not_used", "points", "groups"} <= {code for _section, code in said}
    assert {section for section, _code in said} - {""} <= SECTIONS.keys()
    assert {code for _section, code in said} - {"from_"} <= summary_sentences.SENTENCES.keys()
    kinds = set(re.findall(r'"source": f"(\w+):', source)) | {"invitation", "feedback", "approval", "round"}
    assert kinds <= summary_sources.SOURCES.keys()


def test_an_untold_page_says_when_it_will_be_there(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("committee")
    page = waiting(demo_visitor)
    with demo_visitor.kaasa.database.open_transaction() as session:
        row = session.get_one(Summary, (HOME, page.id))
        row.frozen_at, row.content, row.digest = None, "", ""
        session.add(row)
    text = demo_visitor.get(f"/et/summary/{page.id}").text
    assert "Kokkuvõte ei ole veel külmutatud" in text
    assert "Vallamaja saal" in text
    assert demo_visitor.get(f"/et/summary/{page.id}/treatment").status_code == 200


def test_before_the_session_positions_cannot_be_entered(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("clerk")
    page = waiting(demo_visitor)
    text = demo_visitor.get(f"/et/summary/{page.id}/treatment").text
    assert "alates istungi algusest" in text
    assert "<textarea" not in text
    sent = demo_visitor.post(f"/et/summary/{page.id}/treatment", {**positions(page), "do": "save"})
    assert sent.status_code == 422
    assert rows(demo_visitor, page) == []


def rows(visitor: Visitor, page: Summary) -> list[Treatment]:
    with visitor.kaasa.database.session() as session:
        found = list(session.exec(select(Treatment).where(Treatment.summary_id == page.id)).all())
        session.expunge_all()
    return found


def test_a_position_missing_is_named_and_what_was_typed_is_kept(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("clerk")
    page = after_the_session(demo_visitor)
    first, second = objections(page)
    answer = demo_visitor.post(
        f"/et/summary/{page.id}/treatment",
        {f"stance-{first}": "rejected", f"words-{second}": "<b>Sõnad</b> seisukohata.", "do": "finish"},
    )
    assert answer.status_code == 422
    assert f'href="#words-{first}"' in answer.text
    assert f'href="#stance-{second}"' in answer.text
    assert re.search(rf'id="stance-{first}-2"[^>]* checked', answer.text)
    assert "&lt;b&gt;Sõnad&lt;/b&gt; seisukohata." in answer.text
    assert rows(demo_visitor, page) == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_refusal_is_a_sentence_in_the_readers_language(demo_visitor: Visitor, language: str) -> None:
    demo_visitor.sign_in("clerk")
    page = after_the_session(demo_visitor)
    first, second = objections(page)
    bad = {
        f"stance-{first}": "nonsense",
        f"stance-{second}": "rejected",
        f"words-{second}": "a" * 5000,
        "do": "save",
    }
    answer = demo_visitor.post(f"/{language}/summary/{page.id}/treatment", bad)
    assert answer.status_code == 422
    assert len(re.findall(r'href="#(?:stance|words)-', answer.text)) == 2
    assert "4000" in answer.text
    assert "a" * 5000 in answer.text


def test_saved_positions_are_there_again_and_finishing_closes_the_page(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("clerk")
    page = after_the_session(demo_visitor)
    path = f"/et/summary/{page.id}/treatment"
    first = objections(page)[0]
    told = demo_visitor.follow(
        demo_visitor.post(path, {f"stance-{first}": "supported", f"words-{first}": "Toetame.", "do": "save"})
    )
    assert "Seisukohata vastuväiteid on veel 1" in told.text
    assert "Toetame." in told.text
    seen = dict(re.findall(r'name="(seen-[^"]+)" value="([^"]*)"', told.text))
    sent = {**positions(page), **seen, "do": "finish", "key": "k1"}
    done = demo_visitor.post(path, sent)
    assert "Komisjoni seisukohad on märgitud" in demo_visitor.follow(done).text
    again = demo_visitor.post(path, sent)  # a double click
    assert again.status_code == 303
    changed = demo_visitor.post(path, {**sent, f"stance-{first}": "supported", f"words-{first}": "Muu."})
    assert changed.status_code == 409
    text = demo_visitor.get(f"/et/summary/{page.id}").text
    assert text.count("Komisjon ei toeta vastuväidet") == 2
    assert "Komisjon kaalus." in text
    assert {it.stance for it in rows(demo_visitor, page)} == {"rejected"}
    with demo_visitor.kaasa.database.session() as session:
        waits = {it.element.rpartition("/")[2] for it in session.exec(select(Wait)).all()}
    assert "decide_adoption" in waits


def test_another_members_words_are_shown_before_they_are_replaced(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("clerk")
    page = after_the_session(demo_visitor)
    path, first = f"/et/summary/{page.id}/treatment", objections(page)[0]
    demo_visitor.post(path, {f"stance-{first}": "supported", f"words-{first}": "Esimene.", "do": "save"})
    mine = {f"stance-{first}": "rejected", f"words-{first}": "Teine.", f"seen-{first}": "", "do": "save"}
    refused = demo_visitor.post(path, mine)
    assert refused.status_code == 422
    assert "Esimene." in refused.text
    assert "Teine." in refused.text
    seen = dict(re.findall(r'name="(seen-[^"]+)" value="([^"]*)"', refused.text))
    assert demo_visitor.post(path, {**mine, **seen}).status_code == 303
    assert [it.words for it in rows(demo_visitor, page)] == ["Teine."]


def test_a_member_finds_the_summaries_on_the_desk_and_a_planner_does_not(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("committee")
    page = waiting(demo_visitor)
    text = demo_visitor.get("/et/desk").text
    assert f'href="/et/summary/{page.id}"' in text
    assert "2 lahendamata vastuväidet" in text
    after_the_session(demo_visitor)
    assert f'href="/et/summary/{page.id}/treatment"' not in demo_visitor.get("/et/desk").text
    demo_visitor.sign_in("clerk")
    assert f'href="/et/summary/{page.id}/treatment"' in demo_visitor.get("/et/desk").text
    demo_visitor.sign_in("planner")
    assert "Kokkuvõtted komisjonile" not in demo_visitor.get("/et/desk").text


def test_a_page_of_nobody_is_not_found(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("committee")
    for path in ("/et/summary/none", "/et/summary/none.txt", "/et/summary/none/treatment"):
        assert demo_visitor.get(path).status_code == 404


def test_the_planner_calls_the_session_and_sees_when_the_page_is_frozen(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("planner")
    wait_id, number = session_task(demo_visitor)
    path = f"/et/session/{wait_id}"
    assert demo_visitor.get(f"/et/task/{wait_id}").headers["location"].startswith(path)
    assert "7 täispäeva" in demo_visitor.get(path).text
    empty = demo_visitor.post(path, {"do": "call"})
    assert empty.status_code == 422
    for field in ("starts_at", "ends_at", "question"):
        assert f'href="#{field}"' in empty.text
    now = demo_visitor.kaasa.clock.now()
    early = (now + timedelta(days=3)).strftime("%Y-%m-%dT15:00")
    past = (now - timedelta(days=3)).strftime("%Y-%m-%dT15:00")
    good = (now + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M")
    ends = (now + timedelta(days=20, hours=2)).strftime("%Y-%m-%dT%H:%M")
    typed = {"question": "Kas toetada <seda>?", "place": "Saal", "ends_at": ends, "do": "call"}
    for starts in (early, past, "üleeile"):
        refused = demo_visitor.post(path, {**typed, "starts_at": starts})
        assert refused.status_code == 422
        assert 'href="#starts_at"' in refused.text
        assert "Kas toetada &lt;seda&gt;?" in refused.text
    looked = demo_visitor.post(path, {**typed, "starts_at": good, "do": "look"})
    assert looked.status_code == 200
    assert "Selle istungi jaoks külmutatakse kokkuvõte" in looked.text
    called = demo_visitor.post(path, {**typed, "starts_at": good, "key": "once"})
    assert (called.status_code, called.headers["location"]) == (303, f"/et/cases/{number}")
    assert demo_visitor.post(path, {**typed, "starts_at": good, "key": "once"}).status_code in {303, 409}
    assert demo_visitor.get(path).status_code == 409


def session_task(visitor: Visitor) -> tuple[str, str]:
    """Make the approvals' case wait for its session. Out: the task and the case's number."""
    kaasa = visitor.kaasa
    with kaasa.database.session() as session:
        query = select(Consultation).where(Consultation.state == "running")
        numbers = {it.instance_id: it.number for it in session.exec(query)}
    for _ in range(20):
        kaasa.clock.move_to(kaasa.clock.now() + timedelta(days=2))
        kaasa.loop.settle()
        with kaasa.database.session() as session:
            waits = list(session.exec(select(Wait).where(Wait.kind == "human")).all())
            session.expunge_all()
        for wait in waits:
            element = wait.element.rpartition("/")[2]
            if element == "plan_session":
                return wait.id, numbers[wait.instance_id]
            if element == "settle_approvals":
                kaasa.database.transaction(
                    lambda s, wait=wait: kaasa.runtime.complete(
                        s, HOME, wait.id, {"approvals": "agreed"}, now=kaasa.clock.now(), actor="test"
                    )
                )
    raise AssertionError("no case comes to its committee")


def test_a_sheet_of_nothing_but_statements_needs_no_opinions(demo_visitor: Visitor) -> None:
    i18n.current.set("et")
    quiet = next(it for it in pages(demo_visitor) if it.frozen_at is not None and not objections(it))
    sheet = sheet_of(quiet.read())
    assert "unresolved" not in dict(sheet.titles())
    assert dict(sheet.titles())["unknown"] == "Mida me ei tea"
