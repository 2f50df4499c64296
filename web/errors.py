"""What a refusal looks like to the reader: the only place that knows status codes.

A page with one sentence, in the reader's language; never a trace, a query or what was typed. The log
has an error's number and its kind.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from engine.errors import Conflict as EngineConflict
from engine.errors import EngineError, GuardHolds, NotOpen
from engine.incident import place_of
from processes import errors
from processes.database import unavailable
from web import auth, forms
from web.i18n import gettext as _
from web.sentences import sentence
from web.visit import PageVisit, SignInNeeded

LOG = logging.getLogger("kaasa.web")
RETRY_AFTER = "10"
SHORT = 12
"""Longer texts are shown to be copied; shorter values only travel along."""
STATUS: dict[type[Exception], tuple[int, str]] = {
    errors.NotFound: (404, "not_found"),
    errors.LinkNotValid: (404, "link_not_valid"),
    errors.NotAllowed: (403, "not_allowed"),
    errors.TooLate: (409, "too_late"),
    errors.Conflict: (409, "conflict"),
    errors.Refused: (422, "problem"),
    errors.ProcessError: (422, "problem"),
    NotOpen: (409, "task_gone"),
    GuardHolds: (409, "guard_holds"),
    EngineConflict: (409, "conflict"),
    EngineError: (500, "our_fault"),
}
HTTP = {
    400: "not_understood",
    403: "not_from_here",
    404: "not_found",
    405: "not_found",
    413: "body_too_large",
}


def visit_of(request: Request[Any, Any, Any]) -> PageVisit:
    """The request's Visit, or a new one where no handler was reached; it asks the database for nobody."""
    visit = request.scope["state"].get("visit")
    if not isinstance(visit, PageVisit):
        visit = PageVisit(request.app.state.kaasa, request)
    visit.__dict__.setdefault("actor", None)
    return visit


def refused(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A refusal by the rooms below: a page that says why, with the status that fits."""
    status, code = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if status == 500 and place_of(error) is not None:
        code = "step_failed"
    worded = getattr(error, "code", code)
    params = getattr(error, "params", {})
    visit = visit_of(request)
    try:
        text = sentence(worded, params)
    except LookupError:
        text = sentence(code)
    return _message(visit, status, text)


def http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """A refusal by the web itself: no such address, a body too large, a form from elsewhere."""
    visit = visit_of(request)
    return _message(visit, error.status_code, sentence(HTTP.get(error.status_code, "not_understood")))


def sign_in_first(request: Request[Any, Any, Any], _error: SignInNeeded) -> Redirect:
    """Show the way to signing in, and back to where one wanted to go."""
    visit = visit_of(request)
    back = visit.here if request.method == "GET" else visit.url("/desk")
    return Redirect(f"{visit.url('/sign-in')}?next={quote(back, safe='')}", status_code=303)


def broken(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Anything nobody expected: logged under a number, which is all the reader learns."""
    number = secrets.token_hex(4)
    LOG.error("request_failed", extra={"number": number, "kind": type(error).__name__}, exc_info=error)
    code = "our_fault" if place_of(error) is None else "step_failed"
    return _message(visit_of(request), 500, sentence(code), number)


def outage(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The database is away, locked, full or read-only: say so, and give back what was typed, to be sent again."""
    if not unavailable(error):
        return broken(request, error)
    LOG.error("database_unavailable", extra={"kind": type(error.__cause__ or error).__name__})
    visit, form = visit_of(request), request.scope["state"].get(forms.SENT)
    typed = form.pairs() if isinstance(form, forms.SentForm) else []
    page = visit.page(
        "outage.html", status=503, title=_("We cannot take this just now"), sentence=sentence("database_away"),
        fields=typed, texts=[text for _name, text in typed if len(text.strip()) > SHORT],
        files=isinstance(form, forms.SentForm) and form.has_files(), sent=request.method not in auth.SAFE,
    )  # fmt: skip
    page.headers["Retry-After"] = RETRY_AFTER
    return page


def _message(visit: PageVisit, status: int, text: str, number: str = "") -> Response[str]:
    title = {
        403: _("This is not open to you"),
        404: _("Not found"),
        409: _("It has changed meanwhile"),
        413: _("The file is too large"),
        500: _("Something went wrong"),
    }.get(status, _("This could not be done"))
    return visit.page("message.html", status=status, title=title, text=text, code=number)


HANDLERS: dict[type[Exception] | int, Any] = {
    errors.ProcessError: refused,
    EngineError: refused,
    HTTPException: http,
    SignInNeeded: sign_in_first,
    DBAPIError: outage,
    sqlite3.Error: outage,
    PoolExhausted: outage,
    OSError: outage,
    Exception: broken,
}
