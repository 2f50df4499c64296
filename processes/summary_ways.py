"""By which ways, in which languages and channels a case could be spoken to: what was offered, and what never was."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from processes import municipality
from processes.consultation import Consultation, ConsultationText
from processes.feedback import CHANNELS
from processes.meeting import CANCELLED
from processes.person import Person

WAYS = (*CHANNELS, "meeting")
LANGUAGES = ("et", "et-easy", "en", "ru")

Fact = dict[str, Any]


def ways(
    session: Session, case: Consultation, rounds: Sequence[Fact], meetings: Sequence[Fact],
    invited: Sequence[Fact], used: Collection[str], now: datetime,
) -> Fact:  # fmt: skip
    """In: the case's facts, and the channels opinions came by. Out: what was offered and what never was until now.

    A way is offered by what people were shown: the public form while a round is open; an address, a number or a place on
    the page of the case or in an invitation. A way somebody used was offered.
    """
    home = municipality.get(session, case.municipality_id)
    planner = session.get(Person, (case.municipality_id, case.planner_id)) if case.planner_id else None
    told = case.published_at is not None or bool(invited)
    mail, phone = (getattr(planner, "email", ""), getattr(planner, "phone", ""))
    opened = any(datetime.fromisoformat(it["opens_at"]) <= now for it in rounds)
    there = {
        "web": case.published_at is not None and opened,
        "mail": told and bool(mail or home.email),
        "phone": told and bool(phone or home.phone),
        "paper": told and bool(home.address),
        "in_person": told and bool(home.address or (opened and any(it["place"] for it in rounds))),
        "meeting": any(it["state"] != CANCELLED for it in meetings),
    }
    offered = [it for it in WAYS if there[it] or it in used]
    return {
        "source": f"ways:{case.id}",
        "offered": offered,
        "never": [it for it in WAYS if it not in offered],
    }


def languages(session: Session, case: Consultation) -> list[str]:
    """The languages the matter is explained in; easy Estonian is one of its own."""
    query = select(ConsultationText.language).where(
        ConsultationText.municipality_id == case.municipality_id,
        ConsultationText.consultation_id == case.id,
        col(ConsultationText.language).in_(LANGUAGES),
    )
    there = set(session.exec(query))
    return [it for it in LANGUAGES if it in there]
