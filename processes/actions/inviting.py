"""Whom to ask: the audience table proposes, the planner changes and confirms, and all invitations leave at once.

Until the step "invite organisations" is done, an organisation is only proposed and nobody hears anything.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from engine.decision import Decision, read_decision
from engine.definition import Definition
from engine.instance import Instance
from engine.runtime import Runtime
from notifications import sources
from notifications.letter import Letter
from notifications.outbox import OutgoingLetter
from processes import catalogue
from processes.actions import planner_case, task
from processes.actions.participants import TASK
from processes.actions.planner_case import Head, OpenTask
from processes.audience import TABLE, propose
from processes.consultation import Consultation
from processes.database import new_id
from processes.errors import NotFound, Reason, Refused
from processes.invitation import INVITED, PROPOSED, Invitation, Links
from processes.obligation import Obligation
from processes.organisation import Organisation
from processes.permission import Actor
from processes.person import Person
from processes.post import PostOffice

MAX_NOTE = 2_000
_OWN = re.compile(r"/own/[0-9a-f]{20,}")
"""The way to an organisation's own page, which is for its letters alone."""


@dataclass(frozen=True)
class Choice:
    """An organisation that may be asked: why, how strongly the table says so, and whether it is ticked."""

    organisation_id: str
    name: str
    kind: str
    language: str
    has_address: bool
    why: str
    strength: str
    proposed: bool
    ticked: bool


@dataclass(frozen=True)
class Choosing:
    """The page of the step: everyone in the registry, those the table proposes first."""

    head: Head
    task: OpenTask
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Preview:
    """A letter exactly as it would leave, never sent."""

    organisation: str
    language: str
    subject: str
    sender: str
    recipient: str
    text: str
    html: str


