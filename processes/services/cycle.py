"""A case that comes round again: its session's days are counted backwards, and the next cycle begins by itself."""

import json
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import insert
from sqlmodel import select

from engine.clock import local_day
from engine.runtime import Runtime
from engine.service import Step, service
from processes import agenda, catalogue, consultation, terms
from processes import round as rounds
from processes.agenda import Agenda
from processes.consultation import RUNNING, Consultation, ConsultationText
from processes.database import new_id
from processes.deadline import ONE_DAY, ends, first_day_after, latest_before, start_of_day, working_day_from
from processes.errors import NotFound, Reason, Refused
from processes.feedback import next_number
from processes.invitation import Invitation, Links
from processes.round import Round
from processes.services.invitation import invited

CALL, TOPICS, AGENDA, ARRANGED = "rt.call", "rt.topics", "rt.agenda", "rt.arranged"
RHYTHMS = {"quarter": "rt.cycle.quarter", "half_year": "rt.cycle.half_year"}


class Plan(BaseModel):
    """The day of the session everything is counted back from, and how often there is one."""

    session_on: date
    rhythm: Literal["quarter", "half_year"]


class Planned(BaseModel):
    """The round of topics, until when the agenda is agreed and everything arranged, and when the next cycle begins.

    That is its own day by the rhythm, never before this cycle's session is over; nothing else can hold it up.
    """

    phase: str
    round_opens_at: datetime
    round_closes_at: datetime
    agenda_due_at: datetime
    arranged_due_at: datetime
    next_cycle_at: datetime


@service
def plan(inputs: Plan, *, step: Step) -> Planned:
    """Set the days of a cycle, with time enough for topics and interpreters before its session. Errors: Refused."""
    case = consultation.get(step.session, step.tenant_id, step.business_key)
    today = local_day(step.now)
    earliest = working_day_from(first_day_after(today, terms.period_of(case, CALL)))
    if inputs.session_on < earliest:
        raise Refused({"session_on": Reason("session_needs_time", earliest=earliest)})
    case.series_id = case.series_id or case.id
    step.session.add(case)
    topics = Round(
        municipality_id=step.tenant_id,
        consultation_id=case.id,
        phase="topics",
        turn=rounds.next_turn(step.session, step.tenant_id, case.id, "topics"),
        opens_at=step.now,
        closes_at=latest_before(inputs.session_on, terms.period_of(case, TOPICS)).at,
    )
    step.session.add(topics)
    agenda_due_at = latest_before(inputs.session_on, terms.period_of(case, AGENDA)).at
    known = step.session.get(Agenda, (step.tenant_id, case.id))
    table = known or Agenda(municipality_id=step.tenant_id, consultation_id=case.id)
    table.session_on, table.due_at = inputs.session_on, agenda_due_at
    step.session.add(table)
    step.session.flush()
    following = ends(case.application_on or today, terms.period_of(case, RHYTHMS[inputs.rhythm])).ends_on
    return Planned(
        phase=topics.phase,
        round_opens_at=topics.opens_at,
        round_closes_at=topics.closes_at,
        agenda_due_at=agenda_due_at,
        arranged_due_at=latest_before(inputs.session_on, terms.period_of(case, ARRANGED)).at,
        next_cycle_at=start_of_day(max(following, inputs.session_on + ONE_DAY)),
    )


@service
def begin_next(*, step: Step, runtime: Runtime, links: Links) -> None:
    """Begin the next cycle as a case of its own: same words and chair, the same organisations proposed.

    It runs with the drawing and the terms of today; open tasks belong to the series and are simply there.
    """
    before = consultation.get(step.session, step.tenant_id, step.business_key)
    files = _files(step, before)
    following = _follow(step, before, terms.freeze(files, local_day(step.now)))
    _copy_words(step, before, following)
    step.session.add(
        Agenda(
            municipality_id=step.tenant_id,
            consultation_id=following.id,
            cochair_id=agenda.of_case(step.session, step.tenant_id, before.id).cochair_id,
        )
    )
    known = {it.organisation_id: it.why for it in invited(step)}
    rows = links.new_rows(step.tenant_id, following.id, sorted(known))
    if rows:
        step.session.connection().execute(
            insert(Invitation), [{**row, "why": known[row["organisation_id"]]} for row in rows]
        )
    runtime.library.deploy(step.session, step.tenant_id, files, now=step.now)
    instance = runtime.start(
        step.session,
        step.tenant_id,
        following.kind,
        business_key=following.id,
        data={"application_on": local_day(step.now)},
        now=step.now,
        actor=step.actor,
        idempotency_key=f"cycle:{before.id}",
    )
    following.instance_id, following.state, following.launched_at = instance.id, RUNNING, step.now
    step.session.add(following)
    step.session.flush()


def _files(step: Step, case: Consultation) -> dict[str, str]:
    """The kind's folder as it is now; the texts of this very case when there is no such folder any more."""
    try:
        return dict(catalogue.kind(case.kind).files())
    except NotFound:
        return dict(step.definition.process.files)


def _follow(step: Step, before: Consultation, frozen: dict[str, dict[str, object]]) -> Consultation:
    year = local_day(step.now).year
    prefix = before.number.partition("-")[0]
    series = f"{prefix}-{year}"
    made = Consultation(
        municipality_id=step.tenant_id,
        id=new_id(),
        number=f"{series}-{next_number(step.session, step.tenant_id, series)}",
        kind=before.kind,
        planner_id=before.planner_id,
        committee_id=before.committee_id,
        application_on=local_day(step.now),
        applicant=before.applicant,
        decided_by=before.decided_by,
        place=before.place,
        topics=before.topics,
        impacts=before.impacts,
        terms=json.dumps(frozen, ensure_ascii=False),
        created_at=step.now,
        series_id=before.series_id or before.id,
        turn=before.turn + 1,
    )
    step.session.add(made)
    step.session.flush()
    return made


def _copy_words(step: Step, before: Consultation, following: Consultation) -> None:
    query = select(ConsultationText).where(
        ConsultationText.municipality_id == step.tenant_id, ConsultationText.consultation_id == before.id
    )
    for text in step.session.exec(query).all():
        step.session.add(ConsultationText(**{**text.model_dump(), "consultation_id": following.id}))
    step.session.flush()
