"""What the pages of a round table call things."""

from __future__ import annotations

from web.i18n import N_, gettext, ngettext

STATES = {"open": N_("open"), "done": N_("done"), "dropped": N_("dropped")}
STATE_TAGS = {"open": "now", "done": "done", "dropped": "stop"}
SUGGESTED = {"waiting": N_("waits for an answer"), "taken": N_("taken up"), "declined": N_("not taken up")}
SUGGESTED_TAGS = {"waiting": "wait", "taken": "done", "declined": "stop"}
KINDS = {"topic": N_("a topic for the round table"), "round_table": N_("a round table of our own")}
WAYS = {
    "take": N_("Take it onto the table of a round table"),
    "begin": N_("Begin a round table about it"),
    "decline": N_("Do not take it up now"),
}


def brought_by(by: str, side: str) -> str:
    """Who brought a topic: an organisation's name, the municipality, or a resident, who is never named."""
    if by:
        return by
    return gettext("a resident") if side == "resident" else gettext("the municipality")


def for_long(months: int) -> str:
    """How long something has been open, in whole months."""
    if months == 0:
        return gettext("less than a month")
    return ngettext("%(num)s month", "%(num)s months", months) % {"num": months}
