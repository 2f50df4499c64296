"""Who sits where at a meeting, and what must stand ready: proposed from needs, decided by a planner.

A plain list, not a drawing: whoever sets the chairs reads it from top to bottom. It holds what people need, so it
is for the case's planner alone.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

HALL, LINK = "hall", "link"
COMING = ("accepted", "maybe")

PLACES = {
    "WHEEL": "space",
    "DOG": "aisle",
    "SIGN": "sees_signer",
    "SIGN_RU": "sees_signer",
    "CART": "sees_captions",
    "SUBS": "sees_captions",
    "LOOP": "in_loop",
    "DESC": "hears_description",
    "LANG": "beside_interpreter",
    "PA": "helper_beside",
    "SUP": "helper_beside",
    "PAUSE": "near_door",
    "ALLERG": "apart",
    "EASY": "papers",
    "PICTO": "papers",
    "BRAIL": "papers",
    "LARGE": "papers",
    "ELEC": "papers",
    "PHONE": "",
    "TIME": "",
    "REMOTE": "",
}
"""A need and what its bearer's place must be like."""

AFAR = {
    "sees_signer": "signer_on_screen",
    "sees_captions": "captions_on_screen",
    "beside_interpreter": "own_channel",
}
"""What stays of it for those who take part over the web; the rest is about the hall."""

ORDER = (
    "space", "aisle", "sees_signer", "sees_captions", "in_loop", "hears_description", "beside_interpreter",
    "helper_beside", "near_door", "apart", "papers",
)  # fmt: skip
"""Who is placed first: those for whom a place decides whether they can take part at all."""

FITTINGS = {
    "WHEEL": "free_spaces",
    "SIGN": "signer",
    "SIGN_RU": "signer_ru",
    "CART": "captioner",
    "SUBS": "screen",
    "LOOP": "loop",
    "DESC": "describer",
    "LANG": "interpreter",
    "DOG": "water",
    "PAUSE": "quiet_room",
    "WC": "toilet",
    "PARK": "parking",
    "TRANS": "transport",
}
"""What must stand ready, by the need it is for."""

AT_THE_DOOR = ("WHEEL", "PARK", "TRANS", "DOG", "PA", "SUP")
"""What whoever stands at the door must know to let people in; nothing else, and never whose it is."""

WORKING = ("SIGN", "SIGN_RU", "CART", "DESC", "LANG")
"""Whose bearers bring somebody who comes to work and is let in too."""

CHAIRS = {"PA": 1, "SUP": 1, "LANG": 1}
"""Chairs more than heads: whoever helps sits beside the one they help."""


@dataclass(frozen=True)
class Sitter:
    """Somebody who comes. `needs` are kinds of accommodation; `seat` and `note` a planner's own decision."""

    key: str
    name: str
    answer: str
    needs: tuple[str, ...] = ()
    seat: str = ""
    note: str = ""


@dataclass(frozen=True)
class Seat:
    """One place. `like` says what it must be like; `sure` is false for somebody who may come."""

    key: str
    name: str
    where: str
    like: tuple[str, ...]
    sure: bool
    note: str
    decided: bool = False


@dataclass(frozen=True)
class Seating:
    """The hall and the link. `fittings` are what must stand ready, each with for how many."""

    hall: tuple[Seat, ...]
    link: tuple[Seat, ...]
    fittings: tuple[tuple[str, int], ...]
    chairs: int
    spaces: int


def propose(sitters: Iterable[Sitter], *, hall: bool, link: bool) -> Seating:
    """Place everyone who comes or may come. In: whether the meeting has a hall and a link.

    Without a hall all sit at the link, and without a link in the hall, whatever was asked for.
    """
    coming = [it for it in sitters if it.answer in COMING]
    placed = [_place(it, hall=hall, link=link) for it in coming]
    seats = [it for it in placed if it.where == HALL]
    here = {it.key for it in seats}
    needs = Counter(kind for it in coming for kind in set(it.needs))
    fittings = Counter(
        FITTINGS[kind]
        for it in coming
        for kind in set(it.needs)
        if kind in FITTINGS
        and (it.key in here or kind in ("SIGN", "SIGN_RU", "CART", "SUBS", "DESC", "LANG"))
    )
    in_hall = Counter(kind for it in coming if it.key in here for kind in set(it.needs))
    spaces = in_hall["WHEEL"]
    more = sum(number * in_hall[kind] for kind, number in CHAIRS.items())
    return Seating(
        hall=tuple(sorted(seats, key=_rank)),
        link=tuple(sorted((it for it in placed if it.where == LINK), key=_rank)),
        fittings=tuple((name, fittings[name]) for name in dict.fromkeys(FITTINGS.values()) if fittings[name]),
        chairs=len(seats) - spaces + more + _workers(needs),
        spaces=spaces,
    )


def at_the_door(
    sitters: Iterable[Sitter], *, hall: bool, link: bool
) -> tuple[dict[str, int], dict[str, int]]:
    """Out: how many of each thing the door must know of, and how many bring somebody who comes to work."""
    known = tuple(sitters)
    here = {seat.key for seat in propose(known, hall=hall, link=link).hall}
    kinds = Counter(kind for it in known if it.key in here for kind in set(it.needs))
    return (
        {kind: kinds[kind] for kind in AT_THE_DOOR if kinds[kind]},
        {kind: kinds[kind] for kind in WORKING if kinds[kind]},
    )


def _place(it: Sitter, *, hall: bool, link: bool) -> Seat:
    decided = it.seat in (HALL, LINK) and hall and link
    where = it.seat if decided else LINK if link and (not hall or "REMOTE" in it.needs) else HALL
    like = dict.fromkeys(PLACES[kind] for kind in sorted(it.needs) if PLACES.get(kind))
    fits = [AFAR[name] for name in like if name in AFAR] if where == LINK else sorted(like, key=ORDER.index)
    return Seat(it.key, it.name, where, tuple(fits), it.answer == "accepted", it.note, decided)


def _rank(seat: Seat) -> tuple[int, bool, str]:
    first = min((ORDER.index(name) for name in seat.like if name in ORDER), default=len(ORDER))
    return first, not seat.sure, seat.name.lower()


def _workers(needs: Counter[str]) -> int:
    """Chairs for interpreters: two who take turns for each sign language, one for the speech-to-text."""
    return 2 * bool(needs["SIGN"]) + 2 * bool(needs["SIGN_RU"]) + bool(needs["CART"])
