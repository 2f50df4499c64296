"""Measures for people: of the municipality for everyone, of one case for everyone and, exactly, for its planners."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromPath, FromQuery

from processes import sheet
from processes.actions import measuring, planner_case
from processes.actions.case_file import TermLine, terms_of
from processes.actions.intake import public_case
from processes.actions.measuring import Measures
from processes.actions.planner_case import Head
from processes.actions.public_progress import definition_of
from processes.consultation import Consultation, ConsultationText, text_of
from web import measure_words as words
from web import planner_words, public_words
from web.case_room import address, download, planner, reading
from web.i18n import gettext as _
from web.visit import PageVisit, Visit

CSV = "text/csv; charset=utf-8"


class MeasuresPage(Controller):
    """`/{lang}/measures` and `/{lang}/case/{number}/measures`: small counts are put together."""

    @get("/measures", sync_to_thread=True)
    def town(self, visit: Visit, year: FromQuery[str] = "") -> Response[str]:
        found, years, chosen = _town(visit, year)
        return visit.page(
            "measures.html",
            name=_("How consultations went"),
            title=visit.municipality_name,
            title_language="",
            back="",
            years=years,
            year=chosen,
            table=address(visit, "/measures.csv", year=chosen or 0),
            **_figures(visit, found, public=True),
        )

    @get("/measures.csv", sync_to_thread=True)
    def town_table(self, visit: Visit, year: FromQuery[str] = "") -> Response[bytes]:
        found, _years, _chosen = _town(visit, year)
        return download("measures.csv", CSV, sheet.csv(words.table(found, public=True)))

    @get("/case/{number:str}/measures", sync_to_thread=True)
    def case(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        def look(session: Any) -> tuple[Measures, list[TermLine], ConsultationText]:
            row = public_case(session, visit.kaasa.municipality_id, number)
            return *_of_case(visit, session, row), text_of(session, row, visit.language)

        found, terms, said = reading(visit, look)
        return visit.page(
            "measures.html",
            name=_("How this consultation went"),
            title=said.title,
            title_language=said.language,
            years=[],
            back=f"/case/{number}",
            table=visit.url(f"/case/{number}/measures.csv"),
            **_figures(visit, found, terms, public=True),
        )

    @get("/case/{number:str}/measures.csv", sync_to_thread=True)
    def case_table(self, visit: Visit, number: FromPath[str]) -> Response[bytes]:
        home = visit.kaasa.municipality_id
        found = reading(visit, lambda s: measuring.measure(s, home, [public_case(s, home, number)]))
        return download(f"{number}.csv", CSV, sheet.csv(words.table(found, public=True)))


class CaseMeasuresPage(Controller):
    """`/{lang}/cases/{number}/measures`: the same for its planners, every count as it is."""

    path = "/cases/{number:str}/measures"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        actor = planner(visit)

        def look(session: Any) -> tuple[Measures, list[TermLine], Head]:
            row = planner_case.find(session, actor, number)
            return *_of_case(visit, session, row), planner_case.head(session, actor, row, visit.language)

        found, terms, head = reading(visit, look)
        return visit.page(
            "case_measures.html",
            name=_("How this consultation went"),
            head=head,
            errors={},
            table=visit.url(f"/cases/{number}/measures/table.csv"),
            **_figures(visit, found, terms, public=False),
        )

    @get("/table.csv", sync_to_thread=True)
    def table(self, visit: Visit, number: FromPath[str]) -> Response[bytes]:
        actor = planner(visit)
        found = reading(
            visit,
            lambda s: measuring.measure(s, actor.municipality_id, [planner_case.find(s, actor, number)]),
        )
        return download(f"{number}.csv", CSV, sheet.csv(words.table(found, public=False)))


def _town(visit: PageVisit, year: str) -> tuple[Measures, list[int], int | None]:
    wanted = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None

    def look(session: Any) -> tuple[Measures, list[int], int | None]:
        home = visit.kaasa.municipality_id
        cases = measuring.cases_of(session, home)
        years = sorted({measuring.year_of(it) for it in cases}, reverse=True)
        chosen = wanted if wanted in years else None
        return measuring.measure(session, home, measuring.cases_of(session, home, chosen)), years, chosen

    return reading(visit, look)


def _of_case(visit: PageVisit, session: Any, row: Consultation) -> tuple[Measures, list[TermLine]]:
    now: datetime = visit.kaasa.clock.now()
    definition = definition_of(session, row, visit.kaasa.runtime)
    return (
        measuring.measure(session, row.municipality_id, [row]),
        terms_of(session, row, definition, visit.language, now),
    )


def _figures(
    visit: PageVisit, found: Measures, terms: Sequence[TermLine] = (), *, public: bool
) -> dict[str, Any]:
    """What both kinds of page show."""
    return {
        "found": found,
        "public": public,
        "shares": words.shares(found, public=public),
        "kinds": words.kinds(found, public=public),
        "channels": words.counted(found.channels, public_words.CHANNELS, public=public),
        "outcomes": words.counted(found.outcomes, public_words.OUTCOMES, public=public),
        "fewer": words.fewer(),
        "bars": words.bars(terms, visit.kaasa.clock.now()),
        "words": planner_words,
    }
