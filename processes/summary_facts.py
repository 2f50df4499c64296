"""What a case's rows say at the moment its committee's page is frozen, as plain values ready for JSON.

A private person is never named here: the page shows a receipt number, which the author knows. Every value
carries the `source` it can be looked up by, `kind:id` of a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from processes import summary_course
from processes.consultation import Consultation, ConsultationText
from processes.feedback import LATE_ACCEPTED, LATE_RECORDED, LATE_WAITING, TO_ANSWER, WITHDRAWN, Feedback
from processes.invitation import INVITED, Invitation
from processes.organisation import Organisation
from processes.response import Response
from processes.summary_course import organisation_of
from processes.summary_points import group_of, groups, minority, points
from processes.summary_ways import languages, ways

LATE = (LATE_WAITING, LATE_ACCEPTED, LATE_RECORDED)
SHOWN = (*TO_ANSWER, LATE_WAITING)
SPOKEN = ("et", "en", "ru")
ACCESS_WORDS = ("ligipääs", "puue", "erivajad", "accessib", "disabil", "доступ", "инвалид")
"""Stems by which a planner's own word for a theme is known to be about accessibility."""

Fact = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """Everything the page is written from; `authors` counts people and organisations, each once.

    `has_display` says whether the rules of the case know a public display.
    """

    titles: dict[str, str]
    invited: list[Fact]
    registry_kinds: list[str]
    registered: int
    registered_of_disabled: int
    opinions: list[Fact]
    groups: list[Fact]
    authors: int
    withdrawn: int
    approvals: list[Fact]
    rounds: list[Fact]
    notices: list[Fact]
    decisions: list[Fact]
    documents: list[Fact]
    meetings: list[Fact]
    needs: dict[str, int]
    ways: Fact
    languages: list[str]
    has_display: bool


def gather(session: Session, case: Consultation, now: datetime) -> Facts:
    """In: a case. Out: its facts now."""
    given = _given(session, case)
    alike = groups(session, case, {row[0].id: row[0].receipt for row in given})
    invited, rounds, meetings = (
        _invited(session, case),
        summary_course.rounds(session, case),
        summary_course.meetings(session, case),
    )
    kinds, registered, of_disabled = _registry(session, case)
    return Facts(
        titles=_titles(session, case),
        invited=invited,
        registry_kinds=kinds,
        registered=registered,
        registered_of_disabled=of_disabled,
        opinions=_opinions(session, case, given, alike),
        groups=alike,
        authors=len({_author(row[0]) for row in given}),
        withdrawn=_withdrawn(session, case),
        approvals=summary_course.approvals(session, case),
        rounds=rounds,
        notices=summary_course.notices(session, case),
        decisions=summary_course.decisions(session, case),
        documents=summary_course.documents(session, case),
        meetings=meetings,
        needs=summary_course.needs(session, case),
        ways=ways(session, case, rounds, meetings, invited, {row[0].channel for row in given}, now),
        languages=languages(session, case),
        has_display="dp.display.min" in case.frozen_terms(),
    )


def about_access(theme: str) -> bool:
    """Whether a theme, in the planner's own word, is accessibility."""
    return any(stem in theme.casefold() for stem in ACCESS_WORDS)


def _titles(session: Session, case: Consultation) -> dict[str, str]:
    query = select(ConsultationText.language, ConsultationText.title).where(
        ConsultationText.municipality_id == case.municipality_id,
        ConsultationText.consultation_id == case.id,
        col(ConsultationText.language).in_(SPOKEN),
    )
    return dict(session.exec(query).all())


