"""A mailbox elsewhere, read over IMAP: the mail stays there, unread marks and all; what is kept we note ourselves.

A mail's key is the folder, its UIDVALIDITY and its UID (RFC 9051 2.3.1.1): these never come again, and the mark of being read
is left to people who look into the same mailbox. When a server gives new UIDs, all mail comes once more, and is
known by its bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from notifications.inbound.mime import SIZE

LOG = logging.getLogger("kaasa.imap")
TIMEOUT = 30.0
AT_ONCE = 50
LARGEST = SIZE + 4 * 1024 * 1024


@dataclass(frozen=True)
class ImapAccount:
    """In: `imaps://user:password@host[:993]/Folder`, or `imap://…` (STARTTLS, plain on this machine alone)."""

    url: str = field(repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
            raise ValueError("An IMAP address looks like imaps://user:password@host/INBOX.")

    @property
    def folder(self) -> str:
        return unquote(urlsplit(self.url).path.strip("/")) or "INBOX"

    @property
    def prefix(self) -> str:
        """Out: how the keys of this mailbox begin."""
        parts = urlsplit(self.url)
        return f"imap:{unquote(parts.username or '')}@{parts.hostname}/{self.folder}:"

    def open(self) -> BaseMailBox:
        """Out: a mailbox with its folder selected for reading only. Raises OSError or the library's errors."""
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        box: BaseMailBox
        if parts.scheme == "imaps":
            box = MailBox(host, parts.port or 993, timeout=TIMEOUT)
        elif host in {"127.0.0.1", "::1", "localhost"}:
            box = MailBoxUnencrypted(host, parts.port or 143, timeout=TIMEOUT)
        else:
            box = MailBoxStartTls(host, parts.port or 143, timeout=TIMEOUT)
        box.login(user, password, initial_folder=None)
        box.folder.set(self.folder, readonly=True)
        return box


def collect(account: ImapAccount, known: Collection[str], keep: Callable[[bytes, str], None]) -> int:
    """Hand over every mail not yet known, the oldest first. In: known keys; what keeps a mail, or raises.

    Out: how many were kept. A mail that could not be kept stays and comes next time.
    """
    box = account.open()
    try:
        validity = box.folder.status(account.folder, ["UIDVALIDITY"])["UIDVALIDITY"]
        prefix = f"{account.prefix}{validity}:"
        fresh = [uid for uid in sorted(box.uids(), key=int) if f"{prefix}{uid}" not in known][:AT_ONCE]
        done = 0
        for uid in fresh:
            raw = _raw(box, uid)
            if raw is None:
                continue
            keep(raw, f"{prefix}{uid}")
            done += 1
        return done
    finally:
        try:
            box.logout()
        except Exception:  # noqa: BLE001  the mail is kept; a server that hangs up first changes nothing
            LOG.info("imap_closed_early")


def _raw(box: BaseMailBox, uid: str) -> bytes | None:
    """Out: a mail as it lies there, without marking it read (BODY.PEEK); None when it has been removed since."""
    _, answer = box.client.uid("fetch", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
    for piece in answer:
        if isinstance(piece, tuple) and len(piece) == 2 and isinstance(piece[1], bytes):
            return piece[1]
    return None
