"""What a committee's page says: numbered statements, each with its figures and the sources it stands on.

Built from rows at the moment the page is frozen and kept without a language: a statement is a code and
its figures, which the reader's language words. Authors' own words stay in the language they wrote.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from processes import municipality
from processes.committee import Committee
from processes.consultation import Consultation
from processes.meeting import HELD, Meeting
from processes.response import OUTCOMES, UNRESOLVED
from processes.summary import Summary
from processes.summary_counts import by_kind, by_theme, counts
from processes.summary_facts import Fact, Facts, gather

CHANNELS = ("web", "mail", "phone", "paper", "in_person")
CHANGED = ("accepted", "partly")
LONG = ("text", "reasons")
"""What a source does not repeat: the opinion itself stands in the page once."""
FEW = 3
"""Needs fewer than this are not counted out: a small number could point at someone (GDPR art. 9)."""


@dataclass
class _Sheet:
    """Statements and sources, numbered in the order they are first named."""

    statements: list[Fact] = field(default_factory=list)
    sources: dict[str, Fact] = field(default_factory=dict)

    def say(self, section: str, code: str, sources: Iterable[Fact], /, **params: Any) -> None:
        """One sentence. A source is a row's fact, or a count with what was counted."""
        keys = []
        for it in sources:
            key = str(it["source"])
            known = {name: value for name, value in it.items() if name not in LONG}
            origin = {"order": len(self.sources) + 1, "from": key.partition(":")[0]}
            self.sources.setdefault(key, {**known, **origin})
            keys.append(key)
        self.statements.append(
            {
                "number": len(self.statements) + 1,
                "section": section,
                "code": code,
                "params": params,
                "sources": keys,
            }
        )


def build(session: Session, case: Consultation, page: Summary, now: datetime) -> dict[str, Any]:
    """In: the case and its page. Out: plain values ready for JSON; `source` is `kind:id` of a row."""
    facts = gather(session, case)
    unresolved_ones = [it for it in facts.opinions if it["outcome"] in UNRESOLVED]
    sheet = _Sheet()
    _question(sheet, session, case, page, facts)
    _figures(sheet, facts)
    _unresolved(sheet, unresolved_ones, facts)
    _themes(sheet, facts)
    _access(sheet, facts)
    _changed(sheet, facts)
    _late(sheet, facts)
    _who(sheet, facts)
    _course(sheet, facts)
    _unknown(sheet, facts)
    if not page.easy_text:
        sheet.say("unknown", "no_easy", [])
    return {
        "version": 1,
        "occasion": page.occasion,
        "question": page.question,
        "number": case.number,
        "titles": facts.titles,
        "frozen_at": now.isoformat(),
        "easy": _easy(page),
        "counts": counts(facts),
        "statements": sheet.statements,
        "sources": list(sheet.sources.values()),
        "opinions": facts.opinions,
        "invited": facts.invited,
        "kinds": by_kind(facts.invited),
        "approvals": facts.approvals,
        "themes": by_theme(facts.opinions),
        "unresolved": [_pointer(it) for it in unresolved_ones],
        "late": [_pointer(it) for it in facts.opinions if it["late"]],
    }


def unresolved(page: Summary) -> list[str]:
    """The ids of the opinions a frozen page names as unresolved objections."""
    return [it["feedback_id"] for it in page.read()["unresolved"]] if page.content else []


def opinions_of(page: Summary) -> set[str]:
    """The ids of all opinions a frozen page holds."""
    return {it["feedback_id"] for it in page.read()["opinions"]} if page.content else set()


