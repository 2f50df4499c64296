"""The agenda of a session: put together by the planner, agreed by the association's chair on a personal link."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import agenda_agreeing, agenda_setting
from processes.actions.agenda_setting import Chosen
from processes.errors import Refused, TooLate
from web import table_words
from web.case_room import planner, reading, writing
from web.forms import Form, SentForm
from web.public_forms import key_of, new_key
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit

MOST_OWN = 40


class AgendaPage(Controller):
    """`/{lang}/cases/{number}/agenda`."""

    path = "/cases/{number:str}/agenda"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return _page(visit, number)

    @post(sync_to_thread=True, status_code=303)
    def propose(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Write the agenda, send it to the chair and finish the step."""
        actor, kaasa = planner(visit), visit.kaasa
        chosen = _chosen(form)
        try:
            writing(
                visit,
                lambda s: agenda_setting.propose(
                    s, actor, number, form.text("task"), chosen, runtime=kaasa.runtime, now=kaasa.clock.now(),
                    key=key_of(form),
                ),
            )  # fmt: skip
        except Refused as refused:
            return _page(visit, number, chosen, problems(refused), key=key_of(form), status=422)
        return visit.redirect(f"/cases/{number}/agenda", done="agenda_sent")


class AgendaLinkPage(Controller):
    """`/{lang}/i/{token}/agenda`: the association's chair."""

    path = "/i/{token:str}/agenda"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        return _link(visit, token)

    @post("/agree", sync_to_thread=True, status_code=303)
    def agree(self, visit: Visit, token: FromPath[str]) -> Response[str] | Redirect:
        kaasa = visit.kaasa
        try:
            kaasa.database.transaction(
                lambda s: agenda_agreeing.agree(
                    s, kaasa.municipality_id, token, links=kaasa.links, runtime=kaasa.runtime, now=kaasa.clock.now()
                )
            )  # fmt: skip
        except TooLate:
            return _link(visit, token, errors={"": sentence("agenda_not_asked")}, status=409)
        return visit.redirect(f"/i/{token}/agenda", done="agenda_agreed")

    @post("/return", sync_to_thread=True, status_code=303)
    def send_back(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, comment = visit.kaasa, form.text("comment")
        try:
            kaasa.database.transaction(
                lambda s: agenda_agreeing.send_back(
                    s, kaasa.municipality_id, token, comment, links=kaasa.links, runtime=kaasa.runtime,
                    now=kaasa.clock.now(),
                )
            )  # fmt: skip
        except Refused as refused:
            return _link(visit, token, comment, problems(refused), status=422)
        except TooLate:
            return _link(visit, token, comment, {"": sentence("agenda_not_asked")}, status=409)
        return visit.redirect(f"/i/{token}/agenda", done="agenda_sent_back")


def _chosen(form: SentForm) -> Chosen:
    keys = [it for it in form.all("topics") if it][:MOST_OWN]
    return Chosen(
        keys=keys,
        titles={key: form.text(f"title-{key}") for key in keys},
        orders={key: form.text(f"order-{key}") for key in keys},
        own=form.text("own").splitlines()[: MOST_OWN + 1],
        cochair_id=form.text("cochair"),
    )


def _page(
    visit: PageVisit,
    number: str,
    typed: Chosen | None = None,
    errors: dict[str, str] | None = None,
    *,
    key: str = "",
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    shown = reading(visit, lambda s: agenda_setting.read(s, actor, number, visit.language))
    rows: list[dict[str, Any]] = [
        {
            "it": it,
            "chosen": it.key in typed.keys if typed else it.chosen,
            "title": typed.titles.get(it.key, it.title) if typed else it.title,
            "order": typed.orders.get(it.key, "") if typed else (str(it.order) if it.chosen else ""),
        }
        for it in shown.candidates
    ]
    return visit.page(
        "agenda.html",
        status=status,
        head=shown.head,
        shown=shown,
        rows=rows,
        own="\n".join(typed.own if typed else shown.own),
        cochair=typed.cochair_id if typed else shown.cochair_id,
        words=table_words,
        key=key or new_key(),
        errors=errors or {},
    )


def _link(
    visit: PageVisit,
    token: str,
    comment: str = "",
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    kaasa = visit.kaasa
    with kaasa.database.session() as session:
        shown = agenda_agreeing.view(session, kaasa.municipality_id, token, visit.language, links=kaasa.links)
    return visit.page(
        "agenda_link.html",
        status=status,
        shown=shown,
        token=token,
        comment=comment,
        words=table_words,
        errors=errors or {},
    )
