"""The documents of a running case: officials first, everyone by a deed of its own, and what is refused."""

from __future__ import annotations

import re

import pytest
from sqlmodel import col, select

from engine.wait import Wait
from processes.consultation import Consultation
from tests.web.conftest import Visitor, found
from web.compose import Kaasa

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
FIELDS = {"title": "Uus joonis", "kind": "drawing", "language": "et"}


@pytest.fixture
def path(demo_kaasa: Kaasa, demo_visitor: Visitor) -> str:
    """The documents of the case whose display is open."""
    demo_visitor.sign_in("planner")
    with demo_kaasa.database.session() as session:
        query = select(Consultation.number).join(Wait, col(Wait.instance_id) == Consultation.instance_id)
        number = session.exec(query.where(Wait.element == "display_round/round_closes")).one()
    return f"/et/cases/{number}/documents"


def key_in(page: str) -> str:
    return found(r'name="key" value="([^"]+)"', page)


def public(path: str) -> str:
    return path.replace("/cases/", "/case/").removesuffix("/documents")


def test_a_document_is_seen_by_officials_first_and_by_everyone_after_a_deed_of_its_own(
    demo_visitor: Visitor, path: str
) -> None:
    fields = {**FIELDS, "key": key_in(demo_visitor.get(path).text), "publish": "0"}
    kept = demo_visitor.post(path, fields, files={"file": ("joonis.pdf", PDF, "application/pdf")})
    page = demo_visitor.follow(kept).text
    assert "Uus joonis" in page
    assert "Uus joonis" not in demo_visitor.get(public(path)).text
    deed = found(rf'action="({re.escape(path)}/[^/"]+/publish)"', page)
    assert "on kõigile avatud" in demo_visitor.follow(demo_visitor.post(deed)).text
    assert "Uus joonis" in demo_visitor.get(public(path)).text
    gone = demo_visitor.post(deed.replace("/publish", "/remove"))
    assert gone.status_code == 409
    assert "Uus joonis" in demo_visitor.get(public(path)).text


def test_a_double_click_keeps_one_document(demo_visitor: Visitor, path: str) -> None:
    fields = {**FIELDS, "key": key_in(demo_visitor.get(path).text), "publish": "1"}
    for _ in range(2):
        sent = demo_visitor.post(path, fields, files={"file": ("joonis.pdf", PDF, "application/pdf")})
        assert sent.status_code == 303
    assert demo_visitor.get(path).text.count(">Uus joonis</a>") == 1


@pytest.mark.parametrize(
    ("change", "file", "field"),
    [
        ({}, None, "file"),
        ({}, ("virus.exe", b"MZ\x90\x00", "application/pdf"), "file"),
        ({}, ("joonis.pdf", b"", "application/pdf"), "file"),
        ({}, ("joonis.pdf", b"<html>", "application/pdf"), "file"),
        ({"title": ""}, ("joonis.pdf", PDF, "application/pdf"), "title"),
        ({"title": "x" * 300}, ("joonis.pdf", PDF, "application/pdf"), "title"),
        ({"kind": "poem"}, ("joonis.pdf", PDF, "application/pdf"), "kind"),
        ({"language": "xx"}, ("joonis.pdf", PDF, "application/pdf"), "language"),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field_and_the_rest_stays_typed(
    demo_visitor: Visitor, path: str, change: dict[str, str], file: tuple[str, bytes, str] | None, field: str
) -> None:
    fields = {**FIELDS, "key": key_in(demo_visitor.get(path).text), "publish": "1", **change}
    answer = demo_visitor.post(path, fields, files={"file": file} if file else None)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    if "title" not in change:
        assert 'value="Uus joonis"' in answer.text


def test_a_document_of_another_case_is_not_there(demo_visitor: Visitor, path: str) -> None:
    page = demo_visitor.get(path).text
    document = found(rf'href="{re.escape(path)}/([^"]+)"', page)
    read = demo_visitor.get(f"{path}/{document}")
    assert read.content
    assert read.headers["content-disposition"].startswith("attachment")
    elsewhere = re.sub(r"cases/[^/]+/", "cases/dp-1999-1/", path)
    assert demo_visitor.get(f"{elsewhere}/{document}").status_code == 404
    assert demo_visitor.post(f"{path}/no-such-document/publish").status_code == 404
