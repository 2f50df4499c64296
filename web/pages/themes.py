"""The municipality's themes, who looks after each, and how answers are approved."""

from litestar import Controller, Response, get, post
from litestar.response import Redirect

from processes.actions import theme_keeping
from processes.actions.theme_keeping import ThemeChanged
from processes.errors import Refused
from processes.permission import ADMINISTRATOR, PLANNER
from web.case_room import reading, writing
from web.forms import Form
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit


class ThemesPage(Controller):
    """`/{lang}/themes`."""

    path = "/themes"

    @get(sync_to_thread=True)
    def show(self, visit: Visit) -> Response[str]:
        return _page(visit)

    @post(sync_to_thread=True, status_code=303)
    def keep(self, visit: Visit, form: Form) -> Response[str] | Redirect:
        actor = visit.official(PLANNER, ADMINISTRATOR)
        typed = {it: form.text(it) for it in ("name", "assignee", "seen", "of")}
        try:
            writing(
                visit,
                lambda s: theme_keeping.keep(s, actor, typed["name"], typed["assignee"], seen=typed["seen"]),
            )
        except Refused as refused:
            return _page(visit, typed, problems(refused), status=422)
        except ThemeChanged as other:
            again = {**typed, "seen": str(other.params["assignee_id"])}
            told = {
                "assignee": sentence(
                    "theme_changed", {"name": other.params["name"], "to": other.params["to"] or "–"}
                )
            }
            return _page(visit, again, told, status=409)
        return visit.redirect("/themes", done="theme_kept")

    @post("/remove", sync_to_thread=True, status_code=303)
    def remove(self, visit: Visit, form: Form) -> Redirect:
        actor = visit.official(PLANNER, ADMINISTRATOR)
        writing(visit, lambda s: theme_keeping.remove(s, actor, form.text("name")))
        return visit.redirect("/themes", done="theme_removed")

    @post("/settings", sync_to_thread=True, status_code=303)
    def settings(self, visit: Visit, form: Form) -> Response[str] | Redirect:
        """How the municipality assesses; the administrator's."""
        actor = visit.official(ADMINISTRATOR)
        two, tiles = form.ticked("two_approve"), form.text("map_tiles")
        try:
            writing(visit, lambda s: theme_keeping.settle(s, actor, two_approve=two, map_tiles=tiles))
        except Refused as refused:
            typed = {"two_approve": "true" if two else "", "map_tiles": tiles}
            return _page(visit, typed, problems(refused), status=422)
        return visit.redirect("/themes", done="settings_kept")


def _page(
    visit: PageVisit, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None, *, status: int = 200
) -> Response[str]:  # fmt: skip
    actor = visit.official(PLANNER, ADMINISTRATOR)
    ways = reading(visit, lambda s: theme_keeping.read(s, actor))
    return visit.page(
        "themes.html",
        status=status,
        ways=ways,
        people=[("", "–"), *ways.people],
        may_settle=actor.holds(ADMINISTRATOR),
        values={"map_tiles": ways.map_tiles, "two_approve": "true" if ways.two_approve else ""}
        | (typed or {}),
        errors=errors or {},
    )
