"""The committee's page: frozen with figures the database gives again, told in full, changed by nothing."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from engine.clock import local_day
from processes import words
from processes.accommodation import Need
from processes.actions import summary_reading, treating
from processes.actions.committee_desk import summaries_for
from processes.actions.public_opinions import opinions
from processes.actions.treating import Mark
from processes.actions.what_became import UNTOUCHED, Became
from processes.alike_group import PROPOSED, TAKEN, AlikeGroup, AlikeMember
from processes.committee import Committee, CommitteeMember
from processes.consultation import Consultation
from processes.deadline import latest_before
from processes.decision import Decision, DecisionItem
from processes.errors import NotAllowed, NotFound, Refused, TooLate
from processes.feedback import TO_ANSWER, Feedback
from processes.inner_round import MinorityView
from processes.invitation import Invitation
from processes.item import Item
from processes.municipality import Municipality
from processes.permission import Actor, actor_of
from processes.person import Person, Role
from processes.response import Response
from processes.summary import Summary, Treatment
from tests.processes.plan_case import HOME, PlanCase, at
from tests.processes.test_post import read as parsed
from tests.processes.test_post import text_of


@pytest.fixture
def case(database_url):
    made = PlanCase(database_url)
    yield made
    made.close()


def split(case: PlanCase) -> None:
    """Points of two opinions, a group a planner took, one that is only proposed, and a minority's view."""
    now = case.clock.now()
    points = ((case.heard, "accepted"), (case.heard, ""), (case.private, "not_accepted"))
    with case.step() as session:
        session.add_all(
            Item(
                municipality_id=HOME, consultation_id=case.id, feedback_id=said, place=place, text=f"Punkt {place}.",
                outcome=outcome, position="Seisukoht." if outcome else "", changed_by="x", changed_at=now,
            )
            for place, (said, outcome) in enumerate(points, 1)
        )  # fmt: skip
        for leader, state, members in (
            (case.private, TAKEN, (case.private, case.kept)), (case.late, PROPOSED, (case.late,)),
        ):  # fmt: skip
            group = AlikeGroup(
                municipality_id=HOME, consultation_id=case.id, leader_id=leader, state=state, size=len(members),
                identical=len(members), found_at=now,
            )  # fmt: skip
            session.add(group)
            session.flush()
            session.add_all(
                AlikeMember(municipality_id=HOME, feedback_id=it, group_id=group.id, likeness=100, identical=it == leader)
                for it in members
            )  # fmt: skip
        session.add(
            MinorityView(
                municipality_id=HOME, feedback_id=case.heard, member="Maie Mänd", text="Üks liige on kaldtee vastu.", place=1
            )
        )  # fmt: skip


def called(case: PlanCase) -> Summary:
    """A case shown, spoken about and answered, whose committee has a frozen page before its session."""
    case.to_display()
    case.heard = case.opinion("Kaldtee on liiga järsk.", organisation="Näidise Kurtide Ühing")
    case.private = case.opinion("Jätke puud alles.")
    case.kept = case.opinion("Lisage pink.")
    case.go_to_next_timer()
    case.late = case.opinion("Hilinesin.", state="late_accepted")
    with case.step() as session:
        for given_id, theme in ((case.heard, "ligipääs"), (case.private, "puud"), (case.late, "puud")):
            given = session.get_one(Feedback, (HOME, given_id))
            given.theme = theme
            session.add(given)
    for given, outcome in (
        (case.heard, "partly"),
        (case.private, "not_accepted"),
        (case.kept, "accepted"),
        (case.late, "noted"),
    ):
        case.answer(given, outcome, f"Põhjendus: {outcome}.")
    split(case)
    case.complete("answer_opinions")
    starts = at(case.today + timedelta(days=16), 17)
    case.complete("plan_meeting", starts_at=starts, ends_at=starts + timedelta(hours=2), place="rahvamaja")
    case.notices("discussion", "web", "paper", "county_paper")
    case.go_to(starts + timedelta(days=1))
    case.complete("record_minutes", minutes="Arutati.")
    case.complete("record_results", by="government", act="korraldus nr 77", decided_on=case.today)
    case.notices("results", "paper", "county_paper")
    case.starts = at(case.today + timedelta(days=10), 14)
    case.complete(
        "plan_session", starts_at=case.starts, ends_at=case.starts + timedelta(hours=2), place="saal",
        question="Kas toetada?",
    )  # fmt: skip
    case.go_to_next_timer()
    return case.rows(Summary)[-1]


