"""What may harm someone is found in a text: every valid personal code, nearly every phone, address and mail."""

import random
import time
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from processes import sensitive
from processes.sensitive import CODE, HEALTH, MAIL, NAME, PHONE, PLACE, RELATION, find, without

FRAMES = (
    "Palun arvestage: {}.", "{} – nii on õige", "Minu andmed on {}, aitäh!", "Pöörduge ({}) esmaspäeval.",
    "Мои данные: {}.", "Please reply to {} soon.", "ühe\n{}\nreal", "{}",
)  # fmt: skip
STREETS = ("Kase", "Vana-Narva", "Lai", "Jaan Poska", "Õie", "Männiku", "A. Haava")
KINDS = ("tn", "tänav", "tee", "pst", "puiestee", "mnt", "maantee", "põik", "väljak", "tänaval", "tee")


def code(dice: random.Random) -> str:
    day = date(1925, 1, 1) + timedelta(days=dice.randrange(36_000))
    first = (3 if day.year < 2000 else 5) + dice.randrange(2)
    digits = f"{first}{day:%y%m%d}{dice.randrange(1000):03d}"
    for weights in ((1, 2, 3, 4, 5, 6, 7, 8, 9, 1), (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)):
        rest = sum(int(it) * weight for it, weight in zip(digits, weights, strict=True)) % 11
        if rest < 10:
            return digits + str(rest)
    return digits + "0"


def spaced(dice: random.Random, digits: str) -> str:
    cuts = dice.choice([(11,), (1, 7, 11), (7, 11), (1, 3, 5, 7, 11), (4, 8, 11)])
    parts, at = [], 0
    for cut in cuts:
        parts.append(digits[at:cut])
        at = cut
    return dice.choice([" ", "-", "\u00a0"]).join(parts)


def phone(dice: random.Random) -> str:
    rest = f"{dice.randrange(10**6):06d}"
    mobile, desk = "5" + str(dice.randrange(1, 9)) + rest, dice.choice(["6", "7"]) + rest
    a, b = mobile[:4], mobile[4:]
    return dice.choice(
        [f"+372 {a} {b}", f"+372{mobile}", f"{a} {b}", f"tel {mobile}", f"{a}-{b}", f"mob. {mobile[:2]} {mobile[2:5]} {mobile[5:]}",
         f"(+372) {a} {b}", f"00372 {mobile}", f"telefon: {desk[:3]} {desk[3:]}", f"+372 {desk[:3]} {desk[3:]}"]
    )  # fmt: skip


def place(dice: random.Random) -> str:
    house = f"{dice.randrange(1, 140)}{dice.choice(['', 'a', 'b', '/2'])}"
    flat = dice.choice(["", f"-{dice.randrange(1, 90)}"])
    street = dice.choice(STREETS)
    return dice.choice(
        [f"{street} {dice.choice(KINDS)} {house}{flat}", f"{street} {dice.randrange(1, 99)}-{dice.randrange(1, 99)}",
         f"elan {street} {house}", f"{dice.choice(('Kuuse', 'Mäe-Otsa'))} talu", f"ул. Ленина {dice.randrange(1, 90)}"]
    )  # fmt: skip


def mail(dice: random.Random) -> str:
    name = dice.choice(["mari.tamm", "j_kask", "tiina-liis+vald", "õnne", "info2"])
    at = dice.choice(["@", "@", "(at)", " (at) ", "[at]"])
    return f"{name}{at}{dice.choice(['post.example', 'näide.ee', 'kiri.co.example', 'mail-7.example'])}"


def recall(make, kind: str, many: int = 400) -> float:
    dice, met = random.Random(20261124), 0
    for turn in range(many):
        planted = make(dice)
        text = FRAMES[turn % len(FRAMES)].format(planted)
        told = planted.rpartition(": ")[2]
        middle = text.index(told) + len(told) // 3, text.index(told) + len(told) * 2 // 3
        met += any(it.kind == kind and it.start <= middle[0] and it.end >= middle[1] for it in find(text))
    return met / many


def test_every_valid_personal_code_is_found_also_with_spaces() -> None:
    assert recall(code, CODE, 2000) == 1.0
    assert recall(lambda dice: spaced(dice, code(dice)), CODE, 2000) == 1.0


def test_phones_addresses_and_mail_are_found_in_the_ways_people_write_them() -> None:
    assert {kind: recall(make, kind) >= 0.95 for make, kind in ((phone, PHONE), (place, PLACE), (mail, MAIL))} == {
        PHONE: True, PLACE: True, MAIL: True,
    }  # fmt: skip


def test_a_number_that_is_no_code_is_left_alone() -> None:
    dice = random.Random(7)
    wrong = [f"{dice.randrange(10**11):011d}" for _ in range(2000)]
    assert sum(any(it.kind == CODE for it in find(number)) for number in wrong) / 2000 < 0.01


def test_plain_words_of_a_plan_are_not_marked() -> None:
    said = "Palun jätke pargi pingid alles ja tehke kõnnitee 1,5 m laiaks. Detailplaneering 2027/15, Saue vald, lk 12."
    assert find(said) == ()


def test_health_near_ones_and_names_are_marked_as_guesses() -> None:
    said = "Minu naaber Jaan Kask liigub ratastoolis. Küsige Pärnu Linnavalitsuse käest."
    assert [(said[it.start : it.end], it.kind, it.certain) for it in find(said)] == [
        ("naaber", RELATION, False), ("Jaan Kask", NAME, False), ("ratastoolis", HEALTH, False),
    ]  # fmt: skip


def test_the_authors_name_is_found_in_its_cases_and_taken_out_of_the_proposal() -> None:
    said = "Mina, Salajane Sander, arvan nii. Salajase Sandri aed on 60001019906."
    assert (
        without(said, find(said, "Salajane Sander"), "[…]") == "Mina, […] […], arvan nii. […] […] aed on […]."
    )


@given(st.text(max_size=300), st.text(max_size=20))
def test_findings_are_inside_the_text_and_never_overlap(text: str, author: str) -> None:
    at = 0
    for it in find(text, author):
        assert at <= it.start < it.end <= len(text)
        at = it.end


def test_a_hostile_text_costs_no_more_than_a_long_one() -> None:
    for hostile in ("1 " * 9000, "@" * 20000, "51234567 " * 1200, "Kase Kase " * 2000, "a.a@" * 5000):
        began = time.process_time()
        find(hostile, "Mari Tamm")
        assert time.process_time() - began < 8, hostile[:10]  # quadratic ways take minutes
    assert set(sensitive.CERTAIN) < set(sensitive.KINDS)
