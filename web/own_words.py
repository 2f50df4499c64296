"""What an organisation's own page and its calendar say of a request: what, until when, how long ahead it was told."""

from __future__ import annotations

from processes import words
from processes.actions.own_requests import AGENDA, MEETING, Asked
from web import i18n
from web.i18n import N_, ngettext
from web.i18n import gettext as _

CHOICES = {
    "each": N_("Each letter by itself, at once"),
    "digest": N_("Reminders and news of new rounds in one letter a day"),
    "none": N_("No reminders"),
}
HINTS = {
    "digest": N_("It comes at ten in the morning, on days when there is something to tell."),
    "none": N_(
        "Only the letters you must get: invitations, notices, changes of meetings, answers and decisions."
    ),
}


def what(it: Asked) -> str:
    """The kind of request: “public display”, “public discussion”."""
    table = words.MEETINGS if it.kind == MEETING else words.PHASES
    said = words.say(table, it.what, i18n.current.get())
    return said[:1].upper() + said[1:]


def notice(it: Asked) -> str:
    """How long ahead it was told, in plain words; empty where no letter told of it."""
    days = it.days_ahead
    if days is None:
        return ""
    if days < 0:
        return _("You were told after it.")
    return ngettext("You were told %(num)s day ahead.", "You were told %(num)s days ahead.", days) % {
        "num": days
    }


def beside(it: Asked) -> str:
    """What else falls on the same time; empty when nothing does."""
    if not it.beside:
        return ""
    named = "; ".join(it.beside)
    if it.kind == MEETING:
        return _("At the same time: %(named)s.") % {"named": named}
    return _("Ends within the same week: %(named)s.") % {"named": named}


def describe(it: Asked) -> str:
    """What the calendar says of it: what is asked, by whom, how long ahead, what else is then. Time alone changes nothing."""
    if it.kind == AGENDA:
        asks = _("%(owner)s asks whether you agree to the agenda.")
    else:
        asks = (
            _("%(owner)s asks whether you come.")
            if it.kind == MEETING
            else _("%(owner)s asks for your opinion.")
        )
    return "\n".join(filter(None, [asks % {"owner": it.municipality}, notice(it), beside(it)]))
