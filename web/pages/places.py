"""Where opinions point: the places of one opinion, and the map of a case."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from processes.actions import anchoring
from processes.errors import Refused
from web import anchor_form, assess_words
from web.case_room import more, planner, reading, writing
from web.forms import Form
from web.public_forms import page_number
from web.sentences import problems
from web.visit import PageVisit, Visit


class OpinionPlacesPage(Controller):
    """`/{lang}/cases/{number}/opinions/{opinion}/places`."""

    path = "/cases/{number:str}/opinions/{feedback_id:str}/places"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str]) -> Response[str]:
        return _one(visit, number, feedback_id)

    @post(sync_to_thread=True, status_code=303)
    def add(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, now, pointed = planner(visit), visit.kaasa.clock.now(), anchor_form.pointed(form)
        try:
            writing(visit, lambda s: anchoring.add(s, actor, number, feedback_id, pointed, now=now))
        except Refused as refused:
            return _one(visit, number, feedback_id, anchor_form.typed(form), problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/opinions/{feedback_id}/places", done="place_added")

    @post("/remove", sync_to_thread=True, status_code=303)
    def remove(self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form) -> Redirect:
        actor, place = planner(visit), form.text("place")
        writing(visit, lambda s: anchoring.remove(s, actor, number, feedback_id, place))
        return visit.redirect(f"/cases/{number}/opinions/{feedback_id}/places", done="place_removed")


class CaseMapPage(Controller):
    """`/{lang}/cases/{number}/map`."""

    path = "/cases/{number:str}/map"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str], page: FromQuery[str] = "") -> Response[str]:
        return _map(visit, number, page=page_number(page))

    @post(sync_to_thread=True, status_code=303)
    def draw(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Keep the plan's map out of GeoJSON."""
        actor, now, text = planner(visit), visit.kaasa.clock.now(), form.text("shapes")
        try:
            writing(visit, lambda s: anchoring.draw(s, actor, number, text, now=now))
        except Refused as refused:
            return _map(visit, number, text, problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/map", done="map_kept")


def _one(
    visit: PageVisit, number: str, feedback_id: str, typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None, *, status: int = 200,
) -> Response[str]:  # fmt: skip
    actor = planner(visit)
    it = reading(visit, lambda s: anchoring.of_opinion(s, actor, number, feedback_id, visit.language))
    places = [(place.note or it.receipt, place.geometry) for place in it.places if place.geometry]
    answer = visit.page(
        "opinion_places.html",
        status=status,
        head=it.head,
        it=it,
        drawing=anchor_form.drawn(it.ground, places),
        values=typed or {},
        words=assess_words,
        errors=errors or {},
    )
    return anchor_form.with_tiles(answer, it.ground.tiles)


def _map(
    visit: PageVisit, number: str, typed: str | None = None, errors: dict[str, str] | None = None, *, page: int = 1,
    status: int = 200,
) -> Response[str]:  # fmt: skip
    actor = planner(visit)
    it = reading(visit, lambda s: anchoring.of_case(s, actor, number, visit.language, page=page))
    places = [
        (f"{place.receipt}{': ' + place.note if place.note else ''}", place.geometry)
        for place in it.places
        if place.geometry
    ]
    answer = visit.page(
        "case_map.html",
        status=status,
        head=it.head,
        it=it,
        drawing=anchor_form.drawn(it.ground, places),
        shapes=it.shapes_text if typed is None else typed,
        more=more(visit, f"/cases/{number}/map"),
        words=assess_words,
        errors=errors or {},
    )
    return anchor_form.with_tiles(answer, it.ground.tiles)
