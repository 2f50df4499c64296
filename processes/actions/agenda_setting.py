"""Putting an agenda together: what was brought by whom, what goes on it in which order, and who chairs beside us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session, col, select

from engine.runtime import Runtime
from processes import agenda, assignment, suggestion
from processes.actions import planner_case, task
from processes.actions.giving import check_length, one_line
from processes.actions.planner_case import Head, OpenTask
from processes.agenda import ASSOCIATION, MUNICIPALITY, RESIDENT, Agenda, AgendaItem
from processes.consultation import Consultation
from processes.errors import Reason, Refused
from processes.feedback import TO_ANSWER, Feedback
from processes.invitation import INVITED, Invitation
from processes.organisation import Organisation
from processes.permission import Actor
from processes.round import Round

TASK = "propose_agenda"
MAX_TITLE, MAX_ITEMS, LAST = 200, 40, 999
PROPOSAL, SUGGESTION = "f", "s"


@dataclass(frozen=True)
class Candidate:
    """Something that was brought. `key` names it in the form; `title` is what the agenda would say."""

    key: str
    by: str
    side: str
    text: str
    language: str
    title: str
    chosen: bool
    order: int


@dataclass(frozen=True)
class Setting:
    """The page: what was brought, the municipality's own topics, the chairs to choose from, and open tasks."""

    head: Head
    task: OpenTask | None
    session_on: date | None
    candidates: tuple[Candidate, ...]
    own: tuple[str, ...]
    chairs: tuple[tuple[str, str], ...]
    cochair_id: str
    comment: str
    agreed_at: datetime | None
    open_tasks: int


@dataclass(frozen=True)
class Chosen:
    """What the form sends: keys of what goes on, their titles and places, our own topics, and the chair."""

    keys: Sequence[str]
    titles: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, str] = field(default_factory=dict)
    own: Sequence[str] = ()
    cochair_id: str = ""


def read(session: Session, actor: Actor, number: str, language: str) -> Setting:
    """The agenda of a case as it stands. Errors: NotAllowed, NotFound also for a case that has none."""
    case = planner_case.find(session, actor, number)
    mine = agenda.of_case(session, case.municipality_id, case.id)
    items = agenda.items(session, case.municipality_id, case.id)
    chairs = tuple(_chairs(session, case))
    return Setting(
        head=planner_case.head(session, actor, case, language),
        task=planner_case.task(session, case, TASK),
        session_on=mine.session_on,
        candidates=tuple(_candidates(session, case, items)),
        own=tuple(it.title for it in items if it.side == MUNICIPALITY),
        chairs=chairs,
        cochair_id=mine.cochair_id or (chairs[0][0] if chairs else ""),
        comment=mine.comment,
        agreed_at=mine.agreed_at,
        open_tasks=assignment.open_count(session, case.municipality_id, case.series_id or case.id),
    )


def propose(
    session: Session, actor: Actor, number: str, wait_id: str, chosen: Chosen, *, runtime: Runtime, now: datetime, key: str
) -> None:  # fmt: skip
    """Write the agenda and send it to the association's chair. The same key is one step.

    Errors: NotAllowed, NotFound, TooLate, NotOpen, Refused (nothing on it, too much, no chair).
    """
    case = planner_case.running(session, actor, number)
    planner_case.require_open(session, case, TASK, wait_id)
    mine = agenda.of_case(session, case.municipality_id, case.id)
    _write(session, case, mine, chosen)
    task.complete(session, actor, wait_id, {}, runtime=runtime, now=now, key=key)


