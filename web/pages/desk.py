"""The desk of an official: what to do, by when and why; what needs a hand; what others owe."""

from datetime import date, datetime
from functools import lru_cache

from litestar import Controller, Response, get
from litestar.params import FromQuery
from markupsafe import Markup

from processes.actions import committee_desk, desk, desk_beside
from processes.actions.desk import Task
from processes.permission import CLERK, COMMITTEE, GOVERNMENT, PLANNER
from web import planner_words, summary_words
from web.case_room import today
from web.public_forms import page_number
from web.render import Renderer
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
        page: FromQuery[str] = "",
    ) -> Response[str]:
        actor = visit.official(PLANNER, GOVERNMENT, COMMITTEE, CLERK)
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
                page=page_number(page),
            )
            beside = desk_beside.NOTHING
            if not (urgency or case) and found.page == 1:
                beside = desk_beside.beside(session, actor, visit.language, runtime=kaasa.runtime, now=now)
            summaries = (
                committee_desk.summaries_for(session, actor, visit.language, now=now, links=kaasa.links)
                if actor.holds(COMMITTEE, CLERK)
                else []
            )
        return visit.page(
            "desk.html",
            summaries=summaries,
            summary_states=summary_words.STATES,
            desk=found,
            lines=[_line(kaasa.renderer, it, visit.language, today(visit), _Now(now)) for it in found.tasks],
            beside=beside,
            words=planner_words,
            now=now,
        )


class _Now:
    """The moment a line is drawn at. It is no part of the line's key: the day and the urgency are."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Now)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=8192)
def _line(renderer: Renderer, task: Task, _language: str, _today: date, now: _Now) -> Markup:
    """A line of the desk, drawn once a day for as long as nothing in it changes."""
    return Markup(renderer.text("desk_line.html", {"task": task, "words": planner_words, "now": now.moment}))  # noqa: S704  our own template
