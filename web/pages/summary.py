"""The committee's page: frozen before its session, each sentence with its sources; also as files to keep."""

from datetime import datetime

from litestar import Controller, Response, get
from litestar.params import FromPath

from processes.actions import summary_reading
from processes.actions.summary_reading import READERS
from web import public_words, summary_words
from web.sending import attachment
from web.summary_document import document_of
from web.summary_docx import docx
from web.summary_pdf import pdf
from web.summary_sheet import sheet_of
from web.summary_text import plain
from web.visit import Visit

TEXT, PDF, DOCX = "txt", "pdf", "docx"
FILES = {
    PDF: ("application/pdf", pdf),
    DOCX: ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx),
}


class SummaryPage(Controller):
    """`/{lang}/summary/{id}`, and the same with `.txt`, `.pdf` or `.docx` behind it."""

    path = "/summary"

    @get("/{summary_id:str}", sync_to_thread=True)
    def show(self, visit: Visit, summary_id: FromPath[str]) -> Response[str] | Response[bytes]:
        page_id, _, form = summary_id.partition(".")
        kaasa, actor = visit.kaasa, visit.official(*READERS)
        with kaasa.database.session() as session:
            view = summary_reading.read(session, actor, page_id, visit.language, now=kaasa.clock.now())
        if view.frozen_at is None:
            return visit.page("summary_ahead.html", view=view)
        sheet = sheet_of(view.content)
        address = f"{kaasa.settings.url()}{visit.url(f'/summary/{view.id}')}"
        if form in FILES:
            media_type, written = FILES[form]
            name = f"{view.number}-{visit.language}.{form}"
            return attachment(written(document_of(view, sheet, address)), media_type, name)
        if form == TEXT:
            return Response(
                plain(view, sheet, address),
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

    @get("/{summary_id:str}/easy", sync_to_thread=True)
    def easy(self, visit: Visit, summary_id: FromPath[str]) -> Response[str]:
        """The page in easy Estonian, as a person wrote it; without one the page itself says so."""
        kaasa, actor = visit.kaasa, visit.official(*READERS)
        with kaasa.database.session() as session:
            view = summary_reading.read(session, actor, summary_id, visit.language, now=kaasa.clock.now())
        easy = view.content.get("easy")
        if easy is None:
            return visit.page("summary_ahead.html", view=view)
        return visit.page(
            "summary_easy.html", view=view, easy=easy, written_at=datetime.fromisoformat(easy["at"])
        )
