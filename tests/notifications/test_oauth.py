"""Tokens are fetched from a real endpoint, kept while they live, and a refusal stops the run and loses nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from notifications.errors import TokenRefused
from notifications.oauth import TokenSource
from tests.notifications.cast import NOW
from tests.notifications.desk import desk
from tests.notifications.doors import Database
from tests.notifications.servers import Certificates, Sink


class Endpoint:
    """A token endpoint on loopback. `answer` is its status and body; `asked` what it was asked."""

    def __init__(self) -> None:
        self.answer: tuple[int, str] = (200, json.dumps({"access_token": "token-1", "expires_in": 3600}))
        self.asked: list[dict[str, list[str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.asked.append(parse_qs(body))
                status, text = outer.answer
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/token"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.close()


class _Moment:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


def _source(endpoint: Endpoint, moment: _Moment | None = None, **more: str) -> TokenSource:
    return TokenSource(endpoint.url, "kaasa", "the secret", "mail", moment or _Moment(), **more)


def test_a_token_is_kept_until_a_minute_before_its_end(endpoint: Endpoint) -> None:
    moment = _Moment()
    source = _source(endpoint, moment)
    assert source() == source() == "token-1"
    moment.now = NOW + timedelta(minutes=58)
    source()
    assert len(endpoint.asked) == 1
    moment.now = NOW + timedelta(minutes=59)
    source()
    assert len(endpoint.asked) == 2
    assert endpoint.asked[0]["grant_type"] == ["client_credentials"]


def test_a_refresh_token_asks_for_that_grant(endpoint: Endpoint) -> None:
    _source(endpoint, refresh_token="kept")()
    assert (endpoint.asked[0]["grant_type"], endpoint.asked[0]["refresh_token"]) == (
        ["refresh_token"],
        ["kept"],
    )


@pytest.mark.parametrize(
    "answer",
    [
        (400, '{"error": "invalid_client"}'), (500, "down"), (200, "no json"), (200, "[]"), (200, '{"expires_in": 5}'),
        (302, ""),
    ],
)  # fmt: skip
def test_an_endpoint_that_gives_none_is_told_in_words_without_the_secret(
    endpoint: Endpoint, answer: tuple[int, str]
) -> None:
    endpoint.answer = answer
    with pytest.raises(TokenRefused) as refused:
        _source(endpoint)()
    assert "the secret" not in str(refused.value)


def test_letters_wait_while_no_token_is_given_and_leave_with_one(
    database: Database, certificates: Certificates, endpoint: Endpoint
) -> None:
    endpoint.answer = (400, '{"error": "invalid_client"}')
    options = {"security": "starttls", "context": certificates.client, "username": "kaasa"}
    with (
        Sink(tls=certificates.server, users=True) as sink,
        desk(database, sink, token=_source(endpoint), **options) as post,
    ):
        post.put(0, 1)
        post.drain()
        assert post.states() == ["queued", "queued"]
        assert "invalid_client" in str(post.delivery.stopped)
        assert [row.attempts for row in post.rows()] == [0, 0]
        endpoint.answer = (200, '{"access_token": "token-1", "expires_in": 3600}')
        post.drain(after=timedelta(minutes=2))
        assert post.states() == ["sent", "sent"]
        assert sink.logins == ["XOAUTH2"]
