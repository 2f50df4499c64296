"""Facts about what people need to take part."""

from sqlmodel import func, select

from engine.service import Step, fact
from processes.accommodation import Need


@fact
def unanswered(*, step: Step) -> int:
    """Needs told for the case's meetings that are neither arranged nor refused with a reason."""
    query = select(func.count()).where(
        Need.municipality_id == step.tenant_id,
        Need.consultation_id == step.business_key,
        Need.state == "asked",
    )
    return step.session.exec(query).one()
