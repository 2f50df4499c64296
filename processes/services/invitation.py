"""Invitations: who is asked is settled by a person, then all are asked at once."""

from typing import Any

from pydantic import BaseModel
from sqlalchemy import insert
from sqlmodel import col, delete, select, update

from engine.clock import local_day
from engine.service import Step, service
from processes import consultation
from processes import round as rounds
from processes.errors import Reason, Refused
from processes.invitation import INVITED, PROPOSED, Invitation, Links
from processes.organisation import Organisation
from processes.post import Post


class Confirm(BaseModel):
    """The organisations chosen, by id; None when the page kept the proposal as its own rows already."""

    organisations: list[str] | None = None
    note: str = ""


@service
def confirm(inputs: Confirm, *, step: Step, links: Links) -> None:
    """Settle whom to invite. Nobody at all takes a reason. Errors: Refused."""
    proposed = waiting(step)
    if inputs.organisations is not None:
        chosen = _known(step, inputs.organisations)
        _drop(step, [it.id for it in proposed if it.organisation_id not in chosen])
        there = {it.organisation_id for it in proposed} | {it.organisation_id for it in invited(step)}
        rows = links.new_rows(step.tenant_id, step.business_key, sorted(chosen - there))
        if rows:
            step.session.flush()
            step.session.connection().execute(insert(Invitation), rows)
    if not inputs.note.strip() and not waiting(step) and not invited(step):
        raise Refused({"organisations": Reason("nobody_chosen")})


@service
def send(*, step: Step, post: Post) -> None:
    """Ask all that were settled, by the last day of the round that is open: one statement, and a letter for each."""
    settled = update(Invitation).where(*_those(step, PROPOSED)).values(state=INVITED, invited_at=step.now)
    asked = step.session.scalars(
        settled.returning(Invitation), execution_options={"populate_existing": True}
    ).all()
    case = consultation.get(step.session, step.tenant_id, step.business_key)
    collecting = rounds.current(step.session, step.tenant_id, step.business_key)
    open_now = collecting is not None and collecting.is_open(step.now)
    post.invited(case, asked, answer_by=local_day(collecting.closes_at) if collecting and open_now else None)


def waiting(step: Step) -> list[Invitation]:
    """Whom it was proposed to ask for an opinion, and who has not been asked yet."""
    return list(step.session.exec(select(Invitation).where(*_those(step, PROPOSED))).all())


def invited(step: Step) -> list[Invitation]:
    """Whoever has been asked for an opinion and not un-invited."""
    return list(step.session.exec(select(Invitation).where(*_those(step, INVITED))).all())


def to_tell(step: Step) -> list[Invitation]:
    """Everyone the case must tell of its rounds: the invited, and authorities asked for approval, once each."""
    query = select(Invitation).where(
        Invitation.municipality_id == step.tenant_id,
        Invitation.consultation_id == step.business_key,
        Invitation.state == INVITED,
    )
    # "opinion" sorts after "approval": an organisation in both places is told in its wider one.
    found = step.session.exec(query.order_by(col(Invitation.purpose), col(Invitation.id))).all()
    return list({invitation.organisation_id: invitation for invitation in found}.values())


def _those(step: Step, state: str) -> tuple[Any, ...]:
    return (
        Invitation.municipality_id == step.tenant_id,
        Invitation.consultation_id == step.business_key,
        Invitation.purpose == "opinion",
        Invitation.state == state,
    )


def _known(step: Step, wanted: list[str]) -> set[str]:
    query = select(Organisation.id).where(
        Organisation.municipality_id == step.tenant_id, col(Organisation.active)
    )
    known = set(step.session.exec(query).all())
    if not known.issuperset(wanted):
        raise Refused({"organisations": Reason("unknown_organisation")})
    return set(wanted)


def _drop(step: Step, invitation_ids: list[str]) -> None:
    for start in range(0, len(invitation_ids), 500):
        step.session.exec(
            delete(Invitation).where(
                col(Invitation.municipality_id) == step.tenant_id,
                col(Invitation.id).in_(invitation_ids[start : start + 500]),
            )
        )
