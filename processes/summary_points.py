"""What an opinion holds besides its words: its points, the views of a minority, and the group of alike letters it is in.

A member of an association who wrote a minority's view may be a private person: the page keeps their words, not the name.
"""

from collections.abc import Collection
from typing import Any

from sqlmodel import Session, col, select

from processes.alike_group import TAKEN, AlikeGroup, AlikeMember
from processes.consultation import Consultation
from processes.feedback import Feedback
from processes.inner_round import MinorityView
from processes.item import Item

Fact = dict[str, Any]


def points(session: Session, case: Consultation) -> dict[str, list[Fact]]:
    """The points of a case's opinions, by opinion, in their order. Notes and advice are not read."""
    query = (
        select(Item)
        .where(Item.municipality_id == case.municipality_id, Item.consultation_id == case.id)
        .order_by(Item.feedback_id, col(Item.place), Item.id)
    )
    found: dict[str, list[Fact]] = {}
    for it in session.exec(query):
        found.setdefault(it.feedback_id, []).append(
            {
                "point_id": it.id,
                "place": it.place,
                "text": it.text,
                "theme": it.theme.strip(),
                "stance": it.stance,
                "outcome": it.outcome,
                "position": it.position,
            }
        )
    return found


def minority(session: Session, case: Consultation) -> dict[str, list[str]]:
    """The views of a minority attached to associations' opinions, by opinion: the words alone."""
    query = (
        select(MinorityView.feedback_id, MinorityView.text)
        .join(
            Feedback,
            (col(Feedback.municipality_id) == MinorityView.municipality_id)
            & (col(Feedback.id) == MinorityView.feedback_id),
        )
        .where(MinorityView.municipality_id == case.municipality_id, Feedback.consultation_id == case.id)
        .order_by(MinorityView.feedback_id, col(MinorityView.place))
    )
    found: dict[str, list[str]] = {}
    for feedback_id, text in session.exec(query):
        found.setdefault(feedback_id, []).append(text)
    return found


def groups(session: Session, case: Consultation, receipts: dict[str, str]) -> list[Fact]:
    """The groups of alike letters a planner has taken, the largest first. In: the page's opinions with their receipts.

    A group a search only proposes is nobody's word yet and is left out. `identical` differ in greeting, name and order alone.
    """
    query = (
        select(AlikeGroup, AlikeMember)
        .join(
            AlikeMember,
            (col(AlikeMember.municipality_id) == AlikeGroup.municipality_id)
            & (col(AlikeMember.group_id) == AlikeGroup.id),
        )
        .where(
            AlikeGroup.municipality_id == case.municipality_id,
            AlikeGroup.consultation_id == case.id,
            AlikeGroup.state == TAKEN,
            col(AlikeMember.left_out).is_(False),
        )
        .order_by(AlikeGroup.id, AlikeMember.feedback_id)
    )
    found: dict[str, Fact] = {}
    for group, member in session.exec(query):
        if (said := member.feedback_id) not in receipts:
            continue
        row = found.setdefault(
            group.id,
            {
                "source": f"group:{group.id}",
                "leader": receipts.get(group.leader_id, ""),
                "asked": group.asked_at is not None,
                "size": 0,
                "identical": 0,
                "members": [],
                "receipts": [],
            },
        )
        row["size"] += 1
        row["identical"] += member.identical
        row["members"].append(said)
        row["receipts"].append(receipts[said])
    return sorted(found.values(), key=lambda it: (-it["size"], it["source"]))


def group_of(found: Collection[Fact]) -> dict[str, Fact]:
    """Which group each opinion is in."""
    return {member: it for it in found for member in it["members"]}
