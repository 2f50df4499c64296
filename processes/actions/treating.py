"""What a committee did with each unresolved objection, entered by its clerk in the words of the minutes.

Entered one by one or all at once; the task is finished when every objection has its position. Nobody's
entry is overwritten unseen: whoever sends a form made before another's entry is shown that entry first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from engine.errors import NotOpen
from engine.runtime import Runtime
from processes import consultation
from processes.actions import task
from processes.actions.summary_reading import Position, may_treat, open_task, page_of, positions, writes
from processes.errors import Conflict, NotAllowed, Reason, Refused, TooLate
from processes.meeting import Meeting
from processes.permission import CLERK, COMMITTEE, Actor
from processes.summary import STANCES, Summary, Treatment
from processes.summary_content import unresolved

LONGEST = 4000


@dataclass(frozen=True)
class Mark:
    """What was typed for one objection. `seen` is the moment of the entry the form showed, empty for none."""

    feedback_id: str
    stance: str = ""
    words: str = ""
    seen: str = ""


def record(session: Session, actor: Actor, summary_id: str, marks: Sequence[Mark], *, now: datetime) -> int:
    """Keep the positions that were chosen. Out: how many objections are still without one.

    Errors: Refused (`stance-<id>`, `words-<id>`), NotFound, NotAllowed, TooLate.
    """
    page = _page(session, actor, summary_id, now)
    known, left = positions(session, page), set(unresolved(page))
    problems = _problems([it for it in marks if it.feedback_id in left], known, receipts(page))
    if problems:
        raise Refused(problems)
    for mark in marks:
        if mark.feedback_id in left and mark.stance and not _same(mark, known.get(mark.feedback_id)):
            session.merge(
                Treatment(
                    municipality_id=actor.municipality_id, summary_id=page.id, feedback_id=mark.feedback_id,
                    stance=mark.stance, words=mark.words.strip(), recorded_by=actor.person_id, recorded_at=now,
                )
            )  # fmt: skip
    session.flush()
    return len(left - positions(session, page).keys())


def finish(
    session: Session,
    actor: Actor,
    summary_id: str,
    marks: Sequence[Mark],
    *,
    runtime: Runtime,
    now: datetime,
    key: str = "",
) -> bool:
    """Keep the positions and finish the task; out: False when the session is still on, so that it stays open.

    The same form sent again changes nothing and is no error. Errors: as `record`; Refused for every objection
    without a position; Conflict.
    """
    page = page_of(session, actor, summary_id)
    if page.closed_at is not None and _all_kept(session, actor, page, marks):
        return True
    chosen = {mark.feedback_id for mark in marks if mark.stance}
    missing = [it for it in unresolved(page) if it not in chosen | positions(session, page).keys()]
    if missing:
        found = _problems(marks, positions(session, page), receipts(page))
        told = {f"stance-{it}": Reason("stance_missing", receipt=receipts(page)[it]) for it in missing}
        raise Refused({**told, **found})
    record(session, actor, summary_id, marks, now=now)
    wait_id = open_task(session, consultation.get(session, actor.municipality_id, page.consultation_id))
    if not wait_id:
        return False
    try:
        task.complete(session, _of_the_lane(actor), wait_id, {}, runtime=runtime, now=now, key=key)
    except NotOpen as gone:
        raise Conflict from gone
    return True


def _page(session: Session, actor: Actor, summary_id: str, now: datetime) -> Summary:
    page = page_of(session, actor, summary_id)
    called = session.get(Meeting, (actor.municipality_id, page.meeting_id)) if page.meeting_id else None
    if not writes(session, actor, page):
        raise NotAllowed
    if page.closed_at is not None:
        raise TooLate
    if not may_treat(session, actor, page, called, now):
        raise Refused({"": Reason("session_not_begun")})
    return page


def _of_the_lane(actor: Actor) -> Actor:
    """Who may enter the positions may finish their task: a chair in the clerk's stead, and in cases drawn before clerks."""
    return replace(actor, roles=actor.roles | {CLERK, COMMITTEE})


def receipts(page: Summary) -> dict[str, str]:
    """The receipt numbers of a frozen page's unresolved objections, by opinion."""
    return {it["feedback_id"]: it["receipt"] for it in page.read()["unresolved"]} if page.content else {}


def _problems(
    marks: Sequence[Mark], known: Mapping[str, Position], numbers: Mapping[str, str]
) -> dict[str, Reason]:
    found: dict[str, Reason] = {}
    for mark in marks:
        stance, words = f"stance-{mark.feedback_id}", f"words-{mark.feedback_id}"
        there, receipt = known.get(mark.feedback_id), numbers.get(mark.feedback_id, "")
        if mark.stance and mark.stance not in STANCES:
            found[stance] = Reason("not_a_choice")
        elif not mark.stance and mark.words.strip():
            found[stance] = Reason("stance_missing", receipt=receipt)
        elif mark.stance in {"rejected", "sent_back"} and not mark.words.strip():
            found[words] = Reason("minutes_missing", receipt=receipt)
        if len(mark.words) > LONGEST:
            found[words] = Reason("too_long", limit=LONGEST)
        if there is not None and mark.seen != there.at.isoformat() and not _same(mark, there) and mark.stance:
            found[stance] = Reason(
                "treated_meanwhile", receipt=receipt, by=there.by, words=there.words or "–"
            )
    return found


def _same(mark: Mark, there: Position | None) -> bool:
    return there is not None and (mark.stance, mark.words.strip()) == (there.stance, there.words)


def _all_kept(session: Session, actor: Actor, page: Summary, marks: Sequence[Mark]) -> bool:
    known = positions(session, page)
    return writes(session, actor, page) and all(_same(mark, known.get(mark.feedback_id)) for mark in marks)
