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
    "session_begun": N_("The session has begun or was called off: this can no longer be done."),
    "remark_kept": N_("Your remark is kept. The committee and the planner see it."),
    "speaker_answered": N_("The answer is kept and sent to the organisation."),
    "speaking_asked": N_("Your wish to speak is kept. You get the answer by mail."),
    "speaking_taken_back": N_("Your wish to speak is taken back."),
    "receipt_first": N_("Begin each line with the number of an opinion and a colon, such as 2027-31: …"),
    "receipt_without_words": N_("Write what was decided on opinion {receipt}, or take its number out."),
    "receipt_unknown": N_("No opinion of this case has the number {receipt}. Look it up on the summary."),
    "session_called": N_("The session is set and the committee has been invited."),
}
