"""Which opinions say the same: found without comparing each with each, and what differs between two of them.

A letter is read without its greeting, its name and its order: sentence by sentence, words by their Estonian lemma
(a word the dictionary does not know stays as it is, so that other languages and typing errors are compared by their
characters). Five characters in a row are a mark; two letters are alike when they share enough marks. Whom to compare
is told by the smallest marks (min-hash), so the work grows with the number of letters, not with its square.

Pure: texts in, groups out. A group is a proposal; `processes.alike_group` keeps what people made of it.
"""

import re
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

import simplemma

ALIKE = 0.55
"""Share of common marks from which two letters are alike (Jaccard)."""
WITHIN = 0.8
"""Share of the shorter letter that stands in the longer one, from which it is the same letter with words of one's own."""
FEWEST_MARKS = 60
"""Letters with fewer marks are grouped only when they are the same word for word: likeness of so few says nothing."""
FEWEST_WORDS = 3
MARK = 5
BINS, ROWS = 128, 3
MOST_COMPARED = 12

GREETINGS = frozenset(
    [
        "tere",
        "austatud",
        "lugupeetud",
        "hea",
        "head",
        "tervist",
        "tervitus",
        "hello",
        "dear",
        "good",
        "hi",
        "здравствуйте",
        "уважаемый",
        "уважаемая",
        "уважаемые",
        "добрый",
    ]
)
CLOSINGS = frozenset(
    [
        "lugupidamisega",
        "tervitades",
        "tervitustega",
        "parimate",
        "heade",
        "austusega",
        "ette",
        "tänades",
        "sincerely",
        "regards",
        "best",
        "yours",
        "kindly",
        "thank",
        "уважением",
        "уважения",
    ]
)
NEGATIONS = frozenset(
    ["ei", "ära", "ärge", "ärgu", "mitte", "pole", "polnud", "not", "no", "never", "dont", "не", "нет", "ни"]
)

_NOISE = re.compile(r"https?://\S+|\S+@\S+|\+?\d[\d\s/.-]{5,}\d")
_WRAPPED = re.compile(r"(?<![.!?:;\n])\n(?=[^\W\d_A-ZÕÄÖÜŠŽА-ЯЁ])")
_SENTENCE = re.compile(r"[.!?;:\n…]+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Member:
    """A letter in a group. `likeness` to its leader is 0 to 100; `identical`: only greeting, name and order differ."""

    id: str
    likeness: int
    identical: bool


@dataclass(frozen=True)
class Group:
    """Letters that say the same, the leader first; its own likeness is 100. `identical` counts letters like it word for word."""

    leader: str
    members: tuple[Member, ...]

    @property
    def identical(self) -> int:
        return sum(it.identical for it in self.members)


@dataclass(frozen=True)
class Piece:
    """A run of words: in both letters (`same`), only in the leader (`gone`), only in the other (`new`)."""

    kind: str
    text: str


@dataclass(frozen=True)
class _Read:
    id: str
    same: int
    marks: frozenset[int]
    polarity: Mapping[int, bool]
    words: int
    signature: tuple[int, ...] = field(repr=False, default=())


def group(
    letters: Iterable[tuple[str, str]],
    *,
    known: Mapping[str, str] | None = None,
    told: Callable[[int], None] | None = None,
) -> list[Group]:
    """Propose groups. In: (id, text) in the order they came. Out: groups of two or more, the largest first.

    `known` says into whose group some were taken before (id to leader's id); `told` is called with how many were read.
    """
    known = known or {}
    read: dict[str, _Read] = {}
    for count, (id_, text) in enumerate(letters, 1):
        read[id_] = _read(id_, text)
        if told is not None and count % 100 == 0:
            told(count)
    first_pass = _clusters(_in_order(read.values(), known), known)
    heads = [_leader([read[it] for it in ids], known) for ids in first_pass.values()]
    of_head = dict(zip((it.id for it in heads), first_pass.values(), strict=True))
    # Two clusters may be one: what each was begun with lay far apart, what most of each say does not.
    merged = _clusters(_in_order(heads, known), known)
    found = []
    for ids in merged.values():
        everyone = [read[it] for head in ids for it in of_head[head]]
        if len(everyone) > 1:
            found.append(_group(everyone, known))
    return sorted(found, key=lambda it: (-len(it.members), it.leader))


def difference(leader: str, other: str, most: int = 4_000) -> list[Piece]:
    """What differs between two letters, word by word, names and greetings included. Long letters are cut at `most`."""
    ours, theirs = leader[:most].split(), other[:most].split()
    pieces: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("same", " ".join(ours[a:b])))
            continue
        if a < b:
            pieces.append(Piece("gone", " ".join(ours[a:b])))
        if c < d:
            pieces.append(Piece("new", " ".join(theirs[c:d])))
    return pieces


