"""What the pages of a draft refuse, and what they say when something was done."""

from web.i18n import N_

SENTENCES = {
    "already_begun": N_("This procedure has already begun. Open it from the list of cases to go on with it."),
    "title_missing": N_("Write what it is called, in a few words."),
    "what_missing": N_("Write what it is about, so that a neighbour understands it."),
    "place_missing": N_("Write where it is: the street or the village."),
    "applicant_missing": N_("Write who applied for it."),
    "application_too_old": N_(
        "Write {first:%d.%m.%Y} or later: older applications were made under another law."
    ),
    "too_many_topics": N_("Write at most {limit} topics, each at most {length} characters long."),
    "below_the_law": N_("{least} days is the least the law allows ({source}). Write {least} or more."),
    "not_a_count": N_("Write a whole number up to {limit}, such as 14."),
    "nobody_ticked": N_(
        "Tick at least one organisation. Whom you ask can still be changed before the letters leave."
    ),
    "paper_title_missing": N_("Write what the document is called."),
    "draft_kept": N_("The draft {number} is kept. Nobody else has been told."),
    "plan_kept": N_("The terms are kept."),
    "whom_kept": N_("Organisations chosen: {count}. Nothing has been sent."),
    "organisation_entered": N_("{name} is in the registry now and is chosen."),
    "paper_kept": N_("The document “{name}” is kept. It is not public yet."),
    "paper_removed": N_("The document “{name}” is taken away."),
    "draft_discarded": N_("The draft is deleted."),
    "procedure_begun": N_("The procedure {number} has begun. Its first task is on your desk."),
}
