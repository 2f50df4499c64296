"""Delivery: takes due letters out of the outbox, carries them away, and notes what came of it.

Nothing is sent inside a transaction: claim and commit, send, note and commit. Whoever dies in between
leaves a lease behind; when it runs out the letter goes again, with the same bytes and Message-ID. So a
letter may come twice, recognisably, and is never lost.

The only room that speaks SMTP.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import aiosmtplib
import structlog
from sqlmodel import Session

from notifications.errors import TokenRefused
from notifications.lease import Claimed, Notebook, claim, outcome, record
from notifications.pace import Pace
from notifications.verdict import Outcome, Verdict, back, note

LEASE = timedelta(seconds=120)
REST = timedelta(seconds=60)
BREAKS_IN_A_ROW = 3
LETTERS_PER_CONNECTION = 200

Outdated = Callable[[Session, Sequence[Claimed]], set[tuple[str, str]]]

log = structlog.get_logger(__name__)


class Transport(Protocol):
    """Carries one letter. It answers with a verdict and does not raise for what a server does."""

    def send(self, sender: str, recipient: str, raw: bytes) -> Verdict:
        """In: envelope addresses and the letter's bytes, which leave unchanged."""

    def close(self) -> None:
        """Let go of what it holds; it is not used afterwards."""


class Delivery:
    """Drains the outbox through one transport; one thread at a time.

    In: `open_transaction` gives a session that commits when left, and rolls back on an error; `clock_now`
    the moment; `lease` must be well above the transport's timeout; `pace` how fast letters may leave;
    `outdated` is asked at the last moment which letters (by tenant and id) have become pointless: those stay here.
    """

    def __init__(
        self,
        open_transaction: Callable[[], AbstractContextManager[Session]],
        transport: Transport,
        clock_now: Callable[[], datetime],
        *,
        lease: timedelta = LEASE,
        batch: int = 250,
        pace: Pace | None = None,
        outdated: Outdated | None = None,
    ) -> None:
        self._open = open_transaction
        self._transport = transport
        self._now = clock_now
        self._lease = lease
        self._batch = batch
        self._pace = pace or Pace()
        self._outdated = outdated
        self._lock = threading.Lock()
        self._rests_until: datetime | None = None
        self.stopped: str | None = None  # the server's words, while a stopped run rests

    def drain(self, limit: int = 1000) -> int:
        """Deliver what is due, at most `limit` letters. Out: how many were tried; 0 when there is nothing to do."""
        with self._lock:
            if self._rests_until is not None and self._now() < self._rests_until <= self._now() + REST:
                return 0  # a clock that was set back does not make it rest for longer
            self._rests_until = self.stopped = None
            tried = 0
            while tried < limit and self.stopped is None:
                with self._open() as session:
                    size = min(self._batch, limit - tried)
                    claimed = claim(session, now=self._now(), limit=size, lease=self._lease)
                    letters = self._kept(session, claimed)
                if not claimed:
                    break
                tried += len(claimed) - len(letters) + self._carry(letters)
            return tried

    def close(self) -> None:
        """Let go of the transport; nothing is drained afterwards. One that is busy for long is left to the system."""
        if self._lock.acquire(timeout=10):
            self._transport.close()
            self._lock.release()

    def _kept(self, session: Session, letters: Sequence[Claimed]) -> Sequence[Claimed]:
        """Out: the letters that are still worth sending; the others are noted as replaced by what happened."""
        gone = self._outdated(session, letters) if self._outdated and letters else set()
        if not gone:
            return letters
        left = [it for it in letters if (it.tenant_id, it.id) in gone]
        record(session, [outcome(it, state="superseded", attempts=it.attempts - 1) for it in left])
        return [it for it in letters if (it.tenant_id, it.id) not in gone]

    def _carry(self, letters: Sequence[Claimed]) -> int:
        """Send a claimed batch. Out: how many were tried; the others go back, their try not counted."""
        began, breaks = time.monotonic(), 0
        notes = Notebook(self._open)
        for place, letter in enumerate(letters):
            free_at = self._pace.free_at(letter.recipient_address, self._now())
            if free_at > self._now():
                notes.add(back(letter, free_at))
                continue
            self._pace.note(letter.recipient_address, self._now())
            verdict = Verdict(Outcome.LATER) if letter.recalled else self._send(letter)
            breaks = breaks + 1 if verdict.broken else 0
            late = time.monotonic() - began > self._lease.total_seconds() / 2
            if verdict.outcome is Outcome.STOP:
                self._rest(verdict.answer)
                notes.write([back(unsent, self._now() + REST) for unsent in letters[place:]])
                return place
            notes.add(note(letter, verdict, self._now()))
            if breaks == BREAKS_IN_A_ROW:
                self._rest(verdict.answer)
            if breaks == BREAKS_IN_A_ROW or late:
                notes.write([back(unsent, self._now()) for unsent in letters[place + 1 :]])
                return place + 1
        notes.write([])
        return len(letters)

    def _send(self, letter: Claimed) -> Verdict:
        try:
            return self._transport.send(letter.sender_address, letter.recipient_address, letter.content)
        except Exception as error:  # noqa: BLE001  one letter that cannot be sent must not stop the others
            # No traceback: an address may stand in it.
            log.warning(
                "letter_try_broke", letter=letter.id, tenant=letter.tenant_id, error=type(error).__name__
            )
            return Verdict(Outcome.LATER, f"{type(error).__name__}: the try broke")

    def _rest(self, answer: str) -> None:
        self._rests_until = self._now() + REST
        self.stopped = answer or "the connection was lost again and again"
        log.error("delivery_stopped", until=self._rests_until.isoformat())


