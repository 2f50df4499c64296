"""Bytes into parts, in bounded time and memory, whatever the bytes.

The standard library's parser is written for honest mail: 60 kB of commas in From: cost it 13 seconds, 6,000
parameters five. This one reads what answers need and stops at every bound: a part is a span of the bytes
that came, and is decoded only when asked for, up to a limit.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from notifications.inbound import charset

SIZE = 24 * 1024 * 1024
HEADER_BYTES = 256 * 1024
HEADER_COUNT = 400
VALUE_BYTES = 8 * 1024
PARTS = 200
DEPTH = 10
TRIES = 2000
_NAME = re.compile(rb"([!-9;-~]{1,80})[ \t]*:")
_PARAMETER = re.compile(rb';\s*([!-+\--:<>-~]{1,60}?)\s*=\s*("(?:[^"\\]|\\.){0,2000}"|[^;\s"]{0,500})')


@dataclass
class Part:
    """A mail or a part of it. `raw` is the whole mail; this part's body lies from `start` to `end`."""

    raw: bytes = field(repr=False)
    headers: list[tuple[str, bytes]]
    start: int
    end: int
    path: tuple[int, ...] = ()
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    children: list[Part] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """Out: every header of this name (lower case), as it stands."""
        return [charset.decode(value) for known, value in self.headers if known == name]

    def value(self, name: str) -> str:
        return next(iter(self.values(name)), "")

    def words(self, name: str) -> str:
        """Out: the first header of this name, decoded and on one line."""
        return charset.words(self.value(name))

    def walk(self) -> Iterator[Part]:
        """Out: this part and all below it, except what lies in mails that were attached."""
        yield self
        if not self.content_type.startswith("message/"):
            for child in self.children:
                yield from child.walk()

    def content(self, limit: int = SIZE) -> bytes:
        """Out: the body, its transfer encoding undone; at most about `limit` bytes of it."""
        how = self.value("content-transfer-encoding").strip().lower()
        if how == "base64":
            return charset.unbase64(self.raw[self.start : min(self.end, self.start + limit * 3 // 2)])
        body = self.raw[self.start : min(self.end, self.start + limit * 3)]
        if how == "quoted-printable":
            body = binascii.a2b_qp(body)
        return body[:limit]

    def text(self, limit: int) -> str:
        return charset.lines(charset.decode(self.content(limit), self.parameters.get("charset", "")))

    def filename(self) -> str:
        disposition = _parameters(self._first("content-disposition"))
        return charset.words(disposition.get("filename") or self.parameters.get("name", ""))[:200]

    def disposition(self) -> str:
        return self.value("content-disposition").partition(";")[0].strip().lower()

    def _first(self, name: str) -> bytes:
        return next((value for known, value in self.headers if known == name), b"")


@dataclass
class _Reading:
    parts: int = 0
    tries: int = 0


def parse(raw: bytes) -> Part:
    """In: a mail. Out: its tree; bytes without any header are a body. Never an error."""
    if b"\n" not in raw[: 64 * 1024]:
        raw = raw.replace(b"\r", b"\n")
    start = 0
    if raw.startswith((b"From ", b">From ")):  # an mbox's line before the mail
        start = raw.find(b"\n") + 1
    return _part(raw, start, len(raw), (), "text/plain", _Reading())


def content_at(raw: bytes, path: tuple[int, ...]) -> bytes:
    """In: a mail and the path of a part in it. Out: that part's decoded content. Raises IndexError."""
    part = parse(raw)
    for step in path:
        part = part.children[step]
    return part.content()


def fields(block: bytes) -> list[tuple[str, bytes]]:
    """In: header lines. Out: names in lower case and values unfolded, within the bounds."""
    found: list[tuple[str, bytes]] = []
    for line in block[:HEADER_BYTES].split(b"\n", 4 * HEADER_COUNT)[: 4 * HEADER_COUNT]:
        bare = line.rstrip(b"\r")
        if bare[:1] in b" \t" and bare and found:
            name, value = found[-1]
            if len(value) < VALUE_BYTES:
                found[-1] = (name, (value + b" " + bare.strip())[:VALUE_BYTES])
        elif (match := _NAME.match(bare)) and len(found) < HEADER_COUNT:
            name = match[1].decode("ascii").lower()
            found.append((name, bare[match.end() : match.end() + VALUE_BYTES].strip()))
    return found


def _part(raw: bytes, start: int, end: int, path: tuple[int, ...], default: str, reading: _Reading) -> Part:
    reading.parts += 1
    headers, body = _headers(raw, start, end)
    part = Part(raw, headers, body, end, path)
    claimed = part._first("content-type")  # noqa: SLF001  our own, before the part is handed out
    kind = charset.decode(claimed.partition(b";")[0]).strip().lower()
    part.content_type = kind if re.fullmatch(r"[a-z0-9.+_-]{1,60}/[a-z0-9.+_-]{1,100}", kind) else default
    part.parameters = _parameters(claimed)
    if len(path) >= DEPTH:
        return part
    if part.content_type.startswith("multipart/"):
        of_digest = part.content_type == "multipart/digest"
        below = "message/rfc822" if of_digest else "text/plain"
        for number, (first, last) in enumerate(_spans(part, reading)):
            part.children.append(_part(raw, first, last, (*path, number), below, reading))
    elif part.content_type in {"message/rfc822", "message/global"} and reading.parts < PARTS:
        part.children.append(_part(raw, body, end, (*path, 0), "text/plain", reading))
    return part


def _headers(raw: bytes, start: int, end: int) -> tuple[list[tuple[str, bytes]], int]:
    """Out: the headers of what begins here, and where its body begins."""
    if raw[start : start + 1] == b"\n" or raw[start : start + 2] == b"\r\n":
        return [], start + (1 if raw[start : start + 1] == b"\n" else 2)
    if not _NAME.match(raw[start : min(end, start + 100)]):
        return [], start
    bound = min(end, start + HEADER_BYTES)
    stops = [at for mark in (b"\n\n", b"\n\r\n") if (at := raw.find(mark, start, bound)) >= 0]
    if not stops:
        return fields(raw[start:bound]), end if bound == end else bound
    stop = min(stops)
    return fields(raw[start:stop]), stop + (2 if raw[stop + 1 : stop + 2] == b"\n" else 3)


def _spans(part: Part, reading: _Reading) -> Iterator[tuple[int, int]]:
    """Out: where each part of a multipart lies. A missing end is the mail's end (RFC 2046 5.1)."""
    boundary = part.parameters.get("boundary", "").encode("utf-8", "replace")
    if not boundary:
        return
    mark = b"--" + boundary
    begins: int | None = None
    at = (
        part.start
        if part.raw.startswith(mark, part.start)
        else part.raw.find(b"\n" + mark, part.start, part.end)
    )
    while at >= 0 and reading.parts < PARTS and reading.tries < TRIES:
        reading.tries += 1
        line = at + (1 if part.raw[at : at + 1] == b"\n" else 0)
        after = line + len(mark)
        if (ends := _line_end(part.raw, after, part.end)) is not None:
            if begins is not None:
                stop = at - 1 if part.raw[at - 1 : at] == b"\r" else at
                yield begins, max(begins, stop)
            if part.raw.startswith(b"--", after):
                return
            begins = ends
        at = part.raw.find(b"\n" + mark, max(after - 1, at + 1), part.end)
    if begins is not None and reading.parts < PARTS:
        yield begins, part.end


def _line_end(raw: bytes, after: int, end: int) -> int | None:
    """Out: where the next line begins, when nothing but `--` and blanks stand before it; else None."""
    found = raw.find(b"\n", after, min(end, after + 200))
    rest = raw[after : found if found >= 0 else min(end, after + 200)].strip()
    if rest not in {b"", b"--"}:
        return None
    return found + 1 if found >= 0 else end


def _parameters(value: bytes) -> dict[str, str]:
    """Out: parameters of a header by lower-case name; RFC 2231 continuations are joined."""
    found: dict[str, str] = {}
    pieces: dict[str, list[bytes]] = {}
    for number, match in enumerate(_PARAMETER.finditer(value)):
        if number >= 60:
            break
        name = match[1].decode("ascii", "replace").lower()
        given = match[2]
        if given.startswith(b'"'):
            given = re.sub(rb"\\(.)", rb"\1", given[1:-1])
        if "*" in name:
            pieces.setdefault(name.partition("*")[0], []).append(given)
        else:
            found.setdefault(name, charset.decode(given))
    for name, given_pieces in pieces.items():
        found.setdefault(name, charset.parameter(b"".join(given_pieces)))
    return found
