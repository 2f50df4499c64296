"""The terms of a draft: what the law asks for at least, what the planner gives beyond it, and the dates that follow."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from processes import catalogue, terms, timeline
from processes.actions import drafting, planner_case
from processes.actions.planner_case import Head
from processes.consultation import Consultation
from processes.deadline import TermUnreadable, read_term
from processes.deadline_words import sentence
from processes.errors import Reason, Refused
from processes.permission import Actor
from processes.task_words import Basis, basis_of
from processes.timeline import PREPARATION, Expected

# Least terms the process itself keeps to when a display or a meeting is planned; others are the longest allowed.
LEAST = ("dp.display.noticeBefore", "dp.display.min", "dp.discussion.noticeBefore")
LONGEST_DAYS, LONGEST_MONTHS = 365, 36
_PREPARATION = "preparation"


@dataclass(frozen=True)
class Least:
    """A term that may be made longer: what the law asks for and what was chosen, in days."""

    key: str
    least: int
    chosen: int
    source: str
    certainty: str


@dataclass(frozen=True)
class Plan:
    """The page: dates in order, the terms behind them, and what may be made longer."""

    head: Head
    application_on: date
    months: int
    expected: tuple[Expected, ...]
    terms: Mapping[str, Mapping[str, Any]]
    least: tuple[Least, ...]


def read(session: Session, actor: Actor, number: str, language: str) -> Plan:
    """The dates of a draft. Errors: NotAllowed, NotFound, AlreadyBegun."""
    case = drafting.find(session, actor, number)
    began = case.application_on or drafting.EARLIEST
    law, chosen = _law(case), frozen(case)
    preparation = str(_kept(case).get(_PREPARATION, PREPARATION))
    return Plan(
        head=planner_case.head(session, actor, case, language),
        application_on=began,
        months=read_term(preparation).count,
        expected=tuple(
            timeline.expected(chosen, began, preparation=preparation) if "dp.display.min" in law else ()
        ),
        terms=chosen,
        least=tuple(
            Least(
                key,
                read_term(str(law[key]["period"])).count,
                read_term(str(chosen[key]["period"])).count,
                str(law[key].get("source", "")),
                str(law[key].get("certainty", "")),
            )
            for key in LEAST
            if key in law
        ),
    )


def raise_terms(session: Session, actor: Actor, number: str, days: Mapping[str, str], months: str) -> None:
    """Give more time than the law asks for. In: days as typed by key; how many months the plan is drawn.

    Errors: NotAllowed, NotFound, AlreadyBegun, Refused (no number, less than the law's, absurdly long).
    """
    case = drafting.find(session, actor, number, lock=True)
    law = _law(case)
    problems: dict[str, Reason] = {}
    kept: dict[str, str] = {}
    for key in LEAST:
        if key not in law:
            continue
        least = read_term(str(law[key]["period"])).count
        typed = _whole(problems, key, days.get(key, str(least)), LONGEST_DAYS)
        if typed is not None and typed < least:
            problems[key] = Reason("below_the_law", least=least, source=law[key].get("source", ""))
        elif typed is not None and typed > least:
            kept[key] = f"P{typed}D"
    drawn = _whole(problems, "months", months, LONGEST_MONTHS)
    if drawn == 0:
        problems["months"] = Reason("not_a_count", limit=LONGEST_MONTHS)
    if problems:
        raise Refused(problems)
    case.terms = json.dumps({**kept, _PREPARATION: f"P{drawn}M"})
    session.add(case)


def frozen(case: Consultation) -> dict[str, dict[str, Any]]:
    """The terms a draft would begin with: the law's of its application day, and longer ones where chosen.

    A chosen term says so, and keeps what the law asks for at least. One that the law has overtaken meanwhile
    is left to the law.
    """
    found = _law(case)
    for key, period in _kept(case).items():
        if key in found and key in LEAST and timeline.longer(str(period), str(found[key]["period"])):
            found[key] = {**found[key], "period": str(period), "least": found[key]["period"], "chosen": True}
    return found


def _law(case: Consultation) -> dict[str, dict[str, Any]]:
    return terms.freeze(catalogue.kind(case.kind).files(), case.application_on or drafting.EARLIEST)


def _kept(case: Consultation) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, period in json.loads(case.terms).items():
        try:
            read_term(period)
        except (TermUnreadable, AttributeError):
            continue
        kept[key] = period
    return kept


def _whole(problems: dict[str, Reason], name: str, text: str, limit: int) -> int | None:
    typed = text.strip()
    if not (typed.isascii() and typed.isdigit()) or len(typed) > 6 or int(typed) > limit:
        problems[name] = Reason("not_a_count", limit=limit)
        return None
    return int(typed)


def basis(plan: Plan, key: str) -> Basis:
    """What stands behind a term of the plan."""
    return basis_of(plan.terms, key)


def reasoning(row: Expected, language: str) -> str:
    """How a date was counted, in a sentence or two; empty for a planned one."""
    return sentence(row.reasoning, language) if row.reasoning else ""
