"""The sentences of a committee's page: frozen codes and figures, worded in the reader's language.

Nothing is counted here: a sentence says the figures it was frozen with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from processes.actions.decider import Decider
from web import dates, public_words
from web.i18n import N_, ngettext
from web.i18n import gettext as _
from web.public_words import word

ORGANISATIONS = {
    "regional_chamber": N_("Regional chambers of disabled people"),
    "union": N_("Unions of disabled people"),
    "association": N_("Associations"),
    "village_society": N_("Village societies"),
    "congregation": N_("Congregations"),
    "authority": N_("Authorities"),
    "company": N_("Companies"),
}
APPROVALS = {
    "approved": N_("approved the plan"),
    "conditions": N_("approved the plan on conditions"),
    "refused": N_("did not approve the plan"),
    "silent": N_("was silent until the end of the term, which counts as consent"),
    "waiting": N_("has not answered yet"),
}
NOTICES = {
    "initiation": N_("Notices of the initiation"),
    "display": N_("Notices of the public display"),
    "discussion": N_("Notices of the public discussion"),
    "results": N_("Notices of the results"),
    "adoption": N_("Notices of the adoption"),
}
NOTICE_CHANNELS = {
    "official": N_("Official Announcements"),
    "web": N_("the municipality's website"),
    "paper": N_("the municipality's newspaper"),
    "county_paper": N_("a county newspaper"),
    "personal": N_("personal notices"),
}
STANCES = {
    "supported": N_("The committee supports the objection"),
    "rejected": N_("The committee does not support the objection"),
    "sent_back": N_("The committee sends it back to the planner"),
}
STANCE_TAGS = {"supported": "done", "rejected": "stop", "sent_back": "late"}
SPEAKING = {
    "asked": N_("waits for an answer"),
    "granted": N_("may speak"),
    "refused": N_("may not speak"),
}
SPEAKING_TAGS = {"asked": "now", "granted": "done", "refused": "stop"}
OPENNESS = {
    "open": N_("The committee's sessions are open: anyone may listen."),
    "invited": N_("The committee decides whom it invites to speak."),
    "closed": N_("The committee's sessions are closed; it may still invite you to this item."),
}
STATES = {
    "planned": N_("the session is called"),
    "frozen": N_("the summary can be read"),
    "to_treat": N_("the objections are to be treated"),
    "closed": N_("the session is over"),
}
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
}
AUTHORS = {
    "organisation": N_("from organisations"),
    "person": N_("from private persons"),
    "anonymous": N_("without a name"),
}
CHANGES = {
    "session_moved": N_("The session has been moved to another time."),
    "session_cancelled": N_("The session has been cancelled."),
    "arrived": N_("New opinions have come in"),
    "withdrawn": N_("Opinions have been withdrawn"),
    "reworded": N_("Authors have changed their opinions"),
    "late_decided": N_("It has been decided what to do with late opinions"),
    "answered": N_("Opinions have been answered"),
    "answer_changed": N_("Answers have been changed"),
    "spoke": N_("Organisations that were silent have answered"),
}

Params = Mapping[str, Any]


def author(opinion: Params) -> str:
    """Who an opinion is from: an organisation by its name, a person never."""
    if opinion["author_kind"] == "organisation":
        return str(opinion["author"])
    return _("Private person") if opinion["author_kind"] == "person" else _("Someone without a name")


def theme(name: str) -> str:
    """A theme in the planner's own word."""
    return name or _("Without a theme")


def outcome(code: str) -> str:
    """What an opinion was answered; one without an answer says so."""
    return public_words.outcome_word(code) if code and code != "unanswered" else _("not answered yet")


def state(code: str) -> str:
    """What is so about an opinion: received, late and how it was taken."""
    return _capital(word(public_words.STATES, code)) + "."


def stance(code: str) -> str:
    """What a committee did with an objection."""
    return word(STANCES, code)


def speaking(code: str) -> str:
    """How a request to speak stands."""
    return word(SPEAKING, code)


def openness(code: str) -> str:
    """Who may come to the committee, by its own rules."""
    return word(OPENNESS, code)


def whole_page() -> str:
    """What a remark is about when it is about no single opinion."""
    return _("the whole summary")


def whole_matter() -> str:
    """What someone wants to speak to when it is no single opinion."""
    return _("to the whole matter")


def sentence(code: str, params: Params) -> str:
    """One statement of the page. Errors: KeyError for a code nobody worded."""
    return SENTENCES[code](params)


def source(fact: Params) -> str:
    """What a source is, in one line."""
    return SOURCES[str(fact["from"])](fact)


def change(code: str, about: tuple[str, ...]) -> str:
    """What has happened since, and to which opinions or by whom."""
    told = _(CHANGES[code])
    return f"{told}: {', '.join(about)}" if about else told


def _moment(text: Any) -> str:
    return dates.moment(datetime.fromisoformat(str(text)))


