"""What failed in a case, in one sentence for whoever plans it."""

from __future__ import annotations

from processes.actions.incident import Stuck
from web import dates
from web.i18n import N_
from web.i18n import gettext as _
from web.planner_words import who

KINDS = {
    "string": N_("a text"),
    "number": N_("a number"),
    "boolean": N_("yes or no"),
    "date": N_("a day"),
    "datetime": N_("a day and a time, Estonian time"),
    "list<string>": N_("texts, one a line"),
    "list<number>": N_("numbers, one a line"),
}


def told(it: Stuck) -> str:
    """What failed, where in the diagram, since when, and whom it holds up."""
    step = f"„{it.step}“" if it.step else _("A step that has no name")
    parts = [
        _("%(step)s could not be done and has stood still since %(since)s")
        % {"step": step, "since": dates.moment(it.since)}
    ]
    if it.before and it.after:
        parts.append(
            _("in the diagram it comes after „%(before)s“ and before „%(after)s“")
            % {"before": it.before, "after": it.after}
        )
    elif it.before:
        parts.append(_("in the diagram it comes after „%(before)s“") % {"before": it.before})
    elif it.after:
        parts.append(_("in the diagram it comes before „%(after)s“") % {"after": it.after})
    held = ", ".join(f"{who(one.role)} („{one.task}“)" if one.role else one.task for one in it.held_up)
    parts.append(_("waiting behind it: %s") % held if held else _("nobody waits behind it"))
    return "; ".join(parts) + "."


def kind(code: str) -> str:
    """What a value looks like."""
    return _(KINDS[code]) if code in KINDS else code


def choices(values: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """What a select offers: nothing chosen yet, then each value in the words of its form."""
    return [("", "–"), *values]
