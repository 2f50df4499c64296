"""How fast letters leave: through outbox and delivery, beside a bare loop over one connection.

Both send the same letters to the same local server, which runs in a process of its own, in one run. They
take turns, so that a noisy machine is noisy for both. The database is a durable SQLite file.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import aiosmtplib

from notifications import outbox
from notifications.delivery import Delivery, SmtpTransport
from notifications.outbox import Envelope
from tests.notifications.cast import NOW, envelope
from tests.notifications.doors import Database

ROOT = Path(__file__).parents[2]
LETTERS = 500
ROUNDS = 9
SERVER = """
import asyncio
from aiosmtpd.smtp import SMTP

class Keeps:
    async def handle_DATA(self, server, session, envelope):
        return "250 2.0.0 Ok"

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Keeps(), hostname="sink", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


def run() -> dict[str, float]:
    """Out: `ratio` of delivered to bare (1 is no cost at all), and letters a second put out and delivered."""
    bare, queued, delivered = [], [], []
    with _server() as port, tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/mail.db")
        try:
            for turn in range(ROUNDS):
                letters = [envelope(number, dedup_key=f"{turn}:{number}") for number in range(LETTERS)]
                bare.append(LETTERS / _bare(port, letters))
                queued.append(LETTERS / _queue(database, letters))
                delivered.append(LETTERS / _deliver(port, database))
        finally:
            database.close()
    return {
        "ratio": statistics.median(ours / theirs for ours, theirs in zip(delivered, bare, strict=True)),
        "queued_per_second": statistics.median(queued),
        "delivered_per_second": statistics.median(delivered),
        "bare_per_second": statistics.median(bare),
    }


@contextmanager
def _server() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _bare(port: int, letters: list[Envelope]) -> float:
    async def send() -> float:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="bench")
        began = time.perf_counter()
        await client.connect()
        for letter in letters:
            await client.sendmail(letter.sender_address, [letter.recipient_address], letter.content)
        took = time.perf_counter() - began
        await client.quit()
        return took

    return asyncio.run(send())


def _queue(database: Database, letters: list[Envelope]) -> float:
    began = time.perf_counter()
    with database.open_transaction() as session:
        outbox.put_many(session, "t1", letters, now=NOW)
    return time.perf_counter() - began


def _deliver(port: int, database: Database) -> float:
    """Out: seconds from the first claim to the last note; everything is on disk by then."""
    with closing(SmtpTransport("127.0.0.1", port, security="none", hello="bench")) as transport:
        delivery = Delivery(database.open_transaction, transport, lambda: NOW)
        began = time.perf_counter()
        sent = delivery.drain(LETTERS)
        took = time.perf_counter() - began
    with database.open_transaction() as session:
        if sent != LETTERS or outbox.waiting_count(session) or outbox.find_undelivered(session, "t1"):
            raise RuntimeError("The benchmark lost letters: its numbers mean nothing.")
    return took
