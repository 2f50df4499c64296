"""Tables that spreadsheets open safely."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes import sheet

NOW = datetime(2027, 1, 14, 10, 0, tzinfo=UTC)
HOSTILE = [
    "=1+1",
    "\x1b=1+1",
    " \x00\x7f@SUM(A1)",
    "+372 5555",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "＝1+1",
    "\n=1",
    '=cmd|"/c calc"!A1',
]


@pytest.mark.parametrize("words", HOSTILE)
def test_words_that_look_like_a_formula_stay_words(words):
    assert sheet.plain(words).startswith("'")
    book = zipfile.ZipFile(io.BytesIO(sheet.xlsx([("Leht", [["Nimi"], [words]])], now=NOW)))
    page = book.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in page
    assert b't="s"' in page, "a shared string, whatever it begins with"
    assert b'quotePrefix="1"' in book.read("xl/styles.xml")


@given(st.text())
def test_no_cell_of_a_csv_file_begins_as_a_formula_and_no_word_is_lost(words):
    content = sheet.csv([["Nimi", "Arv"], [words, 3]]).decode("utf-8-sig")
    heading, row = csv.reader(io.StringIO(content, newline=""), delimiter=";")
    assert heading == ["Nimi", "Arv"]
    assert row[1] == "3"
    assert not row[0].lstrip().startswith(("=", "+", "-", "@"))
    kept = "".join(it for it in words if it in "\t\n\r" or not (ord(it) < 32 or it in "\x7f\ufffe\uffff"))
    assert row[0] in (kept, f"'{kept}")


def test_a_csv_file_says_that_it_is_utf_8_and_keeps_its_separator_in_quotes():
    assert sheet.csv([["Õie; Ülle"]]) == '\ufeff"Õie; Ülle"\r\n'.encode()


def test_a_workbook_holds_a_sheet_for_each_table_and_opens():
    made = sheet.xlsx([("Vastused: kõik [1]", [["a", "b"], ["x" * 40_000, 7]]), ("Vajadused", [])], now=NOW)
    book = zipfile.ZipFile(io.BytesIO(made))
    assert book.testzip() is None
    assert 'name="Vastused  kõik  1"' in book.read("xl/workbook.xml").decode()
    assert b"<v>7</v>" in book.read("xl/worksheets/sheet1.xml")
    assert made == sheet.xlsx(
        [("Vastused: kõik [1]", [["a", "b"], ["x" * 40_000, 7]]), ("Vajadused", [])], now=NOW
    )
