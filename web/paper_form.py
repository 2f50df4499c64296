"""The form of one more document, and the page of documents it stands on: of a draft and of a running case alike."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response

from processes.actions import document_keeping
from processes.actions.document_keeping import NewPaper
from processes.actions.giving import File
from processes.database import new_id
from processes.document import KINDS
from web import public_words
from web.case_room import download, planner, reading
from web.forms import SentForm
from web.i18n import LANGUAGES
from web.public_forms import FILES_ACCEPTED, FILES_NAMED
from web.visit import PageVisit


def new_paper(form: SentForm) -> NewPaper:
    """Out: the document as it was filled in; what is missing is said when it is kept."""
    sent = form.files("file")
    return NewPaper(
        title=form.text("title"),
        kind=form.text("kind"),
        language=form.text("language"),
        accessible=form.ticked("accessible"),
        file=File(sent[0].filename, sent[0].content, sent[0].media_type) if sent else None,
    )


def page(
    visit: PageVisit,
    template: str,
    number: str,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    """Out: the documents of a case with the form under them. In: what was typed into it, and what is wrong with that."""
    actor = planner(visit)
    head, papers = reading(visit, lambda s: document_keeping.listed(s, actor, number, visit.language))
    typed = values or {}
    kinds = [(it, public_words.word(public_words.DOCUMENTS, it)) for it in KINDS]
    return visit.page(
        template,
        status=status,
        head=head,
        papers=papers,
        key=typed.get("key") or new_id(),
        kinds=kinds,
        kind_of=dict(kinds),
        tongues=list(LANGUAGES.items()),
        accepted=FILES_ACCEPTED,
        named=FILES_NAMED,
        values=typed,
        errors=errors or {},
    )


def file(visit: PageVisit, number: str, document_id: str) -> Response[bytes]:
    """Out: a document as it was uploaded, for officials."""
    actor, store = planner(visit), visit.kaasa.store
    paper, content = reading(
        visit, lambda s: document_keeping.content(s, actor, number, document_id, store=store)
    )
    return download(paper.filename, paper.media_type, content)
