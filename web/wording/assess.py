"""What the pages of assessing opinions say: groups, one answer to many, points, advice, passages, places, inner rounds."""

from web.i18n import N_

SENTENCES = {
    "search_asked": N_("Opinions are being looked through. You can go on with other work meanwhile."),
    "group_taken": N_("The group is taken; nothing has been sent."),
    "group_left": N_("The group is left: each opinion is answered by itself."),
    "group_answered": N_(
        "The group's answer stands for these opinions already, so this cannot be changed any more."
    ),
    "group_not_taken": N_("Take the group first: nobody is answered with a proposal."),
    "member_out": N_("The opinion is taken out of the group and stays with the others to answer."),
    "member_in": N_("The opinion is in the group again."),
    "not_enough_persons": N_(
        "A representative can be asked for only when more than {count} persons sent the same opinion."
    ),
    "representative_asked": N_(
        "Letters on their way to authors: {letters}. Without an address, to be asked another way: {without}."
    ),
    "representative_named": N_("The representative is noted."),
    "naming_not_yet": N_("The municipality may name one from {day}; until then the authors may."),
    "more_came": N_(
        "Meanwhile the choice has changed: it now holds {count} opinions. Look at the letters again."
    ),
    "answers_saved": N_("The answer is saved for {count} opinions."),
    "answers_not_approved": N_(
        "The answers cannot be sent yet. Answers that wait for a second person's approval: {count}."
    ),
    "answers_approved": N_("Answers approved: {count}."),
    "own_not_approved": N_("Somebody else has to approve what you wrote yourself."),
    "position_changed": N_("The position on opinion {receipt} is changed and its author is told."),
    "position_waits": N_(
        "The position on opinion {receipt} is changed; its author is told when a second person has approved it."
    ),
    "nothing_changed": N_("Nothing is different from what was already sent."),
    "changed_meanwhile": N_("{by} changed this a moment ago. Both texts are here; nothing is lost."),
    "point_changed": N_("{by} changed this point a moment ago. Both versions are here; nothing is lost."),
    "copy_changed": N_("{by} changed the working copy a moment ago. Both texts are here; nothing is lost."),
    "too_many_points": N_("An opinion has at most {limit} points."),
    "point_in_use": N_("This point has a position or advice, so it stays."),
    "point_saved": N_("The point is saved."),
    "point_removed": N_("The point is taken away."),
    "adviser_or_office": N_("Choose a colleague or write the name of an office."),
    "choose_advice": N_("Choose what you advise."),
    "advice_asked": N_("The advice is asked for; a letter is on its way."),
    "advice_by_link": N_("The advice is asked for. Nobody gets a letter: send the link below on yourself."),
    "advice_given": N_("The advice is saved. The planner decides."),
    "point_decided": N_("The planner has decided on this point, so advice is no longer taken."),
    "copy_saved": N_("The working copy is saved; the opinion as received is unchanged."),
    "note_saved": N_("The note is saved. It stays among officials."),
    "note_removed": N_("The note is taken away."),
    "passage_saved": N_("The passage is saved."),
    "passage_put_away": N_("The passage is put away; it stays where it was used."),
    "theme_kept": N_("The theme is saved."),
    "theme_changed": N_(
        "The theme {name} was given to {to} meanwhile. Your choice is still here; save again to put it in place of that."
    ),
    "theme_moved": N_(
        "Somebody put this opinion under the theme {theme} meanwhile. Your word is still here; save again to put it in place of that."
    ),
    "theme_removed": N_("The theme is no longer offered."),
    "settings_kept": N_("The settings are saved."),
    "not_geojson": N_(
        "This is neither coordinates nor GeoJSON. Write a latitude and a longitude on each line."
    ),
    "three_corners": N_("An area needs at least three corners."),
    "too_many_corners": N_("This shape has too many corners; 200 are drawn at most."),
    "too_many_shapes": N_("The map holds 200 shapes at most."),
    "not_on_earth": N_(
        "These coordinates are not on Earth. Write the latitude (about 59), then the longitude (about 25), or metres of the national grid (L-EST97)."
    ),
    "document_unknown": N_("Choose one of the published documents."),
    "no_such_page": N_("Write the page as a number."),
    "place_added": N_("The place is noted."),
    "place_removed": N_("The place is taken away."),
    "map_kept": N_("The plan's map is saved."),
    "not_a_tile_address": N_("Write an address that begins with https:// and holds {{z}}, {{x}} and {{y}}."),
    "round_opened": N_("Your inner round is open. Give the link to your members."),
    "members_asked": N_("Letters with the link are on their way: {count}."),
    "not_such_an_email": N_("This is not an e-mail address: {address}"),
    "too_many_addresses": N_(
        "One round sends at most {limit} letters; send the link to the others yourself."
    ),
    "round_link_renewed": N_("The members have a new link; the earlier one no longer works."),
    "inner_draft_kept": N_("Your words are with the association. Nobody else has them yet."),
    "inner_draft_used": N_("It is noted what you do with it."),
    "round_closed": N_("The association has already given its opinion, so drafts can no longer be changed."),
    "round_released": N_("Your opinion is with the municipality under the number {receipt}."),
    "member_needed": N_("Write your name or that of your association."),
}
