"""What the pages of officials say about terms, waits and steps, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

from engine.clock import local_day
from processes.actions import desk, desk_beside
from processes.deadline import TermUnreadable, is_working_day, read_term
from processes.deadline_words import length
from processes.task_words import Basis
from web import dates, i18n
from web.i18n import N_, ngettext
from web.i18n import gettext as _

ROLES = {
    "planner": N_("the planner"),
    "government": N_("the government or council"),
    "committee": N_("the committee"),
    "clerk": N_("the committee's clerk"),
    "timer": N_("a day that is set"),
    "message": N_("news from others"),
    "signal": N_("news from others"),
    "job": N_("the system's own work"),
}
URGENCIES = {
    desk.OVERDUE: N_("Past its term"),
    desk.TODAY: N_("Today"),
    desk.WEEK: N_("Within a week"),
    desk.LATER: N_("Later"),
    desk.UNDATED: N_("Without a term"),
}
TAGS = {desk.OVERDUE: "late", desk.TODAY: "now", desk.WEEK: "now", desk.LATER: "wait", desk.UNDATED: "draft"}
HANDS = {
    desk_beside.LETTERS: N_("Letters that did not arrive"),
    desk_beside.WRONG: N_("Invitations that reached the wrong one"),
    desk_beside.NEEDS: N_("Needs not yet arranged"),
    desk_beside.LATE: N_("Late opinions to decide on"),
    desk_beside.PUBLISH: N_("Opinions to look at before they are public"),
    desk_beside.COUNTERED: N_("Asked for another time of a meeting"),
    desk_beside.DELEGATED: N_("Want to send somebody else to a meeting"),
    desk_beside.POINTS: N_("Points of opinions that are yours to decide"),
    desk_beside.ADVICE: N_("Points you are asked for advice on"),
    desk_beside.INCIDENT: N_("Steps the system could not finish"),
}
HAND_PAGES = {
    desk_beside.LETTERS: "letters",
    desk_beside.WRONG: "participants",
    desk_beside.NEEDS: "participants",
    desk_beside.LATE: "opinions",
    desk_beside.PUBLISH: "publishing?state=waiting",
    desk_beside.COUNTERED: "meetings",
    desk_beside.DELEGATED: "meetings",
    desk_beside.POINTS: "points?show=mine",
    desk_beside.ADVICE: "points?show=advice",
    desk_beside.INCIDENT: "incidents",
}


def who(code: str) -> str:
    """Who or what is waited for: a role of the process, a timer, a message, a job."""
    return _(ROLES[code]) if code in ROLES else code


def due(value: datetime | None, now: datetime) -> str:
    """`tähtaeg neljapäev, 14. jaanuar 2027 (4 tööpäeva)`, or that there is no term."""
    if value is None:
        return _("no term")
    return _due(local_day(value), local_day(now), value < now, i18n.current.get())


@lru_cache(maxsize=4096)
def _due(day: date, today: date, over: bool, _language: str) -> str:
    if over:
        return _("the term was %s") % dates.day(day)
    if day == today:
        return _("the term is today, %s") % dates.day(day)
    left = working_days(today, day)
    told = ngettext("%(num)s working day", "%(num)s working days", left) % {"num": left}
    return _("term %(day)s (%(left)s)") % {"day": dates.day(day), "left": told}


@lru_cache(maxsize=4096)
def working_days(today: date, day: date) -> int:
    """How many working days lie after today, up to a day and that day included."""
    return sum(is_working_day(today + timedelta(days=n)) for n in range(1, (day - today).days + 1))


def hand(found: desk_beside.Hand, now: datetime) -> str:
    """Since or until when something needs a hand."""
    if found.by is not None and found.what in {desk_beside.POINTS, desk_beside.ADVICE}:
        late = found.by < local_day(now)
        return _("past its term") if late else _("by %(day)s") % {"day": dates.day(found.by)}
    if found.by is not None:
        if found.by < local_day(now):
            return _("should have been ordered by %s") % dates.day(found.by)
        return _("order by %s") % dates.day(found.by)
    return _("since %s") % dates.day(found.since) if found.since else ""


def certainty(basis: Basis) -> str:
    """How sure a term's source is; anything but checked is for the municipality's lawyer to verify."""
    if not basis.certainty:
        return ""
    return (
        _("checked in the law in force") if basis.sure else _("to be verified by the municipality's lawyer")
    )


@lru_cache(maxsize=512)
def _period(text: str, language: str) -> str:
    try:
        return length(read_term(text), language)
    except TermUnreadable:
        return text


def period(text: str) -> str:
    """A term in words: `14 päeva`."""
    return _period(text, i18n.current.get()) if text else ""


def law(basis: str, term: Basis) -> str:
    """The legal basis of a task in a sentence or two, with how sure it is."""
    parts = [basis] if basis else []
    if term.source and term.source not in basis:
        parts.append(term.source)
    told = "; ".join(parts)
    if term.period:
        told += (" · " if told else "") + _("term: %s") % period(term.period)
    if sure := certainty(term):
        told += f" · {sure}"
    return told


STATES = {
    "running": N_("under way"),
    "draft": N_("draft"),
    "ended": N_("ended"),
    "cancelled": N_("ended early"),
}
STATE_TAGS = {"running": "now", "draft": "draft", "ended": "done", "cancelled": "stop"}
TERM_STATES = {
    "kept": N_("kept"),
    "missed": N_("not kept"),
    "runs": N_("running"),
    "withdrawn": N_("no longer needed"),
}
TERM_TAGS = {"kept": "done", "missed": "late", "runs": "wait", "withdrawn": "info"}
EVENTS = {
    "started": N_("the procedure began"),
    "done": N_("done"),
    "withdrawn": N_("taken away"),
    "fired": N_("the day came"),
    "told": N_("news came in"),
    "delivered": N_("news came in"),
    "signalled": N_("news came in"),
    "moved": N_("the term was moved"),
    "skipped": N_("gone past with what a person gave"),
    "moved_version": N_("moved to a revised version"),
    "moved_back": N_("moved back to its former version"),
    "cancelled": N_("ended early"),
    "ended": N_("the procedure ended"),
}


def event(code: str) -> str:
    """What happened, in a word or two."""
    return _(EVENTS[code]) if code in EVENTS else code


def moved(details: Mapping[str, object]) -> str:
    """From when to when a term was moved."""
    told = [
        dates.moment(datetime.fromisoformat(value))
        for value in (details.get("from"), details.get("to"))
        if isinstance(value, str)
    ]
    return " → ".join(told)
