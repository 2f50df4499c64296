"""Decisions of the government and the council: noted with their day, and told to whom they concern."""

from datetime import date
from typing import Literal, Protocol

from pydantic import BaseModel

from engine.clock import local_day
from engine.service import Step, service
from processes import consultation, meeting, obligation, summary, terms
from processes import decision as decisions
from processes import round as rounds
from processes.consultation import Consultation
from processes.decision import Decision
from processes.errors import Reason, Refused
from processes.evidence import check_day, moment_of
from processes.meeting import HELD
from processes.post import Post
from processes.services.response import send_waiting

WITH_OPINIONS = ("acceptance", "adoption")
"""Decisions on the plan itself: they are made with every opinion that was given."""


class RecordRefusal(BaseModel):
    """The application was not fit: the act that says so."""

    act: str = ""
    decided_on: date
    reasons: str = ""


class RecordAssessment(BaseModel):
    """Whether the plan's effects must be assessed strategically (preliminary assessment)."""

    environment: Literal["not_needed", "needed"]
    reasons: str = ""


class RecordInitiation(BaseModel):
    """The decision to initiate the plan, or not to."""

    initiation: Literal["initiate", "refuse"]
    act: str = ""
    decided_on: date
    reasons: str = ""


class InitiationRecorded(BaseModel):
    """The day notices and the three years count from; nothing when it was refused."""

    initiated_on: date | None


class RecordResults(BaseModel):
    """What display and discussion came to."""

    act: str = ""
    decided_on: date
    changes_solution: bool = False
    state_approval_needed: bool = False
    reasons: str = ""


class RecordStateApproval(BaseModel):
    """What the state body said to a plan that changes the general plan."""

    state_approval: Literal["approved", "returned"]
    act: str = ""
    decided_on: date
    reasons: str = ""


class RecordAdoption(BaseModel):
    """The last word: adopted, not adopted, or sent back.

    `objections` is a line for each objection whose author is to hear what was decided on it: its number, a colon,
    the words.
    """

    adoption: Literal["adopt", "reject", "send_back"]
    act: str = ""
    decided_on: date
    reasons: str = ""
    objections: str = ""


class AdoptionRecorded(BaseModel):
    """The day notices of adoption count from; nothing when it was not adopted."""

    adopted_on: date | None


class RecordRegister(BaseModel):
    """The plan's entry in the register of plans."""

    plan_number: str
    registered_on: date


class RecordContest(BaseModel):
    """Whether anyone contested the decision within the term."""

    contested: bool = False
    note: str = ""


@service
def record_refusal(inputs: RecordRefusal, *, step: Step) -> None:
    """Note that the application was refused. A refusal is reasoned (PlanS § 128 (2))."""
    require_reasons(inputs.reasons)
    note(step, "refusal", "refuse", inputs)


@service
def tell_refusal(*, step: Step, post: Post) -> None:
    """Tell whoever has heard of the case that there will be no plan; the applicant gets the act itself."""
    post.case_closed(_case(step), "refused")


@service
def record_assessment(inputs: RecordAssessment, *, step: Step) -> None:
    """Note the preliminary assessment; it has no act of its own."""
    step.session.add(
        Decision(
            municipality_id=step.tenant_id,
            consultation_id=step.business_key,
            kind="environment",
            outcome=inputs.environment,
            decided_on=local_day(step.now),
            reasons=inputs.reasons,
            recorded_by=step.actor,
            recorded_at=step.now,
        )
    )


@service
def tell_general_procedure(*, step: Step, post: Post) -> None:
    """Tell that the plan goes on under the general plan's procedure."""
    post.case_closed(_case(step), "general_procedure")


@service
def record_initiation(inputs: RecordInitiation, *, step: Step) -> InitiationRecorded:
    """Note the decision to initiate. Out: the day the terms of the notices count from."""
    if inputs.initiation == "refuse":
        require_reasons(inputs.reasons)
    note(step, "initiation", inputs.initiation, inputs)
    return InitiationRecorded(initiated_on=inputs.decided_on if inputs.initiation == "initiate" else None)


@service
def record_results(inputs: RecordResults, *, step: Step, post: Post) -> None:
    """Note the results of display and discussion, and tell them to everyone who took part."""
    _require_display_over(step, inputs.decided_on)
    made = note(step, "results", "changed" if inputs.changes_solution else "kept", inputs)
    send_waiting(step, post)
    case = _case(step)
    post.results_told(case, made, held_on=_discussed_on(step), changes_solution=inputs.changes_solution)


