"""Letters that say the same are found, others are left alone, and what differs can be read."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processes import alike
from tests.processes.alike_letters import FORM_LETTERS, OPPOSED, framed, letters, right_pairs, wrapped

FORM = " ".join(FORM_LETTERS[0])


@pytest.fixture(scope="module")
def planted():
    made = letters(400)
    return made, alike.group([(it.id, it.text) for it in made])


def ids(groups):
    return [{it.id for it in group.members} for group in groups]


def test_planted_form_letters_are_found_and_nothing_else(planted):
    made, groups = planted
    precision, recall = right_pairs(
        {it.id: it.of for it in made}, [[it.id for it in g.members] for g in groups]
    )
    assert len(made) >= 300
    assert precision >= 0.98
    assert recall >= 0.9


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_planted_form_letters_are_found_whatever_the_dice(seed):
    made = letters(600, seed)
    groups = alike.group([(it.id, it.text) for it in made])
    precision, recall = right_pairs(
        {it.id: it.of for it in made}, [[it.id for it in g.members] for g in groups]
    )
    assert precision >= 0.98
    assert recall >= 0.9


def test_every_letter_is_in_one_group_at_most_and_the_largest_group_comes_first(planted):
    _made, groups = planted
    everyone = [it.id for group in groups for it in group.members]
    assert len(everyone) == len(set(everyone))
    sizes = [len(group.members) for group in groups]
    assert sizes == sorted(sizes, reverse=True)
    assert all(group.members[0].id == group.leader for group in groups)


def test_greeting_name_order_and_line_breaks_do_not_make_another_letter():
    said = [FORM_LETTERS[0][it] for it in (2, 0, 1, 4, 3)]
    other = f"Lugupeetud vallavalitsus!\n{wrapped(' '.join(said))}\nParimate soovidega\nMari Maasikas, tel 5555 1234"
    (group,) = alike.group([("a", f"Tere!\n{FORM}\nJüri"), ("b", other)])
    assert [it.identical for it in group.members] == [True, True]
    assert group.identical == 2


def test_another_ending_of_a_word_is_alike_but_not_identical():
    other = FORM.replace("vanad pärnad", "vanu pärnasid").replace("kõnniteega", "kõnniteedega")
    (group,) = alike.group([("a", FORM), ("b", other)])
    assert [it.identical for it in group.members] == [True, False]
    assert 55 <= group.members[1].likeness <= 99


def test_the_words_that_most_wrote_stand_for_the_group():
    odd = FORM + " Minu lapsed käivad sealt iga päev."
    (group,) = alike.group([("odd", odd), ("a", FORM), ("b", f"Tere!\n{FORM}")])
    assert group.leader == "a"
    assert group.identical == 2


def test_the_opposite_in_the_same_words_is_no_form_letter():
    against = FORM.replace("Puud annavad varju", "Puud ei anna varju").replace(
        "Palun jätke", "Palun ärge jätke"
    )
    assert alike.group([("a", FORM), ("b", against)]) == []
    dice = random.Random(1)
    assert alike.group([(str(n), framed(text, dice)) for n, text in enumerate([FORM, *OPPOSED])]) == []


def test_short_letters_are_alike_only_word_for_word_and_empty_ones_never():
    said = [
        ("a", "Olen planeeringu vastu."),
        ("b", "Tere! Olen planeeringu vastu."),
        ("c", "Olen planeeringu poolt."),
    ]
    assert ids(alike.group([*said, ("d", ""), ("e", ""), ("f", "Jah."), ("g", "Jah.")])) == [{"a", "b"}]


def test_a_form_letter_with_much_of_ones_own_added_still_belongs():
    longer = (
        FORM
        + " "
        + " ".join(FORM_LETTERS[5])
        + " Minu vanaema kõndis siin juba enne sõda ja mäletab neid puid."
    )
    assert ids(alike.group([("a", FORM), ("b", longer)])) == [{"a", "b"}]


def test_what_people_grouped_before_stays_and_new_letters_join_it():
    (group,) = alike.group(
        [("old", FORM), ("x", "Hoopis muu jutt prügimajast."), ("new", FORM)],
        known={"old": "old", "x": "old"},
    )
    assert group.leader == "old"
    assert {it.id for it in group.members} == {"old", "x", "new"}


def test_what_differs_is_shown_word_by_word_and_a_denial_is_pointed_out():
    pieces = alike.difference("Tere! Jätke puud alles.", "Tere! Ärge jätke puud alles, Mari")
    assert [(it.kind, it.text) for it in pieces] == [
        ("same", "Tere!"), ("gone", "Jätke"), ("new", "Ärge jätke"), ("same", "puud"), ("gone", "alles."),
        ("new", "alles, Mari"),
    ]  # fmt: skip
    assert alike.turned(pieces)
    assert not alike.turned(alike.difference("Jätke puud alles.", "Palun jätke puud alles."))


def test_how_far_it_is_is_told():
    told = []
    alike.group([(str(n), f"{n} {FORM}") for n in range(250)], told=told.append)
    assert told == [100, 200]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=12))
def test_any_texts_are_parted_and_no_text_is_lost_or_doubled(texts):
    groups = alike.group([(str(n), text) for n, text in enumerate(texts)])
    everyone = [it.id for group in groups for it in group.members]
    assert len(everyone) == len(set(everyone))
    assert all(len(group.members) > 1 and 0 <= it.likeness <= 100 for group in groups for it in group.members)


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_difference_holds_every_word_of_both(one, other):
    pieces = alike.difference(one, other)
    assert " ".join(it.text for it in pieces if it.kind != "new").split() == one.split()
    assert " ".join(it.text for it in pieces if it.kind != "gone").split() == other.split()
