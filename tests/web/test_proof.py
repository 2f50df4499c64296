"""The proof pack: everything that proves the procedure, nobody private in it, the same bytes every time."""

import hashlib
import io
import json
import zipfile

import pypdfium2
import pytest
from lxml import etree
from sqlmodel import select

from processes.consultation import Consultation
from processes.decision import Decision
from processes.feedback import Feedback
from processes.notice import Notice
from processes.person import Person
from tests.web.conftest import HOME


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
