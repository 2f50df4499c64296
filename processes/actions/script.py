"""Who answers what, and when, in a rehearsal: the plain script, and the one a real procedure writes.

The plain script does every task on the day it opens and takes the first choice of every question, which in
a well-drawn form is the way forward. A real procedure's script holds its dates, opinions and decisions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from engine.form import FieldView, Form
from processes import findings
from processes.procedure import Day, Opinion, Procedure

OUTCOMES = {"accepted": "accepted", "partly": "partly", "not_accepted": "not_accepted", "noted": "noted"}
UNKNOWN_ANSWER = "Vastust toimikust ei loetud."
MEETING_AHEAD = timedelta(days=16)
ROUND_TABLE, SESSION_AHEAD = "round_table", timedelta(days=35)
FORWARD = {"discussion": "yes", "contested": "no", "changes_solution": "no", "state_approval_needed": "no"}

UNSAID = ("objections",)
"""Fields with a grammar of their own, which a made-up sentence does not have: left empty."""


@dataclass(frozen=True)
class Heard:
    """An opinion of the script: when it came, from whom, its words, and the answer it got."""

    on: date
    author: str
    text: str
    organisation: bool
    outcome: str = "noted"
    reasons: str = UNKNOWN_ANSWER


@dataclass
class Script:
    """The plain script. `days` hold tasks back to a day; `answers` replace what would be answered."""

    days: dict[str, date] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    broken_off: list[tuple[date, date, date, str]] = field(default_factory=list)
    stops_at: str = ""

    def day_of(self, element: str, today: date) -> date:
        """When a task is done: not before its day in the script."""
        return max(self.days.get(element, today), today)

    def answer(self, element: str, form: Form | None, today: date) -> dict[str, Any]:
        """What a task is answered with, in the shape a web form sends."""
        found = dict(_plain(form, today)) if form else {}
        return {**found, **{key: "" for key in UNSAID if key in found}, **self.answers.get(element, {})}


def of_case(case: Procedure) -> Script:
    """The script a real procedure writes; what its file does not tell is done at once."""
    if case.process == ROUND_TABLE:
        return _of_table(case)
    script = Script()
    began = case.first_of("initiation")
    if began:
        script.answers["decide_initiation"] = {"decided_on": began.first.isoformat()}
    displays = list(_displays(case))
    accepted = case.first_of("adoption_for_display", "acceptance")
    if displays:
        first, last, _ = displays[0]
        told = [it.date.first for it in case.notices if it.date and it.date.first < first]
        day = accepted.first if accepted else min(told, default=first - timedelta(days=20))
        script.days["accept_plan"] = day
        script.answers["accept_plan"] = _span(first, last) | {"decided_on": day.isoformat()}
        for (_, before_last, _), (again, again_last, reason) in pairwise(displays):
            script.broken_off.append((before_last, again, again_last, reason))
    elif accepted:
        script.days["accept_plan"] = accepted.first
    else:
        _guess_display(script, case)
    ordered = _exact(case.first_of("repeat_display_order"))
    if ordered:
        script.days["repeat_display"] = ordered
    _later(script, case)
    script.heard = list(_heard(case, displays[-1][1] if displays else None))
    script.stops_at = "" if findings.was_decided(case) else "decide_adoption"
    return script


def begins(case: Procedure, start: date) -> date:
    """The first day of a replay: the initiation, or long enough before the session; else the day given."""
    known = case.first_of("initiation")
    held = _session(case)
    if known is None and held is not None:
        return held - SESSION_AHEAD
    return known.first if known else start


def _of_table(case: Procedure) -> Script:
    """A session that was held: its day is set, and what was proposed there is brought as its topics."""
    script = Script()
    held = _session(case)
    if held is not None:
        script.answers["plan_cycle"] = {"session_on": held.isoformat()}
        script.answers["plan_meeting"] = _meeting(held)
        call = held - SESSION_AHEAD + timedelta(days=1)
        heard = _heard(case, call)
        script.heard = [replace(it, on=call) for it in heard]
    return script


def _session(case: Procedure) -> date | None:
    days = [it.date.first for it in case.meetings if it.kind == ROUND_TABLE and it.date and it.date.exact]
    return min(days, default=None)


def _displays(case: Procedure) -> Iterator[tuple[date, date, str]]:
    for shown in case.displays():
        if shown.first and shown.last:
            yield shown.first.first, shown.last.last, shown.reason_et or ""


def _guess_display(script: Script, case: Procedure) -> None:
    """A file without a display: it lay between the letter that told of it and the last opinion before the talk."""
    told = _exact(case.first_of("notice_letter"))
    if told is None:
        return
    held = [it.date.first for it in case.meetings if it.kind in findings.DISCUSSIONS and it.date]
    first = told + timedelta(days=15)
    heard = [it.received.first for it in case.opinions if it.received and it.received.exact]
    last = max((day for day in heard if first <= day < min(held, default=date.max)), default=first)
    script.days["accept_plan"] = told
    script.answers["accept_plan"] = _span(first, max(last, first + timedelta(days=20)))
    script.answers["accept_plan"]["decided_on"] = told.isoformat()


def _later(script: Script, case: Procedure) -> None:
    for element, day in (
        ("answer_opinions", case.first_of("positions", "positions_and_meeting_set")),
        ("record_results", case.first_of("results")),
        ("decide_adoption", findings.decided_on(case)),
    ):
        if exact := _exact(day):
            script.days[element] = exact
    held = [
        it.date for it in case.meetings if it.kind in findings.DISCUSSIONS and it.date and not it.cancelled
    ]
    if held:
        earliest = min(held, key=lambda it: it.first)
        script.answers["plan_meeting"] = _meeting(earliest.first)
    if any(it.kind in findings.DISCUSSIONS for it in case.meetings):
        script.answers["decide_discussion"] = {"hold_discussion": "on"}


def _heard(case: Procedure, closing: date | None) -> Iterator[Heard]:
    for opinion in case.opinions:
        day = opinion.received.first if opinion.received else closing
        if day is None:
            known = case.first_of("initiation")
            day = known.first if known else date(2020, 1, 1)
        yield Heard(
            day, opinion.organisation or "eraisik", opinion.gist_et or "Sisu toimikust ei loetud.",
            opinion.organisation is not None, *_answered(opinion),
        )  # fmt: skip


def _answered(opinion: Opinion) -> tuple[str, str]:
    return OUTCOMES.get(opinion.position or "", "noted"), opinion.reason_et or UNKNOWN_ANSWER


def _exact(day: Day | None) -> date | None:
    return day.first if day and day.exact else None


def _span(first: date, last: date) -> dict[str, Any]:
    return {"display_from": first.isoformat(), "display_to": last.isoformat()}


def _meeting(day: date) -> dict[str, Any]:
    return {"starts_at": f"{day}T17:00", "ends_at": f"{day}T19:00"}


def _plain(form: Form, today: date) -> Iterator[tuple[str, Any]]:
    for view in _flat(form.show({}, lambda text: text)):
        if view.hidden or not view.key:
            continue
        if view.key in ("starts_at", "ends_at"):
            yield view.key, _meeting(today + MEETING_AHEAD)[view.key]
        elif view.options and view.required:
            wanted = FORWARD.get(view.key, "")
            values = [value for value, _ in view.options]
            yield view.key, wanted if wanted in values else values[0]
        elif view.type == "datetime":
            yield (
                view.key,
                f"{today + MEETING_AHEAD}T10:00" if view.subtype == "datetime" else today.isoformat(),
            )
        elif view.type == "number":
            yield view.key, str(view.minimum or 0)
        elif view.type == "textfield" and view.validation == "email":
            yield view.key, "proov@proov.example"
        elif view.type in ("textfield", "textarea"):
            yield view.key, "https://proov.example/teade" if view.key == "url" else "Proov"


def _flat(views: list[FieldView] | tuple[FieldView, ...]) -> Iterator[FieldView]:
    for view in views:
        yield view
        yield from _flat(view.fields)


def shifted(
    answers: Mapping[str, Any], problems: Mapping[str, Mapping[str, object]]
) -> dict[str, Any] | None:
    """Answers again with the earliest days a refusal named. Out: None when it named none."""
    moved = dict(answers)
    for name, params in problems.items():
        earliest = params.get("earliest")
        if not isinstance(earliest, date):
            return None
        if name in ("starts_at", "ends_at"):
            moved |= _meeting(earliest)
        else:
            moved[name] = earliest.isoformat()
            # A display that is moved keeps at least the length the law wants: its end is refused next, if need be.
    return moved if moved != dict(answers) else None
