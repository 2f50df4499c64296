"""One answer to many: chosen by group, by theme or one by one, read as every letter it makes, then kept.

Each author gets a letter of their own and each opinion an answer of its own row; nothing is said to anybody who
already has another answer. What changed between the preview and the saving is shown before anything is kept.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, insert, select, update

from notifications import sources
from notifications.outbox import OutgoingLetter
from processes.actions import alike_members, passages, planner_case, said_of
from processes.actions.answering import MAX_REASONS
from processes.actions.giving import check_length, clean
from processes.actions.planner_case import Head
from processes.actions.written import Answered, Written, writers, written
from processes.alike_group import TAKEN
from processes.consultation import Consultation
from processes.errors import Conflict, Reason, Refused
from processes.feedback import TO_ANSWER, Feedback
from processes.permission import Actor
from processes.post import PostOffice
from processes.response import OUTCOMES, Response
from processes.writer import digest

PAGE = 20
MOST_TICKED = 400
NOWHERE = "naidis@example.org"


class MoreCame(Conflict):
    """Other opinions belong to the choice now than when its letters were read. `count` says how many there are."""

    code = "more_came"


@dataclass(frozen=True)
class Chosen:
    """Whom one answer is for: a group that was taken, everyone unanswered of a theme, or the ticked."""

    group: str = ""
    theme: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One of the chosen. `reply` says how the answer reaches its author."""

    id: str
    receipt: str
    author: str
    author_kind: str
    language: str
    reply: str
    beginning: str


@dataclass(frozen=True)
class Together:
    """The chosen: how many, a slice of them, and the answer the group already has."""

    head: Head
    count: int
    lines: tuple[Line, ...]
    page: int
    answer: Written | None
    theme: str

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


@dataclass(frozen=True)
class Letter:
    """A letter as it would leave. `reply` other than mail: this is what is printed or read out."""

    receipt: str
    author: str
    reply: str
    language: str
    subject: str
    text: str


def whom(
    session: Session, actor: Actor, number: str, language: str, chosen: Chosen, *, page: int = 1
) -> Together:
    """Who would get the answer. Errors: NotAllowed, NotFound, Refused for a group nobody has taken."""
    case = planner_case.find(session, actor, number)
    where = _where(session, case, chosen)
    count = session.exec(_with_answers(select(func.count()).select_from(Feedback)).where(*where)).one()
    rows = session.exec(_ordered(_with_answers(select(Feedback)).where(*where), page)).all()
    return Together(
        head=planner_case.head(session, actor, case, language),
        count=count,
        lines=tuple(
            Line(
                it.id, it.receipt, it.author_name, it.author_kind, it.language, said_of.reply_way(it),
                said_of.beginning(it.text),
            )
            for it in rows
        ),
        page=page,
        answer=_standing(session, case, chosen),
        theme=chosen.theme or next((it.theme for it in rows if it.theme), ""),
    )  # fmt: skip


def letters(
    session: Session, actor: Actor, number: str, chosen: Chosen, outcome: str, reasons: str, *, office: PostOffice,
    now: datetime, page: int = 1,
) -> list[Letter]:  # fmt: skip
    """A page of the letters, made as those that leave. In: a session that is rolled back. Errors: as `save`."""
    case = planner_case.running(session, actor, number)
    text = _checked(outcome, reasons)
    rows = session.exec(
        _ordered(_with_answers(select(Feedback)).where(*_where(session, case, chosen)), page)
    ).all()
    pairs = []
    ways = {}
    for said in rows:
        ways[said.id] = said_of.reply_way(said)
        said.author_email = said.author_email or NOWHERE
        said.wants_reply = True
        answer = Response(
            municipality_id=case.municipality_id, feedback_id=said.id, outcome=outcome, reasons=text,
            written_by=actor.person_id, written_at=now,
        )  # fmt: skip
        pairs.append((said, answer))
    office.of_case(session, case, now=now).answers_sent(case, pairs)
    made = []
    for said, answer in pairs:
        letter = session.exec(
            select(OutgoingLetter).where(
                OutgoingLetter.tenant_id == case.municipality_id,
                OutgoingLetter.dedup_key == f"answer:{said.id}:{digest(answer.outcome, answer.reasons)}",
            )
        ).first()
        if letter is not None:
            opened = sources.opened("", letter.content)
            made.append(
                Letter(
                    said.receipt,
                    said.author_name,
                    ways[said.id],
                    letter.language,
                    opened.subject,
                    opened.text,
                )
            )
    return made


