"""What the public pages and feeds say about rounds, meetings, decisions and outcomes, in the reader's language.

In: the codes of the rooms below. A code not known here (a newer process may have one) is told plainly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processes.actions.decider import Decider
from processes.actions.public_story import Happening
from web import dates, i18n
from web.i18n import N_, ngettext
from web.i18n import gettext as _

STAGES = {
    "initiation": N_("Initiation"),
    "preparation": N_("Drafting"),
    "approval": N_("Approval by authorities"),
    "display": N_("Public display"),
    "answers": N_("Answers and discussion"),
    "decision": N_("Adoption"),
    "closing": N_("Time to contest"),
    "topics": N_("Topics"),
    "session": N_("Agenda and session"),
    "minutes": N_("Minutes and tasks"),
    "report": N_("Answers and next cycle"),
}
SHORT_STAGES = {
    "approval": N_("Approvals"),
    "answers": N_("Answers"),
    "display": N_("Display"),
    "session": N_("Session"),
    "minutes": N_("Minutes"),
    "report": N_("Answers"),
}
PHASES = {
    "sketch": N_("display of the sketch"),
    "display": N_("public display"),
    "approval": N_("approval by authorities"),
    "topics": N_("call for topics"),
    "minutes": N_("comments on the minutes"),
}
MEETINGS = {
    "sketch": N_("Discussion of the sketch"),
    "discussion": N_("Public discussion"),
    "committee": N_("Committee session"),
    "round_table": N_("Round table"),
}
OUTCOMES = {
    "accepted": N_("accepted"),
    "partly": N_("partly accepted"),
    "not_accepted": N_("not accepted"),
    "outside": N_("outside this procedure"),
    "noted": N_("noted"),
}
OUTCOME_TAGS = {
    "accepted": "done",
    "partly": "now",
    "not_accepted": "stop",
    "outside": "info",
    "noted": "info",
}
DOCUMENTS = {
    "plan": N_("plan"),
    "drawing": N_("drawing"),
    "explanation": N_("explanatory memorandum"),
    "report": N_("report"),
    "draft": N_("draft"),
    "minutes": N_("minutes"),
    "easy": N_("in easy language"),
    "other": N_("document"),
}
DECISIONS = {
    "initiation.initiate": N_("The plan was initiated"),
    "initiation.refuse": N_("The plan was not initiated"),
    "refusal.refuse": N_("The plan was not initiated"),
    "environment.needed": N_("A strategic environmental assessment is needed"),
    "environment.not_needed": N_("A strategic environmental assessment is not needed"),
    "acceptance.accept": N_("The plan was accepted and goes on public display"),
    "acceptance.send_back": N_("The plan was sent back for more work"),
    "results.kept": N_("The results of the display were confirmed; the plan stays as it is in the main"),
    "results.changed": N_("The results of the display were confirmed; the plan will be changed"),
    "state_approval.approved": N_("The State approved the plan"),
    "state_approval.returned": N_("The State returned the plan for more work"),
    "adoption.adopt": N_("The plan was adopted"),
    "adoption.reject": N_("The plan was not adopted"),
    "adoption.send_back": N_("The plan was sent back for more work"),
}
DECISION_KINDS = {
    "initiation": N_("Decision on initiating the plan"),
    "refusal": N_("The plan was not initiated"),
    "acceptance": N_("Decision on accepting the plan"),
    "results": N_("The results of the display were confirmed"),
    "state_approval": N_("Decision of the State on the plan"),
    "adoption": N_("Decision on adopting the plan"),
}
ENDS = {
    "closed": N_("The procedure has ended"),
    "refused": N_("The procedure has ended: the plan was not initiated"),
    "not_adopted": N_("The procedure has ended: the plan was not adopted"),
    "cancelled": N_("The procedure was ended early, without a decision"),
    "cycle_closed": N_("This cycle has ended and the next one has begun"),
    "general_procedure": N_("The procedure continues under the rules of a comprehensive plan"),
}
DECIDERS = {
    ("council", "vald"): N_("the municipal council"),
    ("council", "linn"): N_("the city council"),
    ("government", "vald"): N_("the municipal government"),
    ("government", "linn"): N_("the city government"),
}
STATES = {
    "unconfirmed": N_("waits for your confirmation"),
    "received": N_("received"),
    "withdrawn": N_("withdrawn"),
    "late_waiting": N_("came late; the planner decides whether it is taken"),
    "late_accepted": N_("came late and was taken"),
    "late_recorded": N_("came late; answered, but did not influence the decision"),
}
CHANNELS = {
    "web": N_("on the web"),
    "mail": N_("by e-mail"),
    "phone": N_("by phone"),
    "paper": N_("by letter"),
    "in_person": N_("in person"),
}
NEED_STATES = {
    "asked": N_("we are looking into it"),
    "booked": N_("is arranged"),
    "refused": N_("cannot be arranged"),
}


def word(table: Mapping[str, str], code: str) -> str:
    """A word of one of the tables; the code itself when nobody worded it."""
    return _(table[code]) if code in table else code


def decision(kind: str, outcome: str) -> str:
    """What was decided, as a sentence."""
    exact = DECISIONS.get(f"{kind}.{outcome}") or DECISION_KINDS.get(kind)
    return _(exact) if exact else _("A decision was made")


def title(happening: Happening) -> str:
    """One line on a thing that happened or is coming."""
    kind, params = happening.kind, happening.params
    if kind == "decision":
        return decision(str(params["kind"]), str(params["outcome"]))
    if kind in {"meeting", "meeting_held"}:
        return word(MEETINGS, str(params["kind"]))
    if kind == "meeting_cancelled":
        return _("Cancelled: %(what)s") % {"what": word(MEETINGS, str(params["kind"]))}
    if kind == "minutes":
        return _("Minutes: %(what)s") % {"what": word(MEETINGS, str(params["kind"]))}
    if kind in {"round_opens", "round_closes", "round_interrupted"}:
        return _round(kind, str(params["phase"]))
    if kind == "document":
        return _("Document added: %(what)s") % {"what": params["title"]}
    if kind == "answers":
        number = int(str(params["count"]))
        return ngettext("%(num)s opinion was answered", "%(num)s opinions were answered", number) % {
            "num": number
        }
    if kind == "ended":
        return _(ENDS.get(str(params["end"]), ENDS["closed"]))
    return _("This page was opened")


def detail(happening: Happening) -> str:
    """What more there is to say: where, who decided, by which act, why."""
    params: Mapping[str, Any] = happening.params
    if happening.kind == "decision":
        return ", ".join(str(params[name]) for name in ("body", "act") if params.get(name))
    if happening.kind == "round_interrupted":
        return str(params.get("reason") or "")
    if happening.kind in {"meeting", "round_opens"}:
        return str(params.get("place") or "")
    return ""


def when(happening: Happening) -> str:
    """The day, and the time of day where one can come or be late."""
    timed = happening.kind in {"meeting", "round_closes"} and not happening.all_day
    return dates.moment(happening.at) if timed else dates.day(happening.at)


def entry(happening: Happening) -> tuple[str, str]:
    """Title and summary of a feed's entry."""
    more = detail(happening)
    return title(happening), ". ".join(part for part in (when(happening), more) if part)


