"""Files from strangers: kept only when name, size, ending and content agree, and no archive is a trap."""

from __future__ import annotations

import io
import random
import resource
import struct
import time
import zipfile
import zlib

import pytest

from engine.archive import MAX_ENTRIES
from engine.errors import Problem
from engine.upload import KINDS, Upload, check_upload, content_type

ODT = "application/vnd.oasis.opendocument.text"
ASICE = "application/vnd.etsi.asic-e+zip"
DOCX_PARTS = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}


def packed(parts, comment=b"", **settings):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content, **settings)
        archive.comment = comment
    return memory.getvalue()


DOCX = packed(DOCX_PARTS)
SOUND = {
    "pdf": b"%PDF-1.7\n...",
    "docx": DOCX,
    "odt": packed({"mimetype": ODT.encode(), "content.xml": b"<x/>", "Pictures/1.png": b"\x89PNG\r\n\x1a\n"}),
    "txt": "Tere, õhtu!\r\n".encode(),
    "jpg": b"\xff\xd8\xff\xe0rest",
    "png": b"\x89PNG\r\n\x1a\nrest",
    "xlsx": packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"}),
    "csv": "nimi;õ\n".encode("windows-1257"),
    "asice": packed(
        {"mimetype": ASICE.encode(), "a.docx": DOCX, "META-INF/signatures0.xml": b"<x/>"}, b"LIB DigiDoc4j"
    ),
}


def check(name, content, accept=tuple(KINDS)):
    return check_upload(Upload(name, "application/octet-stream", content), accept)


def archive_reason(parts=None, content=None, **settings):
    data = packed({**DOCX_PARTS, **(parts or {})}, **settings) if content is None else content
    found = check("a.docx", data)
    return found.params["reason"] if found and found.code == "file_archive" else found


@pytest.mark.parametrize("ending", sorted(KINDS))
def test_a_sound_file_of_each_kind_is_taken(ending):
    assert check(f"Plaan nr 1.{ending.upper()}", SOUND[ending]) is None


@pytest.mark.parametrize("ending", sorted(KINDS))
@pytest.mark.parametrize(
    "content", [b"MZ\x90\x00", b"\x7fELF\x02", b"#!/bin/sh\n", b"<html><script>", b"Rar!\x1a\x07\x01"]
)
def test_a_program_or_page_under_any_accepted_name_is_refused(ending, content):
    assert check(f"a.{ending}", content + b" " * 50) == Problem("file_mismatch", {"ending": ending})


@pytest.mark.parametrize("ending", sorted(KINDS))
def test_a_file_under_another_kinds_name_is_refused(ending):
    alike = {"txt", "csv"}
    for other, content in SOUND.items():
        if other != ending and not {other, ending} <= alike:
            assert check(f"a.{ending}", content).code in ("file_mismatch", "file_archive")


def test_an_ending_outside_the_accepted_ones_is_refused_and_jpeg_is_jpg():
    assert check("a.exe", b"MZ") == Problem(
        "file_kind", {"ending": "exe", "accepted": ", ".join(sorted(KINDS))}
    )
    assert check("a.pdf.exe", b"%PDF-").code == "file_kind"
    assert check("pdf", b"%PDF-").code == "file_kind"
    assert check("a.png", SOUND["png"], ["pdf", "jpg"]) == Problem(
        "file_kind", {"ending": "png", "accepted": "jpg, pdf"}
    )
    assert check("a.jpeg", SOUND["jpg"], ["jpeg"]) is None
    assert content_type("a.JPEG") == "image/jpeg"


@pytest.mark.parametrize(
    "name", ["a\r\nb.pdf", "fdp.\u202eexe.pdf", "a\x00.pdf", "a\u200b.pdf", "a" * 197 + ".pdf"]
)
def test_a_name_that_hides_something_is_refused(name):
    assert check(name, SOUND["pdf"]) == Problem("file_name", {"max": 200})


def test_sizes_hold_at_the_cap_and_refuse_the_next_byte():
    body = b"%PDF-" + b" " * 9_999_995
    assert check("a.pdf", body) is None
    assert check("a.pdf", body + b" ") == Problem("file_size", {"max_mb": 10})
    assert check("a.pdf", b"") == Problem("file_empty")


def test_entries_hold_at_the_cap_and_refuse_the_next():
    assert archive_reason({f"word/{n}.xml": b"" for n in range(MAX_ENTRIES - 2)}) is None
    assert archive_reason({f"word/{n}.xml": b"" for n in range(MAX_ENTRIES - 1)}) == "entries"


