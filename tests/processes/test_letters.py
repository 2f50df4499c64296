"""Every letter in every language says what it must; how it reads is kept as a snapshot beside this file.

Run with KAASA_WRITE_SNAPSHOTS=1 after changing a letter on purpose, and read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from notifications.letter import Markdown, bullets, check_letter, read_letter
from processes import catalogue, words
from processes.errors import NotFound
from processes.letters import STEMS, Letters, check

SNAPSHOTS = Path(__file__).parent / "snapshots"
DAY = date(2027, 1, 14)
MOMENT = datetime(2027, 1, 20, 15, 0, tzinfo=UTC)


@cache
def texts_of(kind: str) -> Mapping[str, str]:
    """The texts of a kind, by the paths a frozen definition gives them."""
    return catalogue.kind(kind).files()


def frozen_files(kind: str = "detailed_plan") -> dict[str, str]:
    return dict(texts_of(kind))


def written() -> list[tuple[str, str, str]]:
    """Every letter of the detailed plan, the shared ones among them, and the round table's own."""
    found = [("detailed_plan", path) for path in frozen_files() if "letters/" in path]
    found += [("round_table", path) for path in frozen_files("round_table") if path.startswith("letters/")]
    return sorted((kind, *Path(path).name.removesuffix(".md").split(".", 1)) for kind, path in found)


def kind_of(stem: str) -> str:
    """The process that says a letter."""
    return next(kind for kind, name, _variant in written() if name == stem)


def sample(variant: str) -> dict[str, str]:
    """A value for every field there is, in the letter's language."""
    day = {"until": words.until(DAY, variant), "until_short": words.short_until(DAY, variant)}
    return day | {
        "about": Markdown("**Mida kavatakse.** Ristmik ehitatakse ümber.\n\n**Mis on lahtine.** Ülekäikude kohad."),
        "act": "otsus nr 31",
        "answer": "Tõlk on kohal kella 16.45-st.",
        "asked": words.moment(MOMENT, variant),
        "delegate": "liis@selts.example",
        "before": words.say(words.OUTCOMES, "not_accepted", variant),
        "body": "vallavolikogu",
        "case_url": "https://kaasa.example/et/case/dp-2027-3",
        "change": "https://kaasa.example/et/i/abc",
        "changes": words.say(words.SENTENCES, "stays", variant),
        "contest": words.say(words.SENTENCES, "contest_until", variant).format(day=words.until(DAY, variant)),
        "decided_on": words.on(DAY, variant),
        "decides": "vallavolikogu",
        "draft_by": words.say(words.SENTENCES, "draft_by", variant).format(day=words.until(DAY, variant)),
        "digest": "a41f09c2d7e5",
        "email": "vald@naidisvald.example",
        "ending": words.say(words.SENTENCES, "closed", variant),
        "facts": bullets([Markdown("**Ligipääs:** kaldtee, lift"), Markdown("**Koht:** vallamaja saal")]),
        "freeze_on": words.on(DAY, variant),
        "from_day": words.day(date(2026, 12, 30), variant),
        "greeting": "Tere, Näidise Kurtide Ühing!",
        "held": words.say(words.SENTENCES, "held", variant).format(day=words.on(DAY, variant)),
        "count": "3",
        "list_url": "https://kaasa.example/et/cases/dp-2027-3/letters?state=failed",
        "day": words.short_day(DAY, variant),
        "items": bullets([Markdown("Meeldetuletus: Kooli tänava ristmik: [avage oma leht](https://kaasa.example/et/i/abc)")]),
        "follow_url": "https://kaasa.example/et/case/rt-2027-1/followup",
        "kind": words.say(words.MEETINGS, "discussion", variant),
        "link": "https://kaasa.example/et/i/abc",
        "minutes": "Osalesid vald ja kaheksa ühendust.\n1. Sotsiaaltransport: lepiti kokku, et tellida saab päev ette.",
        "municipality": "Näidisvald",
        "need": "kirjutustõlge",
        "number": "dp-2027-3",
        "order_by": words.until(date(2027, 1, 6), variant),
        "answer_link": "https://kaasa.example/et/s/abc",
        "answer_by": words.until(date(2027, 1, 18), variant),
        "advise_by": words.say(words.SENTENCES, "advise_by", variant).format(day=words.until(DAY, variant)),
        "organisation": "Näidise Pimedate Ühing",
        "outcome": words.say(words.OUTCOMES, "partly", variant),
        "phase": words.say(words.PHASES, "display", variant),
        "phone": "555 0100",
        "place": "vallamaja, Kooli 1",
        "planner": "Aino Näidis",
        "planner_title": "planeerija",
        "points": bullets([Markdown("**2027-14** – „Ülekäik on liiga kaugel“; meie seisukoht: arvestatud")]),
        "question": "kas võtta planeering vastu",
        "committee": "Planeerimiskomisjon",
        "quote": "Ülekäigurada on liiga kaugel.\nPalun istepink peatusse.",
        "reason": "saal ei olnud ligipääsetav",
        "reasons": "Ülekäigurada nihkub koolile lähemale.",
        "receipt": "2027-14",
        "received": words.moment(MOMENT, variant),
        "starts": words.moment(MOMENT, variant),
        "starts_short": words.short_day(MOMENT, variant),
        "state": words.say(words.NEED_STATES, "booked", variant),
        "suggested": "Lihtne keel valla kirjades",
        "tasks": bullets([Markdown("**2.** Avaldada järjekord – teeb sotsiaalosakond")]),
        "title": "Kooli tänava ristmiku detailplaneering",
        "valid": words.until_moment(MOMENT, variant),
        "visit": "Kooli 1, E–R 9–16",
        "why": "Teie liikmed kasutavad kooli peatust iga päev.",
    }  # fmt: skip


