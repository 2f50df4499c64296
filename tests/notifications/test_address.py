from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.address import Postmark, plain
from notifications.errors import AddressRefused

POSTMARK = Postmark(secret=b"a secret of the tests only", domain="kaasa.example")


@given(st.text())
def test_a_token_is_24_plain_characters_and_always_the_same(purpose: str) -> None:
    token = POSTMARK.token(purpose)
    assert token == POSTMARK.token(purpose)
    assert len(token) == 24
    assert token.isalnum()
    assert token.islower() or token.isdigit()


@given(st.text(), st.text())
def test_a_token_verifies_for_its_own_purpose_alone(purpose: str, other: str) -> None:
    assert POSTMARK.verify(POSTMARK.token(purpose), purpose)
    assert POSTMARK.verify(POSTMARK.token(purpose).upper(), purpose)
    assert POSTMARK.verify(POSTMARK.token(purpose), other) == (purpose == other)


def test_another_secret_makes_another_token() -> None:
    other = Postmark(secret=b"another secret of the tests", domain="kaasa.example")
    assert other.token("invitation-1") != POSTMARK.token("invitation-1")
    assert not other.verify(POSTMARK.token("invitation-1"), "invitation-1")


@pytest.mark.parametrize("form", ["{}", "mailto:{}", "MAILTO:{}", "<{}>", " {} "])
def test_a_token_is_found_however_a_client_writes_the_address(form: str) -> None:
    token = POSTMARK.token("invitation-1")
    address = POSTMARK.address(token)
    assert POSTMARK.token_in(form.format(address)) == token
    assert POSTMARK.token_in(form.format(address.upper())) == token


@pytest.mark.parametrize(
    "address",
    [
        "",
        "osalus@kaasa.example",
        "osalus+short@kaasa.example",
        "osalus+abcdefghijklmnopqrstuvw1@kaasa.example",
        "osalus+abcdefghijklmnopqrstuvwx@kaasa.example.evil.example",
        "evil+abcdefghijklmnopqrstuvwx@kaasa.example",
    ],
)
def test_no_token_is_found_in_an_address_that_is_not_ours(address: str) -> None:
    assert POSTMARK.token_in(address) is None


def test_a_short_secret_is_refused_and_never_shown() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Postmark(secret=b"short", domain="kaasa.example")
    assert "secret of the tests" not in repr(POSTMARK)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "mart",
        "a@b@c.ee",
        "a@b.ee\r\nBcc: x@y.ee",
        "a@b.ee\n",
        "Mart <a@b.ee>",
        "a b@c.ee",
        "a@b.ee,c@d.ee",
        "õ@b.ee",
        '"a b"@c.ee',
        "a..b@c.ee",
        "a@b.ee\u2028",
    ],
)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match=r"name@example\.ee"):
        plain(address, where="recipient")


@given(st.emails(domains=st.just("b.example")))
def test_ordinary_addresses_are_taken(address: str) -> None:
    assert plain(address, where="recipient") == address