def actor(case: PlanCase, role: str) -> Actor:
    with case.database.session() as session:
        return actor_of(session, HOME, case.people[role])


def read(case: PlanCase, page: Summary, role: str = "committee") -> summary_reading.SummaryView:
    with case.database.session() as session:
        return summary_reading.read(session, actor(case, role), page.id, "et", now=case.clock.now())


def record(case: PlanCase, page: Summary, *marks: Mark, who: Actor | None = None) -> int:
    with case.step() as session:
        return treating.record(session, who or actor(case, "committee"), page.id, marks, now=case.clock.now())


def finish(case: PlanCase, page: Summary, *marks: Mark, key: str = "once", who: str = "committee") -> bool:
    with case.step() as session:
        return treating.finish(
            session, actor(case, who), page.id, marks, runtime=case.runtime, now=case.clock.now(), key=key
        )  # fmt: skip


def test_the_page_is_frozen_so_many_full_days_before_its_session(case):
    page = called(case)
    assert page.frozen_at == page.freeze_at
    assert local_day(page.frozen_at) == latest_before(local_day(case.starts), "P7D").ends_on
    assert (local_day(case.starts) - local_day(page.frozen_at)).days == 8


def test_every_figure_of_the_page_is_what_the_database_counts(case):
    page = called(case)
    counts = page.read()["counts"]
    with case.database.session() as session:

        def number(table, *wanted):
            query = select(func.count()).select_from(table).where(table.municipality_id == HOME, *wanted)
            return session.exec(query).one()

        opinion = (Feedback.consultation_id == case.id, col(Feedback.state).in_(TO_ANSWER))
        asked = (Invitation.purpose == "opinion", Invitation.state == "invited")
        spoke = col(Invitation.answered_at).is_not(None) | col(Invitation.no_comments_at).is_not(None)
        assert counts["opinions"] == number(Feedback, *opinion) == 4
        assert counts["invited"] == number(Invitation, *asked) == 2
        assert counts["answered"] == number(Invitation, *asked, spoke) == 1
        assert counts["silent"] == number(Invitation, *asked, ~spoke) == 1
        assert counts["late"] == number(Feedback, col(Feedback.state).startswith("late")) == 1
        for outcome, figure in counts["outcomes"].items():
            assert figure == number(Response, Response.outcome == outcome)
        for channel, figure in counts["channels"].items():
            assert figure == number(Feedback, *opinion, Feedback.channel == channel)
        points = (Item.consultation_id == case.id,)
        assert counts["points"] == number(Item, *points) == 3
        assert counts["split"] == len({it.feedback_id for it in case.rows(Item)}) == 2
        assert counts["point_outcomes"] == {"accepted": 1, "undecided": 1, "not_accepted": 1}
        for outcome, figure in counts["point_outcomes"].items():
            assert figure == number(
                Item, *points, Item.outcome == ("" if outcome == "undecided" else outcome)
            )
        taken = select(AlikeGroup.id).where(AlikeGroup.municipality_id == HOME, AlikeGroup.state == TAKEN)
        assert counts["groups"] == number(AlikeGroup, AlikeGroup.state == TAKEN) == 1
        assert counts["grouped"] == number(AlikeMember, col(AlikeMember.group_id).in_(taken)) == 2
        assert counts["minority"] == number(MinorityView) == 1
    content = page.read()
    assert sum(it["opinions"] for it in content["themes"]) == counts["opinions"]
    assert sum(it["invited"] for it in content["kinds"]) == counts["invited"]
    said = {it["code"]: it["params"].get("number") for it in content["statements"]}
    assert (said["opinions"], said["invited"], said["unresolved"], said["access"]) == (4, 2, 2, 1)
    assert (said["points"], said["points_undecided"], said["groups"], said["minority"]) == (3, 1, 1, 1)