@service
def record_state_approval(inputs: RecordStateApproval, *, step: Step) -> None:
    """Note whether the state body approved the plan."""
    note(step, "state_approval", inputs.state_approval, inputs)


@service
def record_adoption(inputs: RecordAdoption, *, step: Step, post: Post) -> AdoptionRecorded:
    """Note the decision on the plan, on the committee's page it was made with. Out: the day of adoption."""
    if inputs.adoption != "adopt":
        require_reasons(inputs.reasons)
    _require_display_over(step, inputs.decided_on)
    words = decisions.words_by_receipt(inputs.objections)
    made = note(step, "adoption", inputs.adoption, inputs)
    decisions.say(step.session, made, words)
    send_waiting(step, post)
    return AdoptionRecorded(adopted_on=inputs.decided_on if inputs.adoption == "adopt" else None)


@service
def tell(*, step: Step, post: Post) -> None:
    """Tell everyone who took part what was decided, point by point."""
    made = decisions.newest(step.session, step.tenant_id, step.business_key, "adoption")
    if made is not None:
        case = _case(step)
        # The term runs from the last notice, which comes later or today: never earlier than this.
        at_least = terms.deadline_of(case, "dp.contest", local_day(step.now)).ends_on
        post.decision_made(case, made, contest_until=at_least)


@service
def record_register(inputs: RecordRegister, *, step: Step) -> None:
    """Note the plan's number in the register."""
    case = _case(step)
    check_day(case, "registered_on", inputs.registered_on, step.now)
    if not inputs.plan_number.strip():
        raise Refused({"plan_number": Reason("required")})
    case.plan_number, case.registered_on = inputs.plan_number.strip(), inputs.registered_on
    step.session.add(case)


@service
def record_contest(inputs: RecordContest, *, step: Step) -> None:
    """Note whether the decision was contested."""
    case = _case(step)
    case.contested, case.contest_note = inputs.contested, inputs.note
    step.session.add(case)


class _Act(Protocol):
    """What every form about a decision asks for."""

    act: str
    decided_on: date
    reasons: str


def note(step: Step, kind: str, outcome: str, act: _Act) -> Decision:
    """Keep a decision with its day, and hold the task's term as met on that day. Errors: Refused."""
    check_day(_case(step), "decided_on", act.decided_on, step.now)
    page = summary.newest(step.session, step.tenant_id, step.business_key)
    made = Decision(
        municipality_id=step.tenant_id,
        consultation_id=step.business_key,
        kind=kind,
        outcome=outcome,
        act=act.act.strip(),
        decided_on=act.decided_on,
        reasons=act.reasons.strip(),
        summary_id=page.id if page is not None and page.closed_at is not None else None,
        recorded_by=step.actor,
        recorded_at=step.now,
    )
    step.session.add(made)
    step.session.flush()
    moment = moment_of(act.decided_on, step.now)
    obligation.meet(step.session, step.tenant_id, step.business_key, step.element, moment)
    if kind in WITH_OPINIONS:
        decisions.link(step.session, made)
    return made


def require_reasons(reasons: str) -> None:
    """A decision against someone is reasoned. Errors: Refused."""
    if not reasons.strip():
        raise Refused({"reasons": Reason("reasons_required")})


def _require_display_over(step: Step, decided_on: date) -> None:
    shown = rounds.current(step.session, step.tenant_id, step.business_key, "display")
    if shown is None:
        raise Refused({"decided_on": Reason("never_displayed")})
    last = local_day(shown.closes_at)
    if shown.closed_at is None or decided_on <= last:
        raise Refused({"decided_on": Reason("before_display_end", ends_on=last)})


def _discussed_on(step: Step) -> date | None:
    """The day of the discussion of this display; an earlier display's does not count."""
    held = meeting.newest(step.session, step.tenant_id, step.business_key, "discussion")
    shown = rounds.current(step.session, step.tenant_id, step.business_key, "display")
    if held is None or shown is None or held.state != HELD or held.starts_at < shown.opens_at:
        return None
    return local_day(held.starts_at)


def _case(step: Step) -> Consultation:
    return consultation.get(step.session, step.tenant_id, step.business_key)
