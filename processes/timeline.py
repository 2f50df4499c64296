"""The whole way of a detailed plan in dates, before anything is sent: what follows from the application day.

Each date follows from the one before it when every step takes all the time it may; how long the plan is drawn
is the planner's own guess. Nothing here binds anybody: the running case counts its terms anew from what happens.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from processes.deadline import (
    ONE_DAY,
    Deadline,
    ends,
    first_day_after,
    last_day_open,
    last_full_day,
    latest_before,
    read_term,
    working_day_from,
)

PREPARATION = "P6M"
LATEST, EARLIEST, PLANNED = "latest", "earliest", "planned"
_WITHOUT = "P1D"


@dataclass(frozen=True)
class Expected:
    """One date: `code` names what happens, `bound` whether it is the latest, the earliest or a planned day.

    `term` is the key of the term it follows from (none for a planned day); `reasoning` how it was counted.
    """

    code: str
    on: date
    bound: str
    counted_from: str = ""
    term: str = ""
    reasoning: Deadline | None = None


def expected(
    terms: Mapping[str, Mapping[str, Any]], application_on: date, *, preparation: str = PREPARATION
) -> list[Expected]:
    """In: the terms of the case (key -> period), the day of the application. Out: dates in the order of the steps.

    A term the case does not have is left out with its row. Errors: TermUnreadable.
    """
    return list(_Way(terms, preparation).walk(application_on))


class _Way:
    """The chain of dates over one set of terms."""

    def __init__(self, terms: Mapping[str, Mapping[str, Any]], preparation: str) -> None:
        self._terms = terms
        self._preparation = preparation

    def walk(self, application_on: date) -> Iterator[Expected]:
        yield Expected("application", application_on, PLANNED)
        initiated = self._end("dp.initiation.decision", application_on)
        yield from self._row("initiation", "dp.initiation.decision", "application", application_on)
        for channel, key in _NOTICES.items():
            yield from self._row(
                f"initiation_{channel}", f"dp.initiation.notice.{key}", "initiation", initiated
            )
        drawn = working_day_from(ends(initiated, self._preparation).ends_on)
        yield Expected("sent_for_approval", drawn, PLANNED, "initiation")
        yield from self._row("approvals", "dp.approval.term", "sent_for_approval", drawn)
        accepted = working_day_from(self._end("dp.approval.term", drawn) + ONE_DAY)
        yield Expected("acceptance", accepted, PLANNED, "approvals")
        yield from self._display(accepted, initiated)

    def _display(self, accepted: date, initiated: date) -> Iterator[Expected]:
        noticed = working_day_from(accepted + ONE_DAY)
        notice, shown = self._period("dp.display.noticeBefore"), self._period("dp.display.min")
        opens = working_day_from(first_day_after(noticed, notice))
        closes = last_day_open(opens, shown)
        told = latest_before(opens, notice)
        yield Expected(
            "display_notices", told.ends_on, LATEST, "display_opens", "dp.display.noticeBefore", told
        )
        yield Expected("display_opens", opens, EARLIEST, "acceptance", "dp.display.noticeBefore")
        yield Expected("display_closes", closes, EARLIEST, "display_opens", "dp.display.min")
        yield from self._row("answers", "dp.reply.term", "display_closes", closes)
        discussed = self._end("dp.discussion.latest", closes)
        if "dp.discussion.noticeBefore" in self._terms:
            called = latest_before(discussed, self._period("dp.discussion.noticeBefore"))
            yield Expected(
                "discussion_notice",
                called.ends_on,
                LATEST,
                "discussion",
                "dp.discussion.noticeBefore",
                called,
            )
        yield from self._row("discussion", "dp.discussion.latest", "display_closes", closes)
        yield from self._row("results", "dp.results.notice", "discussion", discussed)
        yield from self._decision(self._end("dp.results.notice", discussed), initiated)

    def _decision(self, results: date, initiated: date) -> Iterator[Expected]:
        yield from self._row("state_approval", "dp.heakskiit.term", "results", results)
        ready = working_day_from(self._end("dp.heakskiit.term", results) + ONE_DAY)
        yield Expected("adoption", ready, PLANNED, "state_approval")
        yield from self._row("adoption_latest", "dp.adoption.max", "initiation", initiated)
        last = ready
        for channel, key in _NOTICES.items():
            for row in self._row(f"adoption_{channel}", f"dp.adoption.notice.{key}", "adoption", ready):
                last = max(last, row.on)
                yield row
        yield from self._row("contest", "dp.contest", "last_notice", last)

    def _row(self, code: str, key: str, counted_from: str, since: date) -> Iterator[Expected]:
        if key in self._terms:
            found = ends(since, self._period(key))
            yield Expected(code, found.ends_on, LATEST, counted_from, key, found)

    def _end(self, key: str, since: date) -> date:
        return ends(since, self._period(key)).ends_on if key in self._terms else since

    def _period(self, key: str) -> str:
        return str(self._terms.get(key, {}).get("period", _WITHOUT))


_NOTICES = {"official": "at", "web": "web", "paper": "paper", "personal": "personal"}


def longer(period: str, than: str) -> bool:
    """Whether a term never ends sooner than another, whatever day it begins on. Errors: TermUnreadable."""
    start = date(2027, 1, 1)
    read_term(period)
    return last_full_day(start, period) >= last_full_day(start, than)
