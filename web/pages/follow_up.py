"""The public follow-up page of a series: what was agreed at its sessions, who does it and what is still open."""

from litestar import Controller, Response, get
from litestar.params import FromPath

from processes.actions import follow_up
from web import table_words
from web.visit import Visit


class FollowUpPage(Controller):
    """`/{lang}/case/{number}/followup`."""

    path = "/case/{number:str}/followup"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        kaasa = visit.kaasa
        with kaasa.database.session() as session:
            found = follow_up.follow_up(
                session, kaasa.municipality_id, number, visit.language, now=kaasa.clock.now()
            )
        return visit.page("follow_up.html", found=found, words=table_words)