def _write(session: Session, case: Consultation, mine: Agenda, chosen: Chosen) -> None:
    known = {it.key: it for it in _candidates(session, case, ())}
    own = [one_line(it) for it in chosen.own if it.strip()]
    problems: dict[str, Reason] = {}
    rows = []
    for place, key in enumerate(chosen.keys):
        if key not in known:
            problems["topics"] = Reason("not_a_choice")
            continue
        title = one_line(chosen.titles.get(key, "")) or known[key].title
        check_length(problems, f"title-{key}", title, MAX_TITLE)
        rows.append((_order(chosen.orders.get(key, "")), place, title, known[key]))
    for title in own:
        check_length(problems, "own", title, MAX_TITLE)
    if not rows and not own:
        problems["topics"] = Reason("agenda_empty")
    if len(rows) + len(own) > MAX_ITEMS:
        problems["topics"] = Reason("agenda_too_long", limit=MAX_ITEMS)
    if chosen.cochair_id not in {key for key, _name in _chairs(session, case)}:
        problems["cochair"] = Reason("choose_cochair")
    if problems:
        raise Refused(problems)
    agenda.clear(session, case.municipality_id, case.id)
    made = [_item(case, *row[2:]) for row in sorted(rows, key=lambda it: it[:2])]
    made += [
        AgendaItem(municipality_id=case.municipality_id, consultation_id=case.id, position=0, title=title)
        for title in own
    ]
    for position, row in enumerate(made, 1):
        row.position = position
        session.add(row)
    mine.cochair_id = chosen.cochair_id
    session.add(mine)
    session.flush()


def _item(case: Consultation, title: str, brought: Candidate) -> AgendaItem:
    kind, _, key = brought.key.partition("-")
    return AgendaItem(
        municipality_id=case.municipality_id, consultation_id=case.id, position=0, title=title, side=brought.side,
        by=brought.by, feedback_id=key if kind == PROPOSAL else None, suggestion_id=key if kind == SUGGESTION else None,
    )  # fmt: skip


def _order(text: str) -> int:
    typed = text.strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else LAST


def _candidates(session: Session, case: Consultation, items: Sequence[AgendaItem]) -> list[Candidate]:
    """Topics of this cycle's call, then what associations suggested by themselves and was taken into it."""
    there = {f"{PROPOSAL}-{it.feedback_id}": it for it in items if it.feedback_id}
    there |= {f"{SUGGESTION}-{it.suggestion_id}": it for it in items if it.suggestion_id}
    query = (
        select(Feedback)
        .join(
            Round,
            (col(Round.municipality_id) == Feedback.municipality_id) & (col(Round.id) == Feedback.round_id),
        )
        .where(
            Feedback.municipality_id == case.municipality_id,
            Feedback.consultation_id == case.id,
            Round.phase == "topics",
            col(Feedback.state).in_(TO_ANSWER),
        )
        .order_by(col(Feedback.received_at), Feedback.id)
    )
    found = []
    for given in session.exec(query):
        side, by = (ASSOCIATION, given.author_name) if given.author_kind == "organisation" else (RESIDENT, "")
        found.append(_candidate(f"{PROPOSAL}-{given.id}", by, side, given.text, given.language, there))
    for it, name in suggestion.taken_into(session, case.municipality_id, case.id):
        text = f"{it.title}\n{it.problem}\n{it.wish}".strip()
        found.append(_candidate(f"{SUGGESTION}-{it.id}", name, ASSOCIATION, text, "et", there))
    return found


def _candidate(
    key: str, by: str, side: str, text: str, language: str, there: Mapping[str, AgendaItem]
) -> Candidate:
    kept = there.get(key)
    first = one_line(text.split("\n", 1)[0])
    title = kept.title if kept else (first if len(first) <= MAX_TITLE else f"{first[: MAX_TITLE - 2]} …")
    return Candidate(key, by, side, text, language, title, kept is not None, kept.position if kept else LAST)


def _chairs(session: Session, case: Consultation) -> list[tuple[str, str]]:
    """Organisations at this table, a chamber of people with disabilities first."""
    query = (
        select(Organisation)
        .join(
            Invitation,
            (col(Invitation.municipality_id) == Organisation.municipality_id)
            & (col(Invitation.organisation_id) == Organisation.id),
        )
        .where(
            Invitation.municipality_id == case.municipality_id,
            Invitation.consultation_id == case.id,
            Invitation.state == INVITED,
            Organisation.kind != "authority",
        )
        .order_by(Organisation.name)
    )
    there = list(session.exec(query))
    return [(it.id, it.name) for it in sorted(there, key=lambda it: it.kind != "regional_chamber")]
