"""What a real procedure kept and what it did not: its dates held against the terms of the law.

Nothing is judged that the file does not tell: such a finding has `kept` null and says what is missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from processes.deadline import Deadline, ends, last_day_open, latest_before, read_term
from processes.deadline_words import day_in
from processes.procedure import Day, Display, Procedure

PLANNING_ACT_IN_FORCE = date(2015, 7, 1)  # PlanS, RT I, 26.02.2015, 3
ADOPTED = ("adoption",)
ANSWERED = ("positions", "positions_and_meeting_set", "results")
DISCUSSIONS = ("public_discussion", "public_discussion_continued")


@dataclass(frozen=True)
class Finding:
    """One term or rule: when it was due, what happened, whether it was kept (null: not known)."""

    term: str
    due: str | None
    actual: str | None
    kept: bool | None
    sentence: str


def of(case: Procedure, periods: Mapping[str, str]) -> list[Finding]:
    """Every finding of a file. In: the case, and term key -> period such as `P14D`."""
    if case.process == "round_table":
        return list(_proposals(case, periods))
    return [*_rules(case), *_notices(case, periods), *_displays(case, periods), *_opinions(case, periods),
            *_discussion(case, periods), *_results(case, periods), *_order(case), *_adoption(case, periods)]  # fmt: skip


def _proposals(case: Procedure, periods: Mapping[str, str]) -> Iterator[Finding]:
    """What was proposed at a session and has no answer in the file: since when, and until when one was due."""
    for it in case.opinions:
        if it.position or it.received is None or "msvs.reply" not in periods:
            continue
        due = ends(it.received.last, periods["msvs.reply"]).ends_on
        yield Finding(
            "msvs.reply", due.isoformat(), None, None,
            f"Ettepanek {it.no} ({it.organisation or 'eraisik'}) on esitatud {_words(it.received)}; vastust toimikust ei "
            f"loetud. Vastata tuli hiljemalt {day_in(due, 'et')}.",
        )  # fmt: skip


def decided_on(case: Procedure) -> Day | None:
    """The day the plan was adopted, if the file tells it."""
    return (case.decision.date if case.decision else None) or case.first_of(*ADOPTED)


def was_decided(case: Procedure) -> bool:
    """Whether the file tells of an adoption, dated or not."""
    return case.decision is not None or any(event.kind in ADOPTED for event in case.events)


def _rules(case: Procedure) -> Iterator[Finding]:
    began = case.first_of("initiation")
    if began and began.last < PLANNING_ACT_IN_FORCE:
        yield Finding(
            "rules", PLANNING_ACT_IN_FORCE.isoformat(), str(began), None,
            f"Menetlus algas {_words(began)}, enne planeerimisseaduse jõustumist 01.07.2015. Kehtisid vanad "
            "reeglid (HMS § 5 lg 5); allpool on võrdlus praeguste tähtaegadega.",
        )  # fmt: skip


def _notices(case: Procedure, periods: Mapping[str, str]) -> Iterator[Finding]:
    began = case.first_of("initiation")
    if began is None:
        return
    limit = ends(began.last, periods["dp.initiation.notice.web"])
    told = [n.date for n in case.notices if n.date and began.first <= n.date.first <= limit.ends_on]
    yield _judge(
        "dp.initiation.notice.web", limit, _earliest(told),
        kept="Algatamisest teatati {actual}, tähtaeg oli {due}.",
        broken="Algatamisest teatati alles {actual}, tähtaeg oli {due}.",
        unknown="Toimikust ei selgu, millal algatamisest teatati; tähtaeg oli {due}.",
    )  # fmt: skip


def _displays(case: Procedure, periods: Mapping[str, str]) -> Iterator[Finding]:
    earlier: date = date.min
    shown = case.displays()
    for number, display in enumerate(shown, 1):
        if display.first is None:
            yield Finding(
                "dp.display.min", None, None, None, f"{number}. väljapaneku algus toimikust ei selgu."
            )
            continue
        told = [n.date for n in case.notices if n.date and earlier < n.date.first <= display.first.first]
        yield _judge(
            "dp.display.noticeBefore", latest_before(display.first.first, periods["dp.display.noticeBefore"]),
            _earliest(told),
            kept=f"{number}. väljapanekust teatati {{actual}}; viimane sobiv päev oli {{due}}.",
            broken=f"{number}. väljapanekust teatati alles {{actual}}; viimane sobiv päev oli {{due}}. "
                   "Kaasa ei oleks lasknud väljapanekul alata.",
            unknown=f"Toimikust ei selgu, millal {number}. väljapanekust teatati; viimane sobiv päev oli {{due}}.",
        )  # fmt: skip
        yield from _length(number, display, periods["dp.display.min"])
        if number < len(shown):
            again = shown[number]
            yield Finding(
                "dp.display.uninterrupted", _text(display.last), _text(again.last), False,
                f"{number}. väljapanek katkes ja seda korrati"
                + (f": {again.reason_et.rstrip('.')}. " if again.reason_et else ". ")
                + "Kaasa ei oleks lugenud katkenud väljapanekut toimunuks; see tuleb korrata.",
            )  # fmt: skip
        earlier = display.first.first


def _length(number: int, display: Display, period: str) -> Iterator[Finding]:
    if display.first is None or display.last is None:
        return
    full = last_day_open(display.first.first, period)
    counted = (display.last.first - display.first.first).days + 1
    term = read_term(period)
    # Moving a last day off to a working day is our own caution; the law counts whole days.
    kept = counted >= term.count * (7 if term.unit == "W" else 1)
    verdict = "piisavalt" if kept else "liiga vähe; Kaasa ei oleks lasknud sellist aega määrata"
    yield Finding(
        "dp.display.min", full.isoformat(), str(display.last), kept,
        f"{number}. väljapanek kestis {_words(display.first)} kuni {_words(display.last)}, {counted} päeva: {verdict}.",
    )  # fmt: skip


def _opinions(case: Procedure, periods: Mapping[str, str]) -> Iterator[Finding]:
    closing = next((d.last for d in reversed(case.displays()) if d.last), None)
    limit = ends(closing.last, periods["dp.reply.term"]) if closing else None
    answered = case.first_of(*ANSWERED)
    # What the file's reader did not get to see cannot be held against the municipality.
    unseen = any(
        word in line.casefold() for line in case.unread for word in ("seisukoh", "vastus", "arvamus")
    )
    for opinion in case.opinions:
        who = opinion.organisation or "eraisik"
        came = f"{_words(opinion.received)} " if opinion.received else ""
        late = bool(closing and opinion.received and opinion.received.first > closing.last)
        name = f"Arvamus nr {opinion.no} ({who}, {came.strip() or 'kuupäev teadmata'})"
        due = limit.ends_on.isoformat() if limit else None
        if opinion.position is not None:
            on_time = None if not (limit and answered and answered.exact) else answered.first <= limit.ends_on
            yield Finding(
                "dp.reply.term",
                due,
                _text(answered),
                on_time,
                f"{name} sai vastuse: {_POSITIONS.get(opinion.position, opinion.position)}.",
            )
        elif late:
            yield Finding(
                "dp.reply.term",
                due,
                None,
                None,
                f"{name} saabus pärast väljapaneku lõppu; vastust toimikust ei loetud.",
            )
        elif unseen or not (answered or was_decided(case)):
            yield Finding("dp.reply.term", due, None, None, f"{name}: vastust toimikust ei loetud.")
        else:
            yield Finding(
                "dp.reply.term", due, None, False,
                f"{name} jäi põhjendatud vastuseta. Kaasa ei oleks lasknud edasi minna, enne kui igaühele on vastatud.",
            )  # fmt: skip


def _discussion(case: Procedure, periods: Mapping[str, str]) -> Iterator[Finding]:
    closing = next((d.last for d in reversed(case.displays()) if d.last), None)
    held = [m for m in case.meetings if m.kind in DISCUSSIONS and not m.cancelled]
    dates = [m.date for m in held if m.date]
    if closing is None:
        return
    limit = ends(closing.last, periods["dp.discussion.latest"])
    objections = [o for o in case.opinions if o.position in ("partly", "not_accepted")]
    if not held and objections and was_decided(case):
        yield Finding(
            "dp.discussion.latest", limit.ends_on.isoformat(), None, False,
            "Kõigi arvamustega ei arvestatud, aga avalikku arutelu ei olnud. Kaasa oleks arutelu nõudnud.",
        )  # fmt: skip
    elif held:
        yield _judge(
            "dp.discussion.latest", limit, min(dates, key=lambda day: day.first, default=None),
            kept="Avalik arutelu oli {actual}; hiliseim päev oli {due}.",
            broken="Avalik arutelu oli alles {actual}; hiliseim päev oli {due}.",
            unknown="Avalik arutelu toimus, aga kuupäeva toimikust ei selgu; hiliseim päev oli {due}.",
        )  # fmt: skip


def _results(case: Procedure, periods: Mapping[str, str]) -> Iterator[Finding]:
    told = case.first_of("results")
    dates = [m.date for m in case.meetings if m.kind in DISCUSSIONS and m.date and not m.cancelled]
    last = max(dates, key=lambda day: day.last, default=None)
    if told is None and last is None:
        return
    yield _judge(
        "dp.results.notice", ends(last.last, periods["dp.results.notice"]) if last else None, told,
        kept="Tulemused kinnitati {actual}; tähtaeg oli {due}.",
        broken="Tulemused kinnitati alles {actual}; tähtaeg oli {due}.",
        unknown="Tulemuste tähtaega ei saa arvutada: toimikust puudub arutelu või tulemuste kuupäev.",
    )  # fmt: skip


def _order(case: Procedure) -> Iterator[Finding]:
    decided = decided_on(case)
    if decided is None:
        return
    for what, day in (
        ("väljapanek lõppes", next((d.last for d in reversed(case.displays()) if d.last), None)),
        ("arvamustele vastati", case.first_of("positions", "positions_and_meeting_set")),
        ("avalik arutelu oli", max((m.date for m in case.meetings if m.kind in DISCUSSIONS and m.date), key=lambda d: d.last, default=None)),
    ):  # fmt: skip
        if day and decided.last < day.first:
            yield Finding(
                "dp.decision.order", str(day), str(decided), False,
                f"Planeering kehtestati {_words(decided)}, liiga vara: {what} {_words(day)}. Kaasa ei oleks lasknud otsustada.",
            )  # fmt: skip


def _adoption(case: Procedure, periods: Mapping[str, str]) -> Iterator[Finding]:
    began, decided, last = case.first_of("initiation"), decided_on(case), case.last_known()
    if began is None:
        return
    limit = ends(began.last, periods["dp.adoption.max"])
    if decided is None and last and last.first > limit.ends_on:
        yield Finding(
            "dp.adoption.max", limit.ends_on.isoformat(), None, False,
            f"Menetlus kestis veel {_words(last)}; kehtestada tuli hiljemalt {_words(limit.ends_on)} või pikemat aega põhjendada.",
        )  # fmt: skip
        return
    yield _judge(
        "dp.adoption.max", limit, decided,
        kept="Planeering kehtestati {actual}; hiliseim päev oli {due}.",
        broken="Planeering kehtestati alles {actual}; hiliseim päev oli {due}, pikemat aega tuli põhjendada.",
        unknown="Kehtestamise kuupäeva toimikust ei selgu; hiliseim päev oli {due}.",
    )  # fmt: skip


_POSITIONS = {
    "accepted": "arvestati",
    "partly": "arvestati osaliselt",
    "not_accepted": "ei arvestatud",
    "noted": "võeti teadmiseks",
}


def _judge(
    term: str, limit: Deadline | None, actual: Day | None, *, kept: str, broken: str, unknown: str
) -> Finding:
    due = limit.ends_on if limit else None
    verdict: bool | None = None
    if due and actual and actual.last <= due:
        verdict = True
    elif due and actual and actual.first > due:
        verdict = False
    words = {True: kept, False: broken, None: unknown}[verdict]
    filled = words.format(
        due=_words(due) if due else "teadmata", actual=_words(actual) if actual else "teadmata"
    )
    return Finding(term, due.isoformat() if due else None, _text(actual), verdict, filled)


def _earliest(days: list[Day]) -> Day | None:
    """The earliest whole date; a partial one only when there is no other."""
    return min(days, key=lambda day: (not day.exact, day.first), default=None)


def _text(day: Day | None) -> str | None:
    return str(day) if day else None


def _words(day: Day | date) -> str:
    if isinstance(day, date):
        return day_in(day, "et")
    return (
        day_in(day.first, "et")
        if day.exact
        else f"ajavahemikus {day_in(day.first, 'et')}–{day_in(day.last, 'et')}"
    )
