"""The sentences of a committee's page: frozen codes and figures, worded in the reader's language.

Nothing is counted here: a sentence says the figures it was frozen with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from processes.actions.decider import Decider
from web import dates, public_words
from web import summary_words as words
from web.i18n import gettext as _
from web.i18n import ngettext
from web.public_words import word
from web.summary_material_sentences import MATERIAL
from web.summary_unknown_sentences import UNKNOWN
from web.summary_words import APPROVALS, NOTICES, ORGANISATIONS, Params, capital


def sentence(code: str, params: Params) -> str:
    """One statement of the page. Errors: KeyError for a code nobody worded."""
    return SENTENCES[code](params)


def _moment(text: Any) -> str:
    return dates.moment(datetime.fromisoformat(str(text)))


def full_day(text: Any) -> str:
    """The day of a moment or a date in words; nothing for nothing."""
    value = str(text)
    if not value:
        return ""
    return dates.day(datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value))


def short_day(text: Any) -> str:
    """The day of a moment or a date in figures."""
    value = str(text)
    return dates.short_day(datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value))


def joined(*parts: str) -> str:
    """What there is of the parts, with commas."""
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
    return f"{joined(told, str(p['place']))}."


def _decides(p: Params) -> str:
    body = public_words.decider(Decider(p["body"], p["of"], p["name"]))
    return _("The decision is made by: %(body)s.") % {"body": body}


def decision(p: Params) -> str:
    """What was decided, when and by which act."""
    what = public_words.decision(p["kind"], p["outcome"])
    return f"{what}: {joined(full_day(p['decided_on']), str(p['act']))}."


def collected(p: Params) -> str:
    """When and where opinions were collected."""
    days = f"{short_day(p['opens_at'])} – {short_day(p['closes_at'])}"
    return f"{capital(word(public_words.PHASES, p['phase']))}: {joined(days, str(p['place']))}."


def _interrupted(p: Params) -> str:
    return _("%(what)s was broken off on %(day)s.") % {
        "what": capital(word(public_words.PHASES, p["phase"])),
        "day": full_day(p["interrupted_at"]),
    }


def _notices(p: Params) -> str:
    days = (
        short_day(p["first"])
        if p["first"] == p["last"]
        else f"{short_day(p['first'])} – {short_day(p['last'])}"
    )
    return f"{word(NOTICES, p['occasion'])}: {p['number']} ({days})."


def _meeting(p: Params) -> str:
    coming = ngettext(
        "%(num)s organisation has said that it comes", "%(num)s organisations have said that they come", p["coming"]
    ) % {"num": p["coming"]}  # fmt: skip
    return f"{word(public_words.MEETINGS, p['kind'])}: {joined(full_day(p['starts_at']), coming)}."


def _approval(p: Params) -> str:
    told = f"{p['name']}: {joined(word(APPROVALS, p['result']), short_day(p['answered_on']) if p['answered_on'] else '')}."
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


def _document(p: Params) -> str:
    told = joined(
        word(public_words.DOCUMENTS, p["kind"]),
        _("version %(number)s") % {"number": p["version"]},
        short_day(p["published_at"]),
    )
    return _("Published: %(title)s (%(told)s).") % {"title": p["title"], "told": told}


def _opinion(_p: Params) -> str:
    """An opinion is its own sentence; the page shows its author and words."""
    return ""


SENTENCES: Mapping[str, Callable[[Params], str]] = {
    "matter": _matter,
    "question": lambda p: _("The committee is asked:") if p["question"] else _("No question has been written."),
    "session": _session,
    "decides": _decides,
    "decision": decision,
    "round": collected,
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
    "theme": lambda p: words.theme(p["theme"]),
    "outcome": lambda p: f"{capital(words.outcome(p['outcome']))}: {p['number']}.",
    "unresolved": _unresolved,
    "objection": _opinion,
    "access": lambda p: ngettext(
        "%(num)s opinion is about accessibility or comes from an organisation run by disabled people.",
        "%(num)s opinions are about accessibility or come from an organisation run by disabled people.",
        p["number"],
    ) % {"num": p["number"]},
    "access_outcome": lambda p: f"{capital(words.outcome(p['outcome']))}: {p['number']}.",
    "needs": _needs,
    "needs_states": _needs_states,
    "needs_few": lambda p: _(
        "Fewer than %(few)s needs were told to us; so that nobody can be recognised, they are not counted here."
    ) % p,
    "changed": _opinion,
    "late_waiting": _opinion,
    "late_accepted": _opinion,
    "late_recorded": _opinion,
    "document": _document,
    **MATERIAL,
    **UNKNOWN,
}  # fmt: skip
