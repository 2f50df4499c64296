"""Steps of a case that the system could not finish: what failed, and the four ways on."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from engine.errors import EngineError, NotOpen
from processes.actions import incident
from processes.errors import NotFound, Refused, TooLate
from processes.permission import ADMINISTRATOR, PLANNER
from web import incident_words
from web.forms import Form, SentForm
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit

READERS = (PLANNER, ADMINISTRATOR)


class IncidentsPage(Controller):
    """`/{lang}/cases/{number}/incidents` and `…/{incident_id}`, where it is dealt with."""

    path = "/cases/{number:str}/incidents"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return visit.page("incidents.html", case=_read(visit, number), words=incident_words)

    @get("/{incident_id:str}", sync_to_thread=True)
    def one(self, visit: Visit, number: FromPath[str], incident_id: FromPath[str]) -> Response[str]:
        return _page(visit, number, incident_id)

    @post("/{incident_id:str}/again", sync_to_thread=True, status_code=303)
    def again(self, visit: Visit, number: FromPath[str], incident_id: FromPath[str], form: Form) -> Redirect:  # noqa: ARG002  the form is read for its token
        actor, kaasa, now = visit.official(*READERS), visit.kaasa, visit.kaasa.clock.now()
        kaasa.database.transaction(lambda s: incident.try_again(s, actor, number, incident_id, now=now))
        return visit.redirect(f"/cases/{number}/incidents", done="incident_again")

    @post("/{incident_id:str}/skip", sync_to_thread=True, status_code=303)
    def skip(
        self, visit: Visit, number: FromPath[str], incident_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Go past the step with the results that were typed."""
        actor, kaasa, now = visit.official(*READERS), visit.kaasa, visit.kaasa.clock.now()
        mark = incident.RESULT
        given = {name[len(mark) :]: text for name, text in form.values().items() if name.startswith(mark)}

        def deed(session: Any) -> None:
            incident.skip(
                session,
                actor,
                number,
                incident_id,
                given,
                form.text("skip_reason"),
                runtime=kaasa.runtime,
                now=now,
            )

        return _done(visit, number, incident_id, form, deed, "incident_skipped")

    @post("/{incident_id:str}/aside", sync_to_thread=True, status_code=303)
    def aside(
        self, visit: Visit, number: FromPath[str], incident_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, now = visit.official(*READERS), visit.kaasa.clock.now()

        def deed(session: Any) -> None:
            incident.set_aside(session, actor, number, incident_id, form.text("aside_reason"), now=now)

        return _done(visit, number, incident_id, form, deed, "incident_aside")

    @post("/{incident_id:str}/cancel", sync_to_thread=True, status_code=303)
    def cancel(
        self, visit: Visit, number: FromPath[str], incident_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """End the whole case early."""
        actor, kaasa, now = visit.official(PLANNER), visit.kaasa, visit.kaasa.clock.now()

        def deed(session: Any) -> None:
            incident.cancel(
                session, actor, number, form.text("cancel_reason"), form.text("sure"),
                runtime=kaasa.runtime, office=kaasa.post_office, now=now,
            )  # fmt: skip

        return _done(visit, number, incident_id, form, deed, "case_cancelled")


def _done(
    visit: PageVisit,
    number: str,
    incident_id: str,
    form: SentForm,
    deed: Callable[[Any], None],
    done: str,
) -> Response[str] | Redirect:
    """Do a deed and go back to the list; a refusal shows the form again with what was typed."""
    try:
        visit.kaasa.database.transaction(deed)
    except Refused as refused:
        return _page(visit, number, incident_id, errors=problems(refused), values=form.values(), status=422)
    except (TooLate, NotOpen):
        errors = {"": sentence("too_late")}
        return _page(visit, number, incident_id, errors=errors, values=form.values(), status=422)
    except EngineError:
        errors = {"": sentence("next_step_fails")}
        return _page(visit, number, incident_id, errors=errors, values=form.values(), status=422)
    return visit.redirect(f"/cases/{number}/incidents", done=done, number=number)


def _read(visit: PageVisit, number: str) -> incident.StuckCase:
    actor, kaasa = visit.official(*READERS), visit.kaasa
    with kaasa.database.session() as session:
        return incident.read(session, actor, number, visit.language, runtime=kaasa.runtime)


def _page(
    visit: PageVisit,
    number: str,
    incident_id: str,
    *,
    errors: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    case = _read(visit, number)
    found = next((it for it in case.stuck if it.id == incident_id), None)
    if found is None:
        raise NotFound
    return visit.page(
        "incident.html",
        status=status,
        case=case,
        it=found,
        words=incident_words,
        errors=errors or {},
        values=values or {},
    )
