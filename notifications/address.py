"""Signed reply addresses: `osalus+<token>@domain`, one for each letter that awaits an answer.

The token is an HMAC of what the letter is about, so nobody can make one up, and it holds nothing about
anybody: 120 bits in 24 lower-case characters, safe in mail systems that fold case. Whoever makes a token
stores it beside the thing it stands for, and finds the thing by it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field

from notifications.errors import AddressRefused

TOKEN_LENGTH = 24
_PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Postmark:
    """Makes and knows the reply addresses of one installation.

    In: a secret of at least 16 bytes, the local part before the `+`, and the mail domain.
    """

    secret: bytes = field(repr=False)
    domain: str
    local: str = "osalus"

    def __post_init__(self) -> None:
        if len(self.secret) < 16:
            raise ValueError("The secret of reply addresses needs at least 16 bytes.")
        plain(f"{self.local}@{self.domain}", where="reply address")

    def token(self, purpose_id: str) -> str:
        """In: the id of what an answer would be about. Out: always the same 24 characters for it."""
        digest = hmac.digest(self.secret, b"reply address\0" + purpose_id.encode(), hashlib.sha256)
        return base64.b32encode(digest[:15]).decode().lower()

    def address(self, token: str) -> str:
        """Out: the address that answers bearing this token come to (RFC 5233 subaddress)."""
        return f"{self.local}+{token}@{self.domain}"

    def verify(self, token: str, purpose_id: str) -> bool:
        """Whether the token was made here for this purpose; takes the same time either way."""
        return hmac.compare_digest(token.lower().encode(), self.token(purpose_id).encode())

    def token_in(self, address: str) -> str | None:
        """In: an address as clients write it (`MAILTO:`, any case, `<…>`). Out: its token, or None."""
        bare = address.strip().removeprefix("<").removesuffix(">").lower().removeprefix("mailto:")
        start, end = f"{self.local.lower()}+", f"@{self.domain.lower()}"
        if not (bare.startswith(start) and bare.endswith(end)):
            return None
        token = bare[len(start) : -len(end)]
        return token if re.fullmatch(r"[a-z2-7]{24}", token) else None


def plain(address: str, *, where: str) -> str:
    """Out: the same address. Raises AddressRefused unless it is exactly one plain ASCII address.

    Display names, comments, quoted local parts and non-ASCII addresses (RFC 6531, which most municipal
    mail servers do not speak) are refused, and so is every control character.
    """
    if not _PLAIN.fullmatch(address) or ".." in address:
        raise AddressRefused(where, f"{address[:80]!r} is not one plain mail address")
    return address
