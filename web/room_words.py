"""What the planner's pages of a case say about organisations, letters, opinions, answers and approvals."""

from __future__ import annotations

from processes.accommodation import KINDS as NEEDS
from web import i18n
from web.i18n import N_

ORGANISATIONS = {
    "regional_chamber": N_("regional chamber"),
    "union": N_("union"),
    "association": N_("association"),
    "village_society": N_("village society"),
    "congregation": N_("congregation"),
    "authority": N_("authority"),
    "company": N_("company"),
}
ASKED = {
    "silent": N_("has not answered"),
    "opened": N_("opened, not answered"),
    "answered": N_("answered"),
    "no_comments": N_("no comments"),
    "unreached": N_("did not reach"),
    "proposed": N_("not asked yet"),
    "uninvited": N_("taken back"),
}
ASKED_TAGS = {
    "silent": "wait",
    "opened": "now",
    "answered": "done",
    "no_comments": "done",
    "unreached": "late",
    "proposed": "draft",
    "uninvited": "stop",
}
LETTERS = {
    "queued": N_("waiting to leave"),
    "sending": N_("leaving now"),
    "sent": N_("taken over by the mail server"),
    "deferred": N_("will be tried again"),
    "failed": N_("refused"),
    "held": N_("held back: it needs a person"),
    "superseded": N_("replaced by a newer one"),
}
LETTER_TAGS = {
    "queued": "wait",
    "sending": "now",
    "sent": "done",
    "deferred": "wait",
    "failed": "late",
    "held": "late",
    "superseded": "info",
}
LETTER_KINDS = {
    "invitation": N_("invitation"),
    "reminder": N_("reminder"),
    "approval_reminder": N_("reminder of a request for approval"),
    "meeting_reminder": N_("reminder of a meeting"),
    "digest": N_("letter with several things"),
    "proof": N_("proof of a letter"),
    "undelivered": N_("news of letters that did not arrive"),
    "counter_declined": N_("no to another time"),
    "delegate": N_("invitation to come in somebody's place"),
    "delegate_over": N_("somebody need not come in another's place"),
    "delegate_declined": N_("no to somebody else"),
    "uninvited": N_("invitation taken back"),
    "forwarded": N_("link passed on"),
    "not_us": N_("wrong address"),
    "round": N_("round opened"),
    "approval": N_("request for approval"),
    "display": N_("notice of the display"),
    "display_interrupted": N_("display broken off"),
    "deadline_moved": N_("deadline moved"),
    "meeting": N_("meeting invitation"),
    "meeting_moved": N_("meeting changed"),
    "meeting_cancelled": N_("meeting cancelled"),
    "need": N_("answer about a need"),
    "confirm": N_("request to confirm an opinion"),
    "receipt": N_("receipt of an opinion"),
    "receipt_late": N_("receipt of a late opinion"),
    "withdrawn": N_("opinion withdrawn"),
    "answer": N_("answer to an opinion"),
    "advice": N_("request for an office's advice"),
    "advice_colleague": N_("request for a colleague's advice"),
    "inner_round": N_("request to draft for an association"),
    "representative": N_("request to name a representative"),
    "results": N_("results of the display"),
    "decision": N_("decision"),
    "not_adopted": N_("decision not to adopt"),
    "closed": N_("end of the procedure"),
    "agenda": N_("agenda, to the associations' chair"),
    "agenda_agreed": N_("agenda, to everyone"),
    "minutes_draft": N_("draft of the minutes"),
    "minutes": N_("final minutes"),
    "suggestion": N_("receipt of a proposal"),
    "suggestion_answer": N_("answer to a proposal made by an association itself"),
    "committee": N_("committee invitation"),
    "summary": N_("summary for the committee"),
}
MAILINGS = {
    "invited": "invitation",
    "reminded": "reminder",
    "approval_reminded": "approval_reminder",
    "meeting_reminded": "meeting_reminder",
    "round_opened": "round",
    "display_announced": "display",
    "display_interrupted": "display_interrupted",
    "deadline_moved": "deadline_moved",
    "meeting_set": "meeting",
    "meeting_cancelled": "meeting_cancelled",
    "answers_sent": "answer",
    "representative_asked": "representative",
    "results_told": "results",
    "decision_made": "decision",
    "case_closed": "closed",
    "case_cancelled": "closed",
}
"""Which kind of letter each mass mailing writes."""
OPINIONS = {
    "received": N_("in time"),
    "late_waiting": N_("late, waits for your decision"),
    "late_accepted": N_("late, taken into account"),
    "late_recorded": N_("late, only recorded"),
    "unconfirmed": N_("not confirmed by its author"),
    "withdrawn": N_("withdrawn"),
}
OPINION_TAGS = {
    "received": "done",
    "late_waiting": "late",
    "late_accepted": "done",
    "late_recorded": "info",
    "unconfirmed": "wait",
    "withdrawn": "stop",
}
AUTHORS = {
    "person": N_("a resident"),
    "organisation": N_("an organisation"),
    "anonymous": N_("without a name"),
}
REPLIES = {
    "mail": N_("The answer goes by e-mail."),
    "post": N_("There is no e-mail address: send the answer by post."),
    "phone": N_("There is no address: tell the answer by phone."),
    "nobody": N_("The author left no address: the answer is only published."),
}
NEEDS_STATES = {
    "asked": N_("not arranged yet"),
    "booked": N_("arranged"),
    "refused": N_("cannot be arranged"),
    "withdrawn": N_("no longer needed: cancel the order"),
}
NEEDS_TAGS = {"asked": "wait", "booked": "done", "refused": "stop", "withdrawn": "late"}
STRENGTHS = {"must": N_("must be asked"), "should": N_("should be asked"), "may": N_("may be asked")}
APPROVALS = {
    "waiting": N_("no answer yet"),
    "approved": N_("approved"),
    "conditions": N_("approved on conditions"),
    "refused": N_("not approved"),
    "silent": N_("silent: counts as consent"),
}
APPROVAL_TAGS = {
    "waiting": "wait",
    "approved": "done",
    "conditions": "now",
    "refused": "stop",
    "silent": "info",
}
ATTENDANCE = {
    "invited": N_("no answer yet"),
    "accepted": N_("coming"),
    "maybe": N_("maybe"),
    "declined": N_("not coming"),
    "uninvited": N_("taken back"),
}
ATTENDANCE_TAGS = {
    "invited": "wait",
    "accepted": "done",
    "maybe": "now",
    "declined": "stop",
    "uninvited": "info",
}
MEETINGS = {"planned": N_("ahead"), "held": N_("held"), "cancelled": N_("cancelled")}
MEETING_TAGS = {"planned": "wait", "held": "done", "cancelled": "stop"}


def need(code: str) -> str:
    """The name of a kind of need in the reader's language."""
    kind = NEEDS.get(code)
    return str(getattr(kind, i18n.current.get(), kind.et)) if kind else code
