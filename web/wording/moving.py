"""Why a case stays with its version, and what is said after a move."""

from web.i18n import N_

SENTENCES = {
    "move_gone": N_("“{name}” is open in this case, and the new version does not have it. Say which step stands in for it, or wait until it is done."),
    "move_elsewhere": N_("“{name}” is open in this case, and the new version draws it inside another part. Wait until it is done."),
    "move_other_kind": N_("“{name}” is open in this case, and the new version makes another kind of step of it. Wait until it is done."),
    "move_edge": N_("“{name}” is open in this case, and other events can end or accompany it in the new version (new: {come}; gone: {gone}). Wait until it is done."),
    "move_branches": N_("The case has gone past “{name}” already, and the new version has other branches there (new: {come}; gone: {gone}). Wait until the branches meet again."),
    "move_join": N_("At “{name}” the case waits for its branches to meet, and the new version no longer expects what has arrived: {gone}. Wait until they have met."),
    "move_calls": N_("“{name}” is open in this case, and the new version runs another procedure there. Wait until it is done."),
    "move_race": N_("At “{name}” the case waits for the first of several events, and the new version has other events there. Wait until one has come."),
    "move_helper": N_("The new version draws other event subprocesses around what is open in this case ({name}). Wait until it is done."),
    "move_field": N_("What the case holds as “{name}” does not fit the kind the new version gives it: {kind}."),
    "move_target": N_("“{come}” is to stand in for “{name}”, but the new version has no such step."),
    "move_source": N_("“{name}” is to be replaced, but the version of this case has no such step."),
    "move_no_moment": N_("“{name}” has no open deadline that could be moved."),
    "move_stuck": N_("Played on a copy, the moved case did not reach an end; it stood at “{why}”."),
    "move_unreadable": N_("The moved case could not be read back, so it was not moved ({why})."),
    "move_reason_needed": N_("Write why these cases go by the new terms; they keep the old ones otherwise."),
    "moving_done": N_("Moved: {moved}. Left with their version: {left}."),
    "moving_back": N_("The case {number} runs by its former version again."),
    "moving_taken_over": N_("What the folder holds is version {version} now. New cases begin by it."),
    "moving_too_late": N_("A step was taken in this case since it was moved, so the move cannot be taken back. Move it again instead."),
}  # fmt: skip
