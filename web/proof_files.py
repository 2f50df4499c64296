"""The proof pack as a file: a ZIP with a PDF to read, an XML to file, and everything they speak of.

The same pack gives the same bytes: names in order, one moment for all, no clock and no chance anywhere.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import IO

from lxml import etree

from engine.clock import ZONE
from processes.actions.proof_pack import File, Pack
from processes.actions.proof_sections import Section, Value
from web import dates
from web import proof_words as words
from web.i18n import current
from web.i18n import gettext as _
from web.summary_document import Document, Heading, Paragraph, Run, Table
from web.summary_pdf import pdf

MOMENT = (1980, 1, 1, 0, 0, 0)
"""The earliest a ZIP can tell; the true moments stand inside."""

SHOWN = 200
"""Rows of a list in the PDF; the XML has them all."""


def write(
    pack: Pack, target: IO[bytes], bytes_of: Callable[[File], bytes], more: Iterable[tuple[str, bytes]]
) -> None:
    """Write the ZIP. In: how to get a file's bytes, and renderings to add (path, bytes)."""
    added = sorted(more)
    with zipfile.ZipFile(target, "w") as kept:
        _put(kept, "index.pdf", pdf(_document(pack)))
        _put(kept, "index.xml", index(pack, added))
        for path, made in added:
            _put(kept, path, made)
        for file in sorted(pack.files, key=lambda it: it.path):
            _put(kept, file.path, bytes_of(file))


def index(pack: Pack, added: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """The whole index for a register's program: every list, every file with its SHA-256. Moments are in UTC."""
    root = etree.Element(
        "proof", case=pack.number, asOf=_iso(pack.as_of), historyWhole=str(pack.whole).lower()
    )
    etree.SubElement(root, "title", {"{http://www.w3.org/XML/1998/namespace}lang": "et"}).text = pack.title
    for section in pack.sections:
        of = etree.SubElement(root, section.code)
        for row in section.rows:
            line = etree.SubElement(of, "row")
            for name, value in zip(section.columns, row, strict=True):
                if value not in (None, ""):
                    etree.SubElement(line, name).text = _clean(_iso(value))
    files = etree.SubElement(root, "files")
    listed = [(it.path, it.size, it.digest) for it in pack.files]
    listed += [(path, len(made), hashlib.sha256(made).hexdigest()) for path, made in added]
    for path, size, digest in sorted(listed):
        etree.SubElement(files, "file", path=path, size=str(size), sha256=digest)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _put(kept: zipfile.ZipFile, path: str, made: bytes) -> None:
    told = zipfile.ZipInfo(path, MOMENT)
    told.compress_type = zipfile.ZIP_DEFLATED
    told.external_attr = 0o644 << 16
    told.create_system = 3
    kept.writestr(told, made, compresslevel=6)


def _document(pack: Pack) -> Document:
    blocks: list[Heading | Paragraph | Table] = [
        Paragraph((Run(_("The state of %(moment)s.") % {"moment": dates.moment(pack.as_of)}),)),
        Paragraph((Run(_(words.WHOLE if pack.whole else words.BROKEN)),)),
        Paragraph((Run(_(words.PRIVACY)),), note=True),
    ]
    for section in pack.sections:
        blocks += [Heading(1, (Run(_(words.SECTIONS[section.code])),)), _table(section)]
        if len(section.rows) > SHOWN:
            left = {"shown": SHOWN, "all": len(section.rows)}
            blocks.append(
                Paragraph((Run(_("The first %(shown)s of %(all)s; all of them are in index.xml.") % left),))
            )
    return Document(
        title=pack.title,
        title_language="et",
        subject=f"{_('Proof of the procedure')} {pack.number}",
        language=current.get(),
        author="Kaasa",
        made_at=pack.as_of,
        blocks=tuple(blocks),
    )


def _table(section: Section) -> Table:
    """The columns people read: what only a program needs stands in the XML, and nothing stands for what is nowhere."""
    kept = [
        at
        for at, name in enumerate(section.columns)
        if name not in words.FOR_PROGRAMS and any(row[at] not in (None, "") for row in section.rows)
    ]
    return Table(
        caption=_(words.SECTIONS[section.code]),
        head=tuple(_(words.COLUMNS[section.columns[at]]) for at in kept),
        rows=tuple(
            tuple((Run(_told(section.code, section.columns[at], row[at])),) for at in kept)
            for row in section.rows[:SHOWN]
        ),
    )


def _told(section: str, column: str, value: Value) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(value, datetime):
        local = value.astimezone(ZONE)
        return f"{dates.short_day(local)} {dates.clock(value)}"
    if isinstance(value, date):
        return dates.short_day(value)
    return words.word(section, column, str(value))


def _iso(value: Value) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _clean(text: str) -> str:
    """Text without what XML 1.0 cannot hold."""
    return "".join(
        it
        for it in text
        if it in "\t\n" or " " <= it <= "\ud7ff" or "\ue000" <= it <= "\ufffd" or it > "\uffff"
    )
