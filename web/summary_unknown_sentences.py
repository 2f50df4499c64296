"""What a committee's page says that it does not know, worded in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from web import public_words
from web import summary_words as words
from web.i18n import gettext as _
from web.i18n import ngettext
from web.public_words import word
from web.summary_words import NOTICE_CHANNELS, ORGANISATIONS, Params


def _unreached(p: Params) -> str:
    return _("The invitation did not reach: %(names)s.") % {"names": ", ".join(p["names"])}


def _channels(p: Params) -> str:
    unused = ", ".join(word(public_words.CHANNELS, it) for it in p["channels"])
    return _("Nobody has given an opinion in these ways: %(ways)s. We do not know why.") % {"ways": unused}


UNKNOWN: Mapping[str, Callable[[Params], str]] = {
    "kind_not_asked": lambda p: _("None of these was invited: %(kind)s.") % {"kind": word(ORGANISATIONS, p["kind"])},
    "kind_silent": lambda p: _("All of these were silent: %(kind)s (%(number)s).") % {
        "kind": word(ORGANISATIONS, p["kind"]), "number": p["number"],
    },
    "unreached": _unreached,
    "unopened": lambda p: ngettext(
        "%(num)s invitation has not been opened; we do not know whether it was read.",
        "%(num)s invitations have not been opened; we do not know whether they were read.",
        p["number"],
    ) % {"num": p["number"]},
    "channels": _channels,
    "unanswered": lambda p: ngettext(
        "%(num)s opinion had no answer yet when the summary was frozen.",
        "%(num)s opinions had no answer yet when the summary was frozen.",
        p["number"],
    ) % {"num": p["number"]},
    "withdrawn": lambda p: ngettext(
        "%(num)s opinion has been withdrawn by its author; its words are not on this page.",
        "%(num)s opinions have been withdrawn by their authors; their words are not on this page.",
        p["number"],
    ) % {"num": p["number"]},
    "points_undecided": lambda p: ngettext(
        "%(num)s point of an opinion had not been decided on when the summary was frozen.",
        "%(num)s points of opinions had not been decided on when the summary was frozen.",
        p["number"],
    ) % {"num": p["number"]},
    "never_offered": lambda p: _(
        "Never offered in this case: %(ways)s. Who can speak only in such a way has not been heard."
    ) % {"ways": words.ways(p["ways"])},
    "not_used": lambda p: _("Offered, but nobody has spoken in these ways: %(ways)s. We do not know why.") % {
        "ways": words.ways(p["ways"]),
    },
    "languages_missing": lambda p: _("The matter was not explained in: %(languages)s.") % {
        "languages": words.languages(p["languages"]),
    },
    "no_link": lambda _p: _("No meeting could be joined from afar, over the web."),
    "notices_never": lambda p: _("No notice of the case has appeared in: %(channels)s.") % {
        "channels": ", ".join(word(NOTICE_CHANNELS, it) for it in p["channels"]),
    },
    "no_notice": lambda _p: _("No notice of the case has been entered as published anywhere."),
    "no_person": lambda _p: _("No private person has given an opinion under a name."),
    "kind_not_registered": lambda p: _(
        "The municipality's register of organisations has none of these, so none could be asked: %(kinds)s."
    ) % {"kinds": words.kinds(p["kinds"])},
    "disabled_not_asked": lambda p: _(
        "No organisation run by disabled people was invited; the register has %(number)s of them."
    ) % p,
    "no_easy": lambda _p: _("Nobody has written this summary in easy language."),
    "not_displayed": lambda _p: _(
        "The plan has not been on public display yet; until then the public has mostly not spoken."
    ),
    "no_meeting": lambda _p: _("No meeting has been held on the matter."),
    "not_everyone": lambda _p: _(
        "We know only those who spoke. Who did not hear of the matter or could not answer is not on this page."
    ),
}  # fmt: skip
