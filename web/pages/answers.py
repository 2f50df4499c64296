"""Answering opinions: the list with how far it is, one opinion beside its answer, and sending them all."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from processes.actions import answer_approval, answer_beside, answering, answers_of_case, themes
from processes.actions import task as tasks
from processes.actions.answering import NotApproved
from processes.actions.answers_of_case import SHOWN
from processes.actions.themes import ThemeMoved
from processes.actions.written import Answered
from processes.errors import NotAllowed, Refused
from processes.response import OUTCOMES
from web import assess_words, public_words
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

        try:
            held = guarded(visit, deed)
        except NotApproved as waits:
            told_so = {"": sentence("answers_not_approved", {"count": waits.params["count"]})}
            return _list(visit, number, show="unapproved", status=409, errors=told_so)
        if held:
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

    @post("/approve", sync_to_thread=True, status_code=303)
    def approve_all(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Approve every answer that others wrote."""
        actor, now = planner(visit), visit.kaasa.clock.now()
        count = int(form.text("count")) if form.text("count").isdigit() else -1
        try:
            done = writing(
                visit, lambda s: answer_approval.approve_all(s, actor, number, count=count, now=now)
            )
        except NotApproved as other:
            told = {"": sentence("answers_not_approved", {"count": other.params["count"]})}
            return _list(visit, number, show="unapproved", status=409, errors=told)
        return visit.redirect(f"/cases/{number}/answers", done="answers_approved", count=done)

    @post("/{feedback_id:str}/approve", sync_to_thread=True, status_code=303)
    def approve(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Approve one answer as it was read."""
        actor, kaasa, seen = planner(visit), visit.kaasa, [(feedback_id, form.text("seen"))]
        try:
            done = writing(
                visit,
                lambda s: answer_approval.approve(
                    s, actor, number, seen, office=kaasa.post_office, now=kaasa.clock.now()
                ),
            )
        except NotAllowed:
            return _one(visit, number, feedback_id, errors={"": sentence("own_not_approved")}, status=409)
        except Answered as theirs:
            told = {"": sentence("answered_meanwhile", {"by": theirs.params["by"]})}
            return _one(visit, number, feedback_id, errors=told, status=409)
        return visit.redirect(f"/cases/{number}/answers/{feedback_id}", done="answers_approved", count=done)

    @post("/{feedback_id:str}/change", sync_to_thread=True, status_code=303)
    def change(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Change a position that was already sent; its author is told again."""
        actor, kaasa = planner(visit), visit.kaasa
        typed = {it: form.text(it) for it in ("outcome", "reasons", "why", "seen")}

        def deed(session: Any) -> tuple[str, bool]:
            receipt = answer_approval.change_sent(
                session, actor, number, feedback_id, typed["outcome"], typed["reasons"], typed["why"], typed["seen"],
                office=kaasa.post_office, now=kaasa.clock.now(),
            )  # fmt: skip
            return receipt, answer_approval.asked_for(session, actor.municipality_id)

        try:
            receipt, waits = writing(visit, deed)
        except Refused as refused:
            return _one(visit, number, feedback_id, typed, problems(refused), status=422)
        except Answered as theirs:
            typed["seen"] = str(theirs.params["seen"])
            told = {"reasons": sentence("answered_meanwhile", {"by": theirs.params["by"]})}
            return _one(visit, number, feedback_id, typed, told, theirs=theirs.params, status=409)
        done = "position_waits" if waits else "position_changed"
        return visit.redirect(f"/cases/{number}/answers/{feedback_id}", done=done, receipt=receipt)

    @get("/{feedback_id:str}", sync_to_thread=True)
    def one(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], use: FromQuery[str] = "",
        passage: FromQuery[str] = "", points: FromQuery[str] = "",
    ) -> Response[str]:  # fmt: skip
        return _one(visit, number, feedback_id, use=use, passage=passage, from_points=bool(points))

    @post("/{feedback_id:str}", sync_to_thread=True, status_code=303)
    def save(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Keep an answer; whoever else wrote one meanwhile is shown, and nothing of either is lost."""
        actor, kaasa = planner(visit), visit.kaasa
        outcome, reasons, theme = form.text("outcome"), form.text("reasons"), form.text("theme")
        typed = {"outcome": outcome, "reasons": reasons, "theme": theme, "seen": form.text("seen")}
        if (before := form.values().get("theme_seen")) is not None:
            typed["theme_seen"] = before

        def deed(session: Any) -> str:
            if theme or before is not None:
                themes.set_on(session, actor, number, feedback_id, theme, seen=before)
            return answering.save(
                session, actor, number, feedback_id, outcome, reasons, typed["seen"], now=kaasa.clock.now(),
                used=tuple(form.all("used")),
            )  # fmt: skip

        try:
            receipt = writing(visit, deed)
        except Refused as refused:
            return _one(visit, number, feedback_id, typed, problems(refused), status=422)
        except Answered as theirs:
            typed["seen"] = str(theirs.params["seen"])
            told = {"reasons": sentence("answered_meanwhile", {"by": theirs.params["by"]})}
            return _one(visit, number, feedback_id, typed, told, theirs=theirs.params, status=409)
        except ThemeMoved as other:
            typed["theme_seen"] = str(other.params["theme"])
            told = {"theme": sentence("theme_moved", {"theme": typed["theme_seen"] or "–"})}
            return _one(visit, number, feedback_id, typed, told, status=409)
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
    approvable = (
        reading(visit, lambda s: answer_beside.approvable(s, actor, number))
        if shown.progress.unapproved
        else 0
    )
    path, progress = f"/cases/{number}/answers", shown.progress
    narrowings = [
        ("", _("All"), progress.total),
        ("unanswered", _("Not answered"), progress.left),
        ("answered", _("Answered"), progress.answered),
    ]
    if progress.unapproved or show == "unapproved":
        narrowings.append(("unapproved", _("Waiting for approval"), progress.unapproved))
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
        approvable=approvable,
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
    passage: str = "",
    from_points: bool = False,
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    it = reading(visit, lambda s: answers_of_case.one(s, actor, number, feedback_id, visit.language))
    beside = reading(visit, lambda s: answer_beside.of(s, actor, number, feedback_id))
    borrowed = next((reasons for id_, _receipt, reasons in it.alike if id_ == use), "")
    chosen = next((known for known in beside.passages if known.id == passage), None)
    if chosen is not None:
        borrowed = "\n\n".join(filter(None, (it.answer.reasons if it.answer else "", chosen.text)))
    outcome = it.answer.outcome if it.answer else ""
    if from_points:
        outcome, borrowed = beside.composed
    values = typed or {
        "outcome": outcome,
        "reasons": borrowed or (it.answer.reasons if it.answer else ""),
        "why": "",
        "theme": it.theme,
        "seen": it.answer.seen if it.answer else "",
    }
    return visit.page(
        "answer.html",
        status=status,
        head=it.head,
        it=it,
        beside=beside,
        used=[chosen.id] if chosen else [],
        mine=it.answer is not None and it.answer.writer_id == actor.person_id,
        assess=assess_words,
        values=values,
        theirs=theirs,
        outcomes=[(code, _(public_words.OUTCOMES[code])) for code in OUTCOMES],
        themes=it.themes,
        words=words,
        said=public_words,
        errors=errors or {},
    )
