"""Opinions that say the same: the search, the groups it proposes, and what people decide about each."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from processes.actions import alike_deciding, alike_groups, alike_search
from processes.actions.alike_groups import STATES
from processes.errors import NotYet, Refused, TooLate
from web import assess_words as words
from web import dates, public_words
from web.case_room import address, more, planner, reading, writing
from web.forms import Form
from web.i18n import gettext as _
from web.public_forms import page_number
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit


class AlikePage(Controller):
    """`/{lang}/cases/{number}/alike`."""

    path = "/cases/{number:str}/alike"

    @get(sync_to_thread=True)
    def show(
        self, visit: Visit, number: FromPath[str], show: FromQuery[str] = "", page: FromQuery[str] = "",
        watch: FromQuery[str] = "",
    ) -> Response[str]:  # fmt: skip
        return _list(visit, number, show=show, page=page_number(page), watch=bool(watch))

    @get("/progress", sync_to_thread=True)
    def progress(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        """The part of the page that says how far a search is."""
        return _list(visit, number, watch=True, block="progress")

    @post("/search", sync_to_thread=True, status_code=303)
    def search(self, visit: Visit, number: FromPath[str]) -> Redirect:
        actor, now = planner(visit), visit.kaasa.clock.now()
        writing(visit, lambda s: alike_search.ask(s, actor, number, now=now))
        return visit.redirect(f"/cases/{number}/alike?watch=1", done="search_asked")

    @get("/{group_id:str}", sync_to_thread=True)
    def one(
        self, visit: Visit, number: FromPath[str], group_id: FromPath[str], page: FromQuery[str] = ""
    ) -> Response[str]:
        return _one(visit, number, group_id, page=page_number(page))

    @post("/{group_id:str}/decide", sync_to_thread=True, status_code=303)
    def decide(
        self, visit: Visit, number: FromPath[str], group_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Take the group or leave it."""
        actor, now, decision = planner(visit), visit.kaasa.clock.now(), form.text("decision")

        def deed(session: Any) -> str:
            return alike_deciding.decide(session, actor, number, group_id, decision, now=now).id

        done = "group_taken" if decision == "taken" else "group_left"
        return _done(visit, number, group_id, deed, done)

    @post("/{group_id:str}/out", sync_to_thread=True, status_code=303)
    def out(
        self, visit: Visit, number: FromPath[str], group_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Take one opinion out of the group, or back in."""
        actor, back = planner(visit), form.ticked("back")

        def deed(session: Any) -> str:
            alike_deciding.leave_out(session, actor, number, group_id, form.text("opinion"), out=not back)
            return group_id

        return _done(visit, number, group_id, deed, "member_in" if back else "member_out")

    @post("/{group_id:str}/representative", sync_to_thread=True, status_code=303)
    def representative(
        self, visit: Visit, number: FromPath[str], group_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Ask the authors by letter for a representative, or note who it is."""
        actor, now, asks = planner(visit), visit.kaasa.clock.now(), form.text("do") == "ask"
        told: dict[str, Any] = {}

        def deed(session: Any) -> str:
            if asks:
                asked = alike_deciding.ask_representative(
                    session, actor, number, group_id, office=visit.kaasa.post_office, now=now
                )
                told.update(letters=asked.letters, without=asked.without_address)
            else:
                alike_deciding.name_representative(
                    session, actor, number, group_id, form.text("name"), by=form.text("by"), now=now
                )
            return group_id

        done = "representative_asked" if asks else "representative_named"
        return _done(visit, number, group_id, deed, done, form.values(), told)


def _done(
    visit: PageVisit, number: str, group_id: str, deed: Callable[[Any], str], done: str,
    typed: dict[str, str] | None = None, told: dict[str, Any] | None = None,
) -> Response[str] | Redirect:  # fmt: skip
    try:
        goal = writing(visit, deed)
    except Refused as refused:
        return _one(visit, number, group_id, typed, problems(refused), status=422)
    except NotYet as early:
        opens = early.params.get("opens_at")
        why = sentence("naming_not_yet", {"day": dates.day(opens) if opens else "–"})  # type: ignore[arg-type]
        return _one(visit, number, group_id, typed, {"by": why}, status=409)
    except TooLate:
        return _one(visit, number, group_id, typed, {"": sentence("group_answered")}, status=409)
    return visit.redirect(f"/cases/{number}/alike/{goal}", done=done, **(told or {}))


def _list(
    visit: PageVisit, number: str, *, show: str = "", page: int = 1, watch: bool = False, block: str | None = None
) -> Response[str]:  # fmt: skip
    actor = planner(visit)
    show = show if show in STATES else ""
    shown = reading(
        visit, lambda s: alike_groups.read(s, actor, number, visit.language, state=show, page=page)
    )
    path = f"/cases/{number}/alike"
    filters = [(_("All"), sum(shown.counts.values()), address(visit, path), not show)]
    filters += [
        (_(words.GROUPS[it]), shown.counts[it], address(visit, path, show=it), show == it) for it in STATES
    ]
    return visit.page(
        "alike.html",
        block=block,
        head=shown.head,
        shown=shown,
        search=shown.search,
        watch=watch,
        filters=filters,
        more=more(visit, path, show=show),
        words=words,
        errors={},
    )


def _one(
    visit: PageVisit,
    number: str,
    group_id: str,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    page: int = 1,
    status: int = 200,
) -> Response[str]:
    actor, now = planner(visit), visit.kaasa.clock.now()
    it = reading(
        visit, lambda s: alike_groups.one(s, actor, number, group_id, visit.language, now=now, page=page)
    )
    return visit.page(
        "alike_group.html",
        status=status,
        head=it.head,
        it=it,
        values=typed or {},
        more=more(visit, f"/cases/{number}/alike/{group_id}"),
        words=words,
        said=public_words,
        errors=errors or {},
    )
