"""Every case of the municipality: found by words and state, with what each waits for."""

from typing import Annotated

from litestar import Controller, Response, get
from litestar.params import FromQuery, QueryParameter

from processes.actions import cases
from web import planner_words
from web.public_forms import page_number
from web.visit import Visit


class CasesPage(Controller):
    """`/{lang}/cases`. The filter lives in the address: `?state=running&q=kool`."""

    path = "/cases"

    @get(sync_to_thread=True)
    def show(
        self,
        visit: Visit,
        wanted: Annotated[str, QueryParameter(name="state")] = "",
        q: FromQuery[str] = "",
        page: FromQuery[str] = "",
    ) -> Response[str]:
        actor = visit.official(*cases.READERS)
        with visit.kaasa.database.session() as session:
            found = cases.cases(
                session,
                actor,
                visit.language,
                runtime=visit.kaasa.runtime,
                state=wanted,
                words=q[:200],
                page=page_number(page),
            )
        return visit.page(
            "cases.html",
            block="found" if visit.fragment else None,
            found=found,
            words=planner_words,
            now=visit.kaasa.clock.now(),
        )
