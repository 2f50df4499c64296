"""The documents of a running case: kept for officials first, opened to everyone by a deed of its own."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import document_keeping
from processes.actions.document_keeping import NewPaper
from processes.actions.giving import File
from processes.database import new_id
from processes.document import KINDS
from processes.errors import Refused, TooLate
from web import public_words
from web.case_room import download, planner, reading, writing
from web.forms import Form
from web.i18n import LANGUAGES
from web.public_forms import FILES_ACCEPTED, FILES_NAMED
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit


class DocumentsPage(Controller):
    """`/{lang}/cases/{number}/documents`."""

    path = "/cases/{number:str}/documents"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return _page(visit, number)

    @post(sync_to_thread=True, status_code=303)
    def add(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Keep a document; the button says whether everyone may read it at once."""
        actor, kaasa, now = planner(visit), visit.kaasa, visit.kaasa.clock.now()
        sent = form.files("file")
        new = NewPaper(
            title=form.text("title"),
            kind=form.text("kind"),
            language=form.text("language"),
            accessible=form.ticked("accessible"),
            file=File(sent[0].filename, sent[0].content, sent[0].media_type) if sent else None,
        )

        def keep(session: Any) -> str:
            kept = document_keeping.add(
                session, actor, number, new, store=kaasa.store, now=now, key=form.text("key")
            )
            if form.text("publish") == "1":
                session.flush()
                document_keeping.publish(session, actor, number, kept.id, now=now)
            return kept.title

        try:
            name = writing(visit, keep)
        except Refused as refused:
            return _page(visit, number, form.values(), problems(refused), status=422)
        except TooLate:
            return _page(visit, number, form.values(), {"": sentence("too_late")}, status=409)
        done = "paper_published" if form.text("publish") == "1" else "paper_kept"
        return visit.redirect(f"/cases/{number}/documents", done=done, name=name)

    @get("/{document_id:str}", sync_to_thread=True)
    def read(self, visit: Visit, number: FromPath[str], document_id: FromPath[str]) -> Response[bytes]:
        actor, store = planner(visit), visit.kaasa.store
        paper, content = reading(
            visit, lambda s: document_keeping.content(s, actor, number, document_id, store=store)
        )
        return download(paper.filename, paper.media_type, content)

    @post("/{document_id:str}/publish", sync_to_thread=True, status_code=303)
    def publish(self, visit: Visit, number: FromPath[str], document_id: FromPath[str]) -> Redirect:
        actor, now = planner(visit), visit.kaasa.clock.now()
        name = writing(visit, lambda s: document_keeping.publish(s, actor, number, document_id, now=now))
        return visit.redirect(f"/cases/{number}/documents", done="paper_published", name=name)

    @post("/{document_id:str}/remove", sync_to_thread=True, status_code=303)
    def remove(self, visit: Visit, number: FromPath[str], document_id: FromPath[str]) -> Redirect:
        actor = planner(visit)
        name = writing(visit, lambda s: document_keeping.remove(s, actor, number, document_id))
        path = f"/cases/{number}/documents"
        return visit.redirect(path, done="paper_removed", name=name) if name else visit.redirect(path)


def _page(
    visit: PageVisit,
    number: str,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    head, papers = reading(visit, lambda s: document_keeping.listed(s, actor, number, visit.language))
    typed = values or {}
    return visit.page(
        "documents.html",
        status=status,
        head=head,
        papers=papers,
        key=typed.get("key") or new_id(),
        kinds=[(it, public_words.word(public_words.DOCUMENTS, it)) for it in KINDS],
        kind_of={it: public_words.word(public_words.DOCUMENTS, it) for it in KINDS},
        tongues=list(LANGUAGES.items()),
        accepted=FILES_ACCEPTED,
        named=FILES_NAMED,
        values=typed,
        errors=errors or {},
    )