def _invited(session: Session, case: Consultation) -> list[Fact]:
    query = (
        select(Invitation, Organisation)
        .join(Organisation, organisation_of(Invitation))
        .where(
            Invitation.municipality_id == case.municipality_id,
            Invitation.consultation_id == case.id,
            Invitation.purpose == "opinion",
            Invitation.state == INVITED,
        )
        .order_by(Organisation.name, Invitation.id)
    )
    return [
        {
            "source": f"invitation:{asked.id}",
            "name": organisation.name,
            "language": organisation.language,
            "kind": organisation.kind,
            "of_disabled": organisation.run_by_disabled_people,
            "opened": asked.opened_at is not None,
            "answered": asked.answered_at is not None,
            "no_comments": asked.answered_at is None and asked.no_comments_at is not None,
            "unreached": (organisation.undeliverable_since is not None or asked.not_us_at is not None)
            and not asked.reached_otherwise,
        }
        for asked, organisation in session.exec(query)
    ]


def _registry(session: Session, case: Consultation) -> tuple[list[str], int, int]:
    """The municipality's register, authorities aside (they are asked for approval).

    Out: its kinds of organisation, how many organisations there are, and how many are run by disabled people.
    """
    query = (
        select(
            Organisation.kind,
            func.count(),
            func.count().filter(col(Organisation.run_by_disabled_people).is_(True)),
        )
        .where(
            Organisation.municipality_id == case.municipality_id,
            Organisation.active,
            Organisation.kind != "authority",
        )
        .group_by(Organisation.kind)
        .order_by(Organisation.kind)
    )
    rows = session.exec(query).all()
    return [row[0] for row in rows], sum(row[1] for row in rows), sum(row[2] for row in rows)


def _given(session: Session, case: Consultation) -> list[tuple[Feedback, Response | None, bool]]:
    query = (
        select(Feedback, Response, Organisation.run_by_disabled_people)
        .outerjoin(
            Response,
            (col(Response.municipality_id) == Feedback.municipality_id)
            & (col(Response.feedback_id) == Feedback.id),
        )
        .outerjoin(
            Invitation,
            (col(Invitation.municipality_id) == Feedback.municipality_id)
            & (col(Invitation.id) == Feedback.invitation_id),
        )
        .outerjoin(Organisation, organisation_of(Invitation))
        .where(
            Feedback.municipality_id == case.municipality_id,
            Feedback.consultation_id == case.id,
            col(Feedback.state).in_(SHOWN),
        )
        .order_by(col(Feedback.received_at), Feedback.id)
    )
    return [(given, answer, bool(of_disabled)) for given, answer, of_disabled in session.exec(query)]


def _author(given: Feedback) -> str:
    return given.invitation_id or given.author_email.casefold() or given.id


def _opinions(
    session: Session,
    case: Consultation,
    given: Sequence[tuple[Feedback, Response | None, bool]],
    alike: Sequence[Fact],
) -> list[Fact]:
    split, views, grouped = points(session, case), minority(session, case), group_of(alike)
    rows = []
    for row in given:
        said = row[0].id
        group = grouped.get(said)
        rows.append(
            {
                **_opinion(*row),
                "points": split.get(said, []),
                "minority": views.get(said, []),
                "alike": group["size"] - 1 if group is not None else 0,
            }
        )
    return rows


def _opinion(given: Feedback, answer: Response | None, of_disabled: bool) -> Fact:
    return {
        "source": f"feedback:{given.id}",
        "feedback_id": given.id,
        "receipt": given.receipt,
        "author": given.author_name if given.author_kind == "organisation" else "",
        "author_kind": given.author_kind,
        "of_disabled": of_disabled,
        "channel": given.channel,
        "language": given.language,
        "received_at": given.received_at.isoformat(),
        "state": given.state,
        "late": given.state in LATE,
        "late_reason": given.late_reason,
        "theme": given.theme.strip(),
        "access": of_disabled or about_access(given.theme),
        "text": given.text,
        "version": given.version,
        "outcome": answer.outcome if answer is not None else "",
        "reasons": answer.reasons if answer is not None else "",
        "answered_at": answer.written_at.isoformat() if answer is not None else "",
    }


def _withdrawn(session: Session, case: Consultation) -> int:
    query = select(func.count()).where(
        Feedback.municipality_id == case.municipality_id,
        Feedback.consultation_id == case.id,
        Feedback.state == WITHDRAWN,
    )
    return session.exec(query).one()
