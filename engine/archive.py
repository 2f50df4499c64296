"""Looks into an uploaded zip (docx, xlsx, odt, asice) without trusting a word of what it says about itself.

The directory of a zip can lie about sizes, so every member is unpacked in small pieces and counted; nothing is
written to disk and at most one inner archive is held in memory. Limits after OWASP ASVS 5.0 V5.2.3.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

MAX_ENTRIES = 500
"""Members, those of inner archives included."""

MAX_UNPACKED = 200_000_000
"""Bytes of all members together, those of inner archives included."""

MAX_RATIO = 100
"""Times a member may grow; below SMALL bytes it does not matter."""

SMALL = 1_000_000
MAX_INNER = 20_000_000
"""Bytes of one inner archive, because it is held in memory."""

MAX_DIRECTORY = 1_000_000
"""Bytes of the directory: 500 members with long names and comments need less."""

_PIECE = 65_536
_ENCRYPTED = 0x1 | 0x40
_ZIP = b"PK\x03\x04"
_OTHER_ARCHIVES = (
    b"\x1f\x8b",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
)
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"#!")
_MACRO_FOLDERS = ("basic/", "scripts/")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)


class Unacceptable(Exception):  # noqa: N818  never leaves this module: it is the answer on its way out
    """Carries the reason from the place where it was seen."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def is_program(content: bytes) -> bool:
    """Say whether a file begins like something a computer would run."""
    return content.startswith(_PROGRAMS)


def is_archive(content: bytes) -> bool:
    """Say whether a file begins like a packed archive of a common kind."""
    return content.startswith((_ZIP, *_OTHER_ARCHIVES))


class Archive:
    """An archive under inspection; one object counts for the outer and all inner ones."""

    def __init__(self) -> None:
        self.entries = 0
        self.unpacked = 0
        self.names: list[str] = []
        self.kind = ""
        self.reason: str | None = None

    def inspect(self, content: bytes) -> str | None:
        """Unpack and count everything. Out: None when acceptable, else the reason in one word.

        The reasons: broken, entries, size, ratio, nested, encrypted, symlink, path, macros, program.
        Afterwards `names` holds the outer members and `kind` the content of a first member named `mimetype`.
        """
        try:
            self._open(content, inner=False)
        except Unacceptable as found:
            self.reason = found.reason
        except _BROKEN:
            self.reason = "broken"
        return self.reason

    def _open(self, content: bytes, *, inner: bool) -> None:
        if _directory_size(content) > MAX_DIRECTORY:
            raise Unacceptable("entries")
        with zipfile.ZipFile(BytesIO(content)) as packed:
            members = packed.infolist()
            self.entries += len(members)
            if self.entries > MAX_ENTRIES:
                raise Unacceptable("entries")
            if len({member.filename for member in members}) != len(members):
                raise Unacceptable("broken")  # two members of one name: every reader would see another
            if self.unpacked + sum(member.file_size for member in members) > MAX_UNPACKED:
                raise Unacceptable("size")
            for member in members:
                _refuse_by_name(member)
                self._read(packed, member, inner=inner)
            if not inner:
                self.names = [member.filename for member in members]

    def _read(self, packed: zipfile.ZipFile, member: zipfile.ZipInfo, *, inner: bool) -> None:
        pieces = _unpack(packed, member)
        first = next(pieces, b"")
        if is_program(first):
            raise Unacceptable("program")
        nested = is_archive(first)
        if nested and (inner or not first.startswith(_ZIP)):
            raise Unacceptable("nested")
        held = bytearray(first)
        size = self._count(member, 0, first)
        for piece in pieces:
            size = self._count(member, size, piece)
            if nested:
                held += piece
                if len(held) > MAX_INNER:
                    raise Unacceptable("size")
        if member.filename == "[Content_Types].xml" and b"macroEnabled" in held:
            raise Unacceptable("macros")
        if member.filename == "mimetype" and not inner and not self.kind:
            self.kind = first[:100].decode("ascii", errors="replace").strip()
        if nested:
            self._open(bytes(held), inner=True)

    def _count(self, member: zipfile.ZipInfo, before: int, piece: bytes) -> int:
        size = before + len(piece)
        self.unpacked += len(piece)
        if self.unpacked > MAX_UNPACKED:
            raise Unacceptable("size")
        if size > SMALL and size > MAX_RATIO * max(member.compress_size, 1):
            raise Unacceptable("ratio")
        return size


def _unpack(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with packed.open(member) as source:
        while piece := source.read(_PIECE):
            yield piece


def _refuse_by_name(member: zipfile.ZipInfo) -> None:
    name = member.orig_filename
    if member.flag_bits & _ENCRYPTED:
        raise Unacceptable("encrypted")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Unacceptable("symlink")
    if name.startswith("/") or ".." in name.split("/") or any(letter in name for letter in "\\\0:"):
        raise Unacceptable("path")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unacceptable("broken")  # no office program writes the rest, and some of them need much memory
    small = name.lower()
    if "vbaproject" in small or small.startswith(_MACRO_FOLDERS):
        raise Unacceptable("macros")


def _directory_size(content: bytes) -> int:
    """Read the size of the directory from the end of the file, before zipfile builds an object per member."""
    at = len(content) - 22
    if not (content[at : at + 4] == b"PK\x05\x06" and content.endswith(b"\0\0")):
        at = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    if at < 0 or len(content) < at + 22:
        raise Unacceptable("broken")
    if content[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise Unacceptable("size")  # zip64 is for files beyond 4 GB
    return int.from_bytes(content[at + 12 : at + 16], "little")