def filled(stem: str, variant: str, kind: str = "detailed_plan"):
    text = Letters(frozen_files(kind))._text(f"{stem}.{variant}.md")
    assert text is not None
    return read_letter(text, name=f"{stem}.{variant}").fill(sample(variant), language=variant)


def test_every_letter_is_there_in_every_language_and_uses_only_its_fields() -> None:
    assert check(frozen_files()) == []
    assert check(frozen_files("round_table")) == []


@pytest.mark.parametrize(("kind", "stem", "variant"), written())
def test_a_letter_reads_as_it_was_last_agreed(kind: str, stem: str, variant: str) -> None:
    letter = filled(stem, variant, kind)
    own = "" if kind == "detailed_plan" else f"{kind}."
    snapshot = SNAPSHOTS / f"{own}{stem}.{variant}.txt"
    now = f"{letter.subject}\n\n{letter.text}"
    if os.environ.get("KAASA_WRITE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(exist_ok=True)
        snapshot.write_text(now, "utf-8")
    assert now == snapshot.read_text("utf-8")


@pytest.mark.parametrize("stem", ["invitation", "reminder", "round", "approval", "display", "deadline_moved"])
@pytest.mark.parametrize("variant", words.LANGUAGES)
def test_a_letter_that_asks_says_its_last_day_in_the_subject_and_at_once(stem: str, variant: str) -> None:
    letter = filled(stem, variant)
    assert words.short_until(DAY, variant) in letter.subject
    assert words.until(DAY, variant) in "\n".join(letter.text.split("\n\n")[:4])


@pytest.mark.parametrize(
    "stem", ["invitation", "reminder", "round", "approval", "display", "deadline_moved", "meeting"]
)
@pytest.mark.parametrize("variant", words.LANGUAGES)
def test_a_letter_that_asks_names_four_ways_to_answer(stem: str, variant: str) -> None:
    text = filled(stem, variant).text
    assert "https://kaasa.example/et/i/abc" in text
    assert "555 0100" in text
    assert "Kooli 1, E–R 9–16" in text
    assert {"et": "vastake sellele kirjale", "en": "answer this letter", "ru": "ответьте на это письмо"}[
        variant
    ] in text


@pytest.mark.parametrize(("kind", "stem", "variant"), written())
def test_no_subject_can_hold_anything_about_a_person(kind: str, stem: str, variant: str) -> None:
    text = Letters(frozen_files(kind))._text(f"{stem}.{variant}.md")
    harmless = {"title", "until_short", "starts_short", "kind", "receipt", "municipality", "day"}
    assert check_letter(f"{text.splitlines()[0]}\n\n-\n", harmless) == []


@pytest.mark.parametrize("stem", [stem for stem, rules in STEMS.items() if rules.easy])
def test_easy_estonian_keeps_its_sentences_short(stem: str) -> None:
    text = Letters(frozen_files(kind_of(stem)))._text(f"{stem}.et-easy.md")
    sentences = [
        s for line in text.splitlines()[2:] for s in line.replace("?", ".").replace("!", ".").split(". ")
    ]
    assert max(len(s.split()) for s in sentences) <= 12


def test_every_letter_an_association_may_get_is_there_in_easy_estonian() -> None:
    there = {(stem, variant) for _kind, stem, variant in written()}
    to_officials = {stem for stem, rules in STEMS.items() if not rules.easy}
    assert to_officials <= {
        "advice",
        "advice_colleague",
        "committee",
        "not_us",
        "sign_in",
        "summary",
        "undelivered",
    }
    assert {stem for stem, variant in there if variant == "et-easy"} >= set(STEMS) - to_officials


def test_a_process_may_say_a_shared_letter_in_its_own_words() -> None:
    own = {"letters/receipt.et.md": "# Oma\n\n{receipt}\n"}
    assert Letters(frozen_files() | own).find("receipt", "et")[1].subject == "Oma"


def test_easy_estonian_is_for_those_who_want_it_and_read_estonian() -> None:
    letters = Letters(frozen_files())
    assert letters.find("invitation", "et", easy=True)[0] == "et-easy"
    assert letters.find("invitation", "ru", easy=True)[0] == "ru"
    assert (
        letters.find("committee", "et", easy=True)[0] == "et"
    )  # to officials alone, who have not asked for it
    assert letters.find("receipt", "fi")[0] == "et"


def test_a_letter_nobody_wrote_is_told_by_name() -> None:
    with pytest.raises(NotFound, match="no_such"):
        Letters(frozen_files()).find("no_such", "et")


def test_the_check_finds_a_missing_language_an_unknown_field_and_a_stray_file() -> None:
    files = frozen_files()
    del files["letters/decision.ru.md"]
    files["letters/display.et.md"] = "# {titel}\n\nTere\n"
    files["letters/display.fi.md"] = "# Hei\n\nHei\n"
    files["letters/dispaly.et.md"] = "# Tere\n\nTere\n"
    told = {finding.file: finding.sentence for finding in check(files)}
    assert "missing" in told["letters/decision.ru.md"]
    assert "did you mean {title}" in told["letters/display.et.md"]
    assert "et-easy" in told["letters/display.fi.md"]
    assert "No step sends" in told["letters/dispaly.et.md"]


@pytest.mark.parametrize(
    ("day", "on", "until"),
    [
        (date(2027, 1, 1), "reedel, 1. jaanuaril 2027", "reedeni, 1. jaanuarini 2027"),
        (date(2027, 3, 20), "laupäeval, 20. märtsil 2027", "laupäevani, 20. märtsini 2027"),
        (date(2027, 5, 3), "esmaspäeval, 3. mail 2027", "esmaspäevani, 3. maini 2027"),
        (date(2027, 10, 12), "teisipäeval, 12. oktoobril 2027", "teisipäevani, 12. oktoobrini 2027"),
    ],
)
def test_estonian_days_are_declined(day: date, on: str, until: str) -> None:
    assert words.on(day, "et-easy") == on
    assert words.until(day, "et") == until


def test_the_last_second_of_a_day_in_tallinn_is_told_as_that_day() -> None:
    assert words.until(datetime(2027, 1, 14, 21, 59, 59, tzinfo=UTC), "et").startswith("neljapäevani, 14.")
