"""The desk of an official: what to do, by when and why; what needs a hand; what others owe."""

from typing import Annotated

from litestar import Controller, Response, get
from litestar.params import FromQuery, QueryParameter

from processes.actions import desk, desk_beside
from processes.permission import COMMITTEE, GOVERNMENT, PLANNER
from web import planner_words
from web.visit import Visit


class DeskPage(Controller):
    """`/{lang}/desk`. Filters live in the address: `?urgency=week`, `?case=dp-2027-3`, `?mine=1`."""

    path = "/desk"

    @get(sync_to_thread=True)
    def show(
        self,
        visit: Visit,
        urgency: FromQuery[str] = "",
        case: FromQuery[str] = "",
        mine: FromQuery[str] = "",
        page: Annotated[int, QueryParameter(ge=1, le=100000)] = 1,
    ) -> Response[str]:
        actor = visit.official(PLANNER, GOVERNMENT, COMMITTEE)
        kaasa, now = visit.kaasa, visit.kaasa.clock.now()
        with kaasa.database.session() as session:
            found = desk.desk(
                session,
                actor,
                visit.language,
                runtime=kaasa.runtime,
                now=now,
                urgency=urgency,
                number=case[:40].strip(),
                mine=mine == "1",
                page=page,
            )
            beside = desk_beside.NOTHING
            if not (urgency or case) and found.page == 1:
                beside = desk_beside.beside(session, actor, visit.language, runtime=kaasa.runtime, now=now)
        return visit.page("desk.html", desk=found, beside=beside, words=planner_words, now=now)
