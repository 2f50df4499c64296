"""One answer to many: whom it is for, the words, a preview of every letter, and saving them."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from processes.actions import passages, together
from processes.actions.together import Chosen, MoreCame
from processes.actions.written import Answered
from processes.errors import Refused
from processes.response import OUTCOMES
from web import public_words
from web import room_words as words
from web.case_room import address, more, planner, reading, trying, writing
from web.forms import Form, SentForm
from web.i18n import gettext as _
from web.public_forms import page_number
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit


class TogetherPage(Controller):
    """`/{lang}/cases/{number}/answers-together`."""

    path = "/cases/{number:str}/answers-together"

    @get(sync_to_thread=True)
    def show(
        self, visit: Visit, number: FromPath[str], group: FromQuery[str] = "", theme: FromQuery[str] = "",
        id: FromQuery[list[str] | None] = None,  # noqa: A002  the name in the address
        page: FromQuery[str] = "", use: FromQuery[str] = "",
    ) -> Response[str]:  # fmt: skip
        return _show(visit, number, Chosen(group, theme, tuple(id or ())), page=page_number(page), use=use)

    @post(sync_to_thread=True, status_code=303)
    def go(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Show the letters, or keep the answer once they have been read."""
        actor, now, chosen = planner(visit), visit.kaasa.clock.now(), _chosen(form)
        typed = {it: form.text(it) for it in ("outcome", "reasons", "seen", "count")}
        used = tuple(form.all("used"))
        if form.text("do") not in ("save", "preview", "page"):
            return _show(visit, number, chosen, typed, used=used)
        if form.text("do") in ("preview", "page"):
            return _preview(visit, number, chosen, typed, used, page=page_number(form.text("page")))
        count = int(typed["count"]) if typed["count"].isascii() and typed["count"].isdigit() else -1

        def deed(session: Any) -> int:
            return together.save(
                session, actor, number, chosen, typed["outcome"], typed["reasons"], count=count, seen=typed["seen"],
                used=used, now=now,
            )  # fmt: skip

        try:
            done = writing(visit, deed)
        except Refused as refused:
            return _show(visit, number, chosen, typed, problems(refused), used=used, status=422)
        except Answered as theirs:
            typed["seen"] = str(theirs.params["seen"])
            told = {"reasons": sentence("answered_meanwhile", {"by": theirs.params["by"]})}
            return _show(visit, number, chosen, typed, told, used=used, theirs=theirs.params, status=409)
        except MoreCame as more_came:
            told = {"": sentence("more_came", {"count": more_came.params["count"]})}
            return _preview(visit, number, chosen, typed, used, errors=told, status=409)
        return visit.redirect(f"/cases/{number}/answers", done="answers_saved", count=done)


def _chosen(form: SentForm) -> Chosen:
    return Chosen(form.text("group"), form.text("theme"), tuple(form.all("id")))


def _show(
    visit: PageVisit,
    number: str,
    chosen: Chosen,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    used: tuple[str, ...] = (),
    theirs: Any = None,
    page: int = 1,
    use: str = "",
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    try:
        it = reading(visit, lambda s: together.whom(s, actor, number, visit.language, chosen, page=page))
    except Refused as refused:
        told = problems(refused)
        nobody = reading(visit, lambda s: together.whom(s, actor, number, visit.language, Chosen()))
        return _page(visit, number, chosen, nobody, {}, told, status=422)
    known = reading(visit, lambda s: passages.listed(s, actor, theme=it.theme))
    borrowed = next((passage for passage in known if passage.id == use), None)
    values = typed or {
        "outcome": it.answer.outcome if it.answer else "",
        "reasons": it.answer.reasons if it.answer else "",
        "seen": it.answer.seen if it.answer else "",
    }
    if borrowed is not None:
        values = {**values, "reasons": "\n\n".join(filter(None, (values["reasons"], borrowed.text)))}
        used = (*used, borrowed.id)
    return _page(
        visit, number, chosen, it, values, errors, known=known, used=used, theirs=theirs, status=status
    )


def _page(
    visit: PageVisit, number: str, chosen: Chosen, it: Any, values: dict[str, str], errors: dict[str, str] | None, *,
    known: Any = (), used: tuple[str, ...] = (), theirs: Any = None, status: int = 200,
) -> Response[str]:  # fmt: skip
    path = f"/cases/{number}/answers-together"
    here = address(visit, path, group=chosen.group, theme=chosen.theme)
    return visit.page(
        "answers_together.html",
        status=status,
        head=it.head,
        it=it,
        chosen=chosen,
        values=values,
        used=used,
        theirs=theirs,
        passages=known,
        here=here,
        outcomes=[(code, _(public_words.OUTCOMES[code])) for code in OUTCOMES],
        more=more(visit, path, group=chosen.group, theme=chosen.theme),
        words=words,
        said=public_words,
        errors=errors or {},
    )


def _preview(
    visit: PageVisit, number: str, chosen: Chosen, typed: dict[str, str], used: tuple[str, ...], *, page: int = 1,
    errors: dict[str, str] | None = None, status: int = 200,
) -> Response[str]:  # fmt: skip
    actor, kaasa = planner(visit), visit.kaasa
    try:
        letters = trying(
            visit,
            lambda s: together.letters(
                s, actor, number, chosen, typed["outcome"], typed["reasons"], office=kaasa.post_office,
                now=kaasa.clock.now(), page=page,
            ),
        )  # fmt: skip
    except Refused as refused:
        return _show(visit, number, chosen, typed, problems(refused), used=used, status=422)
    it = reading(visit, lambda s: together.whom(s, actor, number, visit.language, chosen, page=page))
    return visit.page(
        "answers_preview.html",
        status=status,
        head=it.head,
        it=it,
        letters=letters,
        chosen=chosen,
        values=typed,
        used=used,
        words=words,
        said=public_words,
        errors=errors or {},
    )
