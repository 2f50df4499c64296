"""The figures of a consultation in words, and their drawing: what is shown, downloaded and given as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from processes.actions.case_file import TermLine
from processes.actions.measuring import LEAST, Measures, Share, few, hidden
from web import public_words, room_words
from web.i18n import N_
from web.i18n import gettext as _

SHARES = {
    "reached": N_("Invited organisations the invitation reached"),
    "opened": N_("Invited organisations that opened it"),
    "answered": N_("Invited organisations that answered"),
    "silent": N_("Invited organisations that stayed silent"),
    "replied": N_("Opinions answered"),
    "in_time": N_("Answers sent in time"),
    "favourable": N_("Opinions taken into account in whole or in part"),
    "needs_met": N_("Needs of participants arranged"),
    "bounced": N_("Letters that did not arrive"),
}
"""What is measured as so many of so many, in the order it is shown."""

OTHER = "other"


@dataclass(frozen=True)
class Line:
    """One figure: `told` in words, `percent` for the bar; both tell nothing where a count is too small to publish."""

    key: str
    name: str
    told: str
    percent: int | None
    value: int | None
    of: int | None


@dataclass(frozen=True)
class Bar:
    """One term on the common axis, in per cent of it: where it ran, its last day, when it was done."""

    term: TermLine
    start: float
    width: float
    due: float
    met: float | None


def shares(found: Measures, *, public: bool) -> list[Line]:
    """Every share, small counts hidden where the reader is not an official."""
    return [_line(key, _(name), getattr(found, key), public=public) for key, name in SHARES.items()]


def kinds(found: Measures, *, public: bool) -> list[Line]:
    """Who answered, by kind of organisation; small kinds are put together for the public."""
    given = dict(found.kinds)
    if public:
        of = few({kind: it.of for kind, it in given.items()}, OTHER)
        small = [it for kind, it in given.items() if kind not in of]
        given = {kind: it for kind, it in given.items() if kind in of}
        if small:
            given[OTHER] = Share(sum(it.value for it in small), sum(it.of for it in small))
    return [_line(key, kind_word(key), it, public=public) for key, it in given.items()]


def counted(
    counts: Mapping[str, int], words: Mapping[str, str], *, public: bool
) -> list[tuple[str, int | None]]:
    """Counts by kind in words, small ones put together for the public (None: fewer than LEAST)."""
    given: Mapping[str, int | None] = few(counts, OTHER) if public else counts
    return [
        (public_words.word(words, key) if key in words else _("other"), number)
        for key, number in given.items()
    ]


def kind_word(kind: str) -> str:
    """A kind of organisation in words."""
    return _("other") if kind == OTHER else public_words.word(room_words.ORGANISATIONS, kind)


def fewer() -> str:
    """What stands for a count too small to publish."""
    return _("fewer than %(least)s") % {"least": LEAST}


def bars(terms: Sequence[TermLine], now: datetime) -> list[Bar]:
    """The terms on one axis, from the first day any ran to the last day of any."""
    begun = [it for it in terms if it.counted_from is not None]
    if not begun:
        return []
    first = min(it.counted_from or it.due_at for it in begun)
    last = max(max(it.due_at, it.met_at or it.due_at) for it in begun)
    whole = max(last - first, timedelta(days=1))

    def at(moment: datetime) -> float:
        return round(100 * ((moment - first) / whole), 1)

    found = []
    for it in begun:
        start = at(it.counted_from or it.due_at)
        until = it.met_at or min(max(now, it.counted_from or now), last)
        found.append(
            Bar(it, start, max(at(until) - start, 0.5), at(it.due_at), at(it.met_at) if it.met_at else None)
        )
    return found


def table(found: Measures, *, public: bool) -> list[list[str | int]]:
    """The figures as a table to download: what, how many, of how many, per cent."""
    rows: list[list[str | int]] = [[_("What"), _("How many"), _("Of how many"), _("Per cent")]]
    lines = [*shares(found, public=public), *kinds(found, public=public)]
    rows += [
        [it.name, _cell(it.value), _cell(it.of), "" if it.percent is None else it.percent] for it in lines
    ]
    for name, counts, words in (
        (_("How opinions came"), found.channels, public_words.CHANNELS),
        (_("What became of opinions"), found.outcomes, public_words.OUTCOMES),
    ):
        rows += [[f"{name}: {word}", _cell(n), "", ""] for word, n in counted(counts, words, public=public)]
    rows.append(
        [
            _("Days to an answer (median)"),
            "" if found.days_to_answer is None else found.days_to_answer,
            "",
            "",
        ]
    )
    return rows


def _cell(number: int | None) -> str | int:
    return fewer() if number is None else number


def _line(key: str, name: str, share: Share, *, public: bool) -> Line:
    value, of = share.value, share.of
    rest = hidden(of - value) if public else of - value
    shown = hidden(value) if public else value
    if public and (hidden(of) is None or rest is None):
        shown = None  # what is left would tell it
    if not of:
        return Line(key, name, _("nothing to count"), None, 0, 0)
    if shown is None:
        return Line(key, name, _("too few to tell"), None, None, hidden(of))
    told = _("%(value)s of %(of)s (%(percent)s %%)") % {"value": value, "of": of, "percent": share.percent}
    return Line(key, name, told, share.percent, value, of)
