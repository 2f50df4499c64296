"""A committee's page as a tagged PDF (PDF/UA-1): its structure, language and reading order are in the file.

Typst refuses to write a file that its own check of the standard does not let through. The values go in as
JSON and are never read as markup. The same document gives the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import typst

from engine.clock import ZONE
from web.summary_document import Block, Document

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
    made = document.made_at.astimezone(ZONE)
    return {
        "title": document.title,
        "title_language": document.title_language,
        "subject": document.subject,
        "language": document.language,
        "author": document.author,
        "made": [made.year, made.month, made.day, made.hour, made.minute, made.second],
        "blocks": [_block(it) for it in document.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    return {"is": type(block).__name__.casefold(), **asdict(block)}
