"""What the planner's pages of one case share: reading and writing in one session, addresses that keep filters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from litestar import Response

from engine.clock import local_day
from engine.errors import GuardHolds
from processes.permission import PLANNER, Actor
from web.i18n import gettext as _
from web.i18n import ngettext
from web.visit import CSP, PageVisit

T = TypeVar("T")
SAFE_LETTER = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


def planner(visit: PageVisit) -> Actor:
    """Who works here. Errors: SignInNeeded, NotAllowed."""
    return visit.official(PLANNER)


def reading(visit: PageVisit, look: Callable[[Any], T]) -> T:
    """Look something up; whatever was changed on the way is rolled back."""
    with visit.kaasa.database.session() as session:
        return look(session)


def writing(visit: PageVisit, deed: Callable[[Any], T]) -> T:
    """Do something in one transaction; a conflict of two writers does it again."""
    return visit.kaasa.database.transaction(deed)


def trying(visit: PageVisit, deed: Callable[[Any], T]) -> T:
    """Do something only to see what would come of it: as a writer among writers, then rolled back."""

    def undone(session: Any) -> T:
        try:
            return deed(session)
        finally:
            session.rollback()

    return visit.kaasa.database.transaction(undone)


def address(visit: PageVisit, path: str, **query: str | int) -> str:
    """An address whose query holds what is set, so that a filter can be kept, sent on and come back to."""
    kept = urlencode({name: value for name, value in query.items() if value})
    return visit.url(path) + (f"?{kept}" if kept else "")


def today(visit: PageVisit) -> date:
    """The day it is where the people are."""
    return local_day(visit.kaasa.clock.now())


def more(visit: PageVisit, path: str, **query: str | int) -> str:
    """What `pagination` puts its number after: the address of this list, its filters kept."""
    here = address(visit, path, **query)
    return f"{here}{'&' if '?' in here else '?'}page="


def days_left(visit: PageVisit, due_at: datetime | None) -> str:
    """How long a term still runs, in whole days and in words; empty without one."""
    if due_at is None:
        return ""
    days = (local_day(due_at) - local_day(visit.kaasa.clock.now())).days
    if days < 0:
        return ngettext("%(num)s day over the term", "%(num)s days over the term", -days) % {"num": -days}
    if days == 0:
        return _("today is the last day")
    return ngettext("%(num)s day left", "%(num)s days left", days) % {"num": days}


def letter_body(html: str) -> Response[str]:
    """A letter's own HTML for a frame in which nothing runs, loads or is followed."""
    answer = Response(html, media_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = SAFE_LETTER
    answer.headers["Cache-Control"] = "no-store"
    return answer


def download(name: str, media_type: str, content: bytes) -> Response[bytes]:
    """A file that somebody sent in: always saved, never opened in the page's own name."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._- ") else "_" for char in name)
    answer = Response(content, media_type=media_type)
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    answer.headers["Content-Security-Policy"] = CSP.format(nonce="", framed="'none'")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def guarded(visit: PageVisit, deed: Callable[[Any], object]) -> bool:
    """Do something that a task's guard may hold. Out: whether it held; then nothing was changed."""
    try:
        writing(visit, deed)
    except GuardHolds:
        return True
    return False
