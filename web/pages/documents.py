"""The documents of a running case: kept for officials first, opened to everyone by a deed of its own."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import document_keeping
from processes.errors import Refused, TooLate
from web import paper_form
from web.case_room import planner, writing
from web.forms import Form
from web.sentences import problems, sentence
from web.visit import Visit

PAGE = "documents.html"


class DocumentsPage(Controller):
    """`/{lang}/cases/{number}/documents`."""

    path = "/cases/{number:str}/documents"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return paper_form.page(visit, PAGE, number)

    @post(sync_to_thread=True, status_code=303)
    def add(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Keep a document; the button says whether everyone may read it at once."""
        actor, kaasa, now = planner(visit), visit.kaasa, visit.kaasa.clock.now()
        new = paper_form.new_paper(form)

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
            return paper_form.page(visit, PAGE, number, form.values(), problems(refused), status=422)
        except TooLate:
            return paper_form.page(visit, PAGE, number, form.values(), {"": sentence("too_late")}, status=409)
        done = "paper_published" if form.text("publish") == "1" else "paper_kept"
        return visit.redirect(f"/cases/{number}/documents", done=done, name=name)

    @get("/{document_id:str}", sync_to_thread=True)
    def read(self, visit: Visit, number: FromPath[str], document_id: FromPath[str]) -> Response[bytes]:
        return paper_form.file(visit, number, document_id)

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
