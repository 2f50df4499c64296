"""Words of the proof pack: its lists, their columns, and the codes in them."""

from web import public_words, room_words, summary_words
from web.i18n import N_
from web.i18n import gettext as _

WHOLE = N_("The record of the steps is complete and unchanged: its chain of hashes holds.")
BROKEN = N_("The record of the steps is not complete or was changed: its chain of hashes does not hold.")
PRIVACY = N_(
    "A private person is not named here and their words are not shown; the number of the opinion leads to them in the document register."
)
SECTIONS = {
    "notices": N_("Notices: where and when it was announced"),
    "rounds": N_("Displays and rounds of opinions"),
    "extended": N_("Last days put off"),
    "terms": N_("Terms"),
    "invited": N_("Who was invited, who opened and who answered"),
    "approvals": N_("Approvals of authorities"),
    "opinions": N_("Opinions and their answers"),
    "meetings": N_("Meetings"),
    "summaries": N_("Summaries for the committee"),
    "positions": N_("What the committee did with unresolved objections"),
    "decisions": N_("Decisions"),
    "decided": N_("Opinions the decisions were made with, and what was said to each"),
    "letters": N_("Letters"),
}
COLUMNS = {
    "occasion": N_("Occasion"),
    "channel": N_("Channel"),
    "published_on": N_("Appeared"),
    "number": N_("Number"),
    "url": N_("Address on the web"),
    "by": N_("Entered by"),
    "at": N_("Entered"),
    "phase": N_("Round"),
    "turn": N_("Time"),
    "opens_at": N_("Opened"),
    "closes_at": N_("Last moment"),
    "closed_at": N_("Closed"),
    "reason": N_("Reason"),
    "term": N_("Term"),
    "counted_from": N_("Counted from"),
    "first_due_at": N_("First last day"),
    "due_at": N_("Last day"),
    "met_at": N_("Done"),
    "organisation": N_("Organisation"),
    "kind": N_("Kind"),
    "note": N_("Note"),
    "from": N_("Before"),
    "to": N_("New last moment"),
    "delivered_at": N_("Letter delivered"),
    "undelivered": N_("Letters that did not arrive"),
    "recipient": N_("To whom"),
    "purpose": N_("What for"),
    "state": N_("State"),
    "why": N_("Why invited"),
    "invited_at": N_("Invited"),
    "opened_at": N_("Opened it"),
    "answered_at": N_("Answered"),
    "no_comments_at": N_("Said: no remarks"),
    "reached_otherwise": N_("Reached otherwise"),
    "due_on": N_("Last day"),
    "extended_to": N_("Extended to"),
    "result": N_("Result"),
    "answered_on": N_("Answered"),
    "conditions": N_("Conditions"),
    "receipt": N_("Number"),
    "author": N_("Author"),
    "received_at": N_("Received"),
    "late_decision": N_("If late: what was decided"),
    "outcome": N_("Outcome"),
    "sent_at": N_("Sent"),
    "title": N_("Title"),
    "starts_at": N_("Begins"),
    "place": N_("Place"),
    "invited": N_("Invited"),
    "accepted": N_("Accepted"),
    "minutes_at": N_("Minutes kept"),
    "question": N_("Question"),
    "frozen_at": N_("Frozen"),
    "stance": N_("Position"),
    "words": N_("Words of the minutes"),
    "body": N_("Who decided"),
    "act": N_("Act"),
    "decided_on": N_("Decided"),
    "reasons": N_("Reasons"),
    "language": N_("Language"),
    "answer": N_("What the mail server said"),
}
FOR_PROGRAMS = ("sha256", "summary_sha256", "message_id")
"""Columns that stand in the XML alone."""

_OUTCOMES = {code.partition(".")[2]: said for code, said in public_words.DECISIONS.items()}
_PURPOSES = {"opinion": N_("opinion"), "approval": public_words.PHASES["approval"]}
_STATES = {"invited": N_("Invited"), "proposed": N_("not asked yet"), "uninvited": N_("taken back")}
_CODES = {
    ("notices", "occasion"): summary_words.NOTICES,
    ("notices", "channel"): summary_words.NOTICE_CHANNELS,
    ("rounds", "phase"): public_words.PHASES,
    ("extended", "phase"): public_words.PHASES,
    ("invited", "kind"): room_words.ORGANISATIONS,
    ("invited", "purpose"): _PURPOSES,
    ("invited", "state"): _STATES,
    ("summaries", "occasion"): public_words.DECISION_KINDS,
    ("decisions", "outcome"): _OUTCOMES,
    ("approvals", "result"): summary_words.APPROVALS,
    ("opinions", "channel"): public_words.CHANNELS,
    ("opinions", "state"): room_words.OPINIONS,
    ("opinions", "outcome"): public_words.OUTCOMES,
    ("meetings", "kind"): public_words.MEETINGS,
    ("positions", "stance"): summary_words.STANCES,
    ("meetings", "state"): room_words.MEETINGS,
    ("decisions", "kind"): public_words.DECISION_KINDS,
    ("decided", "kind"): public_words.DECISION_KINDS,
    ("decided", "outcome"): public_words.OUTCOMES,
    ("decided", "stance"): summary_words.STANCES,
    ("letters", "state"): room_words.LETTERS,
    ("letters", "kind"): room_words.LETTER_KINDS,
}


def word(section: str, column: str, code: str) -> str:
    """A code in words where it has some; anything else as it stands."""
    known = _CODES.get((section, column), {})
    return _(known[code]) if code in known else code
