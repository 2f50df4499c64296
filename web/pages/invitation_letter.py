"""The letter that would ask an organisation, read before it leaves."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import inviting, participants
from web.case_room import letter_body, planner, reading, trying, writing
from web.forms import Form
from web.visit import PageVisit, Visit


class InvitationLetterPage(Controller):
    """`/{lang}/cases/{number}/participants/letter/{organisation}`."""

    path = "/cases/{number:str}/participants/letter"

    @get("/{organisation_id:str}", sync_to_thread=True)
    def letter(self, visit: Visit, number: FromPath[str], organisation_id: FromPath[str]) -> Response[str]:
        """The invitation as it would leave: the same bytes."""
        actor = planner(visit)
        shown = reading(visit, lambda s: participants.read(s, actor, number, visit.language))
        preview = _preview(visit, number, organisation_id)
        return visit.page(
            "participants_letter.html",
            head=shown.head,
            preview=preview,
            organisation_id=organisation_id,
            errors={},
        )

    @post("/{organisation_id:str}/proof", sync_to_thread=True, status_code=303)
    def proof(
        self, visit: Visit, number: FromPath[str], organisation_id: FromPath[str], form: Form
    ) -> Redirect:
        """Send the letter to the planner's own address, before it goes to many."""
        actor, kaasa, now = planner(visit), visit.kaasa, visit.kaasa.clock.now()
        shown = _preview(visit, number, organisation_id)
        address = writing(
            visit, lambda s: inviting.proof(s, actor, number, shown, office=kaasa.post_office, now=now)
        )
        back = "letters-preview" if form.text("from") == "draft" else "participants/letter"
        return visit.redirect(f"/cases/{number}/{back}/{organisation_id}", done="proof_sent", address=address)

    @get("/{organisation_id:str}/body", sync_to_thread=True)
    def body(self, visit: Visit, number: FromPath[str], organisation_id: FromPath[str]) -> Response[str]:
        return letter_body(_preview(visit, number, organisation_id).html)


def _preview(visit: PageVisit, number: str, organisation_id: str) -> inviting.Preview:
    actor, kaasa = planner(visit), visit.kaasa
    return trying(
        visit,
        lambda s: inviting.preview(
            s,
            actor,
            number,
            organisation_id,
            links=kaasa.links,
            office=kaasa.post_office,
            now=kaasa.clock.now(),
        ),
    )
