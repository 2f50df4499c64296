"""A committee's page as a tagged PDF (PDF/UA-1): its structure, language and reading order are in the file.

Typst refuses to write a file that its own check of the standard does not let through. The values go in as
JSON and are never read as markup. The same document gives the same bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typst

from engine.clock import ZONE
from web.summary_document import Block, Chart, Document, Heading, Paragraph, Quotation, Run, Table

LONG = 300
"""Blocks of a section: some six pages."""
LAYOUT = Path(__file__).with_name("templates") / "summary.typ"


def pdf(document: Document) -> bytes:
    """In: a document. Out: the file; no font but the engine's own is used, so it looks the same everywhere."""
    written: bytes = typst.compile(
        _layout(),
        sys_inputs={"document": json.dumps(_values(document), ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
    return written


@cache
def _layout() -> bytes:
    return LAYOUT.read_bytes()


def _values(document: Document) -> dict[str, Any]:
    made, sections = document.made_at.astimezone(ZONE), _sections(document.blocks)
    return {
        "title": document.title,
        "title_language": document.title_language,
        "subject": document.subject,
        "language": document.language,
        "author": document.author,
        "made": [made.year, made.month, made.day, made.hour, made.minute, made.second],
        "blocks": [_block(it) | _apart(sections, it) for it in document.blocks],
    }


def _sections(blocks: Sequence[Block]) -> Counter[int]:
    """How many blocks follow each heading of a section, by the heading."""
    found, here = Counter[int](), 0
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            here = id(block)
        found[here] += 1
    return found


def _apart(sections: Mapping[int, int], block: Block) -> dict[str, bool]:
    """A long section begins on a page of its own: the engine lays such parts out side by side."""
    return {"apart": sections.get(id(block), 0) > LONG} if isinstance(block, Heading) else {}


def _block(block: Block) -> dict[str, Any]:
    kind = type(block).__name__.casefold()
    match block:
        case Heading():
            return {"is": kind, "level": block.level, "runs": _runs(block.runs)}
        case Paragraph():
            return {"is": kind, "runs": _runs(block.runs), "mark": block.mark, "note": block.note}
        case Quotation():
            return {"is": kind, "texts": block.texts, "language": block.language}
        case Table():
            rows = [[_runs(cell) for cell in row] for row in block.rows]
            return {"is": kind, "caption": block.caption, "head": block.head, "rows": rows}
        case Chart():
            return {"is": kind, "caption": block.caption, "bars": block.bars, "told": block.told}


def _runs(runs: tuple[Run, ...]) -> list[Any]:
    """Words that are only words go over as a text: most are."""
    return [
        it.text
        if not (it.language or it.strong or it.to or it.url)
        else {"text": it.text, "language": it.language, "strong": it.strong, "to": it.to, "url": it.url}
        for it in runs
    ]
