"""A committee's clerk enters what it did with each unresolved objection; its planner calls it to the session."""

import secrets
from collections.abc import Mapping
from datetime import date

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import session as sessions
from processes.actions import summary_reading, treating
from processes.actions.session import SessionView
from processes.actions.summary_reading import SummaryView
from processes.actions.treating import Mark
from processes.errors import Refused
from web import public_words, summary_words
from web.forms import Form, SentForm
from web.sentences import problems
from web.summary_sheet import sheet_of
from web.visit import PageVisit, Visit

WRITING = ("clerk", "committee")
"""A committee's clerk; its chair where it has none."""


class TreatmentPage(Controller):
    """`/{lang}/summary/{id}/treatment`: saved as often as wanted, finished once."""

    path = "/summary/{summary_id:str}/treatment"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, summary_id: FromPath[str]) -> Response[str]:
        visit.official(*WRITING)
        return _treatment(visit, _view(visit, summary_id), {}, {})

    @post(sync_to_thread=True, status_code=303)
    def send(self, visit: Visit, summary_id: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, actor, now = visit.kaasa, visit.official(*WRITING), visit.kaasa.clock.now()
        marks = [
            _mark(form, it["feedback_id"]) for it in _view(visit, summary_id).content.get("unresolved", ())
        ]
        try:
            if form.text("do") == "finish":
                over = kaasa.database.transaction(
                    lambda s: treating.finish(
                        s, actor, summary_id, marks, runtime=kaasa.runtime, now=now, key=form.text("key")
                    )
                )
                done = "positions_finished" if over else "session_not_over"
                return visit.redirect(f"/summary/{summary_id}", done=done)
            left = kaasa.database.transaction(lambda s: treating.record(s, actor, summary_id, marks, now=now))
        except Refused as refused:
            return _treatment(visit, _view(visit, summary_id), form.values(), problems(refused))
        return visit.redirect(f"/summary/{summary_id}/treatment", done="positions_saved", left=left)


class SessionPage(Controller):
    """`/{lang}/session/{wait_id}`: the planner's task of calling the committee."""

    path = "/session/{wait_id:str}"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, wait_id: FromPath[str]) -> Response[str]:
        visit.official("planner")
        return _session(visit, _called(visit, wait_id), {}, {})

    @post(sync_to_thread=True, status_code=303)
    def send(self, visit: Visit, wait_id: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, actor, now = visit.kaasa, visit.official("planner"), visit.kaasa.clock.now()
        if form.text("do") == "look":
            return _session(visit, _called(visit, wait_id), form.values(), {})
        try:
            number = kaasa.database.transaction(
                lambda s: sessions.call(
                    s, actor, wait_id, form.answers(), runtime=kaasa.runtime, now=now, key=form.text("key")
                )
            )
        except Refused as refused:
            return _session(visit, _called(visit, wait_id), form.values(), problems(refused))
        return visit.redirect(f"/cases/{number}", done="session_called")


def _view(visit: PageVisit, summary_id: str) -> SummaryView:
    kaasa, actor = visit.kaasa, visit.official(*WRITING)
    with kaasa.database.session() as session:
        return summary_reading.read(session, actor, summary_id, visit.language, now=kaasa.clock.now())


def _mark(form: SentForm, feedback_id: str) -> Mark:
    return Mark(
        feedback_id,
        stance=form.text(f"stance-{feedback_id}"),
        words=form.text(f"words-{feedback_id}"),
        seen=form.text(f"seen-{feedback_id}"),
    )


def _treatment(
    visit: PageVisit, view: SummaryView, values: Mapping[str, str], errors: Mapping[str, str]
) -> Response[str]:
    lines = sheet_of(view.content).sections.get("unresolved", ()) if view.content else ()
    return visit.page(
        "treatment.html",
        status=422 if errors else 200,
        view=view,
        lines=[it for it in lines if it.opinion is not None],
        values={**_kept(view), **values, **_seen(view)},
        errors=errors,
        words=summary_words,
        public_words=public_words,
        key=values.get("key") or secrets.token_urlsafe(12),
    )


def _kept(view: SummaryView) -> dict[str, str]:
    found: dict[str, str] = {}
    for feedback_id, it in view.positions.items():
        found |= {f"stance-{feedback_id}": it.stance, f"words-{feedback_id}": it.words}
    return found


def _seen(view: SummaryView) -> dict[str, str]:
    """What the form now shows counts as seen, also after a refusal that told of another's entry."""
    return {f"seen-{feedback_id}": it.at.isoformat() for feedback_id, it in view.positions.items()}


def _called(visit: PageVisit, wait_id: str) -> SessionView:
    kaasa, actor = visit.kaasa, visit.official("planner")
    with kaasa.database.session() as session:
        return sessions.read(session, actor, wait_id, visit.language, now=kaasa.clock.now())


def _session(
    visit: PageVisit, view: SessionView, values: Mapping[str, str], errors: Mapping[str, str]
) -> Response[str]:
    return visit.page(
        "session.html",
        status=422 if errors else 200,
        view=view,
        values=values,
        errors=errors,
        freeze_at=_freeze_at(view, values.get("starts_at", "")),
        key=values.get("key") or secrets.token_urlsafe(12),
    )


def _freeze_at(view: SessionView, starts_at: str) -> object:
    """When the page would be frozen for the day typed; nothing while that is no day that leaves room."""
    try:
        day = date.fromisoformat(starts_at[:10])
    except ValueError:
        return None
    return sessions.freeze_moment(day, view.freeze_days) if day >= view.earliest else None
