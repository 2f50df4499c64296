"""A task: its case, what to do, why, the law, the term, and the form it was drawn with.

A task with a page of its own leads there; that page finishes the task through `processes.actions.task`.
"""

from collections.abc import Mapping

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from engine.errors import AnswersRefused, GuardHolds, NotOpen
from processes.actions import task
from processes.actions.task import TaskView
from processes.errors import Refused
from processes.permission import CLERK, COMMITTEE, GOVERNMENT, PLANNER, Actor
from web import planner_words
from web.form_key import new_key
from web.forms import Form, SentForm
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit

# The special pages tasks name: the case's own number stands for {number}, its newest summary for {summary},
# the task itself for {wait}.
PAGES: Mapping[str, str] = {
    "invite": "/cases/{number}/participants",
    "answers": "/cases/{number}/answers",
    "approvals": "/cases/{number}/approvals",
    "treatment": "/summary/{summary}/treatment",
    "session": "/session/{wait}",
    "agenda": "/cases/{number}/agenda",
    "agreed": "/cases/{number}/agreed",
}

HIDDEN = frozenset({"key", "case", "element", "name"})


class TaskPage(Controller):
    """`/{lang}/task/{wait_id}`."""

    path = "/task/{wait_id:str}"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, wait_id: FromPath[str]) -> Response[str] | Redirect:
        actor = _official(visit)
        found = _read(visit, actor, wait_id)
        if found.page in PAGES:
            path = PAGES[found.page].format(number=found.number, summary=found.summary_id, wait=wait_id)
            return visit.redirect(f"{path}?task={wait_id}")
        return _page(visit, found, key=new_key())

    @post(sync_to_thread=True, status_code=303)
    def finish(self, visit: Visit, wait_id: FromPath[str], form: Form) -> Response[str] | Redirect:
        actor = _official(visit)
        kaasa, now = visit.kaasa, visit.kaasa.clock.now()
        try:
            done = kaasa.database.transaction(
                lambda s: task.complete(
                    s,
                    actor,
                    wait_id,
                    form.answers(),
                    runtime=kaasa.runtime,
                    now=now,
                    key=form.text("key")[:64],
                )
            )
        except NotOpen:
            return _gone(visit, actor, form)
        except AnswersRefused as refused:
            errors = problems(refused.errors)
        except Refused as refused:
            errors = problems(refused)
        except GuardHolds:
            errors = {"": sentence("guard_holds")}
        else:
            return visit.redirect(
                "/desk", done="task_done", name=done.name or _name(form), number=done.number
            )
        found = _read(visit, actor, wait_id, form)
        return _page(visit, found, key=form.text("key")[:64], errors=errors, status=422)


def _official(visit: PageVisit) -> Actor:
    return visit.official(PLANNER, GOVERNMENT, COMMITTEE, CLERK)


def _name(form: SentForm) -> str:
    return form.text("name")[:120]


def _read(visit: PageVisit, actor: Actor, wait_id: str, form: SentForm | None = None) -> TaskView:
    kaasa = visit.kaasa
    with kaasa.database.session() as session:
        return task.read(
            session,
            actor,
            wait_id,
            visit.language,
            runtime=kaasa.runtime,
            now=kaasa.clock.now(),
            values=form.answers() if form else None,
        )


def _page(
    visit: PageVisit, found: TaskView, *, key: str, errors: Mapping[str, str] | None = None, status: int = 200
) -> Response[str]:
    return visit.page(
        "task.html",
        status=status,
        task=found,
        key=key,
        errors=errors or {},
        words=planner_words,
        now=visit.kaasa.clock.now(),
        files=any(it.type == "filepicker" for it in found.fields),
    )


def _gone(visit: PageVisit, actor: Actor, form: SentForm) -> Response[str]:
    """Someone was faster: who and when, and everything that was typed, so that nothing is lost."""
    kaasa = visit.kaasa
    with kaasa.database.session() as session:
        found = task.gone(
            session,
            actor,
            form.text("case")[:40],
            form.text("element")[:200],
            visit.language,
            runtime=kaasa.runtime,
        )
    typed = [(name, text) for name, text in form.values().items() if name not in HIDDEN and text.strip()]
    return visit.page("task_gone.html", status=409, gone=found, typed=typed)
