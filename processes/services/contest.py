"""The term for contesting: it runs from the last of all notices of adoption (Supreme Court 3-21-2678/13)."""

from datetime import datetime

from pydantic import BaseModel

from engine.service import Step, service
from processes import consultation, decision, notice, terms


class Opened(BaseModel):
    """Until when the decision may be contested."""

    contest_ends_at: datetime


@service
def open(*, step: Step) -> Opened:  # noqa: A001  the diagram's word
    """Count the term from the last notice, or from the decision when none was entered."""
    case = consultation.get(step.session, step.tenant_id, step.business_key)
    days = notice.first_days(step.session, step.tenant_id, step.business_key, "adoption").values()
    adopted = decision.newest(step.session, step.tenant_id, step.business_key, "adoption")
    last = max(days, default=adopted.decided_on if adopted is not None else None)
    if last is None:
        raise ValueError("there is no decision to contest; draw contest/open after the adoption")
    return Opened(contest_ends_at=terms.deadline_of(case, "dp.contest", last).at)
