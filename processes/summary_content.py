"""What a committee's page says: numbered statements, each with its figures and the sources it stands on.

Built from rows at the moment the page is frozen and kept without a language: a statement is a code and
its figures, which the reader's language words. Authors' own words stay in the language they wrote.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from processes import municipality
from processes.committee import Committee
from processes.consultation import Consultation
from processes.feedback import CHANNELS
from processes.meeting import HELD, Meeting
from processes.response import OUTCOMES, UNRESOLVED
from processes.summary import Summary
from processes.summary_counts import by_kind, by_theme, counts
from processes.summary_facts import Fact, Facts, gather
from processes.summary_statements import Sheet, count, told
from processes.summary_unknown import unknown

CHANGED = ("accepted", "partly")
FEW = 3
"""Needs fewer than this are not counted out: a small number could point at someone (GDPR art. 9)."""


def build(session: Session, case: Consultation, page: Summary, now: datetime) -> dict[str, Any]:
    """In: the case and its page. Out: plain values ready for JSON; `source` is `kind:id` of a row."""
    facts = gather(session, case, now)
    matter = {"source": f"case:{case.id}", "number": case.number, "titles": facts.titles}
    unresolved_ones = [it for it in facts.opinions if it["outcome"] in UNRESOLVED]
    sheet = Sheet()
    _question(sheet, session, case, page, matter)
    _figures(sheet, facts)
    _unresolved(sheet, unresolved_ones, facts)
    _themes(sheet, facts)
    _points(sheet, facts)
    _access(sheet, facts, matter)
    _changed(sheet, facts)
    _late(sheet, facts)
    _who(sheet, facts)
    _course(sheet, facts)
    unknown(sheet, facts, matter, now)
    if not page.easy_text:
        sheet.say("unknown", "no_easy", [matter])
    return {
        "version": 2,
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
        "groups": facts.groups,
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


def _question(sheet: Sheet, session: Session, case: Consultation, page: Summary, matter: Fact) -> None:
    home = municipality.get(session, case.municipality_id)
    board = session.get_one(Committee, (case.municipality_id, page.committee_id))
    sheet.say("question", "matter", [matter], titles=matter["titles"], number=case.number, place=case.place)
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


def _course(sheet: Sheet, facts: Facts) -> None:
    for it in facts.decisions:
        sheet.say("course", "decision", [it], **told(it))
    for it in facts.rounds:
        sheet.say("course", "round_interrupted" if it["interrupted_at"] else "round", [it], **told(it))
    for occasion in dict.fromkeys(it["occasion"] for it in facts.notices):
        there = [it for it in facts.notices if it["occasion"] == occasion]
        days = [it["published_on"] for it in there]
        sheet.say(
            "course", "notices", there, occasion=occasion, number=len(there), first=min(days), last=max(days)
        )
    for it in facts.documents:
        sheet.say("course", "document", [it], **told(it))
    for it in facts.meetings:
        sheet.say("course", "meeting_held" if it["state"] == HELD else "meeting", [it], **told(it))


def _figures(sheet: Sheet, facts: Facts) -> None:
    """The page in three lines: who was asked, who answered, how many opinions there are."""
    figures = counts(facts)
    asked = count("invited", figures["invited"])
    sheet.say("figures", "invited", [asked], number=figures["invited"])
    if figures["invited"]:
        names = ("answered", "no_comments", "silent")
        sheet.say("figures", "spoke", [asked], **{name: figures[name] for name in names})
    sheet.say(
        "figures", "opinions", [count("opinions", figures["opinions"])],
        number=figures["opinions"], authors=figures["authors"],
    )  # fmt: skip


def _who(sheet: Sheet, facts: Facts) -> None:
    for row in by_kind(facts.invited):
        source = count(f"invited-{row['kind']}", row["invited"], kind=row["kind"])
        sheet.say("who", "kind", [source], kind=row["kind"])
    for kind in ("organisation", "person", "anonymous"):
        if number := counts(facts)["kinds"].get(kind, 0):
            source = count(f"opinions-{kind}", number, author_kind=kind)
            sheet.say("who", f"from_{kind}", [source], number=number)
    for it in facts.approvals:
        sheet.say("who", "approval", [it], **told(it))
    if facts.ways["offered"]:
        sheet.say("who", "ways", [facts.ways], ways=facts.ways["offered"])
    if came := counts(facts)["channels"]:
        sources = [count(f"channel-{way}", came[way], channel=way) for way in CHANNELS if way in came]
        sheet.say("who", "came", sources, channels={way: came[way] for way in CHANNELS if way in came})


def _themes(sheet: Sheet, facts: Facts) -> None:
    for row in by_theme(facts.opinions):
        source = count(f"theme-{row['theme']}", row["opinions"], theme=row["theme"], receipts=row["receipts"])
        sheet.say("themes", "theme", [source], theme=row["theme"], number=row["opinions"])
    outcomes = counts(facts)["outcomes"]
    for outcome in (*OUTCOMES, "unanswered"):
        if number := outcomes.get(outcome, 0):
            receipts = [it["receipt"] for it in facts.opinions if (it["outcome"] or "unanswered") == outcome]
            source = count(f"outcome-{outcome}", number, outcome=outcome, receipts=receipts)
            sheet.say("themes", "outcome", [source], outcome=outcome, number=number)


def _points(sheet: Sheet, facts: Facts) -> None:
    """Opinions are split where one holds several matters, and grouped where many say the same."""
    figures = counts(facts)
    if figures["points"]:
        sheet.say(
            "themes",
            "points",
            [count("points", figures["points"])],
            number=figures["points"],
            split=figures["split"],
        )
    for outcome in OUTCOMES:
        if number := figures["point_outcomes"].get(outcome, 0):
            sheet.say(
                "themes", "point_outcome", [count(f"points-{outcome}", number, point=outcome)],
                outcome=outcome, number=number,
            )  # fmt: skip
    if facts.groups:
        source = count("groups", figures["groups"])
        sheet.say("themes", "groups", [source], number=figures["groups"], opinions=figures["grouped"])
    for it in facts.groups:
        sheet.say(
            "themes", "group", [it], leader=it["leader"], size=it["size"], identical=it["identical"],
            asked=it["asked"],
        )  # fmt: skip
    if figures["minority"]:
        there = [it for it in facts.opinions if it["minority"]]
        sheet.say("themes", "minority", there, number=figures["minority"])


def _unresolved(sheet: Sheet, left: Sequence[Fact], facts: Facts) -> None:
    if facts.opinions:
        sheet.say("unresolved", "unresolved", [count("unresolved", len(left))], number=len(left))
    for it in left:
        sheet.say("unresolved", "objection", [it], feedback_id=it["feedback_id"])


def _access(sheet: Sheet, facts: Facts, matter: Fact) -> None:
    found = [it for it in facts.opinions if it["access"]]
    receipts = [it["receipt"] for it in found]
    if facts.opinions:
        sheet.say("access", "access", [count("access", len(found), receipts=receipts)], number=len(found))
    for outcome in (*OUTCOMES, "unanswered"):
        there = [it["receipt"] for it in found if (it["outcome"] or "unanswered") == outcome]
        if there:
            source = count(f"access-{outcome}", len(there), outcome=outcome, receipts=there)
            sheet.say("access", "access_outcome", [source], outcome=outcome, number=len(there))
    told = sum(number for state, number in facts.needs.items() if state != "withdrawn")
    if told >= FEW:
        booked, refused = facts.needs.get("booked", 0), facts.needs.get("refused", 0)
        exact = {"booked": booked, "refused": refused} if _large(booked) and _large(refused) else {}
        sheet.say(
            "access", "needs_states" if exact else "needs", [count("needs", told)], number=told, **exact
        )
    elif told:
        sheet.say("access", "needs_few", [matter], few=FEW)


def _changed(sheet: Sheet, facts: Facts) -> None:
    for it in facts.opinions:
        if it["outcome"] in CHANGED:
            sheet.say("changed", "changed", [it], feedback_id=it["feedback_id"])


def _late(sheet: Sheet, facts: Facts) -> None:
    for it in facts.opinions:
        if it["late"]:
            sheet.say("late", it["state"], [it], feedback_id=it["feedback_id"])


def _easy(page: Summary) -> Fact | None:
    """The page in easy Estonian as its writer left it; nothing when nobody wrote one."""
    if not page.easy_text or page.easy_at is None:
        return None
    return {"text": page.easy_text, "by": page.easy_by, "at": page.easy_at.isoformat()}


def _pointer(opinion: Fact) -> Fact:
    return {name: opinion[name] for name in ("source", "feedback_id", "receipt")}


def _large(number: int) -> bool:
    return number == 0 or number >= FEW
