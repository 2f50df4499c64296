"""What the process itself refuses when a task is finished: days, terms, reasons (see `processes/services`)."""

from web.i18n import N_

SENTENCES = {
    "in_the_future": N_(
        "This day has not come yet; write the day it really happened, {today:%d.%m.%Y} at the latest."
    ),
    "before_application": N_("It all began on {application_on:%d.%m.%Y}; this cannot have happened earlier."),
    "in_the_past": N_("This lies in the past; choose {today:%d.%m.%Y} or later."),
    "ends_before_start": N_("The end must come after the beginning."),
    "notice_too_short": N_(
        "{earliest:%d.%m.%Y} at the earliest: {days} full days must lie between the notice and the beginning."
    ),
    "display_too_short": N_(
        "{earliest:%d.%m.%Y} at the earliest: the display must last at least {days} days."
    ),
    "never_displayed": N_("The plan has not been displayed yet, so this cannot be decided."),
    "before_display_end": N_(
        "The display lasted to {ends_on:%d.%m.%Y}, that day included; the decision must be later."
    ),
    "reasons_required": N_(
        "Write the reasons: whoever it concerns must be able to understand and contest it."
    ),
    "nobody_chosen": N_("Choose at least one organisation, or write why there is none to ask."),
    "unknown_organisation": N_(
        "One of the chosen organisations is no longer in the registry. Look at the list again."
    ),
    "term_over": N_(
        "The term counted from that day was over on {ended_on:%d.%m.%Y}; write the day the plan was really sent."
    ),
    "not_a_web_address": N_("Write a web address that begins with https://."),
    "place_or_link_required": N_("Write the place, or a link for taking part from afar."),
    "session_too_early": N_(
        "{earliest:%d.%m.%Y} at the earliest: the committee has the page {days} full days before its session."
    ),
}
