"""The points of an opinion: split out of its words, given to somebody, advised on, decided.

Two officials on one point: whoever saves a form made before the other's change is shown that change first, and what
was typed stays on the page.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from processes import theme
from processes.actions import planner_case
from processes.actions.giving import MAX_TEXT, check_length, clean, one_line
from processes.actions.themes import MAX_THEME, find
from processes.consultation import Consultation
from processes.errors import Conflict, NotFound, Reason, Refused, TooLate
from processes.feedback import Feedback
from processes.item import STANCES, Advice, Item
from processes.permission import PLANNER, Actor
from processes.person import Person, Role
from processes.response import OUTCOMES, Response

MAX_POSITION = 10_000
MOST = 60


class PointChanged(Conflict):
    """Somebody else changed this point first. `theirs` is the point as it stands now."""

    code = "point_changed"


@dataclass(frozen=True)
class PointForm:
    """What the form of a point sends; `seen` is the revision it was made from, 0 for a new one."""

    text: str = ""
    theme: str = ""
    stance: str = ""
    assignee: str = ""
    due_on: str = ""
    outcome: str = ""
    position: str = ""
    seen: int = 0


@dataclass(frozen=True)
class Advised:
    """What somebody was asked about a point and, once given, what they advise."""

    id: str
    adviser: str
    email: str
    question: str
    due_on: date | None
    asked_by: str
    asked_at: datetime
    advice: str
    text: str
    given_at: datetime | None
    by_link: bool


@dataclass(frozen=True)
class Point:
    """A point as it stands, with the advice on it apart from the position."""

    id: str
    place: int
    text: str
    theme: str
    stance: str
    assignee_id: str
    assignee: str
    due_on: date | None
    outcome: str
    position: str
    revision: int
    changed_by: str
    changed_at: datetime
    advice: tuple[Advised, ...]


def of_opinion(session: Session, actor: Actor, case: Consultation, feedback_id: str) -> tuple[Point, ...]:
    """The points of an opinion in their order, with the advice on each."""
    query = select(Item).where(Item.municipality_id == case.municipality_id, Item.feedback_id == feedback_id)
    rows = session.exec(query.order_by(col(Item.place), col(Item.id))).all()
    asked = select(Advice).where(
        Advice.municipality_id == case.municipality_id, col(Advice.item_id).in_([it.id for it in rows])
    )
    advice: dict[str, list[Advice]] = {}
    for it in session.exec(asked.order_by(col(Advice.asked_at), col(Advice.id))):
        advice.setdefault(it.item_id, []).append(it)
    names = names_of(session, actor.municipality_id)
    return tuple(_point(it, advice.get(it.id, []), names) for it in rows)


def save(
    session: Session, actor: Actor, number: str, feedback_id: str, item_id: str, form: PointForm, *, now: datetime
) -> str:  # fmt: skip
    """Make a point, or change one. In: for a new one, `item_id` is the form's key, so that two presses make one.

    A theme nobody keeps yet is kept; a point without an assignee goes to the one who looks after its theme.
    Out: its id. Errors: NotAllowed, NotFound, TooLate when the case has ended, Refused, PointChanged.
    """
    case = planner_case.running(session, actor, number)
    said = find(session, case, feedback_id, lock=True)
    row = session.get(Item, (case.municipality_id, item_id), with_for_update=True)
    if row is not None and row.feedback_id != said.id:
        raise NotFound
    if row is None and (form.seen or not planner_case.is_id(item_id)):
        raise NotFound
    checked = _checked(session, actor, form)
    made = row is None
    if row is None:
        place = _count(session, said) + 1
        if place > MOST:
            raise Refused({"text": Reason("too_many_points", limit=MOST)})
        row = Item(
            municipality_id=case.municipality_id, id=item_id, consultation_id=case.id, feedback_id=said.id,
            place=place, text="", changed_by="", changed_at=now,
        )  # fmt: skip
    if not made and all(getattr(row, name) == value for name, value in checked.items()):
        return row.id
    if not made and row.revision != form.seen:
        names = names_of(session, actor.municipality_id)
        raise PointChanged("", theirs=_point(row, [], names), by=names.get(row.changed_by, ""))
    for name, value in checked.items():
        setattr(row, name, value)
    row.revision += 0 if made else 1
    row.changed_by, row.changed_at = actor.person_id, now
    session.add(row)
    _keep_theme(session, actor, row.theme)
    return row.id


def remove(session: Session, actor: Actor, number: str, feedback_id: str, item_id: str, *, seen: int) -> None:
    """Take a point away that was split wrongly; one that was decided or advised on stays.

    Errors: NotAllowed, NotFound, TooLate, PointChanged.
    """
    case = planner_case.running(session, actor, number)
    said = find(session, case, feedback_id, lock=True)
    row = _find(session, said, item_id)
    if row.revision != seen:
        names = names_of(session, actor.municipality_id)
        raise PointChanged("", theirs=_point(row, [], names), by=names.get(row.changed_by, ""))
    asked = select(func.count()).where(
        Advice.municipality_id == case.municipality_id, Advice.item_id == row.id
    )
    if row.outcome or session.exec(asked).one():
        raise TooLate("point_in_use")
    session.delete(row)


def compose(points: tuple[Point, ...]) -> tuple[str, str]:
    """An answer out of the positions: the outcome that is true of all points, and their reasons one after another."""
    decided = [it for it in points if it.outcome]
    kinds = {it.outcome for it in decided} - {"noted", "outside"}
    if not kinds:
        outcome = decided[0].outcome if decided else ""
    elif len(kinds) == 1:
        outcome = kinds.pop()
    else:
        outcome = "partly"
    words = [
        f"{place}. „{_short(it.text)}“\n{it.position}" if len(decided) > 1 else it.position
        for place, it in enumerate(decided, 1)
        if it.position
    ]
    return outcome, "\n\n".join(words)


def colleagues(session: Session, municipality_id: str) -> list[tuple[str, str]]:
    """Who a point can be given to: planners of the municipality, by name."""
    query = (
        select(Person.id, Person.name)
        .join(
            Role, (col(Role.municipality_id) == Person.municipality_id) & (col(Role.person_id) == Person.id)
        )
        .where(Person.municipality_id == municipality_id, Person.active, Role.role == PLANNER)
        .order_by(Person.name)
    )
    return [(row[0], row[1]) for row in session.exec(query)]


def names_of(session: Session, municipality_id: str) -> dict[str, str]:
    """Every official's name by id."""
    query = select(Person.id, Person.name).where(Person.municipality_id == municipality_id)
    return {row[0]: row[1] for row in session.exec(query)}


