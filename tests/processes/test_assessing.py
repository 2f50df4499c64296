"""Assessing on both databases: searching, answering many, approving, points in one list, and two officials at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from engine.clock import HeldClock
from processes.actions import (
    advising,
    alike_deciding,
    alike_groups,
    alike_search,
    answer_approval,
    answer_beside,
    answering,
    answers_of_case,
    inner_drafts,
    inner_rounds,
    opinions_of_case,
    points,
    points_of_case,
    proof_sections,
    together,
)
from processes.actions.alike_search import AlikeSearching
from processes.actions.invitation_answer import Answer
from processes.actions.opinions_of_case import Wanted
from processes.actions.points import PointChanged, PointForm
from processes.actions.together import Chosen
from processes.actions.written import Answered
from processes.alike_group import NAMING, AlikeGroup
from processes.database import Database, new_id
from processes.feedback import Feedback
from processes.inner_round import InnerDraft, MinorityView
from processes.item import Item
from processes.permission import Actor
from processes.person import Person, Role
from processes.response import Response
from tests.processes.alike_letters import letters
from tests.processes.public_scene import AFTER, DURING, HOME, Scene

NUMBER = "dp-2027-1"
MANY = 40


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    database = Database(database_url)
    made = Scene(database, tmp_path)
    with made.write() as session:
        case = made.case(session)
        case.instance_id = "none"
        session.add(case)
        second = Person(municipality_id=HOME, name="Urmas Teine", email="urmas@naidisvald.example")
        session.add(second)
        session.flush()
        made.people = {"first": case.planner_id, "second": second.id}
        session.add_all(
            Role(municipality_id=HOME, person_id=it, role="planner") for it in made.people.values()
        )
        for number, letter in enumerate(letters(MANY)):
            session.add(
                Feedback(
                    municipality_id=HOME, consultation_id=case.id, round_id=made.round_id, receipt=f"2026-{number}",
                    submission_key=f"k{number}", author_name=f"Kirjutaja {number}", author_email=f"k{number}@post.example",
                    received_at=DURING + timedelta(minutes=number), text=letter.text, theme="puud" if number % 2 else "",
                )
            )  # fmt: skip
    yield made
    database.close()


def actor(scene: Scene, who: str = "first") -> Actor:
    return Actor(HOME, scene.people[who], frozenset({"planner"}))


def do(scene: Scene, deed, *args, who: str = "first", **named):
    return scene.database.transaction(lambda s: deed(s, actor(scene, who), NUMBER, *args, **named))


def look(scene: Scene, read, *args, **named):
    with scene.database.session() as session:
        return read(session, actor(scene), NUMBER, *args, **named)


def test_a_group_is_found_taken_answered_and_approved_by_a_second_person(scene: Scene) -> None:
    do(scene, alike_search.ask, now=AFTER)
    do(scene, alike_search.ask, now=AFTER)  # asked twice, searched once
    searching = AlikeSearching(scene.database, HeldClock(AFTER))
    assert (searching.drain(), searching.drain()) == (1, 0)
    shown = look(scene, alike_groups.read, "et")
    assert shown.lines[0].size > 5
    assert shown.search is not None
    assert (shown.search.done, shown.search.total) == (MANY, MANY)
    group = shown.lines[0].id
    do(scene, alike_deciding.decide, group, "taken", now=AFTER)
    chosen = Chosen(group=group)
    whom = look(scene, together.whom, "et", chosen)
    with scene.database.open_transaction() as session:
        previews = together.letters(
            session, actor(scene), NUMBER, chosen, "partly", "Põhjus.", office=scene.office, now=AFTER
        )
        session.rollback()
    assert len(previews) == min(20, whom.count)
    done = do(scene, together.save, chosen, "partly", "Põhjus.", count=whom.count, seen="", now=AFTER)
    assert done == whom.count == shown.lines[0].size
    mine, others = (
        scene.database.transaction(
            lambda s, who=who: answer_approval.of_others(s, actor(scene, who), scene.case(s))
        )
        for who in ("first", "second")
    )
    assert (mine, others) == (0, done)
    assert do(scene, answer_approval.approve_all, count=done, now=AFTER, who="second") == done
    again = do(
        scene, together.save, chosen, "accepted", "Teine.", count=done, seen=answers(scene)[0], now=AFTER
    )
    assert again == done
    with scene.database.session() as session:
        rows = session.exec(select(Response)).all()
        assert {(it.outcome, it.approved_by, it.group_id) for it in rows} == {("accepted", "", group)}


def answers(scene: Scene) -> list[str]:
    with scene.database.session() as session:
        return [it.written_at.isoformat() for it in session.exec(select(Response))]


def test_every_list_pages_and_filters(scene: Scene) -> None:
    with scene.database.session() as session:
        ids = [it.id for it in session.exec(select(Feedback).order_by(Feedback.received_at))]
    for place, said in enumerate(ids[:30]):
        form = PointForm(
            text=f"Punkt {place}",
            theme="puud" if place % 3 else "tee",
            stance="against",
            due_on=f"2027-02-{place % 20 + 1:02}",
        )
        do(scene, points.save, said, new_id(), form, now=AFTER)
    today = (AFTER + timedelta(days=30)).date()
    first = look(scene, points_of_case.read, "et", points_of_case.Wanted(), today=today)
    last = look(scene, points_of_case.read, "et", points_of_case.Wanted(), today=today, page=2)
    assert (first.found, len(first.lines), len(last.lines), first.pages) == (30, 20, 10, 2)
    assert [it.due_on for it in first.lines] == sorted(it.due_on for it in first.lines)
    narrowed = points_of_case.Wanted("undecided", "tee", "against", "none")
    assert look(scene, points_of_case.read, "et", narrowed, today=today).found == 10
    assert first.counts["late"] == sum(it.due_on < today for it in (*first.lines, *last.lines))
    one = look(scene, answers_of_case.one, ids[4], "et")
    assert (one.place, one.previous, one.following, one.next_unanswered) == (5, ids[3], ids[5], ids[5])
    assert look(scene, answers_of_case.one, ids[-1], "et").next_unanswered == ids[0]
    assert look(scene, answers_of_case.read, "et", show="unanswered", theme="puud", page=2).found == MANY // 2
    assert look(scene, opinions_of_case.read, "et", Wanted(outcome="none", search="PUUD"), page=1).pages >= 1
    assert look(scene, answer_beside.of, ids[0]).points[0].text == "Punkt 0"


def test_two_officials_at_once_on_one_point_and_one_answer_never_overwrite_each_other(scene: Scene) -> None:
    with scene.database.session() as session:
        said = session.exec(select(Feedback)).first()
        assert said is not None
        feedback = said.id
    item = new_id()
    do(scene, points.save, feedback, item, PointForm(text="Algus"), now=AFTER)
    do(scene, answering.save, feedback, "noted", "Algus", "", now=AFTER)
    seen = answers(scene)[0]
    told: list[str] = []
    gate = threading.Barrier(4)

    def official(who: str) -> None:
        gate.wait(30)
        try:
            do(
                scene,
                points.save,
                feedback,
                item,
                PointForm(text=f"Punkt: {who}", seen=1),
                now=AFTER,
                who=who,
            )
            told.append("point")
        except PointChanged:
            told.append("point refused")

    def answerer(who: str) -> None:
        gate.wait(30)
        try:
            do(
                scene,
                answering.save,
                feedback,
                "accepted",
                f"Vastus: {who}",
                seen,
                now=AFTER + timedelta(1),
                who=who,
            )
            told.append("answer")
        except Answered:
            told.append("answer refused")

    threads = [
        threading.Thread(target=it, args=(who,)) for it in (official, answerer) for who in ("first", "second")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(told) == ["answer", "answer refused", "point", "point refused"]
    with scene.database.session() as session:
        kept = session.get_one(Item, (HOME, item))
        answer = session.get_one(Response, (HOME, feedback))
        assert kept.revision == 2
        assert kept.text.startswith("Punkt: ")
        assert answer.reasons.startswith("Vastus: ")


def test_letters_of_a_group_and_of_advice_stand_in_the_proof_on_both_databases(scene: Scene) -> None:
    same = letters(1)[0].text
    with scene.write() as session:
        said = session.exec(select(Feedback).order_by(Feedback.id)).all()[:25]
        for row in said:
            row.text = same
            session.add(row)
        said[0].author_email = ""
        session.add(said[0])
        case = scene.case(session)
        case.terms = json.dumps({NAMING: {"period": "P30D", "direction": "after"}})
        session.add(case)
        first, nameless = said[1].id, said[0].receipt
    do(scene, alike_search.ask, now=AFTER)
    AlikeSearching(scene.database, HeldClock(AFTER)).drain()
    group = look(scene, alike_groups.read, "et").lines[0].id
    do(scene, alike_deciding.decide, group, "taken", now=AFTER)
    asked = do(scene, alike_deciding.ask_representative, group, office=scene.office, now=AFTER)
    assert asked.without_address == 1
    item = new_id()
    do(scene, points.save, first, item, PointForm(text="Punkt"), now=AFTER)
    office = {
        "adviser": "",
        "office": "Amet",
        "email": "amet@post.example",
        "links": scene.links,
        "mail": scene.office,
    }
    assert do(scene, advising.ask, first, item, key=new_id(), **office, now=AFTER)
    with scene.database.session() as session:
        found = {it.code: it for it in proof_sections.sections(session, scene.case(session), [])}
    told = [row[:2] for row in found["letters"].rows]
    assert ("advice", "Amet") in told
    assert sum(kind == "representative" for kind, _to in told) == asked.letters >= 24
    assert ("representative", nameless) not in told
    assert len(found["opinions"].rows) == MANY
    assert found["invited"].rows[0][6:8] == (None, 0)  # nothing was delivered yet, and nothing failed


@pytest.mark.long
def test_a_released_opinion_carries_its_minority_and_drafts_stay_with_the_association(scene: Scene) -> None:
    tools = {"links": scene.links, "now": DURING}
    with scene.write() as session:
        inner_rounds.begin(session, HOME, scene.token, "Kuidas?", "", **tools)
    with scene.database.session() as session:
        link = inner_rounds.see(session, HOME, scene.token, "et", **tools).link
    with scene.write() as session:
        for key in "ab":
            inner_drafts.write(session, HOME, link, key * 24, f"Liige {key}", f"Mustand {key}", **tools)
    with scene.write() as session:
        for draft, what in zip(
            session.exec(select(InnerDraft).order_by(InnerDraft.id)), ("majority", "minority"), strict=True
        ):
            inner_rounds.use(session, HOME, scene.token, draft.id, what, links=scene.links)
    for text in ("Meie arvamus.", "Meie parandatud arvamus."):
        with scene.write() as session:
            given = Answer(key=text[:4].ljust(24, "x") + str(len(text)), text=text)
            inner_rounds.release(
                session,
                HOME,
                scene.token,
                given,
                store=scene.store,
                post=scene.post(session, DURING),
                **tools,
            )
    with scene.database.session() as session:
        views = session.exec(select(MinorityView)).all()
        assert [(it.member, it.text) for it in views] == [("Liige b", "Mustand b")]
        said = session.get_one(Feedback, (HOME, views[0].feedback_id))
        assert (said.text, said.version) == ("Meie parandatud arvamus.", 2)
        assert session.exec(select(AlikeGroup)).all() == []
