"""Finds what may harm someone when a text is published: who somebody is, how to reach them, what ails them.

A finding is a place to look at, never a verdict: nothing is taken out without a person's act. `certain` kinds
are known by their form (a checksum, an address of mail, a number that can be dialled); the rest are guesses.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import phonenumbers
from stdnum.ee import ik
from stdnum.exceptions import ValidationError

from processes import sensitive_words as known

CODE, MAIL, PHONE, ACCOUNT, AUTHOR = "id_code", "mail", "phone", "account", "author"
PLACE, HEALTH, RELATION, NAME = "place", "health", "relation", "name"
CERTAIN = (CODE, MAIL, PHONE, ACCOUNT, AUTHOR)
KINDS = (*CERTAIN, PLACE, HEALTH, RELATION, NAME)

_DIGITS = re.compile(r"(?<![\d+])\d+(?:[ \u00a0.\-/]\d+){0,12}(?!\d)")
_MAIL = re.compile(
    r"[\w.+%'-]{1,64}\s?(?:@|\(at\)|\[at\]|\(ätt\)|\{at\}|\(a\))\s?"
    r"(?:[\w-]{1,63}\s?(?:\.|\(dot\)|\(punkt\)|\[dot\])\s?){1,5}[a-z]{2,24}(?!\w)",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"(?<!\w)EE\d{2}(?:[ \u00a0]?\d{4}){4}(?!\d)", re.IGNORECASE)
_SPOKEN = re.compile(
    rf"(?:{known.CALL})[\w.]{{0,8}}\s?[:.]?\s?(\+?\(?\d[\d ()\u00a0\-]{{4,18}}\d)", re.IGNORECASE
)
_ABROAD = re.compile(r"(?<!\w)\(?(?:\+|00)372\)?(?:[ \u00a0-]?\d){6,8}(?!\d)")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_PAIR = re.compile(
    r"(?<![\w@.])([A-ZÕÄÖÜŠŽА-ЯЁ][a-zõäöüšžа-яё]+(?:-[A-ZÕÄÖÜŠŽА-ЯЁ][a-zõäöüšžа-яё]+)?)"
    r"(?: ([A-ZÕÄÖÜŠŽА-ЯЁ][a-zõäöüšžа-яё]+(?:-[A-ZÕÄÖÜŠŽА-ЯЁ][a-zõäöüšžа-яё]+)?)){1,2}(?!\w)"
)
_PLACES = tuple(re.compile(pattern, flags) for pattern, flags in known.PLACES)


@dataclass(frozen=True, order=True)
class Finding:
    """A place in a text, characters from `start` to before `end`, and one of KINDS."""

    start: int
    end: int
    kind: str

    @property
    def certain(self) -> bool:
        """Known by its form; the other kinds are guesses that a person judges."""
        return self.kind in CERTAIN


def find(text: str, author: str = "") -> tuple[Finding, ...]:
    """Everything worth a look, in order, no two overlapping. In: a text and, when known, its author's name.

    Where two overlap the kind that comes first in KINDS stays. Never raises on any text.
    """
    kept: list[Finding] = []
    taken = bytearray(len(text))
    for finding in _all(text, author):
        if finding.end > finding.start and not any(taken[finding.start : finding.end]):
            taken[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
            kept.append(finding)
    return tuple(sorted(kept))


def without(text: str, findings: Iterable[Finding], put: str) -> str:
    """A proposal of the text with the certain findings taken out, `put` in place of each."""
    made, at = [], 0
    for it in sorted(findings):
        if it.certain and it.start >= at:
            made += [text[at : it.start], put]
            at = it.end
    return "".join([*made, text[at:]])


def _all(text: str, author: str) -> Iterator[Finding]:
    yield from _codes(text)
    yield from (Finding(it.start(), it.end(), MAIL) for it in _MAIL.finditer(text))
    yield from (Finding(it.start(), it.end(), ACCOUNT) for it in _ACCOUNT.finditer(text))
    yield from _phones(text)
    yield from _author(text, author)
    for pattern in _PLACES:
        yield from (Finding(it.start(), it.end(), PLACE) for it in pattern.finditer(text))
    yield from _stems(text)
    yield from _names(text)


def _codes(text: str) -> Iterator[Finding]:
    """Estonian personal identification codes (EVS 585): eleven digits, spaced or not, date and checksum right."""
    for run in _DIGITS.finditer(text):
        groups = [(it.start() + run.start(), it.end() + run.start()) for it in re.finditer(r"\d+", run[0])]
        for first in range(len(groups)):
            length = 0
            for start, end in groups[first:]:
                length += end - start
                if length >= 11:
                    if length == 11 and _is_code(text[groups[first][0] : end]):
                        yield Finding(groups[first][0], end, CODE)
                    break


def _is_code(number: str) -> bool:
    digits = "".join(it for it in number if it.isdigit())
    try:
        ik.validate(digits)
    except ValidationError:
        return False
    return True


def _phones(text: str) -> Iterator[Finding]:
    yield from (Finding(it.start(1), it.end(1), PHONE) for it in _SPOKEN.finditer(text))
    yield from (Finding(it.start(), it.end(), PHONE) for it in _ABROAD.finditer(text))
    lenient = phonenumbers.Leniency.VALID
    for match in phonenumbers.PhoneNumberMatcher(text, "EE", leniency=lenient, max_tries=2000):
        yield Finding(match.start, match.end, PHONE)


def _author(text: str, author: str) -> Iterator[Finding]:
    """The author's own name, each word of it also in its cases (Tamm, Tamme, Tammele)."""
    for name in {it.casefold() for it in _WORD.findall(author) if len(it) > 2}:
        stem = re.escape(name[: max(4, len(name) - 2)])
        for it in re.finditer(rf"(?<!\w){stem}\w{{0,6}}", text, re.IGNORECASE):
            if it[0][0].isupper() or it[0].casefold() == name:
                yield Finding(it.start(), it.end(), AUTHOR)


def _stems(text: str) -> Iterator[Finding]:
    for it in _WORD.finditer(text):
        word = it[0].casefold()
        if known.HEALTH.match(word):
            yield Finding(it.start(), it.end(), HEALTH)
        elif known.RELATION.fullmatch(word):
            yield Finding(it.start(), it.end(), RELATION)


def _names(text: str) -> Iterator[Finding]:
    """Two or three words with capitals that name no place or body: dictionaries miss names in their cases."""
    for it in _PAIR.finditer(text):
        words = it[0].split()
        near = next((at for at, word in enumerate(words) if not known.RELATION.fullmatch(word.casefold())), 3)
        start = it.start() + sum(len(word) + 1 for word in words[:near])
        named = words[near:]
        if len(named) > 1 and not any(known.NO_NAME.match(word.casefold()) for word in named):
            yield Finding(start, it.end(), NAME)
