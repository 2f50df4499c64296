"""What guards ask about opinions."""

from engine.service import Step, fact
from processes import response
from processes.feedback import LATE_WAITING, count


@fact
def unanswered(*, step: Step) -> int:
    """Opinions that must be answered and are not."""
    return response.unanswered(step.session, step.tenant_id, step.business_key)


@fact
def late_waiting(*, step: Step) -> int:
    """Late opinions nobody has yet decided to take or only to record."""
    return count(step.session, step.tenant_id, step.business_key, (LATE_WAITING,))
