"""What the pages of officials say after a deed or a refusal."""

from web.i18n import N_

SENTENCES = {
    "task_done": N_("Done: {name} ({number})."),
    "term_moved": N_("The term was moved. New last day: {day}."),
    "round_moved": N_("The last day was moved and everyone asked is told. New last day: {day}."),
    "display_broken_off": N_(
        "The display was broken off and everyone asked is told. Set the days of the new one."
    ),
    "case_cancelled": N_("The case {number} was ended early and everyone who took part is told."),
    "paper_published": N_("The document “{name}” is open to everyone."),
    "reason_for_all": N_("Write the reason: everyone who takes part will read it."),
    "term_fixed": N_("The law knows no longer term for this, so it cannot be put off."),
    "term_at_most": N_("{latest:%d.%m.%Y} at the latest: the law knows no longer term."),
    "only_later": N_("Choose a day after {after:%d.%m.%Y}: a day people were told is never brought forward."),
    "number_again": N_("Type the number of the case, {number}: this cannot be undone."),
}