def turned(pieces: Iterable[Piece]) -> bool:
    """Whether a word of denial stands in what differs: such a pair may say the opposite and wants to be read."""
    return any(
        word in NEGATIONS for it in pieces if it.kind != "same" for word in _WORD.findall(it.text.casefold())
    )


def likeness(one: str, other: str) -> int:
    """How alike two letters are, 0 to 100."""
    return round(100 * _alike(_read("a", one), _read("b", other)))


# Reading.


def _read(id_: str, text: str) -> _Read:
    sentences = _body(text)
    plain = sorted(" ".join(it) for it in sentences)
    lemmas = [[_lemma(word) for word in it] for it in sentences]
    marks = frozenset(_marks(" ".join(it) for it in lemmas))
    polarity = {
        hash(tuple(word for word in it if word not in NEGATIONS)): not NEGATIONS.isdisjoint(plain_words)
        for it, plain_words in zip(lemmas, sentences, strict=True)
        if len(it) > 2
    }
    words = sum(map(len, sentences))
    return _Read(id_, hash(tuple(plain)), marks, polarity, words, _signature(marks))


def _body(text: str) -> list[list[str]]:
    """The sentences of a letter as words, without greeting, closing and name."""
    flat = _WRAPPED.sub(" ", unicodedata.normalize("NFKC", text).replace("\r\n", "\n"))
    raw = [it for it in _SENTENCE.split(_NOISE.sub(" ", flat)) if it.strip()]
    sentences = [found for it in raw if (found := _WORD.findall(it.casefold()))]
    while len(sentences) > 1 and len(sentences[0]) <= 6 and sentences[0][0] in GREETINGS:
        sentences.pop(0)
    for place in range(len(sentences) - 1, max(0, len(sentences) - 8), -1):
        said = sentences[place]
        closing = len(said) <= 6 and not CLOSINGS.isdisjoint(said[:2])
        if closing and sum(map(len, sentences[place + 1 :])) <= 30:
            return sentences[:place]
    if len(sentences) > 1 and _is_name(raw[-1]):
        sentences.pop()
    return sentences


def _is_name(line: str) -> bool:
    words = line.split()
    return 0 < len(words) <= 3 and all(it[:1].isupper() for it in words)


@lru_cache(maxsize=200_000)
def _lemma(word: str) -> str:
    return simplemma.lemmatize(word, lang="et").casefold()


def _marks(sentences: Iterable[str]) -> Iterable[int]:
    for sentence in sentences:
        said = f" {sentence} ".encode()
        if len(said) <= MARK:
            yield _mixed(said)
        for start in range(len(said) - MARK + 1):
            yield _mixed(said[start : start + MARK])


def _mixed(mark: bytes) -> int:
    value = zlib.crc32(mark) * 0x9E3779B1
    return (value ^ (value >> 17)) & 0xFFFFFFFF


def _signature(marks: frozenset[int]) -> tuple[int, ...]:
    """The smallest mark of each of BINS parts; an empty part borrows from the next (one-permutation min-hash)."""
    smallest: list[int | None] = [None] * BINS
    for mark in marks:
        place, value = mark % BINS, mark // BINS
        there = smallest[place]
        if there is None or value < there:
            smallest[place] = value
    if not marks:
        return ()
    last, filled = 0, [0] * BINS
    for place in range(2 * BINS - 1, -1, -1):
        value_or_none = smallest[place % BINS]
        last = last + 1 if value_or_none is None else value_or_none
        if place < BINS:
            filled[place] = last
    return tuple(filled)


