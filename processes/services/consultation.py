"""The case itself: its page opens, its file is archived, its end is told."""

from pydantic import BaseModel

from engine.service import Step, service
from processes import consultation
from processes.consultation import Consultation
from processes.post import Post


class RecordArchive(BaseModel):
    """Where the file lies in the municipality's document system."""

    reference: str = ""


@service
def publish(*, step: Step) -> None:
    """Open the case's page to everyone (PlanS § 127 (5)); a page once open stays open."""
    case = _case(step)
    if case.published_at is None:
        case.published_at = step.now
        step.session.add(case)


@service
def record_archive(inputs: RecordArchive, *, step: Step) -> None:
    """Note where the file was archived."""
    case = _case(step)
    case.archive_reference = inputs.reference.strip()
    step.session.add(case)


@service
def close(*, step: Step, post: Post) -> None:
    """Tell everyone who took part that the case is over, and how."""
    post.case_closed(_case(step))


def _case(step: Step) -> Consultation:
    return consultation.get(step.session, step.tenant_id, step.business_key)
