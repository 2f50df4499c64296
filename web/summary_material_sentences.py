"""What a committee's page says of the opinions as they came: their points, alike groups, minorities and ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from web import summary_words as words
from web.i18n import gettext as _
from web.i18n import ngettext
from web.summary_words import Params


def _points(p: Params) -> str:
    return ngettext(
        "The opinions were split into %(num)s point, to be decided on by itself (opinions split: %(split)s).",
        "The opinions were split into %(num)s points, each to be decided on by itself (opinions split: %(split)s).",
        p["number"],
    ) % {"num": p["number"], "split": p["split"]}


def _groups(p: Params) -> str:
    return ngettext(
        "%(num)s group of alike letters was found and taken by the planner; opinions in it: %(opinions)s.",
        "%(num)s groups of alike letters were found and taken by the planner; opinions in them: %(opinions)s.",
        p["number"],
    ) % {"num": p["number"], "opinions": p["opinions"]}


def _group(p: Params) -> str:
    said, more = words.group(p), _("Its authors were asked to name a representative.")
    return f"{said} {more}" if p["asked"] else said


def _minority(p: Params) -> str:
    return ngettext(
        "%(num)s view of a minority is attached to an association's opinion.",
        "%(num)s views of a minority are attached to associations' opinions.",
        p["number"],
    ) % {"num": p["number"]}


def _came(p: Params) -> str:
    told = ", ".join(f"{words.ways([way])} {number}" for way, number in p["channels"].items())
    return _("How the opinions came: %(ways)s.") % {"ways": told}


MATERIAL: Mapping[str, Callable[[Params], str]] = {
    "points": _points,
    "point_outcome": lambda p: _("Points, %(outcome)s: %(number)s.") % {
        "outcome": words.point_outcome(p["outcome"]), "number": p["number"],
    },
    "groups": _groups,
    "group": _group,
    "minority": _minority,
    "ways": lambda p: _("Ways to speak that were offered: %(ways)s.") % {"ways": words.ways(p["ways"])},
    "came": _came,
}  # fmt: skip
