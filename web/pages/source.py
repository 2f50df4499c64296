"""A source of the committee's page, as it was frozen: an opinion with its points, or what a figure counted."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromPath, FromQuery

from processes.actions import summary_reading
from processes.actions.summary_reading import READERS
from processes.errors import NotFound
from web import public_words, summary_sources, summary_words
from web.public_forms import page_number
from web.summary_counted import counted
from web.summary_sheet import Source, sheet_of
from web.visit import Visit

A_PAGE = 50


class SourcePage(Controller):
    """`/{lang}/summary/{id}/source/{what}`: the number of a source, or the receipt of an opinion the page counts."""

    path = "/summary/{summary_id:str}/source/{what:str}"

    @get(sync_to_thread=True)
    def show(
        self, visit: Visit, summary_id: FromPath[str], what: FromPath[str], page: FromQuery[str] = ""
    ) -> Response[str]:
        kaasa, actor = visit.kaasa, visit.official(*READERS)
        with kaasa.database.session() as session:
            view = summary_reading.read(session, actor, summary_id, visit.language, now=kaasa.clock.now())
        if view.frozen_at is None:
            raise NotFound
        source = _found(view.content, what)
        told = counted(source.fact, view.content)
        last = max(1, -(-len(told) // A_PAGE))
        at = min(page_number(page), last)
        return visit.page(
            "summary_source.html",
            view=view,
            source=source,
            item=summary_sources.item(source.fact, view.number, actor),
            told=told[(at - 1) * A_PAGE : at * A_PAGE],
            number=len(told),
            at=at,
            last=last,
            words=summary_words,
            public_words=public_words,
        )


def _found(content: Mapping[str, Any], what: str) -> Source:
    """The source of a number; for a receipt the opinion itself, which need not be a source of a sentence."""
    sources = sheet_of(content).sources
    for it in sources:
        if what == (it.fact.get("receipt") if it.opinion is not None else "") or what == str(it.number):
            return it
    for opinion in content["opinions"]:
        if opinion["receipt"] == what:
            fact = {**opinion, "from": "feedback"}
            return Source(0, summary_sources.source(fact), (), fact, opinion)
    raise NotFound
