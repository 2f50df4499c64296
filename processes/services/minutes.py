"""Minutes in three steps: a draft that everyone may comment on, the comments, and the text that stays."""

from datetime import datetime

from pydantic import BaseModel

from engine.clock import local_day
from engine.service import Step, service
from processes import consultation, meeting, terms
from processes import round as rounds
from processes.errors import Reason, Refused
from processes.meeting import HELD, Meeting
from processes.post import Post
from processes.round import Round
from processes.services.invitation import invited


class Circulate(BaseModel):
    """Which term of the case says how long the draft may be commented on."""

    term: str


class Circulated(BaseModel):
    """The round of comments the process now waits for."""

    phase: str
    round_opens_at: datetime
    round_closes_at: datetime


class Finish(BaseModel):
    """The minutes as they stay, or nothing to let the draft stand as it is."""

    minutes: str = ""


@service
def circulate(inputs: Circulate, *, step: Step, post: Post) -> Circulated:
    """Send the draft to everyone invited and let them comment until its term ends. Errors: TermMissing."""
    case = consultation.get(step.session, step.tenant_id, step.business_key)
    comments = Round(
        municipality_id=step.tenant_id,
        consultation_id=case.id,
        phase="minutes",
        turn=rounds.next_turn(step.session, step.tenant_id, case.id, "minutes"),
        opens_at=step.now,
        closes_at=terms.deadline_of(case, inputs.term, local_day(step.now)).at,
    )
    step.session.add(comments)
    step.session.flush()
    post.minutes_drafted(comments, invited(step))
    return Circulated(
        phase=comments.phase, round_opens_at=comments.opens_at, round_closes_at=comments.closes_at
    )


@service
def finish(inputs: Finish, *, step: Step, post: Post) -> None:
    """Let the minutes stand and send them to everyone invited. Errors: Refused while there is no text at all."""
    held = _held(step)
    text = inputs.minutes.strip() or held.minutes
    if not text:
        raise Refused({"minutes": Reason("required")})
    held.minutes, held.minutes_at = text, step.now
    step.session.add(held)
    step.session.flush()
    post.minutes_final(held, invited(step))


def _held(step: Step) -> Meeting:
    found = meeting.newest(step.session, step.tenant_id, step.business_key, "round_table")
    if found is None or found.state != HELD:
        raise ValueError("no session was held; draw a meeting before")
    return found
