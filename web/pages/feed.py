"""Feeds: what has happened, as Atom; days to keep, as a calendar."""

from litestar import Controller, Response, get
from litestar.params import FromPath, FromQuery

from processes.actions import public_calendar, public_feed
from web import public_words
from web.i18n import gettext as _
from web.sending import feed, site_of
from web.visit import Visit

ATOM = "application/atom+xml; charset=utf-8"
ICS = "text/calendar; charset=utf-8"
LONGEST_TOPIC = 80


class FeedPage(Controller):
    """`feed.atom` and `calendar.ics` of every case and of all of them."""

    @get("/feed.atom", sync_to_thread=True)
    def all_news(self, visit: Visit) -> Response[bytes]:
        kaasa = visit.kaasa
        with kaasa.database.session() as session:
            content = public_feed.front_feed(
                session,
                kaasa.municipality_id,
                _title(visit),
                site_of(visit),
                public_words.entry,
                now=kaasa.clock.now(),
            )
        return feed(visit.request, content, ATOM)

    @get("/case/{number:str}/feed.atom", sync_to_thread=True)
    def news(self, visit: Visit, number: FromPath[str]) -> Response[bytes]:
        kaasa = visit.kaasa
        with kaasa.database.session() as session:
            content = public_feed.case_feed(
                session,
                kaasa.municipality_id,
                number,
                site_of(visit),
                public_words.entry,
                now=kaasa.clock.now(),
            )
        return feed(visit.request, content, ATOM)

    @get("/calendar.ics", sync_to_thread=True)
    def all_days(self, visit: Visit, topic: FromQuery[str] = "") -> Response[bytes]:
        """Every day of every case; with `?topic=`, of the cases about it."""
        kaasa = visit.kaasa
        with kaasa.database.session() as session:
            content = public_calendar.front_calendar(
                session,
                kaasa.municipality_id,
                _title(visit),
                site_of(visit),
                topic=topic[:LONGEST_TOPIC].strip(),
            )
        return feed(visit.request, content, ICS)

    @get("/case/{number:str}/calendar.ics", sync_to_thread=True)
    def days(self, visit: Visit, number: FromPath[str]) -> Response[bytes]:
        kaasa = visit.kaasa
        with kaasa.database.session() as session:
            content = public_calendar.case_calendar(session, kaasa.municipality_id, number, site_of(visit))
        return feed(visit.request, content, ICS)


def _title(visit: Visit) -> str:
    return f"{_('Have your say')} – {visit.municipality_name}"
