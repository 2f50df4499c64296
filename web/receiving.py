"""Where mail comes in: a thread that looks into a mailbox or a Maildir, and the door for the house's mail server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from notifications import maildir
from notifications.imap import ImapAccount, Mailbox
from notifications.lmtp import Door
from processes import inbound
from processes.actions import inbound_taking
from processes.actions.inbound_taking import Taken

if TYPE_CHECKING:
    from web.compose import Kaasa

LOG = logging.getLogger("kaasa.receiving")


class Receiving:
    """Every source an installation names. In: the composed product. Nothing begins before `start`."""

    def __init__(self, kaasa: Kaasa) -> None:
        self._kaasa = kaasa
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._door: Door | None = None
        self._box: Mailbox | None = None

    def start(self) -> None:
        settings = self._kaasa.settings
        if settings.lmtp_port:
            self._door = Door(self._from_door, settings.lmtp_host, settings.lmtp_port)
            self._door.start()
        if settings.imap_url or settings.maildir:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="kaasa-mail", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._door is not None:
            self._door.stop()
            self._door = None
        if self._thread is not None:
            self._thread.join(10)
            self._thread = None
        if self._box is not None:
            self._box.close()
            self._box = None

    def keep(self, raw: bytes, key: str = "", recipients: tuple[str, ...] = ()) -> Taken:
        """Keep one mail in a transaction of its own. Errors: the database's; then it was not kept."""
        kaasa = self._kaasa
        taken = kaasa.database.transaction(
            lambda session: inbound_taking.take(
                session, kaasa.municipality_id, raw, key, recipients=recipients, store=kaasa.store,
                office=kaasa.post_office, now=kaasa.clock.now(),
            )
        )  # fmt: skip
        LOG.info("mail_kept", extra={"mail": taken.id, "kind": taken.kind, "outcome": taken.outcome})
        kaasa.loop.wake()
        return taken

    def look(self) -> int:
        """Look into every mailbox once. Out: how many mails were kept. One that fails never stops the others."""
        settings, done = self._kaasa.settings, 0
        if settings.maildir:
            folder = settings.maildir
            done += _safely(lambda: maildir.collect(folder, self._known("maildir:"), self._from_box))
        if settings.imap_url:
            done += _safely(self._look_into_mailbox)
        return done

    def _look_into_mailbox(self) -> int:
        account = ImapAccount(self._kaasa.settings.imap_address())
        if self._box is None or self._box.account != account:  # its password may have changed
            if self._box is not None:
                self._box.close()
            self._box = Mailbox(account)
        return self._box.collect(self._known(account.prefix), self._from_box)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self.look():
                continue
            if self._box is not None:
                self._box.wait(self._kaasa.settings.mail_every, self._stopping)
            else:
                self._stopping.wait(self._kaasa.settings.mail_every)

    def _known(self, prefix: str) -> set[str]:
        with self._kaasa.database.session() as session:
            return inbound.keys(session, self._kaasa.municipality_id, prefix)

    def _from_box(self, raw: bytes, key: str) -> None:
        self.keep(raw, key)

    def _from_door(self, raw: bytes, recipients: tuple[str, ...]) -> None:
        self.keep(raw, recipients=recipients)


def _safely(collect: Callable[[], int]) -> int:
    try:
        return collect()
    except Exception:
        LOG.exception("mailbox_not_read")
        return 0
