"""The agenda of a session: put together by the municipality's chair, agreed by the association's, told to everyone."""

from typing import Literal

from pydantic import BaseModel

from engine.service import Step, service
from processes import agenda, consultation
from processes.agenda import OTHERWISE
from processes.errors import NotFound, Reason, Refused
from processes.post import Post
from processes.services.invitation import invited


class Settle(BaseModel):
    """What came of it when the association's chair did not answer on their page in time."""

    agenda_agreed: Literal["agreed", "again"]


class Settled(BaseModel):
    """The same, for the process."""

    agenda_agreed: str


@service
def propose(*, step: Step) -> None:
    """Settle what is proposed; the page has kept the topics as rows already. Errors: Refused when there is none."""
    mine = agenda.of_case(step.session, step.tenant_id, step.business_key)
    if not agenda.items(step.session, step.tenant_id, step.business_key):
        raise Refused({"topics": Reason("agenda_empty")})
    mine.proposed_at, mine.agreed_at, mine.agreed_how, mine.returned_at = step.now, None, "", None
    step.session.add(mine)


@service
def send(*, step: Step, post: Post) -> None:
    """Ask the association's chair to agree; without one who is invited, the municipality settles it itself."""
    mine = agenda.of_case(step.session, step.tenant_id, step.business_key)
    chair = next((it for it in invited(step) if it.organisation_id == mine.cochair_id), None)
    if chair is not None:
        case = consultation.get(step.session, step.tenant_id, step.business_key)
        items = agenda.items(step.session, step.tenant_id, step.business_key)
        post.agenda_proposed(case, mine, items, chair)


@service
def settle(inputs: Settle, *, step: Step) -> Settled:
    """Note how the agenda was agreed otherwise than on the chair's page, or that it is made anew."""
    mine = agenda.of_case(step.session, step.tenant_id, step.business_key)
    if inputs.agenda_agreed == "agreed":
        mine.agreed_at, mine.agreed_how = step.now, OTHERWISE
    else:
        mine.returned_at = step.now
    step.session.add(mine)
    return Settled(agenda_agreed=inputs.agenda_agreed)


@service
def publish(*, step: Step, post: Post) -> None:
    """Tell everyone invited what will be talked about. From here the agenda stands on the public page."""
    mine = agenda.of_case(step.session, step.tenant_id, step.business_key)
    if mine.agreed_at is None:
        raise NotFound("The agenda was not agreed; draw agenda/settle or wait for agenda_agreed before.")
    case = consultation.get(step.session, step.tenant_id, step.business_key)
    post.agenda_agreed(case, invited(step))
