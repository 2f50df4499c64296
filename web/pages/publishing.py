"""On the way to the public page: the list of a case's opinions, one with what to look at, its copies and deeds."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from processes.actions import publishing, publishing_view
from processes.actions.publishing import Copy, Page
from processes.actions.publishing_view import STATES, TODO, View
from processes.errors import Conflict, Refused
from processes.publication import PREPARED, REASONS
from processes.sensitive import without
from web import marked
from web import publishing_words as words
from web.case_room import address, download, more, planner, reading, writing
from web.forms import Form, SentForm
from web.i18n import gettext as _
from web.public_forms import page_number
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit

State = Annotated[str, QueryParameter(name="state")]
PUT = "[…]"


class PublishingPage(Controller):
    """`/{lang}/cases/{number}/publishing` and one opinion below it."""

    path = "/cases/{number:str}/publishing"

    @get(sync_to_thread=True)
    def show(
        self, visit: Visit, number: FromPath[str], wanted: State = TODO, page: FromQuery[str] = ""
    ) -> Response[str]:
        actor = planner(visit)
        wanted = wanted if wanted in STATES else TODO
        shown = reading(
            visit,
            lambda s: publishing_view.listed(
                s, actor, number, visit.language, wanted, page=page_number(page)
            ),
        )
        path = f"/cases/{number}/publishing"
        return visit.page(
            "publishing_list.html",
            head=shown.head,
            shown=shown,
            wanted=wanted,
            filters=[
                (_(words.STATES[it]), shown.counts[it], address(visit, path, state=it), it == wanted)
                for it in STATES
            ],
            more=more(visit, path, state=wanted),
            words=words,
            errors={},
        )

    @get("/{feedback_id:str}", sync_to_thread=True)
    def one(self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str]) -> Response[str]:
        return _one(visit, number, feedback_id)

    @get("/{feedback_id:str}/copy/{copy_id:str}", sync_to_thread=True)
    def copy(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], copy_id: FromPath[str]
    ) -> Response[bytes]:
        actor, store = planner(visit), visit.kaasa.store
        content = reading(
            visit, lambda s: publishing_view.copy(s, actor, number, feedback_id, copy_id, store=store)
        )
        return download("koopia.pdf", "application/pdf", content)

    @post("/{feedback_id:str}", sync_to_thread=True, status_code=303)
    def prepare(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Keep a copy for the second person; the pages of chosen files are drawn before anything is locked."""
        actor, kaasa, now = planner(visit), visit.kaasa, visit.kaasa.clock.now()
        chosen = [it.removeprefix("file-") for it in form.values() if it.startswith("file-")]
        told = {it: form.text(f"told-{it}") for it in chosen}
        drawn: list[Page] = []

        def deed(session: Any) -> str:
            copy = Copy(
                form.text("text"), form.text("reason"), form.text("kept"), _number(form.text("seen")), drawn
            )
            return publishing.prepare(session, actor, number, feedback_id, copy, store=kaasa.store, now=now)

        try:
            drawn = reading(
                visit, lambda s: publishing.draw(s, actor, number, feedback_id, told, store=kaasa.store)
            )
        except Refused as refused:
            return _one(visit, number, feedback_id, form, problems(refused), status=422)
        return _done(visit, number, feedback_id, form, "copy_prepared", deed)

    @post("/{feedback_id:str}/out", sync_to_thread=True, status_code=303)
    def let_out(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, now, version = planner(visit), visit.kaasa.clock.now(), _number(form.text("seen"))
        return _done(
            visit, number, feedback_id, form, "opinion_published",
            lambda s: publishing.let_out(s, actor, number, feedback_id, version, now=now),
        )  # fmt: skip

    @post("/{feedback_id:str}/back", sync_to_thread=True, status_code=303)
    def send_back(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, now, version = planner(visit), visit.kaasa.clock.now(), _number(form.text("seen"))
        return _done(
            visit, number, feedback_id, form, "copy_sent_back",
            lambda s: publishing.send_back(
                s, actor, number, feedback_id, version, form.text("note"), now=now
            ),
        )  # fmt: skip

    @post("/{feedback_id:str}/hide", sync_to_thread=True, status_code=303)
    def take_back(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, now = planner(visit), visit.kaasa.clock.now()
        return _done(
            visit, number, feedback_id, form, "opinion_unpublished",
            lambda s: publishing.take_back(s, actor, number, feedback_id, form.text("why"), now=now),
        )  # fmt: skip


def _done(
    visit: PageVisit, number: str, feedback_id: str, form: SentForm, done: str, deed: Callable[[Any], str]
) -> Response[str] | Redirect:
    try:
        receipt = writing(visit, deed)
    except Refused as refused:
        return _one(visit, number, feedback_id, form, problems(refused), status=422)
    except Conflict:
        return _one(visit, number, feedback_id, form, {"": sentence("copy_meanwhile")}, status=409)
    return visit.redirect(f"/cases/{number}/publishing/{feedback_id}", done=done, receipt=receipt)


def _one(
    visit: PageVisit,
    number: str,
    feedback_id: str,
    form: SentForm | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    view = reading(visit, lambda s: publishing_view.one(s, actor, number, feedback_id, visit.language))
    newest = view.made[0] if view.made else None
    return visit.page(
        "publishing.html",
        status=status,
        head=view.head,
        it=view,
        newest=newest,
        waits=newest is not None and newest.state == PREPARED,
        pieces=marked.found(view.text, view.findings),
        counted=[(_(marked.KINDS[kind]), number) for kind, number in marked.counts(view.findings)],
        changed=marked.difference(view.text, newest.text) if newest else [],
        copy_pieces=marked.found(newest.text, view.in_copy) if newest else [],
        kinds=marked.KINDS,
        reasons=[(it, _(words.REASONS[it])) for it in REASONS[1:]],
        values=form.values() if form else _begin(view),
        words=words,
        errors=errors or {},
    )


def _begin(view: View) -> dict[str, str]:
    """What the form begins with: the newest copy, or a proposal without what is certainly somebody's."""
    if view.made:
        newest = view.made[0]
        return {
            "text": newest.text, "reason": "" if newest.reason == "nothing" else newest.reason, "kept": newest.kept,
        }  # fmt: skip
    proposal = without(view.text, view.findings, PUT)
    return {"text": proposal, "reason": "personal" if proposal != view.text else ""}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
