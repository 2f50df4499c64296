"""A letter passed on: whose it was, and what it said. Inline, or attached as a mail of its own."""

from __future__ import annotations

import re

from notifications.inbound import address, charset, plain, quote
from notifications.inbound.classified import Forwarded
from notifications.inbound.mime import Part

TEXT_BYTES = 256 * 1024
_FROM = re.compile(rf"(?im)^[ \t*>]*(?:{quote.FROM})\s*:[ \t*]*(.{{1,300}})$")
_SUBJECT = re.compile(r"(?im)^[ \t*>]*(?:teema|subject|тема|aihe|betreff)\s*:[ \t*]*(.{1,300})$")
_MARK = re.compile(r"(?i)^\s*(edasi|edastatud|fwd?|fw|vl|wg|пересл)\s*:")


def of(mail: Part, whole: str) -> Forwarded | None:
    """In: a mail and its words with nothing cut. Out: the letter it passes on, None when there is none."""
    inner = next(
        (part.children[0] for part in mail.walk() if part.content_type == "message/rfc822" and part.children),
        None,
    )
    if inner is not None:
        name, who = address.sender(inner)
        return Forwarded(name, who, inner.words("subject")[:300], quote.cut(words(inner))[0])
    return _inline(whole) if _MARK.match(mail.words("subject")[:300]) else None


def _inline(whole: str) -> Forwarded | None:
    found = _FROM.search(whole[:20_000])
    if found is None:
        return None
    value = found[1].strip(" *")
    who = address.bare(value[value.find("<") + 1 :] if "<" in value else value.replace("mailto:", " "))
    name = charset.one_line(value.partition("<")[0].partition("[")[0].strip(" \"'*"))
    subject = _SUBJECT.search(whole, found.end(), found.end() + 2000)
    body = _below_header(whole[found.end() :])
    return Forwarded(
        name if name != who else "", who, charset.one_line(subject[1]) if subject else "", quote.cut(body)[0]
    )


def _below_header(rest: str) -> str:
    """Out: what follows the header's last line; forwarders that quote every line are unquoted."""
    _, _, body = rest.lstrip("\n").partition("\n\n")
    lines = body.split("\n")
    if lines and all(line.startswith(">") or not line.strip() for line in lines):
        return "\n".join(re.sub(r"^> ?", "", line) for line in lines)
    return body


def words(mail: Part) -> str:
    """Out: the words of a mail: its plain text, else its HTML as text."""
    plains = [part for part in mail.walk() if part.content_type == "text/plain" and not attached(part)]
    said = "\n".join(part.text(TEXT_BYTES) for part in plains[:5])[:TEXT_BYTES]
    if said.strip():
        return said
    html = next(
        (part for part in mail.walk() if part.content_type == "text/html" and not attached(part)), None
    )
    return plain.text(html.text(TEXT_BYTES)) if html else ""


def attached(part: Part) -> bool:
    """Whether a part is a file rather than words to read."""
    return part.disposition() == "attachment" or (bool(part.filename()) and part.content_type != "text/html")