def _day(text: Any) -> str:
    """The day of a moment or a date in words; nothing for nothing."""
    value = str(text)
    if not value:
        return ""
    return dates.day(datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value))


def _short(text: Any) -> str:
    value = str(text)
    return dates.short_day(datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value))


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _matter(p: Params) -> str:
    return _("The matter: case %(number)s%(place)s.") % {
        "number": p["number"],
        "place": f", {p['place']}" if p["place"] else "",
    }


def _session(p: Params) -> str:
    told = _("%(committee)s: session on %(moment)s") % {
        "committee": p["committee"],
        "moment": _moment(p["starts_at"]),
    }
    return f"{_joined(told, str(p['place']))}."


def _decides(p: Params) -> str:
    body = public_words.decider(Decider(p["body"], p["of"], p["name"]))
    return _("The decision is made by: %(body)s.") % {"body": body}


def _decision(p: Params) -> str:
    what = public_words.decision(p["kind"], p["outcome"])
    return f"{what}: {_joined(_day(p['decided_on']), str(p['act']))}."


def _round(p: Params) -> str:
    days = f"{_short(p['opens_at'])} – {_short(p['closes_at'])}"
    return f"{_capital(word(public_words.PHASES, p['phase']))}: {_joined(days, str(p['place']))}."


def _interrupted(p: Params) -> str:
    return _("%(what)s was broken off on %(day)s.") % {
        "what": _capital(word(public_words.PHASES, p["phase"])),
        "day": _day(p["interrupted_at"]),
    }


def _notices(p: Params) -> str:
    days = _short(p["first"]) if p["first"] == p["last"] else f"{_short(p['first'])} – {_short(p['last'])}"
    return f"{word(NOTICES, p['occasion'])}: {p['number']} ({days})."


def _meeting(p: Params) -> str:
    coming = ngettext(
        "%(num)s organisation has said that it comes", "%(num)s organisations have said that they come", p["coming"]
    ) % {"num": p["coming"]}  # fmt: skip
    return f"{word(public_words.MEETINGS, p['kind'])}: {_joined(_day(p['starts_at']), coming)}."


def _approval(p: Params) -> str:
    told = f"{p['name']}: {_joined(word(APPROVALS, p['result']), _short(p['answered_on']) if p['answered_on'] else '')}."
    return f"{told} {_('Conditions or reasons:')} {p['conditions']}" if p["conditions"] else told


def _spoke(p: Params) -> str:
    return _("Answered: %(answered)s (of them without comments: %(nothing)s). Silent: %(silent)s.") % {
        "answered": p["answered"],
        "nothing": p["no_comments"],
        "silent": p["silent"],
    }


def _opinions(p: Params) -> str:
    return _("Opinions: %(number)s. Authors: %(authors)s.") % {"number": p["number"], "authors": p["authors"]}


def _unresolved(p: Params) -> str:
    if not p["number"]:
        return _("No objection is unresolved.")
    return ngettext(
        "%(num)s objection is unresolved: it was not accepted, or only in part.",
        "%(num)s objections are unresolved: they were not accepted, or only in part.",
        p["number"],
    ) % {"num": p["number"]}


def _needs(p: Params) -> str:
    return ngettext(
        "%(num)s need was told to us, to be able to take part in a meeting.",
        "%(num)s needs were told to us, to be able to take part in a meeting.",
        p["number"],
    ) % {"num": p["number"]}


def _needs_states(p: Params) -> str:
    more = _("Arranged: %(booked)s. Could not be arranged: %(refused)s.") % p
    return f"{_needs(p)} {more}"


def _unreached(p: Params) -> str:
    return _("The invitation did not reach: %(names)s.") % {"names": ", ".join(p["names"])}


def _channels(p: Params) -> str:
    unused = ", ".join(word(public_words.CHANNELS, it) for it in p["channels"])
    return _("Nobody has given an opinion in these ways: %(ways)s. We do not know why.") % {"ways": unused}


def _opinion(_p: Params) -> str:
    """An opinion is its own sentence; the page shows its author and words."""
    return ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


