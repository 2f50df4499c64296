"""Answers to opinions: all are sent and published at one moment."""

from pydantic import BaseModel
from sqlmodel import col, exists, func, or_, select, update
from sqlmodel.sql.expression import Select

from engine.service import Step, service
from processes import consultation, municipality
from processes.feedback import COUNTED, Feedback
from processes.post import Post
from processes.response import Response
from processes.round import Round


class Sent(BaseModel):
    """How many opinions the display brought, and whether the law asks for a discussion (PlanS § 136 (2))."""

    opinions: int
    discussion_required: bool


@service
def send(*, step: Step, post: Post) -> Sent:
    """Send every answer that waits, and count what the law's question about a discussion hangs on."""
    send_waiting(step, post)
    given, not_accepted = _counted(step)
    return Sent(opinions=given, discussion_required=not_accepted > 0)


def send_waiting(step: Step, post: Post) -> None:
    """Mark every answer not yet sent as sent, in one statement, and write to whoever wants a reply.

    Where the municipality asks for a second person, what nobody approved stays until somebody has.
    Decisions call it too: an opinion that came after the answers went out is answered with the next of them.
    """
    mine = exists().where(
        col(Feedback.municipality_id) == Response.municipality_id,
        col(Feedback.id) == Response.feedback_id,
        col(Feedback.consultation_id) == step.business_key,
    )
    home = municipality.get(step.session, step.tenant_id)
    approved = [col(Response.approved_at).is_not(None)] if home.two_approve_answers else []
    step.session.exec(
        update(Response)
        .where(
            col(Response.municipality_id) == step.tenant_id, col(Response.sent_at).is_(None), mine, *approved
        )
        .values(sent_at=step.now)
        .execution_options(synchronize_session="fetch")
    )
    case = consultation.get(step.session, step.tenant_id, step.business_key)
    post.answers_sent(case, step.session.exec(_sent_now(step)))


def _sent_now(step: Step) -> "Select[Feedback, Response]":
    return (
        select(Feedback, Response)
        .join(
            Response,
            (col(Feedback.municipality_id) == Response.municipality_id)
            & (col(Feedback.id) == Response.feedback_id),
        )
        .where(
            Feedback.municipality_id == step.tenant_id,
            Feedback.consultation_id == step.business_key,
            Response.sent_at == step.now,
        )
        .order_by(Feedback.id)
    )


def _counted(step: Step) -> tuple[int, int]:
    """Opinions of the display answered just now, and those of them that were not wholly accepted.

    What was said to a sketch is answered too, but the discussion is about the display's opinions.
    """
    of_display = or_(col(Round.phase).is_(None), col(Round.phase) == "display")
    query = (
        select(func.count(), func.count().filter(col(Response.outcome) != "accepted"))
        .select_from(Response)
        .join(
            Feedback,
            (col(Feedback.municipality_id) == Response.municipality_id)
            & (col(Feedback.id) == Response.feedback_id),
        )
        .outerjoin(
            Round,
            (col(Round.municipality_id) == Feedback.municipality_id) & (col(Round.id) == Feedback.round_id),
        )
        .where(
            Feedback.municipality_id == step.tenant_id,
            Feedback.consultation_id == step.business_key,
            col(Feedback.state).in_(COUNTED),
            Response.sent_at == step.now,
            of_display,
        )
    )
    given, not_accepted = step.session.exec(query).one()
    return given, not_accepted