def test_points_alike_letters_and_a_minority_stand_under_their_opinion_without_the_members_name(case):
    page = called(case)
    opinions = {it["feedback_id"]: it for it in page.read()["opinions"]}
    assert [(it["text"], it["outcome"]) for it in opinions[case.heard]["points"]] == [
        ("Punkt 1.", "accepted"), ("Punkt 2.", ""),
    ]  # fmt: skip
    assert opinions[case.heard]["minority"] == ["Üks liige on kaldtee vastu."]
    assert {key: it["alike"] for key, it in opinions.items()} == {
        case.heard: 0, case.private: 1, case.kept: 1, case.late: 0,
    }  # fmt: skip
    assert "Maie Mänd" not in page.content
    group = next(it for it in page.read()["statements"] if it["code"] == "group")
    assert (group["params"]["size"], group["params"]["identical"]) == (2, 1)


def test_where_the_law_of_a_case_knows_no_display_the_page_does_not_miss_one(case):
    case.initiate()
    case.approve()
    with case.step() as session:
        row = session.get_one(Consultation, (HOME, case.id))
        kept = {key: it for key, it in row.frozen_terms().items() if key != "dp.display.min"}
        row.terms = json.dumps(kept)
        session.add(row)
    case.committee()
    said = {it["code"] for it in case.rows(Summary)[-1].read()["statements"]}
    assert "not_displayed" not in said
    assert "no_meeting" in said


def test_the_page_says_which_ways_and_languages_were_never_offered(case):
    said = {it["code"]: it["params"] for it in called(case).read()["statements"]}
    home = case.rows(Municipality)[0]
    assert (home.phone, home.address) == ("555 0100", "")
    assert said["never_offered"] == {"ways": ["paper"]}
    assert said["ways"] == {"ways": ["web", "mail", "phone", "in_person", "meeting"]}
    assert said["not_used"] == {"ways": ["mail", "phone", "in_person"]}
    assert said["came"] == {"channels": {"web": 4}}
    assert said["languages_missing"] == {"languages": ["et-easy", "en", "ru"]}
    assert said["kind_not_registered"] == {"kinds": ["association", "village_society", "congregation"]}
    assert "no_link" in said
    assert "no_meeting" not in said


def test_every_sentence_is_numbered_and_stands_on_sources_that_are_there(case):
    content = called(case).read()
    assert [it["number"] for it in content["statements"]] == list(range(1, len(content["statements"]) + 1))
    keys = [it["source"] for it in content["sources"]]
    assert [it["order"] for it in content["sources"]] == list(range(1, len(keys) + 1))
    named = [key for it in content["statements"] for key in it["sources"]]
    assert set(named) == set(keys)
    assert [it["code"] for it in content["statements"] if not it["sources"]] == []
    assert f"feedback:{case.heard}" in keys
    assert any(key.startswith("notice:") for key in keys)


def test_no_private_name_or_address_is_on_the_page(case):
    page = called(case)
    assert "Eraisik Näidis" not in page.content
    assert "eraisik@" not in page.content
    assert "Näidise Kurtide Ühing" in page.content


def test_what_comes_after_the_freeze_stands_beside_the_page_and_not_in_it(case):
    page = called(case)
    assert read(case, page).changes == ()
    fresh = case.opinion("Veel üks mõte.")
    with case.step() as session:
        gone = session.get_one(Feedback, (HOME, case.private))
        gone.state = "withdrawn"
        changed = session.get_one(Feedback, (HOME, case.heard))
        changed.text, changed.version = "Muudetud sõnad.", 2
        answer = session.get_one(Response, (HOME, case.kept))
        answer.reasons = "Teine põhjendus."
        session.add_all([gone, changed, answer])
    case.answer(fresh, "noted")
    view = read(case, page)
    told = {it.code: it.about for it in view.changes}
    receipts = {it.id: it.receipt for it in case.rows(Feedback)}
    assert told == {
        "arrived": (receipts[fresh],),
        "withdrawn": (receipts[case.private],),
        "reworded": (receipts[case.heard],),
        "answer_changed": (receipts[case.kept],),
    }
    assert case.rows(Summary, id=page.id)[0].content == page.content
    assert view.whole
    assert hashlib.sha256(page.content.encode()).hexdigest() == view.digest
    assert "Kaldtee on liiga järsk." in page.content


