"""Tokens for XOAUTH2, for mail servers that take no password (Microsoft 365): fetched, kept, fetched again in time.

The client credentials or refresh token grant of OAuth 2.0 (RFC 6749 sections 4.4 and 6).
"""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from notifications.errors import TokenRefused

EARLY = timedelta(seconds=60)
LONGEST_ANSWER = 100_000
SECONDS = 15.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A secret is posted to the address that was set, and to no other."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


_open = urllib.request.build_opener(_NoRedirect).open


@dataclass
class TokenSource:
    """Gives a valid access token whenever a connection wants one.

    In: the token endpoint, the client's id and secret, the scope, a refresh token where the provider wants that
    grant, and the moment. Errors of a call: TokenRefused, with what the endpoint said.
    """

    endpoint: str
    client_id: str
    client_secret: str
    scope: str
    now: Callable[[], datetime]
    refresh_token: str = ""
    _token: str = ""
    _until: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> str:
        with self._lock:
            if self._until is None or self.now() >= self._until - EARLY:
                self._token, lives = self._fetch()
                self._until = self.now() + timedelta(seconds=lives)
            return self._token

    def _fetch(self) -> tuple[str, float]:
        given = {"client_id": self.client_id, "client_secret": self.client_secret, "scope": self.scope}
        if self.refresh_token:
            given |= {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        else:
            given["grant_type"] = "client_credentials"
        request = urllib.request.Request(  # noqa: S310  the endpoint is a setting, checked where it is set
            self.endpoint, data=urllib.parse.urlencode(given).encode(), headers={"Accept": "application/json"}
        )
        try:
            with _open(request, timeout=SECONDS) as answer:
                read = json.loads(answer.read(LONGEST_ANSWER))
            return str(read["access_token"]), float(read.get("expires_in", 300))
        except urllib.error.HTTPError as error:
            with error:
                said = f"{error.code} {_reason(error)}"
            raise TokenRefused(said) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TokenRefused(type(error).__name__) from error


def _reason(error: urllib.error.HTTPError) -> str:
    """Out: the endpoint's error code (RFC 6749 section 5.2), which holds no secret."""
    try:
        return str(json.loads(error.read(LONGEST_ANSWER)).get("error", ""))[:100]
    except (ValueError, AttributeError):
        return ""
