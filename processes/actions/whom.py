"""Whom a draft would ask: the audience table proposes, the planner ticks, adds and leaves out. Nobody hears of it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from processes.actions import drafting, invited_one, inviting, planner_case
from processes.actions.invited_one import NewOrganisation
from processes.actions.inviting import Choice
from processes.actions.planner_case import Head
from processes.consultation import Consultation
from processes.errors import Reason, Refused
from processes.invitation import Invitation, Links
from processes.organisation import Organisation
from processes.permission import Actor
from processes.words import EASY, LANGUAGES


@dataclass(frozen=True)
class Whom:
    """The page: everyone in the registry, those the table proposes first."""

    head: Head
    choices: tuple[Choice, ...]


def read(session: Session, actor: Actor, number: str, language: str) -> Whom:
    """Who may be asked, and who is ticked. Errors: NotAllowed, NotFound, AlreadyBegun."""
    case = drafting.find(session, actor, number)
    return Whom(planner_case.head(session, actor, case, language), inviting.choices(session, case))


@dataclass(frozen=True)
class Letters:
    """Who reads the invitation in which language (`et-easy` is easy Estonian): language -> (id, name)."""

    head: Head
    readers: dict[str, list[tuple[str, str]]]


def letters(session: Session, actor: Actor, number: str, language: str) -> Letters:
    """Whose invitation there will be to read before it leaves. Errors: NotAllowed, NotFound, AlreadyBegun."""
    case = drafting.find(session, actor, number)
    ticked = {it.organisation_id for it in inviting.choices(session, case) if it.ticked}
    query = select(Organisation).where(
        Organisation.municipality_id == case.municipality_id, col(Organisation.active)
    )
    readers: dict[str, list[tuple[str, str]]] = {}
    for who in session.exec(query.order_by(Organisation.name)):
        if who.id in ticked:
            spoken = EASY if who.easy_language and who.language == "et" else who.language
            readers.setdefault(spoken, []).append((who.id, who.name))
    order = (*LANGUAGES, EASY)
    known = sorted(readers, key=lambda it: order.index(it) if it in order else len(order))
    return Letters(planner_case.head(session, actor, case, language), {it: readers[it] for it in known})


def choose(session: Session, actor: Actor, number: str, chosen: Collection[str], *, links: Links) -> int:
    """Keep whom to ask; those left out are asked nothing. Out: how many.

    Errors: NotAllowed, NotFound, AlreadyBegun, Refused (nobody, or one that is not in the registry).
    """
    case = drafting.find(session, actor, number, lock=True)
    choices = {it.organisation_id: it for it in inviting.choices(session, case)}
    if not chosen:
        raise Refused({"organisations": Reason("nobody_ticked")})
    if not choices.keys() >= set(chosen):
        raise Refused({"organisations": Reason("unknown_organisation")})
    kept = _kept(session, case)
    for organisation_id, row in kept.items():
        if organisation_id not in chosen:
            session.delete(row)
    _propose(session, case, {it: choices[it].why for it in sorted(set(chosen) - kept.keys())}, links)
    return len(set(chosen))


def add(session: Session, actor: Actor, number: str, new: NewOrganisation, why: str, *, links: Links) -> str:
    """Enter an organisation into the registry and tick it; whoever was ticked stays so. Out: its name.

    Errors: NotAllowed, NotFound, AlreadyBegun, Refused.
    """
    case = drafting.find(session, actor, number, lock=True)
    ticked = {it.organisation_id: it.why for it in inviting.choices(session, case) if it.ticked}
    who = invited_one.enter(session, case.municipality_id, new, why)
    kept = _kept(session, case)
    _propose(session, case, {it: said for it, said in ticked.items() if it not in kept}, links)
    _propose(session, case, {who.id: why.strip()}, links)
    return who.name


def _propose(session: Session, case: Consultation, whys: dict[str, str], links: Links) -> None:
    session.add_all(
        links.new_invitation(case.municipality_id, case.id, organisation_id, why=why)
        for organisation_id, why in whys.items()
    )
    session.flush()


def _kept(session: Session, case: Consultation) -> dict[str, Invitation]:
    query = select(Invitation).where(
        Invitation.municipality_id == case.municipality_id,
        Invitation.consultation_id == case.id,
        Invitation.purpose == "opinion",
    )
    return {it.organisation_id: it for it in session.exec(query)}