def choosing(session: Session, actor: Actor, number: str, language: str) -> Choosing | None:
    """The step's page; None while the step is not open. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    there = planner_case.task(session, case, TASK)
    if there is None:
        return None
    return Choosing(planner_case.head(session, actor, case, language), there, choices(session, case))


def send(
    session: Session,
    actor: Actor,
    number: str,
    wait_id: str,
    chosen: Sequence[str],
    note: str,
    *,
    runtime: Runtime,
    links: Links,
    now: datetime,
    key: str,
) -> None:
    """Ask the chosen: finish the step, which puts every invitation into the outbox. The same key is one step.

    In: ids of organisations; a note, which must stand there when nobody is chosen.
    Errors: NotAllowed, NotFound, NotOpen, Refused.
    """
    case = planner_case.running(session, actor, number)
    planner_case.require_open(session, case, TASK, wait_id)
    if len(note) > MAX_NOTE:
        raise Refused({"note": Reason("too_long", limit=MAX_NOTE, length=len(note))})
    if planner_case.task(session, case, TASK) is not None:
        _keep_reasons(session, case, set(chosen), links)
    answers = {"organisations": sorted(set(chosen)), "note": note}
    task.complete(session, actor, wait_id, answers, runtime=runtime, now=now, key=key)


def preview(
    session: Session, actor: Actor, number: str, organisation_id: str, *, links: Links, office: PostOffice, now: datetime
) -> Preview:  # fmt: skip
    """The invitation as it would leave now. In: a session that is rolled back. Errors: NotAllowed, NotFound, Refused."""
    case = planner_case.find(session, actor, number)
    who = session.get(Organisation, (actor.municipality_id, organisation_id))
    if who is None:
        raise NotFound
    asked = _of(session, case, organisation_id)
    if asked is None:
        why = next((it.why for it in choices(session, case) if it.organisation_id == organisation_id), "")
        asked = links.new_invitation(case.municipality_id, case.id, organisation_id, why=why)
    asked.link_version += (
        1_000_000  # a version that is never sent, so that no earlier letter stands in its way
    )
    who.email, who.undeliverable_since = who.email or "naidis@example.org", None
    session.add_all([asked, who])
    session.flush()
    office.of_case(session, case, now=now).invited(case, [asked])
    written = session.exec(
        select(OutgoingLetter).where(
            OutgoingLetter.tenant_id == case.municipality_id,
            OutgoingLetter.dedup_key == f"invitation:{asked.id}:{asked.link_version}",
        )
    ).one()
    opened = sources.opened("", written.content)
    text, html = (_OWN.sub("/own/proof", it) for it in (opened.text, opened.html))
    return Preview(who.name, written.language, opened.subject, opened.sender, opened.recipient, text, html)


def proof(
    session: Session, actor: Actor, number: str, shown: Preview, *, office: PostOffice, now: datetime
) -> str:
    """Send a letter that was looked at to the actor's own address, marked as a proof. Out: that address.

    In: what `preview` gave. Errors: NotAllowed, NotFound.
    """
    case = planner_case.find(session, actor, number)
    me = session.get_one(Person, (actor.municipality_id, actor.person_id))
    letter = Letter(shown.subject, shown.text, shown.html, shown.language)
    key = f"proof:{case.id}:{me.id}:{new_id()}"
    office.of_case(session, case, now=now).proof(case, me, letter, key=key)
    return me.email


def sent_before(session: Session, case: Consultation) -> bool:
    """Whether the step has been done: from then on, whoever is added is asked at once."""
    done = select(Obligation.id).where(
        Obligation.municipality_id == case.municipality_id,
        Obligation.consultation_id == case.id,
        Obligation.element == TASK,
        col(Obligation.met_at).is_not(None),
    )
    asked = select(Invitation.id).where(
        Invitation.municipality_id == case.municipality_id,
        Invitation.consultation_id == case.id,
        Invitation.purpose == "opinion",
        Invitation.state == INVITED,
    )
    return session.exec(done).first() is not None or session.exec(asked).first() is not None


def choices(session: Session, case: Consultation) -> tuple[Choice, ...]:
    """Everyone in the registry, those proposed first; also for a draft, which asks the table as it is today."""
    query = select(Invitation).where(
        Invitation.municipality_id == case.municipality_id,
        Invitation.consultation_id == case.id,
        Invitation.purpose == "opinion",
        col(Invitation.state).in_((PROPOSED, INVITED)),
    )
    kept = {it.organisation_id: it for it in session.exec(query)}
    everyone = session.exec(
        select(Organisation).where(
            Organisation.municipality_id == case.municipality_id, col(Organisation.active)
        )
    )
    known = {it.id: it for it in everyone}
    made = []
    for found in propose(session, case.municipality_id, case, _table(session, case)):
        who, row = known[found.organisation_id], kept.get(found.organisation_id)
        made.append(
            Choice(
                organisation_id=who.id,
                name=who.name,
                kind=who.kind,
                language=who.language,
                has_address=bool(who.email) and who.undeliverable_since is None,
                why=(row.why if row else "") or found.why,
                strength=found.strength,
                proposed=found.invite or row is not None,
                # What the launch settled stands; a case launched without a proposal starts from the table's.
                ticked=row is not None if kept else found.invite,
            )
        )
    return tuple(sorted(made, key=lambda it: not it.proposed))


def _table(session: Session, case: Consultation) -> Decision:
    if case.instance_id is None:
        return read_decision(catalogue.kind(case.kind).files()[TABLE])
    instance = session.get_one(Instance, (case.municipality_id, case.instance_id))
    definition = session.get_one(Definition, (case.municipality_id, instance.definition_id))
    return read_decision(definition.file(TABLE))


def _keep_reasons(session: Session, case: Consultation, chosen: set[str], links: Links) -> None:
    """Give whoever the planner ticked the sentence why, which they will read in their letter."""
    for choice in choices(session, case):
        if choice.organisation_id in chosen and _of(session, case, choice.organisation_id) is None:
            session.add(
                links.new_invitation(case.municipality_id, case.id, choice.organisation_id, why=choice.why)
            )
    session.flush()


def _of(session: Session, case: Consultation, organisation_id: str) -> Invitation | None:
    query = select(Invitation).where(
        Invitation.municipality_id == case.municipality_id,
        Invitation.consultation_id == case.id,
        Invitation.organisation_id == organisation_id,
        Invitation.purpose == "opinion",
    )
    return session.exec(query).first()
