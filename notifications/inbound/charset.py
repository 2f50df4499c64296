"""Bytes into words, whatever they claim to be: charsets that are missing, wrong or invented (RFC 2047, 2231)."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from urllib.parse import unquote_to_bytes

# Text charsets alone: a codec such as punycode takes quadratic time, others are no charsets at all.
_KNOWN = re.compile(
    r"(us-)?ascii|utf-?(7|8|16|32)(-?[lb]e)?|(iso[-_]?8859[-_]?|latin-?)\d{1,2}(-[ie])?|windows-?12\d\d|cp-?\d{3,4}"
    r"|koi8-?[rut]|gb(2312|k|18030)|big5(-hkscs)?|euc-?(jp|kr|cn)|shift[-_]?jis|iso-2022-(jp|kr)|mac[-_]?\w{0,12}"
)
_ASCII_OR_LATIN = re.compile(r"(us-)?ascii|(iso[-_]?8859[-_]?|latin-?)1|windows-?1252|")
_ENCODED = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]{0,4000})\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]{1,20}(=\?)")


def decode(content: bytes, claimed: str = "") -> str:
    """In: bytes and the charset they claim. Out: text; what cannot be read becomes U+FFFD, never an error."""
    name = claimed.strip().strip("\"'").lower()[:40]
    if _ASCII_OR_LATIN.fullmatch(name):
        # Mail programs say Latin-1 and send UTF-8 far more often than Latin-1 happens to be UTF-8.
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            name = "windows-1257" if not name.strip() or "ascii" in name else "windows-1252"
    if not _KNOWN.fullmatch(name):
        name = "utf-8"
    try:
        return content.decode(name, "replace")
    except (LookupError, UnicodeError, ValueError):
        return content.decode("utf-8", "replace")


def words(value: str) -> str:
    """In: a header as it stands. Out: its words decoded, on one line, without control characters."""
    joined = _BETWEEN.sub(r"\1\2", value)
    return one_line(_ENCODED.sub(_word, joined))


def one_line(text: str) -> str:
    """Out: the text on one line; control, bidirectional and unassigned characters are gone."""
    return " ".join("".join(map(_shown, text)).split())


def lines(text: str) -> str:
    """Out: the text with plain line ends and nothing in it that a page could not show."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter if letter in "\n\t" or _plain(letter) else "" for letter in text)


def parameter(value: bytes) -> str:
    """In: an RFC 2231 value (`utf-8'et'%C3%A4`). Out: its words."""
    charset, _, rest = value.partition(b"'")
    _, mark, encoded = rest.partition(b"'")
    return decode(
        unquote_to_bytes(encoded if mark else value), charset.decode("ascii", "replace") if mark else ""
    )


def _word(found: re.Match[str]) -> str:
    charset, how, content = found.groups()
    raw = content.encode("ascii", "replace")
    if how in "bB":
        return decode(unbase64(raw), charset)
    return decode(binascii.a2b_qp(raw, header=True), charset)


def unbase64(raw: bytes) -> bytes:
    """Out: what these letters say; strangers among them are skipped, a torn end is left out."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    return base64.b64decode(kept[: len(kept) // 4 * 4] + _rest(kept))


def _rest(kept: bytes) -> bytes:
    tail = kept[len(kept) // 4 * 4 :]
    return tail + b"=" * (4 - len(tail)) if len(tail) > 1 else b""


def _shown(letter: str) -> str:
    return letter if _plain(letter) else " "


def _plain(letter: str) -> bool:
    return letter.isprintable() or unicodedata.category(letter) not in {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    }
