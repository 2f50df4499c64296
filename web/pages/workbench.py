"""The workbench of a case: where it stands, what is open, its terms and history, and what changes its course."""

from collections.abc import Mapping

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from engine.errors import NotOpen
from processes.actions import case_file, case_moves
from processes.errors import Refused, TooLate
from processes.permission import PLANNER
from web import dates, planner_words
from web.forms import Form, SentForm
from web.public_forms import page_number
from web.public_words import SHORT_STAGES, STAGES, word
from web.sending import attachment
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit


class WorkbenchPage(Controller):
    """`/{lang}/cases/{number}`."""

    path = "/cases/{number:str}"

    @get(sync_to_thread=True)
    def show(
        self, visit: Visit, number: FromPath[str], page: FromQuery[str] = ""
    ) -> Response[str] | Redirect:
        return _page(visit, number, page=page_number(page))

    @get("/diagram.bpmn", sync_to_thread=True)
    def diagram(self, visit: Visit, number: FromPath[str]) -> Response[bytes]:
        actor = visit.official(*case_file.READERS)
        with visit.kaasa.database.session() as session:
            drawing = case_file.drawing(session, actor, number, runtime=visit.kaasa.runtime)
        return attachment(drawing.encode(), "application/xml", f"{number}.bpmn")

    @post("/move", sync_to_thread=True, status_code=303)
    def move(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Move the last day of the round, or of the task named."""
        actor, kaasa, now = visit.official(PLANNER), visit.kaasa, visit.kaasa.clock.now()
        wait_id, until, reason = form.text("wait")[:80], form.text("until"), form.text("reason")
        try:
            if wait_id:
                last = kaasa.database.transaction(
                    lambda s: case_moves.move_task(
                        s, actor, number, wait_id, until, reason, runtime=kaasa.runtime, now=now
                    )
                )
                return visit.redirect(f"/cases/{number}", done="term_moved", day=dates.day(last))
            last = kaasa.database.transaction(
                lambda s: case_moves.move_round(
                    s,
                    actor,
                    number,
                    until,
                    reason,
                    runtime=kaasa.runtime,
                    office=kaasa.post_office,
                    now=now,
                )
            )
        except Refused as refused:
            return _refused(visit, number, form, "move", problems(refused))
        except (TooLate, NotOpen):
            return _refused(visit, number, form, "move", {"": sentence("too_late")})
        return visit.redirect(f"/cases/{number}", done="round_moved", day=dates.day(last))

    @post("/interrupt", sync_to_thread=True, status_code=303)
    def interrupt(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        actor, kaasa = visit.official(PLANNER), visit.kaasa
        try:
            kaasa.database.transaction(
                lambda s: case_moves.interrupt(
                    s,
                    actor,
                    number,
                    form.text("interrupt_reason"),
                    runtime=kaasa.runtime,
                    now=kaasa.clock.now(),
                )
            )
        except Refused as refused:
            return _refused(visit, number, form, "interrupt", problems(refused))
        except (TooLate, NotOpen):
            return _refused(visit, number, form, "interrupt", {"": sentence("too_late")})
        return visit.redirect(f"/cases/{number}", done="display_broken_off")

    @post("/cancel", sync_to_thread=True, status_code=303)
    def cancel(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        actor, kaasa = visit.official(PLANNER), visit.kaasa
        try:
            kaasa.database.transaction(
                lambda s: case_moves.cancel(
                    s,
                    actor,
                    number,
                    form.text("cancel_reason"),
                    form.text("sure"),
                    runtime=kaasa.runtime,
                    office=kaasa.post_office,
                    now=kaasa.clock.now(),
                )
            )
        except Refused as refused:
            return _refused(visit, number, form, "cancel", problems(refused))
        except (TooLate, NotOpen):
            return _refused(visit, number, form, "cancel", {"": sentence("too_late")})
        return visit.redirect(f"/cases/{number}", done="case_cancelled", number=number)


def _refused(
    visit: PageVisit, number: str, form: SentForm, what: str, errors: Mapping[str, str]
) -> Response[str] | Redirect:
    return _page(visit, number, errors=errors, values=form.values(), opened=what, status=422)


def _page(
    visit: PageVisit,
    number: str,
    *,
    page: int = 1,
    errors: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    opened: str = "",
    status: int = 200,
) -> Response[str] | Redirect:
    actor, kaasa, now = visit.official(*case_file.READERS), visit.kaasa, visit.kaasa.clock.now()
    with kaasa.database.session() as session:
        found = case_file.read(
            session, actor, number, visit.language, runtime=kaasa.runtime, now=now, page=page
        )
    if found.head.state == "draft":
        return visit.redirect(f"/cases/{found.head.number}/matter")
    return visit.page(
        "workbench.html",
        status=status,
        file=found,
        stages=[
            {
                "name": word(STAGES, it.code),
                "short": word(STAGES | SHORT_STAGES, it.code),
                "state": it.state,
                "when": dates.short_day(it.done_at) if it.done_at else "",
            }
            for it in found.progress.stages
        ],
        steps=[
            {"name": it.name, "state": it.state, "when": dates.short_day(it.done_at) if it.done_at else ""}
            for it in found.progress.steps
        ],
        words=planner_words,
        now=now,
        errors=errors or {},
        values=values or {},
        opened=opened,
    )
