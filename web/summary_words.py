"""What a committee's page calls things: organisations, answers, stances, authors, changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from web import assess_words, launch_words, public_words
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
RECORDERS = {
    "clerk": N_("The positions are entered by the clerk of the committee."),
    "chair": N_("The positions are entered by the chair, because the committee has no clerk."),
    "member": N_(
        "The positions are entered by a member, because the committee has neither a clerk nor a chair."
    ),
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
WAYS = {**public_words.CHANNELS, "meeting": N_("at a meeting")}
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
    return capital(word(public_words.STATES, code)) + "."


def stance(code: str) -> str:
    """What a committee did with an objection."""
    return word(STANCES, code)


def recorder(code: str) -> str:
    """Who enters what the committee did."""
    return word(RECORDERS, code)


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


def change(code: str, about: tuple[str, ...]) -> str:
    """What has happened since, and to which opinions or by whom."""
    told = _(CHANGES[code])
    return f"{told}: {', '.join(about)}" if about else told


def point_outcome(code: str) -> str:
    """What became of a point; one nobody has decided on says so."""
    return public_words.outcome_word(code) if code and code != "undecided" else _("not decided yet")


def point_stance(code: str) -> str:
    """Whether a point is for the plan, against it, or asks."""
    return word(assess_words.STANCES, code) if code else ""


def ways(codes: Iterable[str]) -> str:
    """Ways to speak, in one line."""
    return ", ".join(word(WAYS, it) for it in codes)


def languages(codes: Iterable[str]) -> str:
    """Languages by their names in the reader's own."""
    return ", ".join(word(launch_words.LANGUAGES, it) for it in codes)


def kinds(codes: Iterable[str]) -> str:
    """Kinds of organisation, in one line."""
    return ", ".join(word(ORGANISATIONS, it) for it in codes)


def capital(text: str) -> str:
    """The same with a capital letter first."""
    return text[:1].upper() + text[1:]


def group(fact: Params) -> str:
    """A group of alike letters, in one line."""
    return _("Group of opinion %(leader)s: %(number)s alike letters, of them the same word for word: %(identical)s.") % {
        "leader": fact["leader"], "number": fact["size"], "identical": fact["identical"],
    }  # fmt: skip


def alike(number: int) -> str:
    """That so many others say the same as an opinion."""
    return ngettext("%(num)s other letter says the same", "%(num)s other letters say the same", number) % {
        "num": number
    }