class SmtpTransport:
    """Hands letters to one mail server over a connection it keeps.

    In: `security` is "starttls" (required, never fallen back from), "tls" or "none"; a password, or
    `token` giving an OAuth token for each connection (XOAUTH2); `context` trusts the server's certificate;
    `hello` is our name for EHLO (the machine's, if empty); `timeout` is in seconds, for each command.
    """

    def __init__(
        self,
        host: str,
        port: int,
        username: str | None = None,
        password: str | None = None,
        *,
        security: Literal["starttls", "tls", "none"] = "starttls",
        token: Callable[[], str] | None = None,
        timeout: float = 30,
        context: ssl.SSLContext | None = None,
        hello: str | None = None,
    ) -> None:
        if security == "none" and (password or token) and host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError(
                "A password crosses the network only under TLS: set security to starttls or tls."
            )
        self._loop = asyncio.new_event_loop()
        self._client: aiosmtplib.SMTP | None = None
        self._sent = 0
        self._used = 0.0
        self._token = token
        self._options: dict[str, Any] = {
            "hostname": host,
            "port": port,
            "username": username,
            "password": password,
            "use_tls": security == "tls",
            "start_tls": security == "starttls",
            "timeout": timeout,
            "tls_context": context or ssl.create_default_context(),
            "local_hostname": hello,
            "oauth_token_generator": self._give_token if token else None,
        }

    def send(self, sender: str, recipient: str, raw: bytes) -> Verdict:
        return self._loop.run_until_complete(self._send(sender, recipient, raw))

    def close(self) -> None:
        """Say goodbye to the server. The transport cannot be used afterwards."""
        if not self._loop.is_closed():
            self._loop.run_until_complete(self._leave())
            self._loop.close()

    async def _send(self, sender: str, recipient: str, raw: bytes) -> Verdict:
        try:
            client = await self._connected()
        except (aiosmtplib.SMTPException, OSError, TokenRefused) as error:
            await self._leave()
            await asyncio.sleep(0.01)  # a handshake that failed takes longer to fold up
            return Verdict(Outcome.STOP, _words(error))
        try:
            _, answer = await client.sendmail(sender, [recipient], raw)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            verdict = judge(error)
            if verdict.broken or verdict.outcome is Outcome.STOP:
                await self._leave()
            return verdict
        finally:
            self._sent += 1
            self._used = time.monotonic()
        return Verdict(Outcome.SENT, f"250 {answer}"[:500])

    async def _connected(self) -> aiosmtplib.SMTP:
        """Out: a connection that answers: the kept one, or a new one after many letters or a long silence."""
        client = self._client
        if client is not None and time.monotonic() - self._used > 1:
            try:
                await client.noop()
            except (aiosmtplib.SMTPException, OSError):
                client = None
        if client is None or not client.is_connected or self._sent >= LETTERS_PER_CONNECTION:
            await self._leave()
            client = _Client(**self._options)
            await client.connect()
            self._client, self._sent = client, 0
        return client

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            try:
                await client.quit()
            except (aiosmtplib.SMTPException, OSError):
                client.close()
            for _ in range(4):
                await asyncio.sleep(0)

    async def _give_token(self) -> str:
        return self._token() if self._token is not None else ""


class _Client(aiosmtplib.SMTP):
    """Closes at once: our loop stands still between letters, so the farewell of TLS would never be read.

    The sleeps after closing give the loop the turns it needs to let the socket go.
    """

    def close(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        super().close()


def judge(error: BaseException) -> Verdict:
    """In: what aiosmtplib raised while a letter was handed over. Out: the verdict on the letter."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return judge(error.recipients[0])
    if isinstance(error, ValueError):
        return Verdict(Outcome.FAILED, _words(error))
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return Verdict(Outcome.LATER, _words(error), broken=True)
    too_large = error.code == 552 or error.message.startswith("5.3.4")
    refuses_us = isinstance(error, aiosmtplib.SMTPSenderRefused | aiosmtplib.SMTPAuthenticationError)
    if error.code in (530, 535) or (refuses_us and error.code >= 500 and not too_large):
        return Verdict(Outcome.STOP, _words(error))
    if error.code < 500:
        return Verdict(Outcome.LATER, _words(error), broken=error.code == 421)
    return Verdict(Outcome.BLOCKED if error.message.startswith("5.7.") else Outcome.FAILED, _words(error))


def _words(error: BaseException) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"[:500]
    return f"{type(error).__name__}: {error}"[:500]