def test_a_directory_of_two_hundred_thousand_members_is_refused_before_it_is_read():
    member = (
        struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    )
    count = 200_000
    end = struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, count * len(member), 30, 0
    )  # says that it holds one
    content = b"PK\x03\x04" + b"\0" * 26 + member * count + end
    start = time.process_time()
    assert archive_reason(content=content) == "entries"
    assert time.process_time() - start < 0.5


def test_a_zip_bomb_is_refused_while_it_is_unpacked_in_bounded_time_and_memory():
    bomb = packed({**DOCX_PARTS, "word/a.xml": b"\0" * 100_000_000})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    assert archive_reason(content=bomb) == "ratio"
    assert time.process_time() - start < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


def test_members_that_claim_to_be_small_are_counted_and_not_believed():
    lying = bytearray(packed({**DOCX_PARTS, "word/a.xml": b"\0" * 50_000_000}))
    directory = lying.rfind(b"PK\x01\x02")
    lying[directory + 24 : directory + 28] = struct.pack("<I", 10)
    assert archive_reason(content=bytes(lying)) in ("broken", "ratio")


def test_the_declared_sum_of_sizes_is_capped():
    lying = bytearray(packed({**DOCX_PARTS, "word/a.xml": b"abc"}))
    directory = lying.rfind(b"PK\x01\x02")
    lying[directory + 24 : directory + 28] = struct.pack("<I", 200_000_001)
    assert archive_reason(content=bytes(lying)) == "size"


def test_many_members_sharing_one_body_are_refused():
    """Members that overlap (Fifield 2019) would each be counted; together they break the caps or the reader."""
    body = zlib.compress(b"\0" * 5_000_000)[2:-4]
    name = b"word/a.xml"
    crc = zlib.crc32(b"\0" * 5_000_000)
    head = (
        struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, crc, len(body), 5_000_000, len(name), 0)
        + name
    )
    member = (
        struct.pack(
            "<IHHHHHHIIIHHHHHII",
            0x02014B50,
            20,
            20,
            0,
            8,
            0,
            0,
            crc,
            len(body),
            5_000_000,
            len(name),
            0,
            0,
            0,
            0,
            0,
            0,
        )
        + name
    )
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 99, 99, 99 * len(member), len(head + body), 0)
    assert archive_reason(content=head + body + member * 99 + end) is not None


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"word/embeddings/a.xlsx": SOUND["xlsx"]}, None),
        ({"word/embeddings/a.docx": packed({**DOCX_PARTS, "word/b.docx": DOCX})}, "nested"),
        ({"word/a.bin": b"\x1f\x8b\x08\x00"}, "nested"),
        ({"word/a.bin": b"7z\xbc\xaf\x27\x1c"}, "nested"),
        ({"word/a.bin": b"MZ\x90"}, "program"),
        ({"word/embeddings/a.docx": packed({"x.exe": b"MZ\x90"})}, "program"),
        ({"word/embeddings/a.docx": packed({"a": b"\0" * 30_000_000})}, "ratio"),
        ({"word/vbaProject.bin": b"x"}, "macros"),
        ({"WORD/VBAPROJECT.BIN": b"x"}, "macros"),
        ({"Basic/Standard/Module1.xml": b"x"}, "macros"),
        ({"[Content_Types].xml": b'"application/vnd.ms-word.document.macroEnabled.main+xml"'}, "macros"),
        ({"word/../../etc/passwd": b"x"}, "path"),
        ({"/etc/passwd": b"x"}, "path"),
        ({"word\\a.xml": b"x"}, "path"),
        ({"C:a.xml": b"x"}, "path"),
    ],
)
def test_what_an_archive_may_not_hold(parts, reason):
    assert archive_reason(parts) == reason


def test_encrypted_linked_and_oddly_packed_members_are_refused():
    link = zipfile.ZipInfo("word/link")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    memory = io.BytesIO(DOCX)
    with zipfile.ZipFile(memory, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert archive_reason(content=memory.getvalue()) == "symlink"
    locked = bytearray(DOCX)
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    assert archive_reason(content=bytes(locked)) == "encrypted"
    assert archive_reason(content=packed(DOCX_PARTS, compress_type=zipfile.ZIP_LZMA)) == "broken"


def test_two_members_of_one_name_are_refused():
    memory = io.BytesIO(DOCX)
    archive = zipfile.ZipFile(memory, "a")
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("word/document.xml", b"other")
    archive.close()
    assert archive_reason(content=memory.getvalue()) == "broken"


def test_a_damaged_archive_is_refused_and_raises_nothing():
    chance = random.Random(7)
    for sound in (SOUND["asice"], DOCX):
        for _ in range(1_500):
            data = bytearray(sound)
            for _ in range(chance.randint(1, 5)):
                data[chance.randrange(4, len(data))] = chance.randrange(256)
            check("a.docx", bytes(data[: chance.choice((len(data), chance.randrange(4, len(data))))]))
