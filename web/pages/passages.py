"""Passages to answer with: the list, one with where it was used, keeping and putting away."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import passages
from processes.actions.passages import ChangedMeanwhile, PassageForm
from processes.database import new_id
from processes.errors import Refused
from web.case_room import planner, reading, writing
from web.forms import Form, SentForm
from web.i18n import LANGUAGES
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit

FIELDS = ("name", "theme", "text", "language")


class PassagesPage(Controller):
    """`/{lang}/passages`."""

    path = "/passages"

    @get(sync_to_thread=True)
    def show(self, visit: Visit) -> Response[str]:
        return _list(visit, {"language": visit.language, "key": new_id()})

    @post(sync_to_thread=True, status_code=303)
    def keep(self, visit: Visit, form: Form) -> Response[str] | Redirect:
        actor, now, typed = planner(visit), visit.kaasa.clock.now(), _typed(form)
        try:
            writing(
                visit, lambda s: passages.keep(s, actor, PassageForm(**typed), key=form.text("key"), now=now)
            )
        except Refused as refused:
            return _list(visit, {**typed, "key": form.text("key")}, problems(refused), status=422)
        return visit.redirect("/passages", done="passage_saved")

    @get("/{passage_id:str}", sync_to_thread=True)
    def one(self, visit: Visit, passage_id: FromPath[str]) -> Response[str]:
        return _one(visit, passage_id)

    @post("/{passage_id:str}", sync_to_thread=True, status_code=303)
    def change(self, visit: Visit, passage_id: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Change the words; whoever else did meanwhile is shown."""
        actor, now, typed = planner(visit), visit.kaasa.clock.now(), _typed(form)
        seen = int(form.text("seen")) if form.text("seen").isdigit() else 0
        try:
            writing(
                visit,
                lambda s: passages.keep(
                    s, actor, PassageForm(**typed), passage_id=passage_id, seen=seen, now=now
                ),
            )
        except Refused as refused:
            return _one(visit, passage_id, {**typed, "seen": str(seen)}, problems(refused), status=422)
        except ChangedMeanwhile as other:
            told = {"text": sentence("changed_meanwhile", {"by": other.params["by"]})}
            again = {**typed, "seen": str(other.params["revision"])}
            return _one(visit, passage_id, again, told, theirs=other.params["text"], status=409)
        return visit.redirect(f"/passages/{passage_id}", done="passage_saved")

    @post("/{passage_id:str}/away", sync_to_thread=True, status_code=303)
    def away(self, visit: Visit, passage_id: FromPath[str]) -> Redirect:
        actor, now = planner(visit), visit.kaasa.clock.now()
        writing(visit, lambda s: passages.put_away(s, actor, passage_id, now=now))
        return visit.redirect("/passages", done="passage_put_away")


def _typed(form: SentForm) -> dict[str, str]:
    return {it: form.text(it) for it in FIELDS}


def _list(
    visit: PageVisit, values: dict[str, str], errors: dict[str, str] | None = None, *, status: int = 200
) -> Response[str]:
    actor = planner(visit)
    return visit.page(
        "passages.html",
        status=status,
        lines=reading(visit, lambda s: passages.listed(s, actor)),
        values=values,
        tongues=list(LANGUAGES.items()),
        errors=errors or {},
    )


def _one(
    visit: PageVisit, passage_id: str, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None, *,
    theirs: Any = None, status: int = 200,
) -> Response[str]:  # fmt: skip
    actor = planner(visit)
    it, uses = reading(visit, lambda s: passages.one(s, actor, passage_id))
    standing = {
        "name": it.name, "theme": it.theme, "text": it.text, "language": it.language, "seen": str(it.revision),
    }  # fmt: skip
    return visit.page(
        "passage.html",
        status=status,
        it=it,
        uses=uses,
        values=typed or standing,
        theirs=theirs,
        tongues=list(LANGUAGES.items()),
        errors=errors or {},
    )
