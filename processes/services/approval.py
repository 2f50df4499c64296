"""Kooskõlastamine: authorities are asked, and silence by the term is consent (PlanS § 133)."""

from datetime import date

from pydantic import BaseModel
from sqlmodel import Session, col, select, update

from engine.clock import local_day
from engine.service import Step, service
from processes import consultation, terms
from processes.deadline import ends
from processes.errors import Reason, Refused
from processes.evidence import check_day
from processes.invitation import INVITED, UNINVITED, Approval, Invitation, Links
from processes.organisation import Organisation
from processes.post import Post
from processes.services.round import Planned, current, new_round, planned


class Send(BaseModel):
    """The day the plan was sent, and the authorities it was sent to, by organisation id."""

    sent_on: date
    authorities: list[str] = []


@service
def send(inputs: Send, *, step: Step, links: Links, post: Post) -> Planned:
    """Ask each authority; all have the same term, counted from that day. Errors: Refused."""
    case = consultation.get(step.session, step.tenant_id, step.business_key)
    check_day(case, "sent_on", inputs.sent_on, step.now)
    wanted = sorted(set(inputs.authorities))
    if not wanted:
        raise Refused({"authorities": Reason("nobody_chosen")})
    known = select(Organisation.id).where(
        Organisation.municipality_id == step.tenant_id, col(Organisation.id).in_(wanted)
    )
    if set(step.session.exec(known).all()) != set(wanted):
        raise Refused({"authorities": Reason("unknown_organisation")})
    due = ends(inputs.sent_on, terms.period_of(case, "dp.approval.term"))
    if due.ends_on < local_day(step.now):
        raise Refused({"sent_on": Reason("term_over", ended_on=due.ends_on)})
    made = new_round(step, "approval", inputs.sent_on, due.ends_on, "")
    asked = [(it, _approval(step, made.id, it, due.ends_on)) for it in _authorities(step, links, wanted)]
    step.session.flush()
    post.approval_asked(made, asked)
    return planned(made)


@service
def close(*, step: Step, session: Session) -> None:
    """Hold those who were silent as having agreed: one statement."""
    session.exec(
        update(Approval)
        .where(
            col(Approval.municipality_id) == step.tenant_id,
            col(Approval.round_id) == current(step, "approval").id,
            col(Approval.result) == "waiting",
        )
        .values(result="silent")
    )


def _authorities(step: Step, links: Links, wanted: list[str]) -> list[Invitation]:
    query = select(Invitation).where(
        Invitation.municipality_id == step.tenant_id,
        Invitation.consultation_id == step.business_key,
        Invitation.purpose == "approval",
        col(Invitation.organisation_id).in_(wanted),
    )
    found = {it.organisation_id: it for it in step.session.exec(query)}
    for organisation_id in wanted:
        asked = found.get(organisation_id) or links.new_invitation(
            step.tenant_id, step.business_key, organisation_id, purpose="approval"
        )
        if asked.state == UNINVITED:
            links.renew(asked)
        asked.state, asked.invited_at = INVITED, asked.invited_at or step.now
        found[organisation_id] = asked
        step.session.add(asked)
    step.session.flush()
    return [found[organisation_id] for organisation_id in wanted]


def _approval(step: Step, round_id: str, asked: Invitation, due_on: date) -> Approval:
    made = Approval(municipality_id=step.tenant_id, round_id=round_id, invitation_id=asked.id, due_on=due_on)
    step.session.add(made)
    return made
