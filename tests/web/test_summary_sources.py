"""Every source of the committee's page leads on to the item itself, and shows nobody what is not theirs to see."""

from __future__ import annotations

import hashlib
import io
import json
import re

import pytest
from docx import Document
from sqlmodel import select

from processes import summary_content
from processes.alike_group import TAKEN, AlikeGroup, AlikeMember
from processes.consultation import Consultation
from processes.feedback import Feedback
from processes.inner_round import MinorityView
from processes.item import Item
from processes.summary import Summary
from tests.web.conftest import HOME, Visitor
from tests.web.test_summary import waiting

MEMBER, VIEW = "Maie Mänd", "Vähemus ei soovi väravat."


@pytest.fixture
def rich(demo_visitor: Visitor) -> Summary:
    """The waiting page frozen anew, with an opinion split, letters grouped and a minority's view on an objection."""
    found = waiting(demo_visitor)
    now = demo_visitor.kaasa.clock.now()
    with demo_visitor.kaasa.database.open_transaction() as session:
        page = session.get_one(Summary, (HOME, found.id))
        case = session.get_one(Consultation, (HOME, page.consultation_id))
        said = [it["feedback_id"] for it in page.read()["unresolved"]]
        session.add_all(
            Item(
                municipality_id=HOME, consultation_id=case.id, feedback_id=said[0], place=place, text=f"Punkt nr {place}.",
                outcome=outcome, changed_by=case.planner_id, changed_at=now,
            )
            for place, outcome in enumerate(("accepted", ""), 1)
        )  # fmt: skip
        group = AlikeGroup(
            municipality_id=HOME,
            consultation_id=case.id,
            leader_id=said[0],
            state=TAKEN,
            size=2,
            identical=2,
            found_at=now,
        )
        session.add_all(
            [
                group,
                MinorityView(municipality_id=HOME, feedback_id=said[0], member=MEMBER, text=VIEW, place=1),
            ]
        )
        session.flush()
        session.add_all(
            AlikeMember(municipality_id=HOME, feedback_id=it, group_id=group.id, likeness=100, identical=True)
            for it in said[:2]
        )
        session.flush()
        page.content = json.dumps(
            summary_content.build(session, case, page, page.frozen_at or now), sort_keys=True
        )
        page.digest = hashlib.sha256(page.content.encode()).hexdigest()
        session.add(page)
    return waiting(demo_visitor)


@pytest.mark.parametrize("role", ["committee", "planner"])
def test_each_source_has_a_page_that_names_no_private_person_and_leads_where_its_reader_may_go(
    demo_visitor: Visitor, rich: Summary, role: str
) -> None:
    demo_visitor.sign_in(role)
    content = rich.read()
    text = demo_visitor.get(f"/et/summary/{rich.id}").text
    own = set(re.findall(rf'href="(/et/summary/{rich.id}/source/[^"]+)"', text))
    assert own == {f"/et/summary/{rich.id}/source/{it['order']}" for it in content["sources"]}
    lines = {it["number"] for it in content["statements"]}
    with demo_visitor.kaasa.database.session() as session:
        query = select(Feedback.author_name).where(Feedback.author_kind == "person")
        private = {it for it in session.exec(query) if it} | {MEMBER}
    onward = dict[str, str]()
    for path in sorted(own):
        answer = demo_visitor.get(path)
        assert answer.status_code == 200, path
        assert {int(it) for it in re.findall(r'#line-(\d+)"', answer.text)} <= lines
        assert not [name for name in private if name in answer.text], path
        onward |= dict.fromkeys(re.findall(r'href="(/et/cases?/[^"#?]+)', answer.text), path)
    for on, path in onward.items():
        assert demo_visitor.get(on).status_code == 200, f"{on}, from {path} as {role}"
    assert any(it.startswith("/et/cases/") for it in onward) == (role == "planner")


def test_an_opinion_of_a_count_has_its_page_though_no_sentence_names_it(
    demo_visitor: Visitor, rich: Summary
) -> None:
    demo_visitor.sign_in("committee")
    for it in rich.read()["opinions"]:
        answer = demo_visitor.get(f"/et/summary/{rich.id}/source/{it['receipt']}")
        assert answer.status_code == 200
        assert it["receipt"] in answer.text
    for what in ("0", "9999", "2000-1", "%2e%2e"):
        assert demo_visitor.get(f"/et/summary/{rich.id}/source/{what}").status_code == 404


def test_a_minoritys_words_and_the_points_are_on_every_face_and_the_members_name_on_none(
    demo_visitor: Visitor, rich: Summary
) -> None:
    demo_visitor.sign_in("clerk")
    address = f"/ru/summary/{rich.id}"
    file = Document(io.BytesIO(demo_visitor.get(f"{address}.docx").content))
    faces = [
        demo_visitor.get(address).text, demo_visitor.get(f"{address}.txt").text,
        "\n".join(it.text for it in file.paragraphs),
        demo_visitor.get(f"{address}/source/{rich.read()['unresolved'][0]['receipt']}").text,
    ]  # fmt: skip
    for face in faces:
        assert VIEW in " ".join(face.replace("    > ", "").split())
        assert "Punkt nr 2." in face
        assert MEMBER not in face


def test_a_source_is_closed_to_who_may_not_read_the_page(demo_visitor: Visitor, rich: Summary) -> None:
    path = f"/et/summary/{rich.id}/source/1"
    demo_visitor.sign_out()
    assert demo_visitor.get(path).status_code in {303, 401}
    demo_visitor.sign_in("administrator")
    assert demo_visitor.get(path).status_code == 403


def test_a_page_frozen_before_points_were_counted_is_read_as_it_was(
    demo_visitor: Visitor, rich: Summary
) -> None:
    old = rich.read()
    gone = {
        "points",
        "point_outcome",
        "groups",
        "group",
        "minority",
        "ways",
        "came",
        "never_offered",
        "not_used",
        "no_link",
    }
    old["statements"] = [it for it in old["statements"] if it["code"] not in gone]
    old["statements"][-1] |= {"code": "channels", "params": {"channels": ["phone"]}}
    del old["groups"]
    for it in old["opinions"]:
        del it["points"], it["minority"], it["alike"]
    with demo_visitor.kaasa.database.open_transaction() as session:
        page = session.get_one(Summary, (HOME, rich.id))
        page.content = json.dumps(old | {"version": 1}, sort_keys=True)
        session.add(page)
    demo_visitor.sign_in("planner")
    for path in ("", ".txt", ".pdf", ".docx", f"/source/{old['unresolved'][0]['receipt']}", "/source/1"):
        assert demo_visitor.get(f"/et/summary/{rich.id}{path}").status_code == 200, path
    assert "telefonil" in demo_visitor.get(f"/et/summary/{rich.id}.txt").text
