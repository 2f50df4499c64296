"""The front door's promises: headers, forms from elsewhere, large bodies, error pages, languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from processes.errors import Conflict, LinkNotValid, NotAllowed, NotFound, TooLate
from tests.web.conftest import Visitor, found
from web.pages.accessibility import AccessibilityPage

EVERY_KIND = [
    "/",
    "/et/",
    "/et/sign-in",
    "/et/nothing-here",
    "/health/live",
    "/static/favicon.svg",
    "/static/none",
]


@pytest.mark.parametrize("path", EVERY_KIND)
def test_every_answer_carries_the_security_headers(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_page_says_its_nonce_only_in_its_own_header(visitor: Visitor) -> None:
    first, second = visitor.get("/et/sign-in"), visitor.get("/et/sign-in")
    nonces = [found(r"'nonce-([^']+)'", it.headers["content-security-policy"]) for it in (first, second)]
    assert nonces[0] != nonces[1]
    assert nonces[0] in first.text


def test_a_form_without_its_token_changes_nothing(visitor: Visitor) -> None:
    answer = visitor.client.post("/et/sign-in", data={"email": "aino@naidisvald.example"})
    assert answer.status_code == 403
    assert "ei tulnud sellelt lehelt" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
    ],
)
def test_a_form_from_another_site_is_refused_even_with_a_valid_token(
    visitor: Visitor, headers: dict[str, str]
) -> None:
    answer = visitor.post("/et/sign-in", {"email": "aino@naidisvald.example"}, headers=headers)
    assert answer.status_code == 403


def test_too_large_a_body_is_told_in_the_readers_language(visitor: Visitor) -> None:
    answer = visitor.post("/ru/sign-in", {"email": "x" * 12_500_000})
    assert answer.status_code == 413
    assert "больше 12 МБ" in answer.text


def test_a_large_body_without_a_declared_length_is_refused_too(visitor: Visitor) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(13):
            yield b"x" * 1_000_000

    answer = visitor.client.post(
        "/et/sign-in", content=chunks(), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (NotFound("secret row 17"), 404, "Sellist lehte ei ole"),
        (LinkNotValid("secret"), 404, "enam ei kehti"),
        (NotAllowed("secret"), 403, "teise rolliga"),
        (TooLate("secret"), 409, "juba lõppenud"),
        (Conflict("secret"), 409, "hetk tagasi"),
        (RuntimeError("secret"), 500, "meie poolel"),
    ],
)
def test_a_refusal_is_one_sentence_and_says_nothing_of_the_inside(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, said: str
) -> None:
    monkeypatch.setattr("web.visit.PageVisit.page", _once_failing(error))
    answer = visitor.get("/et/accessibility")
    assert answer.status_code == status
    assert said in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def _once_failing(error: Exception) -> Callable[..., Any]:
    from web.visit import PageVisit

    whole = PageVisit.page
    raised: list[int] = []

    def page(self: PageVisit, *names: Any, **values: Any) -> Any:
        if not raised:
            raised.append(1)
            raise error
        return whole(self, *names, **values)

    return page


def test_an_unknown_address_is_a_page_in_the_language_of_the_address(visitor: Visitor) -> None:
    assert "Not found" in visitor.get("/en/nothing-here").text
    assert "Не найдено" in visitor.get("/ru/nothing-here").text
    assert "Не найдено" in visitor.get("/nothing", headers={"accept-language": "ru,en;q=0.5"}).text


@pytest.mark.parametrize(
    ("accepted", "led_to"),
    [("en-GB,en;q=0.9", "/en/"), ("ru", "/ru/"), ("fi,sv;q=0.3", "/et/"), ("", "/et/")],
)
def test_the_bare_address_leads_to_a_language_the_reader_has(
    visitor: Visitor, accepted: str, led_to: str
) -> None:
    assert visitor.get("/", headers={"accept-language": accepted}).headers["location"] == led_to


def test_another_language_is_the_same_page(visitor: Visitor) -> None:
    text = visitor.get("/et/sign-in?next=/et/desk").text
    assert 'href="/ru/sign-in?next=/et/desk"' in text


def test_built_files_are_kept_for_ever_and_pages_never_by_others(visitor: Visitor) -> None:
    page = visitor.get("/et/sign-in")
    style = found(r'href="(/static/vendor/app\.[0-9a-f]+\.css)"', page.text)
    assert "immutable" in visitor.get(style).headers["cache-control"]
    assert page.headers["cache-control"].startswith(("private", "no-store"))


def test_the_demonstration_is_not_in_a_real_installation(visitor: Visitor) -> None:
    assert "kaasa-demo" not in visitor.get("/et/sign-in").text
    for path in ("next", "day", "role"):
        assert visitor.post(f"/et/demo/{path}", {"role": "planner"}).status_code == 404


def test_health_is_told(visitor: Visitor) -> None:
    assert visitor.get("/health/live").text == "ok"
    assert visitor.get("/health/ready").text == "ok"


def test_the_accessibility_statement_is_there_in_every_language(visitor: Visitor) -> None:
    for language in ("et", "en", "ru"):
        answer = visitor.get(f"/{language}{AccessibilityPage.path}")
        assert answer.status_code == 200
        assert "EN 301 549" in answer.text
        assert "5555 0100" in answer.text
