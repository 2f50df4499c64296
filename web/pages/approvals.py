"""Approval by authorities: sending the plan out, and what each authority said."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import approvals, approving
from processes.actions.approving import RESULTS
from processes.errors import Refused
from web import room_words as words
from web.case_room import planner, reading, today, writing
from web.forms import Form
from web.i18n import gettext as _
from web.public_forms import key_of, new_key
from web.sentences import problems
from web.visit import PageVisit, Visit


class ApprovalsPage(Controller):
    """`/{lang}/cases/{number}/approvals`."""

    path = "/cases/{number:str}/approvals"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return _page(visit, number)

    @post("/send", sync_to_thread=True, status_code=303)
    def send(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Finish the step: ask everyone ticked."""
        actor, kaasa = planner(visit), visit.kaasa
        chosen, sent_on = form.all("authorities"), form.text("sent_on")
        try:
            writing(
                visit,
                lambda s: approving.send(
                    s, actor, number, form.text("task"), chosen, sent_on, runtime=kaasa.runtime, now=kaasa.clock.now(),
                    key=key_of(form),
                ),
            )  # fmt: skip
        except Refused as refused:
            values = {"sent_on": sent_on, "key": key_of(form)}
            return _page(visit, number, values, problems(refused), chosen=chosen, status=422)
        return visit.redirect(f"/cases/{number}/approvals", done="approvals_sent", count=len(chosen))

    @post("/close", sync_to_thread=True, status_code=303)
    def close(self, visit: Visit, number: FromPath[str]) -> Response[str] | Redirect:
        """End the round before its last day."""
        actor, kaasa = planner(visit), visit.kaasa
        try:
            writing(
                visit,
                lambda s: approving.close_early(
                    s, actor, number, runtime=kaasa.runtime, now=kaasa.clock.now()
                ),
            )
        except Refused as refused:
            return _page(visit, number, None, problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/approvals", done="approvals_closed")

    @post("/{approval_id:str}/answer", sync_to_thread=True, status_code=303)
    def answer(
        self, visit: Visit, number: FromPath[str], approval_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Note what an authority said by letter or phone."""
        actor, now = planner(visit), visit.kaasa.clock.now()
        try:
            name = writing(
                visit,
                lambda s: approving.record(
                    s, actor, number, approval_id, form.text("result"), form.text("answered_on"), form.text("conditions"),
                    now=now,
                ),
            )  # fmt: skip
        except Refused as refused:
            return _page(visit, number, *_about(approval_id, form.values(), problems(refused)), status=422)
        return visit.redirect(f"/cases/{number}/approvals", done="approval_recorded", name=name)

    @post("/{approval_id:str}/extend", sync_to_thread=True, status_code=303)
    def extend(
        self, visit: Visit, number: FromPath[str], approval_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Give an authority more time."""
        actor, kaasa = planner(visit), visit.kaasa
        try:
            name = writing(
                visit,
                lambda s: approving.extend(
                    s, actor, number, approval_id, form.text("until"), runtime=kaasa.runtime, office=kaasa.post_office,
                    now=kaasa.clock.now(),
                ),
            )  # fmt: skip
        except Refused as refused:
            return _page(visit, number, *_about(approval_id, form.values(), problems(refused)), status=422)
        return visit.redirect(f"/cases/{number}/approvals", done="approval_extended", name=name)


def _about(
    approval_id: str, values: dict[str, str], errors: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """One page holds the forms of every authority: names of fields are told apart by the authority."""
    typed = {f"{name}-{approval_id}": value for name, value in values.items()}
    return {**typed, "about": approval_id}, {f"{name}-{approval_id}": told for name, told in errors.items()}


def _page(
    visit: PageVisit,
    number: str,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    chosen: list[str] | None = None,
    status: int = 200,
) -> Response[str]:
    actor, now = planner(visit), visit.kaasa.clock.now()
    shown: Any = reading(visit, lambda s: approvals.read(s, actor, number, visit.language, now=now))
    ticked = (
        set(chosen) if chosen is not None else {it.organisation_id for it in shown.authorities if it.ticked}
    )
    typed = values or {}
    return visit.page(
        "approvals.html",
        status=status,
        head=shown.head,
        shown=shown,
        ticked=ticked,
        today=today(visit),
        key=typed.get("key") or new_key(),
        values=typed,
        results=[(it, _(words.APPROVALS[it])) for it in RESULTS],
        words=words,
        errors=errors or {},
    )
