"""Words for an opinion on its way to the public page."""

from processes.actions import publishing_view as view
from processes.publication import PREPARED, PUBLISHED, REPLACED, SENT_BACK, TAKEN_BACK
from web.i18n import N_

STATES = {
    view.TODO: N_("To prepare"),
    view.WAITING: N_("Wait for a second look"),
    view.SHOWN: N_("Public"),
    view.WITHOUT: N_("Without consent"),
}
MADE = {
    PREPARED: N_("waits for a second look"),
    PUBLISHED: N_("public"),
    SENT_BACK: N_("sent back"),
    TAKEN_BACK: N_("taken off the page"),
    REPLACED: N_("replaced by a later one"),
}
MADE_TAGS = {
    PREPARED: "now",
    PUBLISHED: "done",
    SENT_BACK: "late",
    TAKEN_BACK: "draft",
    REPLACED: "draft",
}
REASONS = {
    "nothing": N_("Nothing was changed"),
    "personal": N_("Personal data were taken out"),
    "health": N_("Words about somebody's health were taken out"),
    "others": N_("What is said of other people was taken out"),
    "secret": N_("A business secret was taken out"),
    "insult": N_("An insult was taken out"),
}
