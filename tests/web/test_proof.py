"""The proof pack: everything that proves the procedure, nobody private in it, the same bytes every time."""

import hashlib
import io
import json
import zipfile

import pypdfium2
import pytest
from lxml import etree
from sqlmodel import select

from engine.history import History
from notifications.outbox import OutgoingLetter
from processes.actions import proof_sections
from processes.consultation import Consultation
from processes.decision import Decision, DecisionItem
from processes.feedback import Feedback
from processes.invitation import Invitation
from processes.notice import Notice
from processes.person import Person
from processes.summary import Summary
from tests.web.conftest import HOME, NOW


@pytest.fixture
def adopted(demo_visitor):
    """A case whose plan was adopted, and the planner of it."""
    kaasa = demo_visitor.kaasa
    with kaasa.database.session() as session:
        query = select(Consultation).join(Decision, Decision.consultation_id == Consultation.id)
        case = session.exec(query.where(Decision.kind == "adoption")).first()
        assert case is not None
        number, case_id = case.number, case.id
    demo_visitor.sign_in("planner")
    return demo_visitor, number, case_id


def rows(visitor, table, case_id):
    with visitor.kaasa.database.session() as session:
        found = session.exec(select(table).where(table.consultation_id == case_id)).all()
        session.expunge_all()
        return found


def pack(visitor, number, language="en"):
    answer = visitor.get(f"/{language}/cases/{number}/proof.zip")
    assert answer.status_code == 200, answer.text[:500]
    return answer.content, zipfile.ZipFile(io.BytesIO(answer.content))


def test_the_pack_tells_what_was_done_and_is_the_same_every_time(adopted):
    visitor, number, case_id = adopted
    first, kept = pack(visitor, number)
    assert pack(visitor, number)[0] == first
    index = etree.fromstring(kept.read("index.xml"))
    assert (index.get("case"), index.get("historyWhole")) == (number, "true")
    assert len(index.findall("notices/row")) == len(rows(visitor, Notice, case_id))
    assert len(index.findall("decisions/row")) == len(rows(visitor, Decision, case_id))
    assert {"index.pdf", "history.jsonl", "rules.json", "summaries/01.json", "summaries/01.pdf"} <= set(
        kept.namelist()
    )
    for file in index.findall("files/file"):
        made = kept.read(file.get("path"))
        assert (hashlib.sha256(made).hexdigest(), str(len(made))) == (file.get("sha256"), file.get("size"))


def test_each_question_a_register_may_ask_has_its_list(adopted):
    """Announced, invited, delivered, opened, answered, frozen, minuted, decided: none may be missing."""
    visitor, number, case_id = adopted
    index = etree.fromstring(pack(visitor, number)[1].read("index.xml"))
    notice = index.find("notices/row")
    assert all(notice.findtext(it) for it in ("occasion", "channel", "published_on", "at", "by"))
    delivered = {it.recipient_ref for it in letters_of(visitor, case_id) if it.state == "sent"}
    asked = rows(visitor, Invitation, case_id)
    told = [it for it in index.findall("invited/row") if it.findtext("delivered_at")]
    assert len(told) == sum(f"invitation:{it.id}" in delivered for it in asked) > 0
    assert any(it.findtext("opened_at") for it in index.findall("invited/row"))
    assert len(index.findall("letters/row")) == len(letters_of(visitor, case_id))
    assert all(it.findtext("recipient") for it in index.findall("letters/row"))
    frozen = {it.digest for it in rows(visitor, Summary, case_id) if it.frozen_at}
    assert {it.findtext("sha256") for it in index.findall("summaries/row")} >= frozen > set()
    assert {it.findtext("summary_sha256") for it in index.findall("decisions/row")} - {None} <= frozen
    assert len(index.findall("decided/row")) == len(items_of(visitor, case_id)) > 0
    assert index.find("meetings/row") is not None


def test_a_round_that_was_put_off_says_from_when_to_when():
    moved = History(
        tenant_id=HOME, instance_id="i", seq=1, at=NOW, actor="aino", element="display_round/round_closes", what="moved",
        details='{"from":"2027-01-14T21:59:59+00:00","to":"2027-01-21T21:59:59+00:00"}', previous="", hash="",
    )  # fmt: skip
    other = moved.model_copy(update={"element": "answer_opinions"})
    ((phase, at, before, after),) = proof_sections.extended([moved, other])
    assert (phase, at, before.day, after.day) == ("display", NOW, 14, 21)


def letters_of(visitor, case_id):
    with visitor.kaasa.database.session() as session:
        query = select(OutgoingLetter).where(OutgoingLetter.business_key == case_id)
        found = session.exec(query).all()
        session.expunge_all()
        return found


def items_of(visitor, case_id):
    made = [it.id for it in rows(visitor, Decision, case_id)]
    with visitor.kaasa.database.session() as session:
        return session.exec(select(DecisionItem.feedback_id).where(DecisionItem.decision_id.in_(made))).all()


def test_the_chain_in_the_pack_can_be_counted_again(adopted):
    visitor, number, _ = adopted
    _, kept = pack(visitor, number)
    last = ""
    for line in kept.read("history.jsonl").decode().splitlines():
        event = json.loads(line)
        assert event["previous"] == last
        last = event["hash"]
    assert last


def test_no_private_person_is_named_in_it(adopted):
    visitor, number, case_id = adopted
    _, kept = pack(visitor, number)
    everything = b"".join(kept.read(name) for name in kept.namelist() if not name.endswith((".pdf", ".docx")))
    for name in ("index.pdf",):
        document = pypdfium2.PdfDocument(kept.read(name))
        everything += "".join(page.get_textpage().get_text_range() for page in document).encode()
    said = [it for it in rows(visitor, Feedback, case_id) if it.author_kind == "person"]
    assert said
    for it in said:
        assert it.receipt.encode() in everything
        if it.author_name:
            assert it.author_name.encode() not in everything
        assert not it.author_email or it.author_email.encode() not in everything


def test_its_page_says_what_is_in_it_and_only_planners_have_it(adopted):
    visitor, number, _ = adopted
    page = visitor.get(f"/en/cases/{number}/proof").text
    assert "Who was invited, who opened and who answered" in page
    with visitor.kaasa.database.session() as session:
        assert session.exec(select(Person).where(Person.municipality_id == HOME)).first()
    visitor.client.cookies.clear()
    assert visitor.client.get(f"/en/cases/{number}/proof.zip", follow_redirects=False).status_code == 303
