"""The letters of a case: what became of each, its words, and sending it again."""

from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from processes.actions import letter_writing, letters_of_case
from processes.errors import Refused
from web import room_words as words
from web.case_room import address, letter_body, more, planner, reading, writing
from web.i18n import gettext as _
from web.public_forms import page_number
from web.public_words import word
from web.sentences import problems
from web.visit import PageVisit, Visit

State = Annotated[str, QueryParameter(name="state")]


class LettersPage(Controller):
    """`/{lang}/cases/{number}/letters`."""

    path = "/cases/{number:str}/letters"

    @get(sync_to_thread=True)
    def show(
        self, visit: Visit, number: FromPath[str], wanted: State = "", kind: FromQuery[str] = "", page: FromQuery[str] = "",
        watch: FromQuery[str] = "",
    ) -> Response[str]:  # fmt: skip
        actor, place = planner(visit), page_number(page)
        shown = reading(
            visit,
            lambda s: letters_of_case.read(
                s, actor, number, visit.language, state=wanted, kind=kind, page=place
            ),
        )
        path, counts = f"/cases/{number}/letters", shown.by_state
        filters = [(_("All"), sum(counts.values()), address(visit, path, kind=kind), not wanted)]
        filters += [
            (_(words.LETTERS[it]), counts[it], address(visit, path, state=it, kind=kind), wanted == it)
            for it in words.LETTERS
            if counts.get(it) or it == wanted
        ]
        kinds = [("", _("All"))] + [
            (it, f"{word(words.LETTER_KINDS, it)} ({count})") for it, count in shown.by_kind
        ]
        return visit.page(
            "letters.html", head=shown.head, shown=shown, filters=filters, kinds=kinds, kind=kind, wanted=wanted,
            more=more(visit, path, state=wanted, kind=kind), words=words, word=word, errors={}, number=number,
            writing=shown.writing, watch=watch == "1",
        )  # fmt: skip

    @get("/writing", sync_to_thread=True)
    def writing(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        """How far mass mailings are; the page asks for it again and again."""
        actor = planner(visit)
        under_way = reading(visit, lambda s: letter_writing.under_way(s, actor, number))
        return visit.page(
            "letters_writing.html", writing=under_way, number=number, watch=True, words=words, word=word
        )

    @post("/writing/{mailing_id:str}/pause", sync_to_thread=True, status_code=303)
    def pause(self, visit: Visit, number: FromPath[str], mailing_id: FromPath[str]) -> Redirect:
        actor, now = planner(visit), visit.kaasa.clock.now()
        writing(visit, lambda s: letter_writing.pause(s, actor, number, mailing_id, now=now))
        return visit.redirect(f"/cases/{number}/letters", done="mailing_paused")

    @post("/writing/{mailing_id:str}/resume", sync_to_thread=True, status_code=303)
    def resume(self, visit: Visit, number: FromPath[str], mailing_id: FromPath[str]) -> Redirect:
        actor, now = planner(visit), visit.kaasa.clock.now()
        writing(visit, lambda s: letter_writing.resume(s, actor, number, mailing_id, now=now))
        return visit.redirect(f"/cases/{number}/letters", done="mailing_resumed")

    @get("/{letter_id:str}", sync_to_thread=True)
    def one(self, visit: Visit, number: FromPath[str], letter_id: FromPath[str]) -> Response[str]:
        return _one(visit, number, letter_id)

    @get("/{letter_id:str}/body", sync_to_thread=True)
    def body(self, visit: Visit, number: FromPath[str], letter_id: FromPath[str]) -> Response[str]:
        actor = planner(visit)
        shown = reading(visit, lambda s: letters_of_case.one(s, actor, number, letter_id, visit.language))
        return letter_body(shown.html)

    @post("/{letter_id:str}/again", sync_to_thread=True, status_code=303)
    def again(
        self, visit: Visit, number: FromPath[str], letter_id: FromPath[str]
    ) -> Response[str] | Redirect:
        actor, now = planner(visit), visit.kaasa.clock.now()
        try:
            writing(visit, lambda s: letters_of_case.again(s, actor, number, letter_id, now=now))
        except Refused as refused:
            return _one(visit, number, letter_id, problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/letters/{letter_id}", done="letter_again")


def _one(
    visit: PageVisit, number: str, letter_id: str, errors: dict[str, str] | None = None, *, status: int = 200
) -> Response[str]:
    actor = planner(visit)
    it = reading(visit, lambda s: letters_of_case.one(s, actor, number, letter_id, visit.language))
    return visit.page(
        "letter.html", status=status, head=it.head, it=it, words=words, word=word, errors=errors or {}
    )
