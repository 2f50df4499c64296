"""One request as a page sees it: its language, who is there, and the ways to answer.

Made once a request and given to handlers as `visit`. Whatever asks the database (`actor`) is looked up
when first needed, in the handler's own thread.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from processes.actions import sign_in
from processes.permission import Actor, require
from web import auth, i18n
from web.compose import Contact, Kaasa
from web.demo import Bar
from web.i18n import gettext as _
from web.sentences import sentence

DONE_COOKIE = "kaasa-done"
PERSONAL = ("/i/", "/own/", "/confirm/", "/receipt/", "/sign-in/", "/advice/", "/m/", "/s/")
CSP = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors {framed}; base-uri 'none'; "
    "object-src 'none'"
)


class SignInNeeded(Exception):  # noqa: N818  it is no error of anybody's
    """Nobody is signed in, and the page is for someone; they are shown the way and brought back."""


@dataclass(frozen=True)
class MenuItem:
    """A word in the menu. `here` is `page` on that very page, `true` below it, else empty."""

    text: str
    href: str
    here: str = ""


class PageVisit:
    """A request. In: the composed product and Litestar's request."""

    def __init__(self, kaasa: Kaasa, request: Request[Any, Any, Any]) -> None:
        self.kaasa = kaasa
        self.request = request
        self.language = i18n.of_path(request.url.path, request.headers.get("accept-language", ""))
        i18n.current.set(self.language)
        self.nonce = secrets.token_urlsafe(18)
        self.path = request.url.path
        self.fragment = request.headers.get("hx-request") == "true"

    # -- who is there -------------------------------------------------------------------------------

    @cached_property
    def actor(self) -> Actor | None:
        """Who is signed in, or None. Reads the database: only in a handler's thread."""
        token = self.session_token
        if not token:
            return None
        kaasa, now = self.kaasa, self.kaasa.wall.now()
        home = kaasa.municipality_id
        with kaasa.database.session() as session:
            found = sign_in.who(session, municipality_id=home, token=token, now=now)
        if found is None:
            return None
        actor, notice = found
        if notice:
            kaasa.database.transaction(lambda s: sign_in.seen(s, municipality_id=home, token=token, now=now))
        return actor

    def official(self, *roles: str) -> Actor:
        """Who is signed in. Errors: SignInNeeded for nobody, NotAllowed for someone without the roles."""
        if self.actor is None:
            raise SignInNeeded
        if roles:
            require(self.actor, *roles)
        return self.actor

    @property
    def session_token(self) -> str:
        return self.request.cookies.get(auth.cookie_name(self.kaasa.settings), "")

    # -- what the frame of a page shows ---------------------------------------------------------------

    @property
    def csrf_token(self) -> str:
        return auth.csrf_token(self.request, self.kaasa.settings)

    @property
    def contact(self) -> Contact | None:
        return self.kaasa.contact()

    @property
    def municipality_name(self) -> str:
        return self.contact.name if self.contact else "Kaasa"

    @cached_property
    def demo(self) -> Bar | None:
        """What the demonstration's bar says; None outside the demonstration."""
        return self.kaasa.demo.bar(self.actor) if self.kaasa.demo else None

    @cached_property
    def done(self) -> str:
        """What was just done, told on the page after it; empty when nothing was."""
        raw = self.request.cookies.get(DONE_COOKIE)
        if not raw:
            return ""
        try:
            code, params = json.loads(base64.urlsafe_b64decode(raw.encode()))
            return sentence(code, params)
        except (ValueError, TypeError, LookupError):
            return ""

    def menu(self) -> list[MenuItem]:
        """The menu of whoever is there."""
        items = [(_("Have your say"), "/")]
        if self.actor is not None:
            if self.actor.holds("planner", "government", "committee", "clerk"):
                items.append((_("My desk"), "/desk"))
            if self.actor.holds("planner", "government", "administrator"):
                items.append((_("Cases"), "/cases"))
            if self.actor.holds("planner"):
                items.append((_("Begin a consultation"), "/launch"))
                items.append((_("Mail"), "/mails"))
        return [MenuItem(text, self.url(path), self._here(path)) for text, path in items]

    def _here(self, path: str) -> str:
        here, there = self.path.rstrip("/"), self.url(path).rstrip("/")
        if here == there:
            return "page"
        return "true" if path != "/" and here.startswith(there + "/") else ""

    # -- addresses --------------------------------------------------------------------------------------

    def url(self, path: str) -> str:
        """Out: an address in the reader's language. In: a path that begins with a slash, `/desk`."""
        return f"/{self.language}{path}"

    def webcal(self, token: str) -> str:
        """Out: the address of the calendar behind a secret, as calendar programs take it; empty without one."""
        return f"webcal://{self.feed(token).partition('://')[2]}" if token else ""

    def feed(self, token: str) -> str:
        """The same as an address of the web: programs that are given this one ask only for news (Thunderbird 153)."""
        return f"{self.kaasa.settings.url()}{self.url(f'/feed/{token}/calendar.ics')}" if token else ""

    def in_language(self, language: str) -> str:
        """Out: the address of this same page in another language."""
        first, _sep, rest = self.path[1:].partition("/")
        path = f"/{language}/{rest}" if first in i18n.LANGUAGES else f"/{language}/"
        query = self.request.url.query
        return f"{path}?{query}" if query else path

    @property
    def here(self) -> str:
        query = self.request.url.query
        return f"{self.path}?{query}" if query else self.path

    # -- answers ------------------------------------------------------------------------------------------

    def page(
        self, template: str, *, block: str | None = None, status: int = 200, **values: Any
    ) -> Response[str]:
        """A page, or one block of it for htmx. In: a template's name and the values it shows."""
        text = self.kaasa.renderer.text(template, {"visit": self, **values}, block=block)
        answer = Response(text, media_type="text/html", status_code=status)
        personal = self.session_token or any(part in self.path for part in PERSONAL)
        answer.headers["Cache-Control"] = "no-store" if personal else "private, no-cache"
        answer.headers["Content-Security-Policy"] = CSP.format(
            nonce=f" 'nonce-{self.nonce}'", framed="'none'"
        )
        answer.headers["Content-Language"] = self.language
        answer.headers["Vary"] = "Cookie, HX-Request"
        if block is None and DONE_COOKIE in self.request.cookies:
            answer.delete_cookie(DONE_COOKIE)
        return answer

    def redirect(
        self, path: str, *, done: str | None = None, cookies: tuple[Cookie, ...] = (), **params: Any
    ) -> Redirect:
        """Go on to another page after a deed (303). In: a path such as `/desk`, and the code of what was done.

        `done` names a sentence of `web/wording`; `params` fill it.
        """
        answer = Redirect(quote(self.url(path), safe="/?&=#%"), status_code=HTTP_303_SEE_OTHER)
        if done is not None:
            packed = base64.urlsafe_b64encode(
                json.dumps([done, _plain(params)], ensure_ascii=False).encode()
            ).decode()
            answer.cookies.append(
                Cookie(
                    DONE_COOKIE, value=packed, path="/", max_age=60, httponly=True, samesite="lax",
                    secure=self.kaasa.settings.https(),
                )
            )  # fmt: skip
        answer.cookies.extend(cookies)
        return answer


def _plain(params: Mapping[str, Any]) -> dict[str, str | int]:
    return {name: value if isinstance(value, int) else str(value) for name, value in params.items()}


Visit = NamedDependency[PageVisit]
"""What a handler writes: `visit: Visit`."""
