"""What a person wrote, apart from the letter they answered and from their signature.

No library knows Estonian quote headers, so the patterns are ours: Estonian, English, Russian, Finnish, German,
as Gmail, Outlook, Apple Mail and Thunderbird write them. What is cut is given back, so that whoever confirms
the opinion sees it: cutting too much must be seen, never guessed.
"""

from __future__ import annotations

import re
from itertools import takewhile

LINES = 6000
_WROTE = re.compile(
    r"(?i)(.{0,300}\b(kirjutas|kirjutasid|wrote|schrieb|kirjoitti|написал(а|\(а\)|и)?|пишет)\b.{0,120}:\s*$"
    r"|.{0,80}\b\d{4}\b.{0,200}<[^<>\s]{3,200}@[^<>\s]{3,200}>:\s*$)"
)
_DIVIDER = re.compile(
    r"(?i)\s*(-{2,}|_{5,}|={5,})?\s*("
    r"algne (sõnum|kiri|teade)|algsõnum|algkiri|edastatud (sõnum|kiri)( algus)?|original message|original appointment"
    r"|forwarded message|begin forwarded message|исходное сообщение|пересылаемое сообщение|пересланное сообщение"
    r"|начало переадресованного сообщения|alkuperäinen viesti|edelleenlähetetty viesti|välitetty viesti"
    r"|ursprüngliche nachricht|originalnachricht|weitergeleitete nachricht|anfang der weitergeleiteten nachricht)"
    r"\s*:?\s*(-{2,}|_{5,}|={5,})?\s*"
)
_RULE = re.compile(r"\s*[_]{10,}\s*|\s*-{20,}\s*")
FROM = r"saatja|kellelt|from|от|от кого|lähettäjä|von"
_FIELD = re.compile(
    rf"(?i)[\s*>]*({FROM}|saadetud|kuupäev|sent|date|отправлено|дата|lähetetty|päivämäärä|päiväys|gesendet|datum|adressaat"
    r"|kellele|saaja|to|кому|vastaanottaja|an|teema|subject|тема|aihe|betreff|koopia|cc|копия|kopio)\s*:[\s*]*\S?"
)
_FROM = re.compile(rf"(?i)[\s*>]*({FROM})\s*:")
_MARKER = re.compile(
    r"(?i)\s*(#{2,}|-{2,}).{0,40}(kirjuta oma vastus siia kohale|reply above this line).{0,40}\s*"
)
_SIGNATURE = re.compile(r"-- ?\s*|—\s*")
_SENT_FROM = re.compile(
    r"(?i)\s*(saadetud minu .{2,60}|sent from (my|mail for|outlook).{0,60}|get outlook for .{2,30}|отправлено с .{2,60}"
    r"|lähetetty .{2,40}(puhelimesta|laitteesta|iphonesta)|von meinem .{2,40} gesendet|saadetud .{2,40}(telefonist|iphone.?ist))\s*"
)


def cut(text: str) -> tuple[str, str]:
    """In: a mail's words. Out: what its sender wrote, and what was cut from it (quote, signature)."""
    lines = text.split("\n", LINES)
    stop = next((at for at in range(len(lines)) if _quote_begins(lines, at)), len(lines))
    kept, below = lines[:stop], lines[stop:]
    if not any(line.strip() for line in kept):
        # The answer stands below the quote, or between its lines: only what is quoted itself is left out.
        below = [line for line in lines if _quoted(line)]
        kept = [line for line in lines if not _quoted(line)]
        if not below or not any(line.strip() for line in kept):
            return text.strip(), ""
        if _WROTE.fullmatch(
            " ".join(line.strip() for line in kept if line.strip())[:400].split(":")[0] + ":"
        ):
            below, kept = kept[: _first_said(kept) + 1] + below, kept[_first_said(kept) + 1 :]
    kept, signed = _unsigned(kept)
    inline = [line for line in kept if _quoted(line)]
    kept = [line for line in kept if not _quoted(line)]
    return "\n".join(kept).strip(), "\n".join([*signed, *inline, *below]).strip()


def _first_said(lines: list[str]) -> int:
    return next((at for at, line in enumerate(lines) if line.rstrip().endswith(":")), 0)


def _quoted(line: str) -> bool:
    return line.lstrip()[:1] == ">" or line[:2] == "| "


def _quote_begins(lines: list[str], at: int) -> bool:
    line = lines[at]
    if not line.strip() or len(line) > 600:
        return False
    if _DIVIDER.fullmatch(line) or _MARKER.fullmatch(line):
        return True
    if _RULE.fullmatch(line):
        return _block(lines, at + 1)
    if _FROM.match(line):
        return _block(lines, at)
    if _quoted(line):
        # A quote to the end of the mail; one with answers between its lines is kept apart line by line.
        return all(_quoted(rest) or not rest.strip() for rest in lines[at:])
    return any(_introduces(lines, at, width) for width in (1, 2, 3))


def _introduces(lines: list[str], at: int, width: int) -> bool:
    """Whether these lines, and no fewer, say who wrote what is quoted below them."""
    taken = [line.strip() for line in lines[at : at + width]]
    joined = " ".join(taken)
    if not all(taken) or len(joined) > 600 or not _WROTE.fullmatch(joined) or not re.search(r"\d|@", joined):
        return False
    if width > 1 and not re.search(r"\d", taken[0]):
        return False  # the date stands at its beginning; without one the line above it is somebody's words
    return "@" in joined or _anything_quoted(lines, at + width)


def _anything_quoted(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 6] if line.strip()), "")
    return _quoted(following)


def _block(lines: list[str], at: int) -> bool:
    """Whether Outlook's header of the answered letter begins here: From and at least two fields more."""
    near = list(takewhile(str.strip, lines[at : at + 6]))
    return bool(near) and bool(_FROM.match(near[0])) and sum(bool(_FIELD.match(line)) for line in near) >= 3


def _unsigned(lines: list[str]) -> tuple[list[str], list[str]]:
    """A signature: from the standard's `-- ` on (RFC 3676 4.3), or a phone's own line at the end."""
    for at, line in enumerate(lines):
        if (
            at
            and _SIGNATURE.fullmatch(line)
            and len(lines) - at <= 25
            and any(one.strip() for one in lines[:at])
        ):
            return lines[:at], lines[at:]
    last = max((at for at, line in enumerate(lines) if line.strip()), default=-1)
    if last > 0 and len(lines[last]) < 120 and _SENT_FROM.fullmatch(lines[last]):
        return lines[:last], lines[last:]
    return lines, []
