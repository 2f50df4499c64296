"""The committee's page as files: a tagged PDF and a Word file that say every sentence and can be navigated."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pikepdf
import pypdfium2 as pdfium
import pytest
from docx import Document
from docx.oxml.ns import qn

from processes.summary import Summary
from tests.web.conftest import Visitor
from tests.web.test_summary import waiting
from web import i18n
from web.summary_document import Document as Sheet
from web.summary_document import Heading, Paragraph, Quotation, Run
from web.summary_docx import docx
from web.summary_pdf import pdf

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf_of(visitor: Visitor, page: Summary, language: str) -> bytes:
    answer = visitor.get(f"/{language}/summary/{page.id}.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    return answer.content


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Every element of a structure tree, in reading order."""
    kids = node.get("/K")
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_pdf_tells_its_structure_language_and_title_to_a_screen_reader(
    demo_visitor: Visitor, language: str
) -> None:
    demo_visitor.sign_in("committee")
    page = waiting(demo_visitor)
    content = pdf_of(demo_visitor, page, language)
    with pikepdf.open(io.BytesIO(content)) as file:
        root = file.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang).startswith(language)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        with file.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"]
        tags = list(elements(root.StructTreeRoot))
        kinds = Counter(str(it.S) for it in tags)
        levels = [int(str(it.S)[2:]) for it in tags if re.fullmatch(r"/H\d", str(it.S))]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert kinds["/Table"] == 2
        assert kinds["/TH"] == 8
        assert kinds["/BlockQuote"] >= len(page.read()["unresolved"])
        assert [it for it in tags if str(it.S) == "/Figure" and str(it.get("/Alt", ""))]
        assert kinds["/Link"] >= len(page.read()["statements"])
        quoted = {str(it.Lang) for it in tags if "/Lang" in it}
        assert quoted == {"et"} - {language}, "words in another language say so"


def test_every_sentence_of_the_page_is_in_the_pdf_and_links_to_a_source_that_is_there(
    demo_visitor: Visitor,
) -> None:
    demo_visitor.sign_in("committee")
    page = waiting(demo_visitor)
    content = page.read()
    with pikepdf.open(io.BytesIO(pdf_of(demo_visitor, page, "et"))) as file:
        links = [it for leaf in file.pages for it in leaf.get("/Annots", ()) if it.Subtype == "/Link"]
        inside = [str(it.A.D if "/A" in it else it.Dest) for it in links if not leads_out(it)]
        outside = {str(it.A.URI) for it in links if leads_out(it)}
    told = [key for it in content["statements"] for key in it["sources"]]
    assert len(inside) >= len(told)
    assert len(set(inside)) == len(set(told))
    assert outside == pages_of_sources(demo_visitor, page, "et")
    assert demo_visitor.get(min(outside).removeprefix(demo_visitor.kaasa.settings.url())).status_code == 200


def leads_out(link: pikepdf.Object) -> bool:
    return "/A" in link and "/URI" in link.A


def pages_of_sources(visitor: Visitor, page: Summary, language: str) -> set[str]:
    """The whole address of each source's own page."""
    base = f"{visitor.kaasa.settings.url()}/{language}/summary/{page.id}/source"
    return {f"{base}/{it['order']}" for it in page.read()["sources"]}


def test_the_word_file_has_headings_header_rows_languages_and_links_that_lead_somewhere(
    demo_visitor: Visitor,
) -> None:
    demo_visitor.sign_in("committee")
    page = waiting(demo_visitor)
    answer = demo_visitor.get(f"/ru/summary/{page.id}.docx")
    assert answer.headers["content-type"] == WORD
    word = Document(io.BytesIO(answer.content))
    levels = [int(it.style.name[-1]) for it in word.paragraphs if it.style.name.startswith("Heading")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(word.tables) == 2
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in word.tables)
    assert word.core_properties.language == "ru-RU"
    body = word.element.body
    assert {it.get(qn("w:val")) for it in body.iter(qn("w:lang"))} >= {"et-EE"}
    links = list(body.iter(qn("w:hyperlink")))
    to = {it.get(qn("w:anchor")) for it in links if it.get(qn("w:anchor"))}
    out = {word.part.rels[it.get(qn("r:id"))].target_ref for it in links if it.get(qn("r:id"))}
    assert out == pages_of_sources(demo_visitor, page, "ru")
    there = {it.get(qn("w:name")) for it in body.iter(qn("w:bookmarkStart"))}
    assert to == there == {f"source_{it['order']}" for it in page.read()["sources"]}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_easy_page_stands_by_itself_and_in_every_file(demo_visitor: Visitor, language: str) -> None:
    demo_visitor.sign_in("committee")
    address = f"/{language}/summary/{waiting(demo_visitor).id}"
    said = "Vald vastas igale inimesele."
    assert 'lang="et"' in demo_visitor.get(f"{address}/easy").text or language == "et"
    assert said in demo_visitor.get(f"{address}/easy").text
    assert said in demo_visitor.get(f"{address}.txt").text
    assert f"{address}/easy" in demo_visitor.get(address).text
    assert said in "".join(
        it.text for it in Document(io.BytesIO(demo_visitor.get(f"{address}.docx").content)).paragraphs
    )


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_the_same_page_gives_the_same_bytes_whenever_it_is_asked_for(
    demo_visitor: Visitor, form: str
) -> None:
    demo_visitor.sign_in("planner")
    address = f"/et/summary/{waiting(demo_visitor).id}.{form}"
    first = demo_visitor.get(address)
    demo_visitor.kaasa.clock.move_to(demo_visitor.kaasa.clock.now() + timedelta(minutes=3))
    assert demo_visitor.get(address).content == first.content
    assert "attachment" in first.headers["content-disposition"]


def test_words_of_people_are_never_read_as_the_layouts_language() -> None:
    hostile = "#panic() $x$ *a* _b_ `c` <label> @ref \\ // /* ] } = Pealkiri"
    document = Sheet(
        title=hostile, title_language="et", subject="Kokkuvõte", language="et", author=hostile,
        made_at=datetime(2027, 1, 27, 14, tzinfo=UTC),
        blocks=(Heading(1, (Run(hostile),)), Paragraph((Run(hostile),)), Quotation((hostile, hostile), "ru")),
    )  # fmt: skip
    text = "".join(it.get_textpage().get_text_bounded() for it in pdfium.PdfDocument(pdf(document)))
    assert text.count("#panic() $x$ *a* _b_ `c` <label> @ref") == 5
    assert hostile in "".join(it.text for it in Document(io.BytesIO(docx(document))).paragraphs)
