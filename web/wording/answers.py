"""What the planner's pages of a case say: participants, opinions, answers, approvals, meetings and letters."""

from web.i18n import N_

SENTENCES = {
    "choose_organisation": N_("Choose an organisation."),
    "organisation_known": N_(
        "An organisation of this name is already in the registry; choose it from the list."
    ),
    "not_invited_now": N_("This organisation is not invited now, so there is no link to send."),
    "need_reason_required": N_("Write why it cannot be arranged: whoever asked will read it."),
    "choose_outcome": N_("Choose what becomes of the opinion."),
    "answered_meanwhile": N_(
        "{by} answered this opinion a moment ago. Both texts are here; nothing is lost."
    ),
    "answers_missing": N_(
        "The answers cannot be sent yet. Opinions without an answer: {count}. They are listed below."
    ),
    "late_undecided": N_("Late opinions that wait for a decision first: {count}."),
    "answers_sent": N_("The step is closed and the answers are on their way."),
    "answer_saved": N_("The answer to opinion {receipt} is saved."),
    "invitations_sent": N_("Invitations are on their way. Chosen: {count}."),
    "participant_asked": N_("{name} is asked; the invitation is on its way."),
    "participant_added": N_("{name} is in the list; the invitation leaves with the others."),
    "participant_uninvited": N_("{name} is no longer invited."),
    "link_renewed": N_("A new link is on its way to {name}; the earlier one no longer works."),
    "reached_noted": N_("It is noted how {name} was reached."),
    "need_answered": N_("Whoever asked for it is told."),
    "need_order_cancelled": N_("The need is taken off the list."),
    "choose_channel": N_("Choose how the opinion came."),
    "contact_required": N_(
        "Write at least one of e-mail, phone and postal address, so that the answer reaches them."
    ),
    "read_back_required": N_(
        "Read the opinion back to its author and tick that the author agreed with the words."
    ),
    "late_reason_required": N_("That day is after the last day. Write why the opinion is late."),
    "opinion_entered": N_("The opinion is entered under the number {receipt}."),
    "opinion_entered_receipt": N_(
        "The opinion is entered under the number {receipt}; the receipt is on its way to its author."
    ),
    "opinion_entered_late": N_(
        "The opinion is entered under the number {receipt}. It came late: decide whether it is taken into account."
    ),
    "theme_set": N_("The theme of opinion {receipt} is saved."),
    "late_decided": N_("It is decided what becomes of the late opinion {receipt}."),
    "nobody_to_approve": N_("Choose at least one authority."),
    "before_sent": N_("The plan was sent on {sent_on:%d.%m.%Y}; it cannot have been answered earlier."),
    "not_later": N_("Choose a day after {last:%d.%m.%Y}."),
    "extension_too_long": N_("{latest:%d.%m.%Y} at the latest: the term cannot be longer."),
    "day_off": N_("This is a day off; choose a working day."),
    "still_waiting": N_("The round cannot be closed yet. Authorities that may still answer: {count}."),
    "approvals_sent": N_("The plan is on its way. Authorities asked: {count}."),
    "approvals_closed": N_("The round of approvals is closed."),
    "approval_recorded": N_("The answer of {name} is saved."),
    "approval_extended": N_("{name} has more time and is told."),
    "letter_not_waiting": N_("This letter has already left, so it cannot be sent again."),
    "letter_again": N_("The letter is on its way again."),
    "mailing_paused": N_("No further letters are written until you let it go on."),
    "mailing_resumed": N_("The letters are being written again."),
    "notices_first": N_(
        "The notices of this meeting are still being recorded. Record them first, or call the meeting off and set a new one."
    ),
    "meeting_moved": N_("The meeting is changed and everyone is told."),
    "meeting_called_off": N_("The meeting is called off and everyone is told. Set a new time on your desk."),
}