def decider(who: Decider) -> str:
    """Who decides: in Estonian by the name it has, else in the reader's language."""
    if i18n.current.get() == "et":
        return who.name
    return _(DECIDERS.get((who.body, who.of), DECIDERS["council", "vald"]))


def outcome(code: str) -> str:
    """How an ended case came out: a decision as `kind.outcome`, else an end of the drawing."""
    kind, dot, result = code.partition(".")
    return decision(kind, result) if dot else _(ENDS.get(code, ENDS["closed"]))


def outcome_word(code: str) -> str:
    """What became of one opinion."""
    return word(OUTCOMES, code)


def outcome_tag(code: str) -> str:
    """The shape beside that word."""
    return OUTCOME_TAGS.get(code, "info")


def days_left(number: int) -> str:
    """How long one can still speak, counted in days; the last day says so."""
    if number <= 0:
        return _("today is the last day")
    return ngettext("%(num)s day left", "%(num)s days left", number) % {"num": number}


def _round(kind: str, phase: str) -> str:
    sentences = {
        "round_opens.sketch": N_("The sketch is on display: opinions are welcome"),
        "round_opens.display": N_("The public display begins: opinions are welcome"),
        "round_opens.approval": N_("The authorities are asked for their approval"),
        "round_closes.sketch": N_("Last day for opinions on the sketch"),
        "round_closes.display": N_("Last day of the public display and for opinions"),
        "round_closes.approval": N_("Last day for the authorities' answers"),
        "round_interrupted.display": N_("The public display was broken off and will be repeated"),
        "round_interrupted.sketch": N_("The display of the sketch was broken off and will be repeated"),
    }
    found = sentences.get(f"{kind}.{phase}")
    return _(found) if found else word(PHASES, phase)
