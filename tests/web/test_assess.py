"""Assessing: alike opinions share an answer that each of them gets, points are advised on and decided, two sign."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta

import pytest
from litestar.testing import TestClient
from sqlmodel import select

from engine.clock import HeldClock
from notifications.sources import opened
from processes.actions import alike_search
from processes.alike_group import AlikeGroup, AlikeMember, AlikeSearch, naming_ends
from processes.consultation import Consultation
from processes.database import new_id
from processes.feedback import Feedback, FeedbackVersion
from processes.item import Advice, Item, Note, WorkingCopy
from processes.municipality import Municipality
from processes.passage import Passage, PassageUse
from processes.response import EarlierResponse, Response
from processes.theme import Theme
from processes.words import until
from tests.processes.alike_letters import FORM_LETTERS, NAMES
from tests.web.case_desk import Desk, hidden, words
from tests.web.conftest import NOW, Visitor
from web.app import create_app
from web.compose import compose
from web.settings import Settings

FORM = " ".join(FORM_LETTERS[0])
REASONS = "Pärnad jäävad alles; kõnnitee läheb puudest kaarega mööda."
SECRET = "Sisemärkus: naaber on vallavanema sugulane."


@pytest.fixture
def desk(demo_visitor):
    return Desk(demo_visitor, "answer_opinions")


@pytest.fixture(scope="module")
def house(demo_folder, tmp_path_factory):
    """One demonstration for the tests that leave nothing behind but their own opinions."""
    folder = tmp_path_factory.mktemp("shared") / "var"
    shutil.copytree(demo_folder, folder)
    kaasa = compose(Settings(folder=folder, demo=True), wall=HeldClock(NOW))
    with TestClient(
        create_app(kaasa, loop=False), base_url=kaasa.settings.url(), raise_server_exceptions=False
    ) as client:
        yield Visitor(kaasa, client)
    kaasa.close()


@pytest.fixture
def shared(house):
    return Desk(house, "answer_opinions")


def give(desk, texts):
    """Put opinions into the case, each by a person of their own. Out: their ids."""
    like = desk.rows(Feedback, consultation_id=desk.id, state="received")[0]
    before = len(desk.rows(Feedback))

    def deed(session):
        made = []
        for text in texts:
            row = Feedback(
                municipality_id=like.municipality_id, consultation_id=desk.id, round_id=like.round_id,
                receipt=f"2027-9{before + len(made):03}", submission_key=f"alike-{new_id()}", author_kind="person",
                author_name=f"Kiri {len(made)}", author_email=f"kiri{len(made)}@post.example",
                received_at=like.received_at, text=text,
            )  # fmt: skip
            session.add(row)
            session.flush()
            session.add(
                FeedbackVersion(
                    municipality_id=row.municipality_id,
                    feedback_id=row.id,
                    version=1,
                    text=text,
                    written_at=row.received_at,
                )
            )
            made.append(row.id)
        return made

    return desk.kaasa.database.transaction(deed)


def searched(desk):
    """Ask for a search and let it be done. Out: the groups of the case, the largest first."""
    assert desk.send("alike/search").status_code == 303
    desk.kaasa.loop.settle()
    return sorted(desk.rows(AlikeGroup, consultation_id=desk.id), key=lambda it: -it.size)


def another(desk):
    return desk.another_planner()


def test_alike_opinions_are_proposed_shown_with_what_differs_and_answered_by_one_answer(desk):
    ids = give(
        desk,
        [f"Tere!\n{FORM}\n{NAMES[n % 14]}" for n in range(22)]
        + [FORM + " Minu lapsed käivad sealt iga päev."],
    )
    assert "No groups here" in desk.open("alike")
    group = searched(desk)[0]
    assert (group.size, group.identical, group.state) == (23, 22, "proposed")
    assert desk.rows(AlikeSearch)[0].finished_at is not None
    page = words(desk.open("alike"))
    assert "23 opinions like" in page
    assert "a representative may be asked for" in page
    assert "<ins>" in desk.open(f"alike/{group.id}")
    assert desk.rows(Response, group_id=group.id) == []  # found is not answered

    refused = desk.visitor.get(desk.path(f"answers-together?group={group.id}"))
    assert refused.status_code == 422
    assert "nobody is answered with a proposal" in words(refused.text)
    desk.send(f"alike/{group.id}/out", {"opinion": ids[3]})
    assert desk.send(f"alike/{group.id}/decide", {"decision": "taken"}).status_code == 303
    form = {"group": group.id, "outcome": "accepted", "reasons": REASONS, "do": "preview"}
    letters = desk.send("answers-together", form)
    assert letters.status_code == 200
    assert "22 letters as they would leave" in words(letters.text)
    assert letters.text.count('class="kaasa-pre"') == 20
    assert REASONS in letters.text
    assert desk.rows(Response, group_id=group.id) == []  # a preview keeps nothing and posts nothing
    assert not any(it.recipient_address.startswith("kiri") for it in desk.letters("answer"))

    stale = desk.send("answers-together", {**form, "do": "save", "count": "7"})
    assert stale.status_code == 409
    assert "now holds 22" in words(stale.text)
    saved = desk.send("answers-together", {**form, "do": "save", "count": "22"})
    assert "saved for 22 opinions" in desk.done(saved)
    answers = desk.rows(Response, group_id=group.id)
    assert {it.feedback_id for it in answers} == set(ids) - {ids[3]}
    assert {(it.outcome, it.reasons, it.sent_at) for it in answers} == {("accepted", REASONS, None)}
    late = desk.send(f"alike/{group.id}/decide", {"decision": "left"})
    assert late.status_code == 409


def test_each_author_of_a_group_gets_the_answer_and_who_had_another_keeps_it(desk):
    ids = give(desk, [FORM, FORM, FORM])
    desk.send(
        f"answers/{ids[1]}", {"outcome": "noted", "reasons": "Juba vastatud.", "then": "stay", "seen": ""}
    )
    group = searched(desk)[0]
    desk.send(f"alike/{group.id}/decide", {"decision": "taken"})
    form = {"group": group.id, "outcome": "accepted", "reasons": REASONS, "do": "save", "count": "2"}
    assert desk.send("answers-together", form).status_code == 303
    assert desk.rows(Response, feedback_id=ids[1])[0].reasons == "Juba vastatud."
    # Somebody saving other words over the group's from an old form sees the newer ones first.
    desk.become(another(desk))
    clash = desk.send("answers-together", {**form, "reasons": "Teised sõnad.", "seen": ""})
    assert clash.status_code == 409
    assert REASONS in clash.text
    assert "Teised sõnad." in clash.text
    again = desk.send(
        "answers-together", {**form, "reasons": "Teised sõnad.", "seen": hidden(clash.text, "seen")}
    )
    assert again.status_code == 303
    rest = [
        it for it in desk.rows(Feedback, consultation_id=desk.id) if it.state in ("received", "late_waiting")
    ]
    for said in rest:
        if said.state == "late_waiting":
            desk.send(f"opinions/{said.id}/late", {"decision": "record", "reason": "Takistust ei olnud."})
        if not desk.rows(Response, feedback_id=said.id):
            desk.send(
                f"answers/{said.id}", {"outcome": "noted", "reasons": "Aitäh.", "then": "stay", "seen": ""}
            )
    closed = desk.send("answers/close", {"task": hidden(desk.open("answers"), "task")})
    assert "on their way" in desk.done(closed)
    told = {it.recipient_address: opened("", it.content).text for it in desk.letters("answer")}
    assert "Teised sõnad." in told["kiri0@post.example"]
    assert "Juba vastatud." in told["kiri1@post.example"]
    assert "Teised sõnad." in told["kiri2@post.example"]


def test_a_later_search_keeps_what_people_decided_and_proposes_newcomers_to_the_group(desk):
    ids = give(desk, [FORM, FORM])
    group = searched(desk)[0]
    desk.send(f"alike/{group.id}/decide", {"decision": "taken"})
    more = give(desk, [f"Tere!\n{FORM}"])
    groups = searched(desk)
    fresh = next(it for it in groups if it.state == "proposed")
    assert fresh.leader_id == group.leader_id
    assert {it.feedback_id for it in desk.rows(AlikeMember, group_id=fresh.id)} == set(more)
    joined = desk.send(f"alike/{fresh.id}/decide", {"decision": "taken"})
    assert joined.headers["location"].endswith(group.id)
    assert {it.feedback_id for it in desk.rows(AlikeMember, group_id=group.id)} == {*ids, *more}
    assert desk.rows(AlikeGroup, id=group.id)[0].size == 3


def test_a_representative_is_asked_for_by_a_person_and_named_by_the_municipality_only_after_thirty_days(desk):
    ids = give(desk, [FORM] * 22 + [f"{FORM} Minu lapsed käivad sealt iga päev."])
    silent = desk.rows(Feedback, id=ids[4])[0]
    desk.change(silent, author_email="", wants_reply=False)
    group = searched(desk)[0]
    assert desk.rows(AlikeGroup, id=group.id)[0].asked_at is None
    early = desk.send(f"alike/{group.id}/representative", {"do": "ask"})
    assert early.status_code == 422  # only of a group somebody has taken
    desk.send(f"alike/{group.id}/decide", {"decision": "taken"})
    assert "Letters: 21" in words(desk.open(f"alike/{group.id}"))
    assert desk.letters("representative") == []  # taking the group asks nobody
    done = desk.done(desk.send(f"alike/{group.id}/representative", {"do": "ask"}))
    assert "authors: 21. Without an address, to be asked another way: 1" in done
    desk.send(f"alike/{group.id}/representative", {"do": "ask"})
    letters = desk.letters("representative")
    assert {it.recipient_ref for it in letters} == {f"feedback:{it}" for it in ids[:22] if it != silent.id}
    assert len(letters) == 21
    text = opened("", letters[0].content).text
    last = naming_ends(desk.rows(Consultation, id=desk.id)[0], desk.rows(AlikeGroup, id=group.id)[0].asked_at)
    for fact in ("22 isikut", "planeerimisseaduse § 5", until(last.ends_on, "et"), FORM[:60]):
        assert fact in text
    name = {"do": "name", "name": "Mari Maasikas", "by": "municipality"}
    desk.kaasa.clock.move_to(last.at)
    assert desk.send(f"alike/{group.id}/representative", name).status_code == 409
    assert desk.send(f"alike/{group.id}/representative", {**name, "by": "authors"}).status_code == 303
    assert "Mari Maasikas" in desk.open(f"alike/{group.id}")
    assert desk.send(f"alike/{group.id}/representative", {"do": "name", "by": "authors"}).status_code == 422
    desk.kaasa.clock.move_to(last.at + timedelta(seconds=2))
    assert desk.send(f"alike/{group.id}/representative", name).status_code == 303


def test_where_the_law_of_a_case_knows_no_representative_none_is_offered_and_nobody_is_asked(desk):
    give(desk, [FORM] * 22)
    case = desk.rows(Consultation, id=desk.id)[0]
    terms = case.frozen_terms()
    del terms["dp.representative"]
    desk.change(case, terms=json.dumps(terms))
    group = searched(desk)[0]
    desk.send(f"alike/{group.id}/decide", {"decision": "taken"})
    assert "representative" not in desk.open(f"alike/{group.id}")
    assert "representative" not in desk.open("alike")
    assert desk.send(f"alike/{group.id}/representative", {"do": "ask"}).status_code == 404
    assert desk.letters("representative") == []


def test_a_search_that_fails_is_tried_again_and_the_page_says_so(shared, monkeypatch):
    desk = shared
    give(desk, [FORM, FORM])
    desk.send("alike/search")
    monkeypatch.setattr(alike_search.alike, "group", lambda *_args, **_more: 1 / 0)
    desk.kaasa.loop.settle()
    row = desk.rows(AlikeSearch)[0]
    assert (row.error, row.attempts, row.finished_at) == ("ZeroDivisionError", 1, None)
    monkeypatch.undo()
    desk.go_on(minutes=5)
    assert desk.rows(AlikeSearch)[0].finished_at is not None
    assert len(desk.rows(AlikeGroup)) == 1
    pair = "&".join(f"id={it}" for it in give(desk, [FORM, FORM]))
    assert "One answer to 2 opinions" in words(desk.open(f"answers-together?{pair}"))


def point(desk, said, item=None, seen=0, **fields):
    filled = {
        "text": "Pärnad jäägu alles.",
        "theme": "puud",
        "stance": "against",
        "seen": str(seen),
        **fields,
    }
    return desk.send(f"opinions/{said}/points/{item or new_id()}", filled)


def test_a_point_goes_to_whoever_looks_after_its_theme_and_is_decided_apart_from_the_advice(shared):
    desk = shared
    (said,) = give(desk, [FORM])
    colleague = another(desk)
    assert (
        desk.visitor.post(f"/{desk.language}/themes", {"name": "puud", "assignee": colleague}).status_code
        == 303
    )
    item = new_id()
    assert point(desk, said, item).status_code == 303
    kept = desk.rows(Item, id=item)[0]
    assert (kept.assignee_id, kept.stance, kept.outcome) == (colleague, "against", "")
    desk.become(colleague)
    assert "Points of opinions that are yours to decide: 1" in words(desk.visitor.get("/en/desk").text)
    desk.become(desk.planner_id)
    inner = {"key": new_id(), "adviser": colleague}
    assert desk.send(f"opinions/{said}/points/{item}/ask", inner).status_code == 303
    (told,) = desk.letters("advice_colleague")
    assert told.recipient_ref == f"person:{colleague}"
    assert f"/opinions/{said}/points" in opened("", told.content).text
    desk.become(colleague)
    assert "Points you are asked for advice on: 1" in words(desk.visitor.get("/en/desk").text)
    inside = desk.rows(Advice, item_id=item)[0]
    own = {"advice": "follow", "said": "Nõus."}
    assert desk.send(f"opinions/{said}/points/advice/{inside.id}", own).status_code == 303
    desk.become(desk.planner_id)
    asked = {
        "key": new_id(),
        "office": "Keskkonnaamet",
        "email": "amet@post.example",
        "question": "Kas pärnad on kaitse all?",
    }
    page = desk.done(desk.send(f"opinions/{said}/points/{item}/ask", asked))
    assert "a letter is on its way" in page
    desk.send(f"opinions/{said}/points/{item}/ask", asked)  # the same form again asks nobody twice
    (letter,) = desk.letters("advice")
    assert letter.recipient_address == "amet@post.example"
    sent = opened("", letter.content).text
    assert "Kas pärnad on kaitse all?" in sent
    assert "Pärnad jäägu alles." not in sent  # the author's words do not travel by mail
    link = re.search(r"/et/advice/([0-9a-f]{64})", sent)[1]
    assert link in desk.open(f"opinions/{said}/points")
    forbidden = desk.send(f"opinions/{said}/points/advice/{inside.id}", own)
    assert forbidden.status_code == 403  # a colleague's advice is the colleague's
    desk.visitor.sign_out()
    seen = words(desk.visitor.get(f"/en/advice/{link}").text)
    assert "Pärnad jäägu alles." in seen
    assert "Kiri 0" not in seen  # the author stays unknown to the office
    assert desk.visitor.post(f"/en/advice/{link}", {"advice": "", "text": ""}).status_code == 422
    said_so = {"advice": "reject", "text": "Pärnad on haiged."}
    assert desk.visitor.post(f"/en/advice/{link}", said_so).status_code == 303
    assert desk.visitor.get("/en/advice/unknown").status_code in (404, 410)
    desk.become(desk.planner_id)
    assert {it.advice for it in desk.rows(Advice, item_id=item)} == {"follow", "reject"}
    assert desk.rows(Item, id=item)[0].outcome == ""  # advice decides nothing
    assert point(desk, said, item, seen=1, outcome="accepted", position=REASONS).status_code == 303
    assert desk.visitor.post(f"/en/advice/{link}", said_so).status_code == 409
    assert REASONS in desk.open(f"answers/{said}?points=1").partition("<textarea")[2]
    listed = words(desk.open("points?theme=puud"))
    assert "advice: 2 of 2" in listed
    assert "1 point" in listed


REFUSED = [
    ({"text": " "}, "Please fill this in"),
    ({"stance": "maybe"}, "choose one of the answers"),
    ({"assignee": "nobody"}, "choose one of the answers"),
    ({"due_on": "homme"}, "Write a date"),
    ({"outcome": "accepted"}, "Write the reasons"),
    ({"position": "Sest."}, "Choose what becomes of the opinion"),
    ({"theme": "x" * 61}, "too long"),
]


def test_a_point_that_cannot_be_taken_keeps_what_was_typed(shared):
    desk = shared
    (said,) = give(desk, [FORM])
    for fields, sentence in REFUSED:
        refused = point(desk, said, **{"text": "Siin on minu mõte.", **fields})
        assert refused.status_code == 422
        assert sentence in words(refused.text)
        assert "Siin on minu mõte." in refused.text or fields.get("text") == " "
        assert desk.rows(Item, feedback_id=said) == []


def test_two_officials_on_one_point_see_both_versions_and_lose_neither(shared):
    desk = shared
    (said,) = give(desk, [FORM])
    item = new_id()
    point(desk, said, item)
    desk.become(another(desk))
    assert point(desk, said, item, seen=1, text="Teise ametniku sõnad.", stance="for").status_code == 303
    desk.become(desk.planner_id)
    clash = point(desk, said, item, seen=1, text="Minu sõnad.", outcome="partly", position="Minu põhjendus.")
    assert clash.status_code == 409
    for text in ("Teise ametniku sõnad.", "Minu sõnad.", "Minu põhjendus."):
        assert text in clash.text
    assert desk.rows(Item, id=item)[0].text == "Teise ametniku sõnad."
    assert point(desk, said, item, seen=2, text="Minu sõnad.").status_code == 303
    assert (desk.rows(Item, id=item)[0].text, desk.rows(Item, id=item)[0].revision) == ("Minu sõnad.", 3)
    assert (
        point(desk, said, item, seen=1, text="Minu sõnad.").status_code == 303
    )  # the same again changes nothing
    assert desk.send(f"opinions/{said}/points/{item}/remove", {"seen": "1"}).status_code == 409
    assert desk.send(f"opinions/{said}/points/{item}/remove", {"seen": "3"}).status_code == 303


def test_two_officials_on_one_theme_see_each_others_word_and_lose_neither(shared):
    desk = shared
    (said,), colleague, home = give(desk, [FORM]), another(desk), f"/{desk.language}/themes"

    def keep(assignee, seen=""):
        return desk.visitor.post(home, {"name": "valgus", "of": "valgus", "assignee": assignee, "seen": seen})

    assert [keep("").status_code, keep(colleague).status_code] == [303, 303]
    clash = keep(desk.planner_id)
    assert clash.status_code == 409
    assert "The theme valgus was given to" in words(clash.text)
    assert f'<option value="{desk.planner_id}" selected' in clash.text
    assert desk.rows(Theme, name="valgus")[0].assignee_id == colleague
    assert keep(desk.planner_id, colleague).status_code == 303

    def put(theme, seen):
        return desk.send(f"opinions/{said}/theme", {"theme": theme, "theme_seen": seen})

    assert put("puud", "").status_code == 303
    clash = put("tee", "")
    assert clash.status_code == 409
    assert "under the theme puud meanwhile" in words(clash.text)
    assert 'value="tee"' in clash.text
    answer = {"outcome": "noted", "reasons": "Aitäh.", "then": "stay", "seen": ""}
    clash = desk.send(f"answers/{said}", {**answer, "theme": "valgus", "theme_seen": ""})
    assert clash.status_code == 409
    assert "Aitäh." in clash.text
    assert hidden(clash.text, "theme_seen") == "puud"
    assert desk.rows(Feedback, id=said)[0].theme == "puud"
    assert desk.rows(Response, feedback_id=said) == []
    assert put("tee", "puud").status_code == 303


def test_the_working_copy_changes_and_the_opinion_as_received_never(shared):
    desk = shared
    (said,) = give(desk, [FORM])
    assert desk.send(f"opinions/{said}/points/copy", {"copy": "Parandatud.", "seen": "0"}).status_code == 303
    clash = desk.send(f"opinions/{said}/points/copy", {"copy": "Teisiti parandatud.", "seen": "0"})
    assert clash.status_code == 409
    assert "Teisiti parandatud." in clash.text
    assert desk.rows(WorkingCopy, id=said)[0].text == "Parandatud."
    assert desk.rows(Feedback, id=said)[0].text == FORM
    assert [it.text for it in desk.rows(FeedbackVersion, feedback_id=said)] == [FORM]


def test_a_note_among_officials_stands_on_no_public_page_letter_summary_or_office_link(shared):
    desk = shared
    (said,) = give(desk, [FORM])
    item = new_id()
    point(desk, said, item)
    assert desk.send(f"opinions/{said}/points/note", {"note": SECRET, "key": new_id()}).status_code == 303
    assert SECRET in desk.open(f"opinions/{said}/points")
    desk.send(f"opinions/{said}/points/{item}/ask", {"key": new_id(), "office": "Amet"})
    link = re.search(r"/en/advice/([0-9a-f]{64})", desk.open(f"opinions/{said}/points"))[1]
    desk.send(f"answers/{said}", {"outcome": "noted", "reasons": "Aitäh.", "then": "stay", "seen": ""})
    preview = desk.send(
        "answers-together", {"id": said, "outcome": "noted", "reasons": "Aitäh.", "do": "preview"}
    )
    desk.visitor.sign_out()
    public = [
        f"/en/case/{desk.number}",
        f"/en/case/{desk.number}/feed.atom",
        f"/en/advice/{link}",
        "/en/feed.atom",
        "/en/",
    ]
    for path in public:
        assert SECRET not in desk.visitor.get(path).text
    assert SECRET not in preview.text
    desk.become(desk.planner_id)
    for page in ("answers", f"answers/{said}", "points", "alike"):
        assert SECRET not in desk.open(page)
    with desk.kaasa.database.session() as session:
        note = session.exec(select(Note).where(Note.feedback_id == said)).one()
        assert note.text == SECRET
    # Whoever may write to people or to the public must not even know the table.
    import processes

    root = processes.__path__[0]
    from pathlib import Path

    readers = {
        path.name
        for path in Path(root).rglob("*.py")
        if re.search(r"from processes\.item import [^\n]*\bNote\b", path.read_text())
    }
    assert readers == {"beside_opinion.py"}


def test_passages_are_kept_offered_and_their_uses_recorded(shared):
    desk = shared
    (said,) = give(desk, [FORM])
    made = desk.visitor.post(
        "/en/passages",
        {"key": new_id(), "name": "Pärnad jäävad", "theme": "puud", "text": REASONS, "language": "et"},
    )
    assert made.status_code == 303
    kept = desk.rows(Passage, name="Pärnad jäävad")[0]
    page = desk.open(f"answers/{said}?passage={kept.id}")
    assert REASONS in page.partition("<textarea")[2]
    assert hidden(page, "used") == kept.id
    answered = {"outcome": "accepted", "reasons": REASONS, "then": "stay", "seen": "", "used": kept.id}
    assert desk.send(f"answers/{said}", answered).status_code == 303
    assert [it.feedback_id for it in desk.rows(PassageUse, passage_id=kept.id)] == [said]
    assert "1" in words(desk.visitor.get(f"/en/passages/{kept.id}").text)
    change = {"name": kept.name, "text": "Uus sõnastus.", "language": "et", "seen": "1"}
    assert desk.visitor.post(f"/en/passages/{kept.id}", change).status_code == 303
    clash = desk.visitor.post(f"/en/passages/{kept.id}", {**change, "text": "Kolmas sõnastus."})
    assert clash.status_code == 409
    assert "Uus sõnastus." in clash.text
    assert "Kolmas sõnastus." in clash.text
    refused = desk.visitor.post("/en/passages", {"key": new_id(), "name": "", "text": "Jääb alles."})
    assert refused.status_code == 422
    assert "Jääb alles." in refused.text
    assert desk.visitor.post(f"/en/passages/{kept.id}/away").status_code == 303
    assert "Add these words" not in desk.open(f"answers/{said}")


def two_sign(desk):
    desk.change(desk.rows(Municipality)[0], two_approve_answers=True)


def test_with_two_persons_an_answer_leaves_only_when_another_has_approved_it(desk):
    two_sign(desk)
    (said,) = give(desk, [FORM])
    answered = {"outcome": "accepted", "reasons": REASONS, "then": "stay", "seen": ""}
    desk.send(f"answers/{said}", answered)
    own = desk.send(
        f"answers/{said}/approve", {"seen": desk.rows(Response, feedback_id=said)[0].written_at.isoformat()}
    )
    assert own.status_code == 409
    assert "Somebody else has to approve" in words(own.text)
    held = desk.send("answers/close", {"task": hidden(desk.open("answers"), "task")})
    assert held.status_code == 409
    assert "second person" in words(held.text)
    desk.become(another(desk))
    stale = desk.send(f"answers/{said}/approve", {"seen": "2001-01-01"})
    assert stale.status_code == 409
    seen = hidden(desk.open(f"answers/{said}").partition("/approve")[2], "seen")
    assert desk.send(f"answers/{said}/approve", {"seen": seen}).status_code == 303
    assert desk.rows(Response, feedback_id=said)[0].approved_at is not None
    desk.send(f"answers/{said}", {**answered, "reasons": "Muudetud.", "seen": seen})
    assert desk.rows(Response, feedback_id=said)[0].approved_at is None  # a change takes the approval away
    waiting = desk.open("answers?show=unapproved")
    desk.become(desk.planner_id)
    page = desk.open("answers?show=unapproved")
    count = hidden(page, "count")
    assert desk.send("answers/approve", {"count": "999"}).status_code == 409
    assert desk.send("answers/approve", {"count": count}).status_code == 303
    assert desk.rows(Response, feedback_id=said)[0].approved_by == desk.planner_id
    assert waiting


def test_a_position_that_changes_after_it_was_sent_tells_its_author_again_with_the_reason(shared):
    desk = shared
    (said,) = give(desk, [FORM])
    desk.send(
        f"answers/{said}", {"outcome": "not_accepted", "reasons": "Ei saa.", "then": "stay", "seen": ""}
    )
    unsent = desk.send(
        f"answers/{said}/change", {"outcome": "accepted", "reasons": REASONS, "why": "Uuring.", "seen": ""}
    )
    assert unsent.status_code == 409
    answer = desk.rows(Response, feedback_id=said)[0]
    desk.change(answer, sent_at=desk.kaasa.clock.now())
    seen = answer.written_at.isoformat()
    change = {"outcome": "accepted", "reasons": REASONS, "why": "Uuring näitas ruumi.", "seen": seen}
    refused = desk.send(f"answers/{said}/change", {**change, "why": ""})
    assert refused.status_code == 422
    assert REASONS in refused.text
    desk.kaasa.clock.move_to(desk.kaasa.clock.now())
    assert "its author is told" in desk.done(desk.send(f"answers/{said}/change", change))
    letter = next(it for it in desk.letters("answer_changed") if it.recipient_ref == f"feedback:{said}")
    text = opened("", letter.content).text
    assert REASONS in text
    assert "Uuring näitas ruumi." in text
    before = desk.rows(EarlierResponse, feedback_id=said)[0]
    assert (before.outcome, before.reasons) == ("not_accepted", "Ei saa.")
    assert desk.rows(Response, feedback_id=said)[0].revision == 2
    same = desk.send(
        f"answers/{said}/change", {**change, "seen": hidden(desk.open(f"answers/{said}"), "seen")}
    )
    assert same.status_code == 422
    assert "Nothing is different" in words(same.text)
    assert len([it for it in desk.letters("answer_changed") if it.recipient_ref == f"feedback:{said}"]) == 1
    assert "Ei saa." in desk.open(f"answers/{said}")


def test_an_opinion_stands_as_received_with_number_second_phase_and_the_documents_of_its_day(shared):
    desk = shared
    said = desk.rows(Feedback, consultation_id=desk.id, state="received")[0]
    desk.change(said, received_at=said.received_at.replace(second=42))
    page = words(desk.open(f"opinions/{said.id}"))
    assert said.receipt in page
    assert "and 42 seconds" in page
    assert "Documents on display when it came" in page
    assert "version 1" in page
