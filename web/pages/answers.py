"""Answering opinions: the list with how far it is, one opinion beside its answer, and sending them all."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from processes.actions import answering, answers_of_case, themes
from processes.actions import task as tasks
from processes.actions.answering import Answered
from processes.actions.answers_of_case import SHOWN
from processes.errors import Refused
from processes.response import OUTCOMES
from web import public_words
from web import room_words as words
from web.case_room import address, days_left, guarded, more, planner, reading, writing
from web.forms import Form
from web.i18n import gettext as _
from web.public_forms import key_of, new_key, page_number
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit


class AnswersPage(Controller):
    """`/{lang}/cases/{number}/answers`."""

    path = "/cases/{number:str}/answers"

    @get(sync_to_thread=True)
    def show(
        self, visit: Visit, number: FromPath[str], show: FromQuery[str] = "", theme: FromQuery[str] = "",
        page: FromQuery[str] = "",
    ) -> Response[str]:  # fmt: skip
        return _list(visit, number, show=show, theme=theme, page=page_number(page))

    @post("/close", sync_to_thread=True, status_code=303)
    def close(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Finish the step and send every answer; what is missing is counted and linked."""
        actor, kaasa = planner(visit), visit.kaasa

        def deed(session: Any) -> None:
            answering.close(
                session, actor, number, form.text("task"), runtime=kaasa.runtime, now=kaasa.clock.now(), key=key_of(form)
            )  # fmt: skip

        if guarded(visit, deed):
            left, late = reading(visit, lambda s: tasks.missing(s, actor, number))
            told = []
            if left:
                told.append(sentence("answers_missing", {"count": left}))
            if late:
                told.append(sentence("late_undecided", {"count": late}))
            return _list(
                visit, number, show="unanswered" if left else "", status=409, errors={"": " ".join(told)}
            )
        return visit.redirect(f"/cases/{number}/answers", done="answers_sent")

    @get("/{feedback_id:str}", sync_to_thread=True)
    def one(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], use: FromQuery[str] = ""
    ) -> Response[str]:
        return _one(visit, number, feedback_id, use=use)

    @post("/{feedback_id:str}", sync_to_thread=True, status_code=303)
    def save(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Keep an answer; whoever else wrote one meanwhile is shown, and nothing of either is lost."""
        actor, kaasa = planner(visit), visit.kaasa
        outcome, reasons, theme = form.text("outcome"), form.text("reasons"), form.text("theme")
        typed = {"outcome": outcome, "reasons": reasons, "theme": theme, "seen": form.text("seen")}

        def deed(session: Any) -> str:
            if theme or form.ticked("theme_shown"):
                themes.set_on(session, actor, number, feedback_id, theme)
            return answering.save(
                session, actor, number, feedback_id, outcome, reasons, typed["seen"], now=kaasa.clock.now()
            )

        try:
            receipt = writing(visit, deed)
        except Refused as refused:
            return _one(visit, number, feedback_id, typed, problems(refused), status=422)
        except Answered as theirs:
            typed["seen"] = str(theirs.params["seen"])
            told = {"reasons": sentence("answered_meanwhile", {"by": theirs.params["by"]})}
            return _one(visit, number, feedback_id, typed, told, theirs=theirs.params, status=409)
        onward = ""
        if form.text("then") == "next":
            onward = reading(
                visit, lambda s: answers_of_case.one(s, actor, number, feedback_id, visit.language)
            ).next_unanswered
        goal = f"/cases/{number}/answers/{onward}" if onward else f"/cases/{number}/answers"
        if form.text("then") == "stay":
            goal = f"/cases/{number}/answers/{feedback_id}"
        return visit.redirect(goal, done="answer_saved", receipt=receipt)


def _list(
    visit: PageVisit,
    number: str,
    *,
    show: str = "",
    theme: str = "",
    page: int = 1,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    actor = planner(visit)
    show = show if show in SHOWN else ""
    shown = reading(
        visit,
        lambda s: answers_of_case.read(s, actor, number, visit.language, show=show, theme=theme, page=page),
    )
    path, progress = f"/cases/{number}/answers", shown.progress
    narrowings = (
        ("", _("All"), progress.total),
        ("unanswered", _("Not answered"), progress.left),
        ("answered", _("Answered"), progress.answered),
    )
    filters = [
        (text, count, address(visit, path, show=it, theme=theme), show == it)
        for it, text, count in narrowings
    ]
    return visit.page(
        "answers.html",
        status=status,
        head=shown.head,
        shown=shown,
        progress=progress,
        filters=filters,
        theme=theme,
        more=more(visit, path, show=show, theme=theme),
        term=days_left(visit, shown.task.due_at if shown.task else None),
        key=new_key(),
        words=words,
        said=public_words,
        errors=errors or {},
    )


def _one(
    visit: PageVisit,
    number: str,
    feedback_id: str,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    theirs: Any = None,
    use: str = "",
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    it = reading(visit, lambda s: answers_of_case.one(s, actor, number, feedback_id, visit.language))
    borrowed = next((reasons for id_, _receipt, reasons in it.alike if id_ == use), "")
    values = typed or {
        "outcome": it.answer.outcome if it.answer else "",
        "reasons": it.answer.reasons if it.answer else borrowed,
        "theme": it.theme,
        "seen": it.answer.seen if it.answer else "",
    }
    return visit.page(
        "answer.html",
        status=status,
        head=it.head,
        it=it,
        values=values,
        theirs=theirs,
        outcomes=[(code, _(public_words.OUTCOMES[code])) for code in OUTCOMES],
        themes=it.themes,
        words=words,
        said=public_words,
        errors=errors or {},
    )
