"""A committee's page as a Word file: real headings, header rows, languages and links, for reading and reuse.

The same document gives the same bytes: the moments inside are the freeze's.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC
from itertools import count
from typing import cast

from docx import Document as NewDocument
from docx.document import Document as Word
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.text.paragraph import CT_P
from docx.shared import Pt
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run as WordRun

from engine.clock import ZONE
from web.summary_document import Block, Chart, Document, Heading, Paragraph, Quotation, Run, Table

CULTURES = {"et": "et-EE", "en": "en-GB", "ru": "ru-RU"}
LINK_COLOUR = "1D4F91"
BODY = Pt(11)
HEADING, QUOTE, CAPTION = "Heading%d", "Quote", "Caption"
"""Ids of styles of Word's own template."""


def docx(document: Document) -> bytes:
    """In: a document. Out: the file. A chart is left to its table, which says the same."""
    word = NewDocument()
    _about(word, document)
    _say(_paragraph(word), (Run(document.subject),))
    _say(_paragraph(word, HEADING % 1), (Run(document.title, document.title_language),))
    marks = count(1)
    for block in document.blocks:
        _add(word, block, marks)
    kept = io.BytesIO()
    word.save(kept)
    return _dated(kept.getvalue(), document)


def _about(word: Word, document: Document) -> None:
    about = word.core_properties
    about.title = f"{document.subject}: {document.title}"
    about.author = about.last_modified_by = document.author
    about.language = CULTURES[document.language]
    about.comments = about.keywords = ""
    made = document.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    about.created = about.modified = made
    normal = word.styles["Normal"]
    normal.font.size = BODY
    normal.font.name = "Calibri"
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), CULTURES[document.language])


def _add(word: Word, block: Block, marks: count[int]) -> None:
    match block:
        case Heading():
            _say(_paragraph(word, HEADING % (block.level + 1)), block.runs)
        case Paragraph():
            told = _paragraph(word)
            if block.mark:
                _mark(told, block.mark, next(marks))
            _say(told, block.runs)
        case Quotation():
            for text in block.texts:
                _say(_paragraph(word, QUOTE), (Run(text, block.language),))
        case Table():
            _table(word, block)
        case Chart():
            pass


def _paragraph(word: Word, style: str = "") -> WordParagraph:
    """A new paragraph at the end. The library's own way looks the whole file through for each of them."""
    element = cast("CT_P", OxmlElement("w:p"))
    word.element.body.sectPr.addprevious(element)
    if style:
        element.style = style
    return WordParagraph(element, word._body)  # noqa: SLF001  python-docx offers no other way


def _table(word: Word, block: Table) -> None:
    _say(_paragraph(word, CAPTION), (Run(block.caption),))
    table = word.add_table(rows=1, cols=len(block.head), style="Table Grid")
    for cell, name in zip(table.rows[0].cells, block.head, strict=True):
        cell.paragraphs[0].add_run(name).bold = True
    _header_row(table)
    for row in block.rows:
        for cell, runs in zip(table.add_row().cells, row, strict=True):
            _say(cell.paragraphs[0], runs)


def _header_row(table: WordTable) -> None:
    """Marks the first row as headers, which readers announce and Word repeats on each page."""
    properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001  python-docx offers no other way
    properties.append(OxmlElement("w:tblHeader"))


def _say(told: WordParagraph, runs: tuple[Run, ...]) -> None:
    for run in runs:
        written = told.add_run(run.text)
        if run.strong:
            written.bold = True
        if run.language:
            _in_language(written, run.language)
        if run.to:
            _link(told, written, run.to)


def _in_language(written: WordRun, language: str) -> None:
    tag = OxmlElement("w:lang")
    tag.set(qn("w:val"), CULTURES.get(language, language))
    written._r.get_or_add_rPr().append(tag)  # noqa: SLF001  as above


def _link(told: WordParagraph, written: WordRun, anchor: str) -> None:
    """Wraps the run in a link to a place in the file."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), anchor.replace("-", "_"))
    colour = OxmlElement("w:color")
    colour.set(qn("w:val"), LINK_COLOUR)
    written._r.get_or_add_rPr().append(colour)  # noqa: SLF001  as above
    told._p.append(link)  # noqa: SLF001  as above
    link.append(written._r)  # noqa: SLF001  as above


def _mark(told: WordParagraph, name: str, number: int) -> None:
    """A place others link to."""
    begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for tag in (begin, end):
        tag.set(qn("w:id"), str(number))
    begin.set(qn("w:name"), name.replace("-", "_"))
    told._p.extend([begin, end])  # noqa: SLF001  as above


def _dated(content: bytes, document: Document) -> bytes:
    """The same parts, each dated with the freeze rather than with the moment of writing."""
    made = document.made_at.astimezone(ZONE).timetuple()[:6]
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, made)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            new.writestr(part, old.read(name))
    return kept.getvalue()
