"""The committee's page: frozen before its session, each sentence with its sources; also as plain text."""

from litestar import Controller, Response, get
from litestar.params import FromPath

from processes.actions import summary_reading
from processes.actions.summary_reading import READERS
from web import public_words, summary_words
from web.summary_sheet import sheet_of
from web.summary_text import plain
from web.visit import Visit

TEXT = ".txt"


class SummaryPage(Controller):
    """`/{lang}/summary/{id}` and `/{lang}/summary/{id}.txt`."""

    path = "/summary"

    @get("/{summary_id:str}", sync_to_thread=True)
    def show(self, visit: Visit, summary_id: FromPath[str]) -> Response[str]:
        kaasa, actor = visit.kaasa, visit.official(*READERS)
        with kaasa.database.session() as session:
            view = summary_reading.read(
                session, actor, summary_id.removesuffix(TEXT), visit.language, now=kaasa.clock.now()
            )
        if view.frozen_at is None:
            return visit.page("summary_ahead.html", view=view)
        sheet = sheet_of(view.content)
        if summary_id.endswith(TEXT):
            return Response(
                plain(view, sheet),
                media_type="text/plain",
                headers={"Cache-Control": "no-store", "Content-Language": visit.language},
            )
        return visit.page(
            "summary.html",
            view=view,
            sheet=sheet,
            words=summary_words,
            public_words=public_words,
            titles=dict(sheet.titles()),
            themes=[(summary_words.theme(it["theme"]), it["opinions"]) for it in view.content["themes"]],
            outcomes=[
                code
                for code in (*public_words.OUTCOMES, "unanswered")
                if code in view.content["counts"]["outcomes"]
            ],
        )
