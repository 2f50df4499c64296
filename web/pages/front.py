"""The front page: what one can have a say on now, what is coming, what has been decided."""

from litestar import Controller, Response, get

from processes.actions.public_front import front
from web import public_words
from web.public_forms import page_number
from web.visit import Visit

LONGEST_SEARCH = 200


class FrontPage(Controller):
    """`/{lang}/`."""

    path = "/"

    @get(sync_to_thread=True)
    def show(self, visit: Visit) -> Response[str]:
        kaasa, query = visit.kaasa, visit.request.query_params
        words = query.get("q", "")[:LONGEST_SEARCH].replace("\0", "").strip()
        with kaasa.database.session() as session:
            found = front(
                session,
                kaasa.municipality_id,
                visit.language,
                now=kaasa.clock.now(),
                words=words,
                page=page_number(query.get("page", "")),
            )
        return visit.page(
            "front.html", front=found, words=public_words, block="results" if visit.fragment else None
        )
