"""Whom a consultation concerns: each organisation held against the case's own audience table.

The table proposes, a person decides. Every proposal carries the sentence the organisation itself will read.
"""

import re
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from engine.decision import Decision
from processes import municipality
from processes.consultation import Consultation
from processes.organisation import Organisation

TABLE = "decisions/audience.dmn"
NAMES = {
    "kind": "string",
    "place_match": "boolean",
    "topic_match": "boolean",
    "wants_involvement": "boolean",
    "impact": "list<string>",
}
STRENGTHS = ("must", "should", "may")


@dataclass(frozen=True)
class Proposal:
    """One organisation, whether the table would invite it, why, and how strongly."""

    organisation_id: str
    name: str
    why: str
    strength: str
    invite: bool


def propose(
    session: Session, municipality_id: str, consultation: Consultation, decision: Decision
) -> list[Proposal]:
    """In: a case and its audience table. Out: every active organisation, the strongest first, then by name.

    Errors: DecisionFailed and FeelError when the table cannot run; NotFound.
    """
    home = municipality.get(session, municipality_id)
    everywhere = (home.name, home.county)
    query = select(Organisation).where(
        Organisation.municipality_id == municipality_id, col(Organisation.active)
    )
    answers: dict[tuple[Any, ...], dict[str, Any]] = {}  # many organisations, few different facts
    proposals = []
    for organisation in session.exec(query):
        facts = _facts(organisation, consultation, everywhere)
        key = tuple(facts[name] for name in NAMES if name != "impact")
        if key not in answers:
            found = decision.evaluate(facts, None, NAMES)
            answers[key] = found if isinstance(found, dict) else {}
        proposals.append(_proposal(organisation, answers[key]))
    return sorted(proposals, key=_rank)


def _facts(organisation: Organisation, case: Consultation, everywhere: tuple[str, ...]) -> dict[str, Any]:
    return {
        "kind": organisation.kind,
        "place_match": matches_place(organisation.place_list(), case.place, everywhere),
        "topic_match": bool(_words(organisation.topic_list()) & _words(case.topic_list())),
        "wants_involvement": organisation.wants_involvement,
        "impact": case.impact_list(),
    }


def matches_place(places: list[str], where: str, everywhere: tuple[str, ...] = ()) -> bool:
    """Whether somebody who works in these places (none: everywhere) works where the case is.

    A place counts when it stands in the case's address as whole words; the municipality and its county
    hold every address in it.
    """
    if not places:
        return True
    all_of_it = _words([name for name in everywhere if name])
    return any(
        place.strip().casefold() in all_of_it or re.search(rf"(?<!\w){re.escape(place.strip())}(?!\w)", where, re.IGNORECASE)
        for place in places
        if place.strip()
    )  # fmt: skip


def _words(texts: list[str]) -> set[str]:
    return {" ".join(text.split()).casefold() for text in texts if text.strip()}


def _proposal(organisation: Organisation, found: dict[str, Any]) -> Proposal:
    return Proposal(
        organisation_id=organisation.id,
        name=organisation.name,
        why=str(found.get("why", "")),
        strength=str(found.get("strength", STRENGTHS[-1])),
        invite=found.get("invite") is True,
    )


def _rank(proposal: Proposal) -> tuple[bool, int, str, str]:
    known = proposal.strength in STRENGTHS
    strength = STRENGTHS.index(proposal.strength) if known else len(STRENGTHS)
    return not proposal.invite, strength, proposal.name.casefold(), proposal.organisation_id
