"""An organisation's own page: everything it is asked, its calendar, and how it wants its letters."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import own_page
from processes.errors import Refused
from web import own_words
from web.forms import Form
from web.sentences import problems
from web.visit import PageVisit, Visit


class OwnPage(Controller):
    """`/{lang}/own/{token}`, the link at the foot of letters to the organisation's own address."""

    path = "/own/{token:str}"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        return _page(visit, token)

    @post("/letters", sync_to_thread=True, status_code=303)
    def letters(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, choice, now = visit.kaasa, form.text("choice"), visit.kaasa.clock.now()
        try:
            kaasa.database.transaction(
                lambda s: own_page.choose(s, kaasa.municipality_id, token, choice, links=kaasa.links, now=now)
            )
        except Refused as refused:
            return _page(visit, token, problems(refused), status=422)
        return visit.redirect(f"/own/{token}", done="letters_chosen")

    @get("/stop", sync_to_thread=True)
    def look(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        """The address a mail program names for unsubscribing; looking at it, as scanners do, changes nothing."""
        return _page(visit, token)

    @post("/stop", sync_to_thread=True, status_code=200, opt={"exclude_from_csrf": True})
    def stop(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        """The one click (RFC 8058): no cookie, no form of ours, no second question."""
        kaasa, now = visit.kaasa, visit.kaasa.clock.now()
        kaasa.database.transaction(
            lambda s: own_page.stop(s, kaasa.municipality_id, token, links=kaasa.links, now=now)
        )
        return _page(visit, token, stopped=True)

    @post("/calendar", sync_to_thread=True, status_code=303)
    def calendar(self, visit: Visit, token: FromPath[str], form: Form) -> Redirect:  # noqa: ARG002  the form is read for its token
        kaasa, now = visit.kaasa, visit.kaasa.clock.now()
        kaasa.database.transaction(
            lambda s: own_page.renew_feed(s, kaasa.municipality_id, token, links=kaasa.links, now=now)
        )
        return visit.redirect(f"/own/{token}", done="feed_renewed")


def _page(
    visit: PageVisit,
    token: str,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
    stopped: bool = False,
) -> Response[str]:
    kaasa = visit.kaasa
    with kaasa.database.session() as session:
        own = own_page.read(
            session,
            kaasa.municipality_id,
            token,
            visit.language,
            office=kaasa.post_office,
            now=kaasa.clock.now(),
        )
    return visit.page(
        "own.html",
        status=status,
        own=own,
        token=token,
        words=own_words,
        errors=errors or {},
        stopped=stopped,
        many=len({it.municipality for it in own.asked}) > 1,
        webcal=visit.webcal(own.feed),
    )
