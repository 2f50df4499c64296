"""Open data (JSON, OpenAPI 3.1): the municipality's public cases and figures, for programs of others.

Nothing here is more than the public pages show: counts below five are left out or put together, no name, no word
of an opinion. Anyone may read it from anywhere; nothing can be changed through it.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.params import FromPath, FromQuery

from processes.actions import measuring
from processes.actions.intake import public_case
from processes.actions.measuring import Measures, Share, few, hidden
from processes.consultation import Consultation, text_of
from processes.obligation import of_consultation
from processes.words import LANGUAGES
from web.compose import Kaasa

T = TypeVar("T")
MOST = 100
DESCRIPTION = OpenAPIConfig(
    title="Kaasa open data",
    version="1",
    description=(
        "Public consultations of one municipality and how they went. Counts from 1 to 4 are never given: "
        "a single one is null, one of several kinds is added to `other`. Times are UTC (RFC 3339)."
    ),
    path="/api",
    render_plugins=[JsonRenderPlugin()],
)


class Part(msgspec.Struct, frozen=True):
    """So many of so many. `value` is null where it is too small to give; `of` 0 where there was nothing to count."""

    value: int | None
    of: int | None


class Figures(msgspec.Struct, frozen=True):
    """How one or many consultations went; every part is explained by its name in the pages' own words."""

    cases: int
    opinions: int | None
    late: int | None
    reached: Part
    opened: Part
    answered: Part
    silent: Part
    replied: Part
    in_time: Part
    favourable: Part
    needs_met: Part
    letters_bounced: Part
    days_to_answer_median: int | None
    outcomes: dict[str, int | None]
    channels: dict[str, int | None]
    invited_by_kind: dict[str, int | None]


class Case(msgspec.Struct, frozen=True):
    """A public consultation: `state` is running or ended; `page` is where people read about it."""

    number: str
    title: str
    language: str
    kind: str
    state: str
    began_on: date
    ended_at: datetime | None
    page: str


class Cases(msgspec.Struct, frozen=True):
    """One page of cases, the newest first."""

    cases: list[Case]
    page: int
    pages: int


class Term(msgspec.Struct, frozen=True):
    """One term of a case: `key` names it in the rules, `met_at` is null while it runs or when it was missed."""

    key: str
    began_at: datetime | None
    due_at: datetime
    first_due_at: datetime
    met_at: datetime | None


class OneCase(msgspec.Struct, frozen=True):
    """A case with its figures and its way in dates against its terms."""

    case: Case
    figures: Figures
    terms: list[Term]


class Api(Controller):
    """`/api/v1`; its description is `/api/openapi.json`."""

    path = "/api/v1"
    include_in_schema = True
    tags = ["consultations"]  # noqa: RUF012  Litestar's own attribute

    @get("/measures", sync_to_thread=True, summary="How the municipality's consultations went", raises=[])
    def town(self, kaasa: NamedDependency[Kaasa], year: FromQuery[int | None] = None) -> Response[Figures]:
        """All public consultations, or those of one year (the year a case became public)."""
        return _given(
            _read(
                kaasa,
                lambda s: _figures(_measure(s, kaasa, measuring.cases_of(s, kaasa.municipality_id, year))),
            )
        )

    @get("/cases", sync_to_thread=True, summary="The public consultations")
    def cases(
        self, kaasa: NamedDependency[Kaasa], page: FromQuery[int] = 1, language: FromQuery[str] = "et"
    ) -> Response[Cases]:
        """One hundred a page, the newest first; titles in `language` (et, en, ru) where there is one."""
        said = language if language in LANGUAGES else "et"

        def look(session: Any) -> Cases:
            rows = measuring.cases_of(session, kaasa.municipality_id)
            pages = max(1, -(-len(rows) // MOST))
            here = min(max(page, 1), pages)
            shown = rows[(here - 1) * MOST : here * MOST]
            return Cases([_case(session, kaasa, it, said) for it in shown], here, pages)

        return _given(_read(kaasa, look))

    @get("/cases/{number:str}", sync_to_thread=True, summary="One consultation, its figures and its terms")
    def case(
        self, kaasa: NamedDependency[Kaasa], number: FromPath[str], language: FromQuery[str] = "et"
    ) -> Response[OneCase]:
        """404 for a case that is not public."""
        said = language if language in LANGUAGES else "et"

        def look(session: Any) -> OneCase:
            row = public_case(session, kaasa.municipality_id, number)
            terms = [
                Term(it.term, it.counted_from, it.due_at, it.first_due_at, it.met_at)
                for it in of_consultation(session, row.municipality_id, row.id)
                if it.withdrawn_at is None
            ]
            return OneCase(_case(session, kaasa, row, said), _figures(_measure(session, kaasa, [row])), terms)

        return _given(_read(kaasa, look))


def _read(kaasa: Kaasa, look: Callable[[Any], T]) -> T:
    with kaasa.database.session() as session:
        return look(session)


def _measure(session: Any, kaasa: Kaasa, rows: Any) -> Measures:
    return measuring.measure(session, kaasa.municipality_id, rows)


def _given(content: T) -> Response[T]:
    """For pages of others too (Fetch standard, CORS): nothing here is anybody's own."""
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "public, max-age=300",
    }
    return Response(content, headers=headers)


def _case(session: Any, kaasa: Kaasa, row: Consultation, language: str) -> Case:
    said = text_of(session, row, language)
    page = f"{kaasa.settings.url()}/{language}/case/{row.number}"
    return Case(
        row.number,
        said.title,
        said.language,
        row.kind,
        row.state,
        measuring.public_since(row),
        row.ended_at,
        page,
    )


def _figures(found: Measures) -> Figures:
    return Figures(
        cases=found.cases,
        opinions=hidden(found.opinions),
        late=hidden(found.late),
        reached=_part(found.reached),
        opened=_part(found.opened),
        answered=_part(found.answered),
        silent=_part(found.silent),
        replied=_part(found.replied),
        in_time=_part(found.in_time),
        favourable=_part(found.favourable),
        needs_met=_part(found.needs_met),
        letters_bounced=_part(found.bounced),
        days_to_answer_median=found.days_to_answer,
        outcomes=few(found.outcomes),
        channels=few(found.channels),
        invited_by_kind=few({kind: it.of for kind, it in found.kinds.items()}),
    )


def _part(share: Share) -> Part:
    """Neither the part nor what is left of the whole may be so small that it tells of somebody."""
    small = hidden(share.value) is None or hidden(share.of - share.value) is None
    return Part(None if small else share.value, hidden(share.of))