def _question(sheet: _Sheet, session: Session, case: Consultation, page: Summary, facts: Facts) -> None:
    home = municipality.get(session, case.municipality_id)
    board = session.get_one(Committee, (case.municipality_id, page.committee_id))
    matter = {"source": f"case:{case.id}", "number": case.number, "titles": facts.titles}
    sheet.say("question", "matter", [matter], titles=facts.titles, number=case.number, place=case.place)
    called = session.get(Meeting, (case.municipality_id, page.meeting_id)) if page.meeting_id else None
    if called is not None:
        source = {"source": f"session:{called.id}", "starts_at": called.starts_at.isoformat()}
        sheet.say("question", "question", [source], question=page.question)
        sheet.say(
            "question", "session", [source], committee=board.name, starts_at=called.starts_at.isoformat(),
            ends_at=called.ends_at.isoformat(), place=called.place,
        )  # fmt: skip
    decider = home.council if case.decided_by == "council" else home.government
    sheet.say("question", "decides", [matter], body=case.decided_by, of=home.kind, name=decider)


def _course(sheet: _Sheet, facts: Facts) -> None:
    for it in facts.decisions:
        sheet.say("course", "decision", [it], **_told(it))
    for it in facts.rounds:
        sheet.say("course", "round_interrupted" if it["interrupted_at"] else "round", [it], **_told(it))
    for occasion in dict.fromkeys(it["occasion"] for it in facts.notices):
        there = [it for it in facts.notices if it["occasion"] == occasion]
        days = [it["published_on"] for it in there]
        sheet.say(
            "course", "notices", there, occasion=occasion, number=len(there), first=min(days), last=max(days)
        )
    for it in facts.meetings:
        sheet.say("course", "meeting_held" if it["state"] == HELD else "meeting", [it], **_told(it))


def _figures(sheet: _Sheet, facts: Facts) -> None:
    """The page in three lines: who was asked, who answered, how many opinions there are."""
    figures = counts(facts)
    asked = _count("invited", figures["invited"])
    sheet.say("figures", "invited", [asked], number=figures["invited"])
    if figures["invited"]:
        names = ("answered", "no_comments", "silent")
        sheet.say("figures", "spoke", [asked], **{name: figures[name] for name in names})
    sheet.say(
        "figures", "opinions", [_count("opinions", figures["opinions"])],
        number=figures["opinions"], authors=figures["authors"],
    )  # fmt: skip


def _who(sheet: _Sheet, facts: Facts) -> None:
    for row in by_kind(facts.invited):
        source = _count(f"invited-{row['kind']}", row["invited"], kind=row["kind"])
        sheet.say("who", "kind", [source], kind=row["kind"])
    for kind in ("organisation", "person", "anonymous"):
        if number := counts(facts)["kinds"].get(kind, 0):
            source = _count(f"opinions-{kind}", number, author_kind=kind)
            sheet.say("who", f"from_{kind}", [source], number=number)
    for it in facts.approvals:
        sheet.say("who", "approval", [it], **_told(it))


def _themes(sheet: _Sheet, facts: Facts) -> None:
    for row in by_theme(facts.opinions):
        source = _count(
            f"theme-{row['theme']}", row["opinions"], theme=row["theme"], receipts=row["receipts"]
        )
        sheet.say("themes", "theme", [source], theme=row["theme"], number=row["opinions"])
    outcomes = counts(facts)["outcomes"]
    for outcome in (*OUTCOMES, "unanswered"):
        if number := outcomes.get(outcome, 0):
            receipts = [it["receipt"] for it in facts.opinions if (it["outcome"] or "unanswered") == outcome]
            source = _count(f"outcome-{outcome}", number, outcome=outcome, receipts=receipts)
            sheet.say("themes", "outcome", [source], outcome=outcome, number=number)


def _unresolved(sheet: _Sheet, left: Sequence[Fact], facts: Facts) -> None:
    if facts.opinions:
        sheet.say("unresolved", "unresolved", [_count("unresolved", len(left))], number=len(left))
    for it in left:
        sheet.say("unresolved", "objection", [it], feedback_id=it["feedback_id"])


