"""Notices: the day each appeared is entered as evidence; that day counts, not the day of the click."""

from datetime import date

from pydantic import BaseModel

from engine.service import Step, service
from processes import consultation, obligation
from processes import round as rounds
from processes.errors import Reason, Refused
from processes.evidence import check_day, moment_of
from processes.notice import CHANNELS, OCCASIONS, Notice


class Record(BaseModel):
    """Where and when a notice appeared. The task's own id says which one: `<occasion>_<channel>`."""

    published_on: date
    number: str = ""
    url: str = ""
    note: str = ""


@service
def record(inputs: Record, *, step: Step) -> None:
    """Keep the evidence of one notice. Errors: Refused."""
    element = obligation.plain_name(step.element)
    occasion, _, channel = element.partition("_")
    if occasion not in OCCASIONS or channel not in CHANNELS:
        raise ValueError(f"{element} does not name an occasion and a channel; call it like display_web")
    check_day(
        consultation.get(step.session, step.tenant_id, step.business_key),
        "published_on",
        inputs.published_on,
        step.now,
    )
    if inputs.url.strip() and not inputs.url.strip().startswith(("https://", "http://")):
        raise Refused({"url": Reason("not_a_web_address")})
    shown = rounds.current(step.session, step.tenant_id, step.business_key, "display")
    step.session.add(
        Notice(
            municipality_id=step.tenant_id,
            consultation_id=step.business_key,
            round_id=shown.id if shown is not None and occasion == "display" else None,
            occasion=occasion,
            channel=channel,
            published_on=inputs.published_on,
            number=inputs.number.strip(),
            url=inputs.url.strip(),
            note=inputs.note.strip(),
            recorded_by=step.actor,
            recorded_at=step.now,
        )
    )
    moment = moment_of(inputs.published_on, step.now)
    obligation.meet(step.session, step.tenant_id, step.business_key, element, moment)
