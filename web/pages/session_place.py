"""A committee member's place in a session, by the link in their invitation."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import session_place
from processes.errors import Refused, TooLate
from web import room_words as words
from web.forms import Form
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit


class SessionPlacePage(Controller):
    """`/{lang}/s/{token}`: whether they come. Opening it notes nothing."""

    path = "/s/{token:str}"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        return _page(visit, token)

    @post(sync_to_thread=True, status_code=303)
    def answer(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, said = visit.kaasa, form.text("meeting")
        try:
            kaasa.database.transaction(
                lambda s: session_place.answer(
                    s, kaasa.municipality_id, token, said, links=kaasa.links, now=kaasa.clock.now()
                )
            )
        except Refused as refused:
            return _page(visit, token, problems(refused), status=422)
        except TooLate:
            return _page(visit, token, {"": sentence("session_begun")}, status=409)
        return visit.redirect(f"/s/{token}", done="attendance_noted")


def _page(
    visit: PageVisit, token: str, errors: dict[str, str] | None = None, *, status: int = 200
) -> Response[str]:
    kaasa = visit.kaasa
    with kaasa.database.session() as session:
        shown = session_place.read(
            session, kaasa.municipality_id, token, visit.language, links=kaasa.links, now=kaasa.clock.now()
        )
    return visit.page(
        "session_place.html", status=status, shown=shown, token=token, words=words, errors=errors or {}
    )
