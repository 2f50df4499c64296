"""The calendars one may subscribe to: the public ones, and those of the committees one works with."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import own_calendar, public_calendar
from processes.permission import CLERK, COMMITTEE, PLANNER
from web import own_words
from web.forms import Form
from web.sending import feed, site_of
from web.visit import Visit

ICS = "text/calendar; charset=utf-8"


class CalendarsPage(Controller):
    """`/{lang}/calendars`."""

    path = "/calendars"

    @get(sync_to_thread=True)
    def show(self, visit: Visit) -> Response[str]:
        kaasa, actor = visit.kaasa, visit.actor
        with kaasa.database.session() as session:
            topics = public_calendar.topics(session, kaasa.municipality_id)
            committees = (
                own_calendar.of_committees(session, actor, links=kaasa.links)
                if actor is not None and actor.holds(PLANNER, COMMITTEE, CLERK)
                else []
            )
        return visit.page(
            "calendars.html",
            topics=topics,
            committees=[(it, visit.webcal(it.feed)) for it in committees],
        )

    @post("/{committee_id:str}", sync_to_thread=True, status_code=303)
    def renew(self, visit: Visit, committee_id: FromPath[str], form: Form) -> Redirect:  # noqa: ARG002  the form is read for its token
        actor, kaasa, now = visit.official(PLANNER, COMMITTEE, CLERK), visit.kaasa, visit.kaasa.clock.now()
        kaasa.database.transaction(
            lambda s: own_calendar.renew(s, actor, committee_id, links=kaasa.links, now=now)
        )
        return visit.redirect("/calendars", done="feed_renewed")


class SecretFeedPage(Controller):
    """`/{lang}/feed/{token}/calendar.ics`: whoever has the address follows it, until it is ended."""

    path = "/feed/{token:str}"

    @get("/calendar.ics", sync_to_thread=True)
    def calendar(self, visit: Visit, token: FromPath[str]) -> Response[bytes]:
        kaasa = visit.kaasa
        with kaasa.database.session() as session:
            content = own_calendar.read(
                session,
                kaasa.municipality_id,
                token,
                site_of(visit),
                own_words.describe,
                office=kaasa.post_office,
            )
        return feed(visit.request, content, ICS, private=True)
