"""The demonstration's bar: time moves, and the same is seen with someone else's eyes."""

from datetime import datetime

from litestar import Controller, Response, post
from litestar.response import Redirect

from processes.actions import demonstration, sign_in
from processes.errors import NotFound
from web import auth
from web.dates import day as in_words
from web.demo import Demo
from web.forms import Form
from web.visit import Visit

LONGEST_NEWS = 400  # characters, since it travels in a cookie
LANDING = {
    "planner": "/desk",
    "colleague": "/desk",
    "government": "/desk",
    "committee": "/desk",
    "clerk": "/desk",
    "administrator": "/cases",
}


class DemoPage(Controller):
    """`/{lang}/demo/…`; does not exist outside the demonstration."""

    path = "/demo"

    @post("/next", sync_to_thread=True, status_code=303)
    def next(self, visit: Visit, form: Form) -> Redirect:
        before = _demo(visit).clock.now()
        if _demo(visit).next() is None:
            return visit.redirect(_back(visit, form), done="nothing_ahead")
        return _moved(visit, form, before)

    @post("/day", sync_to_thread=True, status_code=303)
    def day(self, visit: Visit, form: Form) -> Redirect:
        before = _demo(visit).clock.now()
        _demo(visit).day()
        return _moved(visit, form, before)

    @post("/role", sync_to_thread=True, status_code=303)
    def role(self, visit: Visit, form: Form) -> Response[None]:
        """Sign in as the first person who holds a role, or be nobody again."""
        _demo(visit)
        kaasa, role = visit.kaasa, form.text("role")
        home, now = kaasa.municipality_id, kaasa.wall.now()
        kaasa.database.transaction(
            lambda s: sign_in.end(s, municipality_id=home, token=visit.session_token, now=now)
        )
        leave = (auth.session_cookie(kaasa.settings, ""),)
        if role == "association":
            return visit.redirect(_invitation(visit), cookies=leave)
        with kaasa.database.session() as session:
            people = demonstration.cast(session, municipality_id=home)
        if role not in people:
            return visit.redirect("/", cookies=leave)
        person_id, _name = people[role]
        token = kaasa.database.transaction(
            lambda s: sign_in.begin(s, municipality_id=home, person_id=person_id, now=now)
        )
        return visit.redirect(LANDING.get(role, "/"), cookies=(auth.session_cookie(kaasa.settings, token),))


def _demo(visit: Visit) -> Demo:
    if visit.kaasa.demo is None or not visit.kaasa.settings.local():
        raise NotFound
    return visit.kaasa.demo


def _moved(visit: Visit, form: Form, before: datetime) -> Redirect:
    kaasa, now = visit.kaasa, _demo(visit).clock.now()
    with kaasa.database.session() as session:
        news = demonstration.happened(
            session,
            municipality_id=kaasa.municipality_id,
            library=kaasa.library,
            since=before,
            now=now,
            language=visit.language,
        )
    told = " · ".join(news)
    back = _back(visit, form)
    if told:
        return visit.redirect(back, done="moved_to_news", day=in_words(now), news=told[:LONGEST_NEWS])
    return visit.redirect(back, done="moved_to", day=in_words(now))


def _back(visit: Visit, form: Form) -> str:
    """Where the bar was pressed, without its language; a page that is gone leads to a page that says so."""
    path = auth.local_path(form.text("back"), visit.url("/"))
    return path.removeprefix(f"/{visit.language}") or "/"


def _invitation(visit: Visit) -> str:
    """The personal page of an invited association; the front page before anyone was invited."""
    token = visit.kaasa.database.transaction(
        lambda s: demonstration.an_invitation(
            s, municipality_id=visit.kaasa.municipality_id, links=visit.kaasa.links
        )
    )
    return f"/i/{token}" if token else "/"