def _access(sheet: _Sheet, facts: Facts) -> None:
    found = [it for it in facts.opinions if it["access"]]
    receipts = [it["receipt"] for it in found]
    if facts.opinions:
        sheet.say("access", "access", [_count("access", len(found), receipts=receipts)], number=len(found))
    for outcome in (*OUTCOMES, "unanswered"):
        there = [it["receipt"] for it in found if (it["outcome"] or "unanswered") == outcome]
        if there:
            source = _count(f"access-{outcome}", len(there), outcome=outcome, receipts=there)
            sheet.say("access", "access_outcome", [source], outcome=outcome, number=len(there))
    told = sum(number for state, number in facts.needs.items() if state != "withdrawn")
    if told >= FEW:
        booked, refused = facts.needs.get("booked", 0), facts.needs.get("refused", 0)
        exact = {"booked": booked, "refused": refused} if _large(booked) and _large(refused) else {}
        sheet.say(
            "access", "needs_states" if exact else "needs", [_count("needs", told)], number=told, **exact
        )
    elif told:
        sheet.say("access", "needs_few", [], few=FEW)


def _changed(sheet: _Sheet, facts: Facts) -> None:
    for it in facts.opinions:
        if it["outcome"] in CHANGED:
            sheet.say("changed", "changed", [it], feedback_id=it["feedback_id"])


def _late(sheet: _Sheet, facts: Facts) -> None:
    for it in facts.opinions:
        if it["late"]:
            sheet.say("late", it["state"], [it], feedback_id=it["feedback_id"])


def _unknown(sheet: _Sheet, facts: Facts) -> None:
    there = {it["kind"] for it in facts.invited}
    for kind in facts.registry_kinds:
        if kind not in there:
            sheet.say("unknown", "kind_not_asked", [_count(f"invited-{kind}", 0, kind=kind)], kind=kind)
    for row in by_kind(facts.invited):
        if len(row["silent"]) == row["invited"]:
            source = _count(f"invited-{row['kind']}", row["invited"], kind=row["kind"])
            sheet.say("unknown", "kind_silent", [source], kind=row["kind"], number=row["invited"])
    _unheard(sheet, facts)
    if not any(it["phase"] == "display" for it in facts.rounds):
        sheet.say("unknown", "not_displayed", [])
    if not any(it["state"] == HELD for it in facts.meetings):
        sheet.say("unknown", "no_meeting", [])
    sheet.say("unknown", "not_everyone", [])


def _unheard(sheet: _Sheet, facts: Facts) -> None:
    figures = counts(facts)
    if lost := [it for it in facts.invited if it["unreached"]]:
        sheet.say("unknown", "unreached", lost, number=len(lost), names=[it["name"] for it in lost])
    if figures["unopened"]:
        sheet.say(
            "unknown", "unopened", [_count("unopened", figures["unopened"])], number=figures["unopened"]
        )
    if facts.rounds and (unused := [it for it in CHANNELS if it not in figures["channels"]]):
        sheet.say("unknown", "channels", [_count("opinions", figures["opinions"])], channels=unused)
    if waiting := [it["receipt"] for it in facts.opinions if not it["outcome"]]:
        source = _count("outcome-unanswered", len(waiting), outcome="unanswered", receipts=waiting)
        sheet.say("unknown", "unanswered", [source], number=len(waiting))
    if facts.withdrawn:
        sheet.say("unknown", "withdrawn", [_count("withdrawn", facts.withdrawn)], number=facts.withdrawn)


def _easy(page: Summary) -> Fact | None:
    """The page in easy Estonian as its writer left it; nothing when nobody wrote one."""
    if not page.easy_text or page.easy_at is None:
        return None
    return {"text": page.easy_text, "by": page.easy_by, "at": page.easy_at.isoformat()}


def _told(fact: Fact) -> Fact:
    return {name: value for name, value in fact.items() if name != "source"}


def _count(code: str, number: int, **what: Any) -> Fact:
    return {"source": f"count:{code}", "code": code.partition("-")[0], "counted": number, **what}


def _pointer(opinion: Fact) -> Fact:
    return {name: opinion[name] for name in ("source", "feedback_id", "receipt")}


def _large(number: int) -> bool:
    return number == 0 or number >= FEW
