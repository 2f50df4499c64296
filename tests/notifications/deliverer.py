"""A process that delivers until it is done (exit 0) or kills itself right after a letter was taken.

python -m tests.notifications.deliverer DATABASE_URL PORT MOMENT SEED
"""

from __future__ import annotations

import os
import random
import signal
import sys
from datetime import datetime

from notifications.delivery import Delivery, SmtpTransport
from notifications.verdict import Verdict
from tests.notifications.doors import Database


class Mortal(SmtpTransport):
    """Dies after a few letters, the last one sent but not yet noted."""

    lives = 10**9

    def send(self, sender: str, recipient: str, raw: bytes) -> Verdict:
        verdict = super().send(sender, recipient, raw)
        self.lives -= 1
        if self.lives == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return verdict


def main(url: str, port: str, moment: str, seed: str) -> None:
    """Deliver everything that is due at the moment."""
    transport = Mortal("127.0.0.1", int(port), security="none", hello="kaasa.example")
    if int(seed) < 6:
        transport.lives = random.Random(int(seed)).randint(1, 25)
    database = Database(url)
    delivery = Delivery(
        database.open_transaction, transport, lambda: datetime.fromisoformat(moment), batch=20
    )
    while delivery.drain():
        pass
    transport.close()
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
