"""The link of a specialist office: one point, the question, and the advice. No author, no notes, no account."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import advising
from processes.errors import Refused, TooLate
from processes.item import ADVICE
from web import assess_words
from web.case_room import reading, writing
from web.forms import Form
from web.i18n import gettext as _
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit


class AdvicePage(Controller):
    """`/{lang}/advice/{token}`."""

    path = "/advice/{token:str}"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        return _page(visit, token)

    @post(sync_to_thread=True, status_code=303)
    def give(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, typed = visit.kaasa, {it: form.text(it) for it in ("advice", "text")}
        try:
            writing(
                visit,
                lambda s: advising.give_by_link(
                    s, kaasa.municipality_id, token, typed["advice"], typed["text"], links=kaasa.links,
                    now=kaasa.clock.now(),
                ),
            )  # fmt: skip
        except Refused as refused:
            return _page(visit, token, typed, problems(refused), status=422)
        except TooLate:
            return _page(visit, token, typed, {"": sentence("point_decided")}, status=409)
        return visit.redirect(f"/advice/{token}", done="advice_given")


def _page(
    visit: PageVisit, token: str, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None, *,
    status: int = 200,
) -> Response[str]:  # fmt: skip
    kaasa = visit.kaasa
    asked = reading(
        visit, lambda s: advising.asked(s, kaasa.municipality_id, token, visit.language, links=kaasa.links)
    )
    return visit.page(
        "advice.html",
        status=status,
        asked=asked,
        token=token,
        values=typed or {"advice": asked.advice, "text": asked.said},
        advice=[(code, _(assess_words.ADVICE[code])) for code in ADVICE],
        errors=errors or {},
    )
