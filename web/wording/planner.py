"""What the pages of officials say after a deed or a refusal."""

from web.i18n import N_

SENTENCES = {
    "task_done": N_("Done: {name} ({number})."),
}
