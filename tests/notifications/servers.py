"""Mail servers on loopback, that take letters or fail in the ways real ones do."""

from __future__ import annotations

import asyncio
import ssl
import threading
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from types import TracebackType
from typing import Any, Self

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Fault = Callable[[str], str | None]


class Certificates:
    """An authority of this test run, and a certificate for 127.0.0.1; `pem` is its key and itself."""

    def __init__(self) -> None:
        authority = trustme.CA()
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued = authority.issue_cert("127.0.0.1")
        issued.configure_cert(self.server)
        self.pem = issued.private_key_and_cert_chain_pem.bytes()
        self.client = ssl.create_default_context()
        authority.configure_trust(self.client)


class Sink:
    """A mail server that keeps what it accepts.

    `at_rcpt` and `at_data` answer for a recipient instead of "250", `cut_after_data` hangs up on it once
    the letter is in, `slow` is how many seconds it takes over each letter.
    """

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, at_once: bool = False, users: bool = False
    ) -> None:
        self.at_mail: Fault = lambda _address: None
        self.at_rcpt: Fault = lambda _address: None
        self.at_data: Fault = lambda _address: None
        self.cut_after_data: set[str] = set()
        self.slow = 0.0
        self.port = 0
        self.logins: list[str] = []
        self.connections = 0
        self.received: list[tuple[str, str, bytes]] = []
        self._tls, self._at_once, self._users = tls, at_once, users
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._open: set[asyncio.Transport] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def message_ids(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(str(message_from_bytes(raw)["Message-ID"]) for _, _, raw in self.received)

    def hang_up(self) -> None:
        """Drop every open connection, as a server that restarts does."""
        for transport in list(self._open):
            self._loop.call_soon_threadsafe(transport.abort)

    async def _listen(self) -> None:
        tls = self._tls if self._at_once else None
        self._server = await self._loop.create_server(self._session, "127.0.0.1", self.port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        for transport in list(self._open):
            transport.abort()
        await self._server.wait_closed()
        mine = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not mine]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.05)  # aborted TLS connections close on a later turn of the loop

    def _session(self) -> SMTP:
        options: dict[str, Any] = {"loop": self._loop, "hostname": "sink.example", "enable_SMTPUTF8": False}
        if self._tls is not None and not self._at_once:
            options |= {"tls_context": self._tls, "require_starttls": True}
        if self._users:
            options |= {
                "authenticator": self._login,
                "auth_required": True,
                "auth_require_tls": self._tls is not None,
            }
        return _Watched(self, **options)

    def _login(self, _server: Any, _session: Any, _envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.logins.append(mechanism)
        good = isinstance(data, LoginPassword) and data.password == b"right"
        return AuthResult(success=good, handled=False)

    async def auth_XOAUTH2(self, _server: Any, args: list[str]) -> AuthResult:  # noqa: N802
        self.logins.append("XOAUTH2")
        return AuthResult(
            success=b64decode(args[1]) == b"user=kaasa\x01auth=Bearer token-1\x01\x01", handled=False
        )

    async def handle_MAIL(  # noqa: N802  the library's name
        self, _server: Any, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.at_mail(address):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if answer := self.at_rcpt(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.slow:
            await asyncio.sleep(self.slow)
        recipient = envelope.rcpt_tos[0]
        if answer := self.at_data(recipient):
            return answer
        content = envelope.content
        assert isinstance(content, bytes)
        self.received.append((str(envelope.mail_from), recipient, content))
        if recipient in self.cut_after_data:
            self.cut_after_data.discard(recipient)
            server.transport.abort()
        return "250 2.0.0 Ok: kept"


class _Watched(SMTP):
    """The library's server, whose open connections the sink can count and cut."""

    def __init__(self, sink: Sink, **options: Any) -> None:
        super().__init__(sink, **options)
        self._sink = sink

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert isinstance(transport, asyncio.Transport)
        # After STARTTLS the same connection is "made" once more.
        upgraded = transport.get_extra_info("sslcontext") is not None and not self._sink._at_once
        self._sink.connections += not upgraded
        self._sink._open.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._sink._open = {transport for transport in self._sink._open if not transport.is_closing()}
