"""What the pages of assessing opinions say about groups, points, stances and advice."""

from __future__ import annotations

from web.i18n import N_

GROUPS = {"proposed": N_("Proposed"), "taken": N_("Taken"), "left": N_("Left")}
GROUP_TAGS = {"proposed": "wait", "taken": "done", "left": "stop"}
ANSWERED = {
    "none": N_("not answered"),
    "group": N_("answered with the group"),
    "own": N_("has an answer of its own"),
}
STANCES = {
    "for": N_("for"),
    "against": N_("against"),
    "neutral": N_("neither for nor against"),
    "question": N_("a question"),
}
ADVICE = {
    "follow": N_("Follow it"),
    "partly": N_("Follow it in part"),
    "reject": N_("Do not follow it"),
    "no_opinion": N_("No opinion"),
}
POINTS = {
    "": N_("All"),
    "undecided": N_("Undecided"),
    "late": N_("Past their term"),
    "mine": N_("Mine"),
    "advice": N_("Waiting for advice"),
}
ANCHORS = {
    "document": N_("In a document"),
    "point": N_("A place on the map"),
    "area": N_("An area on the map"),
}
USES = {
    "": N_("not decided yet"),
    "majority": N_("goes into our opinion"),
    "minority": N_("goes along as a minority's view"),
    "set_aside": N_("set aside"),
}