SENTENCES: Mapping[str, Callable[[Params], str]] = {
    "matter": _matter,
    "question": lambda p: _("The committee is asked:") if p["question"] else _("No question has been written."),
    "session": _session,
    "decides": _decides,
    "decision": _decision,
    "round": _round,
    "round_interrupted": _interrupted,
    "notices": _notices,
    "meeting": _meeting,
    "meeting_held": _meeting,
    "invited": lambda p: ngettext(
        "%(num)s organisation was invited to give an opinion.",
        "%(num)s organisations were invited to give an opinion.",
        p["number"],
    ) % {"num": p["number"]},
    "spoke": _spoke,
    "kind": lambda p: word(ORGANISATIONS, p["kind"]),
    "opinions": _opinions,
    "from_organisation": lambda p: ngettext(
        "%(num)s opinion is from an organisation.", "%(num)s opinions are from organisations.", p["number"]
    ) % {"num": p["number"]},
    "from_person": lambda p: ngettext(
        "%(num)s opinion is from a private person.", "%(num)s opinions are from private persons.", p["number"]
    ) % {"num": p["number"]},
    "from_anonymous": lambda p: ngettext(
        "%(num)s opinion came without a name.", "%(num)s opinions came without a name.", p["number"]
    ) % {"num": p["number"]},
    "approval": _approval,
    "theme": lambda p: theme(p["theme"]),
    "outcome": lambda p: f"{_capital(outcome(p['outcome']))}: {p['number']}.",
    "unresolved": _unresolved,
    "objection": _opinion,
    "access": lambda p: ngettext(
        "%(num)s opinion is about accessibility or comes from an organisation run by disabled people.",
        "%(num)s opinions are about accessibility or come from an organisation run by disabled people.",
        p["number"],
    ) % {"num": p["number"]},
    "access_outcome": lambda p: f"{_capital(outcome(p['outcome']))}: {p['number']}.",
    "needs": _needs,
    "needs_states": _needs_states,
    "needs_few": lambda p: _(
        "Fewer than %(few)s needs were told to us; so that nobody can be recognised, they are not counted here."
    ) % p,
    "changed": _opinion,
    "late_waiting": _opinion,
    "late_accepted": _opinion,
    "late_recorded": _opinion,
    "kind_not_asked": lambda p: _("None of these was invited: %(kind)s.") % {"kind": word(ORGANISATIONS, p["kind"])},
    "kind_silent": lambda p: _("All of these were silent: %(kind)s (%(number)s).") % {
        "kind": word(ORGANISATIONS, p["kind"]), "number": p["number"],
    },
    "unreached": _unreached,
    "unopened": lambda p: ngettext(
        "%(num)s invitation has not been opened; we do not know whether it was read.",
        "%(num)s invitations have not been opened; we do not know whether they were read.",
        p["number"],
    ) % {"num": p["number"]},
    "channels": _channels,
    "unanswered": lambda p: ngettext(
        "%(num)s opinion had no answer yet when the summary was frozen.",
        "%(num)s opinions had no answer yet when the summary was frozen.",
        p["number"],
    ) % {"num": p["number"]},
    "withdrawn": lambda p: ngettext(
        "%(num)s opinion has been withdrawn by its author; its words are not on this page.",
        "%(num)s opinions have been withdrawn by their authors; their words are not on this page.",
        p["number"],
    ) % {"num": p["number"]},
    "no_easy": lambda _p: _("Nobody has written this summary in easy language."),
    "not_displayed": lambda _p: _(
        "The plan has not been on public display yet; until then the public has mostly not spoken."
    ),
    "no_meeting": lambda _p: _("No meeting has been held on the plan."),
    "not_everyone": lambda _p: _(
        "We know only those who spoke. Who did not hear of the plan or could not answer is not on this page."
    ),
}  # fmt: skip


def _count(fact: Params) -> str:
    told = f"{word(COUNTS, str(fact['code']))}"
    narrow = ""
    if "kind" in fact:
        narrow = word(ORGANISATIONS, str(fact["kind"]))
    elif "theme" in fact:
        narrow = theme(str(fact["theme"]))
    elif "author_kind" in fact:
        narrow = word(AUTHORS, str(fact["author_kind"]))
    elif "outcome" in fact:
        narrow = outcome(str(fact["outcome"]))
    receipts = f" ({', '.join(fact['receipts'])})" if fact.get("receipts") else ""
    return f"{told}{f' – {narrow}' if narrow else ''}: {fact['counted']}{receipts}"


def _notice(fact: Params) -> str:
    what, where = word(NOTICES, fact["occasion"]), word(NOTICE_CHANNELS, fact["channel"])
    return f"{what}: {_joined(where, str(fact['number']), _short(fact['published_on']))}"


def _feedback(fact: Params) -> str:
    return _("Opinion %(receipt)s: %(author)s, %(day)s, %(channel)s") % {
        "receipt": fact["receipt"],
        "author": author(fact),
        "day": _short(fact["received_at"]),
        "channel": word(public_words.CHANNELS, fact["channel"]),
    }


SOURCES: Mapping[str, Callable[[Params], str]] = {
    "case": lambda p: _("The case %(number)s in the register of consultations") % {"number": p["number"]},
    "session": lambda p: _("The invitation to the session of %(day)s") % {"day": _day(p["starts_at"])},
    "decision": lambda p: _decision(p).removesuffix("."),
    "round": lambda p: _round(p).removesuffix("."),
    "notice": _notice,
    "meeting": lambda p: (
        f"{word(public_words.MEETINGS, p['kind'])}: {_joined(_day(p['starts_at']), str(p['place']))}"
    ),
    "invitation": lambda p: _("Invitation: %(name)s") % {"name": p["name"]},
    "approval": lambda p: _("Answer to the request for approval: %(name)s") % {"name": p["name"]},
    "feedback": _feedback,
    "count": _count,
}
