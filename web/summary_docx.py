"""A committee's page as a Word file: real headings, header rows, languages and links, for reading and reuse.

The template is python-docx's; the body is written as text, since building it element by element takes ten times as long for
a page of thousands of opinions. The same document gives the same bytes: the moments inside are the freeze's.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC
from xml.sax.saxutils import escape, quoteattr

from docx import Document as NewDocument
from docx.document import Document as Word
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from engine.clock import ZONE
from web.summary_document import Block, Chart, Document, Heading, Paragraph, Quotation, Run, Table

CULTURES = {"et": "et-EE", "en": "en-GB", "ru": "ru-RU"}
LINK = '<w:color w:val="1D4F91"/>'
BODY = Pt(11)
HEADING, QUOTE, CAPTION, GRID = "Heading%d", "Quote", "Caption", "TableGrid"
"""Ids of styles of Word's own template."""

PAGE, MARGIN = (Mm(210), Mm(297)), Mm(22)
WIDTH = 9411
"""Of a line of text, in twentieths of a point: what the columns of a table share."""

FILE, RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"
LINKED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def docx(document: Document) -> bytes:
    """In: a document. Out: the file. A chart is left to its table, which says the same."""
    word = NewDocument()
    _about(word, document)
    empty = io.BytesIO()
    word.save(empty)
    return _filled(empty.getvalue(), document)


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
    paper = word.sections[0]
    paper.page_width, paper.page_height = PAGE
    paper.left_margin = paper.right_margin = MARGIN
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), CULTURES[document.language])


def _filled(empty: bytes, document: Document) -> bytes:
    """The template's parts with our body, each dated with the freeze rather than with the moment of writing."""
    made = document.made_at.astimezone(ZONE).timetuple()[:6]
    body, kept = _Body(), io.BytesIO()
    written = body.of(document)
    with zipfile.ZipFile(io.BytesIO(empty)) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == FILE:
                content = content.replace(b"<w:sectPr", written.encode() + b"<w:sectPr", 1)
            elif name == RELATIONS:
                content = content.replace(
                    b"</Relationships>", body.relations().encode() + b"</Relationships>"
                )
            part = zipfile.ZipInfo(name, made)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            new.writestr(part, content)
    return kept.getvalue()


class _Body:
    """The text of a document's body, and the addresses it links to."""

    def __init__(self) -> None:
        self._marks = 0
        self._addresses: list[str] = []

    def of(self, document: Document) -> str:
        title = Run(document.title, document.title_language)
        head = self._paragraph((Run(document.subject),)) + self._paragraph((title,), HEADING % 1)
        return head + "".join(part for block in document.blocks for part in self._block(block))

    def relations(self) -> str:
        """Where links lead that leave the file."""
        return "".join(
            f'<Relationship Id="link{number}" Type="{LINKED}" Target={quoteattr(address)} TargetMode="External"/>'
            for number, address in enumerate(self._addresses)
        )

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Heading():
                yield self._paragraph(block.runs, HEADING % (block.level + 1))
            case Paragraph():
                yield self._paragraph(block.runs, mark=block.mark)
            case Quotation():
                for text in block.texts:
                    yield self._paragraph((Run(text, block.language),), QUOTE)
            case Table():
                yield from self._table(block)
            case Chart():
                pass

    def _paragraph(self, runs: tuple[Run, ...], style: str = "", mark: str = "") -> str:
        properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
        return f"<w:p>{properties}{self._mark(mark)}{''.join(map(self._run, runs))}</w:p>"

    def _mark(self, name: str) -> str:
        """A place others link to."""
        if not name:
            return ""
        self._marks += 1
        begin = f'<w:bookmarkStart w:id="{self._marks}" w:name="{_anchor(name)}"/>'
        return f'{begin}<w:bookmarkEnd w:id="{self._marks}"/>'

    def _run(self, run: Run) -> str:
        looks = "<w:b/>" * run.strong + LINK * bool(run.to or run.url)
        if run.language:
            looks += f'<w:lang w:val="{escape(CULTURES.get(run.language, run.language))}"/>'
        properties = f"<w:rPr>{looks}</w:rPr>" if looks else ""
        written = f"<w:r>{properties}{_text(run.text)}</w:r>"
        if run.to:
            return f'<w:hyperlink w:anchor="{_anchor(run.to)}">{written}</w:hyperlink>'
        if run.url:
            self._addresses.append(run.url)
            return f'<w:hyperlink r:id="link{len(self._addresses) - 1}">{written}</w:hyperlink>'
        return written

    def _table(self, block: Table) -> Iterator[str]:
        """Its first row is marked as headers, which readers announce and Word repeats on each page."""
        width = WIDTH // len(block.head)
        yield self._paragraph((Run(block.caption),), CAPTION)
        column = f'<w:gridCol w:w="{width}"/>'
        yield f'<w:tbl><w:tblPr><w:tblStyle w:val="{GRID}"/><w:tblW w:type="auto" w:w="0"/>'
        yield '<w:tblLook w:firstRow="1" w:firstColumn="1" w:noHBand="0" w:noVBand="1"/></w:tblPr>'
        yield f"<w:tblGrid>{column * len(block.head)}</w:tblGrid>"
        head = tuple((Run(name, strong=True),) for name in block.head)
        yield self._row(head, width, "<w:trPr><w:tblHeader/></w:trPr>")
        for row in block.rows:
            yield self._row(row, width)
        yield "</w:tbl>"

    def _row(self, cells: tuple[tuple[Run, ...], ...], width: int, properties: str = "") -> str:
        kind = f'<w:tcPr><w:tcW w:type="dxa" w:w="{width}"/></w:tcPr>'
        inside = "".join(f"<w:tc>{kind}{self._paragraph(runs)}</w:tc>" for runs in cells)
        return f"<w:tr>{properties}{inside}</w:tr>"


def _text(text: str) -> str:
    """Words as they are, without what no XML may hold; a line break stays one."""
    kept = escape(_FORBIDDEN.sub("", text)).replace("\t", " ")
    return "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in kept.split("\n"))


def _anchor(name: str) -> str:
    return name.replace("-", "_")
