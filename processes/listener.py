"""What the municipality notes while a process runs: terms that begin, are met or withdrawn, and the end.

A term is drawn on the task as `term` (a key) and `since` (the field it counts from), or `due` (a field that
holds the day itself). `since` may name several fields: the latest of them counts, so that "30 days from the
discussion, or from the end of the display if there was none" is `since="discussion_held_on, display_ends_at"`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine import incident
from engine.clock import local_day
from engine.service import Step
from engine.wait import HUMAN, Wait
from processes import consultation, obligation, terms
from processes.consultation import ENDED, Consultation
from processes.deadline import end_of_day, start_of_day
from processes.obligation import Obligation

COMPLETED = "completed"


class CaseListener:
    """Keeps obligations and the state of the case in step with its process."""

    def opened(
        self, step: Step, wait: Wait, properties: Mapping[str, str], data: Mapping[str, Any]
    ) -> datetime | None:
        """Note the term of a task that has just appeared. Out: when it is due, or None."""
        case = consultation.get(step.session, step.tenant_id, step.business_key)
        key = properties.get("term", "")
        counted_from, due_at = _due(case, key, properties, data)
        if due_at is None:
            return None
        step.session.add(
            Obligation(
                municipality_id=step.tenant_id,
                consultation_id=case.id,
                element=obligation.plain_name(wait.element),
                wait_id=wait.id,
                term=key,
                before=bool(key) and terms.is_before(case, key),
                counted_from=counted_from,
                due_at=due_at,
                first_due_at=due_at,
            )
        )
        step.session.flush()
        return due_at

    def closed(self, step: Step, wait: Wait, how: str) -> None:
        """Note that a task is gone. An operation that knew the evidence's day has met the term before."""
        if wait.kind == HUMAN:
            incident.settle_of_wait(step.session, step.tenant_id, step.instance_id, wait.id, now=step.now)
        found = obligation.running(step.session, step.tenant_id, step.business_key, wait_id=wait.id)
        if found is None:
            return
        if how == COMPLETED:
            found.met_at = step.now
        else:
            found.withdrawn_at = step.now
        step.session.add(found)

    def ended(self, step: Step, end_element: str) -> None:
        """Note that the case has ended, and where."""
        case = consultation.get(step.session, step.tenant_id, step.business_key)
        case.state = ENDED
        case.ended_at = step.now
        case.end_element = end_element
        step.session.add(case)


def _due(
    case: Consultation, key: str, properties: Mapping[str, str], data: Mapping[str, Any]
) -> tuple[datetime | None, datetime | None]:
    if name := properties.get("due"):
        return None, _latest(data, name, at_end=True)
    if not key:
        return None, None
    since = _latest(data, properties.get("since", ""), at_end=False)
    if since is None:
        return None, None
    return since, terms.deadline_of(case, key, local_day(since)).at


def _latest(data: Mapping[str, Any], names: str, *, at_end: bool) -> datetime | None:
    values = (data.get(name) for name in names.replace(",", " ").split())
    moments = [moment for value in values if (moment := _moment(value, at_end=at_end)) is not None]
    return max(moments, default=None)


def _moment(value: Any, *, at_end: bool) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return end_of_day(value) if at_end else start_of_day(value)
    return None
