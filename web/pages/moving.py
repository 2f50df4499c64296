"""Versions of procedures, and moving the cases under way to a revised one: prepared, looked at, done, taken back."""

from functools import partial
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from engine.errors import Conflict, MovedOn, MoveRefused, NotOpen
from processes.actions import moving, moving_prospect, moving_versions
from processes.errors import Refused
from web import moving_words
from web.forms import Form, SentForm
from web.i18n import gettext as _
from web.public_forms import page_number
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit

MAP = "map:"


class MovingPage(Controller):
    """`/{lang}/moving`. The plan lives in the address: `?to=3&map:old=new`."""

    path = "/moving"

    @get(sync_to_thread=True)
    def show(self, visit: Visit) -> Response[str]:
        actor, kaasa = visit.official(*moving_versions.READERS), visit.kaasa
        with kaasa.database.session() as session:
            found = moving_versions.kinds(session, actor, runtime=kaasa.runtime)
        return visit.page("moving.html", kinds=found)

    @post("/{key:str}/take-over", sync_to_thread=True, status_code=303)
    def take_over(self, visit: Visit, key: FromPath[str], form: Form) -> Redirect:  # noqa: ARG002  the form is read for its token
        actor, kaasa, now = visit.official(*moving_versions.READERS), visit.kaasa, visit.kaasa.clock.now()
        version = kaasa.database.transaction(
            lambda s: moving_versions.take_over(s, actor, key, runtime=kaasa.runtime, now=now)
        )
        return visit.redirect("/moving", done="moving_taken_over", version=version)

    @get("/{key:str}", sync_to_thread=True)
    def plan(
        self,
        visit: Visit,
        key: FromPath[str],
        to: FromQuery[str] = "",
        wanted: Annotated[str, QueryParameter(name="page")] = "",
    ) -> Response[str]:
        given = {name: str(text) for name, text in visit.request.query_params.multi_items()}
        return _page(visit, key, _number(to), _mapping(given), page=page_number(wanted))

    @post("/{key:str}/apply", sync_to_thread=True, status_code=303)
    def apply(self, visit: Visit, key: FromPath[str], form: Form) -> Response[Any]:
        """Each ticked case is a transaction of its own; what cannot go stays, and the page says why."""
        actor, kaasa, now = visit.official(*moving_versions.READERS), visit.kaasa, visit.kaasa.clock.now()
        to, mapping = _number(form.text("to")), _mapping(form.values())
        moved = left = 0
        for number in dict.fromkeys(form.all("case")[: moving_prospect.PAGE]):
            move = partial(
                moving.apply, actor=actor, number=number, key=key, to=to, mapping=mapping,
                runtime=kaasa.runtime, now=now, new_terms=form.ticked("new_terms"), reason=form.text("reason"),
            )  # fmt: skip
            try:
                kaasa.database.transaction(move)
            except Refused as refused:
                return _page(visit, key, to, mapping, form=form, errors=problems(refused))
            except (MoveRefused, Conflict, NotOpen):
                left += 1
            else:
                moved += 1
        query = "".join(f"&{MAP}{before}={after}" for before, after in mapping.items())
        return visit.redirect(f"/moving/{key}?to={to}{query}", done="moving_done", moved=moved, left=left)

    @post("/{key:str}/back", sync_to_thread=True, status_code=303)
    def back(self, visit: Visit, key: FromPath[str], form: Form) -> Response[Any]:
        actor, kaasa, now = visit.official(*moving_versions.READERS), visit.kaasa, visit.kaasa.clock.now()
        number = form.text("number")
        try:
            kaasa.database.transaction(
                lambda s: moving.revert(s, actor, number, runtime=kaasa.runtime, now=now)
            )
        except MovedOn:
            title = _("It has changed meanwhile")
            return visit.page(
                "message.html", status=409, title=title, text=sentence("moving_too_late"), code=""
            )
        return visit.redirect(f"/moving/{key}?to={form.text('to')}", done="moving_back", number=number)


def _page(
    visit: PageVisit,
    key: str,
    to: int,
    mapping: dict[str, str],
    *,
    page: int = 1,
    form: SentForm | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    actor, kaasa = visit.official(*moving_versions.READERS), visit.kaasa
    with kaasa.database.session() as session:
        to = to or moving_versions.newest(session, actor, key, runtime=kaasa.runtime)
        found = moving_prospect.prospect(
            session, actor, key, to, mapping, visit.language, runtime=kaasa.runtime, now=kaasa.clock.now(),
            page=page,
        )  # fmt: skip
        versions = next(
            it for it in moving_versions.kinds(session, actor, runtime=kaasa.runtime) if it.key == key
        )
    query = "".join(f"&{MAP}{before}={after}" for before, after in mapping.items())
    return visit.page(
        "moving_plan.html",
        status=422 if errors else 200,
        it=found,
        versions=versions,
        words=moving_words,
        here=f"{visit.url('/moving')}/{key}?to={to}{query}",
        map=MAP,
        reason=form.text("reason") if form else "",
        new_terms=form.ticked("new_terms") if form else False,
        errors=errors or {},
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _mapping(given: dict[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(MAP): text.strip()
        for name, text in given.items()
        if name.startswith(MAP) and text.strip()
    }
