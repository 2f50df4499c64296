"""Looking for opinions that say the same: asked for by a planner, done afterwards, proposed and nothing more.

The reading holds no transaction: texts are read at once, compared in peace, and what was found is written in one
step. What people decided before stays: a group that was taken keeps its members, one that was left is not
proposed again, and an opinion taken out of a group comes into none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session, col, delete, select

from engine.clock import Clock
from processes import alike, alike_group
from processes.actions import planner_case
from processes.alike import Group
from processes.alike_group import LEFT, PROPOSED, TAKEN, AlikeGroup, AlikeMember, AlikeSearch
from processes.consultation import Consultation
from processes.database import Database
from processes.feedback import TO_ANSWER, Feedback
from processes.item import WorkingCopy
from processes.permission import Actor

LEASE = timedelta(minutes=10)
"""How long a search may take before another worker tries it."""
PAUSE = timedelta(seconds=30)
TRIES = 4

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Search:
    """How far a search is: `done` of `total` read; `finished_at` set when its groups stand; `failed` in vain."""

    asked_at: datetime
    done: int
    total: int
    finished_at: datetime | None
    failed: bool

    @property
    def running(self) -> bool:
        return self.finished_at is None and not self.failed


def ask(session: Session, actor: Actor, number: str, *, now: datetime) -> None:
    """Ask for a search; one that is under way goes on instead. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number, lock=True)
    there = session.get(AlikeSearch, (case.municipality_id, case.id), with_for_update=True)
    if there is not None and there.finished_at is None and there.attempts < TRIES:
        return
    total = len(_letters(session, case.municipality_id, case.id))
    row = there or AlikeSearch(
        municipality_id=case.municipality_id, consultation_id=case.id, asked_by="", asked_at=now, due_at=now
    )
    row.asked_by, row.asked_at, row.due_at = actor.person_id, now, now
    row.done, row.total, row.attempts, row.error, row.finished_at = 0, total, 0, "", None
    session.add(row)


def of_case(session: Session, case: Consultation) -> Search | None:
    """The newest search through a case; None when there was none."""
    row = session.get(AlikeSearch, (case.municipality_id, case.id))
    if row is None:
        return None
    return Search(
        row.asked_at, row.done, row.total, row.finished_at, bool(row.error) and row.attempts >= TRIES
    )


