"""What the front door itself says: refusals any page may meet, signing in, the demonstration."""

from web.i18n import N_

SENTENCES = {
    "problem": N_("This could not be done."),
    "not_found": N_("There is no such page, or it is no longer here. Please check the address."),
    "not_allowed": N_(
        "This page is for someone with another role. If it should be yours, ask the administrator."
    ),
    "too_late": N_("This step is already closed, so nothing was changed."),
    "link_not_valid": N_(
        "This link no longer works. It may have been used, replaced by a newer one, or its time may be over."
    ),
    "conflict": N_(
        "Someone else changed the same thing a moment ago. Please look again and repeat what you did."
    ),
    "task_gone": N_("This task is no longer open: it was done or withdrawn meanwhile. Nothing was changed."),
    "guard_holds": N_("This cannot be finished yet: something it waits for is still missing."),
    "not_from_here": N_(
        "The form could not be accepted because it did not come from this page. Go back, reload the page and send it again."
    ),
    "body_too_large": N_(
        "What you sent is larger than 12 MB. Send a smaller file, or several files one by one. Nothing was saved."
    ),
    "not_understood": N_("The request could not be understood. Please go back and try again."),
    "our_fault": N_("Something went wrong on our side. Nothing was saved. Please try again a little later."),
    "signed_in": N_("You are signed in."),
    "signed_out": N_("You are signed out."),
    "email_needed": N_("Write your e-mail address, such as name@example.ee."),
    "nothing_ahead": N_("Nothing more is waiting to happen. Do the next task, then time can go on."),
    "moved_to": N_("It is now {day}. Nothing happened meanwhile."),
    "moved_to_news": N_("It is now {day}. {news}"),
    "required": N_("Please fill this in."),
    "too_long": N_("This is too long; the most is {limit} characters."),
    "too_short": N_("This is too short; the least is {limit} characters."),
    "too_small": N_("This is too small; the least is {limit}."),
    "too_large": N_("This is too large; the most is {limit}."),
    "not_a_number": N_("Write a number, such as 12."),
    "not_a_date": N_("Write a date, such as 14.01.2027."),
    "not_a_choice": N_("Please choose one of the answers offered."),
}
