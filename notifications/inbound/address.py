"""Whose mail it is and whom it was sent to: addresses as clients write them, and the token in ours."""

from __future__ import annotations

import re
from collections.abc import Iterable

from notifications.inbound import charset
from notifications.inbound.mime import Part

_ADDRESS = re.compile(r"[^\s<>\"'()\[\],;:@\\]{1,64}@[^\s<>\"'()\[\],;:@\\]{1,253}")
_TOKEN = re.compile(r"\+([a-z0-9][a-z0-9._-]{0,63})@")
_SIGNED = re.compile(r"[a-z2-7]{24}")
# Where a mail says whom it was for: the border's own words first, then the sender's.
_TO = ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to", "x-rcpt-to", "to", "cc")
_RECEIVED_FOR = re.compile(r"\bfor\s+<([^<>\s]{3,320})>")


def bare(value: str) -> str:
    """In: `MAILTO:`, `<…>`, any case. Out: the address in lower case; empty when there is none."""
    cleaned = value.strip().strip("<>\"' ")
    if cleaned[:7].lower() == "mailto:":
        cleaned = cleaned[7:]
    found = _ADDRESS.search(cleaned[:1000])
    return found[0].lower().rstrip(".") if found else ""


def sender(mail: Part) -> tuple[str, str]:
    """Out: name and address of From (Sender where there is none)."""
    value = mail.words("from")[:2000] or mail.words("sender")[:2000]
    open_at = value.rfind("<")
    address = bare(value[open_at + 1 :]) if open_at >= 0 else bare(value)
    name = value[:open_at] if open_at > 0 else ""
    return charset.one_line(name.strip().strip("\"'"))[:200], address or bare(value)


def token_of(value: str) -> str | None:
    """In: an address or a list of them. Out: what stands after the `+`; one that looks like ours first."""
    found = _TOKEN.findall(value[:8000].lower())
    return next((token for token in found if _SIGNED.fullmatch(token)), found[0] if found else None)


def token(mail: Part, *more: str) -> str | None:
    """Out: the token in the address this mail was sent to. `more` are addresses inside it (ORGANIZER)."""
    values = [value for name in _TO for value in mail.values(name)[:20]]
    values += [match[1] for line in mail.values("received")[:60] for match in _RECEIVED_FOR.finditer(line)]
    tokens = [found for value in [*values, *more] if (found := token_of(charset.words(value)))]
    return next((found for found in tokens if _SIGNED.fullmatch(found)), tokens[0] if tokens else None)


def sent_to(raw: bytes, recipients: Iterable[str]) -> bytes:
    """Out: the mail with the addresses of its envelope on top: To need not tell them (a blind copy, a list)."""
    bare_ones = [one.strip("<> ").encode("utf-8", "replace") for one in recipients]
    return (
        b"".join(b"X-Original-To: " + one + b"\r\n" for one in bare_ones if not re.search(rb"[\r\n]", one))
        + raw
    )
