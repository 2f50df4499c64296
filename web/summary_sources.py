"""Where the sentences of a committee's page are from: each source in one line, and where it leads.

Every source has a page beside the committee's page, as it was frozen, for whoever may read that. The item itself stands in
another room; a link to it is given only to those that room lets in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote, urlencode

from processes.permission import PLANNER, Actor
from web import public_words
from web import summary_words as words
from web.i18n import N_, ngettext
from web.i18n import gettext as _
from web.public_words import word
from web.summary_sentences import collected, decision, full_day, joined, short_day
from web.summary_words import NOTICE_CHANNELS, NOTICES, ORGANISATIONS, Params

SHOWN = 12
"""How many numbers of opinions stand in a line; the rest are on the source's own page."""
COUNTS = {
    "invited": N_("Count: invitations to give an opinion, sent and not withdrawn"),
    "opinions": N_("Count: opinions that have been received and not withdrawn"),
    "theme": N_("Count: opinions the planner has put under this theme"),
    "outcome": N_("Count: opinions by the answer they were given"),
    "unresolved": N_("Count: opinions not accepted, or only in part"),
    "access": N_(
        "Count: opinions under a theme of accessibility, or from an organisation run by disabled people"
    ),
    "unopened": N_("Count: invitations whose link nobody has opened and that nobody has answered"),
    "withdrawn": N_("Count: opinions their authors have withdrawn"),
    "needs": N_("Count: needs told by those invited to a meeting"),
    "channel": N_("Count: opinions by the way they came"),
    "points": N_("Count: points the opinions were split into"),
    "groups": N_("Count: groups of alike letters that the planner has taken"),
    "registered": N_("Count: organisations in the municipality's register, authorities aside"),
    "notices": N_("Count: notices entered as published"),
}
AUTHORS = {
    "organisation": N_("from organisations"),
    "person": N_("from private persons"),
    "anonymous": N_("without a name"),
}


def source(fact: Params) -> str:
    """What a source is, in one line."""
    return SOURCES[str(fact["from"])](fact)


def item(fact: Params, number: str, actor: Actor | None) -> str:
    """Where a source's own item stands, as a path without a language or a whole address; empty when the reader may not go there.

    In: the case's number. The public page of the case is open to everyone; its planners' rooms to planners alone.
    """
    kind, _sep, key = str(fact["source"]).partition(":")
    if kind == "notice" and str(fact.get("url", "")).startswith("https://"):
        return str(fact["url"])
    if kind == "document":
        return f"/case/{number}/document/{key}"
    if actor is not None and actor.holds(PLANNER):
        if kind == "count":
            return f"/cases/{number}/{_listed(fact)}" if fact["code"] != "registered" else ""
        if kind in ROOMS:
            return f"/cases/{number}/{ROOMS[kind].format(key)}"
    return f"/case/{number}#{PUBLIC[kind]}" if kind in PUBLIC else ""


def _listed(fact: Params) -> str:
    """The planner's list that shows now what was counted then."""
    code = str(fact["code"])
    if code in LISTS:
        return LISTS[code]
    asked = {name: str(fact[name]) for name in ("theme", "outcome", "channel") if fact.get(name)}
    if asked.get("outcome") == "unanswered":
        asked["outcome"] = "none"
    return f"opinions?{urlencode(asked, quote_via=quote)}" if asked else "opinions"


ROOMS = {
    "feedback": "opinions/{}",
    "group": "alike/{}",
    "invitation": "participants/{}",
    "approval": "approvals",
    "meeting": "meetings/{}",
    "session": "meetings/{}",
}
PUBLIC = {
    "case": "plain",
    "ways": "plain",
    "decision": "days",
    "round": "days",
    "notice": "days",
    "meeting": "days",
}
LISTS = {
    "invited": "participants",
    "unopened": "participants",
    "needs": "participants#needs",
    "points": "points",
    "groups": "alike",
    "notices": "proof",
}


def _count(fact: Params) -> str:
    told = f"{word(COUNTS, str(fact['code']))}"
    narrow = ""
    if "kind" in fact:
        narrow = word(ORGANISATIONS, str(fact["kind"]))
    elif "theme" in fact:
        narrow = words.theme(str(fact["theme"]))
    elif "author_kind" in fact:
        narrow = word(AUTHORS, str(fact["author_kind"]))
    elif "outcome" in fact:
        narrow = words.outcome(str(fact["outcome"]))
    elif "point" in fact:
        narrow = words.point_outcome(str(fact["point"]))
    elif "channel" in fact:
        narrow = words.ways([str(fact["channel"])])
    elif "of_disabled" in fact:
        narrow = _("run by disabled people")
    return f"{told}{f' – {narrow}' if narrow else ''}: {fact['counted']}{_numbers(fact.get('receipts', ()))}"


def _numbers(receipts: Sequence[str]) -> str:
    if not receipts:
        return ""
    listed, more = ", ".join(receipts[:SHOWN]), len(receipts) - SHOWN
    if more > 0:
        listed += " " + ngettext("and %(num)s more", "and %(num)s more", more) % {"num": more}
    return f" ({listed})"


def _notice(fact: Params) -> str:
    what, where = word(NOTICES, fact["occasion"]), word(NOTICE_CHANNELS, fact["channel"])
    return f"{what}: {joined(where, str(fact['number']), short_day(fact['published_on']))}"


def _feedback(fact: Params) -> str:
    return _("Opinion %(receipt)s: %(author)s, %(day)s, %(channel)s") % {
        "receipt": fact["receipt"],
        "author": words.author(fact),
        "day": short_day(fact["received_at"]),
        "channel": word(public_words.CHANNELS, fact["channel"]),
    }


SOURCES: Mapping[str, Callable[[Params], str]] = {
    "case": lambda p: _("The case %(number)s in the register of consultations") % {"number": p["number"]},
    "session": lambda p: _("The invitation to the session of %(day)s") % {"day": full_day(p["starts_at"])},
    "decision": lambda p: decision(p).removesuffix("."),
    "round": lambda p: collected(p).removesuffix("."),
    "notice": _notice,
    "meeting": lambda p: (
        f"{word(public_words.MEETINGS, p['kind'])}: {joined(full_day(p['starts_at']), str(p['place']))}"
    ),
    "invitation": lambda p: _("Invitation: %(name)s") % {"name": p["name"]},
    "approval": lambda p: _("Answer to the request for approval: %(name)s") % {"name": p["name"]},
    "feedback": _feedback,
    "document": lambda p: f"{word(public_words.DOCUMENTS, p['kind'])}: {joined(p['title'], short_day(p['published_at']))}",
    "ways": lambda p: _("What the page of the case, its letters and its meetings offered: %(ways)s") % {
        "ways": words.ways(p["offered"]) or "–",
    },
    "group": lambda p: _("A group of alike letters: %(number)s") % {"number": p["size"]} + _numbers(p["receipts"]),
    "count": _count,
}  # fmt: skip
