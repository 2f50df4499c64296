"""When a term ends, and why: full days, working days and Estonian public holidays.

A term begins on the day after the event (HMS § 33, TsÜS § 135). When its last day is a day off, it ends on
the first working day after it (TsÜS § 136 (8)), at 24:00 (TsÜS § 137 (1)); we hold that as 23:59:59 in
Tallinn, so that the moment still falls on the day people are told. "At least N days before" is another
rule: N full days lie between the two, and it never moves later.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import holidays

from engine.clock import ZONE

HOLIDAYS = holidays.country_holidays("EE", language="et")
ONE_DAY = timedelta(days=1)
LONGEST = 3_660  # days, weeks, months or years: more is a slip of the pen, not a term


class TermUnreadable(ValueError):  # noqa: N818  it is what happened, as every error of the house
    """A term that is not `PnD`, `PnW`, `PnM`, `PnY` or `PnD working`; write it like `P14D`."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not a term; write it like P14D, P2W, P3M, P3Y or P5D working.")
        self.text = text


@dataclass(frozen=True)
class Term:
    """A length: how many of which unit; `working` counts working days only."""

    count: int
    unit: str
    working: bool = False

    @property
    def text(self) -> str:
        return f"P{self.count}{self.unit}" + (" working" if self.working else "")


@dataclass(frozen=True)
class Step:
    """One step of the reasoning: a code, the day it leads to, and what its sentence needs."""

    code: str
    on: date
    detail: str = ""


@dataclass(frozen=True)
class Deadline:
    """The last day, its last second as an aware UTC moment, and how it came about."""

    ends_on: date
    term: Term
    steps: tuple[Step, ...]

    @property
    def at(self) -> datetime:
        return end_of_day(self.ends_on)


def read_term(text: str, *, working_days: bool = False) -> Term:
    """Read `P14D` or `P5D working`. Errors: TermUnreadable."""
    found = re.fullmatch(r"P([1-9][0-9]{0,3})([DWMY])( working)?", text.strip())
    if found is None or int(found[1]) > LONGEST:
        raise TermUnreadable(text)
    working = working_days or found[3] is not None
    if working and found[2] != "D":
        raise TermUnreadable(text)
    return Term(int(found[1]), found[2], working)


def ends(start: date, period: str, *, working_days: bool = False) -> Deadline:
    """When a term that an event of `start` sets going ends. Errors: TermUnreadable."""
    term = read_term(period, working_days=working_days)
    full = _after(start, term)
    steps = [Step("begins", start + ONE_DAY), Step("full", full)]
    last = working_day_from(full)
    if last != full:
        steps += [Step("day_off", full, name_of_day_off(full)), Step("moved", last)]
    return Deadline(last, term, (*steps, Step("ends", last)))


def latest_before(day: date, period: str, *, working_days: bool = False) -> Deadline:
    """The last day for something that must be done at least a term before `day`.

    That many full days lie between the two; a day off neither shortens the term nor moves it later.
    Errors: TermUnreadable.
    """
    term = read_term(period, working_days=working_days)
    latest = _before(day, term)
    return Deadline(latest, term, (Step("must_precede", day), Step("latest", latest)))


def last_day_open(first: date, period: str) -> date:
    """The earliest last day of something open at least a term, `first` counted: it is open from 00:00.

    A last day that is a day off is put off, never brought forward. Errors: TermUnreadable.
    """
    return working_day_from(last_full_day(first, period))


def last_full_day(first: date, period: str) -> date:
    """The day on which something open from 00:00 of `first` has been open a whole term. Errors: TermUnreadable."""
    return _after(first - ONE_DAY, read_term(period))


def first_day_after(notice: date, period: str) -> date:
    """The first day with a whole term of full days between it and a notice. Errors: TermUnreadable."""
    return _after(notice, read_term(period)) + ONE_DAY


def is_working_day(day: date) -> bool:
    """Whether people work on it: neither a weekend nor a public holiday."""
    return day.weekday() < calendar.SATURDAY and day not in HOLIDAYS


def working_day_from(day: date) -> date:
    """The day itself if it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


def name_of_day_off(day: date) -> str:
    """What makes it a day off: the Estonian name of the holiday, or nothing for a plain weekend."""
    return HOLIDAYS.get(day) or ""


def start_of_day(day: date) -> datetime:
    """00:00 of a day in Tallinn, as an aware UTC moment."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The last second of a day in Tallinn, as an aware UTC moment."""
    return datetime.combine(day, time(23, 59, 59), ZONE).astimezone(UTC)


def _after(start: date, term: Term) -> date:
    try:
        if term.working:
            day = start
            for _ in range(term.count):
                day = working_day_from(day + ONE_DAY)
            return day
        if term.unit in "DW":
            return start + timedelta(days=term.count * (7 if term.unit == "W" else 1))
        return _months_later(start, term.count * (12 if term.unit == "Y" else 1))
    except (OverflowError, ValueError) as error:
        raise TermUnreadable(term.text) from error


def _before(day: date, term: Term) -> date:
    try:
        if term.working:
            latest = day
            for _ in range(term.count):
                latest -= ONE_DAY
                while not is_working_day(latest):
                    latest -= ONE_DAY
            return latest - ONE_DAY
        if term.unit in "DW":
            return day - timedelta(days=1 + term.count * (7 if term.unit == "W" else 1))
        return _months_before(day, term)
    except (OverflowError, ValueError) as error:
        raise TermUnreadable(term.text) from error


def _months_before(day: date, term: Term) -> date:
    """Months are of unequal length: the latest day from which a whole term fits in before `day`."""
    latest = _months_later(day - ONE_DAY, -term.count * (12 if term.unit == "Y" else 1))
    while _after(latest, term) >= day:
        latest -= ONE_DAY
    while _after(latest + ONE_DAY, term) < day:
        latest += ONE_DAY
    return latest


def _months_later(day: date, months: int) -> date:
    """The same day of a later month; the month's last day where it is shorter (TsÜS § 136)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
