"""Bytes as an answer: a file to keep, a feed to follow; never shown as a page of ours."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

from litestar import Request, Response

from processes.actions.public_feed import Site
from web.visit import Visit

SANDBOX = "sandbox; default-src 'none'"


def attachment(content: bytes, media_type: str, filename: str) -> Response[bytes]:
    """A file to keep (RFC 6266); whatever it holds, the browser runs nothing of it (ASVS 3.2.1)."""
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in filename
    )
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}",
            "Content-Security-Policy": SANDBOX,
            "Cache-Control": "private, no-cache",
        },
    )


def feed(
    request: Request[Any, Any, Any], content: bytes, media_type: str, *, private: bool = False
) -> Response[bytes]:
    """A feed with a strong ETag: whoever has these very bytes is told so and gets none (304).

    `private` is for one behind a secret address: nothing between us and its reader may keep it.
    """
    mark = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    known = {part.strip() for part in request.headers.get("if-none-match", "").split(",")}
    headers = {"ETag": mark, "Cache-Control": "private, no-cache" if private else "public, max-age=300"}
    if mark in known:
        return Response(b"", status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def site_of(visit: Visit) -> Site:
    """Where this installation stands, for addresses in feeds."""
    settings = visit.kaasa.settings
    return Site(settings.url(), visit.language, settings.sender_address)
