"""Every case of the municipality in one list: where each stands, what is due next, whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from engine.instance import Instance
from engine.runtime import Runtime
from engine.wait import HUMAN, MESSAGE, SIGNAL, Wait
from processes.consultation import CANCELLED, DRAFT, ENDED, RUNNING, Consultation, ConsultationText
from processes.permission import ADMINISTRATOR, GOVERNMENT, PLANNER, Actor, require
from processes.person import Person
from processes.task_words import words_of

PAGE = 20
STATES = (RUNNING, DRAFT, ENDED, CANCELLED)
READERS = (PLANNER, GOVERNMENT, ADMINISTRATOR)


@dataclass(frozen=True)
class Line:
    """A case in the list. `now` are the names of what it waits for; `due_at` is the nearest day of them."""

    number: str
    title: str
    language: str
    state: str
    planner: str
    place: str
    now: tuple[str, ...]
    tasks: int
    due_at: datetime | None
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Cases:
    """A page of the list, and how many there are in each state (with the same words)."""

    lines: Sequence[Line]
    counts: Mapping[str, int]
    state: str
    words: str
    page: int
    pages: int

    @property
    def found(self) -> int:
        return self.counts[self.state] if self.state else sum(self.counts.values())


def cases(
    session: Session,
    actor: Actor,
    language: str,
    *,
    runtime: Runtime,
    state: str = "",
    words: str = "",
    page: int = 1,
) -> Cases:
    """The cases that have every one of `words` in their name, number, place or topics. Errors: NotAllowed.

    Drafts are a planner's own work: others do not see them.
    """
    require(actor, *READERS)
    state = state if state in STATES else ""
    query = select(Consultation).where(Consultation.municipality_id == actor.municipality_id)
    if not actor.holds(PLANNER):
        query = query.where(Consultation.state != DRAFT)
    every = list(session.exec(query))
    texts = _texts(session, actor.municipality_id)
    wanted = words.casefold().split()
    kept = [case for case in every if _has(wanted, case, texts.get(case.id, {}))]
    counts = {name: sum(case.state == name for case in kept) for name in STATES}
    shown = [case for case in kept if not state or case.state == state]
    shown.sort(key=lambda case: (STATES.index(case.state), _newest_first(case), case.id))
    pages = max(1, -(-len(shown) // PAGE))
    page = min(max(page, 1), pages)
    rows = shown[(page - 1) * PAGE : page * PAGE]
    return Cases(_lines(session, actor, rows, texts, language, runtime), counts, state, words, page, pages)


def _newest_first(case: Consultation) -> float:
    return -(case.ended_at or case.launched_at or case.created_at).timestamp()


def _texts(session: Session, municipality_id: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    query = select(ConsultationText.consultation_id, ConsultationText.language, ConsultationText.title)
    for case_id, language, title in session.exec(
        query.where(ConsultationText.municipality_id == municipality_id)
    ):
        found.setdefault(case_id, {})[language] = title
    return found


def _has(wanted: list[str], case: Consultation, titles: Mapping[str, str]) -> bool:
    """SQLite knows no letters beyond a–z, so words are compared here."""
    everything = " ".join((case.number, case.place, case.topics, *titles.values())).casefold()
    return all(word in everything for word in wanted)


def _lines(
    session: Session,
    actor: Actor,
    rows: Sequence[Consultation],
    texts: Mapping[str, Mapping[str, str]],
    language: str,
    runtime: Runtime,
) -> list[Line]:
    home = actor.municipality_id
    instances = [row.instance_id for row in rows if row.instance_id and row.state == RUNNING]
    waits: dict[str, list[tuple[Wait, str]]] = {}
    query = (
        select(Wait, Instance.definition_id)
        .join(Instance, (col(Instance.tenant_id) == Wait.tenant_id) & (col(Instance.id) == Wait.instance_id))
        .where(Wait.tenant_id == home, col(Wait.instance_id).in_(instances))
        .order_by(col(Wait.kind), col(Wait.opened_at), col(Wait.id))
    )
    for wait, definition_id in session.exec(query):
        waits.setdefault(wait.instance_id, []).append((wait, definition_id))
    people = dict(session.exec(select(Person.id, Person.name).where(Person.municipality_id == home)).all())
    found = []
    for row in rows:
        open_now = waits.get(row.instance_id or "", [])
        names = [
            words_of(runtime.library.get(session, home, definition_id), wait.element, language).name
            for wait, definition_id in open_now
            if wait.kind not in (MESSAGE, SIGNAL) or len(open_now) == 1
        ]
        titles = texts.get(row.id, {})
        said = language if titles.get(language) else "et"
        found.append(
            Line(
                number=row.number,
                title=titles.get(said) or row.number,
                language=said,
                state=row.state,
                planner=people.get(row.planner_id, ""),
                place=row.place,
                now=tuple(dict.fromkeys(names)),
                tasks=sum(wait.kind == HUMAN for wait, _ in open_now),
                due_at=min((wait.due_at for wait, _ in open_now if wait.due_at), default=None),
                began_at=row.launched_at or row.created_at,
                ended_at=row.ended_at,
            )
        )
    return found
