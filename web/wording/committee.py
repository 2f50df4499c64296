"""What the committee's pages say: why a position or a session was not taken, and what was done."""

from web.i18n import N_

SENTENCES = {
    "stance_missing": N_("Objection {receipt}: choose what the committee did with it."),
    "minutes_missing": N_(
        "Objection {receipt}: write the sentence of the minutes; its author must be able to understand why."
    ),
    "treated_meanwhile": N_(
        "Objection {receipt}: {by} entered another position meanwhile, with these words: {words}. What you wrote is "
        "still here; send the form again if yours is right."
    ),
    "session_not_begun": N_("The session has not begun yet, so there is nothing to enter."),
    "session_not_over": N_(
        "Everything is saved. The task can be finished when the session is over at the time it was called for."
    ),
    "positions_saved": N_("Saved. Objections still without a position: {left}."),
    "positions_finished": N_(
        "The positions of the committee are entered. Every author hears of them with the decision."
    ),
    "session_called": N_("The session is set and the committee has been invited."),
}
