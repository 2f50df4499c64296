"""A mailbox elsewhere, read over IMAP: the mail stays there, unread marks and all; what is kept we note ourselves.

A mail's key is the folder, its UIDVALIDITY and its UID (RFC 9051 2.3.1.1): these never come again, and the mark of being read
is left to people who look into the same mailbox. When a server gives new UIDs, all mail comes once more, and is
known by its bytes.

Between two looks the connection stays. Where the server offers IDLE (RFC 2177) it says when mail comes; elsewhere, and
when it hangs up, we look again after a while. IDLE only shortens that while: no mail depends on its word.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from io import BufferedReader
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from notifications.inbound.mime import SIZE

LOG = logging.getLogger("kaasa.imap")
TIMEOUT = 30.0
AT_ONCE = 50
LARGEST = SIZE + 4 * 1024 * 1024
LONGEST_IDLE = 25 * 60.0
"""Servers may hang up on whoever is silent for half an hour (RFC 2177)."""
SLICE, LASTED = 0.5, 10.0


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


class Mailbox:
    """A mailbox that is looked into again and again, by one thread; `close` it afterwards."""

    def __init__(self, account: ImapAccount) -> None:
        self.account = account
        self._box: BaseMailBox | None = None
        self._prefix = ""
        self._tells = False

    def collect(self, known: Collection[str], keep: Callable[[bytes, str], None]) -> int:
        """Hand over every mail not yet known, the oldest first. In: known keys; what keeps a mail, or raises.

        Out: how many were kept. A mail that could not be kept stays and comes next time. Raises what `keep` or the
        connection raises; then the next look begins with a new connection.
        """
        try:
            box = self._opened()
            fresh = [uid for uid in _uids(box) if f"{self._prefix}{uid}" not in known]
            done = 0
            for uid in fresh[:AT_ONCE]:
                raw = _raw(box, uid)
                if raw is None:
                    continue
                keep(raw, f"{self._prefix}{uid}")
                done += 1
        except BaseException:
            self.close()
            raise
        return done

    def wait(self, seconds: float, stopping: threading.Event) -> None:
        """Rest until mail may have come: when the server says so, or after so many seconds. `stopping` ends it at once.

        A server that hangs up after a while is asked again at once; one that does so at once is given the whole rest.
        """
        began = time.monotonic()
        if self._box is not None and self._tells:
            try:
                _listen(self._box, min(seconds, LONGEST_IDLE), stopping)
            except Exception:  # noqa: BLE001  whatever it was, a new connection shows whether it lasts
                LOG.info("imap_hung_up")
                self.close()
                if time.monotonic() - began > LASTED:
                    return
            else:
                return
        stopping.wait(max(0.0, began + seconds - time.monotonic()))

    def close(self) -> None:
        """Let the connection go; a further look opens another."""
        box, self._box = self._box, None
        if box is None:
            return
        try:
            box.logout()
        except Exception:  # noqa: BLE001  what came is kept; a server that hangs up first changes nothing
            LOG.info("imap_closed_early")
            box.client.shutdown()

    def _opened(self) -> BaseMailBox:
        if self._box is None:
            self._box = box = self.account.open()
            validity = box.folder.status(self.account.folder, ["UIDVALIDITY"])["UIDVALIDITY"]
            self._prefix = f"{self.account.prefix}{validity}:"
            # What it offers may change with the sign-in.
            self._tells = b"IDLE" in box.client.capability()[1][0].upper().split()
        return self._box


def _uids(box: BaseMailBox) -> list[str]:
    """Out: every mail's UID, the lowest first. Mail may come during the question; then it is asked once more."""
    found: list[str] = []
    for _ in range(3):  # the next look has what still comes
        box.client.untagged_responses.pop("EXISTS", None)
        found = box.uids()
        if "EXISTS" not in box.client.untagged_responses:
            break
    return sorted(found, key=int)


def _listen(box: BaseMailBox, seconds: float, stopping: threading.Event) -> None:
    """Return when the server says that a mail came, or after so many seconds. Raises when it hung up."""
    until = time.monotonic() + seconds
    with box.idle as idle:
        if _waiting(box):
            return
        empty = 0  # half a line, or what TLS says to itself, wakes us too; only a closed line does so again and again
        while not stopping.is_set() and (left := until - time.monotonic()) > 0:
            began = time.monotonic()
            said = idle.poll(min(SLICE, left))
            if any(b"EXISTS" in line for line in said):
                return
            empty = empty + 1 if not said and time.monotonic() - began < min(SLICE, left) / 2 else 0
            if empty > 2:
                raise ConnectionError("the server hung up")


def _waiting(box: BaseMailBox) -> bool:
    """Out: whether words came together with the server's leave to idle: those make no noise at the socket any more."""
    sock = box.client.sock
    timeout = sock.gettimeout()
    sock.settimeout(0)
    try:
        lines = box.client.file
        return isinstance(lines, BufferedReader) and bool(lines.peek(1))
    except OSError:  # TLS says in this way that nothing is there
        return False
    finally:
        sock.settimeout(timeout)


def _raw(box: BaseMailBox, uid: str) -> bytes | None:
    """Out: a mail as it lies there, without marking it read (BODY.PEEK); None when it has been removed since."""
    _, answer = box.client.uid("fetch", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
    for piece in answer:
        if isinstance(piece, tuple) and len(piece) == 2 and isinstance(piece[1], bytes):
            return piece[1]
    return None