def _checked(session: Session, actor: Actor, form: PointForm) -> dict[str, Any]:
    text, position, problems = clean(form.text), clean(form.position), dict[str, Reason]()
    check_length(problems, "text", text, MAX_TEXT, required=True)
    check_length(problems, "theme", one_line(form.theme), MAX_THEME)
    check_length(problems, "position", position, MAX_POSITION)
    if form.stance and form.stance not in STANCES:
        problems["stance"] = Reason("not_a_choice")
    if form.outcome and form.outcome not in OUTCOMES:
        problems["outcome"] = Reason("choose_outcome")
    if form.outcome and not position:
        problems.setdefault("position", Reason("reasons_required"))
    if position and not form.outcome:
        problems.setdefault("outcome", Reason("choose_outcome"))
    assignee = form.assignee
    if assignee and assignee not in {it for it, _ in colleagues(session, actor.municipality_id)}:
        problems["assignee"] = Reason("not_a_choice")
    due = None
    if form.due_on.strip():
        try:
            due = date.fromisoformat(form.due_on.strip())
        except ValueError:
            problems["due_on"] = Reason("not_a_date")
    if problems:
        raise Refused(problems)
    named = one_line(form.theme)
    return {
        "text": text, "theme": named, "stance": form.stance, "due_on": due, "outcome": form.outcome, "position": position,
        "assignee_id": assignee or theme.assignee_of(session, actor.municipality_id, named),
    }  # fmt: skip


def _keep_theme(session: Session, actor: Actor, name: str) -> None:
    if name and session.get(theme.Theme, (actor.municipality_id, name)) is None:
        session.add(theme.Theme(municipality_id=actor.municipality_id, name=name))
        session.flush()


def _find(session: Session, said: Feedback, item_id: str) -> Item:
    row = session.get(Item, (said.municipality_id, item_id), with_for_update=True)
    if row is None or row.feedback_id != said.id:
        raise NotFound
    return row


def _count(session: Session, said: Feedback) -> int:
    query = select(func.max(Item.place)).where(
        Item.municipality_id == said.municipality_id, Item.feedback_id == said.id
    )
    return session.exec(query).one() or 0


def _short(text: str, most: int = 120) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most].rsplit(" ", 1)[0] + " …"


def _point(row: Item, advice: list[Advice], names: dict[str, str]) -> Point:
    return Point(
        row.id, row.place, row.text, row.theme, row.stance, row.assignee_id, names.get(row.assignee_id, ""), row.due_on,
        row.outcome, row.position, row.revision, names.get(row.changed_by, ""), row.changed_at,
        tuple(
            Advised(
                it.id, it.adviser_name, it.adviser_email, it.question, it.due_on, names.get(it.asked_by, ""), it.asked_at,
                it.advice, it.text, it.given_at, bool(it.link_digest),
            )
            for it in advice
        ),
    )  # fmt: skip


def answered_with(session: Session, case: Consultation, feedback_id: str) -> Response | None:
    """The answer an opinion has, if any: its points are part of the way to it."""
    return session.get(Response, (case.municipality_id, feedback_id))