def test_a_page_that_was_tampered_with_says_so(case):
    page = called(case)
    with case.step() as session:
        row = session.get_one(Summary, (HOME, page.id))
        row.content = row.content.replace("järsk", "lauge")
        session.add(row)
    assert not read(case, page).whole


def test_few_needs_are_not_counted_out(case):
    case.initiate()
    asked = case.rows(Invitation, purpose="opinion")[0]
    with case.step() as session:
        session.add(
            Need(
                municipality_id=HOME, consultation_id=case.id, invitation_id=asked.id, kind="SIGN",
                asked_at=case.clock.now(),
            )
        )  # fmt: skip
    case.approve()
    case.committee()
    page = case.rows(Summary)[-1]
    said = {it["code"]: it["params"] for it in page.read()["statements"]}
    assert said["needs_few"] == {"few": 3}
    assert "needs" not in said
    assert "SIGN" not in page.content


def test_a_page_before_any_opinion_says_what_it_does_not_know(case):
    case.initiate()
    case.approve()
    case.committee()
    content = case.rows(Summary)[-1].read()
    said = {it["code"]: it["params"] for it in content["statements"]}
    assert {"not_displayed", "no_meeting", "not_everyone"} <= said.keys()
    assert {"web", "meeting"} <= set(said["never_offered"]["ways"])
    assert "not_used" not in said
    assert content["unresolved"] == []


def test_the_easy_page_is_a_persons_and_frozen_with_the_rest(case):
    case.initiate()
    case.approve()
    starts = at(case.today + timedelta(days=10), 14)
    case.complete(
        "plan_session", starts_at=starts, ends_at=starts + timedelta(hours=2), question="Kas toetada?"
    )
    case.complete("write_easy_summary", easy_text="Vald teeb uue plaani.")
    written = case.clock.now()
    case.go_to_next_timer()
    page = case.rows(Summary)[-1]
    assert page.read()["easy"] == {
        "text": "Vald teeb uue plaani.",
        "by": "Aino Kask",
        "at": written.isoformat(),
    }
    assert "no_easy" not in {it["code"] for it in page.read()["statements"]}


def test_a_page_nobody_wrote_in_easy_language_says_so(case):
    page = called(case)
    assert page.read()["easy"] is None
    assert "no_easy" in {it["code"] for it in page.read()["statements"]}


def test_positions_are_entered_one_by_one_and_finished_when_all_are_there(case):
    page = called(case)
    mark = Mark(case.heard, "supported", "Komisjon toetab kaldtee muutmist.")
    with pytest.raises(Refused) as early:
        record(case, page, mark)
    assert early.value.problems[""].code == "session_not_begun"
    case.go_to(case.starts + timedelta(minutes=30))
    assert record(case, page, mark) == 1
    assert case.rows(Treatment)[0].words == "Komisjon toetab kaldtee muutmist."
    with pytest.raises(Refused) as missing:
        finish(case, page)
    assert list(missing.value.problems) == [f"stance-{case.private}"]
    other = Mark(case.private, "rejected", "Puud on haiged.")
    assert finish(case, page, other) is False  # the session is still on
    assert len(case.rows(Treatment)) == 2
    case.go_to(case.starts + timedelta(hours=3))
    seen = case.rows(Treatment, feedback_id=case.private)[0].recorded_at.isoformat()
    assert finish(case, page, Mark(case.private, "rejected", "Puud on haiged.", seen)) is True
    assert case.open() == ["decide_adoption"]
    assert case.rows(Summary, id=page.id)[0].closed_at == case.clock.now()


def test_the_same_form_sent_twice_is_one_step(case):
    page = called(case)
    case.go_to(case.starts + timedelta(hours=3))
    marks = (Mark(case.heard, "supported", ""), Mark(case.private, "sent_back", "Arutada uuesti."))
    assert finish(case, page, *marks, key="a")
    assert finish(case, page, *marks, key="a")
    assert finish(case, page, *marks, key="b")
    with pytest.raises(TooLate):
        record(case, page, Mark(case.heard, "rejected", "Meel muutus."))
    assert {it.stance for it in case.rows(Treatment)} == {"supported", "sent_back"}


