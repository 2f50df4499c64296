"""Who comes to a meeting as tables to keep: answers, counts and, for the case's planner alone, needs and places."""

from __future__ import annotations

from datetime import datetime

from engine.clock import local_day
from processes import sheet
from processes.actions.meetings_of_case import OneMeeting
from processes.sheet import Table
from web import dates
from web import room_words as words
from web.i18n import gettext as _
from web.wording import attendance as said

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file(found: OneMeeting, part: str, *, now: datetime) -> tuple[bytes, str, str] | None:
    """In: `answers.csv`, `counts.csv`, `door.csv`, `seating.csv`, or `all.xlsx`. Out: bytes, type, name; None for others."""
    made = tables(found)
    stem = f"{found.head.number}-{local_day(found.it.starts_at)}"
    if part == "all.xlsx":
        return sheet.xlsx(list(made.values()), now=now), XLSX, f"{stem}.xlsx"
    wanted = part.removesuffix(".csv")
    if not part.endswith(".csv") or wanted not in made:
        return None
    return sheet.csv(made[wanted][1]), "text/csv; charset=utf-8", f"{stem}-{wanted}.csv"


def tables(found: OneMeeting) -> dict[str, tuple[str, Table]]:
    """By part: the sheet's name and its rows, headings first. The seating is left out where it may not be seen."""
    made = {
        "answers": (_("Answers"), answers(found)),
        "counts": (_("Counts"), counts(found)),
        "door": (_("List for the door"), door(found)),
    }
    if found.seating is not None:
        made["seating"] = (_("Places"), seating(found))
    return made


def answers(found: OneMeeting) -> Table:
    """Everyone asked, what they said and from where."""
    heading = [
        _("Organisation or person"), _("Answer"), _("Answered"), _("From where"), _("Before the last change"),
        _("Comes in their place"), _("Earlier answers"),
    ]  # fmt: skip
    rows: list[list[str | int]] = [
        [
            it.name,
            _(words.ATTENDANCE[it.answer]),
            dates.moment(it.answered_at) if it.answered_at else "",
            _(said.CHANNELS[it.channel]) if it.channel else "",
            _("yes") if it.old_date else "",
            it.delegate,
            len(it.said) - 1 if len(it.said) > 1 else 0,
        ]
        for it in found.guests
    ]
    return [heading, *rows]


def counts(found: OneMeeting) -> Table:
    """How many of each answer, and how many of each need of those who come; nobody is named."""
    rows: list[list[str | int]] = [[_("What"), _("How many")]]
    rows += [[_(words.ATTENDANCE[answer]), number] for answer, number in found.it.answers.items()]
    rows += [[words.need(kind), number] for kind, number in found.needs]
    return rows


def door(found: OneMeeting) -> Table:
    """Who comes or may come, without what they need; below, what whoever opens must know."""
    rows: list[list[str | int]] = [[_("Organisation or person"), _("Answer"), _("Is here")]]
    rows += [
        [f"{it.name} ({it.delegate})" if it.delegate else it.name, _(words.ATTENDANCE[it.answer]), ""]
        for it in found.guests
        if it.answer != "declined"
    ]
    rows += [[_(said.DOOR[kind]), number, ""] for kind, number in found.door.items()]
    rows += [[_(said.WORKERS[kind]), number, ""] for kind, number in found.workers.items()]
    return rows


def seating(found: OneMeeting) -> Table:
    """Who sits where, and what must stand ready."""
    rows: list[list[str | int]] = [
        [_("Organisation or person"), _("Where"), _("What the place must be like"), _("Note")]
    ]
    if found.seating is None:
        return rows
    for seat in (*found.seating.hall, *found.seating.link):
        like = "; ".join(_(said.PLACES[name]) for name in seat.like)
        sure = "" if seat.sure else f" ({_('maybe')})"
        rows.append([f"{seat.name}{sure}", _(said.WHERE[seat.where]), like, seat.note])
    rows += [
        [_(said.FITTINGS[name]), _("must stand ready"), number, ""] for name, number in found.seating.fittings
    ]
    rows.append([_("Chairs"), "", found.seating.chairs, ""])
    return rows
