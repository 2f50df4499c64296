"""What associations suggest by themselves: the form on any personal link, and the planner's answers."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import suggesting, suggestions
from processes.actions.suggesting import Given
from processes.errors import Refused
from web import table_words
from web.case_room import planner, reading, writing
from web.forms import Form
from web.public_forms import key_of, new_key
from web.sentences import problems
from web.visit import PageVisit, Visit


class SuggestPage(Controller):
    """`/{lang}/i/{token}/suggest`: needs no account and no case that is open."""

    path = "/i/{token:str}/suggest"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        return _form(visit, token)

    @post(sync_to_thread=True, status_code=303)
    def suggest(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, now = visit.kaasa, visit.kaasa.clock.now()
        given = Given(
            key=key_of(form),
            kind=form.text("kind"),
            title=form.text("title"),
            problem=form.text("problem"),
            wish=form.text("wish"),
        )
        try:
            receipt = kaasa.database.transaction(
                lambda s: suggesting.suggest(
                    s, kaasa.municipality_id, token, given, links=kaasa.links,
                    post=kaasa.post_office.at(s, kaasa.municipality_id, now=now), now=now,
                )
            )  # fmt: skip
        except Refused as refused:
            return _form(visit, token, given, problems(refused), status=422)
        return visit.redirect(f"/i/{token}/suggest", done="suggestion_taken_in", receipt=receipt)


class SuggestionsPage(Controller):
    """`/{lang}/suggestions`."""

    path = "/suggestions"

    @get(sync_to_thread=True)
    def show(self, visit: Visit) -> Response[str]:
        return _list(visit)

    @post("/{suggestion_id:str}", sync_to_thread=True, status_code=303)
    def answer(self, visit: Visit, suggestion_id: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Answer one; a round table that is begun goes on as a draft."""
        actor, kaasa = planner(visit), visit.kaasa
        values = {name: form.text(name) for name in ("way", "reasons", "number")} | {"id": suggestion_id}
        try:
            number = writing(
                visit,
                lambda s: suggestions.answer(
                    s, actor, suggestion_id, values["way"], values["reasons"], values["number"],
                    office=kaasa.post_office, now=kaasa.clock.now(),
                ),
            )  # fmt: skip
        except Refused as refused:
            return _list(visit, values, problems(refused), status=422)
        if values["way"] == suggestions.BEGIN:
            return visit.redirect(f"/cases/{number}/matter", done="round_table_begun")
        return visit.redirect("/suggestions", done="suggestion_told")


def _form(
    visit: PageVisit,
    token: str,
    given: Given | None = None,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    kaasa = visit.kaasa
    with kaasa.database.session() as session:
        shown = suggesting.view(session, kaasa.municipality_id, token, links=kaasa.links)
    return visit.page(
        "suggest.html",
        status=status,
        shown=shown,
        token=token,
        values=given or Given(key=new_key()),
        words=table_words,
        errors=errors or {},
    )


def _list(
    visit: PageVisit,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    actor, now = planner(visit), visit.kaasa.clock.now()
    shown = reading(visit, lambda s: suggestions.read(s, actor, visit.language, now=now))
    return visit.page(
        "suggestions.html", status=status, shown=shown, values=values or {}, words=table_words, errors=errors or {}
    )  # fmt: skip
