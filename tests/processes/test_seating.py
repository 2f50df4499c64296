"""Where people sit, proposed from what they need."""

from __future__ import annotations

from processes.accommodation import KINDS
from processes.seating import AT_THE_DOOR, FITTINGS, ORDER, PLACES, Sitter, at_the_door, propose

ANNA = Sitter("a", "Anna", "accepted", ("WHEEL", "PA"))
BERT = Sitter("b", "Bert", "maybe", ("SIGN",))
CARL = Sitter("c", "Carl", "accepted", ("REMOTE", "CART", "LOOP"))
DORA = Sitter("d", "Dora", "declined", ("WHEEL", "SIGN_RU"))
EVE = Sitter("e", "Eve", "accepted")
ALL = (EVE, DORA, CARL, BERT, ANNA)


def test_whoever_depends_on_a_place_is_placed_first_and_whoever_declined_not_at_all():
    seated = propose(ALL, hall=True, link=True)
    assert [(it.name, it.like, it.sure) for it in seated.hall] == [
        ("Anna", ("space", "helper_beside"), True),
        ("Bert", ("sees_signer",), False),
        ("Eve", (), True),
    ]
    assert [(it.name, it.like) for it in seated.link] == [("Carl", ("captions_on_screen",))]


def test_chairs_count_helpers_and_interpreters_but_no_chair_for_a_wheelchair():
    seated = propose(ALL, hall=True, link=True)
    # Bert and Eve, Anna's assistant, two sign-language interpreters, one for the captions.
    assert (seated.chairs, seated.spaces) == (6, 1)
    assert dict(seated.fittings) == {"free_spaces": 1, "signer": 1, "captioner": 1}


def test_a_planners_decision_stands_but_nobody_is_sent_to_a_link_there_is_not():
    eve = Sitter("e", "Eve", "accepted", (), seat="link", note="kaamera")
    assert propose([eve], hall=True, link=True).link[0].decided
    assert propose([eve], hall=True, link=False).hall[0].where == "hall"
    assert propose([CARL], hall=True, link=False).hall[0].like == ("sees_captions", "in_loop")
    assert propose([ANNA], hall=False, link=True).link[0].like == ()


def test_the_door_hears_of_ramps_and_helpers_and_of_no_other_need():
    know, work = at_the_door([ANNA, BERT, CARL, DORA, EVE], hall=True, link=True)
    assert know == {"WHEEL": 1, "PA": 1}
    assert work == {"SIGN": 1}
    assert not set(AT_THE_DOOR) & {"SIGN", "CART", "LOOP", "PAUSE", "ALLERG", "EASY", "OTHER"}


def test_every_kind_of_need_is_known_here_or_has_nothing_to_do_with_places():
    assert set(PLACES) | set(FITTINGS) | {"OTHER"} == set(KINDS)
    assert set(filter(None, PLACES.values())) == set(ORDER)
