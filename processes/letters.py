"""Which letters there are, what each may say, and which text a recipient gets.

A case reads its own frozen definition: `letters/<stem>.<variant>.md` first, then the shared
`shared/letters/`; so it ends with the texts it began with. What no case stands behind (signing in), and a
stem younger than the case, comes from the shared folder on disk.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from notifications.letter import Template, check_letter, read_letter
from processes.errors import NotFound
from processes.words import EASY, LANGUAGES, spoken

SHARED = Path(__file__).parents[1] / "bpmn" / "shared" / "letters"

# What every letter about a case may say. `about` is the plain box; `visit` is where and when to come; `tasks` are
# those still open in the series the case belongs to.
OF_CASE = frozenset(
    {
        "about",
        "case_url",
        "decides",
        "email",
        "greeting",
        "municipality",
        "number",
        "phone",
        "planner",
        "planner_title",
        "tasks",
        "title",
        "visit",
    }
)


@dataclass(frozen=True)
class Stem:
    """One letter: the fields of its own, whether it is about a case, whether easy Estonian is a must.

    It is wherever an organisation may be the reader: any of them can have asked for it. Officials and offices cannot.
    `by` is the verb that sends it; a process whose drawings do not name that verb need not have the letter.
    """

    own: frozenset[str]
    easy: bool = True
    of_case: bool = True
    by: str = ""

    @property
    def fields(self) -> set[str]:
        return set(self.own | OF_CASE) if self.of_case else set(self.own)


def _stem(own: str, *, easy: bool = True, of_case: bool = True, by: str = "") -> Stem:
    return Stem(frozenset(own.split()), easy, of_case, by)


STEMS: Mapping[str, Stem] = {
    "invitation": _stem("why link until until_short"),
    "reminder": _stem("link until until_short"),
    "approval_reminder": _stem("link until until_short"),
    "uninvited": _stem("reason"),
    "forwarded": _stem("organisation link"),
    "not_us": _stem("organisation", easy=False),
    "round": _stem("phase link from_day until until_short place"),
    "approval": _stem("link until until_short", by="approval/send"),
    "display": _stem("act decided_on link from_day until until_short place", by="display/tell"),
    "display_interrupted": _stem("reason", by="round/interrupt"),
    "deadline_moved": _stem("phase link until until_short reason"),
    "meeting": _stem("kind facts starts starts_short link order_by"),
    "meeting_reminder": _stem("kind facts starts starts_short link order_by answer_by"),
    "meeting_moved": _stem("kind facts starts starts_short link order_by"),
    "meeting_cancelled": _stem("kind starts starts_short reason"),
    "counter_declined": _stem("kind facts starts starts_short asked reason link"),
    "delegate": _stem("kind facts starts starts_short organisation order_by"),
    "delegate_over": _stem("kind starts starts_short organisation"),
    "delegate_declined": _stem("kind starts starts_short delegate reason link"),
    "need": _stem("need state answer link"),
    "confirm": _stem("link quote"),
    "receipt": _stem("receipt received quote change"),
    "receipt_late": _stem("receipt received quote change"),
    "withdrawn": _stem("receipt"),
    "answer": _stem("receipt quote outcome reasons"),
    "answer_changed": _stem("receipt quote outcome reasons before why"),
    "advice": _stem("link question advise_by", easy=False),
    "advice_colleague": _stem("link question advise_by", easy=False),
    "inner_round": _stem("organisation question link draft_by"),
    "representative": _stem("receipt quote count until until_short"),
    "results": _stem("act decided_on held changes reasons", by="decision/record_results"),
    "decision": _stem("act decided_on body reasons points contest", by="decision/tell"),
    "not_adopted": _stem("act decided_on body reasons points contest", by="decision/tell"),
    "closed": _stem("ending"),
    "agenda": _stem("link until until_short items", by="agenda/send"),
    "agenda_agreed": _stem("link items", by="agenda/publish"),
    "minutes_draft": _stem("link until until_short minutes follow_url", by="minutes/circulate"),
    "minutes": _stem("minutes follow_url", by="minutes/finish"),
    "suggestion": _stem("greeting municipality phone email receipt suggested until", of_case=False),
    "suggestion_answer": _stem(
        "greeting municipality phone email receipt suggested outcome reasons", of_case=False
    ),
    "committee": _stem("facts starts starts_short question freeze_on link answer_link", easy=False),
    "speak": _stem("committee outcome reasons facts starts starts_short link"),
    "summary": _stem("link question starts starts_short digest", easy=False),
    "undelivered": _stem("count list_url", easy=False),
    "digest": _stem("items day greeting municipality phone email", of_case=False),
    "sign_in": _stem("link greeting municipality phone email valid", of_case=False, easy=False),
}


class Finding(NamedTuple):
    """A letter file, and what is wrong with it, remedy included."""

    file: str
    sentence: str


class Letters:
    """The letters of one definition's files; with None, the shared ones on disk."""

    def __init__(self, files: Mapping[str, str] | None) -> None:
        self._files = files or {}

    def find(self, stem: str, language: str, *, easy: bool = False) -> tuple[str, Template]:
        """Out: the variant and its template. The easy variant, else the language, else Estonian.

        Errors: NotFound when not even Estonian was written; LetterUnreadable.
        """
        base = spoken(language)
        wanted = [EASY] if easy and base == "et" else []
        for variant in dict.fromkeys([*wanted, base, "et"]):
            if (text := self._text(f"{stem}.{variant}.md")) is not None:
                return variant, _read(text, f"{stem}.{variant}")
        raise NotFound(f"Letter {stem!r} was never written: add letters/{stem}.et.md.")

    def _text(self, name: str) -> str | None:
        for folder in ("letters", "shared/letters"):
            if f"{folder}/{name}" in self._files:
                return self._files[f"{folder}/{name}"]
        return on_disk(SHARED).get(name)


@cache
def on_disk(folder: Path) -> Mapping[str, str]:
    """The letter files of a folder, by name; they do not change while the program runs."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}


@lru_cache(maxsize=1024)
def _read(text: str, name: str) -> Template:
    return read_letter(text, name=name)


def check(files: Mapping[str, str]) -> list[Finding]:
    """In: a process folder's files by path, the shared ones among them. Out: what is missing or wrong.

    A file counts by the folder it lies in, `letters`, however deep that is.
    """
    letters = {PurePosixPath(path): path for path in files if PurePosixPath(path).parent.name == "letters"}
    findings, there = [], set()
    for place, path in sorted(letters.items()):
        stem, _, variant = place.name.removesuffix(".md").partition(".")
        there.add((stem, variant))
        if stem not in STEMS:
            findings.append(
                Finding(path, f"No step sends a letter {stem!r}: name it as one of {', '.join(STEMS)}.")
            )
        elif variant not in (*LANGUAGES, EASY) or place.suffix != ".md":
            findings.append(
                Finding(path, "Name it <letter>.<language>.md, the language et, et-easy, en or ru.")
            )
        else:
            findings += [Finding(path, fault) for fault in check_letter(files[path], STEMS[stem].fields)]
    drawn = "".join(text for path, text in files.items() if path.endswith(".bpmn"))
    for name, stem_rules in STEMS.items():
        if stem_rules.by and f'"{stem_rules.by}"' not in drawn:
            continue
        wanted = [*LANGUAGES, EASY] if stem_rules.easy else list(LANGUAGES)
        findings += [
            Finding(f"letters/{name}.{variant}.md", f"The letter is missing: write {name!r} in {variant!r}.")
            for variant in wanted
            if (name, variant) not in there
        ]
    return findings
