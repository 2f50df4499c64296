"""What was agreed at a session: the draft of the minutes, tasks with who does them and by when, and how they stand."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import assigning
from processes.actions.assigning import Given
from processes.errors import Refused
from web import table_words
from web.case_room import planner, reading, writing
from web.forms import Form
from web.public_forms import key_of, new_key
from web.sentences import problems
from web.visit import PageVisit, Visit


class AgreedPage(Controller):
    """`/{lang}/cases/{number}/agreed`."""

    path = "/cases/{number:str}/agreed"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return _page(visit, number)

    @post("/tasks", sync_to_thread=True, status_code=303)
    def add(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Give a task."""
        actor, now = planner(visit), visit.kaasa.clock.now()
        values = {name: form.text(name) for name in ("what", "owner", "due_on", "proposal", "since", "by")}
        try:
            made = writing(visit, lambda s: assigning.add(s, actor, number, Given(**values), now=now))
        except Refused as refused:
            return _page(visit, number, values, problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/agreed", done="task_given", number=made)

    @post("/tasks/{assignment_id:str}", sync_to_thread=True, status_code=303)
    def close(
        self, visit: Visit, number: FromPath[str], assignment_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Say how a task stands."""
        actor, now = planner(visit), visit.kaasa.clock.now()
        values = {"state": form.text("state"), "note": form.text("note"), "task": assignment_id}
        try:
            told = writing(
                visit,
                lambda s: assigning.close(
                    s, actor, number, assignment_id, values["state"], values["note"], now=now
                ),
            )
        except Refused as refused:
            return _page(visit, number, values, problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/agreed", done="task_told", number=told)

    @post("/finish", sync_to_thread=True, status_code=303)
    def finish(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Keep the minutes and finish the step."""
        actor, kaasa = planner(visit), visit.kaasa
        values = {"minutes": form.text("minutes"), "key": key_of(form)}
        try:
            writing(
                visit,
                lambda s: assigning.finish(
                    s, actor, number, form.text("task"), values["minutes"], runtime=kaasa.runtime,
                    now=kaasa.clock.now(), key=values["key"],
                ),
            )  # fmt: skip
        except Refused as refused:
            return _page(visit, number, values, problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/agreed", done="minutes_sent")


def _page(
    visit: PageVisit,
    number: str,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    actor, now = planner(visit), visit.kaasa.clock.now()
    shown = reading(visit, lambda s: assigning.read(s, actor, number, visit.language, now=now))
    typed = values or {}
    return visit.page(
        "agreed.html",
        status=status,
        head=shown.head,
        shown=shown,
        values={"due_on": shown.default_due.isoformat(), "minutes": shown.minutes} | typed,
        words=table_words,
        key=typed.get("key") or new_key(),
        errors=errors or {},
    )
