"""A mail server that says "250" only when the letter is on disk."""

from __future__ import annotations

import asyncio
import os
import threading
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """In: a file that gets a line a letter (recipient, Message-ID). `delay` widens the window before the "250"."""

    def __init__(self, path: Path, delay: float = 0.02) -> None:
        self.port = 0
        self._path, self._delay = path, delay
        self._file = path.open("a")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._file.close()

    def received(self) -> list[tuple[str, str]]:
        """Out: recipient and Message-ID of every letter taken, in order."""
        return [
            (left, right)
            for left, _, right in (it.partition(" ") for it in self._path.read_text().splitlines())
        ]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        content: Any = envelope.content
        name = str(message_from_bytes(content)["Message-ID"]).strip()
        self._file.writelines(f"{recipient} {name}\n" for recipient in envelope.rcpt_tos)
        self._file.flush()
        os.fsync(self._file.fileno())
        await asyncio.sleep(self._delay)
        return "250 kept"

    async def _end(self) -> None:
        self._server.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.sleep(0.05)  # transports close in the next turns of the loop

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(
            lambda: SMTP(self, loop=self._loop, enable_SMTPUTF8=True), "127.0.0.1", 0
        )
        self.port = self._server.sockets[0].getsockname()[1]
