"""What a committee's page says that it does not know: who was not asked or reached, and which ways were never offered.

A way nobody took is told apart from a way that was never there: the first may be chance, the second is ours.
"""

from datetime import datetime

from processes.meeting import HELD
from processes.notice import CHANNELS as NOTICES
from processes.organisation import KINDS
from processes.summary_counts import by_kind, counts
from processes.summary_facts import Fact, Facts
from processes.summary_statements import Sheet, count
from processes.summary_ways import LANGUAGES

SECTION = "unknown"
ASKED_OTHERWISE = ("authority", "company")
"""Authorities are asked for their approval; companies are asked where the plan touches them."""


def unknown(sheet: Sheet, facts: Facts, case: Fact, now: datetime) -> None:
    """Say what is not known. In: the page so far, the case's facts, and the case as a source."""
    _not_asked(sheet, facts)
    _not_reached(sheet, facts)
    _ways(sheet, facts, case, now)
    _opinions(sheet, facts)
    if facts.has_display and not any(it["phase"] == "display" for it in facts.rounds):
        sheet.say(SECTION, "not_displayed", [case])
    if not any(it["state"] == HELD for it in facts.meetings):
        sheet.say(SECTION, "no_meeting", [case])
    figures = counts(facts)
    heard = [count("invited", figures["invited"]), count("opinions", figures["opinions"])]
    sheet.say(SECTION, "not_everyone", heard)


def _not_asked(sheet: Sheet, facts: Facts) -> None:
    there = {it["kind"] for it in facts.invited}
    for kind in facts.registry_kinds:
        if kind not in there:
            sheet.say(SECTION, "kind_not_asked", [count(f"invited-{kind}", 0, kind=kind)], kind=kind)
    strangers = [it for it in KINDS if it not in {*facts.registry_kinds, *ASKED_OTHERWISE}]
    if strangers:
        sheet.say(SECTION, "kind_not_registered", [count("registered", facts.registered)], kinds=strangers)
    if not any(it["of_disabled"] for it in facts.invited):
        source = count("registered-of_disabled", facts.registered_of_disabled, of_disabled=True)
        sheet.say(SECTION, "disabled_not_asked", [source], number=facts.registered_of_disabled)


def _not_reached(sheet: Sheet, facts: Facts) -> None:
    for row in by_kind(facts.invited):
        if len(row["silent"]) == row["invited"]:
            source = count(f"invited-{row['kind']}", row["invited"], kind=row["kind"])
            sheet.say(SECTION, "kind_silent", [source], kind=row["kind"], number=row["invited"])
    if lost := [it for it in facts.invited if it["unreached"]]:
        sheet.say(SECTION, "unreached", lost, number=len(lost), names=[it["name"] for it in lost])
    if unopened := counts(facts)["unopened"]:
        sheet.say(SECTION, "unopened", [count("unopened", unopened)], number=unopened)


def _ways(sheet: Sheet, facts: Facts, case: Fact, now: datetime) -> None:
    if facts.ways["never"]:
        sheet.say(SECTION, "never_offered", [facts.ways], ways=facts.ways["never"])
    figures = counts(facts)
    opened = any(datetime.fromisoformat(it["opens_at"]) <= now for it in facts.rounds)
    unused = [
        it for it in facts.ways["offered"] if it != "meeting" and opened and it not in figures["channels"]
    ]
    if unused:
        sheet.say(SECTION, "not_used", [facts.ways, count("opinions", figures["opinions"])], ways=unused)
    if missing := [it for it in LANGUAGES if it not in facts.languages]:
        sheet.say(SECTION, "languages_missing", [case], languages=missing)
    if facts.meetings and not any(it["online"] for it in facts.meetings):
        sheet.say(SECTION, "no_link", facts.meetings)
    carried = {it["channel"] for it in facts.notices}
    silent = [it for it in NOTICES if it not in carried]
    if facts.rounds and silent:
        source = count("notices", len(facts.notices))
        sheet.say(SECTION, "notices_never" if carried else "no_notice", [source], channels=silent)


def _opinions(sheet: Sheet, facts: Facts) -> None:
    figures = counts(facts)
    if facts.opinions and not figures["kinds"].get("person"):
        sheet.say(SECTION, "no_person", [count("opinions-person", 0, author_kind="person")])
    if waiting := [it["receipt"] for it in facts.opinions if not it["outcome"]]:
        source = count("outcome-unanswered", len(waiting), outcome="unanswered", receipts=waiting)
        sheet.say(SECTION, "unanswered", [source], number=len(waiting))
    if undecided := figures["point_outcomes"].get("undecided"):
        source = count("points-undecided", undecided, point="undecided")
        sheet.say(SECTION, "points_undecided", [source], number=undecided)
    if facts.withdrawn:
        sheet.say(SECTION, "withdrawn", [count("withdrawn", facts.withdrawn)], number=facts.withdrawn)