# Comparing.


def _alike(one: _Read, other: _Read) -> float:
    """0 to 1: the share of common marks, or nearly the share of the shorter one that stands in the longer."""
    if one.same == other.same:
        return 1.0
    if not one.marks or not other.marks:
        return 0.0
    common = len(one.marks & other.marks)
    shorter = min(len(one.marks), len(other.marks))
    jaccard = common / (len(one.marks) + len(other.marks) - common)
    within = common / shorter
    return max(jaccard, ALIKE + (within - WITHIN) if within >= WITHIN else 0.0)


def _same(one: _Read, other: _Read) -> float:
    """How alike two letters are that may share an answer; 0 when they may not."""
    if one.same == other.same:
        return 1.0 if one.words >= FEWEST_WORDS else 0.0
    if min(len(one.marks), len(other.marks)) < FEWEST_MARKS:
        return 0.0
    found = _alike(one, other)
    if found < ALIKE:
        return 0.0
    shared = one.polarity.keys() & other.polarity.keys()
    return found if all(one.polarity[it] == other.polarity[it] for it in shared) else 0.0


def _in_order(letters: Iterable[_Read], known: Mapping[str, str]) -> list[_Read]:
    """Known leaders first, then what people put beside them, then everyone else as they came."""
    return sorted(letters, key=lambda it: 2 if it.id not in known else known[it.id] != it.id)


def _clusters(letters: Iterable[_Read], known: Mapping[str, str]) -> dict[str, list[str]]:
    """Each letter joins the first letter it is alike to among those its smallest marks point to, or begins a cluster."""
    of: dict[str, list[str]] = {}
    begun: dict[str, _Read] = {}
    exact: dict[int, str] = {}
    buckets: dict[tuple[int, ...], set[str]] = defaultdict(set)
    for letter in letters:
        keys = [
            (place, *letter.signature[place : place + ROWS])
            for place in range(0, BINS - ROWS + 1, ROWS)
            if letter.signature
        ]
        joined = known.get(letter.id) or _joins(letter, keys, exact, buckets, begun) or letter.id
        if joined not in begun:
            begun[joined] = letter
            of[joined] = []
        of[joined].append(letter.id)
        if letter.words >= FEWEST_WORDS:
            exact.setdefault(letter.same, joined)
        for key in keys:
            buckets[key].add(joined)
    return of


def _joins(
    letter: _Read, keys: list[tuple[int, ...]], exact: Mapping[int, str], buckets: Mapping[tuple[int, ...], set[str]],
    begun: Mapping[str, _Read],
) -> str | None:  # fmt: skip
    if letter.words >= FEWEST_WORDS and letter.same in exact:
        return exact[letter.same]
    met = Counter(it for key in keys for it in buckets.get(key, ()))
    best = max(
        ((_same(letter, begun[it]), it) for it, _ in met.most_common(MOST_COMPARED)), default=(0.0, "")
    )
    return best[1] if best[0] else None


def _leader(letters: list[_Read], known: Mapping[str, str]) -> _Read:
    """Who stands for a cluster: the leader people know, else the first of those whose very words occur most."""
    for letter in letters:
        if known.get(letter.id) == letter.id:
            return letter
    counts = Counter(it.same for it in letters)
    return max(
        letters,
        key=lambda it: (counts[it.same], -letters.index(it)) if len(letters) < 50 else counts[it.same],
    )


def _group(letters: list[_Read], known: Mapping[str, str]) -> Group:
    leader = _leader(letters, known)
    members = [Member(leader.id, 100, identical=True)]
    for it in letters:
        if it.id != leader.id:
            same = it.same == leader.same
            members.append(Member(it.id, 100 if same else min(99, round(100 * _alike(it, leader))), same))
    return Group(leader.id, tuple(members))
