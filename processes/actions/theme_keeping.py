"""A municipality's themes with who looks after each, and how it assesses: two persons' approval, the map's background."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session, col, func, select

from processes import municipality, theme
from processes.actions.giving import check_length, one_line
from processes.actions.points import colleagues, names_of
from processes.actions.themes import MAX_THEME
from processes.errors import Conflict, NotFound, Reason, Refused
from processes.item import Item
from processes.permission import ADMINISTRATOR, PLANNER, Actor, require
from processes.theme import Theme


class ThemeChanged(Conflict):
    """Somebody else gave this theme to another meanwhile. `name` is the theme; `assignee_id` and `to` whose it is now."""

    code = "theme_changed"


@dataclass(frozen=True)
class Kept:
    """A theme, who looks after it, and how many points stand under it."""

    name: str
    assignee_id: str
    assignee: str
    points: int


@dataclass(frozen=True)
class Ways:
    """The themes of a municipality and how it assesses."""

    themes: tuple[Kept, ...]
    people: tuple[tuple[str, str], ...]
    two_approve: bool
    map_tiles: str


def read(session: Session, actor: Actor) -> Ways:
    """What the page of themes shows. Errors: NotAllowed."""
    require(actor, PLANNER, ADMINISTRATOR)
    home = actor.municipality_id
    query = select(Item.theme, func.count()).where(Item.municipality_id == home).group_by(col(Item.theme))
    counts, names = {row[0]: row[1] for row in session.exec(query)}, names_of(session, home)
    own = municipality.get(session, home)
    return Ways(
        tuple(
            Kept(it.name, it.assignee_id, names.get(it.assignee_id, ""), counts.get(it.name, 0))
            for it in theme.known(session, home)
        ),
        tuple(colleagues(session, home)),
        own.two_approve_answers,
        own.map_tiles,
    )


def keep(session: Session, actor: Actor, name: str, assignee: str, *, seen: str = "") -> str:
    """Keep a theme, or give it to another. In: `seen` is whose it was when the form was made. Out: its name.

    Errors: NotAllowed, Refused, ThemeChanged.
    """
    require(actor, PLANNER, ADMINISTRATOR)
    words, problems = one_line(name), dict[str, Reason]()
    check_length(problems, "name", words, MAX_THEME, required=True)
    people = dict(colleagues(session, actor.municipality_id))
    if assignee and assignee not in people:
        problems["assignee"] = Reason("not_a_choice")
    if problems:
        raise Refused(problems)
    row = session.get(Theme, (actor.municipality_id, words), with_for_update=True)
    if row is not None and row.assignee_id not in (assignee, seen):
        names = names_of(session, actor.municipality_id)
        raise ThemeChanged("", name=words, assignee_id=row.assignee_id, to=names.get(row.assignee_id, ""))
    row = row or Theme(municipality_id=actor.municipality_id, name=words)
    row.assignee_id = assignee
    session.add(row)
    return words


def remove(session: Session, actor: Actor, name: str) -> None:
    """Offer a theme no more; opinions and points that have it keep it. Errors: NotAllowed, NotFound."""
    require(actor, PLANNER, ADMINISTRATOR)
    row = session.get(Theme, (actor.municipality_id, name))
    if row is None:
        raise NotFound
    session.delete(row)


def settle(session: Session, actor: Actor, *, two_approve: bool, map_tiles: str) -> None:
    """Set how the municipality assesses. Errors: NotAllowed, Refused for an address that is no map's."""
    require(actor, ADMINISTRATOR)
    address = map_tiles.strip()
    if address and not _is_tiles(address):
        raise Refused({"map_tiles": Reason("not_a_tile_address")})
    own = municipality.get(session, actor.municipality_id)
    own.two_approve_answers, own.map_tiles = two_approve, address
    session.add(own)


def _is_tiles(address: str) -> bool:
    parts = urlsplit(address)
    plain = all(char.isascii() and char.isprintable() and char not in "\"'<>; ," for char in address)
    return (
        plain
        and len(address) <= 300
        and parts.scheme == "https"
        and bool(parts.hostname)
        and all(it in address for it in ("{z}", "{x}", "{y}"))
    )