@pytest.mark.parametrize(
    ("stance", "words", "field", "code"),
    [
        ("rejected", "", "words", "minutes_missing"),
        ("sent_back", "  ", "words", "minutes_missing"),
        ("", "Ainult sõnad.", "stance", "stance_missing"),
        ("praised", "Hea.", "stance", "not_a_choice"),
        ("supported", "a" * 4001, "words", "too_long"),
    ],
)
def test_a_position_that_cannot_be_taken_says_which_field_and_why(case, stance, words, field, code):
    page = called(case)
    case.go_to(case.starts + timedelta(hours=3))
    with pytest.raises(Refused) as refusal:
        record(case, page, Mark(case.heard, stance, words))
    assert refusal.value.problems[f"{field}-{case.heard}"].code == code
    assert case.rows(Treatment) == []


def test_two_members_at_once_are_shown_each_others_words(case):
    page = called(case)
    case.go_to(case.starts + timedelta(hours=3))
    record(case, page, Mark(case.heard, "supported", "Toetame."))
    with pytest.raises(Refused) as refusal:
        record(case, page, Mark(case.heard, "rejected", "Ei toeta.", seen=""))
    problem = refusal.value.problems[f"stance-{case.heard}"]
    assert (problem.code, problem.params["words"], problem.params["by"]) == (
        "treated_meanwhile", "Toetame.", "Leida Saar",
    )  # fmt: skip
    seen = case.rows(Treatment)[0].recorded_at.isoformat()
    record(case, page, Mark(case.heard, "rejected", "Ei toeta.", seen=seen))
    assert [it.stance for it in case.rows(Treatment)] == ["rejected"]


def test_only_members_of_this_very_committee_take_positions(case):
    page = called(case)
    case.go_to(case.starts + timedelta(hours=3))
    with case.step() as session:
        stranger = Person(municipality_id=HOME, name="Oskar Võõras", email="oskar@naidisvald.example")
        board = Committee(municipality_id=HOME, name="Sotsiaalkomisjon")
        session.add_all([stranger, board])
        session.flush()
        session.add_all(
            [
                Role(municipality_id=HOME, person_id=stranger.id, role="committee"),
                CommitteeMember(municipality_id=HOME, committee_id=board.id, person_id=stranger.id),
            ]
        )
        case.people["stranger"] = stranger.id
    for who in ("stranger", "planner", "government"):
        with pytest.raises(NotAllowed):
            record(case, page, Mark(case.heard, "supported"), who=actor(case, who))
    assert not read(case, page, "stranger").may_treat
    assert not read(case, page, "planner").may_treat
    elsewhere = Actor("0141", case.people["committee"], frozenset({"committee"}))
    with case.database.session() as session, pytest.raises(NotFound):
        summary_reading.read(session, elsewhere, page.id, "et", now=case.clock.now())
    with case.database.session() as session:
        assert summaries_for(session, actor(case, "stranger"), "et", now=case.clock.now()) == []


def test_a_member_finds_the_page_on_the_desk_in_every_state(case):
    page = called(case)

    def states():
        with case.database.session() as session:
            found = summaries_for(session, actor(case, "committee"), "et", now=case.clock.now())
        return {it.id: (it.state, it.treated, it.objections) for it in found}

    assert states()[page.id] == ("frozen", 0, 2)
    case.go_to(case.starts + timedelta(hours=3))
    record(case, page, Mark(case.heard, "supported"))
    assert states()[page.id] == ("to_treat", 1, 2)
    assert finish(case, page, Mark(case.private, "rejected", "Ei."))
    assert states()[page.id] == ("closed", 2, 2)


def test_members_hear_at_the_invitation_and_at_the_freeze(case):
    page = called(case)
    invitation, frozen = case.letters("committee")[-1], case.letters("summary")[-1]
    assert invitation.recipient_address == frozen.recipient_address == "committee@naidisvald.example"
    parts = {it.get_content_type(): it for it in parsed(invitation).walk()}
    assert parts["text/calendar"].get_param("method") == "REQUEST"
    assert "METHOD:REQUEST" in parts["text/calendar"].get_content()
    assert invitation.created_at < frozen.created_at == page.frozen_at
    assert page.digest[:12] in text_of(parsed(frozen))
    assert f"/et/summary/{page.id}" in text_of(parsed(frozen))


