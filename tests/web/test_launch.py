"""A planner begins a consultation: a draft, its dates, whom to ask, papers, letters to read, and one button."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlmodel import col, func, select

from notifications.outbox import OutgoingLetter
from processes.consultation import Consultation, ConsultationText
from processes.document import Document
from processes.invitation import PROPOSED, Invitation
from processes.municipality import Municipality
from processes.person import Person
from tests.web.conftest import Visitor, found

MATTER: dict[str, Any] = {
    "kind": "detailed_plan",
    "title-et": "Pargi tee 5 detailplaneering",
    "what-et": "Krundile tuleb perearstikeskus ja parkla.",
    "open_points-et": "Sissepääs, parkla suurus.",
    "already_decided-et": "Hoone tuleb.",
    "title-ru": "Детальная планировка Парги теэ 5",
    "what-ru": "Будет центр семейных врачей.",
    "place": "Pargi tee 5, Näidise alevik",
    "topics": ["ligipääsetavus"],
    "impacts": ["public_building", "transport"],
    "applicant": "Näidisvalla Vallavalitsus",
    "application_on": "2026-01-05",
    "decided_by": "council",
}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def key_on(page: str) -> str:
    return found(r'name="key" value="([^"]+)"', page)


def drafted(visitor: Visitor, **changed: Any) -> str:
    """Sign in as the planner and keep a draft. Out: its number."""
    visitor.sign_in("planner")
    key = key_on(visitor.get("/et/launch").text)
    answer = visitor.post("/et/launch", {**MATTER, **changed, "key": key})
    assert answer.status_code == 303, answer.text
    return found(r"/et/cases/([^/]+)/plan", answer.headers["location"])


def count(visitor: Visitor, table: Any, **where: Any) -> int:
    with visitor.kaasa.database.session() as session:
        query = select(func.count()).select_from(table)
        for name, value in where.items():
            query = query.where(getattr(table, name) == value)
        return int(session.exec(query).one())


def case_of(visitor: Visitor, number: str) -> Consultation:
    with visitor.kaasa.database.session() as session:
        case = session.exec(select(Consultation).where(col(Consultation.number) == number)).one()
        session.expunge(case)
        return case


def test_the_whole_way_from_a_draft_to_a_running_procedure(demo_visitor: Visitor) -> None:
    letters = count(demo_visitor, OutgoingLetter)
    number = drafted(demo_visitor)
    at = f"/et/cases/{number}"
    plan = demo_visitor.get(f"{at}/plan").text
    assert "PlanS § 135" in plan
    assert "valla või linna jurist" in plan or "jurist" in plan
    raised = {
        "dp.display.noticeBefore": "14",
        "dp.display.min": "21",
        "dp.discussion.noticeBefore": "14",
        "months": "8",
    }
    assert demo_visitor.post(f"{at}/plan", raised).status_code == 303
    whom = demo_visitor.get(f"{at}/whom").text
    ticked = re.findall(r'name="organisations" type="checkbox" value="([^"]+)" checked', whom)
    assert len(ticked) > 2
    assert demo_visitor.post(f"{at}/whom", {"organisations": ticked[:-1]}).status_code == 303
    new = {
        "name": "Pargi tee selts",
        "kind": "village_society",
        "email": "selts@example.ee",
        "language": "ru",
        "why": "Elate kõrval.",
    }
    assert demo_visitor.post(f"{at}/whom/add", new).status_code == 303
    papers = demo_visitor.get(f"{at}/papers").text
    fields = {
        "title": "Seletuskiri",
        "kind": "explanation",
        "language": "et",
        "accessible": "true",
        "key": key_on(papers),
    }
    sent = demo_visitor.post(f"{at}/papers", fields, files={"file": ("seletus.pdf", PDF, "application/pdf")})
    assert sent.status_code == 303
    listed = demo_visitor.get(f"{at}/papers").text
    assert "seletus.pdf" in listed
    href = found(r'href="(/et/cases/[^"]+/papers/[^"]+)"', listed)
    assert demo_visitor.get(href).content == PDF
    preview = demo_visitor.get(f"{at}/letters-preview").text
    assert "Pargi tee 5 detailplaneering" in preview
    assert "Детальная планировка Парги теэ 5" in preview
    body = found(r'src="([^"]+/body)"', preview)
    assert demo_visitor.get(body).status_code == 200
    assert demo_visitor.get(f"{at}/begin").status_code == 200
    assert count(demo_visitor, OutgoingLetter) == letters
    begun = demo_visitor.post(f"{at}/begin")
    assert begun.headers["location"] == "/et/desk"
    assert number in demo_visitor.follow(begun).text
    case = case_of(demo_visitor, number)
    assert (case.state, case.launched_at) == ("running", demo_visitor.kaasa.clock.now())
    terms = case.frozen_terms()
    assert terms["dp.display.min"]["period"] == "P21D"
    assert terms["dp.display.min"]["chosen"] is True
    assert "chosen" not in terms["dp.display.noticeBefore"]
    assert count(demo_visitor, Invitation, consultation_id=case.id, state=PROPOSED) == len(ticked)
    assert count(demo_visitor, OutgoingLetter) == letters


def test_two_presses_are_one_draft_and_one_beginning(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("planner")
    key = key_on(demo_visitor.get("/et/launch").text)
    first = demo_visitor.post("/et/launch", {**MATTER, "key": key})
    second = demo_visitor.post("/et/launch", {**MATTER, "key": key})
    assert first.headers["location"] == second.headers["location"]
    number = found(r"/et/cases/([^/]+)/plan", first.headers["location"])
    assert demo_visitor.post(f"/et/cases/{number}/begin").status_code == 303
    instance = case_of(demo_visitor, number).instance_id
    assert demo_visitor.post(f"/et/cases/{number}/begin").status_code == 303
    assert case_of(demo_visitor, number).instance_id == instance


def test_a_document_sent_twice_is_kept_once_and_can_be_taken_away(demo_visitor: Visitor) -> None:
    at = f"/et/cases/{drafted(demo_visitor)}"
    before = count(demo_visitor, Document)
    fields = {
        "title": "Joonis",
        "kind": "drawing",
        "language": "et",
        "key": key_on(demo_visitor.get(f"{at}/papers").text),
    }
    for _twice in range(2):
        demo_visitor.post(f"{at}/papers", fields, files={"file": ("joonis.pdf", PDF, "application/pdf")})
    assert count(demo_visitor, Document) == before + 1
    href = found(r'action="(/et/cases/[^"]+/papers/[^"]+/remove)"', demo_visitor.get(f"{at}/papers").text)
    assert demo_visitor.post(href).status_code == 303
    assert demo_visitor.post(href).status_code == 303
    assert count(demo_visitor, Document) == before


def test_every_field_says_what_is_wrong_and_keeps_what_was_typed(visitor: Visitor) -> None:
    visitor.sign_in("planner")
    wrong = {
        "kind": "no_such_kind", "title-et": "", "what-et": "x" * 4001, "title-en": "Only a title", "place": "",
        "applicant": "Keegi <b>", "application_on": "2027-02-01", "decided_by": "king", "impacts": ["moon"],
        "other_topics": "kalandus",
    }  # fmt: skip
    answer = visitor.post("/et/launch", wrong)
    assert answer.status_code == 422
    for field in ("kind", "title-et", "what-et", "what-en", "place", "application_on", "decided_by"):
        assert f'href="#{field}"' in answer.text, field
        assert f'id="{field}"' in answer.text, field
    assert "Keegi &lt;b&gt;" in answer.text
    assert "kalandus" in answer.text
    assert 'value="Only a title"' in answer.text
    answer = visitor.post(
        "/et/launch", {**MATTER, "impacts": ["moon"], "other_topics": "\n".join(map(str, range(21)))}
    )
    assert answer.status_code == 422
    assert 'href="#impacts"' in answer.text
    assert 'href="#other_topics"' in answer.text
    assert count(visitor, Consultation) == 0


def test_a_day_that_is_none_is_refused(visitor: Visitor) -> None:
    visitor.sign_in("planner")
    for day in ("", "homme", "2027-02-30", "1999-01-01"):
        answer = visitor.post("/et/launch", {**MATTER, "impacts": [], "application_on": day})
        assert answer.status_code == 422
        assert 'href="#application_on"' in answer.text


def test_a_term_is_never_made_shorter_than_the_law(visitor: Visitor) -> None:
    number = drafted(visitor)
    for days in ("13", "-1", "abc", "", "9999999", "14.5"):
        answer = visitor.post(f"/et/cases/{number}/plan", {"dp.display.min": days, "months": "6"})
        assert answer.status_code == 422, days
        assert 'href="#dp.display.min"' in answer.text
        assert f'value="{days}"' in answer.text
    for months in ("0", "", "37"):
        answer = visitor.post(f"/et/cases/{number}/plan", {"dp.display.min": "20", "months": months})
        assert answer.status_code == 422, months
    assert (
        visitor.post(f"/et/cases/{number}/plan", {"dp.display.min": "14", "months": "6"}).status_code == 303
    )
    assert "chosen" not in case_of(visitor, number).terms


def test_bad_files_and_nameless_documents_are_refused(visitor: Visitor) -> None:
    at = f"/et/cases/{drafted(visitor)}/papers"
    fields = {"title": "Uus <b>", "kind": "plan", "language": "et"}
    for name, content in (
        ("virus.exe", b"MZ"),
        ("tühi.pdf", b""),
        ("vale.pdf", b"plain text"),
        ("suur.pdf", PDF + b"0" * 10_000_001),
    ):
        answer = visitor.post(at, fields, files={"file": (name, content, "application/pdf")})
        assert answer.status_code == 422, name
        assert 'href="#file"' in answer.text
        assert "Uus &lt;b&gt;" in answer.text
    assert visitor.post(at, fields).status_code == 422
    answer = visitor.post(
        at,
        {**fields, "title": "", "kind": "x", "language": "xx"},
        files={"file": ("a.pdf", PDF, "application/pdf")},
    )
    for field in ("title", "kind", "language"):
        assert f'href="#{field}"' in answer.text
    assert count(visitor, Document) == 0


def test_nobody_ticked_and_strangers_are_refused(demo_visitor: Visitor) -> None:
    at = f"/et/cases/{drafted(demo_visitor)}/whom"
    assert demo_visitor.post(at, {}).status_code == 422
    assert demo_visitor.post(at, {"organisations": "nobody"}).status_code == 422
    answer = demo_visitor.post(
        f"{at}/add", {"name": "", "email": "not an address", "kind": "x", "language": "xx"}
    )
    assert answer.status_code == 422
    for field in ("name", "email", "kind", "language"):
        assert f'href="#{field}"' in answer.text
    assert "not an address" in answer.text


def test_a_draft_is_written_again_and_deleted(visitor: Visitor) -> None:
    number = drafted(visitor)
    assert "Pargi tee 5 detailplaneering" in visitor.get("/et/launch").text
    page = visitor.get(f"/et/cases/{number}/matter").text
    assert "Krundile tuleb perearstikeskus" in page
    changed = {**MATTER, "title-et": "Uus nimi", "title-ru": "", "what-ru": ""}
    assert visitor.post(f"/et/cases/{number}/matter", changed).status_code == 303
    assert count(visitor, ConsultationText) == 1
    assert visitor.post(f"/et/cases/{number}/matter", {**changed, "place": ""}).status_code == 422
    assert "Uus nimi" in visitor.get(f"/et/cases/{number}/discard").text
    assert visitor.post(f"/et/cases/{number}/discard").status_code == 303
    assert count(visitor, Consultation) == 0
    assert visitor.get(f"/et/cases/{number}/matter").status_code == 404


def test_what_has_begun_is_no_draft_any_more(demo_visitor: Visitor) -> None:
    number = drafted(demo_visitor)
    demo_visitor.post(f"/et/cases/{number}/begin")
    for page in ("matter", "plan", "whom", "papers", "letters-preview", "begin", "discard"):
        assert demo_visitor.get(f"/et/cases/{number}/{page}").status_code == 409, page
    for page in ("matter", "plan", "whom", "papers", "discard"):
        assert (
            demo_visitor.post(f"/et/cases/{number}/{page}", {**MATTER, "months": "3"}).status_code == 409
        ), page
    assert case_of(demo_visitor, number).state == "running"


def test_another_municipality_has_no_such_draft(visitor: Visitor) -> None:
    number = drafted(visitor)
    with visitor.kaasa.database.open_transaction() as session:
        session.add(Municipality(municipality_id="8888", name="Teine vald"))
        session.flush()
        person = Person(municipality_id="8888", name="Võõras", email="voeras@teine.example")
        session.add(person)
        session.flush()
        case = Consultation(
            municipality_id="8888",
            number="dp-2027-77",
            planner_id=person.id,
            created_at=visitor.kaasa.clock.now(),
        )
        session.add(case)
    assert number != "dp-2027-77"
    for page in ("matter", "plan", "whom", "papers", "letters-preview", "begin", "discard"):
        assert visitor.get(f"/et/cases/dp-2027-77/{page}").status_code == 404, page
    for page in ("matter", "plan", "whom", "papers", "begin", "discard"):
        assert visitor.post(f"/et/cases/dp-2027-77/{page}", {**MATTER, "months": "3"}).status_code == 404, (
            page
        )
    assert "dp-2027-77" not in visitor.get("/et/launch").text


def test_letters_are_read_by_many_frames_at_once(demo_visitor: Visitor) -> None:
    number = drafted(demo_visitor)
    bodies = re.findall(r'src="([^"]+/body)"', demo_visitor.get(f"/et/cases/{number}/letters-preview").text)
    letters = count(demo_visitor, OutgoingLetter)
    with ThreadPoolExecutor(6) as readers:
        answers = list(readers.map(lambda body: demo_visitor.get(body).status_code, bodies * 3))
    assert bodies
    assert set(answers) == {200}
    assert count(demo_visitor, OutgoingLetter) == letters


def test_pages_speak_every_language(demo_visitor: Visitor) -> None:
    number = drafted(demo_visitor)
    for language in ("et", "en", "ru"):
        assert demo_visitor.get(f"/{language}/launch").status_code == 200
        for page in ("matter", "plan", "whom", "papers", "letters-preview", "begin", "discard"):
            assert demo_visitor.get(f"/{language}/cases/{number}/{page}").status_code == 200, page


TABLE: dict[str, Any] = {
    "kind": "round_table",
    "title-et": "Näidisvalla sotsiaalkaitse ümarlaud",
    "what-et": "Räägime toetustest ja teenustest.",
    "application_on": "2026-01-05",
    "decided_by": "government",
}


def test_what_is_asked_at_the_beginning_and_in_which_words_comes_from_the_kind(demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("planner")
    plan, table = (demo_visitor.get(f"/et/launch?kind={it}").text for it in ("detailed_plan", "round_table"))
    for words in (
        "Mis on planeeringu nimi?",
        "Kes planeeringut taotles?",
        "Millal taotlus saabus?",
        "Kus see on?",
    ):
        assert words in plan
        assert words not in table
    for words in (
        "Mis on ümarlaua nimi?",
        "Mis päevast esimene kord algab?",
        "Milline komisjon kokkuvõtet kuuleb?",
    ):
        assert words in table
        assert words not in plan
    assert "Как называется круглый стол?" in demo_visitor.get("/ru/launch?kind=round_table").text
    refused = demo_visitor.post("/et/launch", {**TABLE, "title-et": "", "key": key_on(table)})
    assert refused.status_code == 422
    assert "Mis on ümarlaua nimi?" in refused.text
    kept = demo_visitor.post("/et/launch", {**TABLE, "key": key_on(table)})
    number = found(r"/et/cases/([^/]+)/plan", kept.headers["location"])
    assert "taotlus" not in demo_visitor.get(f"/et/cases/{number}/plan").text.lower()
    assert demo_visitor.post(f"/et/cases/{number}/begin").status_code == 303
    bench = demo_visitor.get(f"/et/cases/{number}").text
    assert "Kord algab" in bench
    assert "Taotlus" not in bench
