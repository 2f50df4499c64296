"""A text in pieces for the eye: what was found in it, and what a copy of it left out or put in."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from processes import sensitive
from processes.sensitive import Finding
from web.i18n import N_

KINDS = {
    sensitive.CODE: N_("personal code"),
    sensitive.MAIL: N_("e-mail address"),
    sensitive.PHONE: N_("phone number"),
    sensitive.ACCOUNT: N_("bank account"),
    sensitive.AUTHOR: N_("author's name"),
    sensitive.PLACE: N_("address"),
    sensitive.HEALTH: N_("health"),
    sensitive.RELATION: N_("someone near"),
    sensitive.NAME: N_("perhaps a name"),
}
"""The kinds of findings as people read them."""

SAME, GONE, NEW = "same", "gone", "new"
_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
_MOST = 6000  # words on both sides; a longer pair is shown as a whole


class Piece(NamedTuple):
    """Some characters of a text, and what they are: a finding's kind, or one of SAME, GONE and NEW."""

    text: str
    kind: str = ""


def found(text: str, findings: Sequence[Finding]) -> list[Piece]:
    """A text cut at its findings; the pieces put together are the text."""
    made, at = [], 0
    for it in findings:
        made += [Piece(text[at : it.start]), Piece(text[it.start : it.end], it.kind)]
        at = it.end
    return [it for it in (*made, Piece(text[at:])) if it.text]


def counts(findings: Sequence[Finding]) -> list[tuple[str, int]]:
    """How many of each kind were found, in the order of KINDS."""
    kinds = [it.kind for it in findings]
    return [(kind, kinds.count(kind)) for kind in sensitive.KINDS if kind in kinds]


def difference(before: str, after: str) -> list[Piece]:
    """What a copy left out and put in, word by word."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    if len(old) + len(new) > _MOST:
        return [Piece(before, GONE), Piece(after, NEW)] if before != after else [Piece(before, SAME)]
    made: list[Piece] = []
    for deed, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if deed == "equal":
            made.append(Piece("".join(old[a:b]), SAME))
            continue
        made += [Piece("".join(old[a:b]), GONE), Piece("".join(new[c:d]), NEW)]
    return [it for it in made if it.text]
