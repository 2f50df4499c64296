"""Cookies of the front door: names, the session's, the token of forms, and requests from elsewhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.utils.scope.state import ScopeState

from web.settings import Settings

SAFE = {"GET", "HEAD", "OPTIONS"}


def cookie_name(settings: Settings) -> str:
    """`__Host-` ties the cookie to this very host, but browsers take it over https only (RFC 6265bis)."""
    return "__Host-kaasa" if settings.https() else "kaasa"


def session_cookie(settings: Settings, token: str) -> Cookie:
    """The session's cookie; an empty token takes it away. It ends with the browser, or on the server."""
    return Cookie(
        cookie_name(settings), value=token, path="/", httponly=True, secure=settings.https(), samesite="lax",
        max_age=None if token else 0,
    )  # fmt: skip


def csrf_config(settings: Settings) -> CSRFConfig:
    """Forms carry a token twice: in a cookie and in a hidden field."""
    return CSRFConfig(
        secret=settings.secret().decode(),
        cookie_name=csrf_cookie_name(settings),
        cookie_httponly=True,
        cookie_secure=settings.https(),
        cookie_samesite="lax",
    )


def csrf_cookie_name(settings: Settings) -> str:
    """The cookie that holds the token of forms."""
    return "__Host-kaasa-form" if settings.https() else "kaasa-form"


def csrf_token(request: Request[Any, Any, Any], settings: Settings) -> str:
    """The token forms of this page carry; from the cookie where no handler was reached (a 404)."""
    token = ScopeState.from_scope(request.scope).csrf_token
    return token if isinstance(token, str) else request.cookies.get(csrf_cookie_name(settings), "")


async def from_here(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Guard of every route: what changes something must come from our own pages (ASVS 3.5.1).

    A token alone is not enough: one planted from another browser would be accepted.
    """
    if connection.scope.get("method") in SAFE:
        return
    if connection.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise PermissionDeniedException("from another site")
    origin = connection.headers.get("origin")
    # `null` is what browsers send with Referrer-Policy: no-referrer; Sec-Fetch-Site has spoken already.
    if origin not in {None, "null"} and urlsplit(str(origin)).netloc != connection.headers.get("host"):
        raise PermissionDeniedException("from another origin")


def local_path(path: str, otherwise: str) -> str:
    """Out: the path, if it leads to our own pages (`/et/desk?x=1`); else the other one. Guards redirects."""
    parts = urlsplit(path)
    clean = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    if not clean or parts.scheme or parts.netloc or any(ord(char) < 33 for char in path):
        return otherwise
    return path
