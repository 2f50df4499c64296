"""Themes: the planner's own words by which opinions of a case are grouped, answered and counted."""

from sqlmodel import Session, col, func, select

from processes import theme
from processes.actions import planner_case
from processes.actions.giving import check_length, one_line
from processes.consultation import Consultation
from processes.errors import Conflict, NotFound, Reason, Refused
from processes.feedback import Feedback
from processes.permission import Actor

MAX_THEME = 60


class ThemeMoved(Conflict):
    """Somebody else put this opinion under another theme meanwhile. `theme` is the one it stands under now."""

    code = "theme_moved"


def set_on(
    session: Session, actor: Actor, number: str, feedback_id: str, words: str, *, seen: str | None = None
) -> str:
    """Put an opinion under a theme; empty takes it off. In: `seen` is the theme its writer saw, None for none.

    Out: its receipt. Errors: NotAllowed, NotFound, Refused, ThemeMoved.
    """
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id, lock=True)
    name = one_line(words)
    problems: dict[str, Reason] = {}
    check_length(problems, "theme", name, MAX_THEME)
    if problems:
        raise Refused(problems)
    if seen is not None and said.theme not in (name, seen):
        raise ThemeMoved("", theme=said.theme)
    said.theme = name
    session.add(said)
    return said.receipt


def of_case(session: Session, case: Consultation) -> tuple[tuple[str, int], ...]:
    """The themes of a case with how many opinions each has, by name."""
    query = (
        select(Feedback.theme, func.count())
        .where(
            Feedback.municipality_id == case.municipality_id,
            Feedback.consultation_id == case.id,
            col(Feedback.theme) != "",
        )
        .group_by(Feedback.theme)
        .order_by(Feedback.theme)
    )
    return tuple((row[0], row[1]) for row in session.exec(query))


def offered(session: Session, case: Consultation) -> tuple[str, ...]:
    """The words to choose from: the municipality's themes and what this case uses besides."""
    kept = {it.name for it in theme.known(session, case.municipality_id)}
    return tuple(sorted(kept | {name for name, _ in of_case(session, case)}))


def find(session: Session, case: Consultation, feedback_id: str, *, lock: bool = False) -> Feedback:
    """An opinion of this very case. Errors: NotFound."""
    query = select(Feedback).where(
        Feedback.municipality_id == case.municipality_id,
        Feedback.consultation_id == case.id,
        Feedback.id == feedback_id,
    )
    found = session.exec(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound
    return found
