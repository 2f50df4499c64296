"""The seam for what comes in: answers of calendar programs, mails, delivery reports.

Each source hands over raw messages and is told when one is safely kept; what a message is, and which
letter it answers (its token, see `notifications.address`), is decided in one place for all sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class Source(Protocol):
    """A mailbox, a Maildir or an LMTP door that messages come from."""

    def waiting(self) -> Iterator[tuple[str, bytes]]:
        """Out: a key of the source's own, and the raw message, for each one not yet kept."""

    def kept(self, key: str) -> None:
        """Told after the commit that stored the message: it need not be handed over again."""
