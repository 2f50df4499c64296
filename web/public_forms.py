"""What the forms of the public pages share: files as they came, a key for each form, refusals as sentences."""

from __future__ import annotations

import secrets
from datetime import datetime

from processes.actions.giving import File
from processes.actions.intake import Gate
from processes.errors import NotYet, Reason, Refused, TooLate
from web import dates
from web.forms import Form
from web.i18n import gettext as _
from web.sentences import sentence

FILES_ACCEPTED = ".pdf,.docx,.odt,.txt,.jpg,.jpeg,.png,.xlsx,.csv,.asice"
FILES_NAMED = "PDF, DOCX, ODT, TXT, JPG, PNG, XLSX, CSV, ASiC-E"


def new_key() -> str:
    """The key of one form: pressing its button twice is one deed."""
    return secrets.token_urlsafe(18)


def page_number(text: str) -> int:
    """The page of a list asked for; anything that is no number is the first."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def key_of(form: Form) -> str:
    """The key to show the form again with."""
    return form.text("key") or new_key()


def files_of(form: Form) -> tuple[File, ...]:
    """The files of a form, as actions take them."""
    return tuple(File(it.filename, it.content, it.media_type) for it in form.files("files"))


def sentences(refused: Refused) -> dict[str, str]:
    """Field -> sentence; about a file, its name stands before it."""
    return {field: _about(reason) for field, reason in refused.problems.items()}


def too_late(error: TooLate | NotYet) -> str:
    """Why an opinion is not taken now, with the moment it was or will be taken."""
    if isinstance(error, NotYet):
        opens = error.params.get("opens_at")
        if isinstance(opens, datetime):
            return _("Opinions are taken from %(day)s.") % {"day": dates.day(opens)}
        return sentence("not_yet")
    return closed_sentence(str(error.params.get("gate")), error.params.get("closes_at"))


def closed_sentence(state: str, closes_at: object) -> str:
    """What a closed round says to someone who wants to speak."""
    if state == "interrupted":
        return _("The display was broken off and will be repeated. Then you can give your opinion again.")
    if state == "over":
        return _("The procedure has ended, so opinions are no longer taken.")
    if isinstance(closes_at, datetime):
        return _("The last moment for opinions was %(moment)s.") % {"moment": dates.moment(closes_at)}
    return _("Opinions are not taken now.")


def gate_sentence(gate: Gate) -> str:
    """What a round says now: until when it takes opinions, from when it will, or that it is over."""
    if gate.state == "open" and gate.closes_at is not None:
        return _("Opinions are taken until %(moment)s.") % {"moment": dates.moment(gate.closes_at)}
    if gate.state == "early":
        return _("The plan is still being prepared: your opinion is welcome already.")
    if gate.state == "not_yet":
        return too_late(NotYet(opens_at=gate.opens_at))
    return closed_sentence(gate.state, gate.closes_at)


def _about(reason: Reason) -> str:
    told = sentence(reason.code, reason.params)
    name = reason.params.get("file")
    return f"{name}: {told}" if name else told
