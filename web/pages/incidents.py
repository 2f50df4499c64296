"""Steps of a case that the system could not finish, and the button to try them again."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import incident
from processes.permission import PLANNER
from web.forms import Form
from web.visit import Visit


class IncidentsPage(Controller):
    """`/{lang}/cases/{number}/incidents`."""

    path = "/cases/{number:str}/incidents"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        actor, kaasa = visit.official(PLANNER), visit.kaasa
        with kaasa.database.session() as session:
            found = incident.read(session, actor, number, visit.language, runtime=kaasa.runtime)
        return visit.page("incidents.html", case=found)

    @post("/{incident_id:str}/again", sync_to_thread=True, status_code=303)
    def again(self, visit: Visit, number: FromPath[str], incident_id: FromPath[str], form: Form) -> Redirect:  # noqa: ARG002  the form is read for its token
        actor, kaasa, now = visit.official(PLANNER), visit.kaasa, visit.kaasa.clock.now()
        kaasa.database.transaction(lambda s: incident.try_again(s, actor, number, incident_id, now=now))
        return visit.redirect(f"/cases/{number}/incidents", done="incident_again")
