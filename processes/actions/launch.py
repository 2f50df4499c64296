"""Beginning a consultation: terms are frozen, whom to ask is proposed, the process starts. Nothing is sent before.

One transaction, once: a draft that has begun cannot begin again, whoever presses how often.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from engine.runtime import Runtime
from processes import catalogue
from processes.actions import drafting, inviting, planner_case, planning
from processes.actions.planner_case import Head
from processes.consultation import DRAFT, RUNNING, Consultation, ConsultationText
from processes.document import Document
from processes.errors import Reason, Refused, TooLate
from processes.invitation import Invitation, Links
from processes.permission import Actor


@dataclass(frozen=True)
class Ready:
    """What is ready before the last button: languages written, organisations chosen, papers kept."""

    head: Head
    languages: tuple[str, ...]
    invited: int
    proposed: bool
    papers: int
    longer: int


def ready(session: Session, actor: Actor, number: str, language: str) -> Ready:
    """What a draft would begin with. Errors: NotAllowed, NotFound, AlreadyBegun."""
    case = drafting.find(session, actor, number)
    kept = _count(session, case, Invitation)
    written = select(ConsultationText.language).where(
        ConsultationText.municipality_id == case.municipality_id, ConsultationText.consultation_id == case.id
    )
    there = set(session.exec(written))
    return Ready(
        head=planner_case.head(session, actor, case, language),
        languages=tuple(it for it in drafting.WRITTEN_IN if it in there),
        invited=kept or sum(it.ticked for it in inviting.choices(session, case)),
        proposed=not kept,
        papers=_count(session, case, Document),
        longer=sum(bool(it.get("chosen")) for it in planning.frozen(case).values()),
    )


def begin(
    session: Session, actor: Actor, number: str, *, runtime: Runtime, links: Links, now: datetime
) -> str:
    """Begin a draft: from here its process runs. Again is the same. Out: its number.

    Errors: NotAllowed, NotFound, TooLate when it has ended, Refused while the application's day is missing,
    DefinitionRefused when the kind's folder is not in order.
    """
    case = planner_case.find(session, actor, number, lock=True)
    if case.state == RUNNING:
        return case.number
    if case.state != DRAFT:
        raise TooLate
    if case.application_on is None:
        raise Refused({"application_on": Reason("not_a_date")})
    if not _count(session, case, Invitation):
        for choice in inviting.choices(session, case):
            if choice.ticked:
                session.add(
                    links.new_invitation(
                        case.municipality_id, case.id, choice.organisation_id, why=choice.why
                    )
                )
    files = catalogue.kind(case.kind).files()
    runtime.library.deploy(session, case.municipality_id, files, now=now)
    case.terms = json.dumps(planning.frozen(case), ensure_ascii=False)
    session.add(case)
    session.flush()
    instance = runtime.start(
        session,
        case.municipality_id,
        case.kind,
        business_key=case.id,
        data={"application_on": case.application_on},
        now=now,
        actor=actor.person_id,
        idempotency_key=f"launch:{case.id}",
    )
    case.instance_id, case.state, case.launched_at = instance.id, RUNNING, now
    session.add(case)
    session.flush()
    return case.number


def _count(session: Session, case: Consultation, table: type[Invitation | Document]) -> int:
    query = select(func.count(col(table.id))).where(
        col(table.municipality_id) == case.municipality_id, col(table.consultation_id) == case.id
    )
    return session.exec(query).one()