def save(
    session: Session, actor: Actor, number: str, chosen: Chosen, outcome: str, reasons: str, *, count: int, seen: str,
    used: tuple[str, ...] = (), now: datetime,
) -> int:  # fmt: skip
    """Keep the answer for each of the chosen. In: how many the preview was of; `seen` as in `answering.save`.

    Out: how many have it now. Errors: NotAllowed, NotFound, TooLate, Refused, Answered, MoreCame.
    """
    case = planner_case.running(session, actor, number)
    text = _checked(outcome, reasons)
    if chosen.group:
        alike_members.find(session, case, chosen.group, lock=True)
    standing = _standing(session, case, chosen)
    if (
        standing is not None
        and (standing.outcome, standing.reasons) != (outcome, text)
        and standing.seen != seen
    ):
        raise Answered(
            "",
            outcome=standing.outcome,
            reasons=standing.reasons,
            by=standing.by,
            at=standing.at,
            seen=standing.seen,
        )
    rows = session.exec(
        _with_answers(select(Feedback.id, Response.outcome))
        .where(*_where(session, case, chosen))
        .order_by(col(Feedback.id))
    ).all()
    if len(rows) != count:
        raise MoreCame(count=len(rows))
    new = [row[0] for row in rows if row[1] is None]
    there = [row[0] for row in rows if row[1] is not None]
    if new:
        like = {
            "municipality_id": case.municipality_id, "outcome": outcome, "reasons": text, "written_by": actor.person_id,
            "written_at": now, "group_id": chosen.group, "approved_by": "", "revision": 1,
        }  # fmt: skip
        session.execute(insert(Response), [{**like, "feedback_id": it} for it in new])
    for start in range(0, len(there), 500):
        session.exec(
            update(Response)
            .where(
                col(Response.municipality_id) == case.municipality_id,
                col(Response.feedback_id).in_(there[start : start + 500]),
                col(Response.sent_at).is_(None),
            )
            .values(
                outcome=outcome,
                reasons=text,
                written_by=actor.person_id,
                written_at=now,
                approved_by="",
                approved_at=None,
            )
        )
    passages.note_use(session, actor, used, [*new, *there], now=now)
    return len(rows)


def _checked(outcome: str, reasons: str) -> str:
    text, problems = clean(reasons), dict[str, Reason]()
    if outcome not in OUTCOMES:
        problems["outcome"] = Reason("choose_outcome")
    check_length(problems, "reasons", text, MAX_REASONS, required=True, missing="reasons_required")
    if problems:
        raise Refused(problems)
    return text


def _where(session: Session, case: Consultation, chosen: Chosen) -> list[Any]:
    """The chosen that may still be answered: unanswered, or answered with the group and not sent."""
    mine = [
        Feedback.municipality_id == case.municipality_id,
        Feedback.consultation_id == case.id,
        col(Feedback.state).in_(TO_ANSWER),
    ]
    if chosen.group:
        group = alike_members.find(session, case, chosen.group)
        if group.state != TAKEN:
            raise Refused({"": Reason("group_not_taken")})
        own = (col(Response.group_id) == group.id) & col(Response.sent_at).is_(None)
        return [*alike_members.members(group), col(Response.outcome).is_(None) | own]
    if chosen.theme:
        return [*mine, Feedback.theme == chosen.theme, col(Response.outcome).is_(None)]
    return [*mine, col(Feedback.id).in_(chosen.ids[:MOST_TICKED]), col(Response.outcome).is_(None)]


def _standing(session: Session, case: Consultation, chosen: Chosen) -> Written | None:
    """The answer the group has been given; the newest words when they differ."""
    if not chosen.group:
        return None
    query = select(Response).where(
        Response.municipality_id == case.municipality_id, Response.group_id == chosen.group
    )
    found = session.exec(query.order_by(col(Response.written_at).desc()).limit(1)).first()
    return written(found, writers(session, case, [found.written_by])) if found else None


def _ordered(query: Any, page: int) -> Any:
    return query.order_by(col(Feedback.received_at), col(Feedback.id)).limit(PAGE).offset((page - 1) * PAGE)


def _with_answers(query: Any) -> Any:
    same = (col(Response.municipality_id) == col(Feedback.municipality_id)) & (
        col(Response.feedback_id) == col(Feedback.id)
    )
    return query.outerjoin(Response, same)
