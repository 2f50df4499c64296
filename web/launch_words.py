"""What the pages of a draft say about its dates, terms and steps, in the reader's language."""

from __future__ import annotations

from web.i18n import N_

EXPECTED = {
    "application": N_("The application arrived"),
    "initiation": N_("Decision on initiating the plan"),
    "initiation_official": N_("Notice of the initiation in Ametlikud Teadaanded"),
    "initiation_web": N_("Notice of the initiation on the website"),
    "initiation_paper": N_("Notice of the initiation in the newspapers"),
    "initiation_personal": N_("Letters about the initiation"),
    "sent_for_approval": N_("The plan is drawn and sent to the authorities"),
    "approvals": N_("The authorities have answered"),
    "acceptance": N_("The plan is accepted"),
    "display_notices": N_("Notices of the public display"),
    "display_opens": N_("The public display begins"),
    "display_closes": N_("The public display ends"),
    "answers": N_("Everyone has an answer to their opinion"),
    "discussion_notice": N_("Notice of the public discussion"),
    "discussion": N_("The public discussion"),
    "results": N_("Notice of the results of the display"),
    "state_approval": N_("Approval by the State, if it is needed"),
    "adoption": N_("Decision on adopting the plan"),
    "adoption_latest": N_("The last day the plan may be adopted"),
    "adoption_official": N_("Notice of the adoption in Ametlikud Teadaanded"),
    "adoption_web": N_("Notice of the adoption on the website"),
    "adoption_paper": N_("Notice of the adoption in the newspapers"),
    "adoption_personal": N_("Letters about the adoption"),
    "last_notice": N_("The last notice of the adoption"),
    "contest": N_("The time to contest ends"),
}
BOUNDS = {"latest": N_("at the latest"), "earliest": N_("at the earliest"), "planned": N_("planned")}
LEAST = {
    "dp.display.noticeBefore": N_("Full days between the notice and the display"),
    "dp.display.min": N_("Days the public display lasts"),
    "dp.discussion.noticeBefore": N_("Full days between the notice and the public discussion"),
}
LANGUAGES = {
    "et": N_("Estonian"),
    "en": N_("English"),
    "ru": N_("Russian"),
    "et-easy": N_("easy Estonian"),
}
IMPACTS = {
    "roads": N_("It changes streets, crossings or pavements"),
    "public_building": N_("There will be a public building"),
    "public_space": N_("It changes a park, square, beach or other public space"),
    "transport": N_("It changes buses, parking or how people move"),
}
DECIDERS = {
    "council": N_("the council"),
    "government": N_("the municipal government"),
}
