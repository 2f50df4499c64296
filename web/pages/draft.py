"""The steps of a draft after its matter: dates, whom to ask, papers, letters to read, and the button that begins it."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import document_keeping, drafting, inviting, launch, planning, whom
from processes.actions.invited_one import NewOrganisation
from processes.errors import Refused
from processes.organisation import KINDS as ORGANISATIONS
from web import launch_words as words
from web import paper_form, planner_words, room_words
from web.case_room import letter_body, planner, reading, trying, writing
from web.forms import Form
from web.i18n import LANGUAGES
from web.i18n import gettext as _
from web.sentences import problems
from web.visit import PageVisit, Visit

NEW = ("name", "kind", "email", "contact_name", "phone", "language")


class PlanPage(Controller):
    """`/{lang}/cases/{number}/plan`: the dates, and longer terms than the law asks for."""

    path = "/cases/{number:str}/plan"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return _plan(visit, number)

    @post(sync_to_thread=True, status_code=303)
    def keep(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        actor = planner(visit)
        days = {key: form.text(key) for key in planning.LEAST if key in form.values()}
        try:
            writing(visit, lambda s: planning.raise_terms(s, actor, number, days, form.text("months")))
        except Refused as refused:
            return _plan(visit, number, form.values(), problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/plan", done="plan_kept")


class WhomPage(Controller):
    """`/{lang}/cases/{number}/whom`: who will be asked, each with the reason why."""

    path = "/cases/{number:str}/whom"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return _whom(visit, number)

    @post(sync_to_thread=True, status_code=303)
    def keep(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        actor, links, chosen = planner(visit), visit.kaasa.links, form.all("organisations")
        try:
            count = writing(visit, lambda s: whom.choose(s, actor, number, chosen, links=links))
        except Refused as refused:
            return _whom(visit, number, None, problems(refused), chosen=chosen, status=422)
        return visit.redirect(f"/cases/{number}/papers", done="whom_kept", count=count)

    @post("/add", sync_to_thread=True, status_code=303)
    def add(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Enter an organisation nobody knew yet, and tick it."""
        actor, links = planner(visit), visit.kaasa.links
        new = NewOrganisation(
            easy_language=form.ticked("easy_language"), **{name: form.text(name) for name in NEW}
        )
        try:
            name = writing(visit, lambda s: whom.add(s, actor, number, new, form.text("why"), links=links))
        except Refused as refused:
            return _whom(visit, number, form.values(), problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/whom", done="organisation_entered", name=name)


class PapersPage(Controller):
    """`/{lang}/cases/{number}/papers`: what people will read."""

    path = "/cases/{number:str}/papers"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return _papers(visit, number)

    @post(sync_to_thread=True, status_code=303)
    def add(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        actor, kaasa = planner(visit), visit.kaasa
        new = paper_form.new_paper(form)

        def keep(session: Any) -> document_keeping.Paper:
            drafting.find(session, actor, number)
            return document_keeping.add(
                session, actor, number, new, store=kaasa.store, now=kaasa.clock.now(), key=form.text("key")
            )

        try:
            kept = writing(visit, keep)
        except Refused as refused:
            return _papers(visit, number, form.values(), problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/papers", done="paper_kept", name=kept.title)

    @get("/{document_id:str}", sync_to_thread=True)
    def read(self, visit: Visit, number: FromPath[str], document_id: FromPath[str]) -> Response[bytes]:
        return paper_form.file(visit, number, document_id)

    @post("/{document_id:str}/remove", sync_to_thread=True, status_code=303)
    def remove(self, visit: Visit, number: FromPath[str], document_id: FromPath[str]) -> Redirect:
        actor = planner(visit)

        def take_away(session: Any) -> str:
            drafting.find(session, actor, number)
            return document_keeping.remove(session, actor, number, document_id)

        name = writing(visit, take_away)
        if not name:
            return visit.redirect(f"/cases/{number}/papers")
        return visit.redirect(f"/cases/{number}/papers", done="paper_removed", name=name)


class PreviewPage(Controller):
    """`/{lang}/cases/{number}/letters-preview`: the letters exactly as they would leave."""

    path = "/cases/{number:str}/letters-preview"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        actor = planner(visit)
        letters = reading(visit, lambda s: whom.letters(s, actor, number, visit.language))
        first = {it: _letter(visit, number, readers[0][0]) for it, readers in letters.readers.items()}
        return visit.page(
            "draft_letters.html",
            head=letters.head,
            letters=letters.readers,
            first=first,
            words=words,
            errors={},
        )

    @get("/{organisation_id:str}", sync_to_thread=True)
    def letter(self, visit: Visit, number: FromPath[str], organisation_id: FromPath[str]) -> Response[str]:
        actor = planner(visit)
        letters = reading(visit, lambda s: whom.letters(s, actor, number, visit.language))
        preview = _letter(visit, number, organisation_id)
        return visit.page(
            "draft_letter.html",
            head=letters.head,
            preview=preview,
            organisation_id=organisation_id,
            words=words,
            errors={},
        )

    @get("/{organisation_id:str}/body", sync_to_thread=True)
    def body(self, visit: Visit, number: FromPath[str], organisation_id: FromPath[str]) -> Response[str]:
        return letter_body(_letter(visit, number, organisation_id).html)


class BeginPage(Controller):
    """`/{lang}/cases/{number}/begin`: what is ready, and the one button."""

    path = "/cases/{number:str}/begin"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return _begin(visit, number)

    @post(sync_to_thread=True, status_code=303)
    def begin(self, visit: Visit, number: FromPath[str]) -> Response[str] | Redirect:
        actor, kaasa = planner(visit), visit.kaasa
        try:
            writing(
                visit,
                lambda s: launch.begin(
                    s, actor, number, runtime=kaasa.runtime, links=kaasa.links, now=kaasa.clock.now()
                ),
            )
        except Refused as refused:
            return _begin(visit, number, problems(refused), status=422)
        return visit.redirect("/desk", done="procedure_begun", number=number)


class DiscardPage(Controller):
    """`/{lang}/cases/{number}/discard`: deleting a draft, asked once more."""

    path = "/cases/{number:str}/discard"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        actor = planner(visit)
        found = reading(visit, lambda s: launch.ready(s, actor, number, visit.language))
        return visit.page("draft_discard.html", head=found.head, found=found, errors={})

    @post(sync_to_thread=True, status_code=303)
    def discard(self, visit: Visit, number: FromPath[str]) -> Redirect:
        actor = planner(visit)
        writing(visit, lambda s: drafting.discard(s, actor, number))
        return visit.redirect("/launch", done="draft_discarded")


def _plan(
    visit: PageVisit,
    number: str,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    plan = reading(visit, lambda s: planning.read(s, actor, number, visit.language))
    return visit.page(
        "draft_plan.html",
        status=status,
        head=plan.head,
        plan=plan,
        values=values or {},
        errors=errors or {},
        words=words,
        planner_words=planner_words,
        basis=planning.basis,
        reasoning=planning.reasoning,
    )


def _whom(
    visit: PageVisit,
    number: str,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    chosen: list[str] | None = None,
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    found = reading(visit, lambda s: whom.read(s, actor, number, visit.language))
    ticked = set(chosen) if chosen is not None else {it.organisation_id for it in found.choices if it.ticked}
    return visit.page(
        "draft_whom.html",
        status=status,
        head=found.head,
        choices=found.choices,
        ticked=ticked,
        kinds=[(it, _(room_words.ORGANISATIONS[it])) for it in ORGANISATIONS],
        tongues=list(LANGUAGES.items()),
        values=values or {},
        errors=errors or {},
        words=room_words,
    )


def _papers(
    visit: PageVisit,
    number: str,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    reading(visit, lambda s: drafting.find(s, actor, number))
    return paper_form.page(visit, "draft_papers.html", number, values, errors, status=status)


def _letter(visit: PageVisit, number: str, organisation_id: str) -> inviting.Preview:
    actor, kaasa = planner(visit), visit.kaasa

    def look(session: Any) -> inviting.Preview:
        drafting.find(session, actor, number)
        return inviting.preview(
            session,
            actor,
            number,
            organisation_id,
            links=kaasa.links,
            office=kaasa.post_office,
            now=kaasa.clock.now(),
        )

    return trying(visit, look)


def _begin(
    visit: PageVisit, number: str, errors: dict[str, str] | None = None, *, status: int = 200
) -> Response[str]:
    actor = planner(visit)
    found = reading(visit, lambda s: launch.ready(s, actor, number, visit.language))
    return visit.page(
        "draft_begin.html",
        status=status,
        head=found.head,
        found=found,
        written=", ".join(_(words.LANGUAGES[it]) for it in found.languages),
        errors=errors or {},
    )