def test_each_author_hears_what_committee_and_council_did_and_how_to_contest(case):
    page = called(case)
    case.go_to(case.starts + timedelta(hours=3))
    assert finish(
        case, page, Mark(case.heard, "supported", "Kaldtee tuleb laugem."), Mark(case.private, "rejected", "Puud on haiged.")
    )  # fmt: skip
    case.complete(
        "decide_adoption", by="government", adoption="adopt", act="otsus nr 90", decided_on=case.today,
        reasons="Planeering vastab üldplaneeringule.", objections="2027-2: puud jäävad\nsiiski alles",
    )  # fmt: skip
    texts = {it.recipient_address: text_of(parsed(it)) for it in case.letters("decision")}
    author = texts["eraisik@naidis.example"]
    for part in (
        "Jätke puud alles.", "ei arvestatud", "Puud on haiged.", "Planeering vastab üldplaneeringule.",
        "otsus nr 90", "otsuses: „puud jäävad siiski alles“",
        f"vähemalt kuni {words.until(case.today + timedelta(days=30), 'et')}",
    ):  # fmt: skip
        assert part in author, part
    others = [text for address, text in texts.items() if address != "eraisik@naidis.example"]
    assert any("Kaldtee tuleb laugem." in text for text in others)
    assert not any("Puud on haiged." in text for text in others)


def test_a_decision_names_its_summary_and_every_opinion_as_it_stood(case):
    page = called(case)
    case.go_to(case.starts + timedelta(hours=3))
    assert finish(
        case, page, Mark(case.heard, "supported"), Mark(case.private, "rejected", "Puud on haiged.")
    )
    asked = {"adoption": "adopt", "act": "otsus nr 90", "decided_on": case.today}
    for objections, code in (
        ("kõik sai arutatud", "receipt_first"), ("2027-1:", "receipt_without_words"),
        ("2027-99: nii on", "receipt_unknown"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            case.complete("decide_adoption", by="government", **asked, objections=objections)
        assert refusal.value.problems["objections"].code == code
    case.complete("decide_adoption", by="government", **asked, objections="2027-1: kaldtee tuleb laugem")
    made = case.rows(Decision, kind="adoption")[-1]
    assert made.summary_id == page.id
    items = {it.feedback_id: it for it in case.rows(DecisionItem, decision_id=made.id)}
    assert {key: (it.outcome, it.committee, it.words) for key, it in items.items()} == {
        case.heard: ("partly", "supported", "kaldtee tuleb laugem"),
        case.private: ("not_accepted", "rejected", ""),
        case.kept: ("accepted", "", ""),
        case.late: ("noted", "", ""),
    }
    with case.step() as session:
        answer = session.get_one(Response, (HOME, case.kept))
        answer.outcome = "noted"
        session.add(answer)
    assert case.rows(DecisionItem, feedback_id=case.kept)[0].outcome == "accepted"


def test_you_said_we_did_tells_only_what_was_let_out(case):
    page = called(case)
    with case.step() as session:
        given = session.get_one(Feedback, (HOME, case.private))
        given.public_text, given.published_at = "Jätke puud alles.", case.clock.now()
        session.add(given)
    case.go_to(case.starts + timedelta(hours=3))
    record(case, page, Mark(case.private, "rejected", "Puud on haiged."))

    def told():
        with case.database.session() as session:
            shown = opinions(session, session.get_one(Consultation, (HOME, case.id))).shown
            return [(it.text, it.organisation, it.became) for it in shown]

    assert told() == [("Jätke puud alles.", "", UNTOUCHED)]
    assert finish(case, page, Mark(case.heard, "supported"))
    assert told() == [("Jätke puud alles.", "", Became("rejected", "Puud on haiged."))]
    case.complete(
        "decide_adoption", by="government", adoption="adopt", act="otsus nr 90", decided_on=case.today,
        objections="2027-2: puud jäävad",
    )  # fmt: skip
    assert told()[0][2].decided == "puud jäävad"


def test_the_content_is_the_same_json_whoever_writes_it(case):
    page = called(case)
    assert page.content == json.dumps(json.loads(page.content), ensure_ascii=False, sort_keys=True)