class AlikeSearching:
    """The drain of the background loop that searches. In: the database, the clock."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def drain(self) -> int:
        """Do the oldest search that is due. Out: how many were done or tried."""
        now = self._clock.now()
        with self._database.open_transaction() as session:
            found = alike_group.claim(session, now)
            if found is None:
                return 0
            key = (found.municipality_id, found.consultation_id)
            found.due_at, found.attempts, found.done = now + LEASE, found.attempts + 1, 0
            session.add(found)
        try:
            self._search(*key)
        except Exception as error:  # noqa: BLE001  whatever broke, the loop goes on and the page says so
            self._note(key, error)
        return 1

    def _search(self, municipality_id: str, consultation_id: str) -> None:
        with self._database.session() as session:
            letters = _letters(session, municipality_id, consultation_id)
            known = _known(session, municipality_id, consultation_id)

        def told(count: int) -> None:
            if count % 500 == 0:
                with self._database.open_transaction() as session:
                    row = session.get_one(AlikeSearch, (municipality_id, consultation_id))
                    row.done = count
                    session.add(row)

        found = alike.group(letters, known=known, told=told)
        with self._database.open_transaction() as session:
            now = self._clock.now()
            keep(session, municipality_id, consultation_id, found, now=now)
            row = session.get_one(AlikeSearch, (municipality_id, consultation_id))
            row.done = row.total = len(letters)
            row.finished_at, row.error = now, ""
            session.add(row)

    def _note(self, key: tuple[str, str], error: Exception) -> None:
        with self._database.open_transaction() as session:
            row = session.get_one(AlikeSearch, key)
            row.error = type(error).__name__
            row.due_at = self._clock.now() + PAUSE * 2**row.attempts
            if row.attempts >= TRIES:
                row.finished_at = self._clock.now()
            session.add(row)
        _log.warning("search_failed", case=key[1], error=type(error).__name__, attempts=row.attempts)


def keep(
    session: Session, municipality_id: str, consultation_id: str, found: Iterable[Group], *, now: datetime
) -> None:
    """Put down what was found in place of the proposals nobody has decided on yet."""
    # Under the lock of the search's row: two officials' decisions and this writing follow one another.
    mine = (AlikeGroup.municipality_id == municipality_id, AlikeGroup.consultation_id == consultation_id)
    rows = session.exec(select(AlikeGroup).where(*mine).with_for_update()).all()
    undecided = [it.id for it in rows if it.state == PROPOSED]
    taken = {it.leader_id for it in rows if it.state == TAKEN}
    for start in range(0, len(undecided), 500):
        some = undecided[start : start + 500]
        session.exec(
            delete(AlikeMember).where(
                col(AlikeMember.municipality_id) == municipality_id, col(AlikeMember.group_id).in_(some)
            )
        )
        session.exec(
            delete(AlikeGroup).where(
                col(AlikeGroup.municipality_id) == municipality_id, col(AlikeGroup.id).in_(some)
            )
        )
    kept = set(session.exec(_joined(AlikeMember.feedback_id).where(*_of(municipality_id, consultation_id))))
    for group in found:
        fresh = [it for it in group.members if it.id not in kept]
        # What is like a group already taken is proposed to it; nobody joins one by a search.
        if not fresh or (len(fresh) < 2 and group.leader not in taken):
            continue
        row = AlikeGroup(
            municipality_id=municipality_id,
            consultation_id=consultation_id,
            leader_id=group.leader,
            size=len(fresh),
            identical=sum(it.identical for it in fresh),
            found_at=now,
        )
        session.add(row)
        session.flush()
        session.add_all(
            AlikeMember(
                municipality_id=municipality_id, feedback_id=it.id, group_id=row.id, likeness=it.likeness,
                identical=it.identical,
            )
            for it in fresh
        )  # fmt: skip
    session.flush()


def _joined(*columns: Any) -> Any:
    """Members of a case's groups beside the group each is in."""
    same = (col(AlikeGroup.municipality_id) == AlikeMember.municipality_id) & (
        col(AlikeGroup.id) == AlikeMember.group_id
    )
    return select(*columns).join(AlikeGroup, same)


def _of(municipality_id: str, consultation_id: str) -> tuple[Any, Any]:
    return AlikeMember.municipality_id == municipality_id, AlikeGroup.consultation_id == consultation_id


def _known(session: Session, municipality_id: str, consultation_id: str) -> dict[str, str]:
    """Who is in a group that was taken: id to its leader's id."""
    query = _joined(AlikeMember.feedback_id, AlikeGroup.leader_id).where(
        *_of(municipality_id, consultation_id), AlikeGroup.state == TAKEN
    )
    return {row[0]: row[1] for row in session.exec(query)}


def _letters(session: Session, municipality_id: str, consultation_id: str) -> list[tuple[str, str]]:
    """What is compared: each opinion to answer as its working copy says it, in the order they came."""
    aside = _joined(AlikeMember.feedback_id).where(
        *_of(municipality_id, consultation_id), col(AlikeMember.left_out) | (col(AlikeGroup.state) == LEFT)
    )
    query = (
        select(Feedback.id, Feedback.text, WorkingCopy.text)
        .outerjoin(
            WorkingCopy,
            (col(WorkingCopy.municipality_id) == Feedback.municipality_id)
            & (col(WorkingCopy.id) == Feedback.id),
        )
        .where(
            Feedback.municipality_id == municipality_id,
            Feedback.consultation_id == consultation_id,
            col(Feedback.state).in_(TO_ANSWER),
            col(Feedback.id).not_in(aside),
        )
        .order_by(col(Feedback.received_at), col(Feedback.id))
    )
    return [(row[0], row[2] or row[1]) for row in session.exec(query) if (row[2] or row[1]).strip()]
