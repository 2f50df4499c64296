"""Decides whether an uploaded file may be kept: its size, its ending, its content, and that they agree.

After OWASP ASVS 5.0 V5.2. What is not decided here: viruses (the keeper of documents asks a scanner).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, runtime_checkable

from engine.archive import Archive, is_archive, is_program
from engine.errors import Problem

MAX_BYTES = 10_000_000
"""Bytes of one file."""

MAX_NAME = 200
"""Characters of a file's name."""

# Controls, invisible marks and marks that turn the direction: a name must be what it looks like.
_HIDDEN = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


@runtime_checkable
class File(Protocol):
    """Anything with a name, a declared type and its bytes already read."""

    @property
    def filename(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def content(self) -> bytes: ...


@dataclass(frozen=True)
class Upload:
    """A file as it came with a form, its bytes read."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)


class Kind(NamedTuple):
    """One kind of file: the type it is served with, and how to know it by its content.

    `told` is the first member `mimetype` of an OpenDocument or ASiC container, `folder` the main folder of an
    Office Open XML one; both are empty for kinds that are not zips.
    """

    content_type: str
    looks_right: Callable[[bytes], bool]
    told: str = ""
    folder: str = ""


def _begins(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(magic)


def _is_text(content: bytes) -> bool:
    """Text in UTF-8 or an old one-byte code page: no control characters, and no other kind's beginning."""
    other = (
        b"%PDF-",
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"\xd0\xcf\x11\xe0",
        b"<!DOCTYPE",
        b"<html",
        b"<?xml",
        b"<svg",
    )
    lower = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    foreign = lower.startswith(tuple(magic.lower() for magic in other))
    return not (foreign or is_program(content) or is_archive(content) or _CONTROL.search(content))


_ZIP = _begins(b"PK\x03\x04")
_OPEN_XML = "application/vnd.openxmlformats-officedocument."

KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", _begins(b"%PDF-")),
    "docx": Kind(_OPEN_XML + "wordprocessingml.document", _ZIP, folder="word/"),
    "odt": Kind(
        "application/vnd.oasis.opendocument.text", _ZIP, told="application/vnd.oasis.opendocument.text"
    ),
    "txt": Kind("text/plain", _is_text),
    "jpg": Kind("image/jpeg", _begins(b"\xff\xd8\xff")),
    "png": Kind("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "xlsx": Kind(_OPEN_XML + "spreadsheetml.sheet", _ZIP, folder="xl/"),
    "csv": Kind("text/csv", _is_text),
    "asice": Kind("application/vnd.etsi.asic-e+zip", _ZIP, told="application/vnd.etsi.asic-e+zip"),
}
_ALIASES = {"jpeg": "jpg"}


def ending(filename: str) -> str:
    """Give the ending of a name in small letters without the dot, `jpeg` as `jpg`, or an empty text."""
    _, dot, last = filename.rpartition(".")
    small = last.strip().lower() if dot else ""
    return _ALIASES.get(small, small)


def content_type(filename: str) -> str:
    """Give the type a checked file is kept and served with; what the browser declared is not believed."""
    return KINDS[ending(filename)].content_type


def check_upload(upload: File, accept: Iterable[str] = KINDS) -> Problem | None:
    """Say why a file may not be kept, or None. `accept`: endings without dot, of those in KINDS.

    Codes: file_name (hidden characters, or over `max` characters) · file_kind (`ending`, `accepted`) · file_empty ·
    file_size (`max_mb`) · file_mismatch (`ending`: the content is something else) ·
    file_archive (`reason`: broken, entries, size, ratio, nested, encrypted, symlink, path, macros, program).
    """
    name, content = upload.filename, upload.content
    if _HIDDEN.search(name) or len(name) > MAX_NAME:
        return Problem("file_name", {"max": MAX_NAME})
    accepted = {_ALIASES.get(it, it) for it in accept} & KINDS.keys()
    found = ending(name)
    if found not in accepted:
        return Problem("file_kind", {"ending": found[:20], "accepted": ", ".join(sorted(accepted))})
    if not content:
        return Problem("file_empty")
    if len(content) > MAX_BYTES:
        return Problem("file_size", {"max_mb": MAX_BYTES // 1_000_000})
    kind = KINDS[found]
    if not kind.looks_right(content):
        return Problem("file_mismatch", {"ending": found})
    return _inside(kind, found, content) if kind.told or kind.folder else None


def _inside(kind: Kind, found: str, content: bytes) -> Problem | None:
    archive = Archive()
    if reason := archive.inspect(content):
        return Problem("file_archive", {"reason": reason})
    if kind.told:
        right = archive.kind == kind.told
    else:
        right = "[Content_Types].xml" in archive.names and any(
            it.startswith(kind.folder) for it in archive.names
        )
    return None if right else Problem("file_mismatch", {"ending": found})
