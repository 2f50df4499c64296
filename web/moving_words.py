"""What changed between two versions, and why a case stays, in the reader's language: for the page and the command."""

from __future__ import annotations

from engine.move_difference import Change
from processes.actions.moving_prospect import Why
from web.i18n import N_
from web.i18n import gettext as _
from web.sentences import sentence

CHANGES = {
    "added": N_("New step: “{name}”"),
    "removed": N_("Step that is gone: “{name}”"),
    "renamed": N_("“{before}” is called “{after}” now"),
    "other_kind": N_("“{name}” is another kind of step now"),
    "way_added": N_("From “{name}” a way leads straight to “{after}” now"),
    "way_removed": N_("From “{name}” no way leads straight to “{before}” any more"),
    "condition": N_("The condition after “{name}” changed: {before} → {after}"),
    "timer": N_("The time of “{name}” changed: {before} → {after}"),
    "role": N_("“{name}” is another role's now: {before} → {after}"),
    "guard": N_("What must be met before “{name}” can be done changed"),
    "file_added": N_("New text: {name}"),
    "file_removed": N_("Text that is gone: {name}"),
    "file_changed": N_("Text that changed: {name}"),
}


def change(it: Change, name: str) -> str:
    """Out: one difference as a sentence."""
    return _(CHANGES[it.code]).format(name=name, before=it.before or "–", after=it.after or "–")


def reason(why: Why) -> str:
    """Out: why a case stays with its version."""
    params = {key: value or "–" for key, value in why.params.items()}
    return sentence(f"move_{why.code}", {"name": why.name or "–", **params})
