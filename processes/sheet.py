"""Tables as files that a spreadsheet opens as what they are: words stay words, and nothing in them is run.

A cell that begins with = + - @ or a tab is a formula to Excel and LibreOffice, whoever typed it (OWASP, "CSV
injection"; CWE-1236). In CSV such a cell gets an apostrophe before it; in XLSX every word is kept as text.
"""

import csv as standard
import io
import re
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter

Cell = str | int
Table = Sequence[Sequence[Cell]]

MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""

SEPARATOR = ";"
"""What Excel takes for a separator where the decimal sign is a comma, as in Estonia."""

LONGEST = 32_767
"""Characters of a cell in XLSX (ECMA-376)."""

_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def plain(cell: Cell) -> str:
    """A cell of a CSV file: words that look like a formula get an apostrophe, which Excel shows as text."""
    if isinstance(cell, int):
        return str(cell)
    words = _UNPRINTABLE.sub("", cell)  # first: what is taken out must not lay a formula bare
    return f"'{words}" if words.startswith(("\t", "\r")) or _FORMULA.match(words) else words


def csv(table: Table) -> bytes:
    """Out: the table, its heading first: UTF-8 with a mark, every cell quoted, CRLF (RFC 4180)."""
    written = io.StringIO(newline="")
    writer = standard.writer(written, delimiter=SEPARATOR, quoting=standard.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([plain(cell) for cell in row] for row in table)
    return (MARK + written.getvalue()).encode()


def xlsx(tables: Sequence[tuple[str, Table]], *, now: datetime) -> bytes:
    """In: a name and a table for each sheet, headings first; when it is made. Out: the workbook."""
    kept = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(kept, options) as book:
        book.set_properties({"created": now.replace(tzinfo=None), "title": tables[0][0]})
        # Text by its format too, so that a cell which is opened and left does not become a formula.
        words = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "quote_prefix": True})
        heading = book.add_format({"bold": True, "num_format": "@", "text_wrap": True, "bottom": 1})
        number = book.add_format({"valign": "top"})
        for name, table in tables:
            page = book.add_worksheet(_name(name))
            page.freeze_panes(1, 0)
            for column, width in enumerate(_widths(table)):
                page.set_column(column, column, width)
            for at, row in enumerate(table):
                for column, cell in enumerate(row):
                    if isinstance(cell, int):
                        page.write_number(at, column, cell, number)
                    else:
                        text = _UNPRINTABLE.sub("", cell)[:LONGEST]
                        page.write_string(at, column, text, words if at else heading)
    return kept.getvalue()


def _name(name: str) -> str:
    """A sheet's name: at most 31 characters, without those Excel keeps for itself."""
    return re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:31] or "1"


def _widths(table: Table) -> list[int]:
    columns = max((len(row) for row in table), default=0)
    return [
        min(50, max(8, *(len(str(row[at])) + 2 for row in table if at < len(row)), 8))
        for at in range(columns)
    ]
