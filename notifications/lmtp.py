"""A door for a mail server of the house: LMTP (RFC 2033), one mail at a time, accepted only when it is kept.

Whatever keeps a mail from being stored (the database is down, the disk is full) answers 451: the mail server
keeps it and tries again. 250 means that it is committed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from notifications.inbound.mime import SIZE

LOG = logging.getLogger("kaasa.lmtp")
Keep = Callable[[bytes, tuple[str, ...]], None]
"""In: a mail's bytes and the addresses it was sent to. Keeps it, or raises: then it was not kept."""

LARGEST = SIZE + 4 * 1024 * 1024
"""A mail too large to be read is still kept, up to here; beyond it the mail server returns it to its sender."""


class Door(Controller):
    """Listens in a thread of its own. In: what keeps a mail, where to listen."""

    def __init__(self, keep: Keep, host: str, port: int) -> None:
        super().__init__(_Handler(keep), hostname=host, port=port, server_hostname="kaasa")

    def factory(self) -> SMTP:
        return LMTP(
            self.handler, data_size_limit=LARGEST, enable_SMTPUTF8=True, decode_data=False, ident="Kaasa",
            hostname="kaasa",
        )  # fmt: skip


class _Handler:
    def __init__(self, keep: Keep) -> None:
        self._keep = keep

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  the library's name
        try:
            await asyncio.to_thread(self._keep, _bytes(envelope.content), tuple(envelope.rcpt_tos))
        except Exception:  # whatever it is, the mail server must keep the mail
            LOG.warning("mail_not_kept", exc_info=True)
            return self._to_each(envelope, "451 4.3.0 Not kept now, try again later")
        return self._to_each(envelope, "250 2.0.0 Kept")

    def _to_each(self, envelope: Envelope, answer: str) -> str:
        """LMTP answers once for each recipient (RFC 2033 4.2)."""
        return "\r\n".join([answer] * max(1, len(envelope.rcpt_tos)))


def _bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else str(content or "").encode("utf-8", "replace")
